#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The files with words for people: update.sh list. The template of all words: update.sh pot WORDS.C
# OUTPUT, where WORDS.C comes from list-words. Everything: update.sh update WORDS.C, which `./dev po` does.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

list ()
{
  git ls-files --cached --others --exclude-standard -- 'app/*.c' 'app/*.h' 'ui/*.c' 'viz/*.c' 'engine/*.c' \
    'engine/*.h' 'data/*.c' 'ui/*.ui' | LC_ALL=C sort -u | while IFS= read -r file; do
    [ -f "$file" ] || continue
    grep -qE '(^|[^A-Za-z0-9_])(_|N_|C_|NC_|ngettext|g_dngettext) \(' "$file" && echo "$file"
  done
  printf 'desktop/org.cajal.Cajal.%s\n' desktop.in gschema.xml metainfo.xml.in mime.xml.in
  echo po/words.c
}

pot ()
{
  local words=$1 output=$2
  list >"$output.files"
  xgettext --from-code=UTF-8 --add-comments=Translators --add-location=file --sort-output \
    --directory=. --directory="$(dirname "$(dirname "$words")")"  --package-name=cajal \
    --keyword=_ --keyword=N_ --keyword=C_:1c,2 --keyword=NC_:1c,2 --keyword=ngettext:1,2 \
    --keyword=g_dngettext:2,3 --keyword=g_dpgettext2:2c,3 --flag=g_strdup_printf:1:c-format \
    --flag=g_string_append_printf:2:c-format --flag=g_set_error:4:c-format \
    --files-from="$output.files" -o "$output"
  rm -f "$output.files"
}

# update WORDS.C: the list, the template and every translation; what has no translation yet stays empty.
update ()
{
  local language
  {
    echo '# SPDX-License-Identifier: GPL-3.0-or-later'
    echo '# Files with words for people, kept by `./dev po`; a test compares. The build makes po/words.c.'
    list
  } >po/POTFILES
  pot "$1" po/cajal.pot
  while IFS= read -r language; do
    msgmerge --quiet --update --backup=none --no-fuzzy-matching --sort-output "po/$language.po" \
      po/cajal.pot
    LC_ALL=C msgfmt --check --statistics -o /dev/null "po/$language.po"
  done < <(grep -v '^#' po/LINGUAS)
}

"$@"
