/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Vaswani et al., "Attention is all you need", 2017, section 3.2. */
#include "cj-attention.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>

static int
add_param (CjLayerBuild *build, const CjAttentionParts *p, const char *name, const CjShape *shape,
           CjInit init)
{
  g_autofree char *full = g_strconcat (p->prefix, name, NULL);

  return cj_layer_build_param (build, full, shape, init);
}

/* Rows `part` of three of the projection of queries, keys and values, W each, on `x`. */
static gboolean
project_part (CjLayerBuild *build, int x, int weight, int bias, int part, gint64 w, int *out,
              GError **error)
{
  const CjSliceAttrs rows = { 0, part * w, w };
  int in[3] = { x, CJ_NO_VALUE, CJ_NO_VALUE };

  return cj_layer_build_emit (build, &cj_op_slice, &rows, &weight, 1, &in[1], error)
         && (bias == CJ_NO_VALUE
             || cj_layer_build_emit (build, &cj_op_slice, &rows, &bias, 1, &in[2], error))
         && cj_layer_build_emit (build, &cj_op_dense, NULL, in, bias != CJ_NO_VALUE ? 3 : 2, out,
                                 error);
}

/* Fills in[0] .. in[2] of the op. */
static gboolean
project (CjLayerBuild *build, const CjAttentionParts *p, int weight, int bias, gint64 e, gint64 w,
         int *in, GError **error)
{
  const int sources[3] = { p->q, p->k != CJ_NO_VALUE ? p->k : p->q,
                           p->v != CJ_NO_VALUE   ? p->v
                           : p->k != CJ_NO_VALUE ? p->k
                                                 : p->q };
  const int all[3] = { p->q, weight, bias };

  in[1] = in[2] = CJ_NO_VALUE;
  if (sources[1] == p->q && sources[2] == p->q)
    return cj_layer_build_emit (build, &cj_op_dense, NULL, all, bias != CJ_NO_VALUE ? 3 : 2, &in[0],
                                error);
  for (int i = 0; i < 3; i++)
    {
      const CjShape *shape = cj_builder_get_shape (build->builder, sources[i]);

      if (shape->n_dims != 3 || shape->dims[2] != e)
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
                       _ ("expects keys and values of %lld features like the queries. Put Dense "
                          "before them."),
                       (long long) e);
          return FALSE;
        }
      if (!project_part (build, sources[i], weight, bias, i, w, &in[i], error))
        return FALSE;
    }
  return TRUE;
}

gboolean
cj_attention_emit (CjLayerBuild *build, const CjAttentionParts *p, int *out, int *weights,
                   GError **error)
{
  const CjShape *q = cj_builder_get_shape (build->builder, p->q);
  const CjAttentionAttrs attrs = { p->heads, p->causal, p->padding_word >= 0, p->padding_word };
  const gint64 e = q->n_dims == 3 ? q->dims[2] : 0;
  const gint64 w = p->head_width > 0 ? (gint64) p->heads * p->head_width : e;
  const CjShape in_shape = cj_shape2 (3 * w, e), out_shape = cj_shape2 (e, w);
  const CjShape in_bias = cj_shape1 (3 * w), out_bias = cj_shape1 (e);
  int in[4] = { CJ_NO_VALUE, CJ_NO_VALUE, CJ_NO_VALUE, p->padding }, weight, bias = CJ_NO_VALUE;
  int last[3];

  if (e == 0)
    return cj_layer_build_refuse_sequence (build, 0, error);
  weight = add_param (build, p, "in_proj_weight", &in_shape,
                      (CjInit){ .kind = CJ_INIT_GLOROT_UNIFORM, .fan_in = e, .fan_out = 3 * w });
  if (p->bias)
    bias = add_param (build, p, "in_proj_bias", &in_bias, (CjInit){ .kind = CJ_INIT_ZEROS });
  if (!project (build, p, weight, bias, e, w, in, error)
      || !cj_layer_build_emit (build, &cj_op_attention, &attrs, in, 4, &last[0], error))
    return FALSE;
  if (weights != NULL)
    *weights = last[0] + 1;
  last[1] = add_param (build, p, "out_proj.weight", &out_shape,
                       (CjInit){ .kind = CJ_INIT_FAN_IN, .fan_in = w, .fan_out = e });
  if (p->bias)
    last[2] = add_param (build, p, "out_proj.bias", &out_bias, (CjInit){ .kind = CJ_INIT_ZEROS });
  return cj_layer_build_emit (build, &cj_op_dense, NULL, last, p->bias ? 3 : 2, out, error);
}
