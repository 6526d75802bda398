/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes between N C H W and N H W C. */
#include "cj-math.h"
#include "cj-ops.h"
#include "cj-shuffle.h"

#define TILE 8

typedef float Tile8 __attribute__ ((vector_size (32), aligned (4), may_alias));
typedef gint32 Pick8 __attribute__ ((vector_size (32)));

/* Eight rows of eight numbers, turned within the registers: half the time of doing it one by one. */
CJ_INLINE void
transpose_tile (const float *from, gint64 from_row, float *to, gint64 to_row, gboolean add)
{
  const Pick8 low = { 0, 8, 1, 9, 4, 12, 5, 13 }, high = { 2, 10, 3, 11, 6, 14, 7, 15 };
  const Pick8 near = { 0, 1, 8, 9, 4, 5, 12, 13 }, far = { 2, 3, 10, 11, 6, 7, 14, 15 };
  const Pick8 first = { 0, 1, 2, 3, 8, 9, 10, 11 }, last = { 4, 5, 6, 7, 12, 13, 14, 15 };
  Tile8 a[TILE], b[TILE];

#pragma GCC unroll 8
  for (int i = 0; i < TILE; i++)
    a[i] = *(const Tile8 *) (from + i * from_row);
#pragma GCC unroll 4
  for (int i = 0; i < TILE; i += 2)
    {
      b[i] = CJ_SHUFFLE (a[i], a[i + 1], low);
      b[i + 1] = CJ_SHUFFLE (a[i], a[i + 1], high);
    }
#pragma GCC unroll 2
  for (int i = 0; i < TILE; i += 4)
    for (int k = 0; k < 2; k++)
      {
        a[i + 2 * k] = CJ_SHUFFLE (b[i + k], b[i + k + 2], near);
        a[i + 2 * k + 1] = CJ_SHUFFLE (b[i + k], b[i + k + 2], far);
      }
#pragma GCC unroll 4
  for (int i = 0; i < TILE / 2; i++)
    {
      b[i] = CJ_SHUFFLE (a[i], a[i + 4], first);
      b[i + 4] = CJ_SHUFFLE (a[i], a[i + 4], last);
    }
#pragma GCC unroll 8
  for (int i = 0; i < TILE; i++)
    {
      if (add)
        b[i] += *(const Tile8 *) (to + i * to_row);
      *(Tile8 *) (to + i * to_row) = b[i];
    }
}

/* Writes or adds the transpose of from [rows, columns]. */
CJ_CLONES static void
transpose (const float *from, gint64 rows, gint64 columns, float *to, gboolean add)
{
  const gint64 whole = rows - rows % TILE, across = columns - columns % TILE;

  if (!add && (rows == 1 || columns == 1))
    {
      memcpy (to, from, sizeof (float) * (gsize) (rows * columns));
      return;
    }
  for (gint64 i = 0; i < whole; i += TILE)
    for (gint64 j = 0; j < across; j += TILE)
      transpose_tile (from + i * columns + j, columns, to + j * rows + i, rows, add);
  for (gint64 i = 0; i < rows; i++)
    for (gint64 j = i < whole ? across : 0; j < columns; j++)
      {
        const float value = from[i * columns + j];

        to[j * rows + i] = add ? to[j * rows + i] + value : value;
      }
}

/* The samples of a block, each [C, H W] to [H W, C], or back where `last` says so. */
static void
turn (const CjOpCall *call, guint block, const float *from, gboolean last, float *to, gboolean add)
{
  const CjSamples s = cj_op_samples (call->op, block);
  const CjShape *x = &call->op->in_shape[0];
  const gint64 size = cj_shape_size (x) / MAX (x->dims[0], 1), c = x->dims[1], plane = size / c;

  for (gint64 at = s.begin * size; at < s.end * size; at += size)
    transpose (from + at, last ? plane : c, last ? c : plane, to + at, add);
}

static void
to_last_forward (const CjOpCall *call, guint block)
{
  turn (call, block, call->in[0], FALSE, call->out[0], FALSE);
}

static void
to_last_backward (const CjOpCall *call, guint block)
{
  if (call->d_in[0] != NULL)
    turn (call, block, call->d_out[0], TRUE, call->d_in[0], call->add_in[0]);
}

static void
to_plain_forward (const CjOpCall *call, guint block)
{
  turn (call, block, call->in[0], TRUE, call->out[0], FALSE);
}

static void
to_plain_backward (const CjOpCall *call, guint block)
{
  if (call->d_in[0] != NULL)
    turn (call, block, call->d_out[0], FALSE, call->d_in[0], call->add_in[0]);
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
  .forward = { { cj_op_blocks, to_last_forward, CJ_PHASE_SAMPLES } },
  .backward = { { cj_op_blocks, to_last_backward, CJ_PHASE_SAMPLES } },
  .free_in = 1,
  .free_out = 1,
  .twin = copy_twin,
};

const CjOpInfo cj_op_to_plain = {
  .id = "to-plain",
  .layout = CJ_LAYOUT_LAST,
  .makes = CJ_LAYOUT_PLAIN,
  .infer = cj_op_infer_same,
  .forward = { { cj_op_blocks, to_plain_forward, CJ_PHASE_SAMPLES } },
  .backward = { { cj_op_blocks, to_plain_backward, CJ_PHASE_SAMPLES } },
  .free_in = 1,
  .free_out = 1,
  .twin = copy_twin,
};
