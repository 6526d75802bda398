/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-heads.h"

#include "cj-ops.h"

#include <string.h>

static const CjStep *
get_step (const CjLowered *lowered, guint s)
{
  return &g_array_index (lowered->builder->steps, CjStep, s);
}

static gboolean
is_op (const CjStep *step, const char *id)
{
  return g_str_equal (step->op.info->id, id);
}

/* The step that made a value, looking through changes of layout; NULL: none did. */
static const CjStep *
find_maker (const CjLowered *lowered, int value)
{
  for (guint s = lowered->builder->steps->len; s-- > 0 && value != CJ_NO_VALUE;)
    {
      const CjStep *step = get_step (lowered, s);

      if (step->out > value || value >= step->out + (int) step->op.n_out)
        continue;
      if (!g_str_has_prefix (step->op.info->id, "to-"))
        return step;
      value = step->in[0];
    }
  return NULL;
}

/* The parameter that a value is, or is cut from; NULL: it is none. */
static const char *
find_param (const CjLowered *lowered, int value)
{
  for (guint s = lowered->builder->steps->len; s-- > 0 && value != CJ_NO_VALUE;)
    {
      const CjStep *step = get_step (lowered, s);

      if (step->out == value
          && (is_op (step, "slice") || g_str_has_prefix (step->op.info->id, "to-")))
        value = step->in[0];
    }
  return value != CJ_NO_VALUE ? cj_builder_get_value (lowered->builder, value)->name : NULL;
}

/* The weight of the dense step that reads `value`, or NULL. */
static const char *
find_reader (const CjLowered *lowered, int value)
{
  for (guint s = 0; s < lowered->builder->steps->len; s++)
    {
      const CjStep *step = get_step (lowered, s);

      if (step->in[0] != value)
        continue;
      if (g_str_has_prefix (step->op.info->id, "to-"))
        value = step->out;
      else if (is_op (step, "dense"))
        return find_param (lowered, step->in[1]);
    }
  return NULL;
}

GArray *
cj_heads_list (const CjLowered *lowered)
{
  GArray *all = g_array_new (FALSE, FALSE, sizeof (CjHeads));

  for (guint s = 0; s < lowered->builder->steps->len; s++)
    {
      const CjStep *step = get_step (lowered, s), *maker;
      CjHeads heads = { 0 };

      if (!is_op (step, "attention"))
        continue;
      maker = find_maker (lowered, step->in[0]);
      if (maker == NULL || !is_op (maker, "dense"))
        continue;
      heads.node = cj_builder_get_value (lowered->builder, step->out)->node;
      heads.said = step->out;
      heads.n_heads = ((const CjAttentionAttrs *) step->op.attrs)->heads;
      heads.width = step->op.out_shape[0].dims[2] / heads.n_heads;
      heads.in = find_param (lowered, maker->in[1]);
      heads.in_bias = maker->op.n_in > 2 ? find_param (lowered, maker->in[2]) : NULL;
      heads.out = find_reader (lowered, step->out);
      if (heads.in != NULL && heads.out != NULL)
        g_array_append_val (all, heads);
    }
  return all;
}

CjHeadRun
cj_heads_get_row_run (const CjHeads *self, gint64 head, int part, gint64 row)
{
  return (CjHeadRun){ (part * self->n_heads + head) * self->width * row, self->width * row };
}

CjHeadRun
cj_heads_get_column_run (const CjHeads *self, gint64 head, gint64 e)
{
  return (CjHeadRun){ (e * self->n_heads + head) * self->width, self->width };
}
