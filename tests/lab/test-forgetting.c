/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Data in tasks from the project's settings to the figure of what is left of each, through files as well. */
#include "cj-error.h"
#include "cjd-tasks.h"
#include "cjl-forgetting.h"
#include "cjl-retraining.h"
#include "cjl-session.h"
#include "cjl-template.h"
#include "cjv-figure.h"
#include "../engine/network.h"

#include <math.h>
#include <string.h>

#define N_TASKS 4

static CjlProject *
make (const char *data, const char *setup)
{
  g_autofree char *all = g_strconcat ("samples=720 ", data, NULL);
  const CjlTemplate template
      = { .id = "test",
          .title = "Test",
          .source = "glyphs",
          .data = all,
          .network = "input, flatten, dense 16 relu, dense 36, cross-entropy",
          .setup = setup };
  g_autoptr (GError) error = NULL;
  CjlProject *project = cjl_template_make (&template, &error);

  g_assert_no_error (error);
  return project;
}

static CjlSession *
open_session (CjlProject *project, guint threads)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CjdDataset) dataset = cjl_data_load (&project->data, &error);
  CjlSession *session;

  g_assert_no_error (error);
  session = cjl_session_new (project, dataset, threads, &error);
  g_assert_no_error (error);
  return session;
}

static void
train (CjlSession *session, guint64 n_steps)
{
  CjRunner *runner = cjl_session_get_runner (session);

  cj_runner_train (runner, n_steps);
  cj_runner_wait (runner);
}

static CjlProject *
through_file (CjlProject *project)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = cjl_project_print (project, &error);
  CjlProject *again = cjl_project_parse (bytes, &error);

  g_assert_no_error (error);
  return again;
}

/* Taken down in the middle of the third task, and put up again from the file. */
static void
test_resume (void)
{
  static const char *const remedies[]
      = { "ewc continual.fisher-samples=10", "si", "replay continual.memory=0.1" };

  for (guint r = 0; r < G_N_ELEMENTS (remedies); r++)
    {
      g_autofree char *setup
          = g_strconcat ("epochs=2 batch=20 continual.remedy=", remedies[r], NULL);
      g_autoptr (CjlProject) one = make ("tasks=split task-count=4", setup);
      g_autoptr (CjlProject) two = make ("tasks=split task-count=4", setup);
      g_autoptr (CjlSession) whole = open_session (one, 1), part = open_session (two, 2);
      const CjRunState state = cj_runner_get_state (cjl_session_get_runner (whole));
      const guint64 middle = 5 * state.steps_per_epoch + 2;
      g_autoptr (CjlProject) again = NULL;
      g_autoptr (CjlSession) rest = NULL;
      g_autoptr (CjCheckpoint) a = NULL, b = NULL;
      g_autoptr (GArray) history = NULL;
      const GArray *epochs;

      g_assert_cmpuint (state.n_epochs, ==, 2 * N_TASKS);
      g_assert_cmpuint (state.n_tasks, ==, N_TASKS);
      train (part, middle);
      cjl_session_store (part, FALSE);
      again = through_file (two);
      rest = open_session (again, 3);
      g_assert_cmpuint (cj_runner_get_state (cjl_session_get_runner (rest)).task, ==, 2);
      train (rest, G_MAXUINT64);
      train (whole, G_MAXUINT64);
      a = cj_runner_save (cjl_session_get_runner (whole));
      b = cj_runner_save (cjl_session_get_runner (rest));
      network_assert_same (a, b);
      cjl_session_store (rest, TRUE);
      history = cjl_project_read_history (again);
      epochs = cjl_session_read_epochs (whole);
      g_assert_cmpuint (history->len, ==, 2 * N_TASKS);
      for (guint e = 0; e < 2 * N_TASKS; e++)
        {
          const CjRunEpoch *x = &g_array_index (epochs, CjRunEpoch, e);
          const CjRunEpoch *y = &g_array_index (history, CjRunEpoch, e);

          g_assert_cmpuint (x->task, ==, y->task);
          g_assert_cmpint (x->task_ended, ==, y->task_ended);
          for (guint t = 0; t < N_TASKS; t++)
            g_assert_true (isnan (x->tasks[t]) ? isnan (y->tasks[t])
                                               : fabs (x->tasks[t] - y->tasks[t]) < 1e-6);
        }
    }
}

/* Text that a file may have in place of accuracies. */
static void
test_hostile_history (void)
{
  static const char *const texts[] = { "", "0.5", "x y z",
                                       "1 - - - - - - - - - - - - - - - - - - - - - "
                                       "- - - - - - - - - - - - - - - - - - - - -" };
  static const guint expected[] = { 0, 0, 3, CJ_TASKS_MAX };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (CjlProject) project = cjl_project_new ();
      g_autoptr (GArray) epochs = NULL;
      const CjRunEpoch *epoch;
      GVariantBuilder list;
      GVariantDict dict;

      g_variant_dict_init (&dict, NULL);
      g_variant_dict_insert (&dict, "tasks", "s", texts[i]);
      g_variant_dict_insert (&dict, "task", "x", (gint64) 0);
      g_variant_builder_init (&list, G_VARIANT_TYPE ("av"));
      g_variant_builder_add (&list, "v", g_variant_dict_end (&dict));
      g_variant_unref (project->history);
      project->history = g_variant_ref_sink (g_variant_builder_end (&list));
      epochs = cjl_project_read_history (project);
      epoch = &g_array_index (epochs, CjRunEpoch, 0);
      g_assert_cmpuint (epoch->n_tasks, ==, expected[i]);
      g_assert_cmpuint (epoch->task, <, MAX (epoch->n_tasks, 1));
    }
}

/* Mean accuracy, backward transfer and forgetting of a matrix that was done by hand. */
static void
test_summary (void)
{
  static const float matrix[9] = { 0.9f, 0.1f, 0.1f, 0.95f, 0.8f, 0.1f, 0.6f, 0.7f, 0.9f };
  CjvFrame *frame = cjl_forgetting_frame (matrix, 1, 3, NULL, "by hand");
  const CjvFigureInfo *figure = cjv_figure_find ("forgetting");
  g_autofree char *words = cjv_figure_print_words (figure, frame, NULL);
  g_autofree char *csv = cjv_figure_print_csv (figure, frame, NULL);

  /* (0.6 + 0.7 + 0.9) / 3; (0.95 - 0.6 + 0.8 - 0.7) / 2 */
  g_assert_nonnull (strstr (words, "After task 3 the mean accuracy is 73.3"));
  g_assert_nonnull (strstr (words, "22.5 points"));
  g_assert_nonnull (strstr (csv, ",2,1,0.9"));
  cjv_frame_free (frame);
}

/* Every task of a run becomes a row, the last epoch of it; runs of another number of tasks are left out. */
static void
test_matrix (void)
{
  g_autoptr (CjlProject) project = make ("tasks=permuted task-count=3", "epochs=2 batch=40");
  g_autoptr (CjlSession) session = open_session (project, 2);
  g_autoptr (GArray) other = g_array_new (FALSE, TRUE, sizeof (CjRunEpoch));
  const GArray *runs[2] = { NULL, other };
  const char *const names[] = { "One", "Other" };
  CjRunEpoch of_two = { .n_tasks = 2 };
  const CjTensor *accuracy;
  const GArray *epochs;
  CjvFrame *frame;

  g_array_append_val (other, of_two);
  g_assert_null (cjl_forgetting_frame_of_runs (&runs[0], names, 0));
  train (session, G_MAXUINT64);
  epochs = cjl_session_read_epochs (session);
  g_assert_cmpuint (epochs->len, ==, 6);
  runs[0] = epochs;
  frame = cjl_forgetting_frame_of_runs (runs, names, 2);
  accuracy = cjv_frame_get_array (frame, "accuracy");
  g_assert_cmpint (accuracy->shape.dims[0], ==, 1);
  g_assert_cmpint (accuracy->shape.dims[1], ==, 3);
  for (guint i = 0; i < 3; i++)
    for (guint j = 0; j < 3; j++)
      g_assert_cmpfloat (cj_tensor_f32 (accuracy)[i * 3 + j], ==,
                         g_array_index (epochs, CjRunEpoch, 2 * i + 1).tasks[j]);
  cjv_frame_free (frame);
}

/* The network that is looked at sees heads as well; without them every class is there. */
static void
test_heads (void)
{
  static const char *const data[]
      = { "tasks=split task-count=4", "tasks=split task-count=4 heads=false" };

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (CjlProject) project = make (data[i], "epochs=1 batch=20");
      g_autoptr (GError) error = NULL;
      g_autoptr (CjdDataset) dataset = cjl_data_load (&project->data, &error);
      const CjDataSpec spec = cjl_data_spec (dataset, 1);

      g_assert_no_error (error);
      g_assert_true ((spec.heads != NULL) == (i == 0));
      g_assert_true (i == 1 || (spec.heads[0] == 0 && spec.heads[35] == 3));
    }
}

/* A network that learns on after damage goes on with the task that the run was at, and with no other. */
static void
test_retraining (void)
{
  g_autoptr (CjlProject) project = make ("tasks=split task-count=4", "epochs=3 batch=20");
  g_autoptr (GError) error = NULL;
  g_autoptr (CjdDataset) dataset = cjl_data_load (&project->data, &error);
  g_autoptr (CjlNetwork) network = cjl_network_new_project (project, dataset, &error);
  g_autoptr (CjCheckpoint) after = NULL;
  g_autoptr (CjGraph) graph = NULL;
  CjlRetrainingOptions options;
  const CjTableEntry *before, *entry;

  g_assert_no_error (error);
  network->weights->at.task = 2;
  cjl_retraining_options_init (&options);
  options.dose = 0;
  options.n_steps = 12;
  after = cjl_retraining_run_one (network, project->setup, &options, 1, &graph, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (after->at.task, ==, 2);
  before = cj_table_find (network->weights->table, "dense2.bias");
  entry = cj_table_find (after->table, "dense2.bias");
  for (guint c = 0; c < 36; c++)
    {
      const gboolean moved = cj_checkpoint_get_data (after, entry)[c]
                             != cj_checkpoint_get_data (network->weights, before)[c];

      g_assert_true (moved == (dataset->tasks->of_class[c] == 2));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/forgetting/resume", test_resume);
  g_test_add_func ("/lab/forgetting/hostile-history", test_hostile_history);
  g_test_add_func ("/lab/forgetting/summary", test_summary);
  g_test_add_func ("/lab/forgetting/matrix", test_matrix);
  g_test_add_func ("/lab/forgetting/heads", test_heads);
  g_test_add_func ("/lab/forgetting/retraining", test_retraining);
  return g_test_run ();
}
