/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-layer.h"

#include <stddef.h>

typedef struct
{
  gboolean transpose;
} Params;

static const CjPort inputs[] = { { "a", "Left", "N … M K", CJ_PORT_REQUIRED },
                                 { "b", "Right", "N … K L", CJ_PORT_REQUIRED },
                                 { NULL } };

static const CjParam params[] = {
  { .name = "transpose",
    .title = "Transpose the right",
    .blurb = "Reads the right matrix by columns",
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, transpose),
    .max = 1,
    .flags = CJ_PARAM_RESHAPES },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const CjMatmulAttrs attrs = { ((const Params *) build->params)->transpose };

  return cj_layer_build_emit (build, &cj_op_matmul, &attrs, build->in, 2, &build->out[0], error);
}

const CjLayerInfo cj_layer_matrix_product = {
  .abi = CJ_LAYER_ABI,
  .id = "matrix-product",
  .title = "Matrix product",
  .category = "combine",
  .blurb = "Multiplies two inputs as matrices, sample by sample",
  .formula = "y = a b",
  .synonyms = "matmul dot",
  .version = 1,
  .inputs = inputs,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
