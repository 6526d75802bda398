/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Takes out what would only carry the same numbers through memory once more: copies in the same order,
 * and what can be done where the numbers are made. Programs that are looked into keep every value, so
 * nothing is joined there. */
#include "cj-program-private.h"

typedef enum
{
  END_NONE,
  END_RELU, /* max (0, ...) */
  END_ADD   /* the sum with another value */
} End;

/* What joins with what follows. */
static const struct
{
  const CjOpInfo *op;
  End end;
  const CjOpInfo *both;
} forms[] = {
  { &cj_op_conv2d, END_RELU, &cj_op_conv2d_relu },
  { &cj_op_dense, END_RELU, &cj_op_dense_relu },
  { &cj_op_batch_norm, END_RELU, &cj_op_batch_norm_relu },
  { &cj_op_batch_norm_rows, END_RELU, &cj_op_batch_norm_relu },
  { &cj_op_batch_norm, END_ADD, &cj_op_batch_norm_add },
  { &cj_op_batch_norm_rows, END_ADD, &cj_op_batch_norm_add },
  { &cj_op_batch_norm_add, END_RELU, &cj_op_batch_norm_add_relu },
};

static gboolean
is_end_value (const CjProgram *self, int value)
{
  for (guint i = 0; i < self->lowered->losses->len; i++)
    if (g_array_index (self->lowered->losses, int, i) == value)
      return TRUE;
  for (guint i = 0; i < self->lowered->locals->len; i++)
    if (g_array_index (self->lowered->locals, int, i) == value)
      return TRUE;
  return self->lowered->prediction == value;
}

/* Whether an op copies all numbers in their order, sample by sample. */
static gboolean
is_copy (const CjOp *op)
{
  const CjShape *x = &op->in_shape[0];

  if (op->in_dtype[0] != CJ_FLOAT32 || x->n_dims == 0 || op->out_shape[0].n_dims == 0
      || x->dims[0] != op->out_shape[0].dims[0])
    return FALSE;
  if (op->info == &cj_op_to_last || op->info == &cj_op_to_plain)
    return x->dims[1] == 1 || cj_shape_size (x) == x->dims[0] * x->dims[1];
  return op->info == &cj_op_reshape || op->info == &cj_op_to_picture
         || op->info == &cj_op_to_tokens;
}

/* Whoever reads a copy reads what was copied. */
static void
skip_copies (CjProgram *self)
{
  GArray *steps = self->lowered->builder->steps;

  for (guint i = 0; i < steps->len; i++)
    {
      const int from = cj_program_get_step (self, i)->in[0],
                to = cj_program_get_step (self, i)->out;
      const CjValueKind kind = cj_builder_get_value (self->lowered->builder, from)->kind;

      if (!is_copy (&cj_program_get_step (self, i)->op) || is_end_value (self, to)
          || (kind != CJ_VALUE_RESULT && kind != CJ_VALUE_INPUT))
        continue;
      for (guint k = i + 1; k < steps->len; k++)
        for (guint j = 0; j < cj_program_get_step (self, k)->op.n_in; j++)
          if (cj_program_get_step (self, k)->in[j] == to)
            cj_program_get_step (self, k)->in[j] = from;
      g_array_remove_index (steps, i--);
    }
}

CjReaders *
cj_program_find_readers (const CjProgram *self)
{
  const CjLowered *lowered = self->lowered;
  const GArray *steps = lowered->builder->steps;
  CjReaders *readers = g_new0 (CjReaders, lowered->builder->values->len + 1);

  for (guint i = 0; i < steps->len; i++)
    for (guint j = 0; j < g_array_index (steps, CjStep, i).op.n_in; j++)
      if (g_array_index (steps, CjStep, i).in[j] != CJ_NO_VALUE)
        {
          CjReaders *r = &readers[g_array_index (steps, CjStep, i).in[j]];

          r->n++;
          r->only = r->n == 1 ? (int) i : -1;
        }
  for (guint i = 0; i < lowered->builder->values->len; i++)
    {
      const gboolean end = is_end_value (self, (int) i);

      readers[i].n += end ? 1 : 0;
      if (end || readers[i].n == 0)
        readers[i].only = -1;
    }
  return readers;
}

/* Position of the op that makes `value` for one reader only, or -1. */
static int
find_maker (const CjProgram *self, const CjReaders *readers, int value)
{
  for (guint i = 0; readers[value].n == 1 && i < self->lowered->builder->steps->len; i++)
    if (cj_program_get_step (self, i)->op.n_out == 1 && cj_program_get_step (self, i)->out == value)
      return (int) i;
  return -1;
}

static End
get_end (const CjOp *op)
{
  if (op->info == &cj_op_unary && ((const CjUnaryAttrs *) op->attrs)->kind == CJ_UNARY_RELU)
    return END_RELU;
  if (op->info == &cj_op_binary && ((const CjBinaryAttrs *) op->attrs)->kind == CJ_BINARY_ADD)
    return END_ADD;
  return END_NONE;
}

static const CjOpInfo *
find_form (const CjOpInfo *info, End end)
{
  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    if (forms[i].op == info && forms[i].end == end)
      return forms[i].both;
  return NULL;
}

/* Puts the op at `maker`, which makes input `side` of the op at `end`, in that one's place. */
static void
join (CjProgram *self, guint maker, guint end, guint side, const CjOpInfo *info)
{
  CjStep *last = cj_program_get_step (self, end), both = *cj_program_get_step (self, maker);

  if (get_end (&last->op) == END_ADD)
    {
      both.in[both.op.n_in] = last->in[1 - side];
      both.op.has_in[both.op.n_in] = TRUE;
      both.op.in_shape[both.op.n_in] = last->op.in_shape[1 - side];
      both.op.in_dtype[both.op.n_in++] = last->op.in_dtype[1 - side];
    }
  both.op.info = info;
  both.out = last->out;
  both.op.attrs = g_steal_pointer (&cj_program_get_step (self, maker)->op.attrs);
  info->infer (&both.op, NULL);
  g_free (last->op.attrs);
  *last = both;
  g_array_remove_index (self->lowered->builder->steps, maker);
}

void
cj_program_fuse (CjProgram *self)
{
  GArray *steps = self->lowered->builder->steps;
  g_autofree CjReaders *readers = NULL;

  if (self->purpose != CJ_PURPOSE_TRAIN && self->purpose != CJ_PURPOSE_INFER)
    return;
  skip_copies (self);
  readers = cj_program_find_readers (self);
  for (guint i = 0; i < steps->len; i++)
    {
      const End end = get_end (&cj_program_get_step (self, i)->op);

      for (guint side = 0; side < (end == END_ADD ? 2 : end == END_RELU ? 1 : 0); side++)
        {
          const int maker = find_maker (self, readers, cj_program_get_step (self, i)->in[side]);
          const CjOpInfo *both
              = maker >= 0 ? find_form (cj_program_get_step (self, (guint) maker)->op.info, end)
                           : NULL;

          if (both == NULL)
            continue;
          join (self, (guint) maker, i--, side, both);
          break;
        }
    }
}
