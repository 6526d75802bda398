#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# One neuron and a current, on the command line. test-cli-neuron.sh PATH-OF-CAJAL-CLI
# shellcheck source=tests/lab/cli.sh
. "$(dirname "$0")/cli.sh"

# Every pattern of every model is computed and drawn, and what is drawn again is the same.
all ()
{
  local line neuron pattern n=0
  while read -r line; do
    neuron=$(sed 's/.*"neuron":"\([^"]*\)".*/\1/' <<<"$line")
    pattern=$(sed 's/.*"pattern":"\([^"]*\)".*/\1/' <<<"$line")
    "$cli" neuron "$neuron" --pattern "$pattern" >/dev/null || return 1
    n=$((n + 1))
  done < <("$cli" neuron --json)
  [ $n -ge 36 ]
}

twice () { "$cli" neuron adex -o "one.$1" && "$cli" neuron adex -o "two.$1" && cmp "one.$1" "two.$1"; }
again () { "$cli" neuron adex -o "from.$1" && "$cli" figure "from.$1" -o "to.$1" && cmp "from.$1" "to.$1"; }

# rate OPTION…: the spikes of a leaky neuron in 10 s.
spikes () { "$cli" neuron lif --from 0 --until 10000 --duration 10000 --json "$@" | sed 's/.*"spikes":\([0-9]*\).*/\1/'; }

# By hand: with the leak and reset at 0, threshold 1 and R = 1 the interval is refractory + tau ln (I / (I - 1)),
# here 2 + 20 ln 2 = 15.86 ms: 630 in 10 s, each later by less than a step of 0.01 ms.
closed_form ()
{
  local n
  n=$(spikes --set leak=0 --set reset=0 --set threshold=1 --set r=1 --set tau=20 --set refractory=2 --current 2 --dt 0.01)
  [ "$n" -ge 629 ] && [ "$n" -le 631 ] || { echo "$n spikes"; return 1; }
}

# The numbers are those of the membrane: it begins at the leak and never passes the threshold.
csv ()
{
  "$cli" neuron lif --set leak=-70 --set threshold=-50 -o t.csv &&
    awk -F, 'NR > 1 && ($2 < -90 || $2 > -50) { bad = 1 } END { exit bad || NR != 2001 }' t.csv
}

# The fixed points of the plane are in its numbers: at rest those of the parabola and the line.
plane ()
{
  "$cli" neuron izhikevich --figure phase-plane --current 0 --set a=0.02 --set b=0.2 -o p.csv &&
    grep -q '^stable node,-70,-14' p.csv && grep -q '^saddle,-50,-10' p.csv
}

# A clock: every interval is the same.
intervals () { "$cli" neuron lif --figure isi -o i.csv && awk -F, 'NR > 1 && $2 > 0 { n++ } END { exit n > 2 }' i.csv; }
window () { "$cli" neuron lif --figure stdp-window -o w.csv && grep -q '^20,0.003678' w.csv && grep -q '^-20,-0.00386' w.csv; }

echo 1..29
check lists contains 'tonic-bursting  *Fires bursts' "$cli" neuron
check every-pattern all
check list-neurons contains '^neurons  *hodgkin-huxley' "$cli" list neurons
check describe contains 'Recovery rate\|How fast the recovery' "$cli" describe izhikevich
check counts says '"pattern":"tonic-spiking".*"spikes":[1-9]' 0 "$cli" neuron izhikevich --json
check words says 'Coefficient of variation' 0 "$cli" neuron izhikevich
check silent says '^0 spikes in 200 ms: 0 per second' 0 "$cli" neuron lif --current 0
check closed-form closed_form
for end in svg pdf png npz csv; do check "twice-$end" twice $end; done
check again again svg
check says-origin contains 'tau=' "$cli" figure from.svg --json
check csv csv
check no-neuron says 'no neuron “granule”' 1 "$cli" neuron granule
check no-pattern says 'has no pattern “waltz”' 1 "$cli" neuron lif --pattern waltz
check no-parameter says 'gain' 1 "$cli" neuron lif --set gain=2
check sets-nothing says 'sets nothing' 1 "$cli" neuron lif --set tau
check backwards says 'cannot begin at 90 ms and end at 30 ms' 1 "$cli" neuron lif --from 90 --until 30
check too-long-a-step says 'Choose a step of at most 0.01 ms' 1 "$cli" neuron hodgkin-huxley --dt 1
check plane plane
check no-plane says 'has no plane of two variables' 1 "$cli" neuron lif --figure phase-plane -o x.svg
check intervals intervals
check window window
check rates says '"spikes":' 0 "$cli" neuron lif --figure f-i-curve -o f.svg --json
check no-current-shape says 'no current “waltz”. Choose step' 1 "$cli" neuron lif --shape waltz
check no-neuron-figure says 'has no figure “maps”' 1 "$cli" neuron lif --figure maps -o x.svg
