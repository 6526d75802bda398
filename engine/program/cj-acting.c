/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-acting.h"

#include <math.h>
#include <string.h>

struct _CjActing
{
  CjBuilder *builder; /* borrowed */
  int param, result;  /* values */
  GArray *steps;   /* guint: numbers of those that lead from parameters to the result, in order */
  float **numbers; /* by value; NULL: not on the way */
  float *factors;  /* NULL: not asked for yet */
};

/* --- finding --- */

static gboolean
is_layout (const CjStep *step)
{
  return g_str_has_prefix (step->op.info->id, "to-");
}

/* What a value is made of. */
enum
{
  OF_PARAMS = 1,   /* of parameters alone */
  OF_THIS = 2,     /* of the one that is looked for as well */
  OF_THIS_MADE = 4 /* and no longer only laid out anew */
};

static guint8
trace_step (const CjStep *step, const guint8 *made_of)
{
  guint8 all = OF_PARAMS, some = 0;

  for (guint i = 0; i < step->op.n_in; i++)
    {
      const guint8 in = step->in[i] != CJ_NO_VALUE ? made_of[step->in[i]] : OF_PARAMS;

      all &= in;
      some |= in;
    }
  if (all == 0 || step->op.info->twin == NULL)
    return 0;
  return (guint8) (OF_PARAMS | (some & (OF_THIS | OF_THIS_MADE))
                   | ((some & OF_THIS) != 0 && !is_layout (step) ? OF_THIS_MADE : 0));
}

/* The steps that the result needs, from the last to the first, then turned round. */
static void
list_steps (CjActing *self, const guint8 *made_of)
{
  const GArray *steps = self->builder->steps;
  g_autofree guint8 *needed = g_new0 (guint8, self->builder->values->len);
  GArray *found = self->steps;

  needed[self->result] = 1;
  for (guint s = steps->len; s-- > 0;)
    {
      const CjStep *step = &g_array_index (steps, CjStep, s);
      gboolean makes = FALSE;

      for (guint k = 0; k < step->op.n_out; k++)
        makes = makes || needed[step->out + (int) k];
      if (!makes || made_of[step->out] == 0)
        continue;
      for (guint i = 0; i < step->op.n_in; i++)
        if (step->in[i] != CJ_NO_VALUE)
          needed[step->in[i]] = 1;
      for (guint k = 0; k < step->op.n_out; k++)
        needed[step->out + (int) k] = 1;
      g_array_append_val (found, s);
    }
  for (guint i = 0; i < found->len / 2; i++)
    {
      guint *a = &g_array_index (found, guint, i);
      guint *b = &g_array_index (found, guint, found->len - 1 - i);
      const guint swapped = *a;

      *a = *b;
      *b = swapped;
    }
  for (guint v = 0; v < self->builder->values->len; v++)
    if (needed[v])
      self->numbers[v] = g_new0 (
          float, (gsize) cj_shape_size (cj_builder_get_shape (self->builder, (int) v)) + 1);
}

static int
find_param (const CjBuilder *builder, const char *name)
{
  for (guint v = 0; v < builder->values->len; v++)
    {
      const CjValue *value = &g_array_index (builder->values, CjValue, v);

      if (value->kind == CJ_VALUE_PARAM && g_str_equal (value->name, name))
        return (int) v;
    }
  return CJ_NO_VALUE;
}

/* Whether more than one tensor that was made of the parameter, and has its shape, meets what is
 * no parameter: then no single one is what acts. */
static gboolean
acts_apart (CjBuilder *builder, int param, const guint8 *made_of)
{
  int acts = CJ_NO_VALUE;

  for (guint s = 0; s < builder->steps->len; s++)
    {
      const CjStep *step = &g_array_index (builder->steps, CjStep, s);

      for (guint i = 0; made_of[step->out] == 0 && i < step->op.n_in; i++)
        {
          const int in = step->in[i];

          if (in == CJ_NO_VALUE || in == acts || (made_of[in] & OF_THIS_MADE) == 0
              || !cj_shape_equal (cj_builder_get_shape (builder, in),
                                  cj_builder_get_shape (builder, param)))
            continue;
          if (acts != CJ_NO_VALUE)
            return TRUE;
          acts = in;
        }
    }
  return FALSE;
}

CjActing *
cj_acting_new (const CjLowered *lowered, const char *name)
{
  CjBuilder *builder = lowered->builder;
  const int param = find_param (builder, name);
  g_autofree guint8 *made_of = g_new0 (guint8, builder->values->len + 1);
  int result = CJ_NO_VALUE;
  CjActing *self;

  if (param == CJ_NO_VALUE)
    return NULL;
  for (guint v = 0; v < builder->values->len; v++)
    if (g_array_index (builder->values, CjValue, v).kind == CJ_VALUE_PARAM)
      made_of[v] = OF_PARAMS;
  made_of[param] |= OF_THIS;
  for (guint s = 0; s < builder->steps->len; s++)
    {
      const CjStep *step = &g_array_index (builder->steps, CjStep, s);
      const guint8 of = trace_step (step, made_of);

      for (guint k = 0; k < step->op.n_out; k++)
        made_of[step->out + (int) k] = of;
      if ((of & OF_THIS_MADE) != 0
          && cj_shape_equal (cj_builder_get_shape (builder, step->out),
                             cj_builder_get_shape (builder, param)))
        result = step->out;
    }
  if (result == CJ_NO_VALUE || acts_apart (builder, param, made_of))
    return NULL;
  self = g_new0 (CjActing, 1);
  self->builder = builder;
  self->param = param;
  self->result = result;
  self->steps = g_array_new (FALSE, FALSE, sizeof (guint));
  self->numbers = g_new0 (float *, builder->values->len);
  list_steps (self, made_of);
  return self;
}

void
cj_acting_free (CjActing *self)
{
  for (guint v = 0; v < self->builder->values->len; v++)
    g_free (self->numbers[v]);
  g_free (self->numbers);
  g_free (self->factors);
  g_array_unref (self->steps);
  g_free (self);
}

const CjShape *
cj_acting_get_shape (const CjActing *self)
{
  return cj_builder_get_shape (self->builder, self->result);
}

/* --- computing --- */

static gsize
count (const CjActing *self, int value)
{
  return (gsize) cj_shape_size (cj_builder_get_shape (self->builder, value));
}

static void
run_step (CjActing *self, const CjStep *step)
{
  const void *in[CJ_OP_MAX_IN] = { NULL };
  float *out[CJ_OP_MAX_OUT] = { NULL };

  for (guint i = 0; i < step->op.n_in; i++)
    in[i] = step->in[i] != CJ_NO_VALUE ? self->numbers[step->in[i]] : NULL;
  for (guint k = 0; k < step->op.n_out; k++)
    out[k] = self->numbers[step->out + (int) k];
  if (is_layout (step)) /* all is in the logical layout here */
    {
      g_assert (in[0] != NULL && out[0] != NULL);
      memcpy (out[0], in[0], sizeof (float) * count (self, step->out));
    }
  else
    step->op.info->twin (&step->op, in, out);
}

const float *
cj_acting_run (CjActing *self, CjActingRead read, gpointer data)
{
  for (guint v = 0; v < self->builder->values->len; v++)
    {
      const CjValue *value = cj_builder_get_value (self->builder, (int) v);
      const float *numbers;

      if (self->numbers[v] == NULL || value->kind != CJ_VALUE_PARAM)
        continue;
      numbers = read (value->name, data);
      if (numbers == NULL)
        return NULL;
      memcpy (self->numbers[v], numbers, sizeof (float) * count (self, (int) v));
    }
  for (guint i = 0; i < self->steps->len; i++)
    run_step (self,
              &g_array_index (self->builder->steps, CjStep, g_array_index (self->steps, guint, i)));
  return self->numbers[self->result];
}

/* What acts where all that is learned is `learned`. */
static float *
try_at (CjActing *self, float learned)
{
  const gsize n = count (self, self->result);

  for (guint v = 0; v < self->builder->values->len; v++)
    if (self->numbers[v] != NULL
        && cj_builder_get_value (self->builder, (int) v)->kind == CJ_VALUE_PARAM)
      for (gsize i = 0; i < count (self, (int) v); i++)
        self->numbers[v][i] = learned;
  for (guint i = 0; i < self->steps->len; i++)
    run_step (self,
              &g_array_index (self->builder->steps, CjStep, g_array_index (self->steps, guint, i)));
  return g_memdup2 (self->numbers[self->result], sizeof (float) * n);
}

const float *
cj_acting_get_factors (CjActing *self)
{
  const gsize n = count (self, self->result);
  g_autofree float *twice = NULL, *back = NULL;

  if (self->factors != NULL)
    return self->factors;
  self->factors = try_at (self, 1);
  twice = try_at (self, 2);
  back = try_at (self, -1);
  for (gsize i = 0; i < n; i++)
    if (fabsf (twice[i] - 2 * self->factors[i]) > 1e-5F * fabsf (twice[i])
        || fabsf (back[i] - self->factors[i]) > 1e-5F * fabsf (back[i]))
      self->factors[i] = 0;
  return self->factors;
}
