/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-combine.h"

const CjPort cj_combine_inputs[] = { { "x", "Inputs", "N …", CJ_PORT_MANY }, { NULL } };

gboolean
cj_combine_build (CjLayerBuild *build, CjBinaryKind kind, GError **error)
{
  const CjBinaryAttrs attrs = { kind };
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
