#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The house rules a machine can check. Prints each offence as `file:line: sentence`; exits 1 if any.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

files=()
while IFS= read -r -d '' file; do
  [ -f "$file" ] && files+=("$file")
done < <(git ls-files -z --cached --others --exclude-standard -- '*.c' '*.h' | sort -z)
if [ ${#files[@]} -eq 0 ]; then
  echo "check.sh: there is no C file to check" >&2
  exit 1
fi

status=0

# Layout. clang-format says `file:line:column: error: ...`; one line an offence is enough.
if ! command -v clang-format >/dev/null; then
  echo "check.sh: clang-format is not installed" >&2
  exit 1
fi
if ! layout=$(clang-format --dry-run -Werror "${files[@]}" 2>&1); then
  status=1
  if ! grep -E '^[^ ]+:[0-9]+:[0-9]+: error:' <<<"$layout" |
    sed -E 's/^([^ ]+:[0-9]+):[0-9]+: error:.*/\1: the layout is not that of .clang-format (.\/dev fmt mends it)./' | sort -u -t: -k1,1 -k2,2n; then
    printf '%s\n' "$layout"
  fi
fi

# Everything else is read line by line.
awk -v all="$(printf '%s\n' "${files[@]}")" '
function offence(line, text) { print FILENAME ":" line ": " text; bad = 1 }

function base_of(path) { sub(/.*\//, "", path); return path }

# The rank of a folder of the engine, 0 for what is no such folder.
function rank_of(path,   part)
{
  if (split(path, part, "/") < 3 || part[1] != "engine") return 0
  return rank[part[2]]
}

# The file an include names: as a path from the repository, engine/, or its own folder, else by name.
function resolve(name,   here)
{
  here = FILENAME; sub(/[^\/]*$/, "", here)
  if ((here name) in known) return here name
  if (name in known) return name
  if (("engine/" name) in known) return "engine/" name
  if (base_of(name) in by_name) return by_name[base_of(name)]
  return ""
}

function check_include(name,   own, target, theirs, base, gtk, cairo)
{
  base = base_of(name)
  gtk = name ~ /^(gtk|gdk|gsk|adwaita|libadwaita|graphene)/
  cairo = name ~ /^(cairo|pango)/
  if (FILENAME ~ /^engine\//)
    {
      if (base ~ /^cj[dvlua]-/ || gtk || cairo)
        offence(FNR, "the engine must not include " name ".")
      own = rank_of(FILENAME); target = resolve(name); theirs = rank_of(target)
      if (own && theirs > own)
        offence(FNR, "engine/" folder[own] " must not include " name " of engine/" folder[theirs] \
                ", which stands above it.")
    }
  else if (FILENAME ~ /^data\// && (base ~ /^cj[vlua]-/ || gtk))
    offence(FNR, "data must not include " name ".")
  else if (FILENAME ~ /^viz\// && (base ~ /^cj[dlua]-/ || gtk))
    offence(FNR, "viz must not include " name ".")
  else if (FILENAME ~ /^plugins\// && (base ~ /^cj[lua]-/ || base ~ /-private\.h$/ || gtk))
    offence(FNR, "plugins must not include " name ".")
  else if (FILENAME ~ /^app\/(lab|cli)\// && (base ~ /^cj[ua]-/ || gtk))
    offence(FNR, "app/lab and app/cli must not include " name ".")
}

# A sentence for people goes through gettext. What is left of the call without the literals that do holds
# none of two words.
function check_sentence(call, line,   text)
{
  text = "(\"([^\"\\\\]|\\\\.)*\"[ ]*)+"
  gsub("(^|[^A-Za-z0-9_])_ \\([ ]*" text "\\)", "", call)
  gsub("g_dngettext \\([ ]*GETTEXT_PACKAGE,[ ]*" text ",[ ]*" text ",", "", call)
  if (call ~ /"[^"]*[A-Za-z][A-Za-z][.,:;]* [^"]*[A-Za-z][A-Za-z][^"]*"/)
    offence(line, "a sentence for people is not translated; write _ (\"…\").")
}

function end_of_file()
{
  if (last == "") return
  if (!licensed) { print last ":1: there is no SPDX-License-Identifier line."; bad = 1 }
  if (lines > 800) { print last ":801: the file has " lines " lines; 800 is the most."; bad = 1 }
}

BEGIN {
  says = "(^|[^A-Za-z0-9_])(g_set_error|g_set_error_literal|g_prefix_error|cj_op_refuse) \\("
  order = split("base tensor ops graph layers rules program damage train explain memory", folder, " ")
  for (i = 1; i <= order; i++) rank[folder[i]] = i
  n = split(all, path, "\n")
  for (i = 1; i <= n; i++)
    {
      known[path[i]] = 1
      if (path[i] ~ /^engine\/.*\.h$/) by_name[base_of(path[i])] = path[i]
    }
}

FNR == 1 {
  end_of_file()
  call = ""
  last = FILENAME; licensed = 0; start = 0; excused = 0; before = ""; title = ""
}
{ lines = FNR }
/SPDX-License-Identifier: / && FNR <= 3 { licensed = 1 }
/\t/ { offence(FNR, "there is a tab; indent with spaces.") }
/(^|[^A-Za-z_])(TODO|FIXME)([^A-Za-z_]|$)/ {
  if ($0 !~ /(TODO|FIXME)[^A-Za-z0-9_]*#[0-9]+/) offence(FNR, "TODO or FIXME without #<number>.")
}
/^G_DEFINE_QUARK \(.* - / {
  offence(FNR, "clang-format broke the name of the quark; put it between clang-format off and on.")
}
/^[ ]*#[ ]*include[ ]*[<"]/ {
  name = $0
  sub(/^[ ]*#[ ]*include[ ]*[<"]/, "", name); sub(/[>"].*/, "", name)
  check_include(name)
}

FILENAME !~ /^(plugins|tests)\// && (call != "" || $0 ~ says) {
  if (call == "") { call = substr($0, match($0, says)); called = FNR }
  else { sub(/^ +/, " "); call = call $0 }
  if (call ~ /;$/) { check_sentence(call, called); call = "" }
}

# Functions: a brace in column 0 to the next closing brace in column 0. Tables and types are none.
FILENAME ~ /\.c$/ {
  if (!start && /^\{/)
    {
      if (before !~ /=[ ]*$/ && before !~ /^(typedef |static |const )*(struct|union|enum)( [A-Za-z0-9_]+)?$/)
        { start = FNR; free = excused; who = title }
    }
  else if (start && /^\}/)
    {
      if (FNR - start + 1 > 80 && !free)
        offence(start, "the function " who "has " FNR - start + 1 " lines; 80 is the most.")
      start = 0; excused = 0
    }
  else if (!start)
    {
      if (/^[ ]*$/) { excused = 0; title = "" }
      if (/(\/\*|\*|\/\/).*length:/ ) excused = 1
      if (match($0, /^[A-Za-z_][A-Za-z0-9_]* \(/)) title = substr($0, 1, RLENGTH - 2) " "
    }
  before = $0
}
END { end_of_file(); exit bad }
' "${files[@]}" || status=1

exit $status
