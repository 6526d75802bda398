#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Static analysis: analyse.sh BUILD [-q] [FOLDER OR FILE...]. cppcheck, clang-tidy (.clang-tidy) and
# gcc -fanalyzer over the C files of engine, data, viz, app and ui, or of what is named. A finding is mended,
# or explained where it is: `cppcheck-suppress`, NOLINT or a pragma, with a reason beside it. -q is what every
# commit passes: the same, but clang-tidy, which takes longest, only over the code that reads what comes from outside
# and over one file in SLICES of the rest, others with every commit.
set -eu
cd "$(dirname "$0")/../.."

readonly SLICES=20
build=$1
shift
quick=false
[ "${1:-}" != -q ] || { quick=true; shift; }
[ $# -gt 0 ] || set -- engine data viz app ui
jobs=$(nproc)
failed=()

mapfile -t all < <(git ls-files -- "$@" | grep '\.c$')
mapfile -t readers < <(git ls-files -- data/formats data/sources app/lab/cjl-json.c \
  app/lab/cjl-archive.c app/lab/cjl-arrange.c app/lab/cjl-nir.c | grep '\.c$')
deep=("${all[@]}")
if $quick; then
  deep=("${readers[@]}")
  turn=$((16#$(git rev-parse 'HEAD^{tree}' | cut -c1-7) % SLICES))
  mapfile -t -O ${#deep[@]} deep < <(printf '%s\n' "${all[@]}" \
    | grep -vxF -f <(printf '%s\n' "${deep[@]}") | awk "NR % $SLICES == $turn")
fi

# Kernels that are compiled once for every instruction set get their lanes from meson.
printf '%s\n' "${all[@]}" | cppcheck --quiet --error-exitcode=1 -j "$jobs" --std=c11 \
  --enable=warning,performance,portability --inline-suppr --library=gnu,posix,gtk \
  --suppressions-list=tests/lint/cppcheck.supp --suppress=missingIncludeSystem \
  -DCJ_LANES=8 '-DG_GNUC_PRINTF(a,b)=' --max-configs=2 \
  --template='{file}:{line}: {severity}: {message} [{id}]' \
  --file-list=- || failed+=(cppcheck)

# known FILE: whether the build compiles it.
known ()
{
  grep -q "\"\.\./$1\"" "$build/compile_commands.json"
}

tidy=()
for file in "${deep[@]}"; do
  ! known "$file" || tidy+=("$file")
done
# One file at a time: of several, all are asked what the first one's folder asks. Options that only gcc knows are no
# finding.
printf '%s\0' "${tidy[@]}" | xargs -0 -r -n 1 -P "$jobs" clang-tidy --quiet -p "$build" \
  --extra-arg=-Wno-unused-command-line-argument 2>/dev/null || failed+=(clang-tidy)

# The command of the build with the analyser, its output thrown away. What is missing or undefined it finds in readers
# only: gcc 12 follows neither what one function promises another nor loops that fill what the next ones read, and
# takes vectors for numbers. clang-tidy is asked for what is missing everywhere.
analyse ()
{
  python3 - "$build" "${#readers[@]}" "${readers[@]}" "$@" <<'END'
import json, os, shlex, subprocess, sys
from concurrent.futures import ThreadPoolExecutor

build, n = sys.argv[1], int(sys.argv[2])
readers, wanted = set(sys.argv[3:3 + n]), set(sys.argv[3 + n:])
others = ['-Wno-analyzer-' + name for name in ('null-argument', 'null-dereference', 'shift-count-overflow',
                                               'use-of-uninitialized-value')]
commands = {}
with open(os.path.join(build, 'compile_commands.json'), encoding='utf-8') as file:
    for entry in json.load(file):
        name = os.path.normpath(os.path.join(build, entry['file']))
        if name in wanted:
            commands.setdefault(name, entry['command'])

def run(name):
    words = [w for w in shlex.split(commands[name]) if w not in ('ccache', '-Werror')]
    words[words.index('-o') + 1] = os.devnull
    words += ['-fanalyzer', '-fdiagnostics-plain-output', '-Wno-analyzer-too-complex']
    words += [] if name in readers else others
    done = subprocess.run(words, cwd=build, stderr=subprocess.PIPE, text=True)
    found = [l for l in done.stderr.splitlines() if ': warning: ' in l and '-Wanalyzer' in l]
    return found if done.returncode == 0 else found + [name + ': does not compile']

with ThreadPoolExecutor(os.cpu_count()) as pool:
    found = [line for lines in pool.map(run, sorted(commands)) for line in lines]
print('\n'.join(found))
sys.exit(1 if found else 0)
END
}
analyse "${all[@]}" || failed+=(-fanalyzer)

[ ${#failed[@]} -eq 0 ] || echo "findings of: ${failed[*]}"
[ ${#failed[@]} -eq 0 ]
