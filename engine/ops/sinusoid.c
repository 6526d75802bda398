/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Adds where a token stands: learned numbers, or sin and cos of its place at wave lengths from 2 pi to
 * 2 pi 10000 (Vaswani et al., "Attention is all you need", 2017, section 3.5). x [N, T, E], table
 * [T, E]. The gradient of the table is the sum over the samples, first within blocks of them. */
#include "cj-math.h"
#include "cj-ops.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define PLACES 16  /* moments of a chunk of the waves */
#define PANEL 4096 /* numbers of a chunk when the blocks' gradients are added */

static gint64
get_row (const CjOp *op)
{
  return op->in_shape[0].dims[1] * op->in_shape[0].dims[2];
}

/* to = a + b */
CJ_CLONES static void
add (const float *a, const float *b, gint64 n, float *to)
{
  for (gint64 i = 0; i < n; i++)
    to[i] = a[i] + b[i];
}

/* to (+)= from */
static void
pass (const float *from, gint64 n, float *to, gboolean more)
{
  if (more)
    add (to, from, n, to);
  else
    memcpy (to, from, sizeof (float) * (gsize) n);
}

static void
add_table (const CjOpCall *call, const float *table, guint block)
{
  const CjSamples samples = cj_op_samples (call->op, block);
  const gint64 row = get_row (call->op);

  for (gint64 i = samples.begin; i < samples.end; i++)
    add ((const float *) call->in[0] + i * row, table, row, call->out[0] + i * row);
}

static void
backward_input (const CjOpCall *call, guint block)
{
  const CjSamples samples = cj_op_samples (call->op, block);
  const gint64 row = get_row (call->op), begin = samples.begin * row;

  if (call->d_in[0] != NULL)
    pass (call->d_out[0] + begin, samples.end * row - begin, call->d_in[0] + begin,
          call->add_in[0]);
}

/* --- learned --- */

static gboolean
infer_places (CjOp *op, GError **error)
{
  const CjShape *x = &op->in_shape[0];

  if (x->n_dims != 3 || cj_shape_size (&op->in_shape[1]) != get_row (op))
    return cj_op_refuse (op, _ ("a sequence of vectors"), _ ("Put Embedding before it."), error);
  op->out_shape[0] = *x;
  op->workspace_bytes = sizeof (float) * cj_op_blocks (op) * (gsize) get_row (op);
  return TRUE;
}

static void
places_forward (const CjOpCall *call, guint block)
{
  add_table (call, call->in[1], block);
}

static void
places_backward (const CjOpCall *call, guint block)
{
  const CjSamples samples = cj_op_samples (call->op, block);
  const gint64 row = get_row (call->op);

  backward_input (call, block);
  for (gint64 i = samples.begin; i < samples.end && call->d_in[1] != NULL; i++)
    pass (call->d_out[0] + i * row, row, call->workspace + block * row, i > samples.begin);
}

static guint
row_panels (const CjOp *op)
{
  return (guint) ((get_row (op) + PANEL - 1) / PANEL);
}

static void
places_finish (const CjOpCall *call, guint panel)
{
  const gint64 row = get_row (call->op), begin = (gint64) panel * PANEL;

  for (guint block = 0; block < cj_op_blocks (call->op) && call->d_in[1] != NULL; block++)
    pass (call->workspace + block * row + begin, MIN (PANEL, row - begin), call->d_in[1] + begin,
          block > 0 || call->add_in[1]);
}

static void
places_twin (const CjOp *op, const void *const *in, float *const *out)
{
  for (gint64 i = 0; i < cj_shape_size (&op->in_shape[0]); i++)
    out[0][i] = ((const float *) in[0])[i] + ((const float *) in[1])[i % get_row (op)];
}

const CjOpInfo cj_op_places = {
  .id = "places",
  .layout = CJ_LAYOUT_PLAIN,
  .infer = infer_places,
  .forward = { { cj_op_blocks, places_forward, CJ_PHASE_SAMPLES } },
  .backward = { { cj_op_blocks, places_backward, CJ_PHASE_SAMPLES },
                { row_panels, places_finish, CJ_PHASE_FINISH } },
  .free_in = 3,
  .free_out = 1,
  .twin = places_twin,
};

/* --- waves --- */

static gboolean
infer_sinusoid (CjOp *op, GError **error)
{
  const CjShape *x = &op->in_shape[0];

  if (x->n_dims != 3)
    return cj_op_refuse (op, _ ("a sequence of vectors"), _ ("Put Embedding before it."), error);
  op->out_shape[0] = *x;
  op->workspace_bytes = sizeof (float) * (gsize) get_row (op);
  return TRUE;
}

static guint
place_panels (const CjOp *op)
{
  return (guint) ((op->in_shape[0].dims[1] + PLACES - 1) / PLACES);
}

/* How fast the wave of a feature turns, in radians a place. */
static double
speed (gint64 feature, gint64 e)
{
  return pow (10000, -(double) (feature / 2 * 2) / (double) e);
}

static double
wave (double angle, gint64 feature)
{
  return feature % 2 == 0 ? sin (angle) : cos (angle);
}

static void
fill_table (const CjOpCall *call, guint chunk)
{
  const gint64 t = call->op->in_shape[0].dims[1], e = call->op->in_shape[0].dims[2];
  const gint64 first = (gint64) chunk * PLACES, end = MIN (first + PLACES, t);

  for (gint64 i = 0; i < e; i++)
    {
      const double turn = speed (i, e);

      for (gint64 place = first; place < end; place++)
        call->workspace[place * e + i] = (float) wave ((double) place * turn, i);
    }
}

static void
sinusoid_forward (const CjOpCall *call, guint block)
{
  add_table (call, call->workspace, block);
}

static void
sinusoid_twin (const CjOp *op, const void *const *in, float *const *out)
{
  const gint64 t = op->in_shape[0].dims[1], e = op->in_shape[0].dims[2];

  for (gint64 i = 0; i < cj_shape_size (&op->in_shape[0]); i++)
    out[0][i] = (float) (((const float *) in[0])[i]
                         + wave ((double) (i / e % t) * speed (i % e, e), i % e));
}

const CjOpInfo cj_op_sinusoid = {
  .id = "sinusoid",
  .layout = CJ_LAYOUT_PLAIN,
  .infer = infer_sinusoid,
  .forward = { { place_panels, fill_table, CJ_PHASE_PREPARE },
               { cj_op_blocks, sinusoid_forward, CJ_PHASE_SAMPLES } },
  .backward = { { cj_op_blocks, backward_input, CJ_PHASE_SAMPLES } },
  .free_in = 1,
  .free_out = 1,
  .twin = sinusoid_twin,
};
