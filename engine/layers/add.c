/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-layer.h"

static const CjPort inputs[] = { { "x", "Inputs", "N …", CJ_PORT_MANY }, { NULL } };

/* Equal shapes go element by element; a smaller one is stretched over the other. */
static gboolean
build (CjLayerBuild *build, GError **error)
{
  const CjBinaryAttrs attrs = { CJ_BINARY_ADD };
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

const CjLayerInfo cj_layer_add = {
  .abi = CJ_LAYER_ABI,
  .id = "add",
  .title = "Add",
  .category = "combine",
  .blurb = "Adds its inputs number by number; a shortcut past a few layers makes them residual",
  .formula = "y = x₁ + x₂ + …",
  .biology = "A dendrite that sums what arrives on its branches",
  .synonyms = "sum residual skip plus",
  .version = 1,
  .inputs = inputs,
  .build = build,
};
