/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Homeostatic scaling: a unit's gain g follows its own usual activity (G. Turrigiano, K. Leslie, N. Desai, L.
 * Rutherford, S. Nelson, "Activity-dependent scaling of quantal amplitude in neocortical neurons", Nature 391,
 * 1998). y = g x; in training, after a step, with m the mean of y over samples and places,
 *   a = a + share (m - a),   g = g (1 + rate (target - a) / max (target, |a|)),
 * so that a gain moves by at most `rate` of itself a step, and stays between 1 / limit and limit. The gain is
 * no parameter: it gets no gradient, and for that of x it is as it was in the step. N samples, U units of P
 * places each. */
#include "cj-ops.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

enum
{
  X,
  ACTIVITY,
  GAIN
};

/* Places of a unit that lie side by side; sequences have their units last. */
static gint64
get_places (const CjOp *op)
{
  const CjShape *x = &op->in_shape[X];

  return x->n_dims > 3 ? cj_shape_size (x) / MAX (x->dims[0] * x->dims[1], 1) : 1;
}

static gint64
get_u (const CjOp *op)
{
  return cj_shape_size (&op->in_shape[GAIN]);
}

static gboolean
infer (CjOp *op, GError **error)
{
  const CjShape *x = &op->in_shape[X];

  if (x->n_dims < 2 || op->n_in < 3 || x->dims[x->n_dims > 3 ? 1 : x->n_dims - 1] != get_u (op)
      || cj_shape_size (&op->in_shape[ACTIVITY]) != get_u (op))
    return cj_op_refuse (op, _ ("units of samples"), _ ("Put it behind a layer of units."), error);
  op->out_shape[0] = *x;
  op->saved_bytes = sizeof (float) * (gsize) get_u (op); /* the gain of the step */
  op->macs = 2 * cj_shape_size (x);
  return TRUE;
}

static void
scale (const CjOp *op, guint block, const float *gain, const float *x, float *y, gboolean add)
{
  const gint64 places = get_places (op), u = get_u (op);
  gint64 n;
  const gint64 begin = cj_op_range (op, block, &n);

  for (gint64 i = begin; i < begin + n; i += places)
    {
      const float g = gain[i / places % u];

      for (gint64 p = i; p < i + places; p++)
        y[p] = (add ? y[p] : 0) + g * x[p];
    }
}

static void
forward (const CjOpCall *call, guint block)
{
  scale (call->op, block, call->in[GAIN], call->in[X], call->out[0], FALSE);
}

/* After all samples, for a unit after the other. */
static void
adapt (const CjOpCall *call, guint chunk)
{
  const CjHomeostasisAttrs *a = call->op->attrs;
  const gint64 places = get_places (call->op), u = get_u (call->op);
  const gint64 rows = cj_shape_size (&call->op->in_shape[X]) / MAX (u * places, 1);
  float *activity = call->in[ACTIVITY], *gain = call->in[GAIN];

  (void) chunk;
  if (!call->training)
    return;
  memcpy (call->saved, gain, sizeof (float) * (gsize) u);
  for (gint64 k = 0; k < u; k++)
    {
      double sum = 0, usual;

      for (gint64 row = 0; row < rows; row++)
        for (gint64 p = 0; p < places; p++)
          sum += call->out[0][(row * u + k) * places + p];
      usual = activity[k] + a->share * (sum / (double) (rows * places) - activity[k]);
      activity[k] = (float) usual;
      gain[k] = (float) CLAMP (
          gain[k] * (1 + a->rate * (a->target - usual) / MAX (a->target, fabs (usual))),
          1 / a->limit, a->limit);
    }
}

static void
backward (const CjOpCall *call, guint block)
{
  if (call->d_in[X] != NULL)
    scale (call->op, block, call->training ? call->saved : call->in[GAIN], call->d_out[0],
           call->d_in[X], call->add_in[X]);
}

/* The states stay as they are. */
static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  const gint64 places = get_places (op), u = get_u (op);

  for (gint64 i = 0; i < cj_shape_size (&op->out_shape[0]); i++)
    out[0][i] = ((const float *) in[GAIN])[i / places % u] * ((const float *) in[X])[i];
}

const CjOpInfo cj_op_homeostasis = {
  .id = "homeostasis",
  .layout = CJ_LAYOUT_PLAIN,
  .attrs_size = sizeof (CjHomeostasisAttrs),
  .infer = infer,
  .forward
  = { { cj_op_blocks, forward, CJ_PHASE_SAMPLES }, { cj_op_chunk_one, adapt, CJ_PHASE_WHOLE } },
  .backward = { { cj_op_blocks, backward, CJ_PHASE_SAMPLES } },
  .free_in = 1 << X,
  .free_out = 1,
  .twin = twin,
};
