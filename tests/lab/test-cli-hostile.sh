#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Files that are none, places where nothing can be written, numbers out of all reason: one sentence, the
# right exit status, and nothing is written. test-cli-hostile.sh PATH-OF-CAJAL-CLI
# shellcheck source=tests/lab/cli.sh
. "$(dirname "$0")/cli.sh"

# once WORDS STATUS COMMAND…: that and no more is said, on one line.
once ()
{
  local text status
  text=$(timeout 30 "${@:3}" 2>&1 </dev/null)
  status=$?
  [ "$(wc -l <<<"$text")" = 1 ] && grep -q -e "$1" <<<"$text" && [ $status = "$2" ] \
    || { echo "$status: $text"; return 1; }
}

# each COMMAND…: with every kind of thing that is no project in the place of FILE.
each ()
{
  local file
  for file in nobody folder empty.cajal cut.cajal noise.cajal pipe /dev/null /dev/zero; do
    once "^cajal-cli: $file: " 1 "${@/#FILE/$file}" || return 1
  done
}

same () { [ "$(list)" = "$before" ] || { diff <(echo "$before") <(list); return 1; }; }
list () { find . -path ./state -prune -o -type f -exec sha256sum {} + | sort; }

echo 1..40
"$cli" new playground -o p.cajal >/dev/null
"$cli" train p.cajal --epochs 1 >/dev/null
mkdir folder folder.npz folder.csv
: >empty.cajal
head -c 1500 p.cajal >cut.cajal
head -c 4000 /dev/urandom >noise.cajal
mkfifo pipe
printf '1,2,a\n3,4,b\n5,6,a\n' >t.csv
before=$(list)

check show-no-project each "$cli" show FILE
check check-no-project each "$cli" check FILE
check eval-no-project each "$cli" eval FILE
check train-no-project each "$cli" train FILE --steps 1
check figure-no-project each "$cli" figure FILE curves -o x.svg
check set-no-project once 'nobody: The file cannot be opened: No such file' 1 "$cli" set nobody epochs=2
check export-no-project once 'folder: This is no plain file' 1 "$cli" export folder -o x.npz
check predict-no-project once 'cut.cajal: .* cannot be unpacked' 1 "$cli" predict cut.cajal t.csv
check data-no-data once 'no such file or folder' 1 "$cli" data nobody
check data-empty-folder once 'of no kind that can be read' 1 "$cli" data folder
check data-endless once 'of no kind that can be read' 1 "$cli" data /dev/zero
check data-pipe once 'of no kind that can be read' 1 "$cli" data pipe
check verify-no-folder once 'manifest.json: The file cannot be opened' 1 "$cli" verify nobody
check recover-nothing once 'nothing unsaved of “nobody”' 1 "$cli" recover nobody

cannot='The file cannot be written: '
check new-no-place once "no/x.cajal: ${cannot}No such file" 1 "$cli" new mlp -o no/x.cajal
check train-no-place once "no/x.cajal: ${cannot}No such file" 1 "$cli" train p.cajal --save no/x.cajal
check train-over-folder once "folder: ${cannot}Is a directory" 1 "$cli" train p.cajal --save folder
check data-no-place once "no/x.png: ${cannot}No such file" 1 "$cli" data glyphs -o no/x.png
check figure-no-place once "no/x.svg: ${cannot}No such file" 1 "$cli" figure p.cajal curves -o no/x.svg
check export-over-folder once "folder.npz: ${cannot}Is a directory" 1 "$cli" export p.cajal -o folder.npz
check predict-over-folder once "folder.csv: ${cannot}Is a directory" 1 \
  "$cli" predict p.cajal t.csv -o folder.csv
check predict-over-pipe once 'pipe: This is no plain file' 1 "$cli" predict p.cajal t.csv -o pipe

check epochs-below-0 once '--epochs cannot be -5. It takes a number from 1 to' 2 "$cli" train p.cajal --epochs -5
check epochs-no-number once 'abc.*--epochs' 2 "$cli" train p.cajal --epochs abc
check steps-below-0 once '--steps cannot be -1' 2 "$cli" train p.cajal --steps -1
check seed-below-0 once '--seed cannot be -1' 2 "$cli" train p.cajal --seed -1
check threads-too-many once '--threads cannot be 9999' 2 "$cli" train p.cajal --threads 9999
check from-step-below-0 once '--from-step cannot be -1' 2 "$cli" train p.cajal --resume --from-step -1
check width-too-large once '“99999999” is no length' 1 "$cli" figure p.cajal curves --width 99999999
check scale-no-number once '--scale cannot be nan' 2 "$cli" figure p.cajal curves --scale nan -o x.png
check sample-below-0 once '--sample cannot be -1' 2 "$cli" figure p.cajal units --sample -1
check top-below-0 once '--top cannot be -1' 2 "$cli" predict p.cajal t.csv --top -1
check window-no-number once '--window cannot be nan' 2 "$cli" bench tiny --window nan
check set-no-data once 'nobody: There is no such file or folder' 1 "$cli" set p.cajal data=nobody
check set-no-title once 'A title is one line' 1 "$cli" set p.cajal title=
check set-all-or-none once 'There is no parameter “nope”' 1 "$cli" set p.cajal epochs=9 dense2.nope=1
check empty-argument once 'argument 1 is empty' 2 "$cli" show ''
check nothing-written same

# numbers that explode: where, and the way back, which works
wild=(--set optimizer=sgd --set optimizer.weight-decay=10 --set learning-rate=100)
check numbers-explode once 'no longer a number in step .* In this step .*“dense.*--from-step [0-9]*” goes on' 1 \
  "$cli" train p.cajal --save wild.cajal "${wild[@]}"
check numbers-mended "$cli" train wild.cajal --resume --from-step 0 --set learning-rate=0.01 \
  --set optimizer.weight-decay=0 --steps 3
