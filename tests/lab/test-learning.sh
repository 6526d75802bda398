#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What the built-in data are worth: too hard for one layer, and learnt by a small convolutional network.
# Test accuracy of the weights that were best on validation; speaks TAP. test-learning.sh CAJAL-CLI
#
# Measured with seed 1: softmax regression on Glyphs 87.5 % after 8 epochs, LeNet-5 on Glyphs 99.1 %
# after 5, the VGG-like network on Shapes 99 % after 2.
set -u
cli=$(realpath "$1")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
export CAJAL_STATE_DIR=$folder/state
number=0

# learn NAME TEMPLATE EPOCHS SIGN BAR: trains a template on its own data and compares its test accuracy.
learn ()
{
  local name=$1 template=$2 epochs=$3 sign=$4 bar=$5 reached
  number=$((number + 1))
  "$cli" new "$template" -o "$name.cajal" >/dev/null && "$cli" train "$name.cajal" --epochs "$epochs" >log 2>&1
  reached=$("$cli" eval "$name.cajal" --split test --json | sed -n 's/.*"accuracy": *\([0-9.]*\).*/\1/p')
  if awk -v a="${reached:-none}" -v b="$bar" -v s="$sign" \
    'BEGIN { exit !(a ~ /^[0-9]/ && (s == "<=" ? a <= b : a >= b)) }'; then
    echo "ok $number $name # $reached"
  else
    echo "not ok $number $name # $reached, and not $sign $bar"
    sed 's/^/# /' log
  fi
}

echo 1..3
learn softmax-on-glyphs softmax 8 '<=' 0.90
learn lenet-5-on-glyphs lenet-5 5 '>=' 0.985
learn cnn-on-shapes vgg 2 '>=' 0.95
