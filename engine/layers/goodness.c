/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How active layers are, for networks that learn forward–forward (G. Hinton, 2022): behind a label overlay, a
 * score for every label. N samples, K labels, U units. */
#include "cj-error.h"
#include "cj-layer.h"

#include <glib/gi18n-lib.h>

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const CjUnaryAttrs square = { CJ_UNARY_SQUARE };
  const CjBinaryAttrs plus = { CJ_BINARY_ADD };
  int sum[2] = { CJ_NO_VALUE };

  for (guint i = 0; i < build->n_in; i++)
    {
      const gint64 n_dims = cj_layer_build_shape (build, i)->n_dims;
      const CjReduceAttrs mean = { .kind = CJ_REDUCE_MEAN, .axes = 1u << (n_dims - 1) };
      int one;

      if (n_dims < 3)
        {
          g_autofree char *got = cj_shape_print_sample (cj_layer_build_shape (build, i));

          g_set_error (
              error, CJ_ERROR, CJ_ERROR_SHAPE,
              _ ("expects a row of units for every label, got %s. Put Label overlay before "
                 "the first of the layers that it measures."),
              got);
          return FALSE;
        }
      if (!cj_layer_build_emit (build, &cj_op_unary, &square, &build->in[i], 1, &one, error)
          || !cj_layer_build_emit (build, &cj_op_reduce, &mean, &one, 1, &one, error))
        return FALSE;
      sum[1] = one;
      if (i > 0 && !cj_layer_build_emit (build, &cj_op_binary, &plus, sum, 2, &one, error))
        return FALSE;
      sum[0] = one;
    }
  build->out[0] = sum[0];
  return TRUE;
}

static const CjPort inputs[] = { { "x", "Layers", "N K U", CJ_PORT_MANY }, { NULL } };
static const CjPort outputs[] = { { "y", "Goodness", "N K", CJ_PORT_REQUIRED }, { NULL } };

const CjLayerInfo cj_layer_goodness = {
  .abi = CJ_LAYER_ABI,
  .id = "goodness",
  .title = "Goodness",
  .category = "combine",
  .blurb = "How active the units of the layers that are wired to it are: their mean square, "
           "added up over the layers, for every label",
  .formula = "y = Σ over layers of mean x² (Hinton 2022)",
  .biology = "The overall firing of an area: high for what it has come to expect",
  .synonyms = "forward-forward energy activity",
  .version = 1,
  .inputs = inputs,
  .outputs = outputs,
  .build = build,
};
