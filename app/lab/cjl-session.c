/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-session.h"

#include "safetensors.h"

#include <math.h>
#include <string.h>

struct _CjlSession
{
  CjlProject *project;
  CjdDataset *dataset;
  guint n_threads;
  CjRunner *runner;
  CjlProbe *probe;
  CjFeed *feeds[CJD_N_SPLITS]; /* for the probe */
  GVariant *compiled_graph, *compiled_setup;
  GArray *points, *epochs;        /* of the whole run */
  guint points_read, epochs_read; /* from the runner at hand */
};

/* What of the drawing matters to the compiler: everything but where cards stand. */
static GVariant *
save_structure (const CjGraph *graph)
{
  g_autoptr (CjGraph) copy = cj_graph_dup (graph);

  for (guint i = 0; i < copy->nodes->len; i++)
    cj_graph_move (copy, copy->nodes->pdata[i], 0, 0);
  return g_variant_ref_sink (cj_graph_save (copy));
}

static CjRunner *
start (CjlSession *self, gboolean fresh, GError **error)
{
  const CjTrainSetup *setup = self->project->setup;
  const CjDataSpec spec = cjl_data_spec (self->dataset, setup->batch);
  g_autoptr (CjProgram) program
      = cj_program_new (self->project->graph, CJ_PURPOSE_TRAIN, &spec, self->n_threads, error);
  g_autoptr (CjCheckpoint) checkpoint = NULL;
  CjRunner *runner;

  if (program == NULL)
    return NULL;
  cj_program_init (program, (guint64) setup->seed);
  if (!fresh)
    {
      cjl_project_apply_weights (self->project, program);
      checkpoint = cjl_project_make_checkpoint (self->project, program,
                                                cj_train_setup_count_slots (setup));
    }
  runner = cj_runner_new (g_steal_pointer (&program), setup,
                          cjd_dataset_new_feed (self->dataset, CJD_SPLIT_TRAIN),
                          cjd_dataset_new_feed (self->dataset, CJD_SPLIT_VAL), error);
  if (runner == NULL)
    return NULL;
  if (checkpoint != NULL)
    cj_runner_load (runner, checkpoint);
  cj_runner_watch (runner, TRUE);
  return runner;
}

static void
adopt (CjlSession *self, CjRunner *runner)
{
  const CjDataSpec spec = cjl_data_spec (self->dataset, 1);

  if (self->runner != NULL)
    {
      cj_runner_pause (self->runner);
      cjl_session_read_points (self);
      cjl_session_read_epochs (self);
    }
  g_clear_pointer (&self->runner, cj_runner_free);
  g_clear_pointer (&self->probe, cjl_probe_free);
  g_clear_pointer (&self->compiled_graph, g_variant_unref);
  g_clear_pointer (&self->compiled_setup, g_variant_unref);
  self->runner = runner;
  self->probe = cjl_probe_new (self->project->graph, &spec, NULL);
  self->compiled_graph = save_structure (self->project->graph);
  self->compiled_setup = g_variant_ref_sink (cj_train_setup_save (self->project->setup));
  self->points_read = self->epochs_read = 0;
}

CjlSession *
cjl_session_new (CjlProject *project, CjdDataset *dataset, guint n_threads, GError **error)
{
  CjlSession *self = g_new0 (CjlSession, 1);
  CjRunner *runner;

  self->project = cjl_project_ref (project);
  self->dataset = cjd_dataset_ref (dataset);
  self->n_threads = n_threads;
  self->points = g_array_new (FALSE, FALSE, sizeof (CjRunPoint));
  self->epochs = cjl_project_read_history (project);
  for (guint i = 0; i < CJD_N_SPLITS; i++)
    self->feeds[i] = cjd_dataset_new_feed (dataset, (CjdSplit) i);
  runner = start (self, FALSE, error);
  if (runner == NULL)
    {
      cjl_session_free (self);
      return NULL;
    }
  adopt (self, runner);
  return self;
}

void
cjl_session_free (CjlSession *self)
{
  g_clear_pointer (&self->runner, cj_runner_free);
  g_clear_pointer (&self->probe, cjl_probe_free);
  for (guint i = 0; i < CJD_N_SPLITS; i++)
    g_clear_pointer (&self->feeds[i], cj_feed_free);
  g_clear_pointer (&self->compiled_graph, g_variant_unref);
  g_clear_pointer (&self->compiled_setup, g_variant_unref);
  g_array_unref (self->points);
  g_array_unref (self->epochs);
  cjd_dataset_unref (self->dataset);
  cjl_project_unref (self->project);
  g_free (self);
}

CjRunner *
cjl_session_get_runner (CjlSession *self)
{
  return self->runner;
}

const CjProgram *
cjl_session_get_program (CjlSession *self)
{
  return cj_runner_get_program (self->runner);
}

CjdDataset *
cjl_session_get_dataset (CjlSession *self)
{
  return self->dataset;
}

CjlProbe *
cjl_session_get_probe (CjlSession *self)
{
  return self->probe;
}

/* Sends changed LIVE values; FALSE if something changed that the trainer cannot take over. */
static gboolean
send_setup (CjlSession *self)
{
  g_autoptr (GVariant) now = g_variant_ref_sink (cj_train_setup_save (self->project->setup));
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_variant_iter_init (&iter, now);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      g_autoptr (GVariant) owned = value;
      g_autoptr (GVariant) before = g_variant_lookup_value (self->compiled_setup, name, NULL);

      if (before != NULL && g_variant_equal (before, value))
        continue;
      if (before == NULL || !cj_train_setup_is_live (self->project->setup, name))
        return FALSE;
      cj_runner_set (self->runner, name, g_variant_get_string (value, NULL));
    }
  g_variant_unref (self->compiled_setup);
  self->compiled_setup = g_steal_pointer (&now);
  return TRUE;
}

gboolean
cjl_session_refresh (CjlSession *self, GError **error)
{
  g_autoptr (GVariant) graph = save_structure (self->project->graph);
  const gboolean training = cj_runner_get_state (self->runner).status == CJ_RUN_TRAINING;
  CjRunner *runner;

  if (g_variant_equal (graph, self->compiled_graph) && send_setup (self))
    return TRUE;
  cjl_session_store (self, FALSE);
  runner = start (self, FALSE, error);
  if (runner == NULL)
    return FALSE;
  adopt (self, runner);
  if (training)
    cj_runner_train (runner, G_MAXUINT64);
  return TRUE;
}

gboolean
cjl_session_reset (CjlSession *self, GError **error)
{
  CjRunner *runner = start (self, TRUE, error);

  if (runner == NULL)
    return FALSE;
  adopt (self, runner);
  g_array_set_size (self->points, 0);
  g_array_set_size (self->epochs, 0);
  return TRUE;
}

/* Mean and deviation of the data travel with the weights. */
static void
store_norm (CjlSession *self)
{
  const CjShape shape = cj_shape1 (self->dataset->n_channels);

  g_ptr_array_set_size (self->project->norm, 0);
  for (guint i = 0; i < 2 && self->dataset->n_channels > 0; i++)
    {
      CjTensor *tensor = cj_tensor_new (CJ_FLOAT32, &shape);

      memcpy (tensor->data, i == 0 ? self->dataset->mean : self->dataset->std,
              cj_tensor_bytes (tensor));
      g_ptr_array_add (self->project->norm, cjd_named_tensor_new (i == 0 ? "mean" : "std", tensor));
    }
}

void
cjl_session_store (CjlSession *self, gboolean best)
{
  g_autoptr (CjCheckpoint) now = cj_runner_save (self->runner);
  g_autoptr (CjCheckpoint) chosen = best ? cj_runner_dup_best (self->runner) : NULL;
  CjProgram *program = (CjProgram *) cj_runner_get_program (self->runner);

  if (chosen != NULL)
    {
      memcpy (now->weights, chosen->weights, sizeof (float) * (gsize) now->n_weights);
      memcpy (now->states, chosen->states, sizeof (float) * (gsize) now->n_states);
    }
  cjl_project_store (self->project, program, now);
  store_norm (self);
  cjl_project_write_history (self->project, cjl_session_read_epochs (self));
}

const GArray *
cjl_session_read_points (CjlSession *self)
{
  CjRunPoint fresh[256];
  guint n;

  while ((n = cj_runner_read_points (self->runner, self->points_read, fresh, G_N_ELEMENTS (fresh)))
         > 0)
    {
      g_array_append_vals (self->points, fresh, n);
      self->points_read += n;
    }
  return self->points;
}

const GArray *
cjl_session_read_epochs (CjlSession *self)
{
  CjRunEpoch fresh[64];
  guint n;

  while ((n = cj_runner_read_epochs (self->runner, self->epochs_read, fresh, G_N_ELEMENTS (fresh)))
         > 0)
    {
      g_array_append_vals (self->epochs, fresh, n);
      self->epochs_read += n;
    }
  return self->epochs;
}

CjTensor *
cjl_session_dup_param (CjlSession *self, const char *name)
{
  g_autoptr (CjCheckpoint) snapshot = cj_runner_dup_snapshot (self->runner);
  const CjProgramParam *param = cj_program_find_param (cj_runner_get_program (self->runner), name);
  CjTensor *tensor;

  if (snapshot == NULL || param == NULL)
    return NULL;
  tensor = cj_tensor_new (CJ_FLOAT32, &param->shape);
  memcpy (tensor->data, (param->state ? snapshot->states : snapshot->weights) + param->offset,
          cj_tensor_bytes (tensor));
  return tensor;
}

static gboolean
ask (CjlSession *self, CjTensor *x, gint64 sample)
{
  g_autoptr (CjCheckpoint) snapshot = cj_runner_dup_snapshot (self->runner);

  if (snapshot == NULL || self->probe == NULL)
    return FALSE;
  cjl_probe_ask (self->probe, x, snapshot, sample);
  return TRUE;
}

gboolean
cjl_session_probe (CjlSession *self, CjdSplit split, gsize index)
{
  CjFeed *feed = self->feeds[split];
  const CjShape x_shape = cj_shape_batched (&feed->x_shape, 1);
  const CjShape y_shape = cj_shape_batched (&feed->y_shape, 1);
  g_autoptr (CjTensor) x = NULL, y = NULL;
  const guint32 sample = (guint32) index;

  if (index >= feed->n_samples)
    return FALSE;
  x = cj_tensor_new (feed->x_dtype, &x_shape);
  y = cj_tensor_new (feed->y_dtype, &y_shape);
  feed->fill (feed, &sample, 1, 0, 0, x, y);
  return ask (self, x, (gint64) index);
}

gboolean
cjl_session_probe_tensor (CjlSession *self, CjTensor *x)
{
  return ask (self, x, -1);
}
