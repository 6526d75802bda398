#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The network as a drawing (SVG) and as text for Graphviz, without a display; speaks TAP.
# test-cli-draw.sh PATH-OF-CAJAL-CLI
# shellcheck source=tests/lab/cli.sh
. "$(dirname "$0")/cli.sh"
unset DISPLAY WAYLAND_DISPLAY

# count N PATTERN FILE: as many lines as that.
count () { [ "$(grep -c -e "$2" "$3")" = "$1" ] || { grep -c -e "$2" "$3"; return 1; }; }

echo 1..14
"$cli" new mlp -o m.cajal >/dev/null
check svg says '^m.svg' 0 "$cli" export m.cajal -o m.svg
check svg-cards count 6 'class="title"' m.svg
check svg-words grep -q '>Dense</text>' m.svg
check svg-shape grep -q '>784</text>' m.svg
check svg-size grep -q '>200960 parameters</text>' m.svg
check dot says '^m.dot' 0 "$cli" export m.cajal -o m.dot
check dot-wires count 5 ' -> ' m.dot
check dot-label grep -q '"dense1" \[label="Dense\\n256 · relu\\n256\\n200960 parameters"' m.dot
"$cli" set m.cajal 'title=A "net" \ of <cards> & more' >/dev/null
check escaped-dot says '^m.dot' 0 "$cli" export m.cajal -o m.dot
check escaped-title grep -qF 'digraph "A \"net\" \\ of <cards> & more" {' m.dot
"$cli" export m.cajal -o m.svg >/dev/null
check escaped-svg grep -qF '<title>A &quot;net&quot; \ of &lt;cards&gt; &amp; more</title>' m.svg
"$cli" new resnet-20 -o r.cajal >/dev/null
"$cli" export r.cajal -o r.dot >/dev/null
check blocks count 9 'subgraph cluster_' r.dot
if command -v dot >/dev/null; then
  check dot-reads-both sh -c 'dot -Tsvg m.dot >a && dot -Tsvg r.dot >b'
else
  skip dot-reads-both 'dot of Graphviz is not installed'
fi
if command -v xmllint >/dev/null; then
  "$cli" export r.cajal -o r.svg >/dev/null
  check svg-is-well-formed xmllint --noout m.svg r.svg
else
  check svg-is-well-formed python3 -c 'import xml.dom.minidom; xml.dom.minidom.parse("m.svg")'
fi
