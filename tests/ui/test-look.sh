#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Pictures as ./dev shot takes them, as people with other languages, eyes and screens have the window: none is
# blank, in none does one colour hide the rest. Speaks TAP. test-look.sh PATH-OF-CAJAL
set -u
for tool in xvfb-run openbox xdotool import convert dbus-run-session; do
  if ! command -v "$tool" >/dev/null; then
    echo "1..0 # SKIP $tool is not installed"
    exit 0
  fi
done
shots=(start narrow spanish high-contrast-dark large-text rtl)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$(dirname "$(realpath "$0")")/shot.sh" "$1" "$folder" "${shots[@]}" >/dev/null 2>&1
echo "1..${#shots[@]}"
number=0
for shot in "${shots[@]}"; do
  number=$((number + 1))
  verdict=$(convert "$folder/$shot.png" -trim +repage -format %c histogram:info:- 2>/dev/null | awk '
    { sub (/:.*/, ""); total += $1; if ($1 > most) most = $1; colours++ }
    END { printf "%d colours, the commonest on %d %%\n", colours, total ? 100 * most / total : 100
          exit !(colours > 300 && most < 0.9 * total) }')
  # shellcheck disable=SC2181
  if [ $? -eq 0 ]; then echo "ok $number $shot-is-not-blank"; else echo "not ok $number $shot-is-not-blank"; fi
  echo "# $shot: ${verdict:-there is no picture}"
done
