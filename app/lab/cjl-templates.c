/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of ready experiments. A network is a line of text, in the language of the quick-add box;
 * see cjl_graph_add_text. Networks and batches are those that the benchmark measures. */
#include "cjl-template.h"

/* Two convolutions of the VGG kind and a pool. */
#define VGG_STAGE(filters)                                                                         \
  "conv-2d " filters " kernel=3 padding=1 bias=false, batch-norm, relu, "                          \
  "conv-2d " filters " kernel=3 padding=1 bias=false, batch-norm, relu, max-pool-2d, "
/* Its layers as one card; a and b number the convolutions. */
#define VGG_GROUP(n, a, b)                                                                         \
  ";[VGG " n "] conv" a " batch" a " relu" a " conv" b " batch" b " relu" b " max" n

/* A residual block: two convolutions, to which what came in is added, as one card; a and b number the
 * convolutions. */
#define RES_BLOCK(n, filters, stride, from, a, b)                                                  \
  from ": conv-2d " filters " kernel=3 padding=1 stride=" stride " bias=false, batch-norm, relu, " \
       "conv-2d " filters " kernel=3 padding=1 bias=false, batch-norm, add, relu;"                 \
       "[Residual " n "] conv" a " batch" a " relu" a " conv" b " batch" b " add" n " relu" b
#define RES_SAME(n, filters, from, a, b)                                                           \
  RES_BLOCK (n, filters, "1", from, a, b) ";" from " > add" n ":1;"
#define RES_DOWN(n, filters, from, a, b, short)                                                    \
  from ": shortcut " filters                                                                       \
       ";" RES_BLOCK (n, filters, "2", from, a, b) " " short ";" short " > add" n ":1;"

/* clang-format off: a block a line */
#define RESNET_20                                                                                  \
  "input, conv-2d 16 kernel=3 padding=1 bias=false, batch-norm, relu;" RES_SAME (                  \
      "1", "16", "relu1", "2", "3") RES_SAME ("2", "16", "relu3", "4", "5")                        \
      RES_SAME ("3", "16", "relu5", "6", "7") RES_DOWN ("4", "32", "relu7", "8", "9", "shortcut1") \
          RES_SAME ("5", "32", "relu9", "10", "11") RES_SAME ("6", "32", "relu11", "12", "13")     \
              RES_DOWN ("7", "64", "relu13", "14", "15", "shortcut2")                              \
                  RES_SAME ("8", "64", "relu15", "16", "17")                                       \
                      RES_SAME ("9", "64", "relu17", "18",                                         \
                                "19") "relu19: global-avg-pool, dense 8, cross-entropy"
/* clang-format on */

static const CjlTemplate templates[] = {
  { .id = "lenet-5",
    .title = "Handwritten signs",
    .category = "Vision",
    .blurb = "A convolutional network learns to read digits and letters",
    .teaches = "Watch edges become strokes and strokes become letters, layer by layer",
    .expected = "99 %",
    .work = 1.46e5,
    .task = "lenet",
    .source = "glyphs",
    .network = "input, conv-2d 6 kernel=5 padding=2 activation=relu, max-pool-2d, "
               "conv-2d 16 kernel=5 activation=relu, max-pool-2d, flatten, "
               "dense 120 relu, dense 84 relu, dense 36, cross-entropy",
    .setup = "epochs=8 batch=64 learning-rate=0.002 schedule=cosine" },
  { .id = "mlp",
    .title = "No convolution",
    .category = "First steps",
    .blurb = "Three dense layers learn the same signs, without knowing what a neighbour is",
    .teaches = "Compare its units with the filters of the convolutional network",
    .expected = "96 %",
    .work = 2.90e4,
    .task = "mlp",
    .source = "glyphs",
    .network = "input, flatten, dense 256 relu, dense 128 relu, dense 36, cross-entropy",
    .setup = "epochs=8 batch=64" },
  { .id = "softmax",
    .title = "One layer",
    .category = "First steps",
    .blurb = "Softmax regression: each class has one weight a pixel, and the largest sum wins",
    .teaches
    = "Look at the weights of a unit as a picture, then find the signs it cannot tell apart",
    .expected = "87 %",
    .work = 4.9e3,
    .source = "glyphs",
    .network = "input, flatten, dense 36, cross-entropy",
    .setup = "epochs=8 batch=64" },
  { .id = "fashion-cnn",
    .title = "Wider and with dropout",
    .category = "Vision",
    .blurb = "Two wide convolutions and dropout, the usual answer to small grey pictures",
    .teaches = "Set both dropout rates to 0 and see training and validation drift apart",
    .expected = "98.5 %",
    .work = 2.18e6,
    .task = "fashion",
    .source = "glyphs",
    .network = "input, conv-2d 32 activation=relu, conv-2d 64 activation=relu, max-pool-2d, "
               "dropout 0.25, flatten, dense 128 relu, dropout 0.5, dense 36, cross-entropy",
    .setup = "epochs=12 batch=64 learning-rate=0.002 schedule=cosine" },
  { .id = "playground",
    .title = "Two spirals",
    .category = "First steps",
    .blurb = "Bend a line until it separates two arms, and see what every unit draws",
    .teaches = "Each hidden unit cuts the plane once; the next layer folds the cuts together",
    .expected = "99 %",
    .work = 1.05e3,
    .task = "tiny",
    .source = "spirals",
    .network = "input, dense 8 tanh, dense 8 tanh, dense 2, cross-entropy",
    .setup = "epochs=60 batch=10 learning-rate=0.01" },
  { .id = "vgg",
    .title = "Shapes in clutter",
    .category = "Vision",
    .blurb = "Six convolutions in three stages find the shape in a coloured picture",
    .teaches = "See how the maps shrink while their number grows, from where to what",
    .expected = "98 %",
    .work = 2.38e6,
    .task = "vgg",
    .source = "shapes",
    .network = "input, " VGG_STAGE ("32") VGG_STAGE ("64") VGG_STAGE (
        "128") "flatten, dense 128 relu, dense 8, cross-entropy" VGG_GROUP ("1", "1", "2")
        VGG_GROUP ("2", "3", "4") VGG_GROUP ("3", "5", "6"),
    .setup = "epochs=8 batch=64 schedule=cosine" },
  { .id = "resnet-20",
    .title = "Deep with shortcuts",
    .category = "Vision",
    .blurb = "Twenty layers that can be trained because every block only adds to what it was given",
    .teaches = "Go into a block and cut the wire round it: the same depth learns much harder",
    .expected = "99 %",
    .work = 9.03e6,
    .task = "resnet20",
    .source = "shapes",
    .augment = "flip, shift amount=4",
    .network = RESNET_20,
    .setup = "epochs=20 batch=128 optimizer=sgd optimizer.momentum=0.9 "
             "optimizer.weight-decay=0.0005 learning-rate=0.1 schedule=one-cycle "
             "schedule.momentum=false" },
  { .id = "tiny-vit",
    .title = "A picture as a sentence",
    .category = "Attention",
    .blurb = "A small vision transformer cuts pictures into 64 patches that look at each other",
    .teaches = "Embed the picked token every few epochs: the kinds of shapes come apart",
    .expected = "over 60 %",
    .work = 1.44e7,
    .task = "vit",
    .source = "shapes",
    .augment = "flip vertical=true, shift amount=4",
    .network = "input, patch-embedding 64 patch=4, class-token, learned-position, "
               "transformer-block 4 256, transformer-block 4 256, transformer-block 4 256, "
               "transformer-block 4 256, layer-norm, pick-token 0, dense 8, cross-entropy",
    .setup = "epochs=20 batch=64 optimizer=adamw optimizer.weight-decay=0.05 "
             "learning-rate=0.002 schedule=cosine warmup=1" },
  { .id = "spiking",
    .title = "Spikes",
    .category = "Spiking",
    .blurb
    = "Neurons that fire learn the signs in 25 time steps, with a surrogate for the slope of a "
      "spike",
    .teaches = "The answer is the membrane of the last neurons; wire their spikes to the readout "
               "instead, and see what a code of a few spikes costs",
    .expected = "95 %",
    .work = 1.6e5,
    .source = "glyphs",
    .network = "input, flatten, dense 200, direct-current 25, lif beta=0.95 surrogate=arctan, "
               "dense 36, lif beta=0.95 surrogate=arctan, spike-readout rate, cross-entropy;"
               "lif2:1 > spike1",
    .setup = "epochs=8 batch=64 optimizer=adam learning-rate=0.001" },
  { .id = "evidence",
    .title = "Weighing evidence",
    .category = "Spiking",
    .blurb = "Recurrent neurons that adapt count cues on two sides and keep the sum until they are "
             "asked",
    .teaches = "Set the adaptation to 0 and the memory goes; set “through time” to e-prop and no "
               "neuron needs to know the future",
    .expected = "98 %",
    .work = 1.1e5,
    .source = "cues",
    .network = "input, dense 60, recurrent-lif tau=20 dt=10 adapt-tau=1000 adapt-jump=0.1 "
               "surrogate=triangle height=0.3 through-time=e-prop, dense 2, "
               "leaky-integrator tau=20 dt=10, spike-readout last, cross-entropy",
    .setup = "epochs=20 batch=32 optimizer=adam learning-rate=0.005" },
  { .id = "one-after-another",
    .title = "Learning one task after another",
    .category = "Memory",
    .blurb = "Signs come a few kinds at a time, and the network forgets the first while it learns "
             "the last",
    .teaches
    = "Watch Forgetting; then choose elastic weights, synaptic intelligence or replay under "
      "Continual learning, train again, and compare the matrices",
    .expected = "the first tasks fall by 10 points or more",
    .source = "glyphs",
    .data = "tasks=split task-count=6",
    .network = "input, flatten, dense 128 relu, dense 128 relu, dense 36, cross-entropy",
    .setup = "epochs=4 batch=32 optimizer=adam learning-rate=0.001" },
  { .id = "char-gpt",
    .title = "Letter by letter",
    .category = "Sequences",
    .blurb = "A small transformer learns to write by guessing the next letter",
    .teaches = "Read what it writes after each epoch: first letters, then words, then sentences",
    .expected = "2 nats a letter",
    .work = 1.27e6,
    .task = "gpt",
    .source = "text",
    .data = "length=128",
    .network = "input, embedding 128, learned-position, "
               "transformer-block heads=4 hidden=512 causal=true, "
               "transformer-block heads=4 hidden=512 causal=true, "
               "transformer-block heads=4 hidden=512 causal=true, "
               "transformer-block heads=4 hidden=512 causal=true, "
               "layer-norm, dense 71 bias=false, cross-entropy",
    .setup = "epochs=6 batch=16 optimizer=adamw optimizer.beta2=0.99 optimizer.weight-decay=0.1 "
             "learning-rate=0.002 schedule=cosine warmup=0.25" },
  { .id = "lstm",
    .title = "A memory",
    .category = "Sequences",
    .blurb
    = "Cells that gate what they keep tell at every time step whether the ones so far are odd",
    .teaches = "Lengthen the sequence and find out for how long the cells can hold a bit",
    .expected = "100 %",
    .work = 1.36e4,
    .source = "sequences",
    .data = "task=parity",
    .network = "input, embedding 16, lstm 32, dense 2, cross-entropy",
    .setup = "epochs=20 batch=64 learning-rate=0.01" },
  { .id = "autoencoder",
    .title = "Through a bottleneck",
    .category = "First steps",
    .blurb = "A network draws its input anew from sixteen numbers",
    .teaches = "What the code keeps is what the pictures have in common",
    .expected = "loss 0.3",
    .work = 1.33e4,
    .source = "glyphs",
    .network = "input, flatten, dense 128 relu, dense 16, dense 128 relu, dense 784, "
               "reshape 1x28x28, mse; input1 > mse1:1",
    .setup = "epochs=8 batch=64" },
  { .id = "simple-cells",
    .title = "Simple cells",
    .category = "Vision",
    .blurb = "Cells that compete to describe small patches come to look for edges, as in the brain",
    .teaches = "Show gratings to conv1 before and after: noise becomes tuned to orientation",
    .expected = "loss 0.2",
    .work = 8.1e5,
    .source = "shapes",
    .data = "channels=grey",
    .augment = "flip, shift amount=4",
    .network = "input, local-contrast-norm 9 0.3, gaussian-noise 1, "
               "conv-2d 64 kernel=12 stride=8 padding=2 bias=false, softmax 1, "
               "conv-2d 64 kernel=1 bias=false, pixel-shuffle 8, mse; local1 > mse1:1",
    .setup = "epochs=8 batch=64 learning-rate=0.01 schedule=cosine" },
  { .id = "excitation-inhibition",
    .title = "Excitation and inhibition",
    .category = "Spiking",
    .blurb = "Neurons that only excite and neurons that only inhibit learn the signs together, as "
             "Dale's law has it",
    .teaches = "Press S on dale3: all that a neuron sends has one colour, and no training turns it",
    .expected = "95 %",
    .source = "glyphs",
    .network = "input, flatten, dale-dense 200 inhibition=interneurons activation=relu, "
               "dale-dense 100 activation=relu, dale-dense 36, cross-entropy",
    .setup = "epochs=8 batch=64" },
  { .id = "digits-without-teacher",
    .title = "Digits without a teacher",
    .category = "Spiking",
    .blurb = "A hundred spiking neurons compete for what they see, and come to stand for digits by "
             "the times of spikes alone",
    .teaches
    = "Look at the weights of dense1 while it trains: each neuron draws what it waits for; "
      "the labels only name it afterwards",
    .expected = "80 %",
    .source = "glyphs",
    .data = "signs=digits noise=0 clutter=0 normalise=as-is",
    .network = "input, flatten, divisive-norm power=1 half=0.01 gain=0.13, "
               "poisson-encoder 50 rate=0.25 range=fixed, dense 100 bias=false, competing-lif, "
               "spike-readout, class-vote 10, cross-entropy",
    .setup = "epochs=1 batch=16 optimizer=sgd optimizer.momentum=0 learning-rate=1 rule=stdp" },
  { .id = "open-channels",
    .title = "Synapses that open channels",
    .category = "Spiking",
    .blurb = "Neurons whose synapses are conductances read digits from trains of spikes that are "
             "never the same twice",
    .teaches = "In Spikes, Membranes shows what pulls a neuron up and what holds it back; "
               "repeat every sample under Intervals to see how much of a count is chance",
    .expected = "98 %",
    .work = 8.5e5,
    .source = "glyphs",
    .data = "signs=digits normalise=as-is",
    .network = "input, flatten, poisson-encoder 40 rate=0.25, "
               "conductance-lif 100 surrogate=arctan, dense 10, leaky-integrator beta=0.9, "
               "spike-readout last, cross-entropy",
    .setup = "epochs=6 batch=32 optimizer=adam learning-rate=0.003 schedule=cosine" },
  { NULL },
};

const CjlTemplate *
cjl_templates (void)
{
  return templates;
}
