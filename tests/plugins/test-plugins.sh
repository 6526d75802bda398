#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The loader of plugins as a user meets it; speaks TAP. test-plugins.sh CAJAL-CLI BUILD SOURCE
build=$(realpath "$2")
source=$(realpath "$3")
# shellcheck source=tests/lab/cli.sh
. "$(dirname "$(realpath "$0")")/../lab/cli.sh"
export CAJAL_PLUGIN_PATH=$folder/plugins
export ASAN_OPTIONS=${ASAN_OPTIONS:-}:handle_abort=0

# put NAME…: only these modules of the tests are in the plugin folder.
put ()
{
  rm -rf plugins
  mkdir plugins
  for name in "$@"; do
    cp "$build/tests/plugins/$name.so" plugins/
  done
}

# refused NAME SENTENCE: the module is named with its sentence, and other commands go on.
refused ()
{
  put "$1"
  contains "refused *$1 " "$cli" plugins && contains "$2" "$cli" plugins &&
    contains "$folder/plugins/$1.so: " "$cli" list schedules && "$cli" list schedules
}

crashes ()
{
  put crash
  CAJAL_TEST_CRASH=1 "$cli" plugins
  [ $? -ge 128 ] && [ -n "$(ls state/plugins)" ]
}

# A file that is no library, one of a library cut off, and a folder with the name of one.
no_library ()
{
  put
  printf 'not a library\n' >plugins/text.so
  head -c 2000 "$build/tests/plugins/good.so" >plugins/cut.so
  : >plugins/empty.so
  mkdir plugins/folder.so
  for name in text cut empty folder; do
    contains "refused *$name " "$cli" plugins || return 1
  done
  contains "Get or build it for this Cajal" "$cli" plugins && "$cli" list schedules
}

# Plugins come from the two folders and from nowhere else: not from where the program is started.
elsewhere ()
{
  mkdir -p here/cajal/plugins here/plugins
  for place in here here/plugins here/cajal/plugins; do
    cp "$build/tests/plugins/good.so" "$place/"
  done
  (cd here && unset CAJAL_PLUGIN_PATH && XDG_DATA_HOME=$folder/own "$cli" plugins) >said
  ! grep -q good said
}

skipped () { contains 'crashed *crash ' "$cli" plugins && contains 'plugins --retry crash' "$cli" list; }

changed ()
{
  crashes
  touch -d '2020-01-01' plugins/crash.so
  contains 'loaded *crash ' "$cli" plugins
}

# The page says how to make a plugin of its example: the id, and the compiler's line.
outside ()
{
  local flags
  DESTDIR=$folder/root meson install -C "$build" --no-rebuild --quiet || return 1
  # where it lies now
  sed -i "s|^prefix=|prefix=$folder/root|" "$(find root -name cajal-plugin.pc)" || return 1
  PKG_CONFIG_PATH=$(dirname "$(find "$PWD/root" -name cajal-plugin.pc)")
  export PKG_CONFIG_PATH
  "$source/tests/every/extract.py" "$source/CONTRIBUTING.md" all.c && sed 's/"stretch"/"acme:stretch"/' all.c >stretch.c &&
    flags=$(pkg-config --cflags --libs cajal-plugin) || return 1
  put
  # shellcheck disable=SC2086 # a list of words
  cc -std=gnu11 -Wall -Wextra -Werror -Wno-missing-field-initializers -shared -fPIC -o plugins/stretch.so stretch.c $flags || return 1
  contains 'layers *acme:stretch ' "$cli" list layers && contains 'loaded *stretch ' "$cli" plugins &&
    find root -path '*/cajal/plugins/naka-rushton.so' | grep -q .
}

figure ()
{
  export CAJAL_PLUGIN_PATH=$build/plugins
  "$cli" new playground -o p.cajal && "$cli" train p.cajal --steps 5 && "$cli" figure p.cajal cajal:weight-spectrum -o s.svg &&
    "$cli" figure p.cajal cajal:weight-spectrum -o s.csv && [ "$(wc -l <s.csv)" -eq 3 ] && grep -q '<svg' s.svg
}

echo 1..20
mkdir plugins
check none contains 'There are no plugins' "$cli" plugins
put good older
check loaded contains 'loaded *good ' "$cli" plugins
check items contains '"items":\["acme:twice"\]' "$cli" plugins --json
check listed contains 'layers *acme:twice ' "$cli" list layers
check described contains 'y = 2 x' "$cli" describe acme:twice
check older contains 'loaded *older ' "$cli" plugins
check other-abi refused other-abi 'built for another version of Cajal (interface 2'
check other-layer refused other-layer 'item for another version of Cajal'
check bad-id refused bad-id '“twice” is no id of the form vendor:name'
check incomplete refused incomplete '“acme:twice” lacks'
check no-library no_library
check elsewhere elsewhere
check no-entry refused no-entry 'It is no plugin of Cajal'
put good twin
check duplicate contains 'It brings “acme:twice”, which is there already' "$cli" plugins
check crashes crashes
check skipped skipped
check retry contains 'acme:thrice' "$cli" plugins --retry crash
check changed changed
check figure figure
check outside outside
