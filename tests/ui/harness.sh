# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by the tests of the window: a virtual display with real keys, a home of its own, and TAP.
# The arguments of the test are PATH-OF-CAJAL PATH-OF-CLI, and more of its own. Keys come too early now and then on a
# busy machine, so what fails is tried once more as a whole, and the first try is told.
program=$(realpath "$1")
cli=$(realpath "$2")

for tool in xvfb-run openbox xdotool import convert dbus-run-session; do
  if ! command -v "$tool" >/dev/null; then
    echo "1..0 # SKIP $tool is not installed"
    exit 0
  fi
done

# once ARGUMENT…: the whole test in a new home and display. Its lines are left in $tap.
once ()
{
  local home status=0
  home=$(mktemp -d)
  mkdir -p "$home/.config/gtk-4.0" "$home/run"
  chmod 700 "$home/run"
  printf '[Settings]\ngtk-enable-animations=0\n' >"$home/.config/gtk-4.0/settings.ini"
  env -u WAYLAND_DISPLAY -u CAJAL_STATE_DIR -u CAJAL_DATA_DIR -u LANGUAGE LC_ALL=C.UTF-8 \
    CAJAL_UI_INSIDE=1 HOME="$home" \
    XDG_CONFIG_HOME="$home/.config" XDG_CACHE_HOME="$home/cache" XDG_DATA_HOME="$home/data" \
    XDG_RUNTIME_DIR="$home/run" XDG_STATE_HOME="$home/state" GDK_BACKEND=x11 GSK_RENDERER=cairo \
    GSETTINGS_BACKEND=memory ADW_DISABLE_PORTAL=1 GTK_USE_PORTAL=0 GTK_A11Y="${CAJAL_UI_A11Y:-none}" \
    xvfb-run -a -s '-screen 0 1440x920x24' dbus-run-session -- bash "$0" "$@" \
    2>"$home/log" >"$tap" || status=$?
  grep -E 'CRITICAL|WARNING \*\*|^[A-Za-z.]*Error|^ *File |^Bail' "$home/log" | grep -v dbind | sed 's/^/# /' >>"$tap"
  rm -rf "$home"
  return $status
}

if [ -z "${CAJAL_UI_INSIDE:-}" ]; then
  tap=$(mktemp)
  status=0
  once "$@" || status=$?
  if [ $status -ne 0 ] || grep -q '^not ok' "$tap"; then
    sed -n 's/^not ok/# at the first try:/p' "$tap"
    status=0
    once "$@" || status=$?
  fi
  grep -E '^(ok|not ok|1\.\.|#|Bail out)' "$tap" # and not what the servers say of themselves
  rm -f "$tap"
  exit $status
fi

openbox &
trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
cd "$HOME" || exit 1
number=0

# check NAME COMMAND…: one test case.
check ()
{
  local name=$1
  shift
  number=$((number + 1))
  if "$@"; then
    echo "ok $number $name"
  else
    echo "not ok $number $name"
    [ -z "${CAJAL_UI_SHOTS:-}" ] || import -window root "$CAJAL_UI_SHOTS/$number-$name.png"
  fi
}

# until_holds SECONDS COMMAND…: tries until it holds.
until_holds ()
{
  local end=$((SECONDS + $1))
  shift
  until "$@" 2>/dev/null; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.2
  done
}

find_window () { window=$(xdotool search --onlyvisible --pid "$app" | tail -1) && [ -n "$window" ]; }
colours () { [ "$(import -window root -format %k info:- 2>/dev/null || import -window root png:- | identify -format %k -)" -gt "$1" ]; }

# start ARGUMENT…: runs the program and waits for its window.
start ()
{
  "$program" "$@" 2>>app.log &
  app=$!
  until_holds 20 find_window || return 1
  xdotool windowactivate --sync "$window" 2>/dev/null
  sleep 1.5
}

# press KEY…: one after the other, with time for what they do.
press ()
{
  local key
  for key in "$@"; do
    xdotool key "$key"
    sleep 0.5
  done
}
