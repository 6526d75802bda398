/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-energy.h"

#include "cj-error.h"
#include "cjl-responses.h"
#include "cjl-settings.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define BATCH 16 /* at most */

void
cjl_energy_free (CjlEnergy *self)
{
  g_strfreev (self->layers);
  g_free (self->counts);
  g_free (self->costs);
  cjd_dataset_unref (self->dataset);
  g_free (self);
}

double
cjl_energy_get_total (const CjlEnergy *self)
{
  return self->total.compute + self->total.weights + self->total.activations;
}

void
cjl_energy_table_parse (CjEnergyTable *table, const char *text)
{
  g_auto (GStrv) words = g_strsplit (text != NULL ? text : "", ", ", -1);

  cj_energy_table_init (table);
  for (guint i = 0; words[i] != NULL; i++)
    {
      const char *const one[] = { words[i], NULL };

      if (*words[i] != '\0')
        cjl_settings_apply (cj_energy_params, table, one, NULL);
    }
}

char *
cjl_energy_table_print (const CjEnergyTable *table)
{
  return cjl_settings_print (cj_energy_params, table, sizeof *table);
}

/* --- measuring --- */

typedef struct
{
  CjProgram *program;
  CjFeed *feed;
  const CjGraph *graph;
  const CjEnergyTable *table;
  guint32 *place; /* of every sample in the split */
  gsize n;
  gsize right, known;
  CjEnergyCount *counts; /* by node */
} Run;

static void
run_clear (Run *run)
{
  g_clear_pointer (&run->program, cj_program_free);
  g_clear_pointer (&run->feed, cj_feed_free);
  g_free (run->place);
  g_free (run->counts);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

/* How many answers of a batch are right, where classes are told. */
static void
judge (Run *run, guint n, guint n_classes)
{
  const CjTensor *y = cj_program_get_y (run->program);
  const float *z;
  CjShape shape;

  if (cj_program_get_lowered (run->program)->prediction == CJ_NO_VALUE || n_classes == 0)
    return;
  z = cj_program_get_prediction (run->program, &shape);
  if (y == NULL || y->dtype != CJ_INT32 || y->shape.n_dims != 1 || shape.n_dims != 2
      || shape.dims[1] != n_classes)
    return;
  for (guint i = 0; i < n; i++)
    {
      const float *row = z + (gsize) i * n_classes;
      guint best = 0;

      for (guint k = 1; k < n_classes; k++)
        if (row[k] > row[best])
          best = k;
      run->known += cj_tensor_i32 (y)[i] >= 0;
      run->right += cj_tensor_i32 (y)[i] == (gint32) best;
    }
}

static gboolean
run_samples (Run *run, guint n_classes, CjlJob *job, double from, double to, GError **error)
{
  const guint batch = (guint) cj_program_get_batch (run->program);

  for (gsize first = 0; first < run->n; first += batch)
    {
      const guint n = (guint) MIN (batch, run->n - first);
      guint32 indices[BATCH];

      if (cjl_job_is_cancelled (job))
        return FALSE;
      for (guint i = 0; i < batch; i++)
        indices[i] = run->place[first + MIN (i, n - 1)];
      run->feed->fill (run->feed, indices, batch, 0, 0, cj_program_get_x (run->program),
                       cj_program_get_y (run->program));
      if (run->feed->problem != NULL)
        {
          g_set_error_literal (error, CJ_ERROR, CJ_ERROR_FILE, run->feed->problem);
          return FALSE;
        }
      cj_program_forward (run->program, FALSE, n, 0, 0);
      judge (run, n, n_classes);
      cj_energy_count (run->program, run->graph, run->table, n, run->counts);
      cjl_job_set_progress (job, from + (to - from) * (double) (first + n) / (double) run->n);
    }
  return TRUE;
}

static gboolean
costs_anything (const CjEnergyCost *cost)
{
  return cost->compute > 0 || cost->weights > 0 || cost->activations > 0;
}

static CjlEnergy *
finish (const Run *run, const CjlNetwork *network, const CjlEnergySamples *samples)
{
  CjlEnergy *self = g_new0 (CjlEnergy, 1);
  g_autoptr (GPtrArray) order = cj_graph_sort (network->graph);
  g_autoptr (GStrvBuilder) layers = g_strv_builder_new ();

  self->table = *run->table;
  self->n = run->n;
  self->accuracy = run->known > 0 ? (double) run->right / (double) run->known : NAN;
  self->samples = *samples;
  self->step = network->weights->at.step;
  self->dataset = cjd_dataset_ref (network->dataset);
  self->counts = g_new0 (CjEnergyCount, order->len + 1);
  self->costs = g_new0 (CjEnergyCost, order->len + 1);
  for (guint i = 0; i < order->len; i++)
    {
      const CjNode *node = order->pdata[i];
      const CjEnergyCount *count = &run->counts[cj_graph_get_index (network->graph, node)];
      const CjEnergyCost cost = cj_energy_price (run->table, count, (gint64) run->n);

      if (!costs_anything (&cost))
        continue;
      g_strv_builder_add (layers, node->id);
      self->counts[self->n_layers] = *count;
      self->costs[self->n_layers++] = cost;
      self->total.compute += cost.compute;
      self->total.weights += cost.weights;
      self->total.activations += cost.activations;
    }
  self->layers = g_strv_builder_end (layers);
  return self;
}

CjlEnergy *
cjl_energy_measure (const CjlNetwork *network, const CjEnergyTable *table,
                    const CjlEnergySamples *samples, CjlJob *job, double from, double to,
                    GError **error)
{
  g_auto (Run) run = { .graph = network->graph, .table = table };

  run.program = cjl_network_compile (network, CJ_PURPOSE_PROBE,
                                     (gint64) CLAMP (samples->n, 1, BATCH), error);
  if (run.program == NULL)
    return NULL;
  run.feed = cjd_dataset_new_feed (network->dataset, samples->split);
  if (samples->n > 0)
    {
      g_autofree guint32 *index = NULL;

      run.n = cjl_samples_spread (network->dataset, samples->split, samples->n, &index, &run.place);
    }
  else if (samples->sample < run.feed->n_samples)
    {
      run.place = g_new (guint32, 1);
      run.place[0] = (guint32) samples->sample;
      run.n = 1;
    }
  if (run.n == 0)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("The split has no such sample. Choose another, or keep a share of the data "
                      "for it."));
      return NULL;
    }
  run.counts = g_new0 (CjEnergyCount, network->graph->nodes->len + 1);
  if (!run_samples (&run, network->dataset->n_classes, job, from, to, error))
    return NULL;
  return finish (&run, network, samples);
}

typedef struct
{
  CjlNetwork *network;
  CjEnergyTable table;
  CjlEnergySamples samples;
} Work;

static void
free_work (gpointer data)
{
  Work *work = data;

  cjl_network_free (work->network);
  g_free (work);
}

static gpointer
run_job (CjlJob *job, gpointer data, GError **error)
{
  const Work *work = data;

  return cjl_energy_measure (work->network, &work->table, &work->samples, job, 0, 1, error);
}

CjlJob *
cjl_energy_start (CjlNetwork *network, const CjEnergyTable *table, const CjlEnergySamples *samples)
{
  Work *work = g_new (Work, 1);

  *work = (Work){ network, *table, *samples };
  return cjl_job_new (run_job, work, free_work, (GDestroyNotify) cjl_energy_free);
}

/* --- the frame --- */

static char *
print_samples (const CjlEnergy *self)
{
  if (self->samples.n == 0)
    /* Translators: “training”, “validation” or “test”, and the number of a sample */
    return g_strdup_printf (_ ("%s sample %zu"), cjl_split_get_title (self->samples.split),
                            self->samples.sample);
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                       /* Translators: how many samples, of “training” and so on */
                                       "mean of %zu %s sample", "mean of %zu %s samples", self->n),
                          self->n, cjl_split_get_title (self->samples.split));
}

typedef double (*Getter) (const CjlEnergy *self, guint i);

static double
get_compute (const CjlEnergy *self, guint i)
{
  return self->costs[i].compute;
}

static double
get_weights (const CjlEnergy *self, guint i)
{
  return self->costs[i].weights;
}

static double
get_activations (const CjlEnergy *self, guint i)
{
  return self->costs[i].activations;
}

static double
get_multiply_adds (const CjlEnergy *self, guint i)
{
  return (self->counts[i].multiply_adds + self->counts[i].int8_multiply_adds) / (double) self->n;
}

static double
get_additions (const CjlEnergy *self, guint i)
{
  return (self->counts[i].additions + self->counts[i].int8_additions) / (double) self->n;
}

static double
get_weight_bytes (const CjlEnergy *self, guint i)
{
  return self->counts[i].weight_bytes / (double) self->n;
}

static double
get_activation_bytes (const CjlEnergy *self, guint i)
{
  return (self->counts[i].activation_bytes + self->counts[i].state_bytes) / (double) self->n;
}

/* Spikes a place and moment; NAN where no spikes come in. */
static double
get_rate (const CjlEnergy *self, guint i)
{
  return self->counts[i].inputs > 0 ? self->counts[i].spikes / self->counts[i].inputs : NAN;
}

CjvFrame *
cjl_energy_frame (const CjlEnergy *self)
{
  static const struct
  {
    const char *name;
    Getter get;
  } columns[] = { { "compute", get_compute },
                  { "weights", get_weights },
                  { "activations", get_activations },
                  { "multiply-adds", get_multiply_adds },
                  { "additions", get_additions },
                  { "weight-bytes", get_weight_bytes },
                  { "activation-bytes", get_activation_bytes },
                  { "rates", get_rate } };
  g_autofree float *values = g_new (float, self->n_layers + 1);
  g_autofree char *samples = print_samples (self), *table = cjl_energy_table_print (&self->table);
  g_autofree char *provenance
      /* Translators: data set, samples, step of training, prices that were changed */
      = g_strdup_printf (_ ("%s, %s, step %llu; prices: %s"), self->dataset->name, samples,
                         (unsigned long long) self->step,
                         table != NULL ? table : _ ("Horowitz 2014, 45 nm"));
  CjvFrame *frame = cjv_frame_new ();

  for (guint c = 0; c < G_N_ELEMENTS (columns); c++)
    {
      for (guint i = 0; i < self->n_layers; i++)
        values[i] = (float) columns[c].get (self, i);
      cjv_frame_set_values (frame, columns[c].name, values, self->n_layers);
    }
  cjv_frame_set_strings (frame, "layers", (const char *const *) self->layers);
  cjv_frame_set_text (frame, "note", samples);
  cjv_frame_set_provenance (frame, provenance);
  return cjv_frame_seal (frame);
}
