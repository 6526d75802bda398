#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Measures in a virtual display: run.sh PROGRAM [--json]. The program gets the process of the display
# server in CAJAL_BENCH_SERVER, a home of its own and no settings of the user.
set -euo pipefail

if [ -z "${CAJAL_BENCH_INSIDE:-}" ]; then
  home=$(mktemp -d)
  mkdir -p "$home/.config/gtk-4.0" "$home/run"
  chmod 700 "$home/run"
  printf '[Settings]\ngtk-enable-animations=0\ngtk-font-name=Cantarell 11\n' \
    >"$home/.config/gtk-4.0/settings.ini"
  status=0
  env -u WAYLAND_DISPLAY CAJAL_BENCH_INSIDE=1 HOME="$home" XDG_CONFIG_HOME="$home/.config" \
    XDG_CACHE_HOME="$home/cache" XDG_DATA_HOME="$home/data" XDG_RUNTIME_DIR="$home/run" \
    XDG_STATE_HOME="$home/state" GDK_BACKEND=x11 GSK_RENDERER="${GSK_RENDERER:-cairo}" \
    GSETTINGS_BACKEND=memory ADW_DISABLE_PORTAL=1 GTK_USE_PORTAL=0 GTK_A11Y=none \
    GSETTINGS_SCHEMA_DIR="$(dirname "$(realpath "$1")")/../desktop" \
    xvfb-run -a -s '-screen 0 1280x800x24' dbus-run-session -- bash "$0" "$@" || status=$?
  rm -rf "$home"
  exit $status
fi

openbox >/dev/null 2>&1 &
manager=$!
trap 'kill $manager 2>/dev/null || true' EXIT
sleep 0.5
# xvfb-run starts the server of this display as its own child.
CAJAL_BENCH_SERVER=$(pgrep -n -f "^Xvfb ${DISPLAY%%.*}( |$)" || true)
export CAJAL_BENCH_SERVER
# shellcheck disable=SC2086
${CAJAL_BENCH_UNDER:-env} "$@"
