#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A project in the window is never lost: killed while editing and while training, reopened, undone.
# Speaks TAP. test-document.sh PATH-OF-CAJAL PATH-OF-CLI
set -u
here=$(dirname "$(realpath "$0")")
# shellcheck source=tests/ui/harness.sh
. "$here/harness.sh"

has () { "$cli" show "$1" | grep -q "$2"; }
has_not () { ! has "$1" "$2"; }
unsaved () { "$cli" recover --json | grep -q "$1"; }
nothing_unsaved () { [ -z "$("$cli" recover --json)" ]; }
crash () { kill -9 "$app"; wait "$app" 2>/dev/null; }
history_of () { "$cli" show "$1" --json; }
steps_of () { unzip -p "$1" run/log.json | grep -o '"step": *[0-9]*' | grep -o '[0-9]*' | sort -n | tail -1; }
trained () { [ "$(steps_of "$1")" -gt "$2" ]; }
count_windows () { [ "$(xdotool search --onlyvisible --class cajal | wc -l)" = "$1" ]; }
kept () { [ -n "$(ls "$XDG_STATE_HOME/cajal/runs")" ]; }
undone () { [ "$(steps_of two.cajal)" -le "$steps" ]; }
gone () { ! kill -0 "$app" 2>/dev/null; }

runs_in () { unzip -l "$1" | grep -c 'runs/.*json'; }
branched () { [ "$(steps_of two.cajal)" -lt "$last" ] && [ "$(runs_in two.cajal)" = 1 ]; }
whole () { [ "$(steps_of two.cajal)" = "$last" ] && [ "$(runs_in two.cajal)" = 0 ]; }
fresh () { [ "$(steps_of two.cajal)" = 0 ] && [ "$(runs_in two.cajal)" = 1 ]; }

# run_command WORD: by the command palette.
run_command ()
{
  xdotool key ctrl+k
  until_holds 20 count_windows 2
  sleep 0.5
  xdotool type "$1"
  press Return
  until_holds 20 count_windows 1
  sleep 0.5
}

# add TEXT: puts layers on the canvas by typing.
add ()
{
  press slash
  xdotool type "$1"
  press Return Escape
}

echo 1..26
"$cli" new playground -o two.cajal >/dev/null
cp two.cajal fresh.cajal

start two.cajal
add 'dense 7'
sleep 1
crash
check edit-is-in-the-journal until_holds 5 unsaved '"edits": *1'
start two.cajal
press Return # Restore is what Enter means
sleep 1
press ctrl+s
check killed-while-editing until_holds 10 has two.cajal 'dense4 '
check nothing-left-over until_holds 5 nothing_unsaved
press ctrl+z ctrl+s
check undo-after-crash until_holds 10 has_not two.cajal 'dense4 '
press ctrl+shift+z ctrl+s
check redo until_holds 10 has two.cajal 'dense4 '

press ctrl+z ctrl+s ctrl+w
"$cli" train two.cajal --steps 1 --set epochs=100000 --set batch=1 >/dev/null
start two.cajal
press ctrl+Return
sleep 3
check training-leaves-checkpoints until_holds 30 kept
crash
check steps-are-in-the-journal until_holds 5 unsaved '"step": *[1-9]'
start two.cajal
press Return
sleep 1.5
press ctrl+s
check killed-while-training until_holds 10 trained two.cajal 1
steps=$(steps_of two.cajal)

# train, pause, change, undo, save, close, reopen: the same state
press ctrl+Return
sleep 4
press ctrl+Return
sleep 1
add 'dense 9'
press ctrl+z ctrl+s
check trains-on until_holds 10 trained two.cajal "$steps"
check pause-change-undo has_not two.cajal 'dense4 '
cp two.cajal saved.cajal
press ctrl+w
check closes-without-asking until_holds 10 gone
start two.cajal
press ctrl+shift+s Escape ctrl+s
sleep 1
check same-after-reopen test "$(history_of two.cajal | grep -v uuid)" = "$(history_of saved.cajal | grep -v uuid)"

press ctrl+z # the training before the edit: one entry
sleep 1
press ctrl+s
check burst-is-undone-after-restart until_holds 10 undone

# back in time by the scrubber, and on from there; undone, the run is whole again
press ctrl+Return
sleep 4
press ctrl+Return
sleep 1
press ctrl+s
sleep 1
last=$(steps_of two.cajal)
xdotool mousemove 560 874 click 1
sleep 1
run_command branch
press ctrl+s
check branch-forks-the-run until_holds 10 branched
press ctrl+z
sleep 1
press ctrl+s
check branch-is-undone until_holds 10 whole
run_command reset
press ctrl+s
check reset-keeps-the-old-run until_holds 10 fresh

xdotool mousemove 700 500
sleep 1
"$program" two.cajal 2>>app.log
sleep 1
check same-file-raises-its-window count_windows 1

# another program writes the file: saving asks, and Escape keeps what that program wrote
xdotool mousemove 640 460 click 1
add 'dense 5'
xdotool mousemove 640 40 # no tooltip, which would count as a window
cp fresh.cajal two.cajal
xdotool key ctrl+s
until_holds 20 count_windows 2
sleep 0.5
press Escape
until_holds 20 count_windows 1
check changed-file-is-not-overwritten cmp -s fresh.cajal two.cajal
# closing asks once, Escape keeps the window, Discard forgets
sleep 1
press ctrl+w
check closing-asks until_holds 20 count_windows 2
sleep 1
press Escape
check escape-keeps-the-window until_holds 20 count_windows 1
xdotool key ctrl+w
until_holds 20 count_windows 2
sleep 1
press alt+d
check discard-closes until_holds 10 gone
check nothing-is-offered nothing_unsaved
# a file of a version that is yet to come: it can be looked at and edited, and stays as it is; Save does
# nothing, and closing has nothing to ask
python3 "$here/newer.py" fresh.cajal newer.cajal
cp newer.cajal newer-before.cajal
start newer.cajal
add 'dense 7'
press ctrl+s ctrl+shift+s
[ -z "${CAJAL_UI_SHOTS:-}" ] || import -window root "$CAJAL_UI_SHOTS/newer.png"
check newer-asks-for-no-name count_windows 1
xdotool key ctrl+w
check newer-closes-at-once until_holds 10 gone
check newer-stays-as-it-is cmp newer.cajal newer-before.cajal
check nothing-on-the-log bash -c "! grep -E 'CRITICAL|WARNING' app.log >&2"
