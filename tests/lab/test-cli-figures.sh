#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Figures to publish, on the command line: the same bytes again, from what a picture carries, plates,
# numbers beside, many at once. test-cli-figures.sh PATH-OF-CAJAL-CLI
# shellcheck source=tests/lab/cli.sh
. "$(dirname "$0")/cli.sh"

# twice ENDING: the same picture by two processes.
twice ()
{
  "$cli" figure p.cajal confusion -o "one.$1" && "$cli" figure p.cajal confusion -o "two.$1" &&
    cmp "one.$1" "two.$1"
}

# again ENDING OPTION…: a picture is drawn once more from what it carries, without its project.
again ()
{
  local end=$1
  shift
  "$cli" figure p.cajal "$@" -o "from.$end" && mkdir -p away && cp "from.$end" away &&
    (cd away && "$cli" figure "from.$end" -o "to.$end") && cmp "from.$end" "away/to.$end"
}

# other_format: an SVG out of a PNG is the one the project gives.
other_format ()
{
  "$cli" figure p.cajal curves -o c.png && "$cli" figure p.cajal curves -o c.svg &&
    "$cli" figure c.png -o d.svg && cmp c.svg d.svg
}

many ()
{
  "$cli" figure p.cajal q.cajal filters histogram --node dense1 --node dense2 --into many --format pdf,png &&
    [ "$(find many -name '*.pdf' | wc -l)" = 8 ] && [ "$(find many -name '*.png' | wc -l)" = 8 ] &&
    [ -s many/q-histogram-dense2.png ]
}

# one_missing: the others are drawn all the same, and the status says it.
one_missing () { says 'nobody' 1 "$cli" figure p.cajal filters histogram --node nobody --node dense1 --into some && [ -s some/p-filters-dense1.svg ]; }

numbers () { "$cli" figure p.cajal confusion -o n.pdf --data && [ -s n.csv ] && [ -s n.npz ] && cmp n.npz <("$cli" figure n.npz -o m.npz >/dev/null; cat m.npz); }

# date FILE: of the run, as a picture says it.
date_of () { "$cli" figure "$1" --json | sed -n 's/.*"date":"\([^"]*\)".*/\1/p'; }

# dated: a picture says when the run began, though drawn later and by a project that was saved since; and
# its bytes are the same.
dated ()
{
  local began day
  began=$(date_of one.svg) && day=$(date -u -d "$began" +D:%Y%m%d%H%M%SZ) &&
    [ "$(date -d "$began" +%s)" -ge "$before_run" ] && [ "$(date -d "$began" +%s)" -le "$after_run" ] &&
    grep -qa "CreationDate ($day" one.pdf && ! grep -qa ModDate one.pdf &&
    grep -q "<dc:date>$began</dc:date>" one.svg && [ "$(date_of one.png)" = "$began" ] &&
    cp p.cajal later.cajal && sleep 1 && "$cli" set later.cajal title=later >/dev/null &&
    "$cli" train later.cajal --resume --epochs 4 >/dev/null && "$cli" figure later.cajal confusion -o later.pdf >/dev/null &&
    [ "$(date_of later.pdf)" = "$began" ]
}

# undated: weights of which no run is known have no date.
undated () { "$cli" new lenet-5 -o new.cajal >/dev/null && "$cli" figure new.cajal ideal -o new.pdf >/dev/null && ! grep -qa CreationDate new.pdf; }

# width OPTION…: of an SVG, in whole px.
width () { "$cli" figure p.cajal confusion -o w.svg "$@" >/dev/null && sed -n 's/.*<svg[^>]* width="\([0-9]*\).*/\1/p' w.svg; }

plate () { "$cli" figure p.cajal --plate plate.json -o plate.pdf --data && [ -s plate-a.csv ] && [ -s plate-c.csv ] && [ -s plate.npz ]; }
# broken JSON WORDS: a plate that is refused.
broken () { echo "$1" >broken.json; says "$2" 1 "$cli" figure p.cajal --plate broken.json; }

echo 1..40
"$cli" new playground -o p.cajal >/dev/null
"$cli" set p.cajal data.samples=300 >/dev/null
before_run=$(date +%s)
"$cli" train p.cajal --epochs 2 >/dev/null
after_run=$(date +%s)
cp p.cajal q.cajal
for end in svg pdf png npz csv; do check "twice-$end" twice $end; done
check dated dated
check undated undated
for end in svg pdf png npz; do check "again-$end" again $end curves --set smoothing=0.3 --dark; done
check again-other-format other_format
check says-project says 'Project “' 0 "$cli" figure one.svg
check says-hash says 'SHA-256 [0-9a-f]\{64\}$' 0 "$cli" figure one.pdf
check says-json contains '"seed":1,"sha256":"[0-9a-f]*","step":[1-9]' "$cli" figure one.png --json
check restyled contains '^321$' width --width single
check width-of-journal contains '^691$' width --width nature-2
check width-mm contains '^377$' width --width 100mm
check width-px contains '^500$' width --width 500
check width-refuses says 'is no length' 1 "$cli" figure p.cajal confusion --width wide
check style-refuses says 'light, dark, print' 1 "$cli" figure p.cajal confusion --style loud
check colormap-refuses says 'preset, print, grey' 1 "$cli" figure p.cajal confusion --colormap rainbow
check print-style says 's.svg' 0 "$cli" figure p.cajal filters --style print --font-size 7 -o s.svg
check many many
check many-one-missing one_missing
check many-needs-folder says 'choose a folder with --into' 2 "$cli" figure p.cajal curves roc -o x.svg
check needs-figure says 'name a figure' 2 "$cli" figure p.cajal
check numbers-beside numbers
cat >plate.json <<'END'
{ "width": "double", "columns": 2, "style": "print", "font-size": 7, "dpi": 300, "panels": [
  { "figure": "curves", "span": 2, "height": 40, "caption": "How it learned.", "set": { "log": true } },
  { "figure": "confusion", "caption": "What it mistakes." },
  { "figure": "filters", "node": "dense1" } ] }
END
check plate plate
check plate-again again pdf --plate plate.json
check plate-csv-refuses says 'no single table' 1 "$cli" figure p.cajal --plate plate.json -o plate.csv
check plate-no-json broken 'hello' 'broken.json'
check plate-no-panels broken '{}' 'panels'
check plate-key broken '{ "colums": 2, "panels": [ { "figure": "curves" } ] }' 'no key “colums”'
check plate-panel broken '{ "panels": [ { "figure": "curves" }, { "figure": "nothing" } ] }' 'Panel 2: There is no figure “nothing”'
check plate-setting broken '{ "panels": [ { "figure": "roc", "set": { "x": 1 } } ] }' 'has no “x”'
check plate-number broken '{ "columns": 99, "panels": [ { "figure": "roc" } ] }' 'from 1 to 6'
check plate-with-id says 'names its figures itself' 2 "$cli" figure p.cajal curves --plate plate.json
echo '<svg xmlns="http://www.w3.org/2000/svg"/>' >plain.svg
check no-record says 'plain.svg: No figure of Cajal' 1 "$cli" figure plain.svg
head -c 900 one.png >cut.png
check cut-record says 'cut.png: The picture is damaged' 1 "$cli" figure cut.png
