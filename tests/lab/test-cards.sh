#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Result cards of less than 20 s, with one seed; those whose data are not there are passed over.
# test-cards.sh PATH-OF-CAJAL-CLI
# shellcheck source=tests/lab/cli.sh
. "$(dirname "$0")/cli.sh"

# again ID: the picture of a card carries what it was drawn from.
again () { "$cli" figure "$1.svg" | grep -q '^card: '; }

readarray -t quick < <("$cli" list cards --json |
  sed 's/.*"id":"\([^"]*\)".*"seconds":\([0-9.]*\).*/\2 \1/' | awk '$1 < 20 {print $2}')
echo "1..$((2 * ${#quick[@]}))"
for id in "${quick[@]}"; do
  said=$("$cli" card "$id" --seeds 1 -o "$id.svg" 2>&1)
  status=$?
  if [ $status = 4 ]; then
    skip "$id" "$said"
    skip "$id-picture" "$said"
  else
    check "$id" [ $status = 0 ]
    echo "$said" | sed 's/^/# /'
    check "$id-picture" again "$id"
  fi
done
