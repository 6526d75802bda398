/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Undo covers everything: structure, parameters, layout, data, weights set by hand and bursts of
 * training; undone, the start is there byte for byte, redone, the end; also after a restart. */
#include "cj-error.h"
#include "cjl-archive.h"
#include "cjl-arrange.h"
#include "cjl-project-private.h"
#include "cjl-recovery.h"
#include "cjl-template.h"
#include "../data/files.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* What a window keeps of a project. */
typedef struct
{
  CjlProject *project;
  CjlDataChoice loaded;
  CjdDataset *dataset;
  CjlSession *session;
} Lab;

/* After a change of the project, as the window does. */
static void
follow (Lab *lab)
{
  g_autoptr (GError) error = NULL;

  if (lab->dataset == NULL || !cjl_data_choice_equal (&lab->loaded, &lab->project->data))
    {
      g_clear_pointer (&lab->session, cjl_session_leave);
      g_clear_pointer (&lab->dataset, cjd_dataset_unref);
      cjl_data_choice_clear (&lab->loaded);
      lab->loaded = cjl_data_choice_copy (&lab->project->data);
      lab->dataset = cjl_data_load (&lab->loaded, &error);
      g_assert_no_error (error);
    }
  if (lab->session == NULL)
    lab->session = cjl_session_new (lab->project, lab->dataset, 2, &error);
  else
    cjl_session_refresh (lab->session, &error);
  g_assert_no_error (error);
  cj_runner_wait (cjl_session_get_runner (lab->session));
}

static void
open_lab (Lab *lab, CjlProject *project)
{
  *lab = (Lab){ .project = project };
  follow (lab);
}

static void
close_lab (Lab *lab)
{
  g_clear_pointer (&lab->session, cjl_session_free);
  g_clear_pointer (&lab->dataset, cjd_dataset_unref);
  cjl_data_choice_clear (&lab->loaded);
  g_clear_pointer (&lab->project, cjl_project_unref);
}

static CjlProject *
new_project (void)
{
  g_autoptr (GError) error = NULL;
  CjlProject *project = cjl_template_make (cjl_template_find ("playground"), &error);

  g_assert_no_error (error);
  return project;
}

static GBytes *
print (Lab *lab)
{
  g_autoptr (GError) error = NULL;
  GBytes *bytes;

  cjl_session_store (lab->session, FALSE);
  bytes = cjl_project_print (lab->project, &error);
  g_assert_no_error (error);
  return bytes;
}

static void
train (Lab *lab, guint64 n_steps)
{
  cjl_session_train (lab->session, n_steps);
  cj_runner_wait (cjl_session_get_runner (lab->session));
  cjl_session_settle (lab->session);
}

static void
set (Lab *lab, const char *name, const char *value)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (cjl_project_set (lab->project, name, value, &error));
  g_assert_no_error (error);
  follow (lab);
}

static void
undo (Lab *lab)
{
  g_assert_true (cjl_project_undo (lab->project));
  follow (lab);
}

/* Sets one weight by hand. */
static void
put_weight (Lab *lab, float value)
{
  g_autoptr (CjTensor) tensor = cjl_session_dup_param (lab->session, "dense1.weight");
  g_autoptr (GError) error = NULL;

  cj_tensor_f32 (tensor)[1] = value;
  g_assert_true (cjl_session_put (lab->session, "dense1.weight", cj_tensor_f32 (tensor),
                                  (gsize) cj_shape_size (&tensor->shape), "Set weight", NULL,
                                  &error));
  g_assert_no_error (error);
}

/* A layer into the wire before the loss, or out again. */
static void
restructure (Lab *lab)
{
  CjGraph *graph = lab->project->graph;
  CjNode *extra = cj_graph_find (graph, "extra"), *dense = cj_graph_find (graph, "dense2");

  cjl_project_begin (lab->project);
  if (extra != NULL)
    {
      const CjWire from = extra->from[0];

      cj_graph_remove (graph, extra);
      g_assert_true (cj_graph_connect (graph, from.node, from.port, dense, 0, NULL));
    }
  else
    {
      const CjWire from = dense->from[0];

      extra = cj_graph_add (graph, cj_layer_find ("dense"), "extra", NULL);
      cj_graph_set_param (graph, extra, "units", "7", NULL);
      cj_graph_disconnect (graph, dense, 0);
      g_assert_true (cj_graph_connect (graph, from.node, from.port, extra, 0, NULL));
      g_assert_true (cj_graph_connect (graph, extra, 0, dense, 0, NULL));
    }
  cjl_project_commit (lab->project, "Restructure", NULL);
  follow (lab);
}

/* Groups a card or all there is on a level, renames, moves or ungroups a block. */
static void
regroup (Lab *lab, GRand *random)
{
  CjGraph *graph = lab->project->graph;
  const guint n = graph->blocks->len;
  CjBlock *block = n > 0 ? graph->blocks->pdata[g_rand_int_range (random, 0, (gint32) n)] : NULL;
  g_autofree char *name = g_strdup_printf ("Part %d", g_rand_int_range (random, 0, 99));
  g_auto (GStrv) loose = NULL;
  const int action = block != NULL ? g_rand_int_range (random, 0, 4) : 0;

  cjl_project_begin (lab->project);
  if (action == 0)
    {
      g_autoptr (CjlScene) scene = cjl_scene_new (graph, block != NULL ? block->id : NULL);
      const guint first = (guint) g_rand_int_range (random, 0, (gint32) scene->cards->len);
      const char *ids[] = { cjl_scene_get (scene, first)->id,
                            cjl_scene_get (scene, scene->cards->len - 1)->id, NULL };

      g_assert_nonnull (cjl_arrange_group (graph, ids, scene->level, NULL));
    }
  else if (action == 1)
    g_assert_true (cj_graph_rename_block (graph, block, name, NULL));
  else if (action == 2)
    cj_graph_move_block (graph, block, g_rand_double_range (random, 0, 900), 5);
  else
    loose = cjl_arrange_ungroup (graph, block);
  cjl_project_commit (lab->project, "Regroup", NULL);
  follow (lab);
}

static void
act (Lab *lab, GRand *random)
{
  const int action = g_rand_int_range (random, 0, 15);
  g_autofree char *number = g_strdup_printf ("%d", g_rand_int_range (random, 2, 30));

  if (action == 0)
    restructure (lab);
  else if (action == 1)
    set (lab, "dense1.units", number);
  else if (action == 2)
    set (lab, "batch", number);
  else if (action == 3)
    set (lab, "learning-rate", g_rand_boolean (random) ? "0.01" : "0.003");
  else if (action == 4)
    {
      cjl_project_begin (lab->project);
      cj_graph_move (lab->project->graph, cj_graph_find (lab->project->graph, "dense1"),
                     g_rand_double_range (random, 0, 900), 20);
      cjl_project_commit (lab->project, "Move card", NULL);
      follow (lab);
    }
  else if (action == 5)
    set (lab, "data", g_rand_boolean (random) ? "moons" : "circles");
  else if (action == 6)
    put_weight (lab, (float) g_rand_double_range (random, -1, 1));
  else if (action == 7 && g_rand_boolean (random))
    g_assert_true (cjl_session_reset (lab->session, NULL));
  else if (action == 8 && g_rand_boolean (random))
    {
      const CjRunState state = cj_runner_get_state (cjl_session_get_runner (lab->session));

      g_assert_true (
          cjl_session_branch (lab->session, state.first + (state.last - state.first) / 2, NULL));
    }
  else if (action == 9)
    {
      const CjRunState state = cj_runner_get_state (cjl_session_get_runner (lab->session));

      cjl_session_seek (lab->session, state.first + (state.last - state.first) / 3);
      cj_runner_wait (cjl_session_get_runner (lab->session));
    }
  else if (action > 11)
    regroup (lab, random);
  else
    train (lab, (guint64) g_rand_int_range (random, 1, 9));
}

static void
assert_same (GBytes *a, GBytes *b)
{
  g_assert_true (g_bytes_equal (a, b));
}

static void
test_random (void)
{
  g_autoptr (GBytes) start = NULL, end = NULL, now = NULL;
  GRand *random = g_rand_new_with_seed (7);
  guint n = 0;
  Lab lab;

  open_lab (&lab, new_project ());
  start = print (&lab);
  for (guint i = 0; i < 200; i++)
    act (&lab, random);
  end = print (&lab);
  for (; cjl_project_undo (lab.project); n++)
    follow (&lab);
  g_assert_cmpuint (n, >, 150);
  now = print (&lab);
  assert_same (start, now);
  g_clear_pointer (&now, g_bytes_unref);
  for (; n > 0; n--)
    {
      g_assert_true (cjl_project_redo (lab.project));
      follow (&lab);
    }
  g_assert_false (cjl_project_redo (lab.project));
  now = print (&lab);
  assert_same (end, now);
  g_rand_free (random);
  close_lab (&lab);
}

/* A burst is one entry with its steps; while training undo is a new edit and keeps the weights. */
static void
test_burst (void)
{
  g_autoptr (GBytes) start = NULL, end = NULL, back = NULL, again = NULL;
  CjRunner *runner;
  Lab lab;

  open_lab (&lab, new_project ());
  runner = cjl_session_get_runner (lab.session);
  start = print (&lab);
  train (&lab, 12);
  g_assert_cmpstr (cjl_project_get_undo_title (lab.project), ==, "Training, steps 0–12");
  end = print (&lab);
  undo (&lab);
  g_assert_cmpuint (cj_runner_get_state (runner).step, ==, 0);
  back = print (&lab);
  assert_same (start, back);
  g_assert_true (cjl_project_redo (lab.project));
  follow (&lab);
  again = print (&lab);
  assert_same (end, again);

  cj_runner_limit (runner, 50);
  cjl_session_train (lab.session, 1000000);
  g_assert_true (cjl_project_set (lab.project, "batch", "7", NULL));
  g_assert_true (cjl_project_set (lab.project, "title", "Else", NULL));
  g_assert_cmpstr (cjl_project_get_undo_title (lab.project), ==, "Change title");
  g_assert_true (cjl_project_undo (lab.project));
  g_assert_true (cjl_project_undo (lab.project));
  g_assert_cmpint (lab.project->setup->batch, !=, 7);
  g_assert_false (cjl_project_undo (lab.project)); /* training itself goes on */
  g_assert_true (cjl_project_redo (lab.project));
  g_assert_cmpint (lab.project->setup->batch, ==, 7);
  g_assert_cmpstr (cjl_project_get_redo_title (lab.project), ==, "Change title");
  g_assert_true (cjl_project_redo (lab.project));
  g_assert_cmpstr (lab.project->title, ==, "Else");
  g_assert_false (cjl_project_redo (lab.project));
  g_assert_cmpint (cj_runner_get_state (runner).status, ==, CJ_RUN_TRAINING);
  while (cj_runner_get_state (runner).step < 15)
    g_usleep (1000);
  cj_runner_pause (runner);
  cj_runner_wait (runner);
  g_assert_true (cjl_session_settle (lab.session));
  g_assert_true (
      g_str_has_prefix (cjl_project_get_undo_title (lab.project), "Training, steps 12–"));
  while (cjl_project_undo (lab.project))
    follow (&lab);
  g_clear_pointer (&back, g_bytes_unref);
  back = print (&lab);
  assert_same (start, back);
  close_lab (&lab);
}

/* Without the kept checkpoints: of each moment only the newest outlives the program. */
static GBytes *
print_weights (Lab *lab)
{
  cjl_session_store (lab->session, FALSE);
  g_ptr_array_set_size (lab->project->run, 0);
  return cjl_project_print (lab->project, NULL);
}

/* Bursts, weights, resets and data are undone after a restart as well. */
static void
test_restart (void)
{
  g_autofree char *folder = files_new_state_folder (),
                  *path = g_build_filename (folder, "p.cajal", NULL);
  g_autoptr (GBytes) start = NULL, middle = NULL, end = NULL, now = NULL;
  g_autoptr (GError) error = NULL;
  Lab lab;

  open_lab (&lab, new_project ());
  g_assert_true (cjl_project_keep (lab.project, NULL));
  start = print_weights (&lab);
  train (&lab, 9);
  put_weight (&lab, 0.5f);
  train (&lab, 4);
  middle = print_weights (&lab);
  g_assert_true (cjl_session_reset (lab.session, NULL));
  set (&lab, "data", "moons");
  train (&lab, 3);
  end = print_weights (&lab);
  cjl_session_store (lab.session, FALSE);
  g_assert_true (cjl_project_save (lab.project, path, &error));
  g_assert_no_error (error);
  close_lab (&lab);

  lab.project = cjl_project_load (path, &error);
  g_assert_no_error (error);
  g_assert_true (cjl_project_keep (lab.project, &error));
  g_assert_true (cjl_project_undo (lab.project)); /* before the data are there */
  g_assert_true (cjl_project_redo (lab.project));
  open_lab (&lab, lab.project);
  now = print_weights (&lab);
  assert_same (now, end);
  for (guint i = 0; i < 3; i++)
    undo (&lab);
  g_clear_pointer (&now, g_bytes_unref);
  now = print_weights (&lab);
  assert_same (now, middle);
  while (cjl_project_undo (lab.project))
    follow (&lab);
  g_clear_pointer (&now, g_bytes_unref);
  now = print_weights (&lab);
  assert_same (now, start);
  while (cjl_project_redo (lab.project))
    follow (&lab);
  g_clear_pointer (&now, g_bytes_unref);
  now = print_weights (&lab);
  assert_same (now, end);
  close_lab (&lab);
  files_remove (g_steal_pointer (&folder));
}

/* Earlier runs: kept by a reset, named, compared, brought back; and they lie in the file. */
static void
test_archive (void)
{
  g_autoptr (GPtrArray) runs = NULL, differences = NULL, read = NULL;
  g_autoptr (CjlProject) again = NULL;
  g_autoptr (CjTensor) before = NULL, after = NULL;
  g_autoptr (CjlPastRun) current = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;
  const CjlDifference *difference;
  const CjlPastRun *run;
  guint n = 0, steps;
  Lab lab;

  open_lab (&lab, new_project ());
  steps = cj_runner_get_state (cjl_session_get_runner (lab.session)).steps_per_epoch;
  train (&lab, steps);
  before = cjl_session_dup_param (lab.session, "dense1.weight");
  g_assert_true (cjl_session_reset (lab.session, &error));
  set (&lab, "dense1.units", "11");
  runs = cjl_archive_list (lab.project);
  g_assert_cmpuint (runs->len, ==, 1);
  run = runs->pdata[0];
  id = g_strdup (run->id);
  g_assert_cmpstr (run->name, ==, "Run 1");
  g_assert_cmpuint (run->steps, ==, steps);
  g_assert_cmpuint (run->epochs->len, >, 0);
  current = cjl_archive_describe (lab.project, cjl_session_read_epochs (lab.session), 0, 0);
  differences = cjl_archive_compare (run, current);
  g_assert_cmpuint (differences->len, ==, 1);
  difference = differences->pdata[0];
  g_assert_cmpstr (difference->name, ==, "dense1.units");
  g_assert_cmpstr (difference->two, ==, "11");
  cjl_archive_rename (lab.project, id, "The good one");
  cjl_archive_set_note (lab.project, id, "narrow");
  g_assert_true (cjl_archive_restore_settings (lab.project, id, &error));
  g_assert_no_error (error);
  follow (&lab);
  g_assert_true (cjl_session_restore_weights (lab.session, id, &n, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (n, >=, 4);
  after = cjl_session_dup_param (lab.session, "dense1.weight");
  g_assert_cmpmem (before->data, cj_tensor_bytes (before), after->data, cj_tensor_bytes (after));
  bytes = print (&lab);
  again = cjl_project_parse (bytes, &error);
  g_assert_no_error (error);
  read = cjl_archive_list (again);
  g_assert_cmpuint (read->len, ==, 1);
  run = read->pdata[0];
  g_assert_cmpstr (run->name, ==, "The good one");
  g_assert_cmpstr (run->note, ==, "narrow");
  cjl_archive_delete (again, id);
  g_clear_pointer (&read, g_ptr_array_unref);
  read = cjl_archive_list (again);
  g_assert_cmpuint (read->len, ==, 0);
  g_assert_true (cjl_project_undo (again));
  g_clear_pointer (&read, g_ptr_array_unref);
  read = cjl_archive_list (again);
  g_assert_cmpuint (read->len, ==, 1);
  close_lab (&lab);
}

/* A learning rate far too large stops the run; going back to the last good checkpoint is one edit, and
 * undo leads to where it stopped. */
static void
test_failure (void)
{
  g_autoptr (CjCheckpoint) good = NULL;
  g_autoptr (GBytes) stopped = NULL, again = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *sentence = NULL, *node = NULL, *title = NULL, *none = NULL;
  CjRunState state;
  CjRunner *runner;
  Lab lab;

  open_lab (&lab, new_project ());
  set (&lab, "optimizer", "sgd");
  set (&lab, "schedule", "constant");
  train (&lab, 10);
  set (&lab, "learning-rate", "100");
  set (&lab, "optimizer.weight-decay", "10");
  train (&lab, G_MAXUINT64);
  runner = cjl_session_get_runner (lab.session);
  state = cj_runner_get_state (runner);
  g_assert_cmpint (state.status, ==, CJ_RUN_FAILED);
  g_assert_cmpuint (state.good, >=, 10);
  g_assert_cmpuint (state.good, <, state.last);
  sentence = cj_runner_dup_error (runner);
  node = cj_runner_dup_bad_node (runner);
  g_test_message ("%s", sentence);
  g_assert_nonnull (strstr (sentence, "no longer a number in step"));
  g_assert_nonnull (cj_graph_find (lab.project->graph, node));
  stopped = print_weights (&lab);

  g_assert_true (cjl_session_branch (lab.session, state.good, &error));
  g_assert_no_error (error);
  title = g_strdup_printf ("Go back to step %u", (guint) state.good);
  g_assert_cmpstr (cjl_project_get_undo_title (lab.project), ==, title);
  none = cj_runner_dup_error (runner);
  g_assert_null (none);
  good = cj_runner_save (runner);
  g_assert_cmpuint (cj_runner_get_state (runner).last, ==, state.good);
  g_assert_null (cj_checkpoint_find_bad (good));
  set (&lab, "learning-rate", "0.01");
  train (&lab, 5);
  g_assert_cmpint (cj_runner_get_state (runner).status, !=, CJ_RUN_FAILED);
  while (g_strcmp0 (cjl_project_get_undo_title (lab.project), title) != 0)
    undo (&lab);
  undo (&lab);
  again = print_weights (&lab);
  assert_same (stopped, again);
  close_lab (&lab);
}

/* A unit that was deleted comes back with its weights; a layer that must keep its units says why. */
static void
test_unit (void)
{
  g_autoptr (GBytes) before = NULL, after = NULL;
  g_autoptr (GError) error = NULL;
  guint n;
  Lab lab;

  open_lab (&lab, new_project ());
  train (&lab, 5);
  before = print_weights (&lab);
  n = cjl_session_count_units (lab.session, "dense1");
  g_assert_cmpuint (n, >=, 2);
  g_assert_cmpuint (cjl_session_count_units (lab.session, "cross1"), ==, 0);
  g_assert_cmpuint (cjl_session_count_units (lab.session, "nobody"), ==, 0);
  g_assert_true (cjl_session_delete_unit (lab.session, "dense1", 2, &error));
  g_assert_no_error (error);
  cj_runner_wait (cjl_session_get_runner (lab.session));
  g_assert_cmpuint (cjl_session_count_units (lab.session, "dense1"), ==, n - 1);
  g_assert_cmpstr (cjl_project_get_undo_title (lab.project), ==, "Delete unit 2 of dense1");
  undo (&lab);
  after = print_weights (&lab);
  assert_same (before, after);
  g_assert_false (cjl_session_delete_unit (lab.session, "dense3", 0, &error));
  g_assert_nonnull (strstr (error->message, "classes"));
  g_assert_cmpstr (cjl_project_get_undo_title (lab.project), !=, "Delete unit 0 of dense3");
  close_lab (&lab);
}

/* Files of undo that are too large together are given up from the oldest on, and that is told once. */
static void
test_room (void)
{
  g_autofree char *folder = files_new_state_folder (),
                  *path = g_build_filename (folder, "p.cajal", NULL), *moments = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = NULL;
  const char *name;
  guint n = 0;
  Lab lab;

  open_lab (&lab, new_project ());
  g_assert_true (cjl_project_keep (lab.project, NULL));
  for (guint i = 0; i < 3; i++)
    train (&lab, 4);
  cjl_session_store (lab.session, FALSE);
  g_assert_true (cjl_project_save (lab.project, path, &error));
  g_assert_cmpuint (cjl_project_take_dropped (lab.project), ==, 0);
  moments = cjl_project_dup_moments (lab.project);
  close_lab (&lab);
  dir = g_dir_open (moments, 0, &error);
  g_assert_no_error (error);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (moments, name, NULL);

      g_assert_cmpint (truncate (file, (off_t) (CJL_MOMENTS_ON_DISK / 2 + 1)), ==, 0); /* holes */
      n++;
    }
  g_assert_cmpuint (n, >=, 3);
  lab.project = cjl_project_load (path, &error);
  g_assert_true (cjl_project_keep (lab.project, &error));
  g_assert_cmpuint (cjl_project_take_dropped (lab.project), ==, n - 1);
  g_assert_cmpuint (cjl_project_take_dropped (lab.project), ==, 0);
  g_clear_pointer (&lab.project, cjl_project_unref);
  files_remove (g_steal_pointer (&folder));
}

/* Blocks are a view: the run goes on as if there were none. */
static void
test_blocks (void)
{
  g_autoptr (GBytes) plain = NULL, grouped = NULL;
  GRand *random = g_rand_new_with_seed (3);
  Lab lab;

  for (guint pass = 0; pass < 2; pass++)
    {
      g_autoptr (CjTensor) weights = NULL;

      open_lab (&lab, new_project ());
      for (guint i = 0; i < 8; i++)
        {
          if (pass > 0)
            regroup (&lab, random);
          train (&lab, 3);
        }
      g_assert_cmpuint (cj_runner_get_state (cjl_session_get_runner (lab.session)).step, ==, 24);
      weights = cjl_session_dup_param (lab.session, "dense1.weight");
      *(pass == 0 ? &plain : &grouped) = g_bytes_new (weights->data, cj_tensor_bytes (weights));
      close_lab (&lab);
    }
  assert_same (plain, grouped);
  g_rand_free (random);
}

/* While training, undo of a change of the drawing is an edit that is told and can be redone. */
static void
test_revert_drawing (void)
{
  CjRunner *runner;
  Lab lab;

  open_lab (&lab, new_project ());
  runner = cjl_session_get_runner (lab.session);
  cj_runner_limit (runner, 50);
  cjl_session_train (lab.session, 1000000);
  g_assert_true (cjl_project_set (lab.project, "dense1.units", "11", NULL));
  g_assert_true (cjl_project_undo (lab.project));
  g_assert_cmpstr (cjl_project_get_redo_title (lab.project), ==, "Change dense1.units");
  g_assert_true (cjl_project_redo (lab.project));
  cj_runner_pause (runner);
  cj_runner_wait (runner);
  close_lab (&lab);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/undo/burst", test_burst);
  g_test_add_func ("/lab/undo/random", test_random);
  g_test_add_func ("/lab/undo/blocks", test_blocks);
  g_test_add_func ("/lab/undo/revert-drawing", test_revert_drawing);
  g_test_add_func ("/lab/undo/restart", test_restart);
  g_test_add_func ("/lab/undo/failure", test_failure);
  g_test_add_func ("/lab/undo/unit", test_unit);
  g_test_add_func ("/lab/undo/room", test_room);
  g_test_add_func ("/lab/undo/archive", test_archive);
  return g_test_run ();
}
