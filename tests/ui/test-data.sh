#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Data of one's own with real events: a folder of pictures dragged onto the start page and trained on with
# two clicks, samples left out and undone, a picture dropped and pasted, a sign drawn, predictions.
# Speaks TAP. test-data.sh PATH-OF-CAJAL PATH-OF-CLI PATH-OF-FEED
set -u
feed=$(realpath "$3") # before the harness goes to its own folder
# shellcheck source=tests/ui/harness.sh
. "$(dirname "$(realpath "$0")")/harness.sh"

shows () { import -window root "$1.png"; }

# The end of the strip of samples, where one's own appears, is another one now.
strip_changed ()
{
  local changed
  changed=$(convert "$1.png" "$2.png" -crop 60x140+870+560 +repage -metric AE -compare \
    -format '%[distortion]' info: | cut -d. -f1)
  [ "$changed" -gt 800 ]
}
# A black sheet with a little white on it.
inked ()
{
  local share
  share=$(convert "$1.png" -crop 180x180+256+212 -colorspace gray -threshold 50% -format '%[fx:int(1000*mean)]' info:)
  [ "$share" -gt 5 ] && [ "$share" -lt 300 ]
}

# drag PATH X Y: from a window of another program to a place of ours.
drag ()
{
  "$feed" "$1" &
  local other=$! place
  until_holds 20 xdotool search --onlyvisible --name '^feed$' >/dev/null || return 1
  sleep 1
  place=$(xdotool search --onlyvisible --name '^feed$' | tail -1)
  xdotool windowmove "$place" 1200 700
  sleep 0.5
  xdotool mousemove 1280 750 mousedown 1
  sleep 0.3
  for step in 20 60 120 200; do
    xdotool mousemove $((1280 - step)) $((750 - step / 2))
    sleep 0.1
  done
  xdotool mousemove "$2" "$3"
  sleep 0.4
  xdotool mousemove $(($2 + 3)) "$3"
  sleep 0.4
  xdotool mouseup 1
  sleep 1
  [ -n "${4:-}" ] || kill $other 2>/dev/null
}

# Two kinds of pictures: a disk, or a bar, somewhere.
for i in $(seq 1 30); do
  mkdir -p mine/disk mine/bar
  convert -size 28x28 xc:black -fill white -draw "circle $((9 + i % 9)),$((10 + i % 7)) $((13 + i % 9)),$((10 + i % 7))" "mine/disk/$i.png"
  convert -size 28x28 xc:black -fill white -draw "rectangle 3,$((4 + i % 18)) 24,$((6 + i % 18))" "mine/bar/$i.png"
done
edits () { python3 -c "import json, sys, zipfile
print(json.loads(zipfile.ZipFile(sys.argv[1]).read('project.json'))['data'].get('edits', ''))" "$1"; }
has_edits () { [ "$(edits mine.cajal)" = "$1" ]; }
learned () { [ "$("$cli" eval mine.cajal --json | grep -o '"accuracy":[0-9.]*' | cut -d: -f2 | cut -c1-4)" '>' 0.79 ]; }

echo 1..9
"$program" 2>app.log &
app=$!
check window-appears until_holds 20 find_window
xdotool windowactivate --sync "$window" 2>/dev/null
sleep 1
drag "$HOME/mine" 500 300
sleep 3
shows offer
xdotool windowactivate --sync "$window" 2>/dev/null
xdotool key Return # the first offer has the focus
sleep 3
xdotool key ctrl+Return
sleep 8
xdotool key ctrl+shift+s
sleep 2
xdotool key ctrl+a
xdotool type "$HOME/mine.cajal"
xdotool key Return
check trained-on-a-dropped-folder until_holds 30 learned
check two-classes bash -c "[ \$('$cli' eval mine.cajal | grep -cE '^(bar|disk) ') = 2 ]"
xdotool windowactivate --sync "$window" 2>/dev/null
xdotool key ctrl+b
sleep 2.5
xdotool key space
sleep 0.3
xdotool key Delete
sleep 1.5
shows browser
xdotool key Escape
sleep 0.7
xdotool key ctrl+s
check sample-left-out until_holds 15 has_edits '0=-'
xdotool key ctrl+z
sleep 1
xdotool key ctrl+s
check taken-in-by-undo until_holds 15 has_edits ''
sleep 1
shows before
drag "$HOME/mine/disk/3.png" 700 300
sleep 1
shows own
check dropped-picture-is-the-sample strip_changed before own
xdotool windowactivate --sync "$window" 2>/dev/null
xdotool key ctrl+shift+d
sleep 1
xdotool mousemove 300 260 mousedown 1 mousemove 310 290 mousemove 320 320 mousemove 330 360 mouseup 1
sleep 1.5
shows pad
check pad-shows-ink inked pad
xdotool key ctrl+shift+d
check still-there kill -0 $app
kill $app
wait $app 2>/dev/null
check nothing-on-the-log bash -c "! grep -E 'CRITICAL|WARNING' app.log >&2"
