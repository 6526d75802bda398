/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Adds where a token stands: sin and cos of its place at wave lengths from 2 pi to 2 pi 10000
 * (Vaswani et al., "Attention is all you need", 2017, section 3.5). x [N, T, E]. */
#include "cj-ops.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define PLACES 16 /* moments of a chunk of the table */

static gboolean
infer (CjOp *op, GError **error)
{
  const CjShape *x = &op->in_shape[0];

  if (x->n_dims != 3)
    return cj_op_refuse (op, _ ("a sequence of vectors"), _ ("Put Embedding before it."), error);
  op->out_shape[0] = *x;
  op->workspace_bytes = sizeof (float) * (gsize) (x->dims[1] * x->dims[2]);
  return TRUE;
}

static guint
place_panels (const CjOp *op)
{
  return (guint) ((op->in_shape[0].dims[1] + PLACES - 1) / PLACES);
}

static double
wave (gint64 place, gint64 feature, gint64 e)
{
  const double angle = (double) place * pow (10000, -(double) (feature / 2 * 2) / (double) e);

  return feature % 2 == 0 ? sin (angle) : cos (angle);
}

static void
fill_table (const CjOpCall *call, guint chunk)
{
  const gint64 t = call->op->in_shape[0].dims[1], e = call->op->in_shape[0].dims[2];
  const gint64 first = (gint64) chunk * PLACES, end = MIN (first + PLACES, t);

  for (gint64 place = first; place < end; place++)
    for (gint64 i = 0; i < e; i++)
      call->workspace[place * e + i] = (float) wave (place, i, e);
}

static void
add_table (const CjOpCall *call, guint sample)
{
  const gint64 row = call->op->in_shape[0].dims[1] * call->op->in_shape[0].dims[2];
  const float *x = (const float *) call->in[0] + sample * row;
  float *y = call->out[0] + sample * row;

  for (gint64 i = 0; i < row; i++)
    y[i] = x[i] + call->workspace[i];
}

static void
backward (const CjOpCall *call, guint sample)
{
  const gint64 row = call->op->in_shape[0].dims[1] * call->op->in_shape[0].dims[2];
  const float *dy = call->d_out[0] + sample * row;

  for (gint64 i = 0; call->d_in[0] != NULL && i < row; i++)
    call->d_in[0][sample * row + i]
        = dy[i] + (call->add_in[0] ? call->d_in[0][sample * row + i] : 0);
}

static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  const gint64 t = op->in_shape[0].dims[1], e = op->in_shape[0].dims[2];

  for (gint64 i = 0; i < cj_shape_size (&op->in_shape[0]); i++)
    out[0][i] = (float) (((const float *) in[0])[i] + wave (i / e % t, i % e, e));
}

const CjOpInfo cj_op_sinusoid = {
  .id = "sinusoid",
  .layout = CJ_LAYOUT_PLAIN,
  .infer = infer,
  .forward = { { place_panels, fill_table }, { cj_op_chunk_samples, add_table } },
  .backward = { { cj_op_chunk_samples, backward } },
  .free_in = 1,
  .free_out = 1,
  .twin = twin,
};
