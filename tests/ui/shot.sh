#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Pictures of the real program in a virtual display: shot.sh PROGRAM OUTPUT-FOLDER [NAME…]
set -euo pipefail

program=$(realpath "$1")
mkdir -p "$2"
out=$(realpath "$2")
shift 2
wanted=("$@")

if [ -z "${CAJAL_SHOT_INSIDE:-}" ]; then
  # No settings of the user, no portal, no animation: the same pictures everywhere.
  home=$(mktemp -d)
  mkdir -p "$home/.config/gtk-4.0" "$home/run"
  chmod 700 "$home/run"
  printf '[Settings]\ngtk-enable-animations=0\ngtk-font-name=Cantarell 11\n' >"$home/.config/gtk-4.0/settings.ini"
  status=0
  env -u WAYLAND_DISPLAY CAJAL_SHOT_INSIDE=1 HOME="$home" XDG_CONFIG_HOME="$home/.config" \
    XDG_RUNTIME_DIR="$home/run" XDG_STATE_HOME="$home/state" GDK_BACKEND=x11 GSK_RENDERER=cairo \
    GSETTINGS_BACKEND=memory ADW_DISABLE_PORTAL=1 GTK_USE_PORTAL=0 GTK_A11Y=none \
    timeout 2400 xvfb-run -a -s '-screen 0 1440x920x24' dbus-run-session -- \
    bash "$0" "$program" "$out" "${wanted[@]}" 2>"$out/log.txt" || status=$?
  rm -rf "$home"
  grep -E 'CRITICAL|WARNING \*\*' "$out/log.txt" || true
  exit $status
fi

openbox &
trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
sleep 0.5

wants ()
{
  [ ${#wanted[@]} -eq 0 ] && return 0
  local name
  for name in "${wanted[@]}"; do [ "$name" = "$1" ] && return 0; done
  return 1
}

# picture NAME SECONDS ARGUMENT…: starts the program, waits, does what `act` says, takes a picture.
picture ()
{
  local name=$1 wait=$2
  shift 2

  if ! wants "$name"; then
    act () { :; }
    return 0
  fi
  rm -rf "$XDG_STATE_HOME"
  "$program" "$@" &
  local app=$!
  sleep "$wait"
  window=$(xdotool search --onlyvisible --pid $app | tail -1)
  xdotool windowactivate --sync "$window" 2>/dev/null || true
  act "$window"
  sleep 0.3
  xdotool mousemove 1439 919
  sleep 0.8
  import -window root "$out/$name.png"
  kill $app
  wait $app 2>/dev/null || true
  act () { :; }
  echo "$out/$name.png"
}
act () { :; }
# show WORDS [SECONDS]: brings a view of the dock to the front, as the command palette does.
show () { xdotool key ctrl+k; sleep 1; xdotool type "show $1"; sleep 0.5; xdotool key Return; sleep "${2:-1}"; }

picture start 3
# the category of published results, whose pill is the last of its row; then a card that is run
act () { xdotool key End; sleep 0.5; xdotool mousemove 700 500 click --repeat 60 5; sleep 0.5; }
picture results 3
picture lab 12 --new lenet-5 --train
act () { xdotool mousemove 495 300 click 1; }
picture inspector 10 --new lenet-5 --train
picture spiking 14 --new spiking --train
act () { xdotool mousemove 700 180 click 1; sleep 0.3; xdotool key slash; sleep 0.5; xdotool type 'dense 12'; }
picture quick-add 4 --new lenet-5
act () { xdotool mousemove 700 180 click 1; sleep 0.3; xdotool key ctrl+k; sleep 0.8; xdotool type 'ex'; }
picture commands 4 --new lenet-5
act () { xdotool mousemove 240 160 mousedown 1 mousemove 600 300 mousemove 760 420; sleep 0.4; xdotool mouseup 1; sleep 0.3; xdotool key ctrl+d; }
picture selection 4 --new lenet-5
act () { xdotool mousemove 500 270 click 3; }
picture menu 4 --new lenet-5
# the same network from far to near: names, all maps, the values of units
levels ()
{
  act () { xdotool mousemove 620 540 click 1 key Home; sleep 0.3; for _ in 1 2 3 4; do xdotool key ctrl+minus; sleep 0.2; done; }
  picture "levels-far$1" 12 --new lenet-5 --train
  act () { xdotool mousemove 850 262 click 1; sleep 0.3; xdotool key period; }
  picture "levels-middle$1" 12 --new lenet-5 --train
  act () { xdotool mousemove 495 418 click 1; sleep 0.3; xdotool key Return; }
  picture "levels-near$1" 12 --new lenet-5 --train
}
# blocks from outside and from inside; the first cards are one
blocks ()
{
  group () { xdotool mousemove 240 160 mousedown 1 mousemove 600 300 mousemove 1120 300; sleep 0.4; xdotool mouseup 1; sleep 0.4; xdotool keydown shift mousemove 300 260 click 1 keyup shift; sleep 0.4; xdotool key ctrl+g; sleep 0.5; xdotool key F2; sleep 0.5; xdotool type 'Eye'; xdotool key Return; sleep 0.5; }
  act () { group; xdotool key ctrl+shift+l; }
  picture "block$1" 12 --new lenet-5 --train
  act () { group; xdotool key Return; }
  picture "block-inside$1" 12 --new lenet-5 --train
}
# what does not fit: the wire is red, the card says why and offers the mend; and a wire that is being drawn
invalid ()
{
  act () { xdotool mousemove 1052 216 click 1; xdotool mousemove 313 470 click 1; sleep 0.3; xdotool key Delete; sleep 0.3; xdotool mousemove 640 540 click 1; }
  picture "invalid$1" 8 --new lenet-5
  act () { xdotool mousemove 495 262 click 1; sleep 0.3; xdotool key ctrl+l; sleep 0.3; xdotool key Right; }
  picture "wiring$1" 8 --new lenet-5
}
# neurons and synapses: the last layer while it is trained, a filter's kernels, and one unit alone
synapses ()
{
  act () { xdotool mousemove 886 385 click 1; sleep 0.5; xdotool key s; sleep 2; }
  picture "synapses$1" 12 --new lenet-5 --train
  act () { xdotool mousemove 886 196 click 1; sleep 0.5; xdotool key s; sleep 2; xdotool key Right; sleep 1; }
  picture "synapses-kernels$1" 12 --new lenet-5 --train
  # the prune brush is drawn across
  act () { xdotool mousemove 886 385 click 1; sleep 0.5; xdotool key s; sleep 2; xdotool key 3; for y in $(seq 200 6 500); do xdotool mousemove 560 "$y" mousedown 1 mousemove 566 "$((y + 4))" mousemove 572 "$((y + 8))" mouseup 1; done; sleep 1.5; }
  picture "synapses-pruned$1" 12 --new lenet-5 --train
  # tokens that look at tokens: a head of attention
  act () { xdotool mousemove 886 196 click 1; sleep 0.5; xdotool key s; sleep 3; xdotool mousemove 1050 100 click 1; sleep 1; xdotool key End Return; sleep 3; }
  picture "synapses-attention$1" 12 --new char-gpt --train
}
levels ''
synapses ''
blocks ''
invalid ''
export ADW_DEBUG_COLOR_SCHEME=prefer-dark
levels -dark
synapses -dark
blocks -dark
invalid -dark
unset ADW_DEBUG_COLOR_SCHEME
# The window of help, about or preferences is above the one that opened it.
act () { xdotool mousemove 495 300 click 1; sleep 0.5; xdotool key F1; sleep 2; }
picture help 6 --new lenet-5
act () { xdotool key F1; sleep 2; xdotool type 'train'; sleep 1; }
picture help-search 3
act () { xdotool key ctrl+comma; sleep 2; }
picture preferences 3
act () { xdotool key F10; sleep 1; }
picture main-menu 3
act () { xdotool key F10; sleep 0.5; xdotool key Up; sleep 0.3; xdotool key Return; sleep 2; }
picture about 3
export ADW_DEBUG_COLOR_SCHEME=prefer-dark
act () { xdotool mousemove 495 300 click 1; sleep 0.5; xdotool key F1; sleep 2; }
picture help-dark 6 --new lenet-5
picture lab-dark 12 --new lenet-5 --train
picture start-dark 3
unset ADW_DEBUG_COLOR_SCHEME
# a rule in place of backpropagation: the angle of what it changes, while it learns; and what is local to it
rule=$(mktemp -d)
"$(dirname "$program")/../cli/cajal-cli" new mlp -o "$rule/rule.cajal" >/dev/null
"$(dirname "$program")/../cli/cajal-cli" set "$rule/rule.cajal" rule=feedback-alignment dense3.rule=backprop
for dark in '' -dark; do
  [ -z "$dark" ] || export ADW_DEBUG_COLOR_SCHEME=prefer-dark
  act () { show alignment 8; }
  picture "alignment$dark" 14 "$rule/rule.cajal" --train
  act () { xdotool mousemove 597 306 click 1; sleep 1; }
  picture "rule-of-layer$dark" 8 "$rule/rule.cajal"
done
unset ADW_DEBUG_COLOR_SCHEME
rm -r "$rule"
act () { show confusion 2; }
picture confusion 16 --new lenet-5 --train
act () { show predictions 2; }
picture predictions 16 --new lenet-5 --train
act () { show roc 2; }
picture roc 16 --new lenet-5 --train
act () { show precision 2; }
picture precision-recall 16 --new lenet-5 --train
act () { show 'predicted against' 2; }
picture scatter 14 --new autoencoder --train
# a place on a map is clicked: what it sees is marked on the input
act () { show activations; xdotool mousemove 840 285 click 1; sleep 1; }
picture activations 12 --new lenet-5 --train
act () { show weights; }
picture weights 12 --new lenet-5 --train
# receptive fields that form by the times of spikes, while they do
for dark in '' -dark; do
  [ -z "$dark" ] || export ADW_DEBUG_COLOR_SCHEME=prefer-dark
  act () { show weights; }
  picture "fields$dark" 6 --new digits-without-teacher --train
done
unset ADW_DEBUG_COLOR_SCHEME
act () { show histogram 3; }
picture histogram 12 --new lenet-5 --train
# figures for a page: a view alone before it is exported, and a plate of three
command () { xdotool key ctrl+k; sleep 1; xdotool type "$1"; sleep 0.5; xdotool key Return; sleep "${2:-1}"; }
publish ()
{
  act () { show activations; command 'export figure of view' 3; }
  picture "publish$1" 12 --new lenet-5 --train
  act () { show curves; command 'add view to plate'; show weights; command 'add view to plate'; show confusion 2; command 'add view to plate'; xdotool key ctrl+shift+p; sleep 3; }
  picture "plate$1" 16 --new lenet-5 --train
}
publish ''
# a picture opened again beside its project, and where that is not at hand
pictured ()
{
  local cli
  cli=$(dirname "$program")/../cli/cajal-cli
  mkdir -p "$HOME/with" "$HOME/without"
  "$cli" new playground -o "$HOME/with/spirals.cajal" && "$cli" train "$HOME/with/spirals.cajal" --epochs 2 &&
    "$cli" figure "$HOME/with/spirals.cajal" decision -o "$HOME/with/decision.svg" &&
    cp "$HOME/with/decision.svg" "$HOME/without"
  picture "figure-opened$1" 4 "$HOME/with/decision.svg"
  picture "figure-alone$1" 4 "$HOME/without/decision.svg"
}
if wants figure-opened || wants figure-alone; then pictured '' >/dev/null 2>&1; fi
act () { show explan 3; }
picture explain 14 --new lenet-5 --train
# a place that was clicked: the units that mattered there
act () { show explan 3; sleep 4; xdotool mousemove 690 740 click 1; sleep 2; }
picture explain-units 24 --new lenet-5 --train
# every view by name
act () { xdotool mousemove 1022 643 click 1; sleep 1.5; }
picture views 14 --new lenet-5 --train
act () { show explan 3; xdotool mousemove 317 689 click 1; sleep 1.5; }
picture explain-methods 14 --new lenet-5 --train
# what layers, units, concepts and heads are about: inside SUFFIX
inside ()
{
  act () { show embedding; xdotool mousemove 302 806 click 1; sleep 9; }
  picture "embedding$1" 14 --new lenet-5 --train
  act () { show similarity; xdotool mousemove 302 764 click 1; sleep 5; }
  picture "similarity$1" 14 --new lenet-5 --train
  # one layer at all kept moments; samples as each layer sees them
  act () { show similarity; xdotool mousemove 302 689 click 1; sleep 0.8; xdotool key Down Down Return; sleep 0.6; xdotool mousemove 302 806 click 1; sleep 12; }
  picture "similarity-run$1" 16 --new lenet-5 --train
  act () { show similarity; xdotool mousemove 302 689 click 1; sleep 0.8; xdotool key Down Down Down Down Down Return; sleep 0.6; xdotool mousemove 302 764 click 1; sleep 6; }
  picture "similarity-samples$1" 14 --new lenet-5 --train
  act () { show trust; xdotool mousemove 302 764 click 1; sleep 30; }
  picture "trust$1" 14 --new lenet-5 --train
  act () { show 'layers side'; xdotool mousemove 302 684 click 1; sleep 8; }
  picture "layers$1" 14 --new lenet-5 --train
  # gratings shown to the first layer: one of its units; how all are tuned, before training beside it
  act () { show tuning; xdotool mousemove 302 838 click 1; sleep 5; }
  picture "tuning$1" 25 --new simple-cells --train
  act () { show tuning; xdotool mousemove 302 838 click 1; sleep 8; xdotool mousemove 320 652 click 1; sleep 0.7; xdotool key Down Down Return; sleep 8; }
  picture "tuning-population$1" 25 --new simple-cells --train
  # two classes, and a set of samples that are picked one by one
  pick () { local x; xdotool mousemove 290 766 click 1; xdotool type "$1"; for x in 546 593 641 690 737 786; do xdotool mousemove "$x" 598 click 1; sleep 0.4; xdotool mousemove 383 765 click 1; sleep 0.3; done; }
  act () { show concepts; xdotool mousemove 315 726 click 1; sleep 0.5; xdotool mousemove 265 726 click 1; sleep 0.7; xdotool key Down Down Down Return; sleep 0.5; xdotool mousemove 315 726 click 1; sleep 0.5; pick straight; xdotool mousemove 318 829 click 1; sleep 12; }
  picture "concepts$1" 14 --new lenet-5 --train
  # pictures that are made to drive a class, and those of the data that do; what can be set of them
  act () { show 'what units'; xdotool mousemove 306 808 click 1; sleep 8; }
  picture "wants$1" 25 --new lenet-5 --train
  act () { show 'what units'; xdotool mousemove 358 768 click 1; sleep 1.5; }
  picture "wants-settings$1" 12 --new lenet-5 --train
  act () { sleep 25; }
  picture "text$1" 12 --new char-gpt --train
  # the same block by block
  act () { xdotool mousemove 716 808 click 1; sleep 0.8; xdotool key Down Down Return; sleep 8; }
  picture "text-lens$1" 30 --new char-gpt --train
  # a letter is clicked, and the letters that it looks at light up; patches of a picture; heads compared
  act () { show attention 3; xdotool mousemove 520 839 click 1; sleep 2; }
  picture "attention$1" 20 --new char-gpt --train
  act () { show attention 3; }
  picture "attention-patches$1" 20 --new tiny-vit --train
  act () { show attention 3; xdotool mousemove 302 833 click 1; sleep 20; }
  picture "attention-heads$1" 16 --new tiny-vit --train
  # what reaches the input through all layers at most
  act () { show attention 3; xdotool mousemove 324 751 click 1; sleep 1; xdotool key Down Down Down Return; sleep 6; }
  picture "attention-flow$1" 16 --new tiny-vit --train
  # one of them silenced, and what the network says then
  act () { show attention 3; xdotool mousemove 324 668 click 1; sleep 1.5; xdotool mousemove 324 824 click 1; sleep 1; xdotool mousemove 324 789 click 1; sleep 1.5; xdotool key Down; sleep 0.5; xdotool key Return; sleep 2; }
  picture "attention-answer$1" 16 --new tiny-vit --train
  # the plane of the run
  act () { show landscape 2; xdotool mousemove 302 687 click 1; sleep 0.8; xdotool mousemove 307 808 click 1; sleep 0.5; xdotool mousemove 302 727 click 1; sleep 12; }
  picture "landscape$1" 14 --new lenet-5 --train
  # who fires when; and what units fire for
  act () { show spikes 3; }
  picture "spikes$1" 16 --new spiking --train
  act () { show spikes 2; xdotool mousemove 302 688 click 1; sleep 1; xdotool key End Return; sleep 6; }
  picture "spikes-average$1" 16 --new spiking --train
  # neurons whose synapses are conductances: membranes; and how far the counts of one stimulus scatter
  act () { show spikes 2; xdotool mousemove 302 688 click 1; sleep 1; xdotool key Down Return; sleep 3; }
  picture "membranes$1" 30 --new open-channels --train
  act () { show spikes 2; xdotool mousemove 302 688 click 1; sleep 1; xdotool key Down Down Return; sleep 1; xdotool mousemove 315 768 click 1 key ctrl+a; xdotool type "20"; xdotool key Tab; sleep 15; }
  picture "repeats$1" 30 --new open-channels --train
  act () { show 'balance of exc'; sleep 2; }
  picture "conductances$1" 30 --new open-channels --train
  # one neuron on the bench, and its parameters being turned
  act () { show 'neuron bench'; }
  picture "neuron$1" 8 --new mlp
  act () { show 'neuron bench'; xdotool mousemove 471 648 click 1; sleep 1.5; }
  picture "neuron-turned$1" 8 --new mlp
  # its plane
  act () { show 'neuron bench'; xdotool mousemove 302 607 click 1; sleep 1; xdotool key Down Return; sleep 2; }
  picture "neuron-plane$1" 8 --new mlp
  # a layer is chosen on the canvas, and damaged by dose
  act () { xdotool mousemove 575 335 click 1; sleep 0.5; show robustness; xdotool mousemove 326 789 click 1; sleep 9; }
  picture "robustness$1" 12 --new mlp --train
  # what an answer costs, and what smaller versions of the network would
  act () { show energy; sleep 2; }
  picture "energy$1" 12 --new mlp --train
  act () { show energy; sleep 1; xdotool mousemove 379 790 click 1; sleep 22; }
  picture "versions$1" 12 --new mlp --train
  # a layer is lesioned on the canvas; and another network's first layer recovers from its loss
  act () { xdotool mousemove 575 335 click 1; sleep 0.5; xdotool key l; sleep 2; }
  picture "lesion$1" 14 --new mlp --train
  # a drag over neurons, and a click: dose and response of their layer
  act () { xdotool mousemove 720 335 click 1; sleep 0.3; xdotool key s; sleep 2; xdotool key 5; sleep 0.3; }
  picture "synapses-lesion$1" 14 --new mlp --train
  act () { xdotool mousemove 575 335 click 1; sleep 0.5; show robustness; xdotool mousemove 330 749 click 1 key ctrl+a; xdotool type "200"; xdotool key Tab; sleep 0.3; xdotool mousemove 326 789 click 1; sleep 12; }
  picture "retraining$1" 14 --new mlp --train
  # what excites and inhibits
  act () { show 'balance of exc'; sleep 2; }
  picture "balance$1" 12 --new mlp --train
  # the same network in spikes, as a project of its own
  act () { xdotool key ctrl+k; sleep 0.5; xdotool type "convert to spiking"; sleep 0.5; xdotool key Return; sleep 1; xdotool key Return; sleep 6; }
  picture "to-spiking$1" 18 --new mlp --train
  # thinned while it trains
  "$(dirname "$program")/../cli/cajal-cli" new mlp -o "$HOME/thin$1.cajal" >/dev/null
  "$(dirname "$program")/../cli/cajal-cli" set "$HOME/thin$1.cajal" pruning.method=magnitude \
    pruning.schedule=gradual pruning.every=0.05 pruning.sparsity=0.95 pruning.end=1
  act () { show pruning; sleep 4; }
  picture "pruning$1" 8 --train "$HOME/thin$1.cajal"
  # tasks one after another: what is left of the first, once with nothing done and then with replay
  act () { show forgetting; sleep 6; }
  picture "forgetting$1" 12 --new one-after-another --train
  "$(dirname "$program")/../cli/cajal-cli" new one-after-another -o "$HOME/tasks$1.cajal" >/dev/null
  "$(dirname "$program")/../cli/cajal-cli" set "$HOME/tasks$1.cajal" continual.remedy=replay
  act () { xdotool key ctrl+f; sleep 0.5; xdotool type 'task'; sleep 1; }
  picture "continual$1" 4 "$HOME/tasks$1.cajal"
}
inside ''
act () { xdotool windowsize --sync "$1" 640 860; sleep 1; show activations; }
picture narrow 10 --new lenet-5 --train
export ADW_DEBUG_COLOR_SCHEME=prefer-dark
publish -dark
act () { show activations; xdotool mousemove 840 285 click 1; sleep 1; }
picture activations-dark 12 --new lenet-5 --train
act () { show explan 3; }
picture explain-dark 14 --new lenet-5 --train
inside -dark
picture playground-dark 10 --new playground --train
unset ADW_DEBUG_COLOR_SCHEME
# dragged back in time; a second run beside the first, in the history
act () { xdotool key ctrl+Return; sleep 1.5; xdotool mousemove 560 874 click 1; sleep 1; }
picture scrubber 14 --new lenet-5 --train
act () { xdotool key ctrl+Return; sleep 1.5; xdotool mousemove 990 47 click 1; sleep 1.5; xdotool key ctrl+Return; sleep 10; show history; }
picture history 14 --new lenet-5 --train
act () { xdotool mousemove 300 300; }
picture playground 10 --new playground --train
# As other people have it: their language, sharper contrast, text half as large again, from right to left.
export LC_ALL=C.UTF-8 LANGUAGE=es
act () { xdotool mousemove 495 300 click 1; }
picture spanish 10 --new lenet-5 --train
picture spanish-start 3
unset LC_ALL LANGUAGE
export ADW_DEBUG_HIGH_CONTRAST=1
act () { xdotool mousemove 495 300 click 1; }
picture high-contrast 10 --new lenet-5 --train
export ADW_DEBUG_COLOR_SCHEME=prefer-dark
act () { xdotool mousemove 495 300 click 1; }
picture high-contrast-dark 10 --new lenet-5 --train
unset ADW_DEBUG_COLOR_SCHEME ADW_DEBUG_HIGH_CONTRAST
sed -i 's/Cantarell 11/Cantarell 16.5/' "$XDG_CONFIG_HOME/gtk-4.0/settings.ini"
act () { xdotool mousemove 495 300 click 1; }
picture large-text 10 --new lenet-5 --train
picture large-text-start 3
sed -i 's/Cantarell 16.5/Cantarell 11/' "$XDG_CONFIG_HOME/gtk-4.0/settings.ini"
export GTK_DEBUG=invert-text-dir
act () { xdotool mousemove 945 300 click 1; }
picture rtl 10 --new lenet-5 --train
picture rtl-start 3
unset GTK_DEBUG
# the inspector with nothing selected, and while a parameter is looked for
act () { :; }
picture setup 5 --new lenet-5
act () { xdotool key ctrl+f; sleep 0.5; xdotool type 'rate'; sleep 0.5; }
picture search 5 --new lenet-5
# a figure of a plugin beside the others, and a view in a window of its own
export CAJAL_PLUGIN_PATH=$(dirname "$program")/../../plugins
act () { xdotool mousemove 495 300 click 1; sleep 1; for i in 1 2 3 4 5 6 7 8 9 10; do xdotool mousemove 1022 643 click 1; sleep 0.2; done; xdotool mousemove 960 643 click 1; sleep 2; }
picture plugin 12 --new lenet-5 --train
unset CAJAL_PLUGIN_PATH
act () { xdotool mousemove 495 300 click 1; show activations; xdotool key ctrl+k; sleep 1; xdotool type 'own window'; sleep 0.5; xdotool key Return; sleep 2; }
picture window-of-view 12 --new lenet-5 --train
picture sequences 6 --new lstm --train
picture bottleneck 8 --new autoencoder --train
picture residual 20 --new resnet-20 --train
# weights of another program, of which some fit
weights ()
{
  local file=$XDG_RUNTIME_DIR/lenet.safetensors
  local header='{"module.conv1.weight":{"dtype":"F16","shape":[6,1,5,5],"data_offsets":[0,300]},'
  header+='"module.conv1.bias":{"dtype":"F32","shape":[6],"data_offsets":[300,324]},'
  header+='"module.dense3.weight":{"dtype":"F16","shape":[10,84],"data_offsets":[324,2004]}}'
  printf "\\x$(printf %02x $((${#header} % 256)))\\x$(printf %02x $((${#header} / 256)))\\0\\0\\0\\0\\0\\0%s" "$header" >"$file"
  head -c 2004 /dev/zero >>"$file"
  act () { xdotool key ctrl+k; sleep 1; xdotool type 'load weights'; sleep 0.5; xdotool key Return; sleep 2; xdotool type "$file"; sleep 0.5; xdotool key Return; sleep 2; }
  picture "weights$1" 8 --new lenet-5
}
# all up to the first dense layer is frozen
frozen ()
{
  act () { xdotool mousemove 495 410 click 1; sleep 0.5; xdotool key shift+f; sleep 1; }
  picture "frozen$1" 8 --new lenet-5
}
# the networks that come with the program, and one of them that is taught 90 pictures of three kinds
zoo ()
{
  act () { xdotool mousemove 700 500 click --repeat 1 5; sleep 0.3; xdotool mousemove 1000 190; }
  picture "zoo$1" 4 --new zoo-letters
}
# three of four folders, each a class: what is offered, and a network of the zoo that learns them
folders ()
{
  local photos=$XDG_RUNTIME_DIR/photos i
  mkdir -p "$photos"/{bar,disk,ring,left}
  for i in $(seq 1 12); do
    convert -size 28x28 xc:black -fill white -draw "rectangle 3,$((3 + i)) 24,$((6 + i))" "$photos/bar/$i.png"
    convert -size 28x28 xc:black -fill white -draw "circle $((7 + i)),14 $((11 + i)),14" "$photos/disk/$i.png"
    convert -size 28x28 xc:black -fill none -stroke white -draw "circle $((7 + i)),14 $((12 + i)),14" "$photos/ring/$i.png"
  done
  picture "folders$1" 6 "$photos/{bar,disk,ring}"
  act () { xdotool key Return; sleep 3; xdotool key ctrl+Return; sleep 8; }
  picture "folders-taught$1" 6 "$photos/{bar,disk,ring}"
}
weights ''
frozen ''
zoo ''
folders ''
export ADW_DEBUG_COLOR_SCHEME=prefer-dark
weights -dark
frozen -dark
zoo -dark
folders -dark
unset ADW_DEBUG_COLOR_SCHEME
# networks for other programs: what there is, what is asked, and what is said once they are written
exports ()
{
  ask () { xdotool key ctrl+k; sleep 1; xdotool type "export as $1"; sleep 0.5; xdotool key Return; sleep 1; }
  act () { xdotool mousemove 1197 47 click 1; sleep 1; }
  picture "export-menu$1" 6 --new lenet-5
  act () { ask onnx; }
  picture "export-onnx$1" 6 --new lenet-5
  act () { ask "c for"; }
  picture "export-c$1" 6 --new lenet-5
  act () { xdotool key ctrl+t; sleep 6; xdotool key ctrl+t; sleep 1; ask "c for"; xdotool key Return; sleep 2; xdotool type "$XDG_RUNTIME_DIR/lenet"; xdotool key Return; sleep 4; }
  picture "export-done$1" 6 --new lenet-5
}
# networks of other programs as they are opened, and a file of a version that is yet to come
opened ()
{
  if [ -n "${CAJAL_DATA_DIR:-}" ]; then
    picture "opened-onnx$1" 8 "$CAJAL_DATA_DIR/onnx/pt113-vit-opset14/model.onnx"
    picture "opened-nir$1" 8 "$CAJAL_DATA_DIR/nir/braille_noDelay_bias_zero.nir"
  fi
  "$(dirname "$program")/../cli/cajal-cli" new lenet-5 -o "$XDG_RUNTIME_DIR/now.cajal" >/dev/null
  python3 "$(dirname "$0")/newer.py" "$XDG_RUNTIME_DIR/now.cajal" "$XDG_RUNTIME_DIR/newer.cajal"
  picture "opened-newer$1" 6 "$XDG_RUNTIME_DIR/newer.cajal"
  rm -f "$XDG_RUNTIME_DIR/now.cajal" "$XDG_RUNTIME_DIR/newer.cajal"
}
exports ''
opened ''
export ADW_DEBUG_COLOR_SCHEME=prefer-dark
exports -dark
opened -dark
unset ADW_DEBUG_COLOR_SCHEME
