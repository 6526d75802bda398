#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The canvas with real keys and a real mouse: blocks, wires, cards. test-canvas.sh PATH-OF-CAJAL PATH-OF-CLI
set -u
# shellcheck source=tests/ui/harness.sh
. "$(dirname "$(realpath "$0")")/harness.sh"

# has PATTERN: what `show` says of the saved file.
has () { "$cli" show n.cajal | grep -qE "$1"; }
hasnt () { ! has "$1"; }

# wired TO FROM: whether the first input of a node comes from another, - for none.
wired ()
{
  python3 - "$1" "$2" <<'END'
import json, sys, zipfile
nodes = json.loads(zipfile.ZipFile("n.cajal").read("project.json"))["graph"]
node = next((n for n in nodes if n["id"] == sys.argv[1]), {"from": {}})
sys.exit(node["from"].get("0", "-").split(":")[0] != sys.argv[2])
END
}
muted ()
{
  python3 - "$1" <<'END'
import json, sys, zipfile
nodes = json.loads(zipfile.ZipFile("n.cajal").read("project.json"))["graph"]
sys.exit(not next(n for n in nodes if n["id"] == sys.argv[1])["muted"])
END
}

# saved COMMAND…: saves until it holds.
saved ()
{
  press ctrl+s
  until_holds 10 "$@"
}

# drag X Y X Y: from one place to another, slowly enough for a drag.
drag ()
{
  xdotool mousemove "$1" "$2" mousedown 1
  sleep 0.2
  xdotool mousemove $((($1 * 2 + $3) / 3)) $((($2 * 2 + $4) / 3))
  sleep 0.2
  xdotool mousemove $((($1 + $3 * 2) / 3)) $((($2 + $4 * 2) / 3))
  sleep 0.2
  xdotool mousemove "$3" "$4"
  sleep 0.4
  xdotool mouseup 1
  sleep 0.7
}

# fresh: the selection is gone, the pointer on free ground, all is in view.
fresh () { xdotool mousemove 700 470 click 1; sleep 0.3; press Escape Home; }

# add TEXT: as quick add does, on free ground.
add ()
{
  press slash
  xdotool type "$1"
  press Return
}

echo 1..17
"$cli" new playground -o n.cajal >/dev/null
start n.cajal
fresh
press Right Right shift+Right ctrl+g F2
xdotool type Hidden
press Return
check group saved has 'block “Hidden”: dense1, dense2$'
press Return
add 'dense 5'
check add-inside saved has 'block “Hidden”: dense1, dense2, dense4$'
press ctrl+z BackSpace ctrl+k
xdotool type 'save block'
press Return
check to-palette until_holds 5 test -s "$XDG_DATA_HOME/cajal/blocks/hidden.json"
press ctrl+shift+g
check ungroup saved hasnt block
press ctrl+z
check undo-ungroup saved has 'block “Hidden”: dense1, dense2$'
kill $app
wait $app 2>/dev/null
start n.cajal
fresh
add hidd
check block-by-name saved has 'block “Hidden”: dense4, dense5$'
press BackSpace Delete
check delete-block saved hasnt dense4
xdotool mousemove 590 340 click --repeat 2 --delay 120 1
sleep 0.6
press ctrl+a Delete
check inside-and-empty saved hasnt 'dense1|block'
check heals wired dense3 input1
kill $app
wait $app 2>/dev/null

rm n.cajal
"$cli" new playground -o n.cajal >/dev/null
start n.cajal
fresh
press Right ctrl+l Return
check wire-by-keys saved wired dense2 input1
press ctrl+z
drag 732 300 720 460
xdotool type relu
press Return
check wire-to-ground saved wired relu1 dense2
press ctrl+z
fresh
drag 609 300 620 460
press Escape
check wire-off saved wired dense2 -
drag 554 300 640 350
check wire-to-card saved wired dense2 dense1
xdotool mousemove 120 97 click 1
sleep 0.3
xdotool type dropout
sleep 0.7
drag 120 178 581 300
check card-on-wire saved wired dense2 dropout1
fresh
press Right Right ctrl+c ctrl+v
check paste saved has dense4
press m
check mute saved muted dense4
kill $app
wait $app 2>/dev/null
check nothing-on-the-log bash -c "! grep -E 'CRITICAL|WARNING' app.log >&2"
