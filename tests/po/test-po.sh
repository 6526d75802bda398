#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Every word for people can be translated and is; speaks TAP. test-po.sh SOURCE-FOLDER WORDS.C
set -u
source=$(realpath "$1")
words=$(realpath "$2")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for tool in xgettext msgmerge msgfmt msgattrib git; do
  if ! command -v $tool >/dev/null; then
    echo "1..0 # SKIP $tool is not installed"
    exit 0
  fi
done
number=0
mapfile -t languages < <(grep -v '^#' "$source/po/LINGUAS")

check ()
{
  local name=$1
  shift
  number=$((number + 1))
  if "$@" >"$folder/log" 2>&1; then echo "ok $number $name"; else echo "not ok $number $name"; fi
  sed 's/^/# /' "$folder/log"
}

# POTFILES names no file that is gone; new ones, a handful at most, may wait for the next `./dev po`.
# None is forgotten here: the template below is made from the files as they are.
files ()
{
  local gone new
  grep -v '^#' "$source/po/POTFILES" | LC_ALL=C sort >"$folder/listed"
  "$source/po/update.sh" list | LC_ALL=C sort >"$folder/there"
  gone=$(LC_ALL=C comm -23 "$folder/listed" "$folder/there")
  new=$(LC_ALL=C comm -13 "$folder/listed" "$folder/there")
  echo "gone: ${gone:-none}; new: ${new:-none}"
  [ -z "$gone" ] && [ "$(grep -c . <<<"$new")" -le 8 ]
}

# xgettext says nothing: no word is cut in two by a macro.
template ()
{
  "$source/po/update.sh" pot "$words" "$folder/now.pot" 2>&1 && [ ! -s "$folder/log" ]
}

# What is there is right, and all of it.
sound ()
{
  local language=$1
  LC_ALL=C msgfmt --check --statistics -o "$folder/$language.mo" "$source/po/$language.po" \
    >"$folder/statistics" 2>&1
  local status=$?
  cat "$folder/statistics"
  [ $status -eq 0 ] && ! grep -qE 'fuzzy|untranslated' "$folder/statistics"
}

# What the program says today is translated; a handful of new words may wait for the next `./dev po`,
# never one in fifty.
complete ()
{
  local missing all
  msgmerge --quiet --no-fuzzy-matching -o "$folder/$1.now" "$source/po/$1.po" "$folder/now.pot" || return 1
  msgattrib --untranslated --no-obsolete --no-wrap "$folder/$1.now" | grep '^msgid "..*"' || true
  missing=$(msgattrib --untranslated --no-obsolete "$folder/$1.now" | grep -c '^msgid ')
  all=$(grep -c '^msgid ' "$folder/now.pot")
  echo "$missing of $all words have no translation yet"
  [ $((missing * 50)) -lt "$all" ]
}

echo "1..$((2 + 2 * ${#languages[@]}))"
check files files
check template template
for language in "${languages[@]}"; do
  check "$language-sound" sound "$language"
  check "$language-complete" complete "$language"
done
