#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Weights in, transfer and the zoo from the command line; speaks TAP. test-cli-transfer.sh PATH-OF-CAJAL-CLI
# shellcheck source=tests/lab/cli.sh
. "$(dirname "$0")/cli.sh"

echo 1..36
unset CAJAL_DATA_DIR # the zoo then stands on what is made
accuracy () { grep -o '^{"accuracy":[0-9.]*' <<<"$1" | cut -d: -f2; }

# --- weights
"$cli" new lenet-5 -o a.cajal >/dev/null
"$cli" set a.cajal data.samples=600 >/dev/null
"$cli" train a.cajal --steps 3 >/dev/null 2>&1
cp a.cajal b.cajal
"$cli" export a.cajal -o w.safetensors >/dev/null
"$cli" export a.cajal -o w.npz >/dev/null
"$cli" new lenet-5 -o fresh.cajal >/dev/null
"$cli" set fresh.cajal data.samples=600 seed=9 >/dev/null
check load says '^10 of 10 tensors of the network are from the file' 0 "$cli" load fresh.cajal w.safetensors -o l.cajal
check load-npz says '^10 of 10 tensors' 0 "$cli" load fresh.cajal w.npz -o n.cajal
"$cli" export l.cajal -o again.safetensors >/dev/null
check load-same-bits cmp w.safetensors again.safetensors
check load-json contains '"fate":"taken","file-shape":"6×1×5×5","file-tensor":"conv1.weight"' "$cli" load fresh.cajal w.npz -o n.cajal --json
"$cli" set fresh.cajal conv1.filters=5 >/dev/null
check load-says-what-differs says '“conv1.weight” is 5×1×5×5 here and 6×1×5×5 in the file' 0 "$cli" load fresh.cajal w.npz -o n.cajal
"$cli" new playground -o p.cajal >/dev/null
cp p.cajal before.cajal
check load-nothing says 'stays as it is' 1 "$cli" load p.cajal w.npz
check load-nothing-changes cmp p.cajal before.cajal
check load-pickle says 'is a pickle, which may run code' 1 "$cli" load p.cajal model.pt
head -c 100 w.npz >cut.npz
check load-damaged says 'cut.npz' 1 "$cli" load p.cajal cut.npz

# --- transfer
check freeze says '^4 of 5 layers with weights are frozen' 0 "$cli" transfer b.cajal --freeze-all-but 1 -o f.cajal
check freeze-up-to contains '"frozen":\["conv1","conv2"\]' "$cli" transfer b.cajal --freeze-up-to conv2 -o u.cajal --json
check freeze-nothing says 'further on' 1 "$cli" transfer b.cajal --freeze-up-to input1
check freeze-all says '5 layers that connect units' 1 "$cli" transfer b.cajal --freeze-all-but 5
check freeze-one-way says 'choose one of' 2 "$cli" transfer b.cajal --freeze-all-but 1 --unfreeze
check new-head says 'The last layer begins anew: dense3' 0 "$cli" transfer b.cajal --new-head --rates 2.6 -o h.cajal
check show-frozen contains '^  conv1  .*  frozen$' "$cli" show f.cajal
check show-learns contains '^  dense3  .*  yes$' "$cli" show f.cajal
check show-rates contains '^  dense2  .*  × 0.385$' "$cli" show h.cajal
check show-json contains '"frozen":true.*"node":"conv1".*"rate":1' "$cli" show f.cajal --json

# --- what frozen layers make of samples
"$cli" transfer b.cajal --freeze-all-but 1 -o f.cajal >/dev/null
losses () { "$cli" train "$1" --epochs 3 --json "${@:2}" 2>/dev/null | grep '^{"epoch'; }
check features-kept says '^cajal-cli: Features of [0-9]* samples are computed once and kept' 0 "$cli" train f.cajal --epochs 3 -o one.cajal
check features-found says '^cajal-cli: Features of [0-9]* samples from the cache' 0 "$cli" train f.cajal --epochs 3 -o two.cajal
check features-same-losses test "$(losses f.cajal -o y.cajal)" = "$(losses f.cajal --set keep-features=false -o y.cajal)"
check features-augmented says 'samples are augmented, so they are never' 0 "$cli" train f.cajal --epochs 1 --set data.augment=shift -o y.cajal
for file in "$XDG_CACHE_HOME"/cajal/features/*; do echo 'no features' >"$file"; done
check features-damaged says 'are computed once and kept' 0 "$cli" train f.cajal --epochs 3 -o y.cajal
check features-mended says 'samples from the cache' 0 "$cli" train f.cajal --epochs 3 -o y.cajal
check untrained says 'has not learned anything yet' 1 "$cli" transfer p.cajal --unfreeze
# --- the zoo
check zoo contains '^zoo-letters ' "$cli" zoo
check zoo-listed contains '^zoo  *zoo-shapes' "$cli" list zoo
check zoo-licence contains 'MIT licence' "$cli" describe zoo-clothes
check zoo-new says '^z.cajal' 0 "$cli" new --from zoo-letters -o z.cajal
check zoo-knows test "$(accuracy "$("$cli" eval z.cajal --json)" | cut -c1-3)" = 0.8
check zoo-none says 'no pre-trained network “x”' 1 "$cli" new --from x -o x.cajal
"$cli" new --from zoo-letters -o t.cajal --data glyphs >/dev/null
check zoo-teaches contains 'dense2  *dense  *36 ' "$cli" show t.cajal
check zoo-no-pictures says 'a folder a class' 1 "$cli" new --from zoo-letters --data spirals -o s.cajal
# --- a network of another program learns pictures of another size and number
python3 - <<'END'
import os, struct, zlib

def chunk(kind, data):
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))

for name, shade in (('dark', 40), ('light', 200)):
    os.makedirs('photos/' + name)
    for i in range(12):
        rows = b''.join(b'\0' + bytes([shade + i, shade, (shade + 5 * y) % 256] * 24) for y in range(24))
        with open(f'photos/{name}/{i}.png', 'wb') as file:
            file.write(b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', 24, 24, 8, 2, 0, 0, 0))
                       + chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))
END
"$cli" new --from zoo-shapes -o shapes.cajal >/dev/null
"$cli" export shapes.cajal -o shapes.onnx >/dev/null
"$cli" import shapes.onnx -o came.cajal >/dev/null
check import-taught says '^The batch size is 16 now' 0 "$cli" transfer came.cajal --data photos --freeze-all-but 1 --new-head -o mine.cajal
check import-resized contains '^  input  *input  *3×32×32 ' "$cli" show mine.cajal
