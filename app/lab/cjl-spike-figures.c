/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-spike-figures.h"

#include "cj-spike-trains.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define MAX_GROUPS 12 /* that a raster tells apart */
#define MAX_BINS 60   /* of intervals, and of delays to each side */
#define MAX_LAGS 10   /* moments before a spike */
#define AVERAGES 24   /* units whose averages are shown */
#define LEAST 5       /* spikes of such a unit */

/* A number of the node's parameters, or the fallback. */
static double
get_number (const CjNode *node, const char *name, double fallback)
{
  const CjParam *p = cj_params_find (node->layer->params, name);

  return p != NULL && p->kind == CJ_PARAM_FLOAT
             ? *(const double *) (gconstpointer) ((const char *) node->params + p->offset)
             : fallback;
}

static void
put_time (CjvFrame *frame, double dt, const char *unit)
{
  cjv_frame_set_scalar (frame, "dt", dt);
  if (unit != NULL)
    cjv_frame_set_text (frame, "time-unit", unit);
}

/* --- one sample --- */

static gboolean
find_size (const CjlSpikes *what, gint64 *t, gint64 *u)
{
  const CjTensor *s = what->spikes;

  if (s == NULL || s->dtype != CJ_FLOAT32 || s->shape.n_dims < 3 || cj_shape_size (&s->shape) == 0)
    return FALSE;
  *t = s->shape.dims[1];
  *u = cj_shape_size (&s->shape) / s->shape.dims[0] / *t;
  return TRUE;
}

/* How many of the layer's units excite what hears them, the first ones; 0: nothing tells. */
static gint64
count_exciting (const CjlSpikes *what, gint64 u)
{
  for (guint i = 0; i < what->graph->nodes->len; i++)
    {
      const CjNode *hears = what->graph->nodes->pdata[i];
      const CjParam *p = cj_params_find (hears->layer->params, "inhibition");
      g_autofree char *kind = p != NULL ? cj_params_print (p, hears->params) : NULL;

      if (g_str_equal (hears->layer->id, "dale-dense") && hears->from[0].node == what->node
          && hears->from[0].port == 0 && g_strcmp0 (kind, "senders") == 0)
        return CLAMP ((gint64) round (get_number (hears, "ratio", 1) * (double) u), 1, u);
    }
  return 0;
}

/* "class 3" or its name. */
static void
put_class_names (CjvFrame *frame, const CjdDataset *dataset, gboolean silent)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  g_assert (dataset != NULL); /* it has the classes that units are told by */
  for (gint32 c = 0; c < (gint32) dataset->n_classes; c++)
    g_ptr_array_add (names, dataset->class_names != NULL ? g_strdup (dataset->class_names[c])
                                                         : g_strdup_printf (_ ("class %d"), c));
  if (silent)
    g_ptr_array_add (names, g_strdup (_ ("silent")));
  g_ptr_array_add (names, NULL);
  cjv_frame_set_strings (frame, "group-names", (const char *const *) names->pdata);
}

static void
put_groups (CjvFrame *frame, const CjlSpikes *what, gint64 u)
{
  const char *const sides[] = { _ ("excitatory"), _ ("inhibitory"), NULL };
  const gint64 excite = count_exciting (what, u);
  const gint64 classes = what->dataset != NULL ? what->dataset->n_classes : 0;
  g_autofree gint32 *best = what->record != NULL && what->record->u == u
                                    && what->units == CJL_UNITS_CLASSES && classes < MAX_GROUPS
                                ? cjl_spike_record_find_classes (what->record)
                                : NULL;
  g_autofree float *groups = g_new0 (float, u);

  if (what->units == CJL_UNITS_TOGETHER)
    return;
  if (best != NULL)
    {
      for (gint64 i = 0; i < u; i++)
        groups[i] = (float) (best[i] >= 0 ? best[i] : classes);
      put_class_names (frame, what->dataset, TRUE);
    }
  else if (excite > 0 && excite < u)
    {
      for (gint64 i = 0; i < u; i++)
        groups[i] = i >= excite;
      cjv_frame_set_strings (frame, "group-names", sides);
    }
  else if (classes == u && classes <= MAX_GROUPS && classes > 1)
    {
      for (gint64 i = 0; i < u; i++)
        groups[i] = (float) i;
      put_class_names (frame, what->dataset, FALSE);
    }
  else
    return;
  cjv_frame_set_values (frame, "groups", groups, (gsize) u);
}

CjvFrame *
cjl_spikes_raster (const CjlSpikes *what)
{
  const char *unit;
  const double dt = cjl_spikes_get_moment (what->node, &unit);
  CjvFrame *frame;
  CjTensor *spikes;
  CjShape shape;
  gint64 t, u;

  if (!find_size (what, &t, &u))
    return NULL;
  frame = cjv_frame_new ();
  shape = cj_shape2 (t, u);
  spikes = cj_tensor_new (CJ_FLOAT32, &shape);
  memcpy (spikes->data, what->spikes->data, cj_tensor_bytes (spikes));
  cjv_frame_take_array (frame, "spikes", spikes);
  put_groups (frame, what, u);
  put_time (frame, dt, unit);
  if (what->unit >= 0 && what->unit < u)
    cjv_frame_set_scalar (frame, "unit", (double) what->unit);
  cjv_frame_set_text (frame, "title", what->node->id);
  return cjv_frame_seal (frame);
}

/* The unit that is marked, then those that fire most but in less than half of the moments: of others there is less
 * to see. How many. */
static guint
choose_units (const CjlSpikes *what, gint64 t, gint64 u, gint64 units[CJL_MEMBRANES])
{
  const float *spikes = cj_tensor_f32 (what->spikes);
  g_autofree float *counts = g_new0 (float, u);
  guint n = 0;

  for (gint64 i = 0; i < t * u; i++)
    counts[i % u] += spikes[i];
  for (gint64 i = 0; i < u; i++)
    if (counts[i] > (float) t / 2)
      counts[i] = 0.5f - counts[i] / (float) (4 * t);
  if (what->unit >= 0 && what->unit < u)
    {
      units[n++] = what->unit;
      counts[what->unit] = -1;
    }
  while (n < MIN (CJL_MEMBRANES, u))
    {
      gint64 best = 0;

      for (gint64 i = 1; i < u; i++)
        best = counts[i] > counts[best] ? i : best;
      units[n++] = best;
      counts[best] = -1;
    }
  return n;
}

/* Where a unit fires, moment by moment: its threshold, and what its spikes have added to it. */
static void
fill_threshold (const CjlSpikes *what, gint64 unit, gint64 t, gint64 u, float *out)
{
  const float *spikes = cj_tensor_f32 (what->spikes);
  const double threshold = what->thresholds != NULL ? (double) what->thresholds[unit]
                                                    : get_number (what->node, "threshold", NAN);
  const double jump = get_number (what->node, "adapt-jump", 0);
  const double decay
      = exp (-get_number (what->node, "dt", 1) / get_number (what->node, "adapt-tau", 1));
  double raised = 0;

  for (gint64 i = 0; i < t; i++)
    {
      raised = decay * raised + (i > 0 ? (double) spikes[(i - 1) * u + unit] : 0);
      out[i] = (float) (threshold + (jump > 0 ? jump * raised : 0));
    }
}

/* Of U units over T moments the n that are shown: [n, T]. */
static CjTensor *
dup_units (const CjTensor *all, guint n, gint64 t, gint64 u, const gint64 *units)
{
  const CjShape shape = cj_shape2 (n, t);
  CjTensor *some = cj_tensor_new (CJ_FLOAT32, &shape);

  for (guint r = 0; r < n; r++)
    for (gint64 i = 0; i < t; i++)
      cj_tensor_f32 (some)[r * t + i] = cj_tensor_f32 (all)[i * u + units[r]];
  return some;
}

CjvFrame *
cjl_spikes_membranes (const CjlSpikes *what)
{
  static const char *const names[CJL_N_INSIDE] = { "membrane", "excitation", "inhibition" };
  const char *unit;
  const double dt = cjl_spikes_get_moment (what->node, &unit);
  gint64 t, u, units[CJL_MEMBRANES];
  float numbers[CJL_MEMBRANES];
  CjTensor *threshold;
  CjvFrame *frame;
  CjShape shape;
  guint n;

  if (!find_size (what, &t, &u) || what->inside[CJL_INSIDE_MEMBRANE] == NULL)
    return NULL;
  for (guint k = 0; k < CJL_N_INSIDE; k++)
    if (what->inside[k] != NULL && !cj_shape_equal (&what->inside[k]->shape, &what->spikes->shape))
      return NULL;
  n = choose_units (what, t, u, units);
  shape = cj_shape2 (n, t);
  threshold = cj_tensor_new (CJ_FLOAT32, &shape);
  for (guint r = 0; r < n; r++)
    {
      numbers[r] = (float) units[r];
      fill_threshold (what, units[r], t, u, cj_tensor_f32 (threshold) + r * t);
    }
  frame = cjv_frame_new ();
  for (guint k = 0; k < CJL_N_INSIDE; k++)
    if (what->inside[k] != NULL)
      cjv_frame_take_array (frame, names[k], dup_units (what->inside[k], n, t, u, units));
  cjv_frame_take_array (frame, "spikes", dup_units (what->spikes, n, t, u, units));
  cjv_frame_take_array (frame, "threshold", threshold);
  cjv_frame_set_values (frame, "units", numbers, n);
  put_time (frame, dt, unit);
  cjv_frame_set_text (frame, "title", what->node->id);
  return cjv_frame_seal (frame);
}

/* --- a recording --- */

/* What is found of the trains of some units. */
typedef struct
{
  double *counts;   /* intervals of 1, 2 ... T − 1 moments */
  double *expected; /* the same of chance */
  double sum, n;
  double cv, n_cv, cv2, n_cv2, fano, n_fano;
} Intervals;

/* By chance: a unit that fires in a share p of its T moments, in each regardless of the others, has (T − k) p² (1 −
 * p)^(k − 1) intervals of k moments. */
static void
expect_intervals (const CjlSpikeRecord *self, double spikes, double *expected)
{
  const double p = spikes / (double) self->t;
  double share = p * p;

  for (gint64 k = 1; k < self->t; k++)
    {
      expected[k] += (double) (self->t - k) * share;
      share *= 1 - p;
    }
}

/* Variance by mean of the counts over the repeats of a sample, mean of the samples. */
static void
add_fano_of_samples (const CjlSpikeRecord *self, const double *counts, Intervals *out)
{
  for (gint64 k = 0; k < self->k; k += self->repeats)
    {
      const double fano = cj_counts_find_fano (counts + k, (guint) self->repeats);

      if (!isfinite (fano))
        continue;
      out->fano += fano;
      out->n_fano++;
    }
}

/* The same over samples of one class, mean of the classes. */
static void
add_fano_of_classes (const CjlSpikeRecord *self, const double *counts, Intervals *out)
{
  const gint32 n_classes = self->classes != NULL ? (gint32) self->dataset->n_classes : 1;
  g_autofree double *of_class = g_new (double, self->k);

  for (gint32 c = 0; c < n_classes; c++)
    {
      double fano;
      guint n = 0;

      for (gint64 k = 0; k < self->k; k++)
        if (self->classes == NULL || self->classes[k] == c)
          of_class[n++] = counts[k];
      fano = cj_counts_find_fano (of_class, n);
      if (!isfinite (fano))
        continue;
      out->fano += fano;
      out->n_fano++;
    }
}

static void
add_unit (const CjlSpikeRecord *self, gint64 unit, Intervals *out)
{
  g_autofree double *times = g_new (double, self->t), *counts = g_new (double, self->k);
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (double));

  for (gint64 k = 0; k < self->k; k++)
    {
      const guint n = cjl_spike_record_list (self, k, unit, times);
      g_autofree double *own = g_new (double, MAX (n, 1));
      const guint m = cj_spikes_find_intervals (times, n, own);
      const double cv2 = cj_intervals_find_cv2 (own, m);

      counts[k] = n;
      expect_intervals (self, n, out->expected);
      for (guint i = 0; i < m; i++)
        {
          out->counts[(gint64) (own[i] / self->dt + 0.5)]++;
          out->sum += own[i];
        }
      out->n += m;
      if (isfinite (cv2))
        {
          out->cv2 += cv2 * (m - 1);
          out->n_cv2 += m - 1;
        }
      g_array_append_vals (all, own, m);
    }
  {
    const double cv = cj_intervals_find_cv ((const double *) (gpointer) all->data, all->len);

    if (isfinite (cv) && all->len >= 5)
      {
        out->cv += cv;
        out->n_cv++;
      }
  }
  (self->repeats > 1 ? add_fano_of_samples : add_fano_of_classes) (self, counts, out);
}

static void
put_share (CjvFrame *frame, const char *name, double sum, double n)
{
  if (n > 0)
    cjv_frame_set_scalar (frame, name, sum / n);
}

static char *
print_unit (const CjlSpikeRecord *self, gint64 unit)
{
  return unit >= 0 ? g_strdup_printf (_ ("%s, unit %d"), self->node, (int) unit)
                   : g_strdup_printf (_ ("%s, all units"), self->node);
}

static void
fill_intervals (const CjlSpikeRecord *self, gint64 unit, CjvFrame *frame, const Intervals *found)
{
  g_autofree float *interval = g_new (float, self->t), *count = g_new (float, self->t);
  g_autofree float *expected = g_new (float, self->t);
  g_autofree char *title = print_unit (self, unit);
  gint64 last = 1;

  for (gint64 k = 1; k < self->t; k++)
    {
      interval[k - 1] = (float) ((double) k * self->dt);
      count[k - 1] = (float) found->counts[k];
      expected[k - 1] = (float) found->expected[k];
      last = found->counts[k] > 0 ? k : last;
    }
  last = MIN (MAX (last + 1, 3), MIN (self->t - 1, MAX_BINS));
  cjv_frame_set_values (frame, "interval", interval, (gsize) last);
  cjv_frame_set_values (frame, "count", count, (gsize) last);
  cjv_frame_set_values (frame, "expected", expected, (gsize) last);
  put_share (frame, "mean", found->sum, found->n);
  put_share (frame, "cv", found->cv, found->n_cv);
  put_share (frame, "cv2", found->cv2, found->n_cv2);
  put_share (frame, "fano", found->fano, found->n_fano);
  cjv_frame_set_scalar (frame, "repeats", (double) self->repeats);
  cjv_frame_set_text (frame, "time-unit", self->unit != NULL ? self->unit : _ ("time steps"));
  cjv_frame_set_text (frame, "title", title);
  cjv_frame_set_provenance (frame, self->origin);
}

CjvFrame *
cjl_spike_record_intervals (const CjlSpikeRecord *self, gint64 unit)
{
  Intervals found
      = { .counts = g_new0 (double, self->t + 1), .expected = g_new0 (double, self->t + 1) };
  CjvFrame *frame = NULL;

  for (gint64 u = 0; u < self->u; u++)
    if (unit < 0 || unit == u)
      add_unit (self, u, &found);
  if (found.n > 0 && self->t > 1)
    {
      frame = cjv_frame_new ();
      fill_intervals (self, unit, frame, &found);
      cjv_frame_seal (frame);
    }
  g_free (found.counts);
  g_free (found.expected);
  return frame;
}

/* Fills in those that fire most for units that were not chosen. */
static gboolean
choose_pair (const CjlSpikeRecord *self, gint64 *unit, gint64 *other)
{
  g_autoptr (GArray) rank = cjl_spike_record_rank (self, G_MAXUINT);
  gint64 *chosen[] = { unit, other };
  guint first = 0;

  /* what fires all the time says nothing of who fires when */
  while (first + 2 < rank->len
         && cjl_spike_record_count (self, g_array_index (rank, gint64, first))
                > (guint64) (self->k * self->t) / 2)
    first++;

  for (guint c = 0; c < 2; c++)
    {
      if (*chosen[c] >= self->u)
        *chosen[c] = -1;
      for (guint i = first; i < rank->len && *chosen[c] < 0; i++)
        if (g_array_index (rank, gint64, i) != *chosen[1 - c])
          *chosen[c] = g_array_index (rank, gint64, i);
    }
  if (*other < 0)
    *other = *unit;
  return *unit >= 0;
}

/* With which sample another is compared, to see what they share but the spikes: the next repeat of it where there
 * are some, or the next sample. */
static gint64
find_next (const CjlSpikeRecord *self, gint64 k)
{
  const gint64 n = self->repeats > 1 ? self->repeats : self->k, first = k - k % n;

  return first + (k - first + 1) % n;
}

CjvFrame *
cjl_spike_record_correlogram (const CjlSpikeRecord *self, gint64 unit, gint64 other)
{
  const gint64 reach = MIN (self->t - 1, MAX_BINS);
  const guint n = (guint) (2 * reach + 1);
  g_autofree double *count = g_new0 (double, n), *shifted = g_new0 (double, n);
  g_autofree double *a = g_new (double, self->t), *b = g_new (double, self->t);
  g_autofree float *rows = g_new0 (float, 4 * n);
  g_autofree char *title = NULL, *note = NULL;
  CjvFrame *frame;

  if (!choose_pair (self, &unit, &other))
    return NULL;
  for (gint64 k = 0; k < self->k; k++)
    {
      const guint n_a = cjl_spike_record_list (self, k, unit, a);
      const guint n_b = cjl_spike_record_list (self, k, other, b);

      cj_spikes_correlate (a, n_a, unit == other ? a : b, n_b, self->dt, (guint) reach, count);
      for (guint i = 0; i < n; i++)
        rows[2 * n + i] += (float) cj_spikes_expect (n_a, n_b, (double) self->t * self->dt,
                                                     self->dt, (int) (i - (guint) reach));
      if (self->k > 1)
        cj_spikes_correlate (a, n_a, b, cjl_spike_record_list (self, find_next (self, k), other, b),
                             self->dt, (guint) reach, shifted);
    }
  for (guint i = 0; i < n; i++)
    {
      rows[i] = (float) ((double) ((gint64) i - reach) * self->dt);
      rows[n + i] = (float) count[i];
      rows[3 * n + i] = (float) shifted[i];
    }
  frame = cjv_frame_new ();
  cjv_frame_set_values (frame, "lag", rows, n);
  cjv_frame_set_values (frame, "count", rows + n, n);
  cjv_frame_set_values (frame, "expected", rows + 2 * n, n);
  if (self->k > 1)
    cjv_frame_set_values (frame, "shifted", rows + 3 * n, n);
  title = g_strdup_printf (_ ("%s: unit %d to unit %d"), self->node, (int) unit, (int) other);
  note = g_strdup_printf (_ ("%d and %d spikes"), (int) cjl_spike_record_count (self, unit),
                          (int) cjl_spike_record_count (self, other));
  cjv_frame_set_text (frame, "title", title);
  cjv_frame_set_text (frame, "note", note);
  cjv_frame_set_text (frame, "time-unit", self->unit != NULL ? self->unit : _ ("time steps"));
  cjv_frame_set_provenance (frame, self->origin);
  return cjv_frame_seal (frame);
}

/* --- what came before --- */

/* Spikes of a unit at every moment of a sample; where samples do not last, all of them at once. */
static void
fill_spikes (const CjlSpikeRecord *self, gint64 k, gint64 unit, float *out)
{
  const guint8 *spikes = self->spikes + k * self->t * self->u + unit;

  if (!self->lasts)
    out[0] = 0;
  for (gint64 t = 0; t < self->t; t++)
    if (self->lasts)
      out[t] = spikes[t * self->u];
    else
      out[0] += spikes[t * self->u];
}

/* [L, F] of one unit into a row of the figure: pictures that last are the mean of their lags. */
static void
read_average (const CjlSpikeRecord *self, gint64 unit, guint lags, gboolean mean, float *out)
{
  const gint64 size = self->stimuli->shape.dims[1], moments = self->lasts ? self->t : 1;
  const gint64 features = size / moments;
  g_autoptr (CjSpikeAverage) average = cj_spike_average_new (features, lags);
  g_autofree float *spikes = g_new (float, self->t), *all = g_new (float, lags *features);

  for (gint64 k = 0; k < self->k; k++)
    {
      fill_spikes (self, k, unit, spikes);
      cj_spike_average_add (average, cj_tensor_f32 (self->stimuli) + k * size, moments, spikes, 1);
    }
  cj_spike_average_read (average, all);
  if (!mean)
    {
      memcpy (out, all, sizeof *out * (gsize) (lags * features));
      return;
    }
  for (gint64 i = 0; i < features; i++)
    {
      double sum = 0, n = 0;

      for (guint lag = 0; lag < lags; lag++)
        if (isfinite (all[lag * features + i]))
          {
            sum += (double) all[lag * features + i];
            n++;
          }
      out[i] = n > 0 ? (float) (sum / n) : NAN;
    }
}

/* Those to be shown: the chosen one first. */
static GArray *
list_units (const CjlSpikeRecord *self, gint64 unit)
{
  GArray *units = cjl_spike_record_rank (self, AVERAGES);

  while (units->len > 1
         && cjl_spike_record_count (self, g_array_index (units, gint64, units->len - 1)) < LEAST)
    g_array_set_size (units, units->len - 1);
  if (unit < 0 || unit >= self->u || cjl_spike_record_count (self, unit) == 0)
    return units;
  for (guint i = 0; i < units->len; i++)
    if (g_array_index (units, gint64, i) == unit)
      {
        g_array_remove_index (units, i);
        break;
      }
  g_array_prepend_val (units, unit);
  g_array_set_size (units, MIN (units->len, AVERAGES));
  return units;
}

CjvFrame *
cjl_spike_record_average (const CjlSpikeRecord *self, gint64 unit)
{
  const CjShape *s = &self->stimulus;
  const gboolean picture = s->n_dims == 3;
  const guint lags = self->lasts ? (guint) MIN (self->t, MAX_LAGS) : 1;
  const gint64 features = cj_shape_size (s), size = picture ? features : lags * features;
  g_autoptr (GArray) units = list_units (self, unit);
  g_autofree float *numbers = NULL, *counts = NULL;
  g_autofree char *note = NULL;
  CjTensor *average;
  CjvFrame *frame;
  CjShape shape;

  if (self->stimuli == NULL || units->len == 0)
    return NULL;
  shape = picture ? cj_shape4 (units->len, s->dims[0], s->dims[1], s->dims[2])
                  : cj_shape3 (units->len, lags, features);
  average = cj_tensor_new (CJ_FLOAT32, &shape);
  numbers = g_new (float, units->len);
  counts = g_new (float, units->len);
  for (guint i = 0; i < units->len; i++)
    {
      const gint64 u = g_array_index (units, gint64, i);

      read_average (self, u, lags, picture, cj_tensor_f32 (average) + i * size);
      numbers[i] = (float) u;
      counts[i] = (float) cjl_spike_record_count (self, u);
    }
  frame = cjv_frame_new ();
  cjv_frame_take_array (frame, "average", average);
  cjv_frame_set_values (frame, "units", numbers, units->len);
  cjv_frame_set_values (frame, "spikes", counts, units->len);
  if (unit >= 0 && g_array_index (units, gint64, 0) == unit)
    cjv_frame_set_scalar (frame, "unit", 0);
  note = g_strdup_printf (_ ("less the mean of %d samples"), (int) self->k);
  cjv_frame_set_text (frame, "title", self->node);
  cjv_frame_set_text (frame, "note", note);
  cjv_frame_set_provenance (frame, self->origin);
  return cjv_frame_seal (frame);
}
