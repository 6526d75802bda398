#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The command line in the person's language: sentences of the engine, of readers and of the program itself.
# test-cli-language.sh PATH-OF-CAJAL-CLI
# shellcheck source=tests/lab/cli.sh
. "$(dirname "$0")/cli.sh"

# C.UTF-8 is part of the C library of Debian; LANGUAGE counts under any locale but C.
spanish () { env -u LC_MESSAGES LC_ALL=C.UTF-8 LANGUAGE=es "$cli" "$@"; }
missing () { env -u LC_MESSAGES LC_ALL=xx_XX.UTF-8 LANGUAGE=es "$cli" "$@"; }

# objects COMMAND…: all that is printed is JSON without a letter that only Spanish has.
objects () { contains '"title":"Conv 2D"' "$@" && contains '"blurb":"Slides' "$@" && ! contains 'Desliza' "$@"; }

if ! spanish --help | grep -q 'Uso:'; then
  echo '1..0 # SKIP the translations are not built, or there is no locale C.UTF-8'
  exit 0
fi
echo 1..9
"$cli" new lenet-5 -o a.cajal >/dev/null
check refused-value says '“conv1”: Filters cannot be “none”. It takes a whole number' 1 \
  env LC_ALL=C.UTF-8 LANGUAGE=en "$cli" set a.cajal conv1.filters=none
check refused-value-spanish says '«conv1»: Filtros no puede ser «none». Admite un número entero de 1 a 4096' 1 \
  spanish set a.cajal conv1.filters=none
# an IDX file of one picture of 28 by 28 bytes, of which ten are there
mkdir idx
printf '%b0123456789' '\0\0\010\03\0\0\0\01\0\0\0\034\0\0\0\034' >idx/train-images-idx3-ubyte
printf '%b' '\0\0\010\01\0\0\0\01\0' >idx/train-labels-idx1-ubyte
check damaged-idx-spanish says 'train-images-idx3-ubyte: El archivo termina tras 10 de los 784 bytes' 1 \
  spanish data idx
"$cli" set a.cajal dense3.units=7
check problem-spanish says '«dense3» da 7 puntuaciones, pero los datos tienen 36 clases. Dele 36 units' 1 \
  spanish check a.cajal
check title-spanish says 'Aplanado «flatten1»\|Densa «dense3»\|error: «dense3»' 1 spanish check a.cajal
check help-spanish says 'Detenerse tras tantos lotes' 0 spanish train --help
check wrong-use-spanish says 'admite F.cajal' 2 spanish train
check json-english objects spanish describe conv-2d --json
check locale-not-installed says 'Filtros no puede ser' 1 missing set a.cajal conv1.filters=none
