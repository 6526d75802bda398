/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-session-private.h"

#include "cj-error.h"
#include "cj-variant.h"
#include "cjl-archive.h"
#include "cjl-predict.h"
#include "cjl-run.h"
#include "safetensors.h"
#include "zip.h"

#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

/* What of the drawing matters to the compiler: everything but where cards stand. */
static GVariant *
save_structure (const CjGraph *graph)
{
  g_autoptr (CjGraph) copy = cj_graph_dup (graph);

  for (guint i = 0; i < copy->nodes->len; i++)
    cj_graph_move (copy, copy->nodes->pdata[i], 0, 0);
  return g_variant_ref_sink (cj_graph_save (copy));
}

static gboolean
check (CjlSession *self, GError **error)
{
  g_autoptr (CjLowered) lowered
      = cjl_project_lower (self->project, self->dataset, self->project->setup->batch);

  return cj_lowered_can_train (lowered, error);
}

static void
probe_graph (CjlSession *self, const CjGraph *graph)
{
  const CjDataSpec spec = cjl_data_spec (self->dataset, 1);
  g_autoptr (GVariant) structure = save_structure (graph);

  if (self->probe != NULL && g_variant_equal (structure, self->probed_graph))
    return;
  g_clear_pointer (&self->probe, cjl_probe_free);
  g_clear_pointer (&self->probed_graph, g_variant_unref);
  self->probe = cjl_probe_new (graph, &spec);
  self->probed_graph = g_steal_pointer (&structure);
}

void
cjl_session_make_probe (CjlSession *self)
{
  probe_graph (self, self->project->graph);
  self->probed = G_MAXUINT;
}

void
cjl_session_note_compiled (CjlSession *self, const CjGraph *graph, const CjTrainSetup *setup)
{
  g_clear_pointer (&self->compiled_graph, g_variant_unref);
  g_clear_pointer (&self->compiled_setup, g_variant_unref);
  self->compiled_graph = save_structure (graph);
  self->compiled_setup = g_variant_ref_sink (cj_train_setup_save (setup));
}

/* What the log says of network and setup as the run is now. */
static gboolean
read_log (CjlSession *self, CjGraph **graph, CjTrainSetup **setup, GError **error)
{
  const guint n = cj_runner_get_state (self->runner).n_commands;
  g_autoptr (CjRunLog) log = NULL;
  g_autoptr (CjRing) ring = NULL;

  cj_runner_dup_run (self->runner, 0, &log, &ring, NULL);
  if (n < 1 || n > log->commands->len)
    {
      /* the run was on its way to another moment between the two questions */
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH, _ ("The run is being changed. Try again."));
      return FALSE;
    }
  *graph = cj_run_log_make_graph (log, n, error);
  *setup = *graph != NULL ? cj_run_log_make_setup (log, n, error) : NULL;
  return *setup != NULL;
}

static void
adopt (CjlSession *self, CjRunner *runner)
{
  g_clear_pointer (&self->runner, cj_runner_free);
  self->runner = runner;
  self->n_cuts = G_MAXUINT;
  self->n_told++;
  cj_runner_watch (runner, TRUE);
  cj_runner_limit (runner, self->limit);
  cjl_session_make_probe (self);
}

/* A new run, drawn from the seed. */
static gboolean
begin (CjlSession *self, GError **error)
{
  CjRunner *runner = cj_runner_new (self->project->graph, self->project->setup, self->n_threads,
                                    cjl_features_new_feed (self->features, CJD_SPLIT_TRAIN),
                                    cjl_features_new_feed (self->features, CJD_SPLIT_VAL), error);

  if (runner == NULL)
    return FALSE;
  adopt (self, runner);
  cjl_session_note_compiled (self, self->project->graph, self->project->setup);
  return TRUE;
}

/* The weights of a project that has no run of its own. */
static void
take_weights (CjlSession *self)
{
  g_autoptr (CjCheckpoint) start = NULL;
  guint n = 0;

  if (cjl_project_get_weights (self->project)->len == 0)
    return;
  start = cj_runner_save (self->runner);
  for (guint i = 0; i < start->table->entries->len; i++)
    {
      const CjTableEntry *entry = cj_table_get (start->table, i);
      const CjTensor *tensor
          = cjd_named_tensors_find (cjl_project_get_weights (self->project), entry->name);

      if (tensor == NULL || tensor->dtype != CJ_FLOAT32
          || !cj_shape_equal (&tensor->shape, &entry->shape))
        continue;
      memcpy (cj_checkpoint_get_data (start, entry), tensor->data, cj_tensor_bytes (tensor));
      tensor = cjd_named_tensors_find (cjl_project_get_masks (self->project), entry->name);
      if (tensor != NULL)
        cj_checkpoint_take_flags (start, entry, tensor);
      n++;
    }
  if (n == 0)
    return;
  cj_runner_load (self->runner, start);
  cj_runner_wait (self->runner);
}

/* Goes on with the project's run; what was changed since then is a change to the run. */
static gboolean
resume (CjlSession *self, CjRunLog *log, CjRing *ring, GError **error)
{
  g_autoptr (GArray) epochs = cjl_project_read_history (self->project);
  g_autoptr (CjGraph) graph = NULL;
  g_autoptr (CjTrainSetup) setup = NULL;
  CjRunner *runner = cj_runner_resume (
      log, ring, self->n_threads, cjl_features_new_feed (self->features, CJD_SPLIT_TRAIN),
      cjl_features_new_feed (self->features, CJD_SPLIT_VAL), error);

  if (runner == NULL)
    return FALSE;
  cj_runner_put_epochs (runner, (const CjRunEpoch *) epochs->data, epochs->len);
  adopt (self, runner);
  if (!read_log (self, &graph, &setup, error))
    return FALSE;
  cjl_session_note_compiled (self, graph, setup);
  if (!cjl_session_refresh (self, error))
    return FALSE;
  cj_runner_wait (runner);
  return TRUE;
}

/* The project's undo knows of the session from now on. */
static CjlSession *
tie (CjlSession *self)
{
  CjlProjectFull *full = cjl_project_full (self->project);

  full->hooks = &cjl_session_hooks;
  full->session = self;
  return self;
}

/* What undo brought back while there was no session for it. */
static gboolean
start_pending (CjlSession *self)
{
  CjlProjectFull *full = cjl_project_full (self->project);
  g_autoptr (CjlMoment) moment = g_steal_pointer (&full->pending);

  if (!resume (self, cj_run_log_dup (moment->run->log),
               cj_ring_thin (moment->run->ring, CJ_RUNNER_BUDGET), NULL))
    return FALSE;
  cjl_session_restore (self, moment);
  return cjl_session_refresh (self, NULL);
}

CjlSession *
cjl_session_new (CjlProject *project, CjdDataset *dataset, guint n_threads, GError **error)
{
  g_autoptr (CjlSession) self = g_new0 (CjlSession, 1);
  g_autoptr (GError) damage = NULL;
  CjRunLog *log;
  CjRing *ring;

  self->project = cjl_project_ref (project);
  self->dataset = cjd_dataset_ref (dataset);
  self->n_threads = n_threads;
  self->features = cjl_features_new (dataset);
  self->points = g_array_new (FALSE, FALSE, sizeof (CjRunPoint));
  self->epochs = g_array_new (FALSE, FALSE, sizeof (CjRunEpoch));
  self->cuts = cj_unit_cuts_new ();
  for (guint i = 0; i < CJD_N_SPLITS; i++)
    self->feeds[i] = cjd_dataset_new_feed (dataset, (CjdSplit) i);
  if (!check (self, error))
    return NULL;
  if (cjl_project_full (project)->pending != NULL)
    self->began_at = cjl_moment_ref (cjl_project_full (project)->pending);
  if (self->began_at != NULL && start_pending (self))
    return tie (g_steal_pointer (&self));
  if (cjl_run_load (project, &log, &ring, &damage))
    return resume (self, log, ring, error) ? tie (g_steal_pointer (&self)) : NULL;
  if (damage != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&damage));
      return NULL;
    }
  if (!begin (self, error))
    return NULL;
  take_weights (self);
  return tie (g_steal_pointer (&self));
}

/* Whoever undid or redid while there was no session waits for it. */
static void
go_to_pending (CjlSession *self)
{
  CjlProjectFull *full = cjl_project_full (self->project);
  g_autoptr (CjlMoment) pending = g_steal_pointer (&full->pending);

  if (pending != NULL && pending != self->began_at)
    cjl_session_restore (self, pending);
}

static void
untie (CjlSession *self)
{
  CjlProjectFull *full = self->project != NULL ? cjl_project_full (self->project) : NULL;

  if (full == NULL || full->session != self)
    return;
  full->hooks = NULL;
  full->session = NULL;
}

gboolean
cjl_session_move (CjlSession *self, CjlProject *project, GError **error)
{
  untie (self);
  cjl_project_unref (self->project);
  self->project = cjl_project_ref (project);
  tie (self);
  go_to_pending (self);
  return cjl_session_refresh (self, error);
}

void
cjl_session_leave (CjlSession *self)
{
  cjl_session_rest (self);
  if (cj_runner_get_state (self->runner).last > 0)
    cjl_session_store (self, FALSE);
  cjl_project_forget_run (self->project);
  cjl_session_retire (self);
}

static gpointer
free_thread (gpointer session)
{
  cjl_session_free (session);
  return NULL;
}

void
cjl_session_retire (CjlSession *self)
{
  untie (self);
  g_clear_pointer (&self->project, cjl_project_unref); /* it is the main thread's */
  g_thread_unref (g_thread_new ("retire", free_thread, self));
}

void
cjl_session_free (CjlSession *self)
{
  untie (self);
  g_clear_pointer (&self->burst, cjl_moment_unref);
  g_clear_pointer (&self->began_at, cjl_moment_unref);
  g_clear_pointer (&self->moment, cjl_moment_unref);
  g_clear_pointer (&self->base_moment, cjl_moment_unref);
  g_clear_pointer (&self->base, cj_checkpoint_unref);
  g_clear_pointer (&self->runner, cj_runner_free);
  g_clear_pointer (&self->probe, cjl_probe_free);
  g_clear_pointer (&self->probed_graph, g_variant_unref);
  for (guint i = 0; i < CJD_N_SPLITS; i++)
    g_clear_pointer (&self->feeds[i], cj_feed_free);
  g_clear_pointer (&self->compiled_graph, g_variant_unref);
  g_clear_pointer (&self->compiled_setup, g_variant_unref);
  g_array_unref (self->points);
  g_array_unref (self->epochs);
  g_array_unref (self->cuts);
  cjl_features_unref (self->features);
  cjd_dataset_unref (self->dataset);
  g_clear_pointer (&self->project, cjl_project_unref);
  g_free (self);
}

CjRunner *
cjl_session_get_runner (CjlSession *self)
{
  return self->runner;
}

CjdDataset *
cjl_session_get_dataset (CjlSession *self)
{
  return self->dataset;
}

char *
cjl_session_print_features (CjlSession *self)
{
  return cjl_features_print (self->features, self->project);
}

CjlFeaturesState
cjl_session_get_features (CjlSession *self)
{
  return cjl_features_get_state (self->features);
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
      self->n_told++;
    }
  g_variant_unref (self->compiled_setup);
  self->compiled_setup = g_steal_pointer (&now);
  return TRUE;
}

gboolean
cjl_session_refresh (CjlSession *self, GError **error)
{
  g_autoptr (GVariant) graph = save_structure (self->project->graph);
  const gboolean redrawn = !g_variant_equal (graph, self->compiled_graph);

  if (!redrawn && send_setup (self))
    return TRUE;
  if (!check (self, error))
    return FALSE;
  cj_runner_swap (self->runner, self->project->graph, self->project->setup, self->cuts);
  self->n_told++;
  cjl_session_note_compiled (self, self->project->graph, self->project->setup);
  if (redrawn)
    cjl_session_make_probe (self);
  return TRUE;
}

/* The parameter that says how many units a node has; NULL: it has none of its own. */
static const CjParam *
find_units (const CjNode *node)
{
  const CjParam *units = cj_params_find (node->layer->params, "units");

  return units != NULL ? units : cj_params_find (node->layer->params, "filters");
}

guint
cjl_session_count_units (CjlSession *self, const char *id)
{
  const CjNode *node = cj_graph_find (self->project->graph, id);
  const CjParam *param = node != NULL && node->kept == NULL ? find_units (node) : NULL;
  g_autofree char *text = param != NULL ? cj_params_print (param, node->params) : NULL;

  return text != NULL ? (guint) MAX (atoi (text), 0) : 0;
}

/* Whether the network could still be trained: groups must divide the filters, classes want as many
 * scores. */
static gboolean
may_have (CjlSession *self, const char *id, const char *param, const char *units, GError **error)
{
  const CjDataSpec spec = cjl_data_spec (self->dataset, self->project->setup->batch);
  g_autoptr (CjGraph) graph = cj_graph_dup (self->project->graph);
  CjNode *node = cj_graph_find (graph, id);
  g_autoptr (CjLowered) lowered = NULL;

  if (!cj_params_parse (node->layer->params, node->params, param, units, error))
    return FALSE;
  lowered = cj_lower (graph, &spec);
  return cj_lowered_can_train (lowered, error);
}

gboolean
cjl_session_delete_unit (CjlSession *self, const char *id, guint unit, GError **error)
{
  const guint n = cjl_session_count_units (self, id);
  const CjParam *param;
  g_autofree char *name = NULL, *units = NULL, *title = NULL;
  gboolean done;

  if (unit >= n || n < 2)
    {
      g_set_error (
          error, CJ_ERROR, CJ_ERROR_PARAM,
          _ ("“%s” has no unit %u that could be deleted. Choose a Dense or convolution layer "
             "of two units or more."),
          id, unit);
      return FALSE;
    }
  param = find_units (cj_graph_find (self->project->graph, id));
  name = g_strdup_printf ("%s.%s", id, param->name);
  units = g_strdup_printf ("%u", n - 1);
  /* Translators: title of an edit; the number of a unit and the name of its layer */
  title = g_strdup_printf (_ ("Delete unit %u of %s"), unit, id);
  if (!may_have (self, id, param->name, units, error))
    return FALSE;
  cj_unit_cuts_add (self->cuts, id, unit);
  cjl_project_begin (self->project);
  done = cjl_project_set (self->project, name, units, error);
  cjl_project_commit (self->project, title, NULL);
  done = done && cjl_session_refresh (self, error);
  g_array_set_size (self->cuts, 0);
  return done;
}

/* Goes to the step for good, and gives the project network and setup of then; between begin and commit. */
static gboolean
go_back (CjlSession *self, guint64 step, GError **error)
{
  g_autoptr (CjGraph) graph = NULL;
  g_autoptr (CjTrainSetup) setup = NULL;
  g_autoptr (GVariant) graph_data = NULL, setup_data = NULL;
  g_autofree char *refusal = NULL;

  self->n_told++;
  cj_runner_branch (self->runner, step);
  cj_runner_wait (self->runner);
  refusal = cj_runner_dup_refusal (self->runner);
  if (refusal != NULL)
    {
      g_set_error_literal (error, CJ_ERROR, CJ_ERROR_PARAM, refusal);
      return FALSE;
    }
  if (!read_log (self, &graph, &setup, error))
    return FALSE;
  cjl_session_note_compiled (self, graph, setup);
  for (guint i = 0; i < graph->nodes->len; i++) /* cards stay where they stand */
    {
      CjNode *node = graph->nodes->pdata[i];
      const CjNode *now = cj_graph_find (self->project->graph, node->id);

      if (now != NULL)
        cj_graph_move (graph, node, now->x, now->y);
    }
  graph_data = g_variant_ref_sink (cj_graph_save (graph));
  setup_data = g_variant_ref_sink (cj_train_setup_save (setup));
  return cj_graph_load (self->project->graph, graph_data, error)
         && cj_train_setup_load (self->project->setup, setup_data, error);
}

gboolean
cjl_session_branch (CjlSession *self, guint64 step, GError **error)
{
  CjRunState state;
  g_autofree char *title = g_strdup_printf (_ ("Go back to step %llu"), (unsigned long long) step);
  gboolean done;

  cjl_session_rest (self);
  state = cj_runner_get_state (self->runner);
  if (step < state.first || step > state.last)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("The run has no step %llu. Choose one from %llu to %llu."),
                   (unsigned long long) step, (unsigned long long) state.first,
                   (unsigned long long) state.last);
      return FALSE;
    }
  cjl_project_begin (self->project);
  if (step < state.last)
    cjl_session_archive (self, NULL);
  done = go_back (self, step, error);
  cjl_project_mark_run (self->project);
  cjl_project_commit (self->project, title, NULL);
  if (done)
    cjl_session_make_probe (self);
  return done;
}

void
cjl_session_limit (CjlSession *self, double steps_per_second)
{
  self->limit = steps_per_second;
  cj_runner_limit (self->runner, steps_per_second);
}

double
cjl_session_get_seconds (CjlSession *self)
{
  const double now
      = self->burst != NULL ? (double) (g_get_monotonic_time () - self->burst_time) : 0;

  return self->seconds + now / G_USEC_PER_SEC;
}

/* What is frozen keeps its numbers when a run begins anew. */
static void
keep_frozen (CjlSession *self, const CjCheckpoint *before)
{
  g_autoptr (CjCheckpoint) start = cj_runner_save (self->runner);
  guint n = 0;

  for (guint i = 0; i < start->table->entries->len; i++)
    {
      const CjTableEntry *entry = cj_table_get (start->table, i);
      const CjTableEntry *old = cj_table_find (before->table, entry->name);

      if (old == NULL || old->state != entry->state || !cj_shape_equal (&old->shape, &entry->shape)
          || !cjl_project_is_tensor_frozen (self->project, entry->name))
        continue;
      memcpy (cj_checkpoint_get_data (start, entry), cj_checkpoint_get_data (before, old),
              sizeof (float) * (gsize) entry->size);
      n++;
    }
  if (n == 0)
    return;
  cj_runner_load (self->runner, start);
  cj_runner_wait (self->runner);
}

gboolean
cjl_session_reset (CjlSession *self, GError **error)
{
  g_autoptr (CjCheckpoint) before = NULL;
  gboolean done;

  cjl_session_rest (self);
  before = cj_runner_save (self->runner);
  cjl_project_begin (self->project);
  cjl_session_archive (self, NULL);
  done = begin (self, error);
  if (done)
    {
      keep_frozen (self, before);
      self->seconds = 0;
      cjl_project_mark_run (self->project);
    }
  cjl_project_commit (self->project, _ ("Reset weights"), NULL);
  return done;
}

/* Mean, deviation, shape and classes of the data, and the date of the run, travel with the weights. */
static void
store_facts (CjlSession *self, CjlProject *project)
{
  const CjShape shape = cj_shape1 (self->dataset->n_channels);

  g_clear_pointer (&project->learned, g_variant_unref);
  project->learned = cj_variant_settle (
      g_variant_ref_sink (cjl_learned_print (self->dataset, cj_runner_get_began (self->runner))));
  g_ptr_array_unref (project->norm); /* a save may share it */
  project->norm = cjd_named_tensors_new ();
  for (guint i = 0; i < 2 && self->dataset->n_channels > 0; i++)
    {
      CjTensor *tensor = cj_tensor_new (CJ_FLOAT32, &shape);

      memcpy (tensor->data, i == 0 ? self->dataset->mean : self->dataset->std,
              cj_tensor_bytes (tensor));
      g_ptr_array_add (project->norm, cjd_named_tensor_new (i == 0 ? "mean" : "std", tensor));
    }
}

/* Weights, log and kept checkpoints are of one moment, and shared: none of them changes any more. */
static void
store (CjlSession *self, CjlProject *project, gboolean best, gsize budget)
{
  const gboolean wanted = best && self->project->setup->keep_best;
  const CjRunState state = cj_runner_get_state (self->runner);
  g_autoptr (CjCheckpoint) now = cjl_run_store (project, self->runner, budget);
  g_autoptr (CjCheckpoint) chosen = wanted ? cj_runner_dup_best (self->runner) : NULL;

  /* numbers that are none are not kept, but they are what there is */
  if (now == NULL || (state.status != CJ_RUN_TRAINING && now->at.step != state.step))
    {
      g_clear_pointer (&now, cj_checkpoint_unref);
      now = cj_runner_dup_snapshot (self->runner);
    }
  cjl_project_store (project, chosen != NULL ? chosen : now);
  store_facts (self, project);
  cjl_project_write_history (project, cjl_session_read_epochs (self));
}

void
cjl_session_store (CjlSession *self, gboolean best)
{
  g_autoptr (CjCheckpoint) kept = cj_runner_save (self->runner);

  self->asked = FALSE;
  store (self, self->project, best, CJL_RUN_BUDGET);
}

/* Whether the state that was asked for is kept; asks for it before. */
static gboolean
is_kept (CjlSession *self)
{
  if (!self->asked)
    cj_runner_ask_keep (self->runner);
  self->asked = cj_runner_is_keeping (self->runner);
  return !self->asked;
}

gboolean
cjl_session_try_store (CjlSession *self)
{
  if (!is_kept (self))
    return FALSE;
  store (self, self->project, FALSE, CJL_RUN_BUDGET);
  return TRUE;
}

CjlProject *
cjl_session_try_dup_run (CjlSession *self)
{
  CjlProject *run;

  if (!is_kept (self))
    return NULL;
  run = cjl_project_new ();
  store (self, run, FALSE, 0);
  return run;
}

CjlProject *
cjl_session_dup_project (CjlSession *self)
{
  CjlProject *copy = cjl_project_dup_for_worker (self->project);
  g_autoptr (CjCheckpoint) weights = cj_runner_dup_snapshot (self->runner);

  cjl_project_store (copy, weights);
  store_facts (self, copy);
  return copy;
}

/* After a cut, both series are read from the start. */
static void
follow_cuts (CjlSession *self)
{
  const guint n_cuts = cj_runner_get_state (self->runner).n_cuts;

  if (n_cuts == self->n_cuts)
    return;
  self->n_cuts = n_cuts;
  g_array_set_size (self->points, 0);
  g_array_set_size (self->epochs, 0);
}

const GArray *
cjl_session_read_points (CjlSession *self)
{
  CjRunPoint fresh[256];
  guint n;

  follow_cuts (self);
  while ((n = cj_runner_read_points (self->runner, self->points->len, fresh, G_N_ELEMENTS (fresh)))
         > 0)
    g_array_append_vals (self->points, fresh, n);
  return self->points;
}

const GArray *
cjl_session_read_epochs (CjlSession *self)
{
  CjRunEpoch fresh[64];
  guint n;

  follow_cuts (self);
  while ((n = cj_runner_read_epochs (self->runner, self->epochs->len, fresh, G_N_ELEMENTS (fresh)))
         > 0)
    g_array_append_vals (self->epochs, fresh, n);
  return self->epochs;
}

CjTensor *
cjl_session_dup_param (CjlSession *self, const char *name)
{
  g_autoptr (CjCheckpoint) snapshot = cj_runner_dup_snapshot (self->runner);
  const CjTableEntry *entry = snapshot != NULL ? cj_table_find (snapshot->table, name) : NULL;
  CjTensor *tensor;

  if (entry == NULL)
    return NULL;
  tensor = cj_tensor_new (CJ_FLOAT32, &entry->shape);
  memcpy (tensor->data, cj_checkpoint_get_data (snapshot, entry), cj_tensor_bytes (tensor));
  return tensor;
}

/* In the past of a run the network may have been another one than is drawn. */
static void
follow_revision (CjlSession *self)
{
  const CjRunState state = cj_runner_get_state (self->runner);
  g_autoptr (CjGraph) graph = NULL;
  g_autoptr (CjTrainSetup) setup = NULL;

  if (state.compiling || state.revision == self->probed || !read_log (self, &graph, &setup, NULL))
    return;
  self->probed = state.revision;
  probe_graph (self, graph);
}

static gboolean
ask (CjlSession *self, CjTensor *x, gint64 sample)
{
  g_autoptr (CjCheckpoint) snapshot = cj_runner_dup_snapshot (self->runner);

  if (snapshot == NULL)
    return FALSE;
  follow_revision (self);
  if (self->probe == NULL)
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
  return feed->problem == NULL && ask (self, x, (gint64) index);
}

gboolean
cjl_session_probe_tensor (CjlSession *self, CjTensor *x)
{
  return ask (self, x, -1);
}
