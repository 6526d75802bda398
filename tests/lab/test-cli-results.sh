#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What comes out of a trained project on the command line: figures, weights, speed.
# test-cli-results.sh PATH-OF-CAJAL-CLI
# shellcheck source=tests/lab/cli.sh
. "$(dirname "$0")/cli.sh"

# is FILE START: whether a file begins so.
is () { [ "$(head -c "${#2}" "$1" | tr '\0\r' '..')" = "$2" ]; }

# all_formats PROJECT ID [OPTION…]: a figure in every format it is written in.
all_formats ()
{
  local end
  for end in svg pdf png csv; do
    "$cli" figure "$@" -o "f.$end" || return 1
  done
  is f.svg '<?xml' && is f.pdf '%PDF' && is f.png $'\x89PNG' && grep -q , f.csv
}

# size OPTION…: width and height of a PNG.
size ()
{
  "$cli" figure p.cajal confusion -o s.png "$@" >/dev/null &&
    od -An -j16 -N8 -tu1 s.png | awk '{print $3 * 256 + $4, $7 * 256 + $8}'
}

# two_tasks: each is measured in a process of its own.
two_tasks ()
{
  local said
  said=$("$cli" bench tiny mlp --window 0.01 --threads 1 --json) &&
    [ "$(grep -c '"cold_start_s".*"flops_per_sample".*"gflops".*"infer_us".*"params".*"peak_anon_mib"' \
      <<<"$said")" = 2 ] && grep -q '"task":"tiny"' <<<"$said" && grep -q '"task":"mlp"' <<<"$said"
}

# one_part PART KEY OTHER: what is asked for is measured, and nothing else.
one_part ()
{
  local said
  said=$("$cli" bench tiny --only="$1" --window 0.01 --threads 1 --json) &&
    grep -q "\"$2\"" <<<"$said" && refuses grep -q "\"$3\"" <<<"$said"
}

echo 1..86
"$cli" new playground -o p.cajal >/dev/null
"$cli" set p.cajal data.samples=300
check figure-before says 'Train the project first' 1 "$cli" figure p.cajal curves
"$cli" train p.cajal --epochs 3 >/dev/null
for id in curves filters histogram heatmap embedding similarity dissimilarity layers confusion roc precision-recall scatter units bars decision; do
  check "figure-$id" all_formats p.cajal $id
done
"$cli" new lenet-5 -o l.cajal >/dev/null
"$cli" set l.cajal data.samples=720
"$cli" train l.cajal --steps 2 >/dev/null
"$cli" new mlp -o m.cajal >/dev/null
"$cli" set m.cajal data.samples=720
check convert-untrained says 'Train it first' 1 "$cli" convert m.cajal -o n.cajal
"$cli" train m.cajal --steps 30 >/dev/null
check convert-nowhere says 'needs --output' 2 "$cli" convert m.cajal
check convert says '^n.cajal' 0 "$cli" convert m.cajal -o n.cajal --steps 40
check convert-runs says 'accuracy' 0 "$cli" eval n.cajal
check convert-refuses says '“max2” has no counterpart among spikes' 1 "$cli" convert l.cajal -o n.cajal
check figure-method says '^f.csv' 0 "$cli" figure p.cajal embedding --method umap -o f.csv
check figure-method-refuses says 'It has: cka, cka-unbiased, rsa' 1 "$cli" figure p.cajal similarity --method cosine
check figure-run says '^f.csv' 0 "$cli" figure p.cajal similarity --run --method rsa -o f.csv
check figure-moments says '^f.csv' 0 "$cli" figure p.cajal similarity --run --node dense1 -o f.csv
check figure-moments-rows says '^"epoch 1","2",0\.' 0 cat f.csv
check figure-samples-run says '^f.csv' 0 "$cli" figure p.cajal dissimilarity --run --node dense1 --method similarity -o f.csv
check figure-samples-panels says '^panel,sample,class,other_sample,other_class,similarity' 0 head -1 f.csv
check figure-settings says '^f.csv' 0 "$cli" figure p.cajal embedding --method 'umap start=random neighbours=9' -o f.csv
check figure-settings-refuses says 'no setting of UMAP' 1 "$cli" figure p.cajal embedding --method 'umap perplexity=9'
check figure-with says '^f.csv' 0 "$cli" figure p.cajal similarity --with p.cajal -o f.csv
check figure-with-refuses says 'does not fit' 1 "$cli" figure l.cajal similarity --with p.cajal
check figure-concepts says '^f.csv' 0 "$cli" figure l.cajal concepts --class 8 --concept B --concept I -o f.csv
check figure-concepts-samples says '^f.csv' 0 "$cli" figure l.cajal concepts --class 8 --concept round=val:0,1,2,3,4,train:7 -o f.csv
check figure-concepts-refuses says 'neither a folder nor a class' 1 "$cli" figure l.cajal concepts --class 8 --concept stripes
check figure-concepts-class-refuses says 'no class “zebra”' 1 "$cli" figure l.cajal concepts --class zebra --concept B
check figure-alignment says '^f.csv' 0 "$cli" figure p.cajal alignment -o f.csv
check figure-interpolation says '^f.csv' 0 "$cli" figure p.cajal interpolation -o f.csv
check figure-landscape says '^f.csv' 0 "$cli" figure p.cajal landscape -o f.csv
check figure-robustness says '^f.csv' 0 "$cli" figure p.cajal robustness --samples 60 -o f.csv
check figure-robustness-attack says '^f.csv' 0 "$cli" figure p.cajal robustness -m fgsm --samples 60 -o f.csv
check figure-robustness-refuses says 'no damage “moon”' 1 "$cli" figure p.cajal robustness -m moon
check figure-robustness-order says 'strongest first, weakest first' 1 "$cli" figure p.cajal robustness -m blur:random
check figure-landscape-refuses says 'Choose slice or run' 1 "$cli" figure p.cajal landscape -m moon
check figure-curvature says '^f.csv' 0 "$cli" figure p.cajal curvature -o f.csv
check figure-attention-refuses says 'no attention to show' 1 "$cli" figure p.cajal attention
check figure-lens-refuses says 'no stack of blocks' 1 "$cli" figure p.cajal logit-lens
check figure-text-refuses says 'no text whose next character' 1 "$cli" figure p.cajal text
check figure-maps all_formats l.cajal maps --node conv2 --sample 3
check figure-contact-sheet all_formats l.cajal contact-sheet --split test --mistakes
check figure-size contains '^300 200$' size --width 150 --height 100
check figure-scale contains '^150 100$' size --width 150 --height 100 --scale 1
check figure-parameter says '^f.csv' 0 "$cli" figure p.cajal histogram --set bins=7 -o f.csv
check figure-parameter-refuses says 'has no “nothing”' 1 "$cli" figure p.cajal roc --set nothing=1
check figure-no-maps says 'gives no feature maps' 1 "$cli" figure p.cajal maps
check figure-no-plane says 'needs samples of two numbers' 1 "$cli" figure l.cajal decision
check figure-no-sample says 'counted from 0' 1 "$cli" figure p.cajal units --sample 100000
check figure-no-node says 'no layer “nobody”' 1 "$cli" figure p.cajal filters --node nobody
check explain-row says 'sample 3 .*gradient .* ms' 0 "$cli" explain l.cajal -i 3
for end in npy npz svg pdf png csv; do
  check "explain-$end" "$cli" explain l.cajal -m gradient -i 3 -o "e.$end"
done
check explain-begins is e.npy $'\x93NUMPY'
check explain-all contains '"method":"score-cam".*"sum"' "$cli" explain l.cajal -m all -i 1 --json \
  -s masks=32 -s samples=64
check explain-picture says 'e.png .*occlusion' 0 "$cli" explain l.cajal -m occlusion -i e.png -t 2
check explain-several-npy says 'holds one map' 1 "$cli" explain l.cajal -i 1 -i 2 -o e.npy
check explain-method-refuses says 'no explainer “tea-leaves”' 1 "$cli" explain l.cajal -m tea-leaves
check explain-target-refuses says 'no class “Hat”' 1 "$cli" explain l.cajal -t Hat
check explain-setting-refuses says 'has “sugar=1”' 1 "$cli" explain l.cajal -m lrp -s sugar=1
check explain-empty-setting-refuses says 'has “”' 1 "$cli" explain l.cajal -m lrp -s ''
check explain-empty-figure-refuses says 'has no “”' 1 "$cli" explain l.cajal -o e.svg --figure ''
check explain-layer-refuses says 'no layer that makes maps' 1 "$cli" explain l.cajal -m grad-cam -l dense1
check explain-sample-refuses says 'counted from 0' 1 "$cli" explain l.cajal -i 100000
check export-safetensors says '^w.safetensors' 0 "$cli" export l.cajal -o w.safetensors
check export-npz says '"file":"w.npz"' 0 "$cli" export l.cajal -o w.npz --json
check export-refuses says 'Choose one of these endings' 1 "$cli" export l.cajal -o w.xyz
check bench two_tasks
check bench-train one_part train train_best infer_best
check bench-infer one_part infer infer_best_us cold_start_s
check bench-start one_part start cold_start_s train_best
check bench-latency says ' µs$' 0 "$cli" bench tiny -b 1 --only=infer -w 0.01 -t 1
check bench-part-refuses says 'takes train, infer or start' 2 "$cli" bench tiny --only=all-day
check bench-refuses says 'no task “nothing”' 2 "$cli" bench nothing
