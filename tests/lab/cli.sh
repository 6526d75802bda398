# SPDX-License-Identifier: GPL-3.0-or-later
# For tests of cajal-cli: sourced with its path as $1; speaks TAP from a folder of its own.
set -u
cli=$(realpath "$1")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
export CAJAL_STATE_DIR=$folder/state CAJAL_PLUGIN_PATH= XDG_CACHE_HOME=$folder/cache
# Sentences are compared in English, whoever runs the tests.
export LC_ALL=C.UTF-8
unset LANGUAGE
number=0

# check NAME COMMAND…: one test; what the command prints goes to `said`.
check ()
{
  local name=$1
  shift
  number=$((number + 1))
  if said=$("$@" 2>&1); then
    echo "ok $number $name"
  else
    echo "not ok $number $name"
    sed 's/^/# /' <<<"$said"
  fi
}

# skip NAME WHY
skip ()
{
  number=$((number + 1))
  echo "ok $number $1 # SKIP $2"
}

# data NAME: the path of a downloaded data set; fails if there is none.
data () { [ -e "${CAJAL_DATA_DIR:-/nowhere}/$1" ] && echo "$CAJAL_DATA_DIR/$1"; }

refuses () { ! "$@"; }
contains () { grep -q -e "$1" <<<"$("${@:2}" 2>&1)"; }
# says WORDS STATUS COMMAND…: both what is printed and the exit status.
says ()
{
  local text status
  text=$("${@:3}" 2>&1)
  status=$?
  grep -q -e "$1" <<<"$text" && [ $status = "$2" ] || { echo "$status: $text"; return 1; }
}
