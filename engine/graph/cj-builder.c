/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-builder.h"

#include "cj-ops.h"

static void
clear_value (gpointer data)
{
  g_free (((CjValue *) data)->name);
}

static void
clear_step (gpointer data)
{
  g_free (((CjStep *) data)->op.attrs);
}

CjBuilder *
cj_builder_new (void)
{
  CjBuilder *builder = g_new0 (CjBuilder, 1);

  builder->values = g_array_new (FALSE, TRUE, sizeof (CjValue));
  builder->steps = g_array_new (FALSE, TRUE, sizeof (CjStep));
  g_array_set_clear_func (builder->values, clear_value);
  g_array_set_clear_func (builder->steps, clear_step);
  return builder;
}

void
cj_builder_free (CjBuilder *builder)
{
  g_array_unref (builder->values);
  g_array_unref (builder->steps);
  g_free (builder);
}

CjValue *
cj_builder_get_value (CjBuilder *builder, int value)
{
  return &g_array_index (builder->values, CjValue, value);
}

const CjShape *
cj_builder_get_shape (CjBuilder *builder, int value)
{
  return &cj_builder_get_value (builder, value)->shape;
}

static int
add_value (CjBuilder *builder, CjValue value)
{
  value.twin = CJ_NO_VALUE;
  value.node = builder->node;
  g_array_append_val (builder->values, value);
  return (int) builder->values->len - 1;
}

int
cj_builder_add_input (CjBuilder *builder, CjDtype dtype, const CjShape *shape)
{
  return add_value (builder, (CjValue){ .kind = CJ_VALUE_INPUT,
                                        .dtype = dtype,
                                        .shape = *shape,
                                        .layout = CJ_LAYOUT_PLAIN });
}

static int
add_named (CjBuilder *builder, CjValueKind kind, const char *node, const char *name,
           const CjShape *shape, CjInit init)
{
  return add_value (builder, (CjValue){ .kind = kind,
                                        .shape = *shape,
                                        .layout = CJ_LAYOUT_PLAIN,
                                        .name = g_strdup_printf ("%s.%s", node, name),
                                        .init = init });
}

int
cj_builder_add_param (CjBuilder *builder, const char *node, const char *name, const CjShape *shape,
                      CjInit init)
{
  return add_named (builder, CJ_VALUE_PARAM, node, name, shape, init);
}

int
cj_builder_add_state (CjBuilder *builder, const char *node, const char *name, const CjShape *shape,
                      CjInit init)
{
  return add_named (builder, CJ_VALUE_STATE, node, name, shape, init);
}

static int
append_step (CjBuilder *builder, CjStep *step, CjLayout layout)
{
  step->op.stream = builder->steps->len;
  step->out = (int) builder->values->len;
  for (guint i = 0; i < step->op.n_out; i++)
    add_value (builder, (CjValue){ .kind = CJ_VALUE_RESULT,
                                   .shape = step->op.out_shape[i],
                                   .dtype = step->op.out_dtype[i],
                                   .layout = layout });
  g_array_append_val (builder->steps, *step);
  return step->out;
}

/* The same numbers in the wanted layout; made once and remembered on both sides. */
static int
in_layout (CjBuilder *builder, int value, CjLayout wanted)
{
  const CjValue *v = cj_builder_get_value (builder, value);
  CjStep step = { .in = { value }, .op = { .n_out = 1, .n_in = 1, .has_in = { TRUE } } };
  int twin;

  if (v->kind == CJ_VALUE_PARAM || v->kind == CJ_VALUE_STATE || v->shape.n_dims < 3
      || v->layout == wanted || wanted == CJ_LAYOUT_ANY)
    return value;
  if (v->twin != CJ_NO_VALUE)
    return v->twin;
  step.op.info = wanted == CJ_LAYOUT_LAST ? &cj_op_to_last : &cj_op_to_plain;
  step.op.in_shape[0] = step.op.out_shape[0] = v->shape;
  twin = append_step (builder, &step, wanted);
  cj_builder_get_value (builder, value)->twin = twin;
  cj_builder_get_value (builder, twin)->twin = value;
  return twin;
}

int
cj_builder_emit (CjBuilder *builder, const CjOpInfo *info, gconstpointer attrs, const int *in,
                 guint n_in, GError **error)
{
  CjStep step = { .op = { .info = info, .n_in = n_in, .n_out = 1 } };
  CjLayout layout = info->layout;

  g_assert (n_in >= 1 && n_in <= CJ_OP_MAX_IN);
  if (layout == CJ_LAYOUT_ANY)
    layout = cj_builder_get_value (builder, in[0])->layout;
  step.op.in_layout = layout;
  for (guint i = 0; i < n_in; i++)
    {
      step.in[i] = in[i];
      if (in[i] == CJ_NO_VALUE)
        continue;
      step.in[i]
          = in_layout (builder, in[i], (info->plain_in & 1u << i) != 0 ? CJ_LAYOUT_PLAIN : layout);
      step.op.has_in[i] = TRUE;
      step.op.in_shape[i] = cj_builder_get_value (builder, in[i])->shape;
      step.op.in_dtype[i] = cj_builder_get_value (builder, in[i])->dtype;
    }
  step.op.attrs = g_memdup2 (attrs, info->attrs_size);
  if (!info->infer (&step.op, error))
    {
      g_free (step.op.attrs);
      return CJ_NO_VALUE;
    }
  return append_step (builder, &step, info->makes != CJ_LAYOUT_ANY ? info->makes : layout);
}

void
cj_builder_set_in (CjBuilder *builder, CjStep *step, guint index, int value)
{
  const CjValue *v = cj_builder_get_value (builder, value);

  g_assert (index < CJ_OP_MAX_IN);
  for (; step->op.n_in <= index; step->op.n_in++)
    {
      step->in[step->op.n_in] = CJ_NO_VALUE;
      step->op.has_in[step->op.n_in] = FALSE;
    }
  step->in[index] = value;
  step->op.has_in[index] = TRUE;
  step->op.in_shape[index] = v->shape;
  step->op.in_dtype[index] = v->dtype;
}

void
cj_builder_set_stops (CjBuilder *builder, int value, guint stops)
{
  for (guint i = 0; i < builder->steps->len; i++)
    if (g_array_index (builder->steps, CjStep, i).out == value)
      g_array_index (builder->steps, CjStep, i).stops |= stops;
}

void
cj_builder_truncate (CjBuilder *builder, guint n_values, guint n_steps)
{
  g_array_set_size (builder->values, n_values);
  g_array_set_size (builder->steps, n_steps);
  for (guint i = 0; i < n_values; i++)
    {
      CjValue *value = cj_builder_get_value (builder, (int) i);

      if (value->twin >= (int) n_values)
        value->twin = CJ_NO_VALUE;
    }
}
