#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The window in a virtual display with real keys; speaks TAP. test-window.sh PATH-OF-CAJAL PATH-OF-CLI
set -u
program=$(realpath "$1")
cli=$(realpath "$2")
here=$(dirname "$(realpath "$0")")

for tool in xvfb-run openbox xdotool import dbus-run-session; do
  if ! command -v "$tool" >/dev/null; then
    echo "1..0 # SKIP $tool is not installed"
    exit 0
  fi
done

if [ -z "${CAJAL_UI_INSIDE:-}" ]; then
  home=$(mktemp -d)
  mkdir -p "$home/.config/gtk-4.0" "$home/run"
  chmod 700 "$home/run"
  printf '[Settings]\ngtk-enable-animations=0\n' >"$home/.config/gtk-4.0/settings.ini"
  status=0
  env -u WAYLAND_DISPLAY CAJAL_UI_INSIDE=1 HOME="$home" XDG_CONFIG_HOME="$home/.config" \
    XDG_RUNTIME_DIR="$home/run" XDG_STATE_HOME="$home/state" GDK_BACKEND=x11 GSK_RENDERER=cairo \
    GSETTINGS_BACKEND=memory ADW_DISABLE_PORTAL=1 GTK_USE_PORTAL=0 GTK_A11Y=none \
    xvfb-run -a -s '-screen 0 1440x920x24' dbus-run-session -- bash "$0" "$program" "$cli" \
    2>"$home/log" || status=$?
  grep -E 'CRITICAL|WARNING \*\*' "$home/log" | sed 's/^/# /'
  rm -rf "$home"
  exit $status
fi

openbox &
trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
cd "$HOME" || exit 1
number=0

check ()
{
  local name=$1
  shift
  number=$((number + 1))
  if "$@"; then echo "ok $number $name"; else echo "not ok $number $name"; fi
}

# until SECONDS COMMAND…: tries until it holds.
until_holds ()
{
  local end=$((SECONDS + $1))
  shift
  until "$@" 2>/dev/null; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.2
  done
}

learned () { [ "$("$cli" eval "$1" --json | grep -o '"accuracy":[0-9.]*' | cut -d: -f2 | cut -c1-4)" '>' 0.79 ]; }
find_window () { window=$(xdotool search --onlyvisible --pid "$app" | tail -1) && [ -n "$window" ]; }
colours () { [ "$(import -window root -format %k info:- 2>/dev/null || import -window root png:- | identify -format %k -)" -gt "$1" ]; }

echo 1..6
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
check nothing-on-the-log bash -c "! grep -E 'CRITICAL|WARNING' app.log >&2"
