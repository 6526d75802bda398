#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The pictures of the gallery, each a figure of a short run of its template, light and dark:
# make.sh PATH-OF-CAJAL-CLI [TEMPLATE…]
set -euo pipefail
cli=$(realpath "$1")
shift
wanted=("$@")
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# picture TEMPLATE SAMPLES EPOCHS FIGURE…; no epochs: a network that was trained already
picture ()
{
  local id=$1 samples=$2 epochs=$3 style end
  shift 3
  [ ${#wanted[@]} -eq 0 ] || [[ " ${wanted[*]} " == *" $id "* ]] || return 0
  if [ "$epochs" -gt 0 ]; then
    "$cli" new "$id" -o "$work/p.cajal" >/dev/null
    "$cli" train "$work/p.cajal" --set "data.samples=$samples" --epochs "$epochs" >/dev/null
  else
    "$cli" new --from "$id" -o "$work/p.cajal" >/dev/null
  fi
  for style in light dark; do
    end=$([ $style = dark ] && echo -dark || true)
    "$cli" figure "$work/p.cajal" "$@" --bare --$style --width 292 --height 132 --scale 2 -o "$work/p.png" >/dev/null
    convert "$work/p.png" -strip -colors 128 "PNG8:$id$end.png"
  done
  rm -f "$work"/p.*
  echo "$id"
}

picture lenet-5 6000 3 maps --node conv1 --sample 4
picture mlp 6000 3 confusion
picture softmax 6000 4 filters --node dense1
picture fashion-cnn 3000 2 maps --node conv2 --sample 6
picture playground 600 60 decision
picture vgg 2000 2 maps --node conv1 --sample 5
picture resnet-20 1500 3 maps --node conv2 --sample 3
picture tiny-vit 16000 10 embedding --node pick1
picture char-gpt 1500 2 text
picture lstm 2000 8 maps --node lstm1
picture autoencoder 6000 6 maps --node reshape1 --sample 6
picture spiking 6000 4 maps --node lif1 --sample 4
picture evidence 2000 6 maps --node recurrent1 --sample 4
picture excitation-inhibition 6000 4 heatmap --node dale3
picture one-after-another 6000 4 forgetting
picture simple-cells 16000 8 filters --node conv1 --set each=true
picture digits-without-teacher 24000 1 filters --node dense1
picture open-channels 24000 4 filters --node conductance1
picture zoo-digits 0 0 maps --node conv1 --sample 4
picture zoo-letters 0 0 maps --node max1 --sample 7
picture zoo-clothes 0 0 maps --node max1 --sample 3
picture zoo-shapes 0 0 maps --node max1 --sample 5
