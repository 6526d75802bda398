/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is stored of a run is of one moment, and stays as it is while the run and the project go on; a
 * session that a worker made knows what was done meanwhile. */
#include "cjl-run.h"
#include "cjl-session.h"
#include "cjl-template.h"
#include "safetensors.h"
#include "zip.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  CjlProject *project;
  CjdDataset *dataset;
  CjlSession *session;
} Lab;

static void
set_up (Lab *lab, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  (void) data;
  lab->project = cjl_template_make (cjl_template_find ("playground"), &error);
  g_assert_no_error (error);
  g_assert_true (cjl_project_set (lab->project, "epochs", "100000", &error));
  lab->dataset = cjl_data_load (&lab->project->data, &error);
  g_assert_no_error (error);
  lab->session = cjl_session_new (lab->project, lab->dataset, 1, &error);
  g_assert_no_error (error);
}

static void
tear_down (Lab *lab, gconstpointer data)
{
  (void) data;
  g_clear_pointer (&lab->session, cjl_session_free);
  cjd_dataset_unref (lab->dataset);
  cjl_project_unref (lab->project);
}

static void
train_to (Lab *lab, guint64 step)
{
  CjRunner *runner = cjl_session_get_runner (lab->session);

  cjl_session_train (lab->session, G_MAXUINT64);
  while (cj_runner_get_state (runner).step < step)
    g_usleep (200);
}

/* The newest checkpoint of a project's run; the number of commands that are its past. */
static CjCheckpoint *
read_newest (CjlProject *project, CjRunLog **log)
{
  g_autoptr (CjRing) ring = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (cjl_run_load (project, log, &ring, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (cj_ring_get_n (ring), >, 0);
  return cj_ring_dup (ring, cj_ring_get_n (ring) - 1);
}

/* Weights and run of a project are those of one step. */
static guint64
assert_one_moment (CjlProject *project)
{
  g_autoptr (CjRunLog) log = NULL;
  g_autoptr (CjCheckpoint) newest = read_newest (project, &log);
  g_autoptr (GPtrArray) views = cjd_named_tensors_new ();
  GPtrArray *weights = cjl_project_get_weights (project);

  g_assert_nonnull (newest);
  g_assert_cmpuint (newest->at.n_commands, <=, log->commands->len);
  g_assert_cmpuint (weights->len, ==, newest->table->entries->len);
  for (guint i = 0; i < newest->table->entries->len; i++)
    {
      const CjTableEntry *entry = cj_table_get (newest->table, i);
      const CjTensor *tensor = cjd_named_tensors_find (weights, entry->name);

      g_assert_nonnull (tensor);
      g_assert_cmpmem (tensor->data, cj_tensor_bytes (tensor),
                       cj_checkpoint_get_data (newest, entry), 4 * (gsize) entry->size);
    }
  return newest->at.step;
}

/* Again and again while training goes on. */
static void
test_moment (Lab *lab, gconstpointer data)
{
  guint64 before = 0;

  (void) data;
  train_to (lab, 5);
  for (guint i = 0; i < 20; i++)
    {
      guint64 step;

      while (!cjl_session_try_store (lab->session))
        g_usleep (100);
      step = assert_one_moment (lab->project);
      g_assert_cmpuint (step, >=, before);
      before = step;
      g_usleep (2000);
    }
  g_assert_cmpuint (before, >, 5);
  g_assert_cmpint (cj_runner_get_state (cjl_session_get_runner (lab->session)).status, ==,
                   CJ_RUN_TRAINING);
}

/* What was handed to a save does not change with the project, nor with the run, before it is written. */
static void
test_shared (Lab *lab, gconstpointer data)
{
  g_autofree char *folder = g_dir_make_tmp ("cajal-store-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "a.cajal", NULL);
  g_autoptr (CjlSave) save = NULL;
  g_autoptr (CjlProject) back = NULL;
  g_autoptr (CjlSession) again = NULL;
  g_autoptr (CjTensor) x = NULL;
  g_autoptr (GError) error = NULL;
  const CjTensor *weight;
  guint64 step;

  (void) data;
  train_to (lab, 20);
  while (!cjl_session_try_store (lab->session))
    g_usleep (100);
  step = assert_one_moment (lab->project);
  save = cjl_save_new (lab->project, path);
  train_to (lab, step + 50);
  cjl_session_store (lab->session, FALSE);
  g_assert_cmpuint (assert_one_moment (lab->project), >, step);
  cjl_project_forget (lab->project);
  cjl_project_set (lab->project, "batch", "7", NULL);
  cjl_session_free (g_steal_pointer (&lab->session));
  g_assert_true (cjl_save_write (save, &error));
  g_assert_no_error (error);
  back = cjl_project_load (path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (back->setup->batch, !=, 7);
  g_assert_cmpuint (assert_one_moment (back), ==, step);
  again = cjl_session_new (back, lab->dataset, 1, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (cj_runner_get_state (cjl_session_get_runner (again)).step, ==, step);
  x = cjl_session_dup_param (again, "dense1.weight");
  weight = cjd_named_tensors_find (cjl_project_get_weights (back), "dense1.weight");
  g_assert_cmpmem (x->data, cj_tensor_bytes (x), weight->data, cj_tensor_bytes (weight));
  g_unlink (path);
  g_rmdir (folder);
}

/* Whether a piece with the same content is among others, whatever its name. */
static gboolean
has_piece (const GPtrArray *pieces, const CjdPiece *piece)
{
  g_autoptr (GBytes) wanted = cjd_piece_dup (piece);

  for (guint i = 0; i < pieces->len; i++)
    {
      g_autoptr (GBytes) bytes = cjd_piece_dup (pieces->pdata[i]);

      if (g_bytes_equal (bytes, wanted))
        return TRUE;
    }
  return FALSE;
}

/* A file that is saved again without its checkpoints having been asked for keeps them, byte for byte. */
static void
test_untouched (Lab *lab, gconstpointer data)
{
  g_autoptr (GBytes) first = NULL, second = NULL;
  g_autoptr (CjlProject) back = NULL, again = NULL;
  g_autoptr (CjlSession) session = NULL;
  g_autoptr (GError) error = NULL;
  guint n = 0;

  (void) data;
  for (guint i = 1; i <= 3; i++)
    {
      train_to (lab, 10 * i);
      cjl_session_store (lab->session, FALSE);
    }
  cj_runner_pause (cjl_session_get_runner (lab->session));
  cj_runner_wait (cjl_session_get_runner (lab->session));
  cjl_session_store (lab->session, FALSE);
  first = cjl_project_print (lab->project, NULL);
  back = cjl_project_parse (first, &error);
  g_assert_no_error (error);
  session = cjl_session_new (back, lab->dataset, 1, &error);
  g_assert_no_error (error);
  cjl_session_store (session, FALSE);
  second = cjl_project_print (back, NULL);
  again = cjl_project_parse (second, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < lab->project->run->len; i++)
    {
      const CjdPiece *piece = lab->project->run->pdata[i];

      if (!g_str_has_suffix (piece->name, ".safetensors"))
        continue;
      g_assert_true (has_piece (again->run, piece));
      n++;
    }
  g_assert_cmpuint (n, >=, 3);
}

/* --- a session that a worker makes --- */

typedef struct
{
  CjlProject *copy;
  CjdDataset *dataset;
} Order;

static gpointer
make_session (gpointer data)
{
  const Order *order = data;

  return cjl_session_new (order->copy, order->dataset, 1, NULL);
}

/* Edits of both kinds, done before the session comes to its project, reach its run. */
static void
test_moved (Lab *lab, gconstpointer data)
{
  g_autoptr (CjlProject) copy = NULL;
  g_autoptr (CjTensor) weight = NULL;
  g_autoptr (GError) error = NULL;
  GThread *thread;
  Order order;

  (void) data;
  train_to (lab, 15);
  cjl_session_store (lab->session, FALSE);
  cjl_session_free (g_steal_pointer (&lab->session));
  copy = cjl_project_dup_for_worker (lab->project);
  order = (Order){ copy, lab->dataset };
  thread = g_thread_new ("worker", make_session, &order);
  g_assert_true (cjl_project_set (lab->project, "dense1.units", "5", &error));
  g_assert_true (cjl_project_set (lab->project, "learning-rate", "0.125", &error));
  lab->session = g_thread_join (thread);
  g_assert_nonnull (lab->session);
  g_assert_true (cjl_session_move (lab->session, lab->project, &error));
  g_assert_no_error (error);
  cj_runner_wait (cjl_session_get_runner (lab->session));
  g_assert_cmpuint (cj_runner_get_state (cjl_session_get_runner (lab->session)).step, >=, 15);
  weight = cjl_session_dup_param (lab->session, "dense1.weight");
  g_assert_cmpint (weight->shape.dims[0], ==, 5);
  cjl_session_store (lab->session, FALSE);
  assert_one_moment (lab->project);
  g_assert_true (cjl_project_undo (lab->project)); /* the project's undo knows the session */
  g_assert_true (cjl_project_undo (lab->project));
  g_assert_true (cjl_session_refresh (lab->session, &error));
  cj_runner_wait (cjl_session_get_runner (lab->session));
  g_clear_pointer (&weight, cj_tensor_unref);
  weight = cjl_session_dup_param (lab->session, "dense1.weight");
  g_assert_cmpint (weight->shape.dims[0], !=, 5);
}

/* The project goes on without a session at once, while that one's thread still trains. */
static void
test_retired (Lab *lab, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  (void) data;
  train_to (lab, 5);
  cjl_session_retire (g_steal_pointer (&lab->session));
  g_assert_true (cjl_project_set (lab->project, "batch", "9", &error));
  g_assert_true (cjl_project_undo (lab->project));
  lab->session = cjl_session_new (lab->project, lab->dataset, 1, &error);
  g_assert_no_error (error);
  train_to (lab, 3);
}

/* --- pieces that are printed later --- */

static int n_freed;

static GBytes *
print_text (gconstpointer data)
{
  return g_bytes_new (data, strlen (data));
}

static void
free_text (gpointer data)
{
  g_free (data);
  n_freed++;
}

static void
test_pieces (void)
{
  GPtrArray *pieces = cjd_pieces_new (), *others = cjd_pieces_new ();
  g_autoptr (GBytes) zip = NULL, text = NULL;
  g_autoptr (GPtrArray) read = NULL;
  g_autoptr (GError) error = NULL;

  n_freed = 0;
  cjd_pieces_add_later (pieces, "first", 5, print_text, g_strdup ("later"), free_text);
  cjd_pieces_share (others, "other", cjd_pieces_find (pieces, "first"));
  g_assert_cmpuint (cjd_piece_get_size (cjd_pieces_find (others, "other")), ==, 5);
  g_assert_null (cjd_pieces_find (others, "first"));
  g_ptr_array_unref (pieces);
  g_assert_cmpint (n_freed, ==, 0);
  zip = cjd_zip_print (others, &error);
  g_assert_no_error (error);
  g_ptr_array_unref (others);
  g_assert_cmpint (n_freed, ==, 1);
  read = cjd_zip_parse (zip, 1000, &error);
  g_assert_no_error (error);
  text = cjd_pieces_dup (read, "other");
  g_assert_cmpmem (g_bytes_get_data (text, NULL), g_bytes_get_size (text), "later", 5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/lab/store/moment", Lab, NULL, set_up, test_moment, tear_down);
  g_test_add ("/lab/store/shared", Lab, NULL, set_up, test_shared, tear_down);
  g_test_add ("/lab/store/untouched", Lab, NULL, set_up, test_untouched, tear_down);
  g_test_add ("/lab/store/moved", Lab, NULL, set_up, test_moved, tear_down);
  g_test_add ("/lab/store/retired", Lab, NULL, set_up, test_retired, tear_down);
  g_test_add_func ("/lab/store/pieces", test_pieces);
  return g_test_run ();
}
