/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Joins ops that would only carry the same numbers through memory once more: a product and the ReLU
 * behind it become one op. Programs that are looked into keep every value, so nothing is joined there. */
#include "cj-program-private.h"

static const struct
{
  const CjOpInfo *from, *to;
} relu_forms[] = {
  { &cj_op_conv2d, &cj_op_conv2d_relu },
  { &cj_op_dense, &cj_op_dense_relu },
};

/* How many ops and ends of the program read each value. */
static guint *
count_readers (const CjProgram *self)
{
  const CjLowered *lowered = self->lowered;
  const GArray *steps = lowered->builder->steps;
  guint *readers = g_new0 (guint, lowered->builder->values->len + 1);

  for (guint i = 0; i < steps->len; i++)
    for (guint j = 0; j < g_array_index (steps, CjStep, i).op.n_in; j++)
      if (g_array_index (steps, CjStep, i).in[j] != CJ_NO_VALUE)
        readers[g_array_index (steps, CjStep, i).in[j]]++;
  for (guint i = 0; i < lowered->losses->len; i++)
    readers[g_array_index (lowered->losses, int, i)]++;
  if (lowered->prediction != CJ_NO_VALUE)
    readers[lowered->prediction]++;
  return readers;
}

/* The op that makes `value`, or NULL for data and parameters. */
static CjStep *
find_maker (const CjProgram *self, int value)
{
  GArray *steps = self->lowered->builder->steps;

  for (guint i = 0; i < steps->len; i++)
    {
      CjStep *step = &g_array_index (steps, CjStep, i);

      if (step->op.n_out == 1 && step->out == value)
        return step;
    }
  return NULL;
}

static const CjOpInfo *
find_form (const CjOpInfo *info)
{
  for (guint i = 0; i < G_N_ELEMENTS (relu_forms); i++)
    if (relu_forms[i].from == info)
      return relu_forms[i].to;
  return NULL;
}

void
cj_program_fuse (CjProgram *self)
{
  GArray *steps = self->lowered->builder->steps;
  g_autofree guint *readers = count_readers (self);

  if (self->purpose != CJ_PURPOSE_TRAIN && self->purpose != CJ_PURPOSE_INFER)
    return;
  for (guint i = 0; i < steps->len; i++)
    {
      const CjStep *step = &g_array_index (steps, CjStep, i);
      CjStep *maker;

      if (step->op.info != &cj_op_unary
          || ((const CjUnaryAttrs *) step->op.attrs)->kind != CJ_UNARY_RELU
          || readers[step->in[0]] != 1)
        continue;
      maker = find_maker (self, step->in[0]);
      if (maker == NULL || find_form (maker->op.info) == NULL)
        continue;
      maker->op.info = find_form (maker->op.info);
      maker->op.info->infer (&maker->op, NULL);
      maker->out = step->out;
      g_array_remove_index (steps, i--);
    }
}
