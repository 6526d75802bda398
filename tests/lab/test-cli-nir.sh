#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# NIR graphs from the command line; speaks TAP. test-cli-nir.sh PATH-OF-CAJAL-CLI
seeds=$(realpath "$(dirname "$0")/../fuzz/seeds/nir")
# shellcheck source=tests/lab/cli.sh
. "$(dirname "$0")/cli.sh"

echo 1..14
cp "$seeds/recurrent" r.nir
cp "$seeds/pictures" p.nir
head -c 2000 r.nir >cut.nir
echo text >text.nir
check import says '^r.cajal' 0 "$cli" import r.nir --dt 0.1 --method euler
check import-shows contains 'recurrent-lif *100×2' "$cli" show r.cajal
check import-can-train contains 'can be trained' "$cli" check r.cajal
check import-trains contains 'accuracy' "$cli" train r.cajal --epochs 1
check import-there says 'is there already' 1 "$cli" import r.nir
check import-names says '“x” (nir:sinus)' 0 "$cli" import p.nir
check import-placeholder contains '“x” is a layer “nir:sinus”' "$cli" check p.cajal
check import-cut says 'cut.nir: It is damaged or cut off (truncated file' 1 "$cli" import cut.nir
check import-text says 'text.nir: It does not begin like an HDF5 file' 1 "$cli" import text.nir
check import-kind says 'is no model that can be read' 1 "$cli" import r.cajal
check import-dt says 'cannot be “0”' 2 "$cli" import r.nir --dt 0 -o x.cajal
check export says '^out.nir' 0 "$cli" export r.cajal -o out.nir --method euler
check export-again says '^out.cajal' 0 "$cli" import out.nir --method euler
"$cli" new spiking -o s.cajal >/dev/null
check export-refuses says 'takes the threshold off at a spike' 1 "$cli" export s.cajal -o s.nir
