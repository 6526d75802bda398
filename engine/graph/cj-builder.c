/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-builder.h"

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

static int
add_value (CjBuilder *builder, CjValue value)
{
  value.twin = -1;
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

int
cj_builder_add_param (CjBuilder *builder, const char *node, const char *name, const CjShape *shape,
                      gint64 fan_in)
{
  return add_value (builder, (CjValue){ .kind = CJ_VALUE_PARAM,
                                        .shape = *shape,
                                        .layout = CJ_LAYOUT_PLAIN,
                                        .name = g_strdup_printf ("%s.%s", node, name),
                                        .fan_in = fan_in });
}

static int
append_step (CjBuilder *builder, CjStep *step, CjLayout layout)
{
  step->op.stream = builder->steps->len;
  step->out = add_value (
      builder, (CjValue){ .kind = CJ_VALUE_RESULT, .shape = step->op.out_shape, .layout = layout });
  g_array_append_val (builder->steps, *step);
  return step->out;
}

/* The same numbers in the wanted layout; made once and remembered on both sides. */
static int
in_layout (CjBuilder *builder, int value, CjLayout wanted)
{
  const CjValue *v = cj_builder_get_value (builder, value);
  CjStep step = { .in = { value } };
  int twin;

  if (v->kind == CJ_VALUE_PARAM || v->shape.n_dims < 3 || v->layout == wanted
      || wanted == CJ_LAYOUT_ANY)
    return value;
  if (v->twin >= 0)
    return v->twin;
  step.op.info = wanted == CJ_LAYOUT_LAST ? &cj_op_to_last : &cj_op_to_plain;
  step.op.n_in = 1;
  step.op.in_shape[0] = step.op.out_shape = v->shape;
  twin = append_step (builder, &step, wanted);
  cj_builder_get_value (builder, value)->twin = twin;
  cj_builder_get_value (builder, twin)->twin = value;
  return twin;
}

int
cj_builder_emit (CjBuilder *builder, const CjOpInfo *info, gconstpointer attrs, const int *in,
                 guint n_in, GError **error)
{
  CjStep step = { .op = { .info = info, .n_in = n_in } };
  CjLayout layout = info->layout;

  g_assert (n_in >= 1 && n_in <= CJ_OP_MAX_IN);
  if (layout == CJ_LAYOUT_ANY)
    layout = cj_builder_get_value (builder, in[0])->layout;
  step.op.in_layout = layout;
  for (guint i = 0; i < n_in; i++)
    {
      step.in[i] = in_layout (builder, in[i], layout);
      step.op.in_shape[i] = cj_builder_get_value (builder, in[i])->shape;
    }
  step.op.attrs = g_memdup2 (attrs, info->attrs_size);
  if (!info->infer (&step.op, error))
    {
      g_free (step.op.attrs);
      return -1;
    }
  return append_step (builder, &step, layout);
}
