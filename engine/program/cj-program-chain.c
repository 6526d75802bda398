/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds small dense layers in a row, each followed by a function or not, and joins them. */
#include "cj-program-private.h"

#include "cj-ops.h"

#define MAX_WEIGHTS 4096
#define MAX_MACS 262144 /* of the batch: more is worth sharing among threads */

static gboolean
is_small_dense (const CjProgram *self, const CjStep *step)
{
  const CjOp *op = &step->op;

  return op->info == &cj_op_dense && op->n_in <= 3 && step->stops == 0
         && op->in_shape[0].n_dims == 2 && op->in_shape[1].dims[0] <= CJ_CHAIN_MAX_WIDTH
         && op->in_shape[1].dims[1] <= CJ_CHAIN_MAX_WIDTH
         && cj_builder_get_value (self->lowered->builder, step->in[1])->kind == CJ_VALUE_PARAM;
}

static CjChainFunction
find_function (const CjOp *op)
{
  if (op->info != &cj_op_unary)
    return CJ_CHAIN_NONE;
  switch (((const CjUnaryAttrs *) op->attrs)->kind)
    {
    case CJ_UNARY_RELU:
      return CJ_CHAIN_RELU;
    case CJ_UNARY_TANH:
      return CJ_CHAIN_TANH;
    case CJ_UNARY_SIGMOID:
      return CJ_CHAIN_SIGMOID;
    default:
      return CJ_CHAIN_NONE;
    }
}

typedef struct
{
  CjDenseChainAttrs attrs;
  guint dense[CJ_CHAIN_MAX_LAYERS];   /* steps */
  int functions[CJ_CHAIN_MAX_LAYERS]; /* steps, -1: none */
  gint64 weights, macs;
  int out;
} Chain;

/* Adds the dense layer of step `i` and the function behind it; FALSE if it would be too much. */
static gboolean
add_layer (const CjProgram *self, const CjReaders *readers, Chain *chain, guint i)
{
  const CjStep *step = cj_program_get_step (self, i);
  const gint64 weights = cj_shape_size (&step->op.in_shape[1]);
  const guint l = chain->attrs.n_layers;
  int reader;

  if (l == CJ_CHAIN_MAX_LAYERS || chain->weights + weights > MAX_WEIGHTS
      || chain->macs + step->op.macs > MAX_MACS)
    return FALSE;
  chain->attrs.n_layers++;
  chain->weights += weights;
  chain->macs += step->op.macs;
  chain->dense[l] = i;
  chain->out = step->out;
  chain->functions[l] = -1;
  reader = readers[chain->out].only;
  if (reader < 0)
    return TRUE;
  chain->attrs.functions[l] = find_function (&cj_program_get_step (self, (guint) reader)->op);
  if (chain->attrs.functions[l] != CJ_CHAIN_NONE)
    {
      chain->functions[l] = reader;
      chain->out = cj_program_get_step (self, (guint) reader)->out;
    }
  return TRUE;
}

static Chain
find_chain (const CjProgram *self, const CjReaders *readers, guint i)
{
  Chain chain = { .attrs = { 0 } };

  while (is_small_dense (self, cj_program_get_step (self, i))
         && add_layer (self, readers, &chain, i))
    {
      const int next = readers[chain.out].only;

      if (next < 0)
        break;
      i = (guint) next;
    }
  return chain;
}

/* The chain in the place of its last dense layer. */
static void
join (CjProgram *self, const Chain *chain)
{
  GArray *steps = self->lowered->builder->steps;
  const guint n = chain->attrs.n_layers, last = chain->dense[n - 1];
  CjStep joined = { .out = chain->out };

  joined.op = (CjOp){ .info = &cj_op_dense_chain, .n_in = 2 * n + 1, .n_out = 1 };
  joined.op.attrs = g_memdup2 (&chain->attrs, sizeof chain->attrs);
  joined.op.in_layout = CJ_LAYOUT_PLAIN;
  for (guint l = 0; l < n; l++)
    {
      const CjStep *step = cj_program_get_step (self, chain->dense[l]);

      for (guint j = l > 0; j < 3; j++)
        {
          const guint to = 2 * l + j;
          const gboolean given = j < step->op.n_in && step->in[j] != CJ_NO_VALUE;

          joined.in[to] = given ? step->in[j] : CJ_NO_VALUE;
          joined.op.has_in[to] = given;
          if (given)
            joined.op.in_shape[to] = step->op.in_shape[j];
        }
    }
  joined.op.info->infer (&joined.op, NULL);
  g_free (cj_program_get_step (self, last)->op.attrs);
  *cj_program_get_step (self, last) = joined;
  for (guint i = steps->len; i-- > 0;)
    for (guint l = 0; l < n; l++)
      if ((int) i == chain->functions[l] || (l < n - 1 && i == chain->dense[l]))
        {
          g_array_remove_index (steps, i);
          break;
        }
}

void
cj_program_join_chains (CjProgram *self)
{
  CjReaders *readers;

  if (self->purpose != CJ_PURPOSE_TRAIN && self->purpose != CJ_PURPOSE_INFER)
    return;
  readers = cj_program_find_readers (self);
  for (guint i = 0; i < self->lowered->builder->steps->len; i++)
    {
      const Chain chain = find_chain (self, readers, i);

      if (chain.attrs.n_layers < 2)
        continue;
      join (self, &chain);
      g_free (readers);
      readers = cj_program_find_readers (self);
    }
  g_free (readers);
}
