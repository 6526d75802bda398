/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Networks in which every layer occurs, with settings that are not the presets. Pieces as cjl_graph_add_text reads
 * them; shapes are of floats, with w before them of words. */

#define SCORES ", flatten, dense 5, cross-entropy"
/* Sequences of 6 moments of 5 features, and pictures 2×8×8 at 3 moments. */
#define SEQUENCE "input, reshape 6x5, "
#define MOMENTS "input, reshape 3x2x8x8, "
/* A loss that compares two rows of four values. */
#define PAIR(loss, name)                                                                           \
  "input, flatten, dense 4 sigmoid, " loss "; flatten1: dense 4 sigmoid; dense2 > " name ":1"

static const Case cases[] = {
  { "dense", "7",
    "input, dense 6 tanh bias=false, dense 5 gelu-tanh init=he-normal init-gain=0.5, "
    "dense 5, cross-entropy smoothing=0.1",
    "cross1.weights=1 2 1 0.5 1" },
  { "drop-connect", "7", "input, drop-connect 6 0.3 relu, dense 5, cross-entropy reduction=sum" },
  { "dale-senders", "10",
    "input, dale-dense 9 ratio=0.75 activation=relu, dale-dense 5, "
    "cross-entropy reduction=batch-mean" },
  { "dale-interneurons", "10",
    "input, dale-dense 9 inhibition=interneurons activation=relu bias=false, dense 5, "
    "cross-entropy" },
  { "bilinear", "6",
    "input, dense 4; input1: dense 3; dense1: bilinear 5 activation=tanh, "
    "cross-entropy; dense2 > bilinear1:1" },
  { "embedding", "w9", "input, embedding 6 words=7 padding=2, dense 5, cross-entropy" },
  { "conv-1d", "1x6x5",
    SEQUENCE "conv-1d 4 kernel=3 padding=same border=reflect, conv-1d 8 kernel=2 padding=causal "
             "groups=2, conv-1d 4 kernel=2 padding=same border=circular activation=relu" SCORES },
  { "conv-2d", "3x9x8",
    "input, conv-2d 6 kernel=3x5 stride=2x1 padding=same border=edge, "
    "conv-2d 12 kernel=3 groups=depthwise dilation=1 padding=1 activation=silu, "
    "conv-2d 4 kernel=2 padding=same border=reflect, conv-2d 4 kernel=2 padding=same" SCORES },
  { "conv-3d", "1x128x4",
    "input, reshape 2x4x8x8, conv-3d 3 depth=3 kernel=3x1 padding-depth=1 padding=same, "
    "conv-3d 4 depth=2 kernel=2 padding=same border=circular padding-depth=1 "
    "activation=elu" SCORES },
  { "moments", "1x24x16",
    MOMENTS "conv-2d 4 kernel=2 padding=same, batch-norm moments=true, max-pool-2d, avg-pool-2d 2 "
            "stride=1, adaptive-avg-pool-2d 2, batch-norm, flatten moments=true, lif, "
            "spike-readout max, dense 5, cross-entropy" },
  { "transposed-1d", "1x6x5",
    SEQUENCE "transposed-conv-1d 4 kernel=3 stride=2 padding=1 "
             "output-padding=1 activation=mish" SCORES },
  { "transposed-2d", "3x5x4",
    "input, transposed-conv-2d 6 kernel=3x2 stride=2 padding=1x0 "
    "groups=3 bias=false activation=hardswish" SCORES },
  { "pools-1d", "1x6x5",
    SEQUENCE "max-pool-1d 3 stride=1 padding=1, "
             "avg-pool-1d 2 ceil=true exclude-padding=true" SCORES },
  { "pools-2d", "3x9x8",
    "input, max-pool-2d 3x2 stride=2x1 padding=1 ceil=true, "
    "avg-pool-2d 3 stride=1 padding=1, avg-pool-2d 2 padding=1 exclude-padding=true, "
    "adaptive-max-pool-2d 3x2, adaptive-avg-pool-2d 2" SCORES },
  { "global", "3x9x8",
    "input, conv-2d 4; conv1: global-avg-pool; conv1: global-max-pool; "
    "global1: concat; global2 > concat1:1; concat1: dense 5, cross-entropy" },
  { "global-sequence", "1x6x5", SEQUENCE "global-max-pool, dense 5, cross-entropy" },
  { "pads", "3x9x8",
    "input, pad-2d 1 -1 2 0, pad-2d 1 2 -1 1 border=reflect, "
    "pad-2d 1 0 0 1 border=edge, upsample 1.5, upsample 2 bilinear, "
    "upsample size=7x5 mode=bilinear align-corners=true" SCORES },
  { "shortcut", "3x8x8",
    "input, shortcut 8 stride=2, conv-2d 8 kernel=1, add, "
    "pixel-shuffle 2" SCORES "; shortcut1 > add1:1" },
  { "norms", "3x6x5",
    "input, batch-norm eps=0.001 momentum=0.2, instance-norm affine=false, group-norm 3 "
    "affine=false, layer-norm dims=2, local-response-norm 3 alpha=0.1 k=2, "
    "local-contrast-norm 3 0.2, divisive-norm power=1.5 pool=channels, batch-norm "
    "fixed=true" SCORES },
  { "norms-rows", "1x6x5",
    SEQUENCE "batch-norm, batch-norm channels=second affine=false, "
             "layer-norm, rms-norm, divisive-norm" SCORES },
  { "norms-flat", "8",
    "input, batch-norm, layer-norm affine=false eps=0.001, rms-norm "
    "affine=false, dense 5, cross-entropy" },
  { "circuits", "3x6x5",
    "input, lateral-inhibition 3 0.4 steps=2, lateral-inhibition 3 "
    "learned=true, homeostasis, k-winners 7, k-winners 2 "
    "among=channels" SCORES },
  { "circuits-flat", "9",
    "input, lateral-inhibition 5 0.3, homeostasis target=0.1, k-winners 4, "
    "gain strength=0.7 function=linear, dense 5, cross-entropy; "
    "input1: dense 9; dense2 > gain1:1" },
  { "gain", "3x6x5",
    "input, conv-2d 4, gain strength=0.5; conv1: global-avg-pool, dense 4; "
    "dense1 > gain1:1; gain1: flatten, dense 5, cross-entropy" },
  { "noise", "3x6x5", "input, dropout 0.4, spatial-dropout 0.3, gaussian-noise 0.2" SCORES },
  { "noise-rows", "1x6x5", SEQUENCE "spatial-dropout 0.3, prelu 0.3, prelu shared=true" SCORES },
  { "activations", "3x6x5",
    "input, prelu 0.1, leaky-relu 0.2, elu 0.5, celu 0.7, selu, gelu, gelu tanh, silu, mish, "
    "softsign, hardtanh -0.5 0.4, softplus 2 10, tanhshrink, log-sigmoid, hardsigmoid, hardswish, "
    "tanh, sigmoid, relu6, relu" SCORES },
  { "softmaxes", "3x6x5",
    "input, softmax temperature=2, log-softmax axis=2, softmax axis=-1, "
    "glu axis=2, quantise 4 -0.2 1" SCORES },
  { "folded", "7", "input, dense 5, softmax, cross-entropy" },
  { "joins", "8",
    "input, dense 6, split 2, dense 4, multiply, add, dense 5, cross-entropy; "
    "split1:1 > multiply1:1; dense2 > add1:1" },
  { "shapes", "3x6x5",
    "input, permute 231, mean axes=1 keep=true, sum axes=2, reshape ?x1, "
    "matrix-product transpose=true, goodness, dense 5, cross-entropy; "
    "reshape1 > matrix1:1" },
  { "rnn", "1x6x5",
    SEQUENCE "rnn 4 activation=relu bidirectional=true, gru 3 layers=2 "
             "dropout=0.2, lstm 4 output=last, dense 5, cross-entropy" },
  { "lstm", "1x6x5",
    SEQUENCE "lstm 6 projection=3 bidirectional=true output=last bias=false, "
             "dense 5, cross-entropy" },
  { "recurrent-states", "1x6x5",
    SEQUENCE "gru 4; reshape1: gru 4; gru1:1 > gru2:1; gru2: pick-token -1, dense 5, "
             "cross-entropy" },
  { "attention", "1x6x4",
    "input, reshape 6x4, sinusoidal-position, multi-head-attention 2 causal=true, "
    "multi-head-attention 2 head-width=3 bias=false, multi-head-attention 2 head-width=1 "
    "causal=true, class-token, learned-position, pick-token 0, dense 5, cross-entropy" },
  { "attention-weights", "1x6x4",
    "input, reshape 6x4, multi-head-attention 2, flatten, dense 5, "
    "cross-entropy; multi1:1 > flatten1" },
  { "transformers", "1x6x4",
    "input, reshape 6x4, transformer-block 2 8, transformer-block 2 hidden=6 causal=true "
    "activation=relu norm-first=false, transformer-block 2 dropout=0.1, transformer-block 2 "
    "head-width=1 norm-first=false activation=tanh, transformer-decoder 2 hidden=8, "
    "transformer-decoder 2 head-width=3 dropout=0.1 causal=false, transformer-decoder 2 "
    "hidden=4 causal=false norm-first=false, flatten, dense 5, cross-entropy; "
    "reshape1 > transformer5:1; transformer1 > transformer6:1; reshape1 > transformer7:1" },
  { "padding", "w9",
    "input, embedding 6, transformer-block 2 padding-word=3, "
    "multi-head-attention 3 padding-word=2, dense 5, cross-entropy; "
    "input1 > transformer1:1; input1 > multi1:3" },
  { "patches", "3x8x8",
    "input, patch-embedding 6 patch=3, global-avg-pool, dense 5, "
    "cross-entropy" },
  { "lif", "7",
    "input, dense 8, direct-current 9, lif tau=5 surrogate=sigmoid, lif beta=0.8 "
    "reset=zero threshold=0.3 scaled=true attached=true, lif refractory=2 "
    "threshold=0.2 window=3 surrogate=straight-through, lif learn-decay=true "
    "learn-threshold=true threshold=0.1, spike-readout count, dense 5, "
    "cross-entropy" },
  { "neurons", "7",
    "input, dense 8, latency-encoder 9, integrate-and-fire threshold=0.5, cuba-lif synapse=3 "
    "threshold=0.2, adaptive-lif threshold=0.2 adapt-tau=20, recurrent-lif threshold=0.2 "
    "synapse=2 through-time=e-prop, leaky-integrator beta=0.7 scaled=true, leaky-integrator "
    "learn-decay=true, spike-readout last, dense 5, cross-entropy" },
  { "conductances", "1x6x5",
    SEQUENCE "conductance-lif 7 threshold=0.2 refractory=2 reset=-0.1, "
             "conductance-lif 4 bias=false threshold=0.05 window=2, "
             "spike-readout rate, dense 5, cross-entropy; "
             "conductance2:1 > spike1" },
  { "synapses", "1x6x5",
    SEQUENCE "delta-encoder 0.3, synaptic-delay 4, short-term-plasticity "
             "0.4 recover=20 facilitate=10, lif threshold=0.1, "
             "spike-readout first-spike, dense 5, cross-entropy" },
  { "membrane", "7",
    "input, dense 8, latency-encoder 6 range=fixed low=-1 high=2, lif, "
    "spike-readout rate, dense 5, cross-entropy; lif1:1 > spike1" },
  { "top-down", "7", "input, top-down 6 lower=5 steps=2, dense 5, cross-entropy" },
  { "formula", "3x6x5", "input, formula" SCORES,
    "formula1.formula=a * tanh(b * x) + max(x, 0.1)^2 - c * mean(x, space) where a = 0.5 per "
    "channel, c = 2 per unit" },
  { "muted", "7", "input, dense 7 relu, dense 7, dense 5, cross-entropy", "dense2.muted=true" },
  { "lesioned", "7",
    "input, dense 7 relu, dense 7, add, dense 5, cross-entropy; "
    "dense1 > add1:1",
    "dense2.lesioned=true" },
  { "mse", "7", PAIR ("mse", "mse1") },
  { "l1", "7", PAIR ("l1 reduction=sum", "l11") },
  { "huber", "7", PAIR ("huber 0.1", "huber1") },
  { "smooth-l1", "7", PAIR ("smooth-l1 0.2", "smooth1") },
  { "bce", "7", PAIR ("bce", "bce1") },
  { "bce-logits", "7", PAIR ("bce-logits", "bce1"), "bce1.weights=1 2 1 1" },
  { "kl-divergence", "7", PAIR ("kl-divergence", "kl1") },
  { "hinge", "7", PAIR ("hinge 0.8", "hinge1") },
  { "gaussian-kl", "7", PAIR ("gaussian-kl 0.5", "gaussian1") },
  { "nll", "7", "input, dense 5, log-softmax, nll" },
  { "multi-class-hinge", "7", "input, dense 5, multi-class-hinge 0.7" },
};
