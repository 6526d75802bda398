#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# C for microcontrollers from the command line; speaks TAP. test-cli-c.sh PATH-OF-CAJAL-CLI
# shellcheck source=tests/lab/cli.sh
. "$(dirname "$0")/cli.sh"

strict="-O2 -Wall -Wextra -pedantic -Wconversion -Werror"
compilers="cc clang"

# compiles FILE: cleanly, with every compiler there is and by both standards.
compiles ()
{
  local compiler standard
  for compiler in $compilers; do
    command -v "$compiler" >/dev/null || continue
    for standard in c99 c11; do
      # shellcheck disable=SC2086
      "$compiler" -std=$standard $strict -c "$1" -o out.o || return 1
    done
  done
}

# needs FILE: all that the object asks of others are memory and mathematics.
needs ()
{
  cc -O2 -c "$1" -o out.o && ! nm -u out.o | grep -vE ' (mem(cpy|set|move)|[a-z0-9]+f)$'
}

# changes FILE: whether the object has data that may change.
changes () { cc -O2 -c "$1" -o out.o && nm out.o | grep -E ' [bBdDcC] ' | grep -v _classes; }

# answers NAME: what the C says of the samples, a line each.
answers ()
{
  sed "s/NAME/$1/g; s/UPPER/${1^^}/g" >main.c <<'END'
#include "NAME.h"
#include <stdio.h>
static float x[UPPER_INPUT_SIZE], y[UPPER_OUTPUT_SIZE], arena[(UPPER_ARENA_BYTES + 3) / 4];
int
main (void)
{
  fseek (stdin, 16, SEEK_SET);
  for (;;)
    {
      for (int i = 0; i < UPPER_INPUT_SIZE; i++)
        {
          const int c = getchar ();
          if (c == EOF)
            return 0;
          x[i] = (float) c / 255.0f;
        }
      NAME_run (x, y, arena);
      for (int i = 0; i < UPPER_OUTPUT_SIZE; i++)
        printf ("%s%.8g", i > 0 ? "," : "", (double) y[i]);
      printf ("\n");
    }
}
END
  cc -g -fsanitize=address,undefined -fno-sanitize-recover=all main.c "$1.c" -lm -o main && ./main <idx/train-images-idx3-ubyte
}

# near FILE LIMIT: whether the numbers of said.csv and of the file are as near as that.
near ()
{
  paste -d, said.csv "$1" | awk -F, -v limit="$2" '
    { for (i = 1; i <= NF / 2; i++) { d = $i - $(i + NF / 2); if (d < 0) d = -d; if (d > worst) worst = d } }
    END { print "worst " worst; exit !(NR == 3 && NF == 72 && worst <= limit) }'
}

echo 1..18
mkdir idx
printf '\0\0\010\003\0\0\0\003\0\0\0\034\0\0\0\034' >idx/train-images-idx3-ubyte
head -c 2352 "$cli" >>idx/train-images-idx3-ubyte
printf '\0\0\010\001\0\0\0\003\0\001\002' >idx/train-labels-idx1-ubyte
"$cli" new lenet-5 -o l.cajal >/dev/null
check untrained says 'has no weights yet. Train it first' 1 "$cli" export l.cajal -o net.c
check untrained-writes-nothing [ ! -e net.c ]
"$cli" train l.cajal --epochs 1 >/dev/null
check says-what-it-is says 'KiB of flash, 23.0 KiB of RAM' 0 "$cli" export l.cajal -o net.c
check names-both says '^net.h' 0 "$cli" export l.cajal -o net.c
check compiles compiles net.c
check needs-nothing needs net.c
check keeps-nothing refuses changes net.c
"$cli" predict l.cajal idx | tail -n +2 | cut -d, -f4- >said.csv
check runs-clean answers net
answers net >float.csv
check same-answers near float.csv 1e-5
check int8-says says 'accuracy on [0-9]* test samples [0-9.]* %, in floats [0-9.]* %' 0 "$cli" export l.cajal -o small.c --int8
check int8-compiles compiles small.c
check int8-needs-nothing needs small.c
answers small >int8.csv
check int8-near near int8.csv 0.2
check int8-header grep -q 'Accuracy on [0-9]* test samples: ' small.h
check json says '"also":\["net.h"\]' 0 "$cli" export l.cajal -o net.c --json
# within: whether the note says that whole numbers are at most a hundredth worse, on 1000 samples.
within ()
{
  "$cli" export "$1" -o digits.c --int8 2>&1 | sed -n 's/.*accuracy on \([0-9]*\) test samples \([0-9.]*\) %, in floats \([0-9.]*\) %.*/\1 \2 \3/p' |
    awk '{ print; good = $1 == 1000 && $3 > 90 && $3 - $2 <= 1 } END { exit !good }'
}
if mnist=$(data mnist); then
  "$cli" new lenet-5 -o mnist.cajal >/dev/null
  "$cli" set mnist.cajal "data=$mnist" >/dev/null
  "$cli" train mnist.cajal --steps 300 >/dev/null 2>&1
  check int8-digits within mnist.cajal
else
  skip int8-digits 'there is no MNIST in CAJAL_DATA_DIR'
fi
"$cli" new digits-without-teacher -o d.cajal >/dev/null
"$cli" train d.cajal --steps 1 >/dev/null 2>&1
check chance-is-refused says 'draws its spikes by chance' 1 "$cli" export d.cajal -o chance.c
check refused-writes-nothing [ ! -e chance.c ]
