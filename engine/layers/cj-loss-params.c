/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-loss-params.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <math.h>

const char *const cj_reduction_names[] = { "mean", "sum", "none", "batch-mean", NULL };

const CjPort cj_loss_inputs[] = { { "x", "Output", "N …", CJ_PORT_REQUIRED },
                                  { "target", "Target", "N …", CJ_PORT_OPTIONAL },
                                  { NULL } };
const CjPort cj_loss_outputs[] = { { "loss", "Loss", "", CJ_PORT_REQUIRED }, { NULL } };

gboolean
cj_weights_parse (const char *text, CjWeights *weights, GError **error)
{
  g_auto (GStrv) words = g_strsplit_set (text, " ,;", -1);

  weights->n = 0;
  for (guint i = 0; words[i] != NULL; i++)
    {
      char *end;
      const double weight = g_ascii_strtod (words[i], &end);

      if (*words[i] == '\0')
        continue;
      if (*end != '\0' || !isfinite (weight) || weight < 0 || weights->n == CJ_MAX_WEIGHTS)
        {
          g_set_error (
              error, CJ_ERROR, CJ_ERROR_PARAM,
              _ ("cannot use the weight “%s”. Write up to %d numbers of 0 or more, as “1 2.5”."),
              words[i], CJ_MAX_WEIGHTS);
          return FALSE;
        }
      weights->w[weights->n++] = (float) weight;
    }
  return TRUE;
}

void
cj_loss_fold (CjLayerBuild *build, const CjOpInfo *info, gboolean (*is) (const CjOp *op),
              const char *note)
{
  for (guint i = 0; i < build->builder->steps->len; i++)
    {
      const CjStep *step = &g_array_index (build->builder->steps, CjStep, i);

      if (step->out != build->in[0] || step->op.info != info || !is (&step->op))
        continue;
      build->in[0] = step->in[0];
      build->note = g_strdup (note);
      return;
    }
}

gboolean
cj_loss_build_classes (CjLayerBuild *build, CjCrossEntropyAttrs *attrs, const char *weights,
                       GError **error)
{
  const int n_dims = (int) cj_layer_build_shape (build, 0)->n_dims;

  attrs->axis = n_dims == 4 ? 1 : n_dims - 1;
  return cj_weights_parse (weights, &attrs->weights, error)
         && cj_layer_build_emit (build, &cj_op_cross_entropy, attrs, build->in, 2, &build->out[0],
                                 error);
}

gboolean
cj_loss_build_pair (CjLayerBuild *build, CjPairKind kind, int reduction, double a, GError **error)
{
  const CjPairLossAttrs attrs = { .kind = kind, .reduction = (CjReduction) reduction, .a = a };

  return cj_layer_build_emit (build, &cj_op_pair_loss, &attrs, build->in, 2, &build->out[0], error);
}
