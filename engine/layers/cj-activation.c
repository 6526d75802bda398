/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-activation.h"

const char *const cj_activation_names[]
    = { "none", "relu", "leaky-relu", "elu",     "selu", "gelu",     "gelu-tanh",
        "silu", "mish", "hardswish",  "sigmoid", "tanh", "softplus", NULL };

static const CjUnaryAttrs attrs[] = {
  { 0 },
  { .kind = CJ_UNARY_RELU },
  { .kind = CJ_UNARY_LEAKY_RELU, .a = 0.01 },
  { .kind = CJ_UNARY_ELU, .a = 1 },
  { .kind = CJ_UNARY_SELU },
  { .kind = CJ_UNARY_GELU },
  { .kind = CJ_UNARY_GELU_TANH },
  { .kind = CJ_UNARY_SILU },
  { .kind = CJ_UNARY_MISH },
  { .kind = CJ_UNARY_HARDSWISH },
  { .kind = CJ_UNARY_SIGMOID },
  { .kind = CJ_UNARY_TANH },
  { .kind = CJ_UNARY_SOFTPLUS, .a = 1, .b = 20 },
};

G_STATIC_ASSERT (G_N_ELEMENTS (attrs) == CJ_ACTIVATION_LAST + 1);
G_STATIC_ASSERT (G_N_ELEMENTS (cj_activation_names) == CJ_ACTIVATION_LAST + 2);

gboolean
cj_activation_emit (CjLayerBuild *build, int index, int *value, GError **error)
{
  return index == 0
         || cj_layer_build_emit (build, &cj_op_unary, &attrs[index], value, 1, value, error);
}
