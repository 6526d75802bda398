/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernels that exported C is made of, compiled as they are written. */
#include "cjl-c-private.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "c/pointwise.c"
#include "c/layers.c"
#include "c/norms.c"
#include "c/sequences.c"
#include "c/spikes.c"
#include "c/int8.c"

/* A kernel of one shape; of two. */
#define ONE(name, shape, n, writes, in_place)                                                      \
  {                                                                                                \
#name, G_CALLBACK(name), { #shape, NULL }, { sizeof(shape), 0 }, n, writes, in_place           \
  }
#define TWO(name, shape, more, n, writes, in_place)                                                \
  {                                                                                                \
#name, G_CALLBACK(name),                                                                       \
        { #shape, #more }, { sizeof(shape), sizeof(more) }, n, writes, in_place                    \
  }

static const CjlCKernel kernels[] = {
  ONE (each_relu, each_shape, 2, 2, 1),
  ONE (each_leaky_relu, each_shape, 2, 2, 1),
  ONE (each_negative, each_shape, 2, 2, 1),
  ONE (each_clamp, each_shape, 2, 2, 1),
  ONE (each_elu, each_shape, 2, 2, 1),
  ONE (each_celu, each_shape, 2, 2, 1),
  ONE (each_selu, each_shape, 2, 2, 1),
  ONE (each_gelu, each_shape, 2, 2, 1),
  ONE (each_gelu_tanh, each_shape, 2, 2, 1),
  ONE (each_silu, each_shape, 2, 2, 1),
  ONE (each_mish, each_shape, 2, 2, 1),
  ONE (each_hardswish, each_shape, 2, 2, 1),
  ONE (each_hardsigmoid, each_shape, 2, 2, 1),
  ONE (each_sigmoid, each_shape, 2, 2, 1),
  ONE (each_log_sigmoid, each_shape, 2, 2, 1),
  ONE (each_tanh, each_shape, 2, 2, 1),
  ONE (each_tanhshrink, each_shape, 2, 2, 1),
  ONE (each_softsign, each_shape, 2, 2, 1),
  ONE (each_softplus, each_shape, 2, 2, 1),
  ONE (each_affine, each_shape, 2, 2, 1),
  ONE (each_abs, each_shape, 2, 2, 1),
  ONE (each_square, each_shape, 2, 2, 1),
  ONE (each_sqrt, each_shape, 2, 2, 1),
  ONE (each_exp, each_shape, 2, 2, 1),
  ONE (each_log, each_shape, 2, 2, 1),
  ONE (each_sin, each_shape, 2, 2, 1),
  ONE (each_cos, each_shape, 2, 2, 1),
  ONE (each_power, each_shape, 2, 2, 1),
  ONE (each_round, each_shape, 2, 2, 1),
  ONE (both_add, each_shape, 3, 4, 3),
  ONE (both_subtract, each_shape, 3, 4, 3),
  ONE (both_multiply, each_shape, 3, 4, 3),
  ONE (both_divide, each_shape, 3, 4, 3),
  ONE (both_maximum, each_shape, 3, 4, 3),
  ONE (both_minimum, each_shape, 3, 4, 3),
  ONE (both_power, each_shape, 3, 4, 3),
  ONE (dense, dense_shape, 4, 8, 0),
  ONE (conv2d, conv2d_shape, 4, 8, 0),
  ONE (matmul, matmul_shape, 3, 4, 0),
  ONE (max_pool, pool_shape, 2, 2, 0),
  ONE (avg_pool, pool_shape, 2, 2, 0),
  ONE (scale_channels, channels_shape, 4, 8, 1),
  ONE (row_norm, row_norm_shape, 4, 8, 1),
  ONE (local_norm, local_norm_shape, 2, 2, 0),
  ONE (softmax, channels_shape, 2, 2, 1),
  ONE (log_softmax, channels_shape, 2, 2, 1),
  ONE (move, move_shape, 2, 2, 0),
  TWO (add_up, move_shape, each_shape, 2, 2, 0),
  ONE (fill, each_shape, 1, 1, 0),
  ONE (remap, remap_shape, 4, 8, 0),
  ONE (bilinear, remap_shape, 4, 8, 0),
  ONE (embedding, embedding_shape, 3, 4, 0),
  ONE (attention, attention_shape, 6, 48, 0),
  ONE (recurrent_tanh, recurrent_shape, 8, 192, 0),
  ONE (recurrent_relu, recurrent_shape, 8, 192, 0),
  ONE (recurrent_lstm, recurrent_shape, 8, 192, 0),
  ONE (recurrent_gru, recurrent_shape, 8, 192, 0),
  ONE (latency, latency_shape, 2, 2, 0),
  ONE (spikes, spikes_shape, 7, 112, 0),
  ONE (conductance, conductance_shape, 8, 0xf8, 0),
  ONE (rivals, rivals_shape, 5, 28, 0),
  ONE (moment_largest, moments_shape, 2, 2, 0),
  ONE (moment_first, moments_shape, 2, 2, 0),
  ONE (delay, moments_shape, 3, 4, 0),
  ONE (plastic, plastic_shape, 2, 2, 0),
  ONE (changes, changes_shape, 2, 2, 0),
  ONE (winners, winners_shape, 2, 2, 0),
  ONE (log_shares, each_shape, 2, 2, 1),
  ONE (quantise, channels_shape, 4, 8, 0),
  ONE (dequantise, each_shape, 2, 2, 0),
  ONE (dense_s8, dense_s8_shape, 6, 32, 0),
  ONE (dense_s8_end, dense_s8_shape, 5, 16, 0),
  ONE (conv2d_s8, conv2d_s8_shape, 6, 32, 0),
  ONE (max_pool_s8, pool_shape, 2, 2, 0),
  TWO (avg_pool_s8, pool_shape, zero_shape, 2, 2, 0),
  ONE (lookup, each_shape, 3, 4, 1),
  ONE (add_s8, add_s8_shape, 3, 4, 3),
  ONE (move_s8, move_shape, 2, 2, 0),
  ONE (fill_s8, each_shape, 1, 1, 0),
  TWO (remap_s8, remap_shape, zero_shape, 4, 8, 0),
};

const CjlCKernel *
cjl_c_kernels (guint *n)
{
  *n = G_N_ELEMENTS (kernels);
  return kernels;
}

const CjlCKernel *
cjl_c_kernel_find (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (kernels); i++)
    if (g_str_equal (kernels[i].name, name))
      return &kernels[i];
  return NULL;
}
