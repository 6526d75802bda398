/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes between N C H W and N H W C. */
#include "cj-ops.h"

#include <string.h>

static gint64
sample_size (const CjOp *op)
{
  return cj_shape_size (&op->in_shape[0]) / MAX (op->in_shape[0].dims[0], 1);
}

/* Writes or adds the transpose of from [rows, columns]. */
static void
transpose (const float *from, gint64 rows, gint64 columns, float *to, gboolean add)
{
  for (gint64 i = 0; i < rows; i++)
    for (gint64 j = 0; j < columns; j++)
      {
        const float value = from[i * columns + j];

        to[j * rows + i] = add ? to[j * rows + i] + value : value;
      }
}

static void
to_last_forward (const CjOpCall *call, guint sample)
{
  const gint64 size = sample_size (call->op), c = call->op->in_shape[0].dims[1];

  transpose ((const float *) call->in[0] + sample * size, c, size / c, call->out[0] + sample * size,
             FALSE);
}

static void
to_last_backward (const CjOpCall *call, guint sample)
{
  const gint64 size = sample_size (call->op), c = call->op->in_shape[0].dims[1];

  if (call->d_in[0] != NULL)
    transpose (call->d_out[0] + sample * size, size / c, c, call->d_in[0] + sample * size,
               call->add_in[0]);
}

static void
to_plain_forward (const CjOpCall *call, guint sample)
{
  const gint64 size = sample_size (call->op), c = call->op->in_shape[0].dims[1];

  transpose ((const float *) call->in[0] + sample * size, size / c, c, call->out[0] + sample * size,
             FALSE);
}

static void
to_plain_backward (const CjOpCall *call, guint sample)
{
  const gint64 size = sample_size (call->op), c = call->op->in_shape[0].dims[1];

  if (call->d_in[0] != NULL)
    transpose (call->d_out[0] + sample * size, c, size / c, call->d_in[0] + sample * size,
               call->add_in[0]);
}

static void
copy_twin (const CjOp *op, const void *const *in, float *const *out)
{
  memcpy (out[0], in[0], sizeof (float) * cj_shape_size (&op->out_shape[0]));
}

const CjOpInfo cj_op_to_last = {
  .id = "to-last",
  .layout = CJ_LAYOUT_PLAIN,
  .makes = CJ_LAYOUT_LAST,
  .infer = cj_op_infer_same,
  .forward = { { cj_op_chunk_samples, to_last_forward } },
  .backward = { { cj_op_chunk_samples, to_last_backward } },
  .free_in = 1,
  .free_out = 1,
  .twin = copy_twin,
};

const CjOpInfo cj_op_to_plain = {
  .id = "to-plain",
  .layout = CJ_LAYOUT_LAST,
  .makes = CJ_LAYOUT_PLAIN,
  .infer = cj_op_infer_same,
  .forward = { { cj_op_chunk_samples, to_plain_forward } },
  .backward = { { cj_op_chunk_samples, to_plain_backward } },
  .free_in = 1,
  .free_out = 1,
  .twin = copy_twin,
};
