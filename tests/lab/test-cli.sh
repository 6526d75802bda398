#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The command line as a user types it; speaks TAP. test-cli.sh PATH-OF-CAJAL-CLI
# shellcheck source=tests/lab/cli.sh
. "$(dirname "$0")/cli.sh"

# every_help: each command that the list names explains itself.
every_help ()
{
  local command
  for command in $("$cli" --help | sed -n 's/^  \([a-z]\+\) .*/\1/p'); do
    "$cli" "$command" --help | grep -q 'Exit status' || return 1
  done
}

# on_terminal WIDTH COMMAND…: with a terminal of so many columns.
on_terminal () { script -qec "stty cols $1; ${*:2}" /dev/null | tr '\r' '\n'; }

# killed: a run that dies after its first checkpoint comes back with what it had learned.
killed ()
{
  local pid
  export CAJAL_STATE_DIR=$folder/killed # a slow run before this one leaves a checkpoint, too
  "$cli" new playground -o k.cajal >/dev/null
  "$cli" train k.cajal --epochs 100000 >/dev/null 2>&1 &
  pid=$!
  for _ in $(seq 900); do
    ls killed/runs 2>/dev/null | grep -qE '^[0-9a-f-]{36}$' && break # whole, not being written
    sleep 0.1
  done
  sleep 0.5 # the journal
  kill -9 $pid
  wait $pid 2>/dev/null # while it dies its work counts as open
  "$cli" recover k.cajal -o l.cajal >/dev/null &&
    "$cli" show l.cajal --json | grep -q '"trained":true' && "$cli" recover | grep -q Everything
}

echo 1..51
check help contains 'Usage' "$cli" --help
check list contains 'optimizers .*adam' "$cli" list
check list-rules contains 'feedback-alignment' "$cli" list rules
check list-explainers contains 'integrated-gradients' "$cli" list explainers
check describe-explainer contains 'Source: Sundararajan' "$cli" describe integrated-gradients
check list-kind refuses "$cli" list nothings
check describe contains 'Kernel size\|kernel' "$cli" describe conv-2d
check new "$cli" new playground -o p.cajal
check new-keeps-files refuses "$cli" new playground -o p.cajal
check show contains '114 parameters' "$cli" show p.cajal
check check contains 'can be trained' "$cli" check p.cajal
check train contains '"validation-accuracy"' "$cli" train p.cajal --epochs 4 --json --save q.cajal
check rule contains '"validation-accuracy"' "$cli" train p.cajal --set rule=feedback-alignment \
  --set rule.scale=2 --set dense1.rule=backprop --epochs 1 --json --save rule.cajal
check rule-kept "$cli" set rule.cajal rule.scale=3
check rule-refused refuses "$cli" set rule.cajal rule=magic
check resume "$cli" train q.cajal --resume --epochs 5 --save r.cajal
check from-step "$cli" train r.cajal --resume --from-step 3 --steps 4 --save s.cajal
check from-step-refuses contains 'goes with --resume' "$cli" train r.cajal --from-step 3
# what no machine has room for is shown with its numbers, and refused
check large "$cli" new mlp -o large.cajal
check large-set "$cli" set large.cajal dense1.units=65536 dense2.units=65536 batch=65536
check large-shows contains 'dense2 .* 4295032832' "$cli" show large.cajal
check large-refused contains 'needs .* GiB for a batch of 65536, this machine has' \
  "$cli" show large.cajal
check eval contains '"accuracy":0.[5-9]\|"accuracy":1' "$cli" eval q.cajal --json
# as long as a line takes to appear
check train-narrow contains '\[#*\.*\] *[0-9]* %.*left' on_terminal 80 "$cli" train p.cajal --epochs 2000 --save n.cajal
check train-wide contains 'samples/s' on_terminal 120 "$cli" train p.cajal --epochs 2000 --save n.cajal
check set "$cli" set p.cajal dense1.units=7 epochs=2
check set-refuses contains 'Units cannot be' "$cli" set p.cajal dense1.units=-1
"$cli" set p.cajal dense3.units=3
check check-problem contains 'but the data has 2 classes' "$cli" check p.cajal
check split-refuses says 'no split “all”' 2 "$cli" eval q.cajal --split all
cp p.cajal pruned.cajal
"$cli" set pruned.cajal dense3.units=2
check prunes "$cli" train pruned.cajal --epochs 2 --set pruning.method=magnitude \
  --set pruning.pattern=unit --set pruning.scope=layer --set pruning.last-share=0
check show-pruned contains 'dense1 .*% pruned' "$cli" show pruned.cajal
check show-pruned-json contains '"pruned":[1-9]' "$cli" show pruned.cajal --json
check shrinks contains 'taken out' "$cli" shrink pruned.cajal -o small.cajal
check shrunk-refuses contains 'No unit' "$cli" shrink q.cajal -o small.cajal
check energy contains 'an answer (mean of' "$cli" energy q.cajal
check energy-json contains '"energy_pj":[1-9].*"layer":"dense1"' "$cli" energy q.cajal --json --sample 2
check energy-compare contains '"version":"int8"' "$cli" energy q.cajal --compare --json -n 40
check energy-refuses contains 'DRAM cannot be' "$cli" energy q.cajal --set dram=much
check energy-sample-refuses contains 'no such sample' "$cli" energy q.cajal --sample 100000
check quantise "$cli" quantise q.cajal -o few.cajal
check quantise-shows contains 'quantise1' "$cli" show few.cajal
check pruning-refuses contains 'choose\|Choose' "$cli" set p.cajal pruning.method=none-such
check list-json contains '"id":"dense"' "$cli" list layers --json
check describe-json contains '"name":"units"' "$cli" describe dense --json
check templates-json contains '"network":' "$cli" templates --json
check show-json contains '"peak-bytes":[1-9]' "$cli" show q.cajal --json
check version contains 'cajal-cli [0-9]' "$cli" --version
check every-help every_help
check nothing-lost contains 'Everything is saved' "$cli" recover
check killed killed
check no-toolkit refuses contains 'libgtk\|libadwaita' ldd "$cli"
