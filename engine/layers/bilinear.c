/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-activation.h"
#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <stddef.h>

typedef struct
{
  int units;
  gboolean bias;
  int activation; /* index into cj_activation_names */
} Params;

static const CjPort inputs[] = { { "a", "First", "N I", CJ_PORT_REQUIRED },
                                 { "b", "Second", "N J", CJ_PORT_REQUIRED },
                                 { NULL } };

static const CjParam params[] = {
  { .offset = offsetof (Params, units), CJ_UNITS },
  { .offset = offsetof (Params, activation), CJ_ACTIVATION },
  { .offset = offsetof (Params, bias), CJ_UNITS_BIAS },
  { NULL },
};

/* The products a W go to [N, U, J] and then meet b. */
static gboolean
emit_products (CjLayerBuild *build, int weight, gint64 n, gint64 units, gint64 i, gint64 j,
               GError **error)
{
  const CjPermuteAttrs turn = { .axes = { 0, 2, 1 } };
  const CjReshapeAttrs rows = { cj_shape2 (units * j, i) };
  const CjReshapeAttrs cube = { cj_shape3 (n, units, j) }, column = { cj_shape3 (n, j, 1) };
  const CjReshapeAttrs flat = { cj_shape2 (n, units) };
  const CjMatmulAttrs plain = { FALSE };
  int dense[2] = { build->in[0] }, product[2] = { 0, build->in[1] };

  return cj_layer_build_emit (build, &cj_op_permute, &turn, &weight, 1, &weight, error)
         && cj_layer_build_emit (build, &cj_op_reshape, &rows, &weight, 1, &dense[1], error)
         && cj_layer_build_emit (build, &cj_op_dense, NULL, dense, 2, &product[0], error)
         && cj_layer_build_emit (build, &cj_op_reshape, &cube, &product[0], 1, &product[0], error)
         && cj_layer_build_emit (build, &cj_op_reshape, &column, &product[1], 1, &product[1], error)
         && cj_layer_build_emit (build, &cj_op_matmul, &plain, product, 2, &product[0], error)
         && cj_layer_build_emit (build, &cj_op_reshape, &flat, &product[0], 1, &build->out[0],
                                 error);
}

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjShape a = *cj_layer_build_shape (build, 0), b = *cj_layer_build_shape (build, 1);
  const CjInit init = { .kind = CJ_INIT_FAN_IN, .fan_in = a.dims[1], .fan_out = p->units };
  const CjShape weight = cj_shape3 (p->units, a.dims[1], b.dims[1]), bias = cj_shape1 (p->units);
  const CjBinaryAttrs plus = { CJ_BINARY_ADD };
  int sum[2];

  if (a.n_dims != 2 || b.n_dims != 2 || a.dims[0] != b.dims[0])
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
                   _ ("expects two vectors a sample. Add Flatten before its inputs."));
      build->mend = "flatten";
      return FALSE;
    }
  if (!emit_products (build, cj_layer_build_param (build, "weight", &weight, init), a.dims[0],
                      p->units, a.dims[1], b.dims[1], error))
    return FALSE;
  if (p->bias)
    {
      sum[0] = build->out[0];
      sum[1] = cj_layer_build_param (build, "bias", &bias, init);
      if (!cj_layer_build_emit (build, &cj_op_broadcast, &plus, sum, 2, &build->out[0], error))
        return FALSE;
    }
  return cj_activation_emit (build, p->activation, &build->out[0], error);
}

const CjLayerInfo cj_layer_bilinear = {
  .abi = CJ_LAYER_ABI,
  .id = "bilinear",
  .title = "Bilinear",
  .category = "dense",
  .blurb = "Every unit weighs all products of a number of the first input with one of the second",
  .formula = "y[u] = aᵀ W[u] b + c[u]",
  .biology = "Dendrites on which two inputs multiply, as in coincidence detection",
  .version = 1,
  .inputs = inputs,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
