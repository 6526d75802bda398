/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Vaswani et al., "Attention is all you need", 2017; with the norm first: Xiong et al., "On layer
 * normalization in the transformer architecture", 2020. */
#include "cj-transformer.h"

static gboolean
emit_norm (CjLayerBuild *build, const char *name, int *x, GError **error)
{
  const CjTransformerParams *p = build->params;
  const CjShape *shape = cj_builder_get_shape (build->builder, *x);
  const CjShape features = cj_shape1 (shape->dims[shape->n_dims - 1]);
  const CjRowNormAttrs attrs = { .row = features.dims[0], .per = 1, .eps = p->eps };
  g_autofree char *weight = g_strconcat (name, ".weight", NULL);
  g_autofree char *bias = g_strconcat (name, ".bias", NULL);
  int in[3] = { *x };

  in[1] = cj_layer_build_param (build, weight, &features, (CjInit){ .kind = CJ_INIT_ONES });
  in[2] = cj_layer_build_param (build, bias, &features, (CjInit){ .kind = CJ_INIT_ZEROS });
  return cj_layer_build_emit (build, &cj_op_row_norm, &attrs, in, 3, x, error);
}

static gboolean
emit_dropout (CjLayerBuild *build, int *x, GError **error)
{
  const CjNoiseAttrs noise
      = { CJ_NOISE_DROPOUT, ((const CjTransformerParams *) build->params)->dropout };

  return noise.amount == 0 || cj_layer_build_emit (build, &cj_op_noise, &noise, x, 1, x, error);
}

/* *x becomes *x + part, and goes through the norm if that comes last. */
static gboolean
join (CjLayerBuild *build, int part, const char *norm, int *x, GError **error)
{
  static const CjBinaryAttrs add = { CJ_BINARY_ADD };
  const CjTransformerParams *p = build->params;
  int in[2] = { *x, part };

  return emit_dropout (build, &in[1], error)
         && cj_layer_build_emit (build, &cj_op_binary, &add, in, 2, x, error)
         && (p->norm_first || emit_norm (build, norm, x, error));
}

gboolean
cj_transformer_attend (CjLayerBuild *build, CjAttentionParts parts, const char *norm, int *x,
                       int *weights, GError **error)
{
  const CjTransformerParams *p = build->params;
  int part;

  parts.q = *x;
  parts.heads = p->heads;
  parts.head_width = p->head_width;
  parts.bias = TRUE;
  if ((p->norm_first && !emit_norm (build, norm, &parts.q, error))
      || !cj_attention_emit (build, &parts, &part, weights, error))
    return FALSE;
  return join (build, part, norm, x, error);
}

static gboolean
emit_dense (CjLayerBuild *build, const char *name, gint64 units, int *x, GError **error)
{
  const CjShape *shape = cj_builder_get_shape (build->builder, *x);
  const gint64 e = shape->dims[shape->n_dims - 1];
  const CjInit init = { .kind = CJ_INIT_FAN_IN, .fan_in = e, .fan_out = units };
  const CjShape matrix = cj_shape2 (units, e), vector = cj_shape1 (units);
  g_autofree char *weight = g_strconcat (name, ".weight", NULL);
  g_autofree char *bias = g_strconcat (name, ".bias", NULL);
  int in[3] = { *x };

  in[1] = cj_layer_build_param (build, weight, &matrix, init);
  in[2] = cj_layer_build_param (build, bias, &vector, init);
  return cj_layer_build_emit (build, &cj_op_dense, NULL, in, 3, x, error);
}

gboolean
cj_transformer_feed (CjLayerBuild *build, const char *norm, int *x, GError **error)
{
  const CjTransformerParams *p = build->params;
  const CjShape *shape = cj_builder_get_shape (build->builder, *x);
  const gint64 e = shape->dims[shape->n_dims - 1];
  int part = *x;

  return (!p->norm_first || emit_norm (build, norm, &part, error))
         && emit_dense (build, "linear1", p->hidden > 0 ? p->hidden : 4 * e, &part, error)
         && cj_activation_emit (build, p->activation, &part, error)
         && emit_dropout (build, &part, error) && emit_dense (build, "linear2", e, &part, error)
         && join (build, part, norm, x, error);
}
