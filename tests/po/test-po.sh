#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Every word for people can be translated and is; speaks TAP. test-po.sh SOURCE-FOLDER WORDS.C
set -u
source=$(realpath "$1")
words=$(realpath "$2")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for tool in xgettext msgmerge msgfmt msgcmp git; do
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

# No file with words is forgotten.
files () { diff <(grep -v '^#' "$source/po/POTFILES") <("$source/po/update.sh" list); }

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

# Nothing that the program says today is missing.
complete () { msgcmp "$source/po/$1.po" "$folder/now.pot"; }

echo "1..$((2 + 2 * ${#languages[@]}))"
check files files
check template template
for language in "${languages[@]}"; do
  check "$language-sound" sound "$language"
  check "$language-complete" complete "$language"
done
