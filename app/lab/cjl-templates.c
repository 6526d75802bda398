/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of ready experiments. A network is a line of text, in the language of the quick-add box;
 * see cjl_graph_add_text. Networks and batches are those that the benchmark measures. */
#include "cjl-template.h"

static const CjlTemplate templates[] = {
  { .id = "lenet-5",
    .title = "Handwritten signs",
    .category = "Vision",
    .blurb = "A convolutional network learns to read digits and letters",
    .teaches = "Watch edges become strokes and strokes become letters, layer by layer",
    .expected = "98.5 %",
    .task = "lenet",
    .source = "glyphs",
    .network = "input, conv-2d 6 kernel=5 padding=2 activation=relu, max-pool-2d, "
               "conv-2d 16 kernel=5 activation=relu, max-pool-2d, flatten, "
               "dense 120 relu, dense 84 relu, dense 36, cross-entropy",
    .setup = "epochs=8 batch=64" },
  { .id = "mlp",
    .title = "No convolution",
    .category = "First steps",
    .blurb = "Three dense layers learn the same signs, without knowing what a neighbour is",
    .teaches = "Compare its units with the filters of the convolutional network",
    .expected = "96 %",
    .task = "mlp",
    .source = "glyphs",
    .network = "input, flatten, dense 256 relu, dense 128 relu, dense 36, cross-entropy",
    .setup = "epochs=8 batch=64" },
  { .id = "fashion-cnn",
    .title = "Wider and with dropout",
    .category = "Vision",
    .blurb = "Two wide convolutions and dropout, the usual answer to small grey pictures",
    .teaches = "Set both dropout rates to 0 and see training and validation drift apart",
    .expected = "98.5 %",
    .task = "fashion",
    .source = "glyphs",
    .network = "input, conv-2d 32 activation=relu, conv-2d 64 activation=relu, max-pool-2d, "
               "dropout 0.25, flatten, dense 128 relu, dropout 0.5, dense 36, cross-entropy",
    .setup = "epochs=6 batch=64" },
  { .id = "playground",
    .title = "Two spirals",
    .category = "First steps",
    .blurb = "Bend a line until it separates two arms, and see what every unit draws",
    .teaches = "Each hidden unit cuts the plane once; the next layer folds the cuts together",
    .expected = "99 %",
    .task = "tiny",
    .source = "spirals",
    .network = "input, dense 8 tanh, dense 8 tanh, dense 2, cross-entropy",
    .setup = "epochs=60 batch=10 learning-rate=0.01" },
  { .id = "tiny-vit",
    .title = "A picture as a sentence",
    .category = "Attention",
    .blurb = "A small vision transformer cuts pictures into 64 patches and lets them look at each "
             "other",
    .teaches = "Open a block's weights: early heads look around, late ones at the object",
    .expected = "95 %",
    .task = "vit",
    .source = "shapes",
    .network = "input, patch-embedding 64 patch=4, class-token, learned-position, "
               "transformer-block 4 256, transformer-block 4 256, transformer-block 4 256, "
               "transformer-block 4 256, layer-norm, pick-token 0, dense 8, cross-entropy",
    .setup = "epochs=20 batch=64 optimizer=adamw learning-rate=0.001 schedule=cosine warmup=1" },
  { .id = "char-gpt",
    .title = "Letter by letter",
    .category = "Attention",
    .blurb = "A small transformer learns to go on with a text, one character at a time",
    .teaches = "The loss falls in steps: letters, then words, then who speaks when",
    .expected = "1.8 nats",
    .task = "gpt",
    .source = "text",
    .data = "length=128",
    .network = "input, embedding 128, learned-position, "
               "transformer-block 4 512 causal=true, transformer-block 4 512 causal=true, "
               "transformer-block 4 512 causal=true, transformer-block 4 512 causal=true, "
               "layer-norm, dense 71 bias=false, cross-entropy",
    .setup = "epochs=8 batch=16 optimizer=adamw learning-rate=0.001 schedule=cosine warmup=0.5 "
             "clip-norm=1" },
  { .id = "lstm",
    .title = "Remember and repeat",
    .category = "Memory",
    .blurb = "An LSTM hears a row of symbols and must say them again after a mark",
    .teaches = "Follow a cell through time: it opens at its symbol and holds it until it is due",
    .expected = "99 %",
    .source = "sequences",
    .network = "input, embedding 32, lstm 128, dense 10, cross-entropy",
    .setup = "epochs=20 batch=64 learning-rate=0.003" },
  { NULL },
};

const CjlTemplate *
cjl_templates (void)
{
  return templates;
}
