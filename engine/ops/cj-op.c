/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-op.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>

/* A single number, as a loss, is one sample. */
static gint64
count_samples (const CjOp *op)
{
  return op->in_shape[0].n_dims > 0 ? op->in_shape[0].dims[0] : 1;
}

guint
cj_op_blocks (const CjOp *op)
{
  return (guint) MIN (count_samples (op), op->blocks > 0 ? op->blocks : CJ_OP_MAX_BLOCKS);
}

CjSamples
cj_op_samples (const CjOp *op, guint block)
{
  const gint64 n = count_samples (op), blocks = cj_op_blocks (op);

  return (CjSamples){ n * block / blocks, n * (block + 1) / blocks };
}

CjSamples
cj_op_rows (const CjOp *op, guint block, gint64 rows)
{
  const gint64 each = rows / MAX (count_samples (op), 1);
  const CjSamples s = cj_op_samples (op, block);

  return (CjSamples){ s.begin * each, s.end * each };
}

gint64
cj_op_range (const CjOp *op, guint block, gint64 *n)
{
  const gint64 row = cj_shape_size (&op->in_shape[0]) / MAX (count_samples (op), 1);
  const CjSamples s = cj_op_samples (op, block);

  *n = (s.end - s.begin) * row;
  return s.begin * row;
}

guint
cj_op_chunk_one (const CjOp *op)
{
  (void) op;
  return 1;
}

guint
cj_op_chunk_samples (const CjOp *op)
{
  return (guint) op->in_shape[0].dims[0];
}

guint
cj_op_chunk_blocks (const CjOp *op)
{
  return (guint) ((cj_shape_size (&op->out_shape[0]) + CJ_OP_BLOCK - 1) / CJ_OP_BLOCK);
}

gint64
cj_op_block (const CjOp *op, guint chunk, gint64 *n)
{
  const gint64 begin = (gint64) chunk * CJ_OP_BLOCK;

  *n = MIN (CJ_OP_BLOCK, cj_shape_size (&op->out_shape[0]) - begin);
  return begin;
}

gboolean
cj_op_infer_same (CjOp *op, GError **error)
{
  (void) error;
  op->out_shape[0] = op->in_shape[0];
  return TRUE;
}

gboolean
cj_op_refuse (const CjOp *op, const char *wanted, const char *mend, GError **error)
{
  g_autofree char *got = cj_shape_print_sample (&op->in_shape[0]);

  g_set_error (
      error, CJ_ERROR, CJ_ERROR_SHAPE,
      /* Translators: what a layer takes, as “pictures”, the shape that it got, and what to do, a sentence of its own */
      _ ("expects %s, got %s. %s"), wanted, got, mend);
  return FALSE;
}
