/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-attention-map.h"

#include "cj-ops.h"

#include <string.h>

static CjStep *
get_step (const CjProgram *program, guint i)
{
  return &g_array_index (cj_program_get_lowered (program)->builder->steps, CjStep, i);
}

static CjAttention
describe (const CjProgram *program, guint i)
{
  const CjStep *step = get_step (program, i);
  const CjAttentionAttrs *attrs = step->op.attrs;
  const CjShape *weights = &step->op.out_shape[1];

  return (CjAttention){
    .node = cj_builder_get_value (cj_program_get_lowered (program)->builder, step->out)->node,
    .step = i,
    .n = weights->dims[0],
    .heads = weights->dims[1],
    .t = weights->dims[2],
    .s = weights->dims[3],
    .e = step->op.out_shape[0].dims[2],
    .causal = attrs->causal,
    .self = !step->op.has_in[1],
  };
}

gboolean
cj_attention_is_in (const CjLowered *lowered)
{
  for (guint i = 0; i < lowered->builder->steps->len; i++)
    if (g_array_index (lowered->builder->steps, CjStep, i).op.info == &cj_op_attention)
      return TRUE;
  return FALSE;
}

GArray *
cj_attention_find (const CjProgram *program)
{
  GArray *all = g_array_new (FALSE, FALSE, sizeof (CjAttention));

  for (guint i = 0; i < cj_program_get_lowered (program)->builder->steps->len; i++)
    {
      CjAttention attention;

      if (get_step (program, i)->op.info != &cj_op_attention)
        continue;
      attention = describe (program, i);
      for (guint j = 0; j < all->len; j++)
        attention.index += g_array_index (all, CjAttention, j).node == attention.node;
      g_array_append_val (all, attention);
    }
  return all;
}

static CjTensor *
new_map (const CjAttention *a)
{
  const CjShape shape = cj_shape4 (a->n, a->heads, a->t, a->s);

  return cj_tensor_new (CJ_FLOAT32, &shape);
}

CjTensor *
cj_attention_dup_weights (const CjProgram *program, const CjAttention *a)
{
  CjTensor *map = new_map (a);

  memcpy (map->data, cj_program_get_call (program, a->step)->out[1], cj_tensor_bytes (map));
  return map;
}

/* to [T, S] += dy [T, d] vᵀ of one head of one sample. */
static void
add_products (const CjAttention *a, const float *dy, const float *v, gint64 v_row, float *to)
{
  const gint64 d = a->e / a->heads;

  for (gint64 i = 0; i < a->t; i++)
    for (gint64 j = 0; j < a->s; j++)
      {
        double sum = 0;

        for (gint64 c = 0; c < d; c++)
          sum += (double) dy[i * a->e + c] * v[j * v_row + c];
        to[i * a->s + j] += (float) sum;
      }
}

CjTensor *
cj_attention_dup_gradient (const CjProgram *program, const CjAttention *a)
{
  const CjOpCall *call = cj_program_get_call (program, a->step);
  /* queries, keys and values of the same tokens lie side by side */
  const float *values = call->in[a->self ? 0 : 2];
  const gint64 d = a->e / a->heads, row = a->self ? 3 * a->e : a->e;
  const gint64 first = a->self ? 2 * a->e : 0;
  CjTensor *map;

  if (call->d_out[0] == NULL && call->d_out[1] == NULL)
    return NULL;
  map = new_map (a);
  if (call->d_out[1] != NULL) /* whoever reads the weights themselves */
    memcpy (map->data, call->d_out[1], cj_tensor_bytes (map));
  for (gint64 i = 0; call->d_out[0] != NULL && i < a->n * a->heads; i++)
    {
      const gint64 n = i / a->heads, h = i % a->heads;

      add_products (a, call->d_out[0] + n * a->t * a->e + h * d,
                    values + n * a->s * row + first + h * d, row,
                    cj_tensor_f32 (map) + i * a->t * a->s);
    }
  return map;
}

/* The weight [U, E] of the dense layer that is all that reads the heads; CJ_NO_VALUE if it is not so. */
static int
find_reader (const CjProgram *program, const CjAttention *a)
{
  const int heads = get_step (program, a->step)->out;
  CjBuilder *builder = cj_program_get_lowered (program)->builder;
  int weight = CJ_NO_VALUE;

  for (guint i = 0; i < builder->steps->len; i++)
    {
      const CjStep *step = get_step (program, i);

      for (guint j = 0; j < step->op.n_in; j++)
        {
          if (step->in[j] != heads)
            continue;
          if (weight != CJ_NO_VALUE || j != 0 || step->op.info != &cj_op_dense)
            return CJ_NO_VALUE;
          weight = step->in[1];
        }
    }
  return weight != CJ_NO_VALUE && cj_builder_get_value (builder, weight)->kind == CJ_VALUE_PARAM
             ? weight
             : CJ_NO_VALUE;
}

gboolean
cj_attention_silence (CjProgram *program, const CjAttention *a, guint head)
{
  const int weight = find_reader (program, a);
  const gint64 d = a->e / a->heads;
  const CjProgramParam *param;
  float *w;

  g_return_val_if_fail (head < a->heads, FALSE);
  if (weight == CJ_NO_VALUE)
    return FALSE;
  param = cj_program_find_param (
      program, cj_builder_get_value (cj_program_get_lowered (program)->builder, weight)->name);
  w = cj_program_get_param_data (program, param);
  for (gint64 u = 0; u < param->shape.dims[0]; u++)
    memset (w + u * a->e + head * d, 0, sizeof (float) * (gsize) d);
  return TRUE;
}
