/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-document-private.h"

#include "cjl-recovery.h"
#include "cju-settings.h"
#include "cju-task.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <math.h>

#define TICK_MS 33
#define CALM 1 /* of two ticks is left out, unless the data is a plane */
#define FAST_MS 16
#define FAST_SECONDS 0.5               /* after the last move */
#define WISH_LIFE (G_USEC_PER_SEC / 2) /* of what a view wants to be told */

G_DEFINE_FINAL_TYPE (CjuDocument, cju_document, G_TYPE_OBJECT)

static guint signals[CJU_DOCUMENT_N_SIGNALS], notice_signal, reading_signal;

void
cju_document_emit (CjuDocument *self, CjuDocumentSignal which)
{
  g_signal_emit (self, signals[which], 0);
}

void
cju_document_set_trouble (CjuDocument *self, const char *text)
{
  g_free (self->trouble);
  self->trouble = g_strdup (text);
}

static void
check (CjuDocument *self)
{
  g_clear_pointer (&self->lowered, cj_lowered_free);
  if (self->dataset != NULL)
    self->lowered = cjl_project_lower (self->project, self->dataset, 1);
}

void
cju_document_follow (CjuDocument *self)
{
  g_autoptr (GError) error = NULL;

  check (self);
  self->edited_since = TRUE;
  if (self->dataset == NULL || self->pending)
    return;
  if (self->session != NULL)
    cjl_session_refresh (self->session, &error);
  else if (cj_lowered_can_train (self->lowered, &error) && self->refusal == NULL)
    cju_document_begin (self);
  cju_document_set_trouble (self, error != NULL ? error->message : self->refusal);
  self->ask_again = TRUE;
}

/* Nodes and blocks that are no more are not selected. */
static void
forget_removed (CjuDocument *self)
{
  gboolean changed = FALSE;

  for (guint i = self->selection->len - 1; i-- > 0;)
    if (cj_graph_find (self->project->graph, self->selection->pdata[i]) == NULL
        && cj_graph_find_block (self->project->graph, self->selection->pdata[i]) == NULL)
      {
        g_ptr_array_remove_index (self->selection, i);
        changed = TRUE;
      }
  if (changed)
    cju_document_emit (self, CJU_DOCUMENT_SELECTED);
}

static void
project_changed (CjlProject *project, gpointer data)
{
  CjuDocument *self = data;

  g_clear_pointer (&self->refusal, g_free);
  if (self->loaded.source == NULL || !cjl_data_choice_equal (&project->data, &self->loaded))
    cju_document_load (self);
  else
    cju_document_follow (self);
  forget_removed (self);
  cju_document_emit (self, CJU_DOCUMENT_EDITED);
}

static void
evaluate_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  CjlEvaluation *evaluation = cjl_evaluate (data, CJD_SPLIT_VAL, &error);

  (void) source;
  (void) cancellable;
  if (evaluation != NULL)
    g_task_return_pointer (task, evaluation, (GDestroyNotify) cjl_evaluation_free);
  else
    g_task_return_error (task, error);
}

static void
evaluate_done (GObject *object, GAsyncResult *result, gpointer data)
{
  CjuDocument *self = CJU_DOCUMENT (object);
  CjlEvaluation *evaluation = g_task_propagate_pointer (G_TASK (result), NULL);

  (void) data;
  self->evaluating = FALSE;
  if (evaluation != NULL && evaluation->dataset != self->dataset)
    g_clear_pointer (&evaluation, cjl_evaluation_free);
  if (evaluation == NULL) /* of a network that is no longer, or gives no row of numbers */
    return;
  g_clear_pointer (&self->evaluation, cjl_evaluation_free);
  self->evaluation = evaluation;
  cju_document_emit (self, CJU_DOCUMENT_EVALUATED);
}

/* While a view looks: after each epoch, and once when training has stopped. */
static void
evaluate (CjuDocument *self)
{
  const gboolean training = self->state.status == CJ_RUN_TRAINING;
  const gboolean due = training ? self->state.epoch != self->evaluated_epoch
                                : self->state.step != self->evaluated_step;
  g_autoptr (CjCheckpoint) weights = NULL;
  g_autoptr (GTask) task = NULL;

  if (self->evaluating || !due || self->state.step == 0
      || g_get_monotonic_time () - self->wanted > G_USEC_PER_SEC)
    return;
  weights = cj_runner_dup_snapshot (cjl_session_get_runner (self->session));
  if (weights == NULL)
    return;
  self->evaluating = TRUE;
  self->evaluated_step = self->state.step;
  self->evaluated_epoch = self->state.epoch;
  task = cju_task_new (self, NULL, evaluate_done, NULL);
  g_task_set_task_data (task, cjl_network_new (self->project->graph, self->dataset, weights),
                        (GDestroyNotify) cjl_network_free);
  g_task_run_in_thread (task, evaluate_thread);
}

const CjlEvaluation *
cju_document_get_evaluation (CjuDocument *self)
{
  self->wanted = g_get_monotonic_time ();
  return self->evaluation;
}

static gboolean
is_plane (const CjdDataset *dataset)
{
  return dataset != NULL && dataset->x_shape.n_dims == 2 && dataset->x_shape.dims[1] == 2;
}

static void
forget_failure (CjuDocument *self)
{
  if (self->failure == NULL)
    return;
  g_free (self->failure->node);
  g_free (self->failure->sentence);
  g_clear_pointer (&self->failure, g_free);
}

/* A run that stopped on a number that is none is a problem of the node where it was found. */
static void
follow_failure (CjuDocument *self)
{
  const gboolean failed = self->state.status == CJ_RUN_FAILED;
  CjRunner *runner = cjl_session_get_runner (self->session);

  if (failed == (self->failure != NULL))
    return;
  forget_failure (self);
  if (failed)
    {
      self->failure = g_new0 (CjProblem, 1);
      self->failure->node = cj_runner_dup_bad_node (runner);
      self->failure->sentence = cj_runner_dup_error (runner);
    }
  cju_document_emit (self, CJU_DOCUMENT_EDITED);
}

/* What nobody wished for any more is not told; what is newly wished for is asked at once. */
static void
follow_wish (CjuDocument *self, CjlProbe *probe)
{
  const CjlProbeWish *told = self->frame != NULL ? &self->frame->wish : NULL;

  if (g_get_monotonic_time () - self->wished > WISH_LIFE)
    self->wish = (CjlProbeWish){ .head = -1 };
  cjl_probe_wish (probe, self->wish);
  if (self->wish.attention && told != NULL
      && (!told->attention || told->layer != self->wish.layer || told->head != self->wish.head))
    self->ask_again = TRUE;
}

void
cju_document_wish_attention (CjuDocument *self, int layer, int head)
{
  self->wished = g_get_monotonic_time ();
  self->wish = (CjlProbeWish){ TRUE, layer, head };
}

/* Looks at the runner and keeps one question at a time with the probe. */
static void
look (CjuDocument *self)
{
  CjlProbe *probe = self->session != NULL ? cjl_session_get_probe (self->session) : NULL;
  CjRunState state;
  gboolean moved = FALSE;
  guint count;

  if (self->session == NULL)
    return;
  state = cj_runner_get_state (cjl_session_get_runner (self->session));
  moved = state.step != self->state.step || state.status != self->state.status
          || state.last != self->state.last || state.n_cuts != self->state.n_cuts;
  self->state = state;
  follow_failure (self);
  count = probe != NULL ? cjl_probe_get_count (probe) : 0;
  if (probe != self->seen_probe)
    self->seen = 0;
  self->seen_probe = probe;
  if (count > 0 && count != self->seen)
    {
      g_clear_pointer (&self->frame, cjl_probe_frame_unref);
      self->frame = cjl_probe_dup_frame (probe);
      self->seen = count;
      moved = TRUE;
    }
  if (probe != NULL)
    follow_wish (self, probe);
  if (probe != NULL && (self->ask_again || state.step != self->asked_step))
    {
      self->asked_step = state.step;
      self->ask_again = !cju_document_ask (self);
    }
  evaluate (self);
  cjl_session_settle (self->session);
  if (self->session != NULL) /* an entry of the undo stack may have changed it */
    cjl_project_keep_run (self->project, self->session,
                          cju_settings_get_number ("autosave-interval"));
  if (moved)
    cju_document_emit (self, CJU_DOCUMENT_TICKED);
}

static gboolean
on_tick (gpointer data)
{
  CjuDocument *self = data;

  if (is_plane (self->dataset) || self->beat++ % (CALM + 1) == 0)
    look (self);
  return G_SOURCE_CONTINUE;
}

static void
cju_document_dispose (GObject *object)
{
  CjuDocument *self = CJU_DOCUMENT (object);

  g_clear_handle_id (&self->tick, g_source_remove);
  g_clear_handle_id (&self->fast, g_source_remove);
  if (self->loading != NULL)
    g_cancellable_cancel (self->loading);
  g_clear_object (&self->loading);
  g_clear_pointer (&self->lowered, cj_lowered_free);
  g_clear_pointer (&self->frame, cjl_probe_frame_unref);
  g_clear_pointer (&self->evaluation, cjl_evaluation_free);
  g_clear_pointer (&self->dataset, cjd_dataset_unref);
  cju_document_clear_data (self);
  g_clear_pointer (&self->session, cjl_session_retire); /* with the data, if nobody else has them */
  if (self->project != NULL)
    cjl_project_unwatch (self->project, project_changed, self);
  g_clear_pointer (&self->project, cjl_project_unref);
  g_clear_pointer (&self->trouble, g_free);
  g_clear_pointer (&self->refusal, g_free);
  forget_failure (self);
  g_clear_pointer (&self->selection, g_ptr_array_unref);
  g_clear_pointer ((char **) &self->unit.node, g_free);
  G_OBJECT_CLASS (cju_document_parent_class)->dispose (object);
}

static void
cju_document_class_init (CjuDocumentClass *class)
{
  static const char *const names[CJU_DOCUMENT_N_SIGNALS]
      = { "edited", "loaded", "ticked", "selected", "sample", "evaluated", "unit", "cell" };

  G_OBJECT_CLASS (class)->dispose = cju_document_dispose;
  for (guint i = 0; i < CJU_DOCUMENT_N_SIGNALS; i++)
    signals[i] = g_signal_new (names[i], CJU_TYPE_DOCUMENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 0);
  notice_signal = g_signal_new ("notice", CJU_TYPE_DOCUMENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_BOOLEAN);
  reading_signal = g_signal_new ("reading", CJU_TYPE_DOCUMENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

void
cju_document_tell_reading (CjuDocument *self, const char *name)
{
  g_signal_emit (self, reading_signal, 0, name);
}

void
cju_document_notice (CjuDocument *self, const char *text, gboolean undoable)
{
  g_signal_emit (self, notice_signal, 0, text, undoable);
}

static void
cju_document_init (CjuDocument *self)
{
  self->state.val = (CjScore){ NAN, NAN };
  self->split = CJD_SPLIT_VAL;
  self->evaluated_step = G_MAXUINT64;
  self->cell[0] = self->cell[1] = -1;
  self->selection = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->selection, NULL);
  self->tick = g_timeout_add (TICK_MS, on_tick, self);
}

CjuDocument *
cju_document_new (CjlProject *project)
{
  CjuDocument *self = g_object_new (CJU_TYPE_DOCUMENT, NULL);

  self->project = cjl_project_ref (project);
  cjl_project_watch (project, project_changed, self);
  cju_document_load (self);
  return self;
}

CjlProject *
cju_document_get_project (CjuDocument *self)
{
  return self->project;
}

CjlSession *
cju_document_get_session (CjuDocument *self)
{
  return self->session;
}

CjdDataset *
cju_document_get_dataset (CjuDocument *self)
{
  return self->dataset;
}

const CjLowered *
cju_document_get_lowered (CjuDocument *self)
{
  return self->lowered;
}

CjlProbeFrame *
cju_document_get_frame (CjuDocument *self)
{
  return self->frame;
}

CjRunState
cju_document_get_state (CjuDocument *self)
{
  return self->state;
}

const char *
cju_document_get_trouble (CjuDocument *self)
{
  return self->trouble;
}

char *
cju_document_dup_shape (CjuDocument *self, const CjNode *node)
{
  const int index = cj_graph_get_index (self->project->graph, node);
  const CjShape *shape;
  CjShape one;

  if (self->lowered == NULL || index < 0 || index >= (int) self->lowered->n_nodes
      || !self->lowered->nodes[index].valid)
    return NULL;
  shape = cj_builder_get_shape (self->lowered->builder, self->lowered->nodes[index].out[0]);
  if (shape->n_dims == 0)
    return NULL;
  one = cj_shape (shape->n_dims - 1, shape->dims + 1);
  return cj_shape_print (&one);
}

const CjProblem *
cju_document_get_failure (CjuDocument *self)
{
  return self->failure;
}

const CjProblem *
cju_document_find_problem (CjuDocument *self, const CjNode *node)
{
  if (self->failure != NULL && g_strcmp0 (self->failure->node, node->id) == 0)
    return self->failure;
  for (guint i = 0; self->lowered != NULL && i < self->lowered->problems->len; i++)
    {
      const CjProblem *problem = self->lowered->problems->pdata[i];

      if (g_strcmp0 (problem->node, node->id) == 0)
        return problem;
    }
  return NULL;
}

gint64
cju_document_count_parameters (CjuDocument *self, const GPtrArray *nodes)
{
  const CjGraph *graph = self->project->graph;
  gint64 n = 0;

  if (self->lowered == NULL)
    return -1;
  for (guint i = 0; i < self->lowered->builder->values->len; i++)
    {
      const CjValue *value = cj_builder_get_value (self->lowered->builder, (int) i);

      if (value->kind == CJ_VALUE_PARAM && value->node < graph->nodes->len
          && g_ptr_array_find ((GPtrArray *) nodes, graph->nodes->pdata[value->node], NULL))
        n += cj_shape_size (&value->shape);
    }
  return n;
}

char *
cju_document_print_mend (CjuDocument *self, const CjProblem *problem)
{
  if (problem == self->failure)
    return g_strdup_printf (_ ("Go back to step %'llu"), (unsigned long long) self->state.good);
  if (problem->set != NULL)
    return g_strdup_printf (_ ("Set %s"), problem->set);
  if (problem->mend != NULL)
    return g_strdup_printf (_ ("Insert %s"), _ (cj_layer_find (problem->mend)->title));
  return NULL;
}

/* To the last kept checkpoint before the numbers went wrong. */
static void
go_back (CjuDocument *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (!cjl_session_branch (self->session, self->state.good, &error))
    {
      cju_document_notice (self, error->message, FALSE);
      return;
    }
  text = g_strdup_printf (_ ("The run is back at step %'llu. Use a smaller learning rate, or clip "
                             "the gradient, before it goes on."),
                          (unsigned long long) self->state.good);
  self->ask_again = TRUE;
  cju_document_notice (self, text, TRUE);
}

void
cju_document_mend (CjuDocument *self, const CjProblem *problem)
{
  CjGraph *graph = self->project->graph;
  CjNode *node = problem->node != NULL ? cj_graph_find (graph, problem->node) : NULL, *fresh;
  const guint port = problem->port;
  CjWire from;

  if (problem == self->failure && self->session != NULL)
    {
      go_back (self);
      return;
    }
  if (node == NULL && problem->node != NULL)
    return;
  if (problem->set != NULL)
    {
      g_auto (GStrv) pair = g_strsplit (problem->set, "=", 2);
      g_autofree char *name
          = node != NULL ? g_strdup_printf ("%s.%s", node->id, pair[0]) : g_strdup (pair[0]);

      cjl_project_set (self->project, name, pair[1], NULL);
      return;
    }
  if (problem->mend == NULL || node == NULL)
    return;
  from = node->from[port];
  cjl_project_begin (self->project);
  fresh = cj_graph_add (graph, cj_layer_find (problem->mend), NULL, NULL);
  cj_graph_put_node (graph, fresh, node->block);
  cj_graph_move (graph, fresh, node->x - 40, node->y - 70);
  if (from.node != NULL)
    cj_graph_connect (graph, from.node, from.port, fresh, 0, NULL);
  cj_graph_connect (graph, fresh, 0, node, port, NULL);
  cjl_project_commit (self->project, _ ("Insert layer"), NULL);
}

const CjNode *
cju_document_find_prediction (CjuDocument *self)
{
  const CjGraph *graph = self->project->graph;

  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const CjNode *node = graph->nodes->pdata[i];

      if (node->layer->role == CJ_ROLE_LOSS && node->from[0].node != NULL)
        return node->from[0].node;
    }
  return NULL;
}

void
cju_document_store (CjuDocument *self)
{
  if (self->session == NULL)
    return;
  cjl_session_settle (self->session);
  cjl_session_store (self->session, FALSE);
}

gboolean
cju_document_try_store (CjuDocument *self)
{
  if (self->session == NULL)
    return TRUE;
  cjl_session_settle (self->session);
  return cjl_session_try_store (self->session);
}

void
cju_document_train (CjuDocument *self, guint64 n_steps)
{
  if (self->session != NULL)
    cjl_session_train (self->session, n_steps);
  else if (n_steps == G_MAXUINT64)
    self->train_on = self->pending || self->starting;
}

/* While a person drags through time, views follow at the pace of the screen. */
static gboolean
on_fast_tick (gpointer data)
{
  CjuDocument *self = data;
  const gint64 now = g_get_monotonic_time ();

  look (self);
  if (self->state.status == CJ_RUN_SEEKING || now - self->sought < FAST_SECONDS * G_USEC_PER_SEC)
    return G_SOURCE_CONTINUE;
  self->fast = 0;
  return G_SOURCE_REMOVE;
}

void
cju_document_seek (CjuDocument *self, guint64 step)
{
  if (self->session == NULL)
    return;
  cjl_session_seek (self->session, step);
  self->state = cj_runner_get_state (cjl_session_get_runner (self->session));
  self->ask_again = TRUE;
  self->sought = g_get_monotonic_time ();
  if (self->fast == 0)
    self->fast = g_timeout_add (FAST_MS, on_fast_tick, self);
}

gboolean
cju_document_branch (CjuDocument *self, GError **error)
{
  const gboolean done
      = self->session != NULL && cjl_session_branch (self->session, self->state.target, error);

  self->ask_again = TRUE;
  return done;
}

void
cju_document_set_speed (CjuDocument *self, double steps_per_second)
{
  self->speed = steps_per_second;
  if (self->session != NULL)
    cjl_session_limit (self->session, steps_per_second);
}

void
cju_document_pause (CjuDocument *self)
{
  if (self->session != NULL)
    cj_runner_pause (cjl_session_get_runner (self->session));
}

void
cju_document_reset (CjuDocument *self)
{
  if (self->session != NULL && cjl_session_reset (self->session, NULL))
    {
      self->ask_again = TRUE;
      self->seen = 0;
      self->evaluated_step = G_MAXUINT64;
      self->evaluated_epoch = 0;
      g_clear_pointer (&self->evaluation, cjl_evaluation_free);
      cju_document_emit (self, CJU_DOCUMENT_EVALUATED);
      cju_document_emit (self, CJU_DOCUMENT_TICKED);
    }
}

static guint
count_selected (CjuDocument *self)
{
  return self->selection->len - 1;
}

void
cju_document_select_all (CjuDocument *self, const char *const *ids)
{
  GPtrArray *selection = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; ids[i] != NULL; i++)
    g_ptr_array_add (selection, g_strdup (ids[i]));
  g_ptr_array_add (selection, NULL);
  g_ptr_array_unref (self->selection);
  self->selection = selection;
  cju_document_emit (self, CJU_DOCUMENT_SELECTED);
}

void
cju_document_select (CjuDocument *self, const char *id)
{
  const char *const ids[] = { id, NULL };
  const guint n = id != NULL ? 1 : 0;

  if (count_selected (self) != n || (n > 0 && !cju_document_is_selected (self, id)))
    cju_document_select_all (self, ids);
}

void
cju_document_toggle (CjuDocument *self, const char *id)
{
  const guint end = count_selected (self);
  guint at = 0;

  while (at < end && !g_str_equal (self->selection->pdata[at], id))
    at++;
  if (at < end)
    g_ptr_array_remove_index (self->selection, at);
  else
    g_ptr_array_insert (self->selection, (int) end, g_strdup (id));
  cju_document_emit (self, CJU_DOCUMENT_SELECTED);
}

gboolean
cju_document_is_selected (CjuDocument *self, const char *id)
{
  return g_strv_contains (cju_document_get_selection (self), id);
}

CjNode *
cju_document_get_selected (CjuDocument *self)
{
  const guint n = count_selected (self);

  return n > 0 ? cj_graph_find (self->project->graph, self->selection->pdata[n - 1]) : NULL;
}

CjBlock *
cju_document_get_selected_block (CjuDocument *self)
{
  const guint n = count_selected (self);

  return n > 0 ? cj_graph_find_block (self->project->graph, self->selection->pdata[n - 1]) : NULL;
}

const char *const *
cju_document_get_selection (CjuDocument *self)
{
  return (const char *const *) self->selection->pdata;
}

void
cju_document_choose_unit (CjuDocument *self, const char *node, gint64 unit, gint64 row,
                          gint64 column)
{
  char *old = (char *) self->unit.node;

  self->unit = (CjuUnit){ g_strdup (node), unit, row, column };
  g_free (old);
  cju_document_emit (self, CJU_DOCUMENT_UNIT);
}

CjuUnit
cju_document_get_unit (CjuDocument *self)
{
  return self->unit;
}

void
cju_document_delete_unit (CjuDocument *self)
{
  g_autofree char *node = g_strdup (self->unit.node);
  const gint64 unit = self->unit.unit;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  if (self->session == NULL || node == NULL || unit < 0)
    {
      cju_document_notice (self,
                           _ ("No unit is chosen. Click one in Activations or Weights, or choose "
                              "it in the inspector."),
                           FALSE);
      return;
    }
  if (!cjl_session_delete_unit (self->session, node, (guint) unit, &error))
    {
      cju_document_notice (self, error->message, FALSE);
      return;
    }
  text = g_strdup_printf (_ ("Unit %u of %s is deleted."), (guint) unit, node);
  cju_document_choose_unit (self, NULL, -1, 0, 0);
  cju_document_notice (self, text, TRUE);
}

void
cju_document_choose_cell (CjuDocument *self, gint64 row, gint64 column)
{
  self->cell[0] = row;
  self->cell[1] = column;
  cju_document_emit (self, CJU_DOCUMENT_CELL);
}

void
cju_document_get_cell (CjuDocument *self, gint64 *row, gint64 *column)
{
  *row = self->cell[0];
  *column = self->cell[1];
}
