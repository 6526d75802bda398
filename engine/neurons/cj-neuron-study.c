/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-neuron-study.h"

#include <math.h>

#define SPIKES 40 /* are enough for a rate */

gboolean
cj_neuron_has_plane (const CjNeuronInfo *info)
{
  return info->recovery > 0;
}

void
cj_neuron_find_flow (const CjNeuronInfo *info, gconstpointer params, double v, double w,
                     double current, double *dv, double *dw)
{
  double state[CJ_NEURON_MAX_STATE] = { v }, slope[CJ_NEURON_MAX_STATE];

  state[info->recovery] = w;
  if (info->reduce != NULL)
    info->reduce (params, state);
  info->slope (params, state, current, slope);
  *dv = slope[0];
  *dw = slope[info->recovery];
}

/* --- the plane --- */

typedef struct
{
  const CjNeuronInfo *info;
  gconstpointer params;
  double current, v_low, v_high, w_low, w_high;
  guint side;
  double *flow[2]; /* [side + 1, side + 1], w outermost */
} Grid;

static double
get_v (const Grid *g, double i)
{
  return g->v_low + (g->v_high - g->v_low) * i / g->side;
}

static double
get_w (const Grid *g, double j)
{
  return g->w_low + (g->w_high - g->w_low) * j / g->side;
}

static void
fill (Grid *g)
{
  for (guint which = 0; which < 2; which++)
    g->flow[which] = g_new (double, (gsize) (g->side + 1) * (g->side + 1));
  for (guint j = 0; j <= g->side; j++)
    for (guint i = 0; i <= g->side; i++)
      {
        const gsize at = (gsize) j * (g->side + 1) + i;

        cj_neuron_find_flow (g->info, g->params, get_v (g, i), get_w (g, j), g->current,
                             &g->flow[0][at], &g->flow[1][at]);
      }
}

/* Where the sign changes along the sides of a cell, in cells from its corner: up to four places. */
static guint
find_crossings (const Grid *g, guint which, guint i, guint j, double x[4], double y[4])
{
  static const double from_x[] = { 0, 1, 0, 0 }, from_y[] = { 0, 0, 1, 0 };
  static const double step_x[] = { 1, 0, 1, 0 }, step_y[] = { 0, 1, 0, 1 };
  const double *f = g->flow[which] + (gsize) j * (g->side + 1) + i, *above = f + g->side + 1;
  const double ends[4][2]
      = { { f[0], f[1] }, { f[1], above[1] }, { above[0], above[1] }, { f[0], above[0] } };
  guint n = 0;

  for (guint k = 0; k < 4; k++)
    if ((ends[k][0] < 0) != (ends[k][1] < 0) && isfinite (ends[k][0]) && isfinite (ends[k][1]))
      {
        const double share = ends[k][0] / (ends[k][0] - ends[k][1]);

        x[n] = i + from_x[k] + share * step_x[k];
        y[n++] = j + from_y[k] + share * step_y[k];
      }
  return n;
}

/* Newton's method from the middle of a cell. FALSE: it leads elsewhere. */
static gboolean
refine (const Grid *g, double *v, double *w, double jacobian[2][2])
{
  const double hv = (g->v_high - g->v_low) / g->side, hw = (g->w_high - g->w_low) / g->side;
  const double from_v = *v, from_w = *w, ev = hv * 1e-4, ew = hw * 1e-4;

  for (guint round = 0; round < 30; round++)
    {
      double f[2], a[2], b[2], det, dv, dw;

      cj_neuron_find_flow (g->info, g->params, *v, *w, g->current, &f[0], &f[1]);
      cj_neuron_find_flow (g->info, g->params, *v + ev, *w, g->current, &a[0], &a[1]);
      cj_neuron_find_flow (g->info, g->params, *v, *w + ew, g->current, &b[0], &b[1]);
      for (guint k = 0; k < 2; k++)
        {
          jacobian[k][0] = (a[k] - f[k]) / ev;
          jacobian[k][1] = (b[k] - f[k]) / ew;
        }
      det = jacobian[0][0] * jacobian[1][1] - jacobian[0][1] * jacobian[1][0];
      if (!(fabs (det) > 1e-300))
        return FALSE;
      dv = -(f[0] * jacobian[1][1] - f[1] * jacobian[0][1]) / det;
      dw = -(f[1] * jacobian[0][0] - f[0] * jacobian[1][0]) / det;
      *v += dv;
      *w += dw;
      if (!(fabs (*v - from_v) < 2 * hv && fabs (*w - from_w) < 2 * hw))
        return FALSE;
      if (fabs (dv) < 1e-9 * hv + 1e-12 && fabs (dw) < 1e-9 * hw + 1e-12)
        return TRUE;
    }
  return TRUE;
}

static CjFixedKind
classify (double jacobian[2][2])
{
  const double trace = jacobian[0][0] + jacobian[1][1];
  const double det = jacobian[0][0] * jacobian[1][1] - jacobian[0][1] * jacobian[1][0];
  const gboolean turns = trace * trace < 4 * det;

  if (det < 0)
    return CJ_FIXED_SADDLE;
  if (trace < 0)
    return turns ? CJ_FIXED_STABLE_FOCUS : CJ_FIXED_STABLE_NODE;
  return turns ? CJ_FIXED_UNSTABLE_FOCUS : CJ_FIXED_UNSTABLE_NODE;
}

/* A fixed point near a cell through which both nullclines pass, unless it is known. */
static void
add_fixed (const Grid *g, GArray *fixed, guint i, guint j)
{
  const double near_v = (g->v_high - g->v_low) / g->side, near_w = (g->w_high - g->w_low) / g->side;
  CjFixedPoint point = { get_v (g, i + 0.5), get_w (g, j + 0.5), CJ_FIXED_SADDLE };
  double jacobian[2][2];

  if (!refine (g, &point.v, &point.w, jacobian))
    return;
  for (guint k = 0; k < fixed->len; k++)
    {
      const CjFixedPoint *other = &g_array_index (fixed, CjFixedPoint, k);

      if (fabs (other->v - point.v) < near_v * 0.01 && fabs (other->w - point.w) < near_w * 0.01)
        return;
    }
  point.kind = classify (jacobian);
  g_array_append_val (fixed, point);
}

static int
compare_points (gconstpointer a, gconstpointer b)
{
  const double x = ((const CjFixedPoint *) a)->v, y = ((const CjFixedPoint *) b)->v;

  return x < y ? -1 : x > y;
}

CjPhasePlane *
cj_phase_plane_new (const CjNeuronInfo *info, gconstpointer params, double current, double v_low,
                    double v_high, double w_low, double w_high, guint side)
{
  Grid g = { info, params, current, v_low, v_high, w_low, w_high, side, { NULL } };
  CjPhasePlane *self;

  if (!cj_neuron_has_plane (info) || side == 0)
    return NULL;
  self = g_new0 (CjPhasePlane, 1);
  self->v_null = g_array_new (FALSE, FALSE, sizeof (CjNullStretch));
  self->w_null = g_array_new (FALSE, FALSE, sizeof (CjNullStretch));
  self->fixed = g_array_new (FALSE, FALSE, sizeof (CjFixedPoint));
  fill (&g);
  for (guint j = 0; j < side; j++)
    for (guint i = 0; i < side; i++)
      {
        double x[4], y[4];
        guint both = 0;

        for (guint which = 0; which < 2; which++)
          {
            const guint n = find_crossings (&g, which, i, j, x, y);

            both += n >= 2;
            for (guint k = 0; k + 1 < n; k += 2)
              {
                const CjNullStretch stretch = { get_v (&g, x[k]), get_w (&g, y[k]),
                                                get_v (&g, x[k + 1]), get_w (&g, y[k + 1]) };

                g_array_append_val (which == 0 ? self->v_null : self->w_null, stretch);
              }
          }
        if (both == 2)
          add_fixed (&g, self->fixed, i, j);
      }
  g_array_sort (self->fixed, compare_points);
  g_free (g.flow[0]);
  g_free (g.flow[1]);
  return self;
}

void
cj_phase_plane_free (CjPhasePlane *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->v_null);
  g_array_unref (self->w_null);
  g_array_unref (self->fixed);
  g_free (self);
}

/* --- rates --- */

/* Whether nothing moves any more, so that nothing will. */
static gboolean
is_still (const CjNeuronInfo *info, gconstpointer params, const double *state, double current)
{
  double slope[CJ_NEURON_MAX_STATE];

  info->slope (params, state, current, slope);
  for (guint i = 0; i < info->n_state; i++)
    if (!(fabs (slope[i]) < 1e-9 * (1 + fabs (state[i]))))
      return FALSE;
  return TRUE;
}

void
cj_neuron_find_rates (const CjNeuronInfo *info, gconstpointer params, double current, double dt,
                      double duration, double *onset, double *steady)
{
  const gint64 n_steps = (gint64) (duration / dt + 0.5);
  double state[CJ_NEURON_MAX_STATE] = { 0 }, times[SPIKES], still;
  guint n = 0, first;

  info->rest (params, state);
  for (gint64 i = 0; i < n_steps && n < SPIKES; i++)
    {
      if (info->step (params, state, current, dt))
        times[n++] = (double) i * dt;
      else if (i % 1024 == 1023 && is_still (info, params, state, current))
        break;
    }
  *onset = n >= 2 ? 1000 / (times[1] - times[0]) : 0;
  *steady = 0;
  first = n / 2;
  if (n < 2)
    return;
  first = MIN (first, n - 2);
  still = n < SPIKES ? duration - times[n - 1] : 0;
  *steady = 1000 * (n - 1 - first) / (times[n - 1] - times[first]);
  if (still > 4 * 1000 / *steady) /* it has stopped */
    *steady = 0;
}
