/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Local response normalisation across channels (Krizhevsky, Sutskever and Hinton, 2012), channels
 * last: y = x s^-beta with s = k + alpha / size times the sum of x² over the channels from
 * c - size / 2 on, `size` of them. dx = dy s^-beta - 2 alpha beta / size x times the sum of
 * dy x s^(-beta - 1) over the channels that count this one. */
#include "cj-ops.h"
#include "cj-rows.h"

#include <glib/gi18n-lib.h>

#define CHUNK 4096 /* numbers a chunk, about */

static gint64
get_rows (const CjOp *op)
{
  return cj_shape_size (&op->in_shape[0]) / MAX (op->in_shape[0].dims[1], 1);
}

static gint64
get_share (const CjOp *op)
{
  return MAX (CHUNK / op->in_shape[0].dims[1], 1);
}

static guint
n_chunks (const CjOp *op)
{
  return (guint) ((get_rows (op) + get_share (op) - 1) / get_share (op));
}

static gboolean
infer (CjOp *op, GError **error)
{
  const CjShape *x = &op->in_shape[0];

  if (x->n_dims != 4)
    return cj_op_refuse (op, _ ("pictures"), _ ("Put it before Flatten."), error);
  op->out_shape[0] = *x;
  op->saved_bytes = sizeof (float) * (gsize) cj_shape_size (x); /* s */
  op->macs = cj_shape_size (x) * ((const CjLocalNormAttrs *) op->attrs)->size;
  return TRUE;
}

static void
forward (const CjOpCall *call, guint chunk)
{
  const CjLocalNormAttrs *a = call->op->attrs;
  const gint64 c = call->op->in_shape[0].dims[1], share = get_share (call->op);
  const gint64 begin = chunk * share, end = MIN (begin + share, get_rows (call->op));
  const float factor = (float) (a->alpha / a->size);

  for (gint64 r = begin; r < end; r++)
    {
      const float *x = (const float *) call->in[0] + r * c;
      float *s = (float *) call->saved + r * c, *y = call->out[0] + r * c;

      for (gint64 k = 0; k < c; k++)
        {
          const gint64 first = MAX (k - a->size / 2, 0), last = MIN (k - a->size / 2 + a->size, c);
          float sum = 0;

          for (gint64 j = first; j < last; j++)
            sum += x[j] * x[j];
          s[k] = (float) a->k + factor * sum;
          y[k] = x[k] * powf (s[k], (float) -a->beta);
        }
    }
}

static void
backward (const CjOpCall *call, guint chunk)
{
  const CjLocalNormAttrs *a = call->op->attrs;
  const gint64 c = call->op->in_shape[0].dims[1], share = get_share (call->op);
  const gint64 begin = chunk * share, end = MIN (begin + share, get_rows (call->op));
  const float factor = (float) (2 * a->alpha * a->beta / a->size);

  for (gint64 r = begin; r < end && call->d_in[0] != NULL; r++)
    {
      const float *x = (const float *) call->in[0] + r * c, *y = call->out[0] + r * c;
      const float *s = (const float *) call->saved + r * c, *dy = call->d_out[0] + r * c;
      float *dx = call->d_in[0] + r * c;

      for (gint64 k = 0; k < c; k++)
        {
          const gint64 first = MAX (k + a->size / 2 - a->size + 1, 0);
          const gint64 last = MIN (k + a->size / 2 + 1, c);
          float sum = 0, d;

          for (gint64 j = first; j < last; j++)
            sum += dy[j] * y[j] / s[j];
          d = dy[k] * powf (s[k], (float) -a->beta) - factor * x[k] * sum;
          dx[k] = call->add_in[0] ? dx[k] + d : d;
        }
    }
}

/* In the logical layout N C H W. */
static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  const CjLocalNormAttrs *a = op->attrs;
  const gint64 *d = op->in_shape[0].dims, plane = d[2] * d[3];
  const float *x = in[0];

  for (gint64 i = 0; i < cj_shape_size (&op->in_shape[0]); i++)
    {
      const gint64 k = i / plane % d[1];
      double sum = 0;

      for (gint64 j = k - a->size / 2; j < k - a->size / 2 + a->size; j++)
        if (j >= 0 && j < d[1])
          sum += (double) x[i + (j - k) * plane] * x[i + (j - k) * plane];
      out[0][i] = (float) (x[i] * pow (a->k + a->alpha / a->size * sum, -a->beta));
    }
}

const CjOpInfo cj_op_local_norm = {
  .id = "local-norm",
  .layout = CJ_LAYOUT_LAST,
  .attrs_size = sizeof (CjLocalNormAttrs),
  .infer = infer,
  .forward = { { n_chunks, forward } },
  .backward = { { n_chunks, backward } },
  .twin = twin,
};
