/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-explainer.h"

#include "cj-error.h"
#include "cj-explain-tools.h"
#include "cj-ops.h"

#include <glib/gi18n-lib.h>
#include <math.h>

void
cj_explanation_clear (CjExplanation *explanation)
{
  g_clear_pointer (&explanation->map, cj_tensor_unref);
  g_clear_pointer (&explanation->coarse, cj_tensor_unref);
}

gpointer
cj_explainer_new_params (const CjExplainerInfo *info)
{
  gpointer params;

  if (info->params == NULL)
    return NULL;
  params = g_malloc0 (info->params_size);
  cj_params_reset (info->params, params);
  return params;
}

static gboolean
attends (CjExplained *network)
{
  const CjLowered *lowered = cj_program_get_lowered (cj_explained_get_program (network));

  for (guint i = 0; i < lowered->builder->steps->len; i++)
    if (g_array_index (lowered->builder->steps, CjStep, i).op.info == &cj_op_attention)
      return TRUE;
  return FALSE;
}

char *
cj_explainer_refuse (const CjExplainerInfo *info, CjExplained *network)
{
  const CjExplainCall call = { .network = network, .layer = CJ_NO_VALUE };
  g_autoptr (GError) error = NULL;
  int layer;

  if ((info->traits & CJ_EXPLAIN_PICTURES) != 0 && !cj_explain_grid (network).is_picture)
    return g_strdup (_ ("explains pictures, and this network does not look at any."));
  if ((info->traits & CJ_EXPLAIN_ATTENTION) != 0 && !attends (network))
    return g_strdup (_ ("follows attention, and this network has no layer that attends."));
  if ((info->traits & CJ_EXPLAIN_LAYER) != 0 && !cj_explain_find_layer (&call, &layer, &error))
    return g_strdup (error->message);
  return NULL;
}

static gboolean
is_finite (const CjTensor *map)
{
  for (gint64 i = 0; i < cj_shape_size (&map->shape); i++)
    if (!isfinite (cj_tensor_f32 (map)[i]))
      return FALSE;
  return TRUE;
}

gboolean
cj_explainer_run (const CjExplainerInfo *info, const CjExplainCall *call,
                  CjExplanation *explanation, GError **error)
{
  g_autofree gpointer presets = NULL;
  g_autofree char *refusal = cj_explainer_refuse (info, call->network);
  CjExplainCall whole = *call;
  gboolean done;

  if (refusal != NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM, "%s: %s", _ (info->title), refusal);
      return FALSE;
    }
  if (whole.params == NULL)
    whole.params = presets = cj_explainer_new_params (info);
  explanation->answer = explanation->base_answer = NAN;
  done = info->run (&whole, explanation, error);
  if (done && !is_finite (explanation->map))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_NUMBER,
                   _ ("the network's numbers are too large to be explained. Go back to weights "
                      "that it learned before, and learn at a lower rate."));
      done = FALSE;
    }
  if (!done && error != NULL && *error != NULL)
    g_prefix_error (error, "%s: ", _ (info->title));
  if (!done)
    cj_explanation_clear (explanation);
  return done;
}
