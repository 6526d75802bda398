/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One moment of a sequence stands for all: the largest, the last, or the first spike as a number that is
 * larger the sooner it comes. The gradient goes to that moment. N samples, T moments, F numbers. */
#include "cj-math.h"
#include "cj-ops.h"

#include <glib/gi18n-lib.h>

static gint64
get_f (const CjOp *op)
{
  return cj_shape_size (&op->out_shape[0]) / MAX (op->in_shape[0].dims[0], 1);
}

static gboolean
infer (CjOp *op, GError **error)
{
  const CjShape *x = &op->in_shape[0];
  CjShape *y = &op->out_shape[0];

  if (x->n_dims < 3 || x->dims[1] < 1)
    return cj_op_refuse (op, _ ("a sequence"), _ ("Put it behind spiking neurons."), error);
  *y = *x;
  y->n_dims--;
  for (guint i = 1; i < y->n_dims; i++)
    y->dims[i] = x->dims[i + 1];
  op->scratch_bytes = sizeof (float) * (gsize) (2 * get_f (op));
  op->macs = cj_shape_size (x);
  return TRUE;
}

CJ_INLINE float
get_weight (CjMomentKind kind, gint64 t, gint64 n_moments)
{
  return kind == CJ_MOMENT_FIRST ? (float) (n_moments - t) / (float) n_moments : 1;
}

/* Of a sample: the moment chosen of every number goes to `at`, as far as it is asked for. */
CJ_CLONES static void
choose (CjMomentKind kind, const float *restrict x, gint64 n_moments, gint64 f, float *restrict y,
        gint32 *restrict at)
{
  const float *last = x + (n_moments - 1) * f;

  for (gint64 i = 0; i < f; i++)
    {
      y[i] = kind == CJ_MOMENT_LAST ? last[i] : x[i];
      at[i] = kind == CJ_MOMENT_LAST ? (gint32) n_moments - 1 : 0;
    }
  for (gint64 t = 1; kind != CJ_MOMENT_LAST && t < n_moments; t++)
    {
      const float weight = get_weight (kind, t, n_moments);

      for (gint64 i = 0; i < f; i++)
        {
          const float value = weight * x[t * f + i];
          const gboolean more = value > y[i];

          y[i] = more ? value : y[i];
          at[i] = more ? (gint32) t : at[i];
        }
    }
}

static void
forward (const CjOpCall *call, guint block)
{
  const CjMomentAttrs *a = call->op->attrs;
  const CjSamples samples = cj_op_samples (call->op, block);
  const gint64 f = get_f (call->op), t = call->op->in_shape[0].dims[1];

  for (gint64 n = samples.begin; n < samples.end; n++)
    choose (a->kind, (const float *) call->in[0] + n * t * f, t, f, call->out[0] + n * f,
            (gint32 *) call->scratch);
}

static void
backward (const CjOpCall *call, guint block)
{
  const CjMomentAttrs *a = call->op->attrs;
  const CjSamples samples = cj_op_samples (call->op, block);
  const gint64 f = get_f (call->op), t = call->op->in_shape[0].dims[1];
  gint32 *at = (gint32 *) call->scratch;

  for (gint64 n = samples.begin; call->d_in[0] != NULL && n < samples.end; n++)
    {
      float *d_x = call->d_in[0] + n * t * f;

      choose (a->kind, (const float *) call->in[0] + n * t * f, t, f, call->scratch + f, at);
      if (!call->add_in[0])
        memset (d_x, 0, sizeof (float) * (gsize) (t * f));
      for (gint64 i = 0; i < f; i++)
        d_x[at[i] * f + i] += get_weight (a->kind, at[i], t) * call->d_out[0][n * f + i];
    }
}

static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  const CjMomentAttrs *a = op->attrs;
  const gint64 f = get_f (op), n_moments = op->in_shape[0].dims[1];

  for (gint64 k = 0; k < cj_shape_size (&op->out_shape[0]); k++)
    {
      const float *x = (const float *) in[0] + k / f * n_moments * f + k % f;
      float best = -INFINITY;

      for (gint64 t = 0; t < n_moments; t++)
        if (a->kind == CJ_MOMENT_LAST)
          best = x[t * f];
        else
          best = MAX (best, get_weight (a->kind, t, n_moments) * x[t * f]);
      out[0][k] = best;
    }
}

const CjOpInfo cj_op_moment = {
  .id = "moment",
  .layout = CJ_LAYOUT_PLAIN,
  .attrs_size = sizeof (CjMomentAttrs),
  .infer = infer,
  .forward = { { cj_op_blocks, forward, CJ_PHASE_SAMPLES } },
  .backward = { { cj_op_blocks, backward, CJ_PHASE_SAMPLES } },
  .free_out = 1,
  .twin = twin,
};
