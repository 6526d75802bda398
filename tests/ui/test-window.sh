#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The window in a virtual display with real keys; speaks TAP. test-window.sh PATH-OF-CAJAL PATH-OF-CLI
set -u
# shellcheck source=tests/ui/harness.sh
. "$(dirname "$(realpath "$0")")/harness.sh"

# The weights of the saved project are numbers.
finite () { "$cli" eval "$1" --json | grep -q '"loss":[0-9.]'; }
not_finite () { ! finite "$1"; }

# command WORDS: chooses it in the command palette.
command ()
{
  xdotool key ctrl+k
  sleep 0.7
  xdotool type "$1"
  sleep 0.7
  xdotool key Return
  sleep 1
}

learned () { [ "$("$cli" eval "$1" --json | grep -o '"accuracy":[0-9.]*' | cut -d: -f2 | cut -c1-4)" '>' 0.79 ]; }

echo 1..10
"$cli" new playground -o two.cajal >/dev/null
"$program" two.cajal 2>app.log &
app=$!
check window-appears until_holds 20 find_window
xdotool windowactivate --sync "$window" 2>/dev/null
sleep 1.5
check not-blank until_holds 10 colours 60
xdotool key ctrl+Return
sleep 5
xdotool key ctrl+s
check train-and-save until_holds 20 learned two.cajal
xdotool key slash
sleep 0.5
xdotool type 'dense 7'
xdotool key Return
sleep 0.5
xdotool key Escape ctrl+s
check quick-add until_holds 10 bash -c "'$cli' show two.cajal | grep -q 'dense4 '"
xdotool key ctrl+z
sleep 0.5
xdotool key ctrl+s
check undo until_holds 10 bash -c "! '$cli' show two.cajal | grep -q 'dense4 '"
kill $app
wait $app 2>/dev/null

# a learning rate far too large: the run stops, one command leads back, undo leads there again
"$cli" new playground -o wild.cajal >/dev/null
"$cli" set wild.cajal optimizer=sgd learning-rate=100 optimizer.weight-decay=10
start wild.cajal
xdotool key ctrl+Return
sleep 3
xdotool key ctrl+s
check numbers-explode until_holds 10 not_finite wild.cajal
command 'before the numbers'
xdotool key ctrl+s
check go-back until_holds 10 finite wild.cajal
xdotool key ctrl+z
sleep 1
xdotool key ctrl+s
check go-back-undone until_holds 10 not_finite wild.cajal
check still-runs kill -0 $app
kill $app
wait $app 2>/dev/null
check nothing-on-the-log bash -c "! grep -E 'CRITICAL|WARNING' app.log >&2"
