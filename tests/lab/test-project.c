/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Project files: what is saved comes back, damage gets a sentence, undo covers setup and drawing, a
 * run that was saved goes on as if it had never stopped. */
#include "cj-error.h"
#include "cjl-json.h"
#include "cjl-session.h"
#include "cjl-template.h"
#include "zip.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static CjlProject *
new_project (void)
{
  g_autoptr (GError) error = NULL;
  CjlProject *project = cjl_template_make (cjl_template_find ("playground"), &error);

  g_assert_no_error (error);
  return project;
}

static gboolean
same_bytes (CjlProject *a, CjlProject *b)
{
  g_autoptr (GBytes) x = cjl_project_print (a, NULL), y = cjl_project_print (b, NULL);

  return g_bytes_equal (x, y);
}

static void
test_round_trip (void)
{
  for (const CjlTemplate *t = cjl_templates (); t->id != NULL; t++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (CjlProject) project = cjl_template_make (t, &error);
      g_autoptr (GBytes) bytes = cjl_project_print (project, &error);
      g_autoptr (CjlProject) again = cjl_project_parse (bytes, &error);

      g_assert_no_error (error);
      g_assert_true (same_bytes (project, again));
      g_assert_cmpstr (project->uuid, ==, again->uuid);
    }
}

/* Every template fits its data as it is, and takes a step; with few samples, for the time. */
static void
test_templates (void)
{
  for (const CjlTemplate *t = cjl_templates (); t->id != NULL; t++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (CjlProject) project = cjl_template_make (t, &error);
      g_autoptr (CjdDataset) dataset = NULL;
      g_autoptr (CjlSession) session = NULL;
      GVariantDict params;

      g_assert_no_error (error);
      g_variant_dict_init (&params, project->data.params);
      g_variant_dict_insert (&params, "samples", "s", "300");
      cjl_project_set_data (project, t->source, g_variant_dict_end (&params));
      dataset = cjl_data_load (&project->data, &error);
      g_assert_no_error (error);
      session = cjl_session_new (project, dataset, 2, &error);
      g_assert_no_error (error);
      cj_runner_train (cjl_session_get_runner (session), 1);
      while (cj_runner_get_state (cjl_session_get_runner (session)).status == CJ_RUN_TRAINING)
        g_usleep (500);
      g_assert_cmpuint (cj_runner_get_state (cjl_session_get_runner (session)).step, ==, 1);
    }
}

/* Every third byte of the file turned round, one at a time; and the file cut off anywhere. */
static void
test_damage (void)
{
  g_autoptr (CjlProject) project = new_project ();
  g_autoptr (GBytes) bytes = cjl_project_print (project, NULL);
  const gsize size = g_bytes_get_size (bytes);

  for (gsize i = 0; i < size; i += 3)
    {
      g_autofree guint8 *copy = g_memdup2 (g_bytes_get_data (bytes, NULL), size);
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) damaged = NULL, cut = g_bytes_new (copy, i);
      g_autoptr (CjlProject) read = NULL, part = NULL;

      copy[i] ^= 0xff;
      damaged = g_bytes_new (copy, size);
      read = cjl_project_parse (damaged, &error);
      g_assert_true (read != NULL || (error != NULL && strlen (error->message) > 8));
      g_clear_error (&error);
      part = cjl_project_parse (cut, &error);
      g_assert_true (part != NULL || error != NULL);
    }
}

/* json-glib's parser runs out of stack on this without a check before it. */
static void
test_deep_json (void)
{
  g_autofree char *deep = g_strnfill (200000, '[');
  g_autoptr (GError) error = NULL;

  g_assert_null (cjl_json_parse (deep, -1, &error));
  g_assert_true (g_pattern_match_simple ("*nested deeper*", error->message));
  g_clear_error (&error);
  g_assert_null (cjl_json_parse ("", 0, &error));
  g_assert_nonnull (error);
}

static void
test_newer (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CjlProject) missing = cjl_project_load ("/nowhere/at/all.cajal", &error);

  g_assert_null (missing);
  g_assert_true (g_str_has_prefix (error->message, "/nowhere/at/all.cajal: "));
}

/* A formula is set by name, refused with its place, saved, and undone. */
static void
test_formula (void)
{
  static const char curve[] = "a * tanh(b * x) + c where a = 0.5 per channel, b = -2";
  g_autoptr (CjlProject) project = new_project (), again = NULL;
  g_autoptr (GBytes) before = NULL, saved = NULL, undone = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  const CjNode *node;

  cjl_project_begin (project);
  g_assert_nonnull (cj_graph_add_chain (project->graph, cj_graph_find (project->graph, "dense1"),
                                        "formula", NULL));
  cjl_project_commit (project, "Add Formula", NULL);
  before = cjl_project_print (project, NULL);
  g_assert_false (cjl_project_set (project, "formula1.formula", "a * tahn(x)", &error));
  g_assert_cmpstr (error->message, ==,
                   "“formula1”: Formula, column 5: there is no function “tahn”. Did you mean "
                   "“tanh”?");
  g_clear_error (&error);
  g_assert_true (cjl_project_set (project, "formula1.formula", curve, &error));
  saved = cjl_project_print (project, &error);
  again = cjl_project_parse (saved, &error);
  g_assert_no_error (error);
  node = cj_graph_find (again->graph, "formula1");
  text = cj_params_print (cj_params_find (node->layer->params, "formula"), node->params);
  g_assert_cmpstr (text, ==, curve);
  g_assert_true (cjl_project_undo (project));
  undone = cjl_project_print (project, NULL);
  g_assert_true (g_bytes_equal (before, undone));
}

static void
test_undo (void)
{
  g_autoptr (CjlProject) project = new_project (), fresh = NULL;
  g_autoptr (GBytes) start = cjl_project_print (project, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (cjl_project_is_modified (project));
  g_assert_true (cjl_project_set (project, "dense1.units", "17", NULL));
  g_assert_true (cjl_project_set (project, "batch", "8", NULL));
  g_assert_true (cjl_project_set (project, "title", "Another", NULL));
  g_assert_true (cjl_project_set (project, "data", "moons", NULL));
  g_assert_false (cjl_project_set (project, "dense1.units", "many", &error));
  g_assert_error (error, CJ_ERROR, CJ_ERROR_PARAM);
  g_clear_error (&error);
  g_assert_false (cjl_project_set (project, "nobody.units", "3", &error));
  g_assert_true (g_pattern_match_simple ("*“nobody”*", error->message));
  g_assert_true (cjl_project_is_modified (project));
  for (guint i = 0; i < 4; i++)
    g_assert_true (cjl_project_undo (project));
  g_assert_false (cjl_project_undo (project));
  g_assert_false (cjl_project_is_modified (project));
  fresh = cjl_project_parse (start, NULL);
  g_assert_true (same_bytes (project, fresh));
  g_assert_cmpstr (cjl_project_get_redo_title (project), ==, "Change dense1.units");
  for (guint i = 0; i < 4; i++)
    g_assert_true (cjl_project_redo (project));
  g_assert_cmpstr (project->title, ==, "Another");
  g_assert_cmpstr (project->data.source, ==, "moons");
}

static void
test_merge (void)
{
  g_autoptr (CjlProject) project = new_project ();
  CjNode *node = cj_graph_find (project->graph, "dense1");
  const double x = node->x;

  for (guint i = 0; i < 5; i++)
    {
      cjl_project_begin (project);
      cj_graph_move (project->graph, node, node->x + 10, node->y);
      cjl_project_commit (project, "Move card", "dense1");
    }
  g_assert_cmpfloat (node->x, ==, x + 50);
  g_assert_true (cjl_project_undo (project));
  g_assert_cmpfloat (cj_graph_find (project->graph, "dense1")->x, ==, x);
  g_assert_null (cjl_project_get_undo_title (project));
}

static void
run (CjlSession *session, guint64 n_steps)
{
  CjRunner *runner = cjl_session_get_runner (session);

  cj_runner_train (runner, n_steps);
  while (cj_runner_get_state (runner).status == CJ_RUN_TRAINING)
    g_usleep (500);
}

static CjdDataset *
load (CjlProject *project)
{
  g_autoptr (GError) error = NULL;
  CjdDataset *dataset = cjl_data_load (&project->data, &error);

  g_assert_no_error (error);
  return dataset;
}

/* What a view is set to is no edit, but has to be saved; it comes back from the file, and goes
 * on with it when it is saved by who knows nothing of views. */
static void
test_views (void)
{
  g_autoptr (CjlProject) project = cjl_template_make (cjl_template_find ("mlp"), NULL);
  g_autofree char *folder = g_dir_make_tmp ("cajal-views-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "views.cajal", NULL);
  g_autoptr (CjlProject) back = NULL, again = NULL;
  g_autoptr (GVariant) none = NULL, first = NULL, second = NULL;
  g_autoptr (GError) error = NULL;
  double amplitude;

  g_assert_true (cjl_project_save (project, path, &error));
  none = cjl_project_dup_view (project, "neuron");
  g_assert_null (none);
  cjl_project_put_view (project, "neuron",
                        g_variant_new_parsed ("{'model': <'lif'>, 'amplitude': <2.0>}"));
  cjl_project_put_view (project, "other", g_variant_new_parsed ("{'own': <true>}"));
  cjl_project_put_view (project, "neuron",
                        g_variant_new_parsed ("{'model': <'lif'>, 'amplitude': <3.0>}"));
  g_assert_true (cjl_project_is_modified (project));
  g_assert_null (cjl_project_get_undo_title (project));
  g_assert_true (cjl_project_save (project, path, &error));
  g_assert_false (cjl_project_is_modified (project));
  back = cjl_project_load (path, &error);
  g_assert_no_error (error);
  g_assert_false (cjl_project_is_modified (back));
  first = cjl_project_dup_view (back, "neuron");
  g_assert_true (g_variant_lookup (first, "amplitude", "d", &amplitude));
  g_assert_cmpfloat (amplitude, ==, 3);
  g_assert_true (cjl_project_set (back, "batch", "8", &error));
  g_assert_true (cjl_project_save (back, path, &error));
  again = cjl_project_load (path, &error);
  second = cjl_project_dup_view (again, "other");
  g_assert_nonnull (second);
  g_unlink (path);
  g_rmdir (folder);
}

/* 30 steps at once, and 11 steps, a file, 19 steps: the same weights. */
/* What is edited while the file is written is not saved, and the project knows. */
static void
test_save_meanwhile (void)
{
  g_autoptr (CjlProject) project = cjl_template_make (cjl_template_find ("mlp"), NULL);
  g_autofree char *folder = g_dir_make_tmp ("cajal-save-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "meanwhile.cajal", NULL);
  g_autoptr (CjlSave) save = NULL;
  g_autoptr (CjlProject) back = NULL;
  g_autoptr (GError) error = NULL;

  cjl_project_set (project, "batch", "16", NULL);
  save = cjl_save_new (project, path);
  cjl_project_set (project, "batch", "8", NULL);
  g_assert_true (cjl_save_write (save, &error));
  g_assert_no_error (error);
  cjl_save_end (save, project);
  g_assert_true (cjl_project_is_modified (project));
  back = cjl_project_load (path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (back->setup->batch, ==, 16);
  g_assert_cmpstr (back->uuid, ==, project->uuid);
  cjl_project_undo (project);
  g_assert_false (cjl_project_is_modified (project));
  /* another way forward, from before the save: what the file holds cannot be come to any more */
  cjl_project_undo (project);
  cjl_project_set (project, "batch", "4", NULL);
  g_assert_true (cjl_project_is_modified (project));
  g_assert_true (cjl_project_save (project, path, &error));
  g_assert_false (cjl_project_is_modified (project));
  g_unlink (path);
  g_rmdir (folder);
}

static void
test_resume (void)
{
  g_autoptr (CjlProject) whole = new_project (), first = new_project (), second = NULL;
  g_autoptr (CjdDataset) dataset = load (whole);
  g_autoptr (CjlSession) a = cjl_session_new (whole, dataset, 1, NULL);
  g_autoptr (CjlSession) b = cjl_session_new (first, dataset, 2, NULL), c = NULL;
  g_autoptr (CjTensor) x = NULL, y = NULL;
  g_autoptr (GBytes) bytes = NULL;

  run (a, 30);
  run (b, 11);
  cjl_session_store (b, FALSE);
  bytes = cjl_project_print (first, NULL);
  second = cjl_project_parse (bytes, NULL);
  c = cjl_session_new (second, dataset, 2, NULL);
  run (c, 19);
  g_assert_cmpuint (cj_runner_get_state (cjl_session_get_runner (c)).step, ==, 30);
  x = cjl_session_dup_param (a, "dense2.weight");
  y = cjl_session_dup_param (c, "dense2.weight");
  g_assert_cmpmem (x->data, cj_tensor_bytes (x), y->data, cj_tensor_bytes (y));
}

/* Through a file after every step, with running statistics, a moving average and dropout. */
static void
test_resume_every_step (void)
{
  g_autoptr (CjlProject) whole = new_project ();
  g_autoptr (CjdDataset) dataset = load (whole);
  g_autoptr (CjlSession) straight = NULL;
  g_autoptr (CjCheckpoint) a = NULL, b = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (CjGraph) graph = cj_graph_new ();
  g_autoptr (GVariant) data = NULL;
  CjlProject *project;

  cj_graph_add_chain (
      graph, NULL, "input, dense 9, batch-norm, relu, dropout 0.2, dense 2, cross-entropy", &error);
  g_assert_no_error (error);
  data = g_variant_ref_sink (cj_graph_save (graph));
  cjl_project_begin (whole);
  g_assert_true (cj_graph_load (whole->graph, data, NULL));
  cjl_project_commit (whole, "Draw", NULL);
  g_assert_true (cjl_project_set (whole, "average", "0.9", NULL));
  g_assert_true (cjl_project_set (whole, "batch", "200", NULL));
  project = cjl_project_ref (whole);
  straight = cjl_session_new (whole, dataset, 2, NULL);
  run (straight, 20);
  a = cj_runner_save (cjl_session_get_runner (straight));
  for (guint step = 1; step <= 20; step++)
    {
      g_autoptr (CjlSession) session = cjl_session_new (project, dataset, 1 + step % 4, &error);
      g_autoptr (GBytes) bytes = NULL;

      g_assert_no_error (error);
      run (session, 1);
      cjl_session_store (session, step % 2 == 0);
      g_clear_pointer (&b, cj_checkpoint_unref);
      b = cj_runner_save (cjl_session_get_runner (session));
      g_assert_cmpuint (b->at.step, ==, step);
      bytes = cjl_project_print (project, NULL);
      cjl_project_unref (project);
      project = cjl_project_parse (bytes, &error);
      g_assert_no_error (error);
    }
  g_assert_cmpmem (a->weights, 4 * (gsize) a->table->n_weights, b->weights,
                   4 * (gsize) b->table->n_weights);
  g_assert_cmpmem (a->states, 4 * (gsize) a->table->n_states, b->states,
                   4 * (gsize) b->table->n_states);
  g_assert_cmpmem (a->slots, 4 * (gsize) a->table->n_weights * a->n_slots, b->slots,
                   4 * (gsize) b->table->n_weights * b->n_slots);
  cjl_project_unref (project);
}

/* A log whose bytes were changed: a session or a sentence, and no step that cannot be. */
static void
test_damaged_run (void)
{
  g_autoptr (CjlProject) project = new_project ();
  g_autoptr (CjdDataset) dataset = load (project);
  g_autoptr (CjlSession) session = cjl_session_new (project, dataset, 1, NULL);
  CjdPiece *log = NULL;
  g_autoptr (GBytes) good = NULL;
  gsize size;

  run (session, 3);
  cjl_session_store (session, FALSE);
  for (guint i = 0; i < project->run->len; i++)
    if (g_str_has_suffix (((CjdPiece *) project->run->pdata[i])->name, ".json"))
      log = project->run->pdata[i];
  g_assert_nonnull (log);
  good = cjd_piece_dup (log);
  size = g_bytes_get_size (good);
  for (gsize i = 0; i < size; i += 7)
    {
      guint8 *copy = g_memdup2 (g_bytes_get_data (good, NULL), size);
      g_autoptr (CjlSession) again = NULL;
      g_autoptr (GError) error = NULL;

      copy[i] = copy[i] >= '0' && copy[i] <= '9' ? '9' : 'x';
      g_clear_pointer (&log->bytes, g_bytes_unref);
      log->bytes = g_bytes_new_take (copy, size);
      again = cjl_session_new (project, dataset, 1, &error);
      g_assert_true (again != NULL || (error != NULL && strlen (error->message) > 8));
      if (again != NULL)
        run (again, 2);
    }
  g_bytes_unref (log->bytes);
  log->bytes = g_steal_pointer (&good);
}

/* Editing while a run goes on: what still fits is kept, live values arrive, the run goes on. */
static void
test_refresh (void)
{
  g_autoptr (CjlProject) project = new_project ();
  g_autoptr (CjdDataset) dataset = load (project);
  g_autoptr (CjlSession) session = cjl_session_new (project, dataset, 1, NULL);
  g_autoptr (CjTensor) before = NULL, after = NULL;
  g_autoptr (GError) error = NULL;

  run (session, 20);
  before = cjl_session_dup_param (session, "dense1.weight");
  g_assert_true (cjl_project_set (project, "learning-rate", "0.002", NULL));
  g_assert_true (cjl_session_refresh (session, &error));
  g_assert_true (cjl_project_set (project, "dense2.units", "9", NULL));
  g_assert_true (cjl_session_refresh (session, &error));
  cj_runner_wait (cjl_session_get_runner (session));
  after = cjl_session_dup_param (session, "dense1.weight");
  g_assert_cmpmem (before->data, cj_tensor_bytes (before), after->data, cj_tensor_bytes (after));
  g_assert_cmpuint (cjl_session_read_points (session)->len, ==, 20);
  g_assert_true (cjl_project_set (project, "dense3.units", "5", NULL));
  g_assert_false (cjl_session_refresh (session, &error));
  g_assert_true (g_pattern_match_simple ("*5 scores*2 classes*", error->message));
}

/* Of a run that was saved, every kept step and every other one can be gone back to; what follows is
 * what followed before. */
static void
test_branch (void)
{
  g_autoptr (CjlProject) project = new_project (), again = NULL;
  g_autoptr (CjdDataset) dataset = load (project);
  g_autoptr (CjlSession) session = cjl_session_new (project, dataset, 1, NULL), later = NULL;
  g_autoptr (CjTensor) x = NULL, y = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  run (session, 10);
  g_assert_true (cjl_project_set (project, "learning-rate", "0.02", NULL));
  g_assert_true (cjl_session_refresh (session, &error));
  run (session, 10);
  x = cjl_session_dup_param (session, "dense2.weight");
  g_assert_true (cjl_project_set (project, "dense2.units", "9", NULL));
  g_assert_true (cjl_session_refresh (session, &error));
  cj_runner_wait (cjl_session_get_runner (session));
  run (session, 7);
  cjl_session_store (session, FALSE);
  bytes = cjl_project_print (project, NULL);
  again = cjl_project_parse (bytes, NULL);
  later = cjl_session_new (again, dataset, 2, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (cj_runner_get_state (cjl_session_get_runner (later)).step, ==, 27);
  g_assert_true (cjl_session_branch (later, 20, &error));
  g_assert_no_error (error);
  y = cjl_session_dup_param (later, "dense2.weight");
  g_assert_cmpmem (x->data, cj_tensor_bytes (x), y->data, cj_tensor_bytes (y));
  g_assert_cmpfloat (again->setup->learning_rate, ==, 0.02);
  g_clear_pointer (&y, cj_tensor_unref);
  g_assert_false (cjl_session_branch (later, 21, &error));
  g_assert_true (g_pattern_match_simple ("*no step 21*from 0 to 20*", error->message));
  g_clear_error (&error);
  g_assert_true (cjl_session_branch (later, 3, &error));
  g_assert_cmpfloat (again->setup->learning_rate, !=, 0.02);
  run (later, 7);
  g_assert_true (cjl_project_set (again, "learning-rate", "0.02", NULL));
  g_assert_true (cjl_session_refresh (later, &error));
  run (later, 10);
  y = cjl_session_dup_param (later, "dense2.weight");
  g_assert_cmpmem (x->data, cj_tensor_bytes (x), y->data, cj_tensor_bytes (y));
}

/* The other units stay what they were, row for row and column for column. */
static void
test_delete_unit (void)
{
  g_autoptr (CjlProject) project = new_project ();
  g_autoptr (CjdDataset) dataset = load (project);
  g_autoptr (CjlSession) session = cjl_session_new (project, dataset, 1, NULL);
  g_autoptr (CjTensor) w1 = NULL, w2 = NULL, v1 = NULL, v2 = NULL;
  g_autoptr (GError) error = NULL;
  gint64 n;

  run (session, 5);
  w1 = cjl_session_dup_param (session, "dense1.weight");
  w2 = cjl_session_dup_param (session, "dense2.weight");
  g_assert_true (cjl_session_delete_unit (session, "dense1", 3, &error));
  cj_runner_wait (cjl_session_get_runner (session));
  v1 = cjl_session_dup_param (session, "dense1.weight");
  v2 = cjl_session_dup_param (session, "dense2.weight");
  n = v1->shape.dims[0];
  g_assert_cmpint (n, ==, w1->shape.dims[0] - 1);
  for (gint64 i = 0; i < n; i++)
    {
      const gint64 was = i < 3 ? i : i + 1;

      g_assert_cmpfloat (cj_tensor_f32 (v1)[2 * i], ==, cj_tensor_f32 (w1)[2 * was]);
      g_assert_cmpfloat (cj_tensor_f32 (v2)[n * 5 + i], ==, cj_tensor_f32 (w2)[(n + 1) * 5 + was]);
    }
  g_assert_false (cjl_session_delete_unit (session, "dense1", (guint) n, &error));
  g_assert_error (error, CJ_ERROR, CJ_ERROR_PARAM);
  g_assert_cmpstr (cjl_project_get_undo_title (project), ==, "Delete unit 3 of dense1");
}

static void
test_probe (void)
{
  g_autoptr (CjlProject) project = new_project ();
  g_autoptr (CjdDataset) dataset = load (project);
  g_autoptr (CjlSession) session = cjl_session_new (project, dataset, 1, NULL);
  CjlProbe *probe = cjl_session_get_probe (session);
  g_autoptr (CjlProbeFrame) frame = NULL;
  CjTensor *out;

  g_assert_true (cjl_session_probe (session, CJD_SPLIT_VAL, 3));
  g_assert_false (cjl_session_probe (session, CJD_SPLIT_VAL, 1000000));
  while (cjl_probe_get_count (probe) == 0)
    g_usleep (500);
  frame = cjl_probe_dup_frame (probe);
  out = cjl_probe_frame_find (frame, "dense1");
  g_assert_cmpint (out->shape.dims[1], ==, 8);
  for (gint64 i = 0; i < 8; i++)
    g_assert_true (isfinite (cj_tensor_f32 (out)[i]) && fabsf (cj_tensor_f32 (out)[i]) <= 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/project/round-trip", test_round_trip);
  g_test_add_func ("/lab/project/templates", test_templates);
  g_test_add_func ("/lab/project/views", test_views);
  g_test_add_func ("/lab/project/damage", test_damage);
  g_test_add_func ("/lab/project/deep-json", test_deep_json);
  g_test_add_func ("/lab/project/missing", test_newer);
  g_test_add_func ("/lab/project/formula", test_formula);
  g_test_add_func ("/lab/project/undo", test_undo);
  g_test_add_func ("/lab/project/merge", test_merge);
  g_test_add_func ("/lab/project/save-meanwhile", test_save_meanwhile);
  g_test_add_func ("/lab/session/resume", test_resume);
  g_test_add_func ("/lab/session/resume-every-step", test_resume_every_step);
  g_test_add_func ("/lab/session/damaged-run", test_damaged_run);
  g_test_add_func ("/lab/session/refresh", test_refresh);
  g_test_add_func ("/lab/session/branch", test_branch);
  g_test_add_func ("/lab/session/delete-unit", test_delete_unit);
  g_test_add_func ("/lab/session/probe", test_probe);
  return g_test_run ();
}
