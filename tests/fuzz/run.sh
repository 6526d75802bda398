#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Fuzzing with libFuzzer: run.sh BUILD [TARGET...] [-runs=N] [-cpu=SECONDS] [-keep] [OPTION OF LIBFUZZER...].
# Every target gets N executions or SECONDS of processor time, whichever comes first. What was found stays
# in BUILD/fuzz/TARGET and is gone on from; an input that breaks something is left in BUILD/fuzz. With
# -keep what reaches new code goes into the seeds, the shortest first, up to 32 KiB a target. One row a
# target: executions, seconds, edges reached, inputs that broke it.
set -eu

build=$1
shift
seeds=$(dirname "$0")/seeds
runs=1000000 cpu=1200 keep=false targets=() options=()
for argument in "$@"; do
  case $argument in
    -runs=*) runs=${argument#-runs=} ;;
    -cpu=*) cpu=${argument#-cpu=} ;;
    -keep) keep=true ;;
    -*) options+=("$argument") ;;
    *) targets+=("$argument") ;;
  esac
done
if [ ${#targets[@]} -eq 0 ]; then
  for program in "$build"/tests/fuzz-*; do
    [ -f "$program" ] && [ -x "$program" ] && targets+=("${program##*/fuzz-}")
  done
fi

export G_SLICE=always-malloc G_DEBUG=fatal-criticals
export ASAN_OPTIONS=detect_stack_use_after_return=1:allocator_may_return_null=1
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
export LSAN_OPTIONS=suppressions=$(dirname "$0")/../lsan.supp:print_suppressions=0

# No input is longer than the driver of the suite takes, nothing may ask for more than 512 MiB at once or
# have more than 2 GiB, and an input that takes 20 s on a busy machine, sanitized, counts as a hang.
limits=(-max_len=65536 -malloc_limit_mb=512 -rss_limit_mb=2048 -timeout=20)

# used PID: seconds of processor time of a process and of its children that ended.
used ()
{
  local -a stat
  local line

  line=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  read -ra stat <<<"${line##*) }"
  echo $(((stat[11] + stat[12] + stat[13] + stat[14]) / $(getconf CLK_TCK)))
}

# fuzz TARGET: one target until it is done, out of time, or broken.
fuzz ()
{
  local target=$1 folder=$build/fuzz log pid seconds=0 now asked=false
  local work=$folder/$target

  log=$folder/$target.log
  mkdir -p "$work"
  "$build/tests/fuzz-$target" "${limits[@]}" -runs="$runs" -print_final_stats=1 \
    -artifact_prefix="$folder/$target-" "${options[@]}" "$work" "$seeds/$target" >"$log" 2>&1 &
  pid=$!
  while now=$(used $pid) && kill -0 $pid 2>/dev/null; do
    seconds=$now
    if [ "$seconds" -ge "$cpu" ] && ! $asked; then
      kill -USR1 $pid
      asked=true
    fi
    sleep 1
  done
  wait $pid || true
  report "$target" "$seconds" "$log"
  if $keep; then
    merge "$target" "$work"
  fi
}

# report TARGET SECONDS LOG
report ()
{
  local executed edges broken

  executed=$(sed -n 's/^stat::number_of_executed_units: *//p' "$3")
  edges=$(grep -o 'cov: [0-9]*' "$3" | tail -n 1 | tr -dc 0-9 || true)
  broken=$(find "$build/fuzz" -maxdepth 1 -name "$1-crash-*" -o -maxdepth 1 -name "$1-oom-*" \
    -o -maxdepth 1 -name "$1-timeout-*" -o -maxdepth 1 -name "$1-leak-*" | wc -l)
  [ "$broken" -eq 0 ] || failed=true
  printf '| %s | %s | %s | %s | %s |\n' "$1" "${executed:-?}" "$2" "${edges:-?}" "$broken"
}

# merge TARGET FOLDER: the shortest inputs that reach what the seeds do not.
merge ()
{
  local new=$build/fuzz/$1-new input size total

  rm -rf "$new"
  mkdir "$new"
  cp "$seeds/$1"/* "$new"
  "$build/tests/fuzz-$1" "${limits[@]}" -merge=1 "$new" "$2" >>"$build/fuzz/$1.log" 2>&1 || true
  total=$(cat "$seeds/$1"/* | wc -c)
  for input in $(find "$new" -type f -printf '%s %p\n' | sort -n | cut -d' ' -f2-); do
    size=$(stat -c %s "$input")
    [ -e "$seeds/$1/${input##*/}" ] && continue
    [ $((total + size)) -le 32768 ] || break
    total=$((total + size))
    cp "$input" "$seeds/$1/$(sha256sum "$input" | cut -c1-12)"
  done
}

failed=false
echo '| target | executions | processor s | edges | broken by |'
echo '| --- | --- | --- | --- | --- |'
for target in "${targets[@]}"; do
  fuzz "$target"
done
! $failed
