/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every op against its slow twin and central differences, at sizes of one and odd ones. Ops with a test
 * program of their own in tests/engine are only asked for it. */
#include "../engine/op-check.h"

#include <math.h>
#include <string.h>

#define F(...)                                                                                     \
  {                                                                                                \
    .shape = __VA_ARGS__, .given = TRUE                                                            \
  }
#define POSITIVE(...)                                                                              \
  {                                                                                                \
    .shape = __VA_ARGS__, .given = TRUE, .low = 0.2, .high = 3                                     \
  }
/* What no gradient goes to. */
#define STATE(...)                                                                                 \
  {                                                                                                \
    .shape = __VA_ARGS__, .given = TRUE, .below = 1, .low = 0.5, .high = 2                         \
  }
/* What opens synapses, and what now and then should and does not. */
#define EXCITES(...)                                                                               \
  {                                                                                                \
    .shape = __VA_ARGS__, .given = TRUE, .low = -0.1, .high = 0.5                                  \
  }
#define INHIBITS(...)                                                                              \
  {                                                                                                \
    .shape = __VA_ARGS__, .given = TRUE, .low = -0.5, .high = 0.1                                  \
  }
#define SYNAPSES                                                                                   \
  .step = 0.2, .decay_e = 0.8, .decay_i = 0.9, .reversal_e = 6, .reversal_i = -2, .threshold = 1,  \
  .slope = 2, .attached = TRUE
#define ATTRS(type, ...) (&(const type){ __VA_ARGS__ })

typedef struct
{
  const CjOpInfo *info;
  gconstpointer attrs;
  guint n_in;
  OpCheckInput in[9];
} Row;

/* clang-format off */
static const Row rows[] = {
  { &cj_op_binary, ATTRS (CjBinaryAttrs, CJ_BINARY_ADD), 2, { F ({ 1, { 1 } }), F ({ 1, { 1 } }) } },
  { &cj_op_binary, ATTRS (CjBinaryAttrs, CJ_BINARY_SUBTRACT), 2, { F ({ 3, { 3, 5, 7 } }), F ({ 3, { 3, 5, 7 } }) } },
  { &cj_op_binary, ATTRS (CjBinaryAttrs, CJ_BINARY_MULTIPLY), 2, { F ({ 2, { 91, 101 } }), F ({ 2, { 91, 101 } }) } },
  { &cj_op_binary, ATTRS (CjBinaryAttrs, CJ_BINARY_DIVIDE), 2, { F ({ 2, { 5, 7 } }), POSITIVE ({ 2, { 5, 7 } }) } },
  { &cj_op_binary, ATTRS (CjBinaryAttrs, CJ_BINARY_MAXIMUM), 2, { F ({ 2, { 3, 9 } }), F ({ 2, { 3, 9 } }) } },
  { &cj_op_binary, ATTRS (CjBinaryAttrs, CJ_BINARY_MINIMUM), 2, { F ({ 2, { 3, 9 } }), F ({ 2, { 3, 9 } }) } },
  { &cj_op_binary, ATTRS (CjBinaryAttrs, CJ_BINARY_POWER), 2, { POSITIVE ({ 2, { 3, 9 } }), F ({ 2, { 3, 9 } }) } },
  { &cj_op_broadcast, ATTRS (CjBinaryAttrs, CJ_BINARY_POWER), 2, { POSITIVE ({ 3, { 2, 3, 5 } }), F ({ 1, { 5 } }) } },
  { &cj_op_broadcast, ATTRS (CjBinaryAttrs, CJ_BINARY_ADD), 2, { F ({ 3, { 2, 3, 4 } }), F ({ 2, { 3, 1 } }) } },
  { &cj_op_broadcast, ATTRS (CjBinaryAttrs, CJ_BINARY_MULTIPLY), 2, { F ({ 2, { 1, 5 } }), F ({ 3, { 7, 3, 1 } }) } },
  { &cj_op_broadcast, ATTRS (CjBinaryAttrs, CJ_BINARY_SUBTRACT), 2, { F ({ 1, { 1 } }), F ({ 4, { 1, 3, 5, 7 } }) } },
  { &cj_op_broadcast, ATTRS (CjBinaryAttrs, CJ_BINARY_DIVIDE), 2, { F ({ 2, { 97, 89 } }), POSITIVE ({ 1, { 89 } }) } },
  { &cj_op_noise, ATTRS (CjNoiseAttrs, CJ_NOISE_DROPOUT, 0), 1, { F ({ 2, { 5, 7 } }) } },
  { &cj_op_noise, ATTRS (CjNoiseAttrs, CJ_NOISE_CHANNELS, 0), 1, { F ({ 4, { 2, 3, 5, 7 } }) } },
  { &cj_op_noise, ATTRS (CjNoiseAttrs, CJ_NOISE_GAUSSIAN, 0), 1, { F ({ 2, { 5, 7 } }) } },
  { &cj_op_dense, NULL, 3, { F ({ 2, { 1, 1 } }), F ({ 2, { 1, 1 } }), F ({ 1, { 1 } }) } },
  { &cj_op_dense, NULL, 2, { F ({ 2, { 7, 5 } }), F ({ 2, { 3, 5 } }) } },
  { &cj_op_dense, NULL, 3, { F ({ 2, { 5, 261 } }), F ({ 2, { 263, 261 } }), F ({ 1, { 263 } }) } },
  { &cj_op_dense, NULL, 2, { F ({ 2, { 257, 150 } }), F ({ 2, { 1025, 150 } }) } },
  { &cj_op_dense, NULL, 3, { F ({ 3, { 2, 3, 37 } }), F ({ 2, { 65, 37 } }), F ({ 1, { 65 } }) } },
  { &cj_op_dense, NULL, 3, { F ({ 2, { 1, 301 } }), F ({ 2, { 231, 301 } }), F ({ 1, { 231 } }) } },
  { &cj_op_dense, NULL, 2, { F ({ 2, { 2, 301 } }), F ({ 2, { 231, 301 } }) } },
  { &cj_op_dense, NULL, 3, { F ({ 2, { 13, 301 } }), F ({ 2, { 231, 301 } }), F ({ 1, { 231 } }) } },
  { &cj_op_dense, NULL, 3, { F ({ 3, { 11, 3, 17 } }), F ({ 2, { 19, 17 } }), F ({ 1, { 19 } }) } },
  { &cj_op_dense_relu, NULL, 3, { F ({ 2, { 1, 301 } }), F ({ 2, { 231, 301 } }), F ({ 1, { 231 } }) } },
  { &cj_op_dense_relu, NULL, 3, { F ({ 2, { 13, 301 } }), F ({ 2, { 231, 301 } }), F ({ 1, { 231 } }) } },
  { &cj_op_dense_relu, NULL, 3, { F ({ 3, { 11, 3, 17 } }), F ({ 2, { 19, 17 } }), F ({ 1, { 19 } }) } },
  { &cj_op_dense_chain, ATTRS (CjDenseChainAttrs, 1, { CJ_CHAIN_TANH }), 3, { F ({ 2, { 1, 1 } }), F ({ 2, { 1, 1 } }), F ({ 1, { 1 } }) } },
  { &cj_op_dense_chain, ATTRS (CjDenseChainAttrs, 2, { CJ_CHAIN_SIGMOID, CJ_CHAIN_NONE }), 5, { F ({ 2, { 10, 2 } }), F ({ 2, { 8, 2 } }), F ({ 1, { 8 } }), F ({ 2, { 3, 8 } }), F ({ 1, { 3 } }) } },
  { &cj_op_dense_chain, ATTRS (CjDenseChainAttrs, 2, { CJ_CHAIN_RELU, CJ_CHAIN_TANH }), 5, { F ({ 2, { 15, 8 } }), F ({ 2, { 8, 8 } }), F ({ 1, { 8 } }), F ({ 2, { 16, 8 } }), F ({ 1, { 16 } }) } },
  { &cj_op_dense_chain, ATTRS (CjDenseChainAttrs, 3, { CJ_CHAIN_TANH, CJ_CHAIN_RELU, CJ_CHAIN_NONE }), 7, { F ({ 2, { 7, 5 } }), F ({ 2, { 17, 5 } }), F ({ 1, { 17 } }), F ({ 2, { 9, 17 } }), { .given = FALSE }, F ({ 2, { 1, 9 } }), F ({ 1, { 1 } }) } },
  /* at rest, with a small push: their changes are gradients then */
  { &cj_op_predictive, ATTRS (CjPredictiveAttrs, { 2, { CJ_CHAIN_TANH, CJ_CHAIN_NONE } }, 300, 1, 0.0005, 1e5), 5, { F ({ 2, { 3, 4 } }), F ({ 2, { 5, 4 } }), F ({ 1, { 5 } }), F ({ 2, { 2, 5 } }), F ({ 1, { 2 } }) } },
  { &cj_op_equilibrium, ATTRS (CjEquilibriumAttrs, { 2, { CJ_CHAIN_TANH, CJ_CHAIN_NONE } }, CJ_NUDGE_BOTH, 500, 500, 1, 0.002, 1), 5, { F ({ 2, { 1, 1 } }), F ({ 2, { 1, 1 } }), F ({ 1, { 1 } }), F ({ 2, { 1, 1 } }), F ({ 1, { 1 } }) } },
  { &cj_op_equilibrium, ATTRS (CjEquilibriumAttrs, { 2, { CJ_CHAIN_TANH, CJ_CHAIN_NONE } }, CJ_NUDGE_BOTH, 60, 60, 1, 0.02, 0.6), 5, { F ({ 2, { 5, 7 } }), F ({ 2, { 39, 7 } }), F ({ 1, { 39 } }), F ({ 2, { 3, 39 } }), F ({ 1, { 3 } }) } },
  { &cj_op_equilibrium, ATTRS (CjEquilibriumAttrs, { 3, { CJ_CHAIN_SIGMOID, CJ_CHAIN_TANH, CJ_CHAIN_SIGMOID } }, CJ_NUDGE_BOTH, 80, 80, 0.7, 0.02, 1), 7, { F ({ 2, { 9, 5 } }), F ({ 2, { 17, 5 } }), F ({ 1, { 17 } }), F ({ 2, { 9, 17 } }), { .given = FALSE }, F ({ 2, { 4, 9 } }), F ({ 1, { 4 } }) } },
  { &cj_op_equilibrium, ATTRS (CjEquilibriumAttrs, { 4, { CJ_CHAIN_TANH, CJ_CHAIN_RELU, CJ_CHAIN_TANH, CJ_CHAIN_NONE } }, CJ_NUDGE_BOTH, 60, 60, 1, 0.02, 0.3), 9, { F ({ 2, { 3, 4 } }), F ({ 2, { 6, 4 } }), F ({ 1, { 6 } }), F ({ 2, { 7, 6 } }), F ({ 1, { 7 } }), F ({ 2, { 5, 7 } }), F ({ 1, { 5 } }), F ({ 2, { 2, 5 } }), F ({ 1, { 2 } }) } },
  { &cj_op_matmul, ATTRS (CjMatmulAttrs, FALSE), 2, { F ({ 2, { 1, 1 } }), F ({ 2, { 1, 1 } }) } },
  { &cj_op_matmul, ATTRS (CjMatmulAttrs, FALSE), 2, { F ({ 4, { 2, 3, 5, 7 } }), F ({ 4, { 2, 3, 7, 9 } }) } },
  { &cj_op_matmul, ATTRS (CjMatmulAttrs, TRUE), 2, { F ({ 3, { 3, 33, 17 } }), F ({ 3, { 3, 35, 17 } }) } },
  { &cj_op_dense_relu, NULL, 3, { F ({ 2, { 1, 1 } }), F ({ 2, { 1, 1 } }), F ({ 1, { 1 } }) } },
  { &cj_op_dense_relu, NULL, 3, { F ({ 2, { 7, 5 } }), F ({ 2, { 3, 5 } }), F ({ 1, { 3 } }) } },
  { &cj_op_conv2d_relu, ATTRS (CjConv2dAttrs, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1), 3, { F ({ 4, { 1, 1, 1, 1 } }), F ({ 4, { 1, 1, 1, 1 } }), F ({ 1, { 1 } }) } },
  { &cj_op_conv2d_relu, ATTRS (CjConv2dAttrs, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1), 3, { F ({ 4, { 2, 3, 5, 4 } }), F ({ 4, { 4, 3, 3, 3 } }), F ({ 1, { 4 } }) } },
  { &cj_op_conv2d, ATTRS (CjConv2dAttrs, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1), 3, { F ({ 4, { 1, 1, 1, 1 } }), F ({ 4, { 1, 1, 1, 1 } }), F ({ 1, { 1 } }) } },
  { &cj_op_conv2d, ATTRS (CjConv2dAttrs, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1), 3, { F ({ 4, { 2, 3, 6, 6 } }), F ({ 4, { 4, 3, 3, 3 } }), F ({ 1, { 4 } }) } },
  { &cj_op_conv2d, ATTRS (CjConv2dAttrs, 3, 2, 2, 1, 1, 1, 0, 1, 1, 2, 2), 2, { F ({ 4, { 3, 4, 9, 8 } }), F ({ 4, { 6, 2, 3, 2 } }) } },
  { &cj_op_conv2d, ATTRS (CjConv2dAttrs, 5, 5, 2, 3, 2, 2, 2, 2, 1, 1, 1), 3, { F ({ 4, { 1, 35, 13, 11 } }), F ({ 4, { 33, 35, 5, 5 } }), F ({ 1, { 33 } }) } },
  { &cj_op_conv2d, ATTRS (CjConv2dAttrs, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 5), 3, { F ({ 4, { 2, 5, 7, 6 } }), F ({ 4, { 10, 1, 3, 3 } }), F ({ 1, { 10 } }) } },
  { &cj_op_conv2d, ATTRS (CjConv2dAttrs, 1, 5, 1, 1, 0, 0, 8, 0, 1, 2, 1), 2, { F ({ 4, { 3, 2, 1, 17 } }), F ({ 4, { 12, 2, 1, 5 } }) } },
  { &cj_op_conv2d, ATTRS (CjConv2dAttrs, 5, 5, 1, 1, 2, 2, 2, 2, 1, 1, 1), 3, { F ({ 4, { 9, 1, 7, 18 } }), F ({ 4, { 6, 1, 5, 5 } }), F ({ 1, { 6 } }) } },
  { &cj_op_conv2d_relu, ATTRS (CjConv2dAttrs, 5, 5, 1, 1, 0, 0, 0, 0, 1, 1, 1), 3, { F ({ 4, { 11, 6, 9, 8 } }), F ({ 4, { 16, 6, 5, 5 } }), F ({ 1, { 16 } }) } },
  { &cj_op_conv2d, ATTRS (CjConv2dAttrs, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1, 1), 2, { F ({ 4, { 17, 5, 8, 7 } }), F ({ 4, { 17, 5, 3, 3 } }) } },
  { &cj_op_conv2d_relu, ATTRS (CjConv2dAttrs, 5, 4, 3, 2, 2, 1, 3, 0, 1, 1, 1), 2, { F ({ 4, { 3, 5, 11, 10 } }), F ({ 4, { 14, 5, 5, 4 } }) } },
  { &cj_op_conv2d, ATTRS (CjConv2dAttrs, 3, 3, 4, 2, 1, 2, 1, 0, 2, 3, 2), 2, { F ({ 4, { 3, 28, 13, 15 } }), F ({ 4, { 14, 14, 3, 3 } }) } },
  { &cj_op_conv2d, ATTRS (CjConv2dAttrs, 2, 2, 1, 1, 3, 3, 2, 4, 2, 1, 1), 3, { F ({ 4, { 2, 13, 4, 5 } }), F ({ 4, { 13, 13, 2, 2 } }), F ({ 1, { 13 } }) } },
  { &cj_op_conv2d, ATTRS (CjConv2dAttrs, 2, 2, 5, 3, 0, 0, 0, 0, 1, 1, 1), 2, { F ({ 4, { 2, 2, 9, 8 } }), F ({ 4, { 3, 2, 2, 2 } }) } },
  { &cj_op_conv2d, ATTRS (CjConv2dAttrs, 3, 5, 1, 1, 1, 1, 2, 2, 1, 1, 1), 3, { F ({ 4, { 2, 7, 30, 33 } }), F ({ 4, { 3, 7, 3, 5 } }), F ({ 1, { 3 } }) } },
  { &cj_op_conv2d, ATTRS (CjConv2dAttrs, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1), 3, { F ({ 4, { 3, 19, 5, 6 } }), F ({ 4, { 21, 19, 1, 1 } }), F ({ 1, { 21 } }) } },
  { &cj_op_conv2d_relu, ATTRS (CjConv2dAttrs, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1), 2, { F ({ 4, { 2, 14, 4, 5 } }), F ({ 4, { 7, 14, 1, 1 } }) } },
  { &cj_op_conv2d, ATTRS (CjConv2dAttrs, 2, 3, 2, 3, 0, 0, 0, 0, 1, 1, 1), 2, { F ({ 4, { 2, 16, 6, 9 } }), F ({ 4, { 20, 16, 2, 3 } }) } },
  { &cj_op_conv2d, ATTRS (CjConv2dAttrs, 1, 1, 2, 2, 0, 0, 0, 0, 1, 1, 1), 2, { F ({ 4, { 2, 7, 6, 9 } }), F ({ 4, { 40, 7, 1, 1 } }) } },
  { &cj_op_conv2d_relu, ATTRS (CjConv2dAttrs, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1), 2, { F ({ 4, { 1, 16, 7, 27 } }), F ({ 4, { 16, 16, 3, 3 } }) } },
  { &cj_op_max_pool2d, ATTRS (CjPoolAttrs, 1, 1, 1, 1, .dilation_h = 1, .dilation_w = 1), 1, { F ({ 4, { 1, 1, 1, 1 } }) } },
  { &cj_op_max_pool2d, ATTRS (CjPoolAttrs, 3, 3, 2, 2, 1, 1, 1, 1), 1, { F ({ 4, { 2, 3, 7, 8 } }) } },
  { &cj_op_max_pool2d, ATTRS (CjPoolAttrs, 2, 3, 2, 1, 1, 1, 2, 1, TRUE), 1, { F ({ 4, { 3, 17, 9, 5 } }) } },
  { &cj_op_max_pool2d, ATTRS (CjPoolAttrs, .out_h = 2, .out_w = 3), 1, { F ({ 4, { 2, 3, 5, 7 } }) } },
  { &cj_op_max_pool2d, ATTRS (CjPoolAttrs, 2, 2, 2, 2, 0, 0, 1, 1), 1, { F ({ 4, { 1, 1, 2, 2 } }) } },
  { &cj_op_max_pool2d, ATTRS (CjPoolAttrs, 2, 2, 2, 2, 0, 0, 1, 1), 1, { F ({ 4, { 3, 6, 8, 9 } }) } },
  { &cj_op_max_pool2d, ATTRS (CjPoolAttrs, 2, 2, 2, 2, 0, 0, 1, 1), 1, { F ({ 4, { 9, 3, 7, 71 } }) } },
  { &cj_op_max_pool2d, ATTRS (CjPoolAttrs, 2, 2, 2, 2, 0, 0, 1, 1), 1, { F ({ 4, { 11, 16, 6, 6 } }) } },
  { &cj_op_max_pool2d, ATTRS (CjPoolAttrs, 2, 2, 2, 2, 0, 0, 1, 1), 1, { F ({ 4, { 2, 21, 5, 38 } }) } },
  { &cj_op_max_pool2d, ATTRS (CjPoolAttrs, 2, 2, 2, 2, 0, 0, 1, 1, TRUE), 1, { F ({ 4, { 2, 9, 5, 7 } }) } },
  { &cj_op_avg_pool2d, ATTRS (CjPoolAttrs, 1, 1, 1, 1, .dilation_h = 1, .dilation_w = 1), 1, { F ({ 4, { 1, 1, 1, 1 } }) } },
  { &cj_op_avg_pool2d, ATTRS (CjPoolAttrs, 3, 3, 2, 2, 1, 1, 1, 1), 1, { F ({ 4, { 2, 3, 7, 8 } }) } },
  { &cj_op_avg_pool2d, ATTRS (CjPoolAttrs, 3, 2, 2, 2, 1, 1, 1, 1, TRUE, TRUE), 1, { F ({ 4, { 3, 17, 9, 5 } }) } },
  { &cj_op_avg_pool2d, ATTRS (CjPoolAttrs, .out_h = 3, .out_w = 2), 1, { F ({ 4, { 2, 3, 7, 5 } }) } },
  { &cj_op_remap2d, ATTRS (CjRemapAttrs, CJ_REMAP_ZEROS, 1, 2, 0, 3, 1, 1), 1, { F ({ 4, { 1, 1, 1, 1 } }) } },
  { &cj_op_remap2d, ATTRS (CjRemapAttrs, CJ_REMAP_ZEROS, -1, 2, 1, -2, 1, 1), 1, { F ({ 4, { 2, 3, 5, 7 } }) } },
  { &cj_op_remap2d, ATTRS (CjRemapAttrs, CJ_REMAP_ZEROS, 1, -1, 2, 0, 2, 3), 1, { F ({ 4, { 2, 3, 5, 4 } }) } },
  { &cj_op_remap2d, ATTRS (CjRemapAttrs, CJ_REMAP_REFLECT, 2, 1, 3, 2, 1, 1), 1, { F ({ 4, { 2, 3, 5, 7 } }) } },
  { &cj_op_remap2d, ATTRS (CjRemapAttrs, CJ_REMAP_CIRCULAR, 7, 1, 3, 2, 1, 1), 1, { F ({ 4, { 1, 2, 3, 5 } }) } },
  { &cj_op_remap2d, ATTRS (CjRemapAttrs, CJ_REMAP_EDGE, 2, 1, 3, 9, 1, 1), 1, { F ({ 4, { 2, 1, 1, 5 } }) } },
  { &cj_op_remap2d, ATTRS (CjRemapAttrs, CJ_REMAP_NEAREST, .spread_h = 1, .spread_w = 1, .out_h = 7, .out_w = 2), 1, { F ({ 4, { 2, 3, 3, 5 } }) } },
  { &cj_op_bilinear, ATTRS (CjBilinearAttrs, 1, 1, FALSE), 1, { F ({ 4, { 1, 1, 1, 1 } }) } },
  { &cj_op_shortcut, ATTRS (CjShortcutAttrs, 1, 0, 0), 1, { F ({ 4, { 1, 1, 1, 1 } }) } },
  { &cj_op_shortcut, ATTRS (CjShortcutAttrs, 2, 3, 2), 1, { F ({ 4, { 9, 4, 7, 6 } }) } },
  { &cj_op_shortcut, ATTRS (CjShortcutAttrs, 3, 0, 16), 1, { F ({ 4, { 2, 16, 4, 9 } }) } },
  { &cj_op_bilinear, ATTRS (CjBilinearAttrs, 6, 3, FALSE), 1, { F ({ 4, { 2, 3, 3, 5 } }) } },
  { &cj_op_bilinear, ATTRS (CjBilinearAttrs, 7, 1, TRUE), 1, { F ({ 4, { 1, 2, 3, 4 } }) } },
  { &cj_op_reshape, ATTRS (CjReshapeAttrs, { 2, { 3, 35 } }), 1, { F ({ 4, { 3, 5, 7, 1 } }) } },
  { &cj_op_reshape, ATTRS (CjReshapeAttrs, { 1, { 9191 } }), 1, { F ({ 3, { 7, 13, 101 } }) } },
  { &cj_op_permute, ATTRS (CjPermuteAttrs, { 0 }), 1, { F ({ 1, { 1 } }) } },
  { &cj_op_permute, ATTRS (CjPermuteAttrs, { 0, 2, 3, 1 }), 1, { F ({ 4, { 2, 3, 5, 7 } }) } },
  { &cj_op_permute, ATTRS (CjPermuteAttrs, { 2, 0, 1 }, 5), 1, { F ({ 3, { 19, 23, 29 } }) } },
  { &cj_op_permute, ATTRS (CjPermuteAttrs, { 5, 4, 3, 2, 1, 0 }), 1, { F ({ 6, { 1, 2, 3, 1, 2, 3 } }) } },
  { &cj_op_goodness, ATTRS (CjGoodnessAttrs, 0.9), 2, { F ({ 2, { 1, 1 } }), F ({ 2, { 1, 1 } }) } },
  { &cj_op_goodness, ATTRS (CjGoodnessAttrs, 0.9), 2, { F ({ 2, { 9, 13 } }), F ({ 2, { 9, 13 } }) } },
  { &cj_op_label, ATTRS (CjLabelAttrs, CJ_LABEL_RIGHT, 5, FALSE), 2, { F ({ 2, { 7, 11 } }), { .shape = { 1, { 7 } }, .dtype = CJ_INT32, .given = TRUE, .below = 5 } } },
  { &cj_op_label, ATTRS (CjLabelAttrs, CJ_LABEL_RIGHT, 5, TRUE), 2, { F ({ 2, { 7, 11 } }), { .shape = { 1, { 7 } }, .dtype = CJ_INT32, .given = TRUE, .below = 5 } } },
  { &cj_op_label, ATTRS (CjLabelAttrs, CJ_LABEL_EVERY, 3), 1, { F ({ 2, { 1, 3 } }) } },
  { &cj_op_label, ATTRS (CjLabelAttrs, CJ_LABEL_EVERY, 5), 1, { F ({ 2, { 19, 701 } }) } },
  { &cj_op_label, ATTRS (CjLabelAttrs, CJ_LABEL_NEUTRAL, 4), 1, { F ({ 4, { 3, 2, 3, 5 } }) } },
  { &cj_op_reward, ATTRS (CjRewardAttrs, 0), 2, { F ({ 1, { 1 } }), STATE ({ 1, { 1 } }) } },
  { &cj_op_reward, ATTRS (CjRewardAttrs, 0), 3, { F ({ 2, { 7, 5 } }), STATE ({ 1, { 1 } }), { .shape = { 1, { 7 } }, .dtype = CJ_INT32, .given = TRUE, .below = 5 } } },
  { &cj_op_heads, ATTRS (CjHeadsAttrs, 1, { 0 }), 2, { F ({ 2, { 1, 1 } }), { .shape = { 1, { 1 } }, .dtype = CJ_INT32, .given = TRUE, .below = 1 } } },
  { &cj_op_heads, ATTRS (CjHeadsAttrs, 7, { 0, 0, 1, 2, 1, 2, 2 }), 2, { F ({ 2, { 19, 7 } }), { .shape = { 1, { 19 } }, .dtype = CJ_INT32, .given = TRUE, .below = 7 } } },
  { &cj_op_winners, ATTRS (CjWinnersAttrs, 1, 1, 1), 1, { F ({ 2, { 1, 1 } }) } },
  { &cj_op_winners, ATTRS (CjWinnersAttrs, 5, 101, 1), 1, { F ({ 2, { 19, 101 } }) } },
  { &cj_op_winners, ATTRS (CjWinnersAttrs, 9, 7, 1), 1, { F ({ 2, { 3, 7 } }) } },
  { &cj_op_winners, ATTRS (CjWinnersAttrs, 2, 5, 12), 1, { F ({ 4, { 3, 5, 3, 4 } }) } },
  { &cj_op_winners, ATTRS (CjWinnersAttrs, 3, 7, 1), 1, { F ({ 3, { 9, 5, 7 } }) } },
  { &cj_op_winners, ATTRS (CjWinnersAttrs, 4, 11, 1), 1, { { .shape = { 2, { 5, 11 } }, .given = TRUE, .below = 3 } } },
  { &cj_op_conductance, ATTRS (CjConductanceAttrs, SYNAPSES, .height = 0.7, .soft = TRUE), 2, { EXCITES ({ 3, { 1, 1, 1 } }), INHIBITS ({ 3, { 1, 1, 1 } }) } },
  { &cj_op_conductance, ATTRS (CjConductanceAttrs, SYNAPSES, .height = 0.7, .soft = TRUE), 3, { EXCITES ({ 3, { 2, 7, 5 } }), INHIBITS ({ 3, { 2, 7, 5 } }), F ({ 1, { 5 } }) } },
  { &cj_op_conductance, ATTRS (CjConductanceAttrs, SYNAPSES, .height = 0.4, .soft = TRUE, .reset = -0.3, .refractory = 2, .surrogate = CJ_SURROGATE_ARCTAN), 3, { EXCITES ({ 4, { 11, 6, 3, 3 } }), INHIBITS ({ 4, { 11, 6, 3, 3 } }), F ({ 1, { 9 } }) } },
  { &cj_op_rivals, ATTRS (CjRivalsAttrs, 0.9, 0.5, 0, 1, 2, 1), 2, { F ({ 3, { 1, 1, 1 } }), STATE ({ 1, { 1 } }) } },
  { &cj_op_rivals, ATTRS (CjRivalsAttrs, 0.9, 0.5, 0, 1, 2, 3), 2, { F ({ 3, { 9, 7, 5 } }), STATE ({ 1, { 5 } }) } },
  { &cj_op_vote, ATTRS (CjVoteAttrs, 0.1, FALSE), 2, { POSITIVE ({ 2, { 1, 1 } }), STATE ({ 2, { 1, 1 } }) } },
  { &cj_op_vote, ATTRS (CjVoteAttrs, 0.1, FALSE), 2, { POSITIVE ({ 2, { 9, 7 } }), STATE ({ 2, { 3, 7 } }) } },
  { &cj_op_vote, ATTRS (CjVoteAttrs, 0.1, TRUE), 2, { POSITIVE ({ 2, { 9, 7 } }), STATE ({ 2, { 3, 7 } }) } },
  { &cj_op_homeostasis, ATTRS (CjHomeostasisAttrs, 0.2, 0, 0.1, 10), 3, { F ({ 2, { 1, 1 } }), STATE ({ 1, { 1 } }), STATE ({ 1, { 1 } }) } },
  { &cj_op_homeostasis, ATTRS (CjHomeostasisAttrs, 0.2, 0, 0.1, 10), 3, { F ({ 3, { 3, 5, 7 } }), STATE ({ 1, { 7 } }), STATE ({ 1, { 7 } }) } },
  { &cj_op_homeostasis, ATTRS (CjHomeostasisAttrs, 0.2, 0, 0.1, 10), 3, { F ({ 4, { 9, 5, 3, 4 } }), STATE ({ 1, { 5 } }), STATE ({ 1, { 5 } }) } },
  { &cj_op_slice, ATTRS (CjSliceAttrs, 0, 0, 1), 1, { F ({ 1, { 1 } }) } },
  { &cj_op_slice, ATTRS (CjSliceAttrs, 1, 2, 3), 1, { F ({ 3, { 2, 7, 5 } }) } },
  { &cj_op_slice, ATTRS (CjSliceAttrs, 0, 3, 5), 1, { F ({ 2, { 9, 4 } }) } },
  { &cj_op_slice, ATTRS (CjSliceAttrs, 3, 6, 1), 1, { F ({ 4, { 2, 3, 5, 7 } }) } },
  { &cj_op_concat, ATTRS (CjAxisAttrs, 0), 1, { F ({ 1, { 1 } }) } },
  { &cj_op_concat, ATTRS (CjAxisAttrs, 1), 3, { F ({ 3, { 2, 1, 5 } }), F ({ 3, { 2, 7, 5 } }), F ({ 3, { 2, 3, 5 } }) } },
  { &cj_op_concat, ATTRS (CjAxisAttrs, 0), 2, { F ({ 2, { 9, 5 } }), F ({ 2, { 2, 5 } }) } },
  { &cj_op_concat, ATTRS (CjAxisAttrs, 3), 2, { F ({ 4, { 2, 3, 1, 7 } }), F ({ 4, { 2, 3, 1, 2 } }) } },
  { &cj_op_prepend, NULL, 2, { F ({ 3, { 1, 1, 1 } }), F ({ 2, { 1, 1 } }) } },
  { &cj_op_prepend, NULL, 2, { F ({ 3, { 3, 5, 7 } }), F ({ 2, { 1, 7 } }) } },
  { &cj_op_prepend, NULL, 2, { F ({ 3, { 19, 2, 5 } }), F ({ 2, { 1, 5 } }) } },
  { &cj_op_to_picture, NULL, 1, { F ({ 3, { 1, 1, 1 } }) } },
  { &cj_op_to_picture, NULL, 1, { F ({ 3, { 3, 5, 7 } }) } },
  { &cj_op_to_tokens, NULL, 1, { F ({ 4, { 1, 1, 1, 1 } }) } },
  { &cj_op_to_tokens, NULL, 1, { F ({ 4, { 3, 5, 7, 2 } }) } },
  { &cj_op_unfold_depth, ATTRS (CjUnfoldAttrs, 1, 1, 0, 1), 1, { F ({ 5, { 1, 1, 1, 1, 1 } }) } },
  { &cj_op_unfold_depth, ATTRS (CjUnfoldAttrs, 3, 2, 1, 1), 1, { F ({ 5, { 2, 3, 5, 4, 3 } }) } },
  { &cj_op_unfold_depth, ATTRS (CjUnfoldAttrs, 2, 1, 2, 3), 1, { F ({ 5, { 1, 2, 7, 3, 5 } }) } },
  { &cj_op_to_last, NULL, 1, { F ({ 4, { 1, 1, 1, 1 } }) } },
  { &cj_op_to_last, NULL, 1, { F ({ 4, { 3, 5, 7, 2 } }) } },
  { &cj_op_to_last, NULL, 1, { F ({ 4, { 9, 19, 5, 7 } }) } },
  { &cj_op_to_plain, NULL, 1, { F ({ 4, { 1, 1, 1, 1 } }) } },
  { &cj_op_to_plain, NULL, 1, { F ({ 4, { 3, 5, 7, 2 } }) } },
  { &cj_op_to_plain, NULL, 1, { F ({ 4, { 11, 16, 3, 8 } }) } },
};
/* clang-format on */

static void
test_row (gconstpointer data)
{
  const Row *row = data;

  op_check (row->info->id, row->info, row->attrs, row->in, row->n_in, 3);
}

/* Functions of one number: where they are defined, and of sizes around a block. */
static void
test_unary (void)
{
  static const gint64 sizes[] = { 1, 7, CJ_OP_BLOCK + 3 };

  for (int kind = 0; kind <= CJ_UNARY_POWER; kind++)
    for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
      {
        const gboolean positive
            = kind == CJ_UNARY_SQRT || kind == CJ_UNARY_LOG || kind == CJ_UNARY_POWER;
        const CjUnaryAttrs attrs = { .kind = (CjUnaryKind) kind,
                                     .a = kind == CJ_UNARY_CLAMP ? -0.5 : 0.7,
                                     .b = kind == CJ_UNARY_SOFTPLUS ? 20 : 0.9 };
        const OpCheckInput in = {
          .shape = cj_shape1 (sizes[i]), .given = TRUE, .low = positive ? 0.2 : -4, .high = 4
        };
        g_autofree char *what = g_strdup_printf ("unary %d", kind);

        op_check (what, &cj_op_unary, &attrs, &in, 1, i);
      }
}

/* GELU and its slope are polynomials up to where they are straight lines: as near everywhere as a float
 * allows, and exactly 0 or x far out. */
static void
test_gelu (void)
{
  enum
  {
    N = 40001
  };
  g_autofree float *x = g_new (float, N), *y = g_new (float, N), *dx = g_new (float, N);
  g_autofree float *one = g_new (float, N);
  const CjUnaryAttrs attrs = { .kind = CJ_UNARY_GELU };
  CjOp op = {
    .info = &cj_op_unary, .attrs = (gpointer) &attrs, .n_in = 1, .in_shape = { cj_shape1 (N) }
  };
  const CjOpCall call = { .op = &op, .in = { x }, .out = { y }, .d_in = { dx }, .d_out = { one } };

  for (int i = 0; i < N; i++)
    {
      x[i] = ((float) i - N / 2) / 1000;
      one[i] = 1;
    }
  g_assert_true (cj_op_unary.infer (&op, NULL));
  for (guint block = 0; block < cj_op_blocks (&op); block++)
    {
      cj_op_unary.forward[0].run (&call, block);
      cj_op_unary.backward[0].run (&call, block);
    }
  for (int i = 0; i < N; i++)
    {
      const double share = 0.5 * erfc (-x[i] / sqrt (2));
      const double density = exp (-0.5 * x[i] * x[i]) / sqrt (2 * G_PI);

      g_assert_cmpfloat_with_epsilon (y[i], x[i] * share, 1e-6);
      g_assert_cmpfloat_with_epsilon (dx[i], share + x[i] * density, 1e-6);
      if (fabsf (x[i]) > 6)
        g_assert_cmpfloat (y[i], ==, MAX (x[i], 0));
    }
}

/* The noise of an element is a function of its number, wherever a block of samples begins: what one
 * draw after another gives. */
static void
test_noise (void)
{
  enum
  {
    N = 9,
    D = 1003 /* a block begins between the four numbers that are drawn at once */
  };
  g_autofree float *x = g_new (float, N *D), *y = g_new (float, N *D);

  for (int i = 0; i < N * D; i++)
    x[i] = 1 + (float) i;
  for (int kind = 0; kind < 2; kind++)
    for (guint blocks = 1; blocks <= 8; blocks += 7)
      {
        const CjNoiseAttrs attrs = { kind == 0 ? CJ_NOISE_DROPOUT : CJ_NOISE_GAUSSIAN, 0.3 };
        const CjOp op = { .info = &cj_op_noise,
                          .attrs = (gpointer) &attrs,
                          .blocks = blocks,
                          .n_in = 1,
                          .stream = 5,
                          .in_shape = { cj_shape2 (N, D) },
                          .out_shape = { cj_shape2 (N, D) } };
        const CjOpCall call
            = { .op = &op, .in = { x }, .out = { y }, .training = TRUE, .seed = 3, .step = 7 };
        CjRng rng;

        for (guint k = 0; k < cj_op_blocks (&op); k++)
          op.info->forward[0].run (&call, k);
        cj_rng_init (&rng, 3, CJ_RNG_DROPOUT, (guint64) 5 << 40 | 7);
        for (int i = 0; i < N * D; i++)
          {
            const float wanted = kind == 1                     ? x[i] + 0.3f * cj_rng_normal (&rng)
                                 : cj_rng_uniform (&rng) < 0.3 ? 0
                                                               : x[i] * (float) (1 / 0.7);

            g_assert_cmpfloat_with_epsilon (y[i], wanted, 1e-6 * (1 + fabsf (wanted)));
          }
      }
}

/* Reads every op's name out of the list of ops and looks for it in the tests. */
static void
test_complete (void)
{
  g_autofree char *list = NULL;
  g_autoptr (GString) tests = g_string_new ("");
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "../engine/ops/cj-ops.h", NULL);
  g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "engine", NULL);
  g_autofree char *here = g_test_build_filename (G_TEST_DIST, "every/test-ops.c", NULL);
  g_autofree char *own = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GRegex) regex = g_regex_new ("extern const CjOpInfo (cj_op_\\w+);", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  const char *name;
  guint found = 0;

  g_assert_nonnull (dir);
  g_assert_true (g_file_get_contents (path, &list, NULL, NULL));
  g_assert_true (g_file_get_contents (here, &own, NULL, NULL));
  g_string_append (tests, own);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (folder, name, NULL);
      g_autofree char *text = NULL;

      if (g_str_has_suffix (name, "-ops.c") && g_file_get_contents (file, &text, NULL, NULL))
        g_string_append (tests, text);
    }
  g_regex_match (regex, list, 0, &match);
  for (; g_match_info_matches (match); g_match_info_next (match, NULL))
    {
      g_autofree char *op = g_match_info_fetch (match, 1);
      g_autofree char *pattern = g_strdup_printf ("&%s\\b", op);

      found++;
      if (!g_regex_match_simple (pattern, tests->str, 0, 0))
        g_test_fail_printf ("no test checks %s", op);
    }
  g_assert_cmpuint (found, >, 30);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/every/ops/complete", test_complete);
  g_test_add_func ("/every/ops/unary", test_unary);
  g_test_add_func ("/every/ops/gelu", test_gelu);
  g_test_add_func ("/every/ops/noise", test_noise);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/every/ops/%s/%u", rows[i].info->id, i);

      g_test_add_data_func (path, &rows[i], test_row);
    }
  return g_test_run ();
}
