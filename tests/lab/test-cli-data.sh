#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Data on the command line: what a path is taken for, training on other data, predictions.
# test-cli-data.sh PATH-OF-CAJAL-CLI
# shellcheck source=tests/lab/cli.sh
. "$(dirname "$0")/cli.sh"

# recognises PATH WORDS STATUS: a downloaded data set is taken for what it is.
recognises ()
{
  local path
  if path=$(data "$1"); then
    check "data-$1" says "$2" "$3" "$cli" data "$path"
  else
    skip "data-$1" "CAJAL_DATA_DIR has no $1"
  fi
}

# flowers: a table of two classes that one number tells apart.
flowers ()
{
  echo size,colour,kind
  for i in $(seq 60); do
    echo "$i,$((i * 7 % 10)),$([ "$i" -gt 30 ] && echo large || echo small)"
  done
}

# starts FILE DATA: a few steps and no more.
starts () { "$cli" train "$1" --data "$2" --steps 2 --save started.cajal; }

# lines N FILE
lines () { [ "$(wc -l <"$2")" = "$1" ]; }

echo 1..37
recognises mnist '10 classes, 1×28×28, 54000 training, 6000 validation, 10000 test' 0
recognises fashion-mnist '10 classes, 1×28×28' 0
recognises cifar10 '2 data sets in the folder: binary (CIFAR), imagefolder-small' 1
recognises cifar10/binary '10 classes, 3×32×32' 0
recognises cifar10/imagefolder-small 'Folder of pictures' 0
recognises tinyshakespeare '65 classes.*' 0
recognises nmnist-small '10 classes, 34×2312, 271 training, 29 validation, 100 test' 0
if path=$(data cifar10/imagefolder-small/train); then
  check data-several-folders says '2 classes, 3×32×32' 0 "$cli" data "$path/{cat,dog}"
  check data-several-names says '^photos: 2 classes' 0 bash -c "ln -s '$path' photos && '$cli' data 'photos/{cat,dog}'"
else
  skip data-several-folders "CAJAL_DATA_DIR has no cifar10"
  skip data-several-names "CAJAL_DATA_DIR has no cifar10"
fi
check data-several-missing says 'nothing/b: There is no such file' 1 "$cli" data 'nothing/{b,a}'
recognises natural-images 'all are of one class' 0
recognises tables 'Choose one, as' 1
recognises tables/iris.data '3 classes' 0
recognises npy 'deflated.npz (NumPy)' 1
recognises pngsuite 'cannot be read' 1
check data-made says '2 classes' 0 "$cli" data spirals
check data-nowhere says 'no such file or folder, and no source' 1 "$cli" data nothing
flowers >flowers.csv
mkdir above && cp flowers.csv above/
check data-inner says 'Found in .*/above/flowers.csv' 0 "$cli" data above
check data-preview says '36 classes' 0 "$cli" data glyphs --set samples=720 --augment 'shift amount=3, mixup' -o a.png
check data-preview-file test -s a.png
check data-augment-refuses says '“spin” is no augmentation' 1 "$cli" data glyphs --augment spin
printf 'a,b\n1,2\n3\n' >ragged.csv
check data-ragged says 'ragged.csv, line 3: There is 1 cell' 1 "$cli" data ragged.csv
check data-json says '"samples":60' 0 "$cli" data flowers.csv --json

"$cli" new playground -o p.cajal >/dev/null
check train-table says 'Column “kind” is to be predicted' 0 "$cli" train p.cajal \
  --data flowers.csv --epochs 30 --set batch=6
mkdir elsewhere
check train-elsewhere says 'accuracy' 0 env -C elsewhere "$cli" eval ../p.cajal
check predict-table says '^flowers.csv:60,large,0\.[5-9]' 0 "$cli" predict p.cajal flowers.csv
check predict-json says '"prediction":"small"' 0 "$cli" predict p.cajal flowers.csv --json
check predict-nowhere says 'spirals.csv: There is no such file' 1 "$cli" predict p.cajal spirals.csv flowers.csv
printf 'a,b,c,kind\n1,2,3,x\n4,5,6,y\n' >wide.csv
check predict-shape says 'Its samples are 3, the network takes 2' 1 "$cli" predict p.cajal wide.csv

"$cli" new mlp -o m.cajal >/dev/null
"$cli" set m.cajal data.samples=360
check predict-untrained says 'Train it first' 1 "$cli" predict m.cajal flowers.csv
if pictures=$(data cifar10/imagefolder-small); then
  check train-resized says 'scaled to 28×28' 0 "$cli" train m.cajal --data "$pictures" --steps 3
  check train-refitted contains '10 classes, 1×28×28' "$cli" show m.cajal
  mkdir good && cp "$pictures"/test/cat/*.jpg good/ && cp flowers.csv good/bad.png
  check predict-folder says '^cajal-cli: .*bad.png' 1 "$cli" predict m.cajal good -o answers.csv
  check predict-csv lines 11 answers.csv
  check predict-top says '^file,prediction,probability,prediction 2,probability 2$' 1 \
    "$cli" predict m.cajal good --top 2
else
  for name in train-resized train-refitted predict-folder predict-csv predict-top; do
    skip $name "CAJAL_DATA_DIR has no cifar10"
  done
fi
if text=$(data tinyshakespeare); then
  "$cli" new char-gpt -o t.cajal >/dev/null
  check train-text says 'set to fit the 65 classes' 0 starts t.cajal "$text"
else
  skip train-text "CAJAL_DATA_DIR has no tinyshakespeare"
fi
mkdir two && cp flowers.csv two/a.csv && cp flowers.csv two/b.csv
check train-many says 'There are 2 data sets' 1 starts p.cajal two
