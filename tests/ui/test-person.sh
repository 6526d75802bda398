#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs a test written in Python with a screen reader's ears (person.py) inside the virtual display.
# Speaks TAP. test-person.sh PATH-OF-CAJAL PATH-OF-CLI TEST.py [ARGUMENT…]
set -u
# Debian's own Python has the bindings; there may be another one first in the path.
python=/usr/bin/python3
if ! "$python" -c 'import gi; gi.require_version ("Atspi", "2.0")' 2>/dev/null \
  || [ ! -f /usr/share/dbus-1/services/org.a11y.Bus.service ]; then
  echo "1..0 # SKIP at-spi2-core, python3-gi or gir1.2-atspi-2.0 is not installed"
  exit 0
fi
export CAJAL_UI_A11Y=atspi
test=$(realpath "$3")
[ -z "${4:-}" ] || feed=$(realpath "$4")
# shellcheck source=tests/ui/harness.sh
. "$(dirname "$(realpath "$0")")/harness.sh"
"$python" "$test" "$program" "$cli" "${feed:-}"
