#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The pictures of the gallery, each a figure of a short run of its template: make.sh PATH-OF-CAJAL-CLI
set -euo pipefail
cli=$(realpath "$1")
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# picture TEMPLATE SAMPLES EPOCHS FIGURE…
picture ()
{
  local id=$1 samples=$2 epochs=$3
  shift 3
  "$cli" new "$id" -o "$work/p.cajal" >/dev/null
  "$cli" train "$work/p.cajal" --set "data.samples=$samples" --epochs "$epochs" >/dev/null
  "$cli" figure "$work/p.cajal" "$@" --width 280 --height 132 --scale 1 -o "$work/p.png"
  convert "$work/p.png" -strip -colors 96 "PNG8:$id.png"
  rm -f "$work"/p.*
}

picture lenet-5 6000 3 maps --node conv2 --sample 4
picture mlp 6000 3 confusion
picture fashion-cnn 2000 1 filters
picture resnet-20 1000 2 maps --node conv7 --sample 3
picture lstm 2000 8 curves
