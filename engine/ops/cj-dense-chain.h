/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The op that the plan puts in for small dense layers in a row. */
#pragma once

#include "cj-op.h"

#define CJ_CHAIN_MAX_LAYERS 4  /* inputs: x, then weight and bias of each */
#define CJ_CHAIN_MAX_WIDTH 128 /* units or inputs of a layer */

/* Functions whose slope is known from what they give. */
typedef enum
{
  CJ_CHAIN_NONE,
  CJ_CHAIN_RELU,
  CJ_CHAIN_TANH,
  CJ_CHAIN_SIGMOID
} CjChainFunction;

typedef struct
{
  guint n_layers;
  CjChainFunction functions[CJ_CHAIN_MAX_LAYERS];
} CjDenseChainAttrs;

/* in: x [N, U0], weight [U1, U0], bias [U1] (optional), weight [U2, U1] ...; out [N, U of the last]. */
extern const CjOpInfo cj_op_dense_chain;
