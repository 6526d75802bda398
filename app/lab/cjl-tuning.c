/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-tuning.h"

#include "cj-error.h"
#include "cj-runner.h"
#include "cjl-network.h"
#include "cjl-prune.h"
#include "cjl-receptive.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define BATCH 32
#define SIZE_PHASES 4      /* enough for F0 and F1 */
#define FINEST 0.45        /* cycles a pixel; 0.5 is all that pixels can show */
#define MOST_UNITS 4096    /* answers of more are not kept */
#define SIZE_SHARE 0.35    /* of the progress bar */
#define LEAST_RESPONSE 0.1 /* of the strongest: what is weaker is not chosen by itself */

void
cjl_tuning_free (CjlTuning *self)
{
  g_free (self->node);
  g_free (self->data);
  g_free (self->frequencies);
  g_free (self->sizes);
  g_free (self->rates);
  g_free (self->size_curves);
  g_free (self->spots);
  g_free (self->units);
  g_free (self);
}

static gsize
count_rates (const CjlTuning *self)
{
  return (gsize) self->n_units * self->options.n_frequencies * self->options.n_orientations
         * self->options.n_phases;
}

static CjlTuning *
tuning_dup (const CjlTuning *from)
{
  const guint n = from->n_units, s = from->options.n_sizes;
  CjlTuning *self = g_memdup2 (from, sizeof *from);

  self->node = g_strdup (from->node);
  self->data = g_strdup (from->data);
  self->options.node = self->node;
  self->frequencies
      = g_memdup2 (from->frequencies, sizeof *from->frequencies * from->options.n_frequencies);
  self->sizes = g_memdup2 (from->sizes, sizeof *from->sizes * s);
  self->rates = g_memdup2 (from->rates, sizeof *from->rates * count_rates (from));
  self->size_curves = g_memdup2 (from->size_curves, sizeof *from->size_curves * n * s);
  self->spots = g_memdup2 (from->spots, sizeof *from->spots * n * 2 * s);
  self->units = g_memdup2 (from->units, sizeof *from->units * n);
  return self;
}

/* --- what the rates say --- */

static const float *
get_rates (const CjlTuning *self, guint unit, guint frequency, guint orientation)
{
  const CjlTuningOptions *o = &self->options;

  return self->rates
         + (((gsize) unit * o->n_frequencies + frequency) * o->n_orientations + orientation)
               * o->n_phases;
}

/* The response that rates over a cycle make. */
static double
respond (CjlShow show, const float *rates, guint n)
{
  double f0, f1, most = 0;

  if (show == CJL_SHOW_DRIFTING)
    {
      cj_tuning_modulate (rates, n, &f0, &f1);
      return MAX (f0, f1); /* F1 of simple units, F0 of complex ones */
    }
  for (guint p = 0; p < n; p++)
    most = MAX (most, rates[p]);
  return most;
}

void
cjl_tuning_get_orientations (const CjlTuning *self, guint unit, double *out)
{
  for (guint o = 0; o < self->options.n_orientations; o++)
    out[o]
        = respond (self->options.show, get_rates (self, unit, self->units[unit].best_frequency, o),
                   self->options.n_phases);
}

void
cjl_tuning_get_frequencies (const CjlTuning *self, guint unit, double *out)
{
  for (guint f = 0; f < self->options.n_frequencies; f++)
    out[f] = respond (self->options.show,
                      get_rates (self, unit, f, self->units[unit].best_orientation),
                      self->options.n_phases);
}

/* Everything about a unit from the frequencies that were shown. */
static void
summarise (CjlTuning *self, guint unit)
{
  const CjlTuningOptions *o = &self->options;
  g_autofree double *orientations = g_new (double, o->n_orientations);
  g_autofree double *frequencies = g_new (double, o->n_frequencies);
  CjlUnitTuning *u = &self->units[unit];
  const float *rates;
  double f0, f1, at;

  *u = (CjlUnitTuning){ .orientation = { NAN, NAN, NAN, NAN },
                        .frequency = NAN,
                        .modulation = NAN,
                        .phase = NAN,
                        .size = NAN };
  for (guint f = 0; f < self->n_done; f++)
    for (guint k = 0; k < o->n_orientations; k++)
      {
        const double response = respond (o->show, get_rates (self, unit, f, k), o->n_phases);

        if (response > u->response)
          {
            u->response = response;
            u->best_frequency = f;
            u->best_orientation = k;
          }
      }
  if (!(u->response > 0))
    return;
  rates = get_rates (self, unit, u->best_frequency, u->best_orientation);
  for (guint p = 1; p < o->n_phases; p++)
    if (rates[p] > rates[u->best_phase])
      u->best_phase = p;
  cj_tuning_modulate (rates, o->n_phases, &f0, &f1);
  u->modulation = f0 > 0 ? f1 / f0 : NAN;
  u->phase = cj_tuning_find_phase (rates, o->n_phases);
  cjl_tuning_get_orientations (self, unit, orientations);
  cj_tuning_orient (orientations, o->n_orientations, &u->orientation);
  cjl_tuning_get_frequencies (self, unit, frequencies);
  at = cj_tuning_find_peak (frequencies, self->n_done, FALSE);
  u->frequency = self->frequencies[0]
                 * pow (self->frequencies[o->n_frequencies - 1] / self->frequencies[0],
                        at / MAX (o->n_frequencies - 1, 1));
}

guint
cjl_tuning_find_unit (const CjlTuning *self)
{
  double strongest = 0, best = -1;
  guint unit = 0;

  for (guint u = 0; u < self->n_units; u++)
    strongest = MAX (strongest, self->units[u].response);
  for (guint u = 0; u < self->n_units; u++)
    if (self->units[u].response >= LEAST_RESPONSE * strongest
        && self->units[u].orientation.selectivity > best)
      {
        best = self->units[u].orientation.selectivity;
        unit = u;
      }
  return unit;
}

/* --- showing --- */

typedef struct
{
  CjlTuning *self;
  CjProgram *program;
  guint node; /* place in the graph */
  CjScreen screen;
  float *ground, *reach; /* owned */
  float *blank;          /* [U] */
  float *answers;        /* [BATCH, U] */
  CjlJob *job;           /* or NULL */
} Bench;

static void
bench_clear (Bench *bench)
{
  g_free (bench->ground);
  g_free (bench->reach);
  g_free (bench->blank);
  g_free (bench->answers);
}

static gboolean
is_stopped (const Bench *bench)
{
  return cjl_job_is_cancelled (bench->job);
}

static void
advance (const Bench *bench, double share)
{
  cjl_job_set_progress (bench->job, share);
}

/* The ground is the mean of the data; full contrast goes as far from it as both black and white allow.
 * Numbers that are no pixels have no black: two deviations. */
static void
make_screen (Bench *bench, const CjdDataset *dataset)
{
  const CjShape shape = cjd_dataset_get_x_shape (dataset);
  const gint64 c = shape.dims[0];

  bench->ground = g_new0 (float, c);
  bench->reach = g_new (float, c);
  for (gint64 i = 0; i < c; i++)
    if (dataset->x_dtype == CJ_UINT8 && i < dataset->n_channels)
      {
        const float mean = CLAMP (dataset->mean[i], 0.1f, 0.9f);

        bench->ground[i] = (mean - dataset->mean[i]) / dataset->std[i];
        bench->reach[i] = MIN (mean, 1 - mean) / dataset->std[i];
      }
    else
      bench->reach[i] = 2;
  bench->screen = (CjScreen){ c, shape.dims[1], shape.dims[2], bench->ground, bench->reach };
}

/* The answers of the layer to row `row` of what it gave, of any shape [N, U, ...] or [N, T, U]. */
static void
read_answers (const Bench *bench, const CjTensor *out, gint64 row, float *to)
{
  const CjShape *s = &out->shape;
  const gint64 units = bench->self->n_units;
  const float *from = cj_tensor_f32 (out) + row * (cj_shape_size (s) / s->dims[0]);
  const gint64 places = cj_shape_size (s) / s->dims[0] / units;

  for (gint64 u = 0; u < units; u++)
    {
      double sum = 0;

      if (s->n_dims == 4 && !bench->self->options.mean)
        {
          to[u] = from[u * places + s->dims[2] / 2 * s->dims[3] + s->dims[3] / 2];
          continue;
        }
      for (gint64 i = 0; i < places; i++)
        sum += s->n_dims == 3 ? from[i * units + u] : from[u * places + i];
      to[u] = (float) (sum / (double) places);
    }
}

/* Shows up to BATCH stimuli; what every unit answered to each more than to the ground, from 0 on, in
 * bench->answers. */
static void
show (Bench *bench, const CjStimulus *stimuli, guint n)
{
  const CjScreen *screen = &bench->screen;
  const gint64 size = screen->c * screen->h * screen->w, units = bench->self->n_units;
  float *x = cj_tensor_f32 (cj_program_get_x (bench->program));
  g_autoptr (CjTensor) out = NULL;

  for (guint i = 0; i < n; i++)
    cj_stimulus_draw (&stimuli[i], screen, x + i * size);
  cj_program_forward (bench->program, FALSE, n, 0, 0);
  out = cj_program_dup_output (bench->program, bench->node, 0);
  for (guint i = 0; i < n; i++)
    {
      float *answer = bench->answers + i * units;

      read_answers (bench, out, i, answer);
      for (gint64 u = 0; bench->blank != NULL && u < units; u++)
        answer[u] = MAX (answer[u] - bench->blank[u], 0);
    }
}

/* What the layer gives, and so its units; shows the empty ground. */
static gboolean
open_layer (Bench *bench, GError **error)
{
  CjlTuning *self = bench->self;
  const CjLowered *lowered = cj_program_get_lowered (bench->program);
  const CjStimulus empty = { .contrast = 0 };
  g_autoptr (CjTensor) out = cj_program_dup_output (bench->program, bench->node, 0);
  CjlField field;

  if (out == NULL || out->dtype != CJ_FLOAT32 || out->shape.n_dims < 2 || out->shape.n_dims > 4
      || out->shape.dims[0] != BATCH)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                   _ ("“%s” gives no units that could be tested. Choose a layer of feature maps or "
                      "of units."),
                   self->node);
      return FALSE;
    }
  self->n_units = (guint) out->shape.dims[out->shape.n_dims == 3 ? 2 : 1];
  if (self->n_units == 0 || self->n_units > MOST_UNITS)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                   _ ("“%s” has %u units; the bench takes at most %d. Choose a smaller layer."),
                   self->node, self->n_units, MOST_UNITS);
      return FALSE;
    }
  self->x = (double) (self->w - 1) / 2;
  self->y = (double) (self->h - 1) / 2;
  if (out->shape.n_dims == 4 && !self->options.mean
      && cjl_receptive_field (lowered, bench->node, out->shape.dims[2] / 2, out->shape.dims[3] / 2,
                              &field))
    {
      self->x = (double) (field.left + field.right) / 2;
      self->y = (double) (field.top + field.bottom) / 2;
    }
  bench->answers = g_new (float, (gsize) BATCH * self->n_units);
  show (bench, &empty, 1);
  bench->blank = g_memdup2 (bench->answers, sizeof *bench->blank * self->n_units);
  return TRUE;
}

static void
make_lists (CjlTuning *self)
{
  CjlTuningOptions *o = &self->options;
  const double side = (double) MIN (self->h, self->w), longer = (double) MAX (self->h, self->w);
  const double lowest = MIN (MAX (1 / side, 0.02), FINEST / 2), smallest = MIN (2, longer);

  self->frequencies = g_new (double, o->n_frequencies);
  self->sizes = g_new (double, o->n_sizes);
  for (guint i = 0; i < o->n_frequencies; i++)
    self->frequencies[i]
        = lowest * pow (FINEST / lowest, (double) i / MAX (o->n_frequencies - 1, 1));
  for (guint i = 0; i < o->n_sizes; i++)
    self->sizes[i] = smallest * pow (longer / smallest, (double) i / MAX (o->n_sizes - 1, 1));
  self->rates = g_new0 (float, count_rates (self));
  self->size_curves = g_new0 (float, (gsize) self->n_units * o->n_sizes);
  self->spots = g_new0 (float, (gsize) self->n_units * 2 * o->n_sizes);
  self->units = g_new0 (CjlUnitTuning, self->n_units);
}

static CjStimulus
make_stimulus (const CjlTuning *self, guint frequency, guint orientation, double phase)
{
  const CjlTuningOptions *o = &self->options;

  return (CjStimulus){ .kind = o->show == CJL_SHOW_BARS ? CJ_STIMULUS_BAR : CJ_STIMULUS_GRATING,
                       .orientation = 180.0 * orientation / o->n_orientations,
                       .frequency = self->frequencies[frequency],
                       .phase = phase,
                       .contrast = o->contrast,
                       .x = self->x,
                       .y = self->y };
}

/* All orientations and phases of one frequency. */
static void
show_frequency (Bench *bench, guint frequency)
{
  CjlTuning *self = bench->self;
  const CjlTuningOptions *o = &self->options;
  const guint all = o->n_orientations * o->n_phases;
  CjStimulus stimuli[BATCH];

  for (guint begin = 0; begin < all && !is_stopped (bench); begin += BATCH)
    {
      const guint n = MIN (BATCH, all - begin);

      for (guint i = 0; i < n; i++)
        stimuli[i] = make_stimulus (self, frequency, (begin + i) / o->n_phases,
                                    (double) ((begin + i) % o->n_phases) / o->n_phases);
      show (bench, stimuli, n);
      for (guint u = 0; u < self->n_units; u++)
        for (guint i = 0; i < n; i++)
          self->rates[((gsize) u * o->n_frequencies + frequency) * all + begin + i]
              = bench->answers[(gsize) i * self->n_units + u];
    }
}

/* Light and dark spots, all sizes. */
static void
show_spots (Bench *bench)
{
  CjlTuning *self = bench->self;
  const guint n_sizes = self->options.n_sizes;

  for (guint s = 0; s < n_sizes && !is_stopped (bench); s++)
    {
      CjStimulus spots[2];

      for (guint dark = 0; dark < 2; dark++)
        spots[dark]
            = (CjStimulus){ .kind = CJ_STIMULUS_SPOT,
                            .contrast = dark ? -self->options.contrast : self->options.contrast,
                            .size = self->sizes[s],
                            .x = self->x,
                            .y = self->y };
      show (bench, spots, 2);
      for (guint u = 0; u < self->n_units; u++)
        for (guint dark = 0; dark < 2; dark++)
          self->spots[((gsize) u * 2 + dark) * n_sizes + s]
              = bench->answers[(gsize) dark * self->n_units + u];
    }
}

/* One grating or bar in windows of one size, for the units that like it best of all. */
static void
show_window (Bench *bench, guint frequency, guint orientation, guint size)
{
  CjlTuning *self = bench->self;
  CjStimulus stimuli[SIZE_PHASES];

  for (guint p = 0; p < SIZE_PHASES; p++)
    {
      stimuli[p] = make_stimulus (self, frequency, orientation, (double) p / SIZE_PHASES);
      stimuli[p].size = self->sizes[size];
    }
  show (bench, stimuli, SIZE_PHASES);
  for (guint u = 0; u < self->n_units; u++)
    {
      float rates[SIZE_PHASES];

      if (!(self->units[u].response > 0) || self->units[u].best_frequency != frequency
          || self->units[u].best_orientation != orientation)
        continue;
      for (guint p = 0; p < SIZE_PHASES; p++)
        rates[p] = bench->answers[(gsize) p * self->n_units + u];
      self->size_curves[(gsize) u * self->options.n_sizes + size]
          = (float) respond (self->options.show, rates, SIZE_PHASES);
    }
}

/* The size that every unit likes best, between the measured ones. */
static void
find_sizes (CjlTuning *self)
{
  const guint n = self->options.n_sizes;
  g_autofree double *curve = g_new (double, n);

  for (guint u = 0; u < self->n_units; u++)
    {
      double most = 0, at;

      for (guint s = 0; s < n; s++)
        {
          curve[s] = self->size_curves[(gsize) u * n + s];
          most = MAX (most, curve[s]);
        }
      at = cj_tuning_find_peak (curve, n, FALSE);
      if (most > 0)
        self->units[u].size
            = self->sizes[0] * pow (self->sizes[n - 1] / self->sizes[0], at / (n - 1));
    }
}

static void
show_sizes (Bench *bench)
{
  CjlTuning *self = bench->self;
  const CjlTuningOptions *o = &self->options;
  const guint n = o->n_frequencies * o->n_orientations;
  g_autofree gboolean *wanted = g_new0 (gboolean, n);

  for (guint u = 0; u < self->n_units; u++)
    if (self->units[u].response > 0)
      wanted[self->units[u].best_frequency * o->n_orientations + self->units[u].best_orientation]
          = TRUE;
  for (guint i = 0; i < n; i++)
    {
      advance (bench, 1 - SIZE_SHARE + SIZE_SHARE * i / n);
      for (guint s = 0; s < o->n_sizes && wanted[i] && !is_stopped (bench); s++)
        show_window (bench, i / o->n_orientations, i % o->n_orientations, s);
    }
  show_spots (bench);
  self->sized = !is_stopped (bench);
  if (self->sized)
    find_sizes (self);
}

/* The whole of it; takes `self`. */
static CjlTuning *
tune (CjlTuning *self, CjProgram *program, guint node, const CjdDataset *dataset, CjlJob *job,
      GError **error)
{
  g_autoptr (CjlTuning) owned = self;
  Bench bench = { .self = self, .program = program, .node = node, .job = job };

  make_screen (&bench, dataset);
  self->h = bench.screen.h;
  self->w = bench.screen.w;
  if (!open_layer (&bench, error))
    {
      bench_clear (&bench);
      return NULL;
    }
  make_lists (self);
  for (guint f = 0; f < self->options.n_frequencies && !is_stopped (&bench); f++)
    {
      show_frequency (&bench, f);
      self->n_done += !is_stopped (&bench);
      for (guint u = 0; u < self->n_units; u++)
        summarise (self, u);
      advance (&bench, (1 - SIZE_SHARE) * (f + 1) / self->options.n_frequencies);
      if (self->n_done > 0)
        cjl_job_leave_copy (job, self, (CjlDupFunc) tuning_dup);
    }
  show_sizes (&bench);
  bench_clear (&bench);
  return self->n_done > 0 ? g_steal_pointer (&owned) : NULL;
}

/* --- the two doors --- */

static CjlTuning *
tuning_new (const CjdDataset *dataset, const CjlTuningOptions *options, guint64 step)
{
  CjlTuning *self = g_new0 (CjlTuning, 1);

  self->node = g_strdup (options->node);
  self->data = g_strdup (dataset->name);
  self->step = options->untrained ? 0 : step;
  self->untrained = options->untrained;
  self->options = *options;
  self->options.node = self->node;
  self->options.n_phases = MAX (options->n_phases, 4);
  self->options.n_orientations = MAX (options->n_orientations, 4);
  self->options.n_frequencies = MAX (options->n_frequencies, 2);
  self->options.n_sizes = MAX (options->n_sizes, 2);
  return self;
}

typedef struct
{
  CjlNetwork *network;
  CjlTuningOptions options;
  guint64 seed;
  char *node;
} Order;

static void
order_free (gpointer data)
{
  Order *order = data;

  cjl_network_free (order->network);
  g_free (order->node);
  g_free (order);
}

static gpointer
run_order (CjlJob *job, gpointer data, GError **error)
{
  const Order *order = data;
  const CjlNetwork *network = order->network;
  const int node = cjl_graph_prune (network->graph, network->dataset, order->node, error);
  g_autoptr (CjProgram) program
      = node >= 0 ? cjl_network_compile (network, CJ_PURPOSE_PROBE, BATCH, error) : NULL;

  if (program == NULL)
    return NULL;
  if (order->options.untrained)
    cj_program_init (program, order->seed);
  return tune (tuning_new (network->dataset, &order->options, network->weights->at.step), program,
               (guint) node, network->dataset, job, error);
}

CjlJob *
cjl_tuning_start (const CjGraph *graph, CjdDataset *dataset, CjCheckpoint *weights, guint64 seed,
                  const CjlTuningOptions *options)
{
  Order *order = g_new0 (Order, 1);

  order->network = cjl_network_new (graph, dataset, weights);
  order->options = *options;
  order->options.node = order->node = g_strdup (options->node);
  order->seed = seed;
  return cjl_job_new (run_order, order, order_free, (GDestroyNotify) cjl_tuning_free);
}

static guint64
find_step (CjlProject *project)
{
  g_autoptr (GArray) epochs = cjl_project_read_history (project);

  return epochs->len > 0 ? g_array_index (epochs, CjRunEpoch, epochs->len - 1).step : 0;
}

CjlTuning *
cjl_tune_project (CjlProject *project, CjdDataset *dataset, const CjlTuningOptions *options,
                  GError **error)
{
  const CjDataSpec spec = cjl_data_spec (dataset, BATCH);
  g_autoptr (CjGraph) graph = cj_graph_dup (project->graph);
  const int node = cjl_graph_prune (graph, dataset, options->node, error);
  g_autoptr (CjProgram) program
      = node >= 0 ? cj_program_new (graph, CJ_PURPOSE_PROBE, &spec, 2, error) : NULL;

  if (program == NULL)
    return NULL;
  cj_program_init (program, (guint64) project->setup->seed);
  if (!options->untrained)
    cjl_project_apply_weights (project, program);
  return tune (tuning_new (dataset, options, find_step (project)), program, (guint) node, dataset,
               NULL, error);
}
