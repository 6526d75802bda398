#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The published result on sanity checks (Adebayo et al., 2018): weights drawn anew destroy the maps of
# gradient, integrated gradients and Grad-CAM, and guided backprop hardly notices that the layers on top
# lost what they learned. A small network on Fashion-MNIST; speaks TAP. test-sanity.sh CAJAL-CLI
#
# Measured with 600 steps, 16 samples: with the output layer anew guided backprop keeps a correlation of
# 0.93, the gradient 0.22; with all of them 0.37, and the gradient -0.01, integrated gradients 0.01,
# Grad-CAM -0.11.
set -u
cli=$(realpath "$1")
data=${CAJAL_DATA_DIR:-}/fashion-mnist
if [ ! -d "$data" ]; then
  echo "1..0 # SKIP CAJAL_DATA_DIR names no folder with fashion-mnist"
  exit 0
fi
data=$(realpath "$data")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
export CAJAL_STATE_DIR=$folder/state LC_ALL=C
number=0

# check NAME CONDITION: CONDITION is awk's, over a["method", k] after k of n layers, mean[method] of the
# cascade and fails[method].
check ()
{
  number=$((number + 1))
  if awk -F, '
    FNR == 1 { file++; next }
    { gsub (/"/, "") }
    file == 1 { a[$1, $2] = $4; if ($2 > 0) { sum[$1] += $4; n = $2 > n ? $2 : n } }
    file == 2 { fails[$1] = $2 == 0 }
    END { for (m in sum) mean[m] = sum[m] / n
      G = "Gradient"; I = "Integrated gradients"; C = "Grad-CAM"; B = "Guided backprop"
      exit !(n > 0 && ('"$2"')) }' sanity.csv trust.csv; then
    echo "ok $number $1"
  else
    echo "not ok $number $1"
    sed 's/^/# /' log sanity.csv trust.csv
  fi
}

echo 1..5
{
  "$cli" new lenet-5 -o f.cajal
  "$cli" train f.cajal --data "$data" --steps 600 --seed 1
  "$cli" figure f.cajal sanity -o sanity.csv
  "$cli" figure f.cajal trust -o trust.csv
} >log 2>&1
check gradient-is-destroyed 'a[G, n] < 0.3 && mean[G] < 0.35 && !fails[G]'
check integrated-gradients-are-destroyed 'a[I, n] < 0.5 && !fails[I]'
check grad-cam-is-destroyed 'a[C, n] < 0.4 && mean[C] < 0.4 && !fails[C]'
check guided-backprop-outlives-the-top-layers 'a[B, 1] > 0.7 && a[B, 2] > 0.6 && fails[B]'
check guided-backprop-changes-least 'mean[B] > mean[G] && mean[B] > mean[I] && mean[B] > mean[C]'
