/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-layer.h"

static const CjPort inputs[] = { { "x", "Inputs", "N …", CJ_PORT_MANY }, { NULL } };

/* Equal shapes go element by element; a smaller one is stretched over the other. */
static gboolean
build (CjLayerBuild *build, GError **error)
{
  const CjBinaryAttrs attrs = { CJ_BINARY_MULTIPLY };
  int pair[2] = { build->in[0] };

  for (guint i = 1; i < build->n_in; i++)
    {
      const gboolean equal = cj_shape_equal (cj_builder_get_shape (build->builder, pair[0]),
                                             cj_layer_build_shape (build, i));

      pair[1] = build->in[i];
      if (!cj_layer_build_emit (build, equal ? &cj_op_binary : &cj_op_broadcast, &attrs, pair, 2,
                                &pair[0], error))
        return FALSE;
    }
  build->out[0] = pair[0];
  return TRUE;
}

const CjLayerInfo cj_layer_multiply = {
  .abi = CJ_LAYER_ABI,
  .id = "multiply",
  .title = "Multiply",
  .category = "combine",
  .blurb = "Multiplies its inputs number by number, so that one can gate the other",
  .formula = "y = x₁ · x₂ · …",
  .biology = "Gain modulation: attention scales a response without changing its preference",
  .synonyms = "times product gate",
  .version = 1,
  .inputs = inputs,
  .build = build,
};
