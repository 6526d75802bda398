/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-neuron-figures.h"

#include "cj-error.h"
#include "cj-neuron-study.h"
#include "cj-spike-trains.h"
#include "cjl-sweep.h"
#include "cjv-axes.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define SIDE 160     /* cells of the plane along each axis */
#define ARROWS 14    /* along v */
#define WAY 20000    /* samples of the way at most */
#define BINS 40      /* of intervals */
#define CURRENTS 41  /* of a curve */
#define WATCHED 1000 /* ms at each */
#define REACH 100    /* ms of a window to each side */

const char *const cjl_neuron_figures[]
    = { "traces", "phase-plane", "f-i-curve", "isi", "stdp-window", NULL };

static void
take_rows (CjvFrame *frame, const char *name, GArray *rows, gint64 wide)
{
  const CjShape shape = cj_shape2 ((gint64) rows->len / wide, wide);
  CjTensor *tensor;

  if (rows->len == 0)
    return;
  tensor = cj_tensor_new (CJ_FLOAT32, &shape);
  memcpy (tensor->data, rows->data, cj_tensor_bytes (tensor));
  cjv_frame_take_array (frame, name, tensor);
}

static void
add (GArray *rows, double value)
{
  const float v = (float) value;

  g_array_append_val (rows, v);
}

/* --- the plane --- */

/* What the plane shows: all of the way, up to where a spike is cut, and some room around it. */
typedef struct
{
  double v[2], w[2];
} Bounds;

static Bounds
find_bounds (const CjlNeuron *self, const CjNeuronTrace *trace)
{
  const guint recovery = self->info->recovery;
  Bounds b = { { INFINITY, -INFINITY }, { INFINITY, -INFINITY } };

  for (guint i = 0; i < trace->n; i++)
    {
      const double *state = trace->state + (gsize) i * trace->n_state;

      b.v[0] = MIN (b.v[0], state[0]);
      b.v[1] = MAX (b.v[1], state[0]);
      b.w[0] = MIN (b.w[0], state[recovery]);
      b.w[1] = MAX (b.w[1], state[recovery]);
    }
  {
    /* one that rests is shown as far as where it would fire */
    const double v = MAX ((b.v[1] - b.v[0]) * 0.1, (60 - b.v[1] + b.v[0]) / 2);
    const double w = MAX ((b.w[1] - b.w[0]) * 0.35, recovery > 1 ? 0.05 : 10);

    b.v[0] -= v;
    b.v[1] += v;
    b.w[0] -= w;
    b.w[1] += w;
  }
  return b;
}

static double
find_strongest (const CjNeuronTrace *trace)
{
  double most = trace->n > 0 ? trace->current[0] : 0;

  for (guint i = 0; i < trace->n; i++)
    most = fabs (trace->current[i]) > fabs (most) ? trace->current[i] : most;
  return most;
}

/* The way, with a gap where it jumps. */
static void
put_way (const CjlNeuron *self, const CjNeuronTrace *trace, CjvFrame *frame)
{
  const guint every = trace->n / WAY + 1;
  g_autoptr (GArray) way = g_array_new (FALSE, FALSE, sizeof (float));

  for (guint i = 0; i < trace->n; i++)
    {
      const double *state = trace->state + (gsize) i * trace->n_state;
      const gboolean jumps = trace->spiked[i] && isfinite (self->info->peak);

      if (jumps)
        {
          add (way, NAN);
          add (way, NAN);
        }
      if (jumps || i % every == 0)
        {
          add (way, state[0]);
          add (way, state[self->info->recovery]);
        }
    }
  take_rows (frame, "way", way, 2);
}

static void
put_null (CjvFrame *frame, const char *name, const GArray *stretches)
{
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (float));

  for (guint i = 0; i < stretches->len; i++)
    {
      const CjNullStretch *s = &g_array_index (stretches, CjNullStretch, i);

      add (rows, s->v0);
      add (rows, s->w0);
      add (rows, s->v1);
      add (rows, s->w1);
    }
  take_rows (frame, name, rows, 4);
}

static void
put_fixed (CjvFrame *frame, const GArray *fixed)
{
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (float));

  for (guint i = 0; i < fixed->len; i++)
    {
      const CjFixedPoint *point = &g_array_index (fixed, CjFixedPoint, i);

      add (rows, point->v);
      add (rows, point->w);
      add (rows, point->kind);
    }
  take_rows (frame, "fixed", rows, 3);
}

static void
put_flow (const CjlNeuron *self, CjvFrame *frame, const Bounds *b, double current)
{
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (float));

  for (guint j = 0; j < ARROWS; j++)
    for (guint i = 0; i < ARROWS; i++)
      {
        const double v = b->v[0] + (b->v[1] - b->v[0]) * (i + 0.5) / ARROWS;
        const double w = b->w[0] + (b->w[1] - b->w[0]) * (j + 0.5) / ARROWS;
        double dv, dw;

        cj_neuron_find_flow (self->info, self->params, v, w, current, &dv, &dw);
        add (rows, v);
        add (rows, w);
        add (rows, dv);
        add (rows, dw);
      }
  take_rows (frame, "flow", rows, 4);
}

CjvFrame *
cjl_neuron_frame_plane (const CjlNeuron *self, const CjNeuronTrace *trace)
{
  const CjNeuronInfo *info = self->info;
  const double current = find_strongest (trace);
  g_autoptr (CjPhasePlane) plane = NULL;
  g_autofree char *note = NULL;
  float bounds[4];
  CjvFrame *frame;
  Bounds b;

  if (!cj_neuron_has_plane (info))
    return NULL;
  b = find_bounds (self, trace);
  plane = cj_phase_plane_new (info, self->params, current, b.v[0], b.v[1], b.w[0], b.w[1], SIDE);
  for (guint i = 0; i < 2; i++)
    {
      bounds[i] = (float) b.v[i];
      bounds[2 + i] = (float) b.w[i];
    }
  frame = cjv_frame_new ();
  put_way (self, trace, frame);
  put_null (frame, "v-null", plane->v_null);
  put_null (frame, "w-null", plane->w_null);
  put_fixed (frame, plane->fixed);
  put_flow (self, frame, &b, current);
  cjv_frame_set_values (frame, "bounds", bounds, 4);
  note = g_strdup_printf (info->reduce != NULL
                              ? _ ("I = %g %s, the other gates as they go with v and %s")
                              : "I = %g %s",
                          current, info->current_unit != NULL ? info->current_unit : "",
                          info->state_names[info->recovery]);
  cjv_frame_set_text (frame, "note", g_strchomp (note));
  cjl_neuron_put_words (self, frame);
  {
    g_autofree char *v = g_strdup_printf ("%s (%s)", info->state_names[0], info->state_units[0]);
    const char *unit = info->state_units[info->recovery];
    g_autofree char *w = unit != NULL
                             ? g_strdup_printf ("%s (%s)", info->state_names[info->recovery], unit)
                             : g_strdup (info->state_names[info->recovery]);
    const char *const names[] = { v, w, NULL };

    cjv_frame_set_strings (frame, "names", names);
  }
  return cjv_frame_seal (frame);
}

/* --- intervals --- */

/* Counts in as many places as there are distinct ones, at most BINS; chance: a Poisson process of that mean. */
CjvFrame *
cjl_neuron_frame_intervals (const CjlNeuron *self, const CjNeuronTrace *trace)
{
  g_autoptr (GArray) spikes = cj_neuron_trace_dup_spikes (trace);
  g_autofree double *own = g_new (double, MAX (spikes->len, 1));
  const double *times = (const double *) (gpointer) spikes->data;
  const guint n = cj_spikes_find_intervals (times, spikes->len, own);
  double most = 0, mean = 0, width, counts[BINS] = { 0 }, windows[10] = { 0 }, fano;
  float interval[BINS], count[BINS], expected[BINS];
  CjvFrame *frame;

  if (n == 0)
    return NULL;
  for (guint i = 0; i < n; i++)
    {
      most = MAX (most, own[i]);
      mean += own[i] / n;
    }
  width = cjv_nice_number (most * 1.2 / BINS, FALSE);
  cj_spikes_count (own, n, 0, width, counts, BINS);
  for (guint i = 0; i < BINS; i++)
    {
      interval[i] = (float) ((i + 0.5) * width);
      count[i] = (float) counts[i];
      expected[i]
          = (float) (n * (exp (-(double) i * width / mean) - exp (-(i + 1.0) * width / mean)));
    }
  cj_spikes_count (times, spikes->len, 0, trace->n * trace->dt / 10, windows, 10);
  fano = cj_counts_find_fano (windows, 10);
  frame = cjv_frame_new ();
  cjv_frame_set_values (frame, "interval", interval, BINS);
  cjv_frame_set_values (frame, "count", count, BINS);
  cjv_frame_set_values (frame, "expected", expected, BINS);
  cjv_frame_set_scalar (frame, "mean", mean);
  if (n >= 2)
    {
      cjv_frame_set_scalar (frame, "cv", cj_intervals_find_cv (own, n));
      cjv_frame_set_scalar (frame, "cv2", cj_intervals_find_cv2 (own, n));
    }
  if (isfinite (fano))
    cjv_frame_set_scalar (frame, "fano", fano);
  cjv_frame_set_text (frame, "time-unit", "ms");
  cjl_neuron_put_words (self, frame);
  return cjv_frame_seal (frame);
}

/* --- STDP --- */

CjvFrame *
cjl_stdp_frame (const CjStdp *stdp)
{
  enum
  {
    N = 4 * REACH + 1
  };
  g_autofree float *delay = g_new (float, N), *change = g_new (float, N);
  g_autofree char *origin = g_strdup_printf ("A₊ %g, A₋ %g, τ₊ %g ms, τ₋ %g ms", stdp->a_plus,
                                             stdp->a_minus, stdp->tau_plus, stdp->tau_minus);
  CjvFrame *frame = cjv_frame_new ();

  for (int i = 0; i < N; i++)
    {
      /* at 0 it jumps: the line ends just before, and begins just after */
      const double at = (i - 2 * REACH) / 2.0;
      const double near = i == 2 * REACH - 1 ? -1e-3 : i == 2 * REACH + 1 ? 1e-3 : at;

      delay[i] = (float) near;
      change[i] = i == 2 * REACH ? NAN : (float) cj_stdp_window (stdp, near);
    }
  cjv_frame_set_values (frame, "delay", delay, N);
  cjv_frame_set_values (frame, "change", change, N);
  if (stdp->a_plus > 0)
    cjv_frame_set_scalar (frame, "balance",
                          stdp->a_minus * stdp->tau_minus / (stdp->a_plus * stdp->tau_plus));
  cjv_frame_set_provenance (frame, origin);
  return cjv_frame_seal (frame);
}

/* --- rates --- */

void
cjl_rates_free (CjlRates *self)
{
  if (self == NULL)
    return;
  cjl_neuron_free (self->neuron);
  g_free (self->current);
  g_free (self->onset);
  g_free (self->steady);
  g_free (self);
}

static CjlRates *
rates_new (const CjlNeuron *neuron)
{
  CjlRates *self = g_new0 (CjlRates, 1);
  double amplitude, begin, end;

  cjl_neuron_get_pulse (neuron, &amplitude, &begin, &end);
  self->neuron = cjl_neuron_dup (neuron);
  self->n = CURRENTS;
  self->current = g_new (float, CURRENTS);
  self->onset = g_new (float, CURRENTS);
  self->steady = g_new (float, CURRENTS);
  if (!(amplitude > 0))
    amplitude = 10;
  for (guint i = 0; i < CURRENTS; i++)
    {
      self->current[i] = (float) (neuron->current.rest + 2 * amplitude * i / (CURRENTS - 1));
      self->onset[i] = self->steady[i] = NAN;
    }
  return self;
}

static CjlRates *
rates_dup (const CjlRates *from)
{
  CjlRates *self = g_memdup2 (from, sizeof *from);
  const gsize size = sizeof (float) * from->n;

  self->neuron = cjl_neuron_dup (from->neuron);
  self->current = g_memdup2 (from->current, size);
  self->onset = g_memdup2 (from->onset, size);
  self->steady = g_memdup2 (from->steady, size);
  return self;
}

/* Every eighth current first, then those between. */
static gboolean
fill_rates (CjlJob *job, gpointer order, gpointer data, GError **error)
{
  CjlRates *self = data;
  const CjlNeuron *neuron = self->neuron;
  guint done = 0;

  (void) order;
  (void) error;
  for (guint step = 8; step > 0; step /= 2)
    for (guint i = 0; i < self->n; i += step)
      {
        double onset, steady;

        if (isfinite (self->steady[i]))
          continue;
        if (cjl_job_is_cancelled (job))
          return FALSE;
        cj_neuron_find_rates (neuron->info, neuron->params, (double) self->current[i],
                              neuron->info->dt, WATCHED, &onset, &steady);
        self->onset[i] = (float) onset;
        self->steady[i] = (float) steady;
        cjl_job_set_progress (job, (double) ++done / self->n);
        cjl_job_leave_copy (job, self, (CjlDupFunc) rates_dup);
      }
  return TRUE;
}

static const CjlSweep sweep = { fill_rates, NULL, (GDestroyNotify) cjl_rates_free };

CjlJob *
cjl_neuron_start_rates (const CjlNeuron *self)
{
  return cjl_sweep_start (&sweep, NULL, rates_new (self));
}

CjlRates *
cjl_neuron_find_rates (const CjlNeuron *self)
{
  return cjl_sweep_run (&sweep, NULL, rates_new (self), NULL);
}

/* What is not found yet is bridged by the line between those that are. */
static void
put_known (CjvFrame *frame, const char *name, const CjlRates *self, const float *rates)
{
  g_autofree float *values = g_memdup2 (rates, sizeof (float) * self->n);

  for (guint i = 1; i + 1 < self->n; i++)
    {
      guint next = i;

      while (next + 1 < self->n && !isfinite (values[next]))
        next++;
      if (next > i && isfinite (values[next]) && isfinite (values[i - 1]))
        values[i] = values[i - 1] + (values[next] - values[i - 1]) / (float) (next - i + 1);
    }
  cjv_frame_set_values (frame, name, values, self->n);
}

CjvFrame *
cjl_rates_frame (const CjlRates *self)
{
  CjvFrame *frame = cjv_frame_new ();

  cjv_frame_set_values (frame, "current", self->current, self->n);
  put_known (frame, "steady", self, self->steady);
  put_known (frame, "onset", self, self->onset);
  cjl_neuron_put_words (self->neuron, frame);
  return cjv_frame_seal (frame);
}

CjvFrame *
cjl_neuron_frame (const CjlNeuron *self, const CjNeuronTrace *trace, const char *figure,
                  GError **error)
{
  CjvFrame *frame = NULL;
  CjStdp stdp;

  if (g_str_equal (figure, "phase-plane"))
    frame = cjl_neuron_frame_plane (self, trace);
  else if (g_str_equal (figure, "isi"))
    frame = cjl_neuron_frame_intervals (self, trace);
  else if (g_str_equal (figure, "traces"))
    frame = cjl_neuron_frame_traces (self, trace);
  else if (g_str_equal (figure, "f-i-curve"))
    {
      g_autoptr (CjlRates) rates = cjl_neuron_find_rates (self);

      frame = cjl_rates_frame (rates);
    }
  else if (g_str_equal (figure, "stdp-window"))
    {
      cj_params_reset (cj_stdp_params, &stdp);
      frame = cjl_stdp_frame (&stdp);
    }
  else
    {
      g_autofree char *all = g_strjoinv (", ", (char **) cjl_neuron_figures);

      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("A neuron has no figure “%s”. Choose one of: %s."), figure, all);
      return NULL;
    }
  if (frame == NULL)
    g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM, "%s", _ (cjv_figure_find (figure)->empty));
  return frame;
}
