/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The journal: undo outlives the program, what a killed program did not save comes back, a project from
 * elsewhere starts clean, a damaged journal costs nothing but itself. */
#include "cj-error.h"
#include "cjl-journal.h"
#include "cjl-recovery.h"
#include "cjl-template.h"
#include "zip.h"
#include "../data/files.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

static CjlProject *
new_project (const char *path)
{
  g_autoptr (GError) error = NULL;
  CjlProject *project = cjl_template_make (cjl_template_find ("playground"), &error);

  g_assert_no_error (error);
  if (path != NULL)
    g_assert_true (cjl_project_save (project, path, &error));
  g_assert_no_error (error);
  return project;
}

static CjlProject *
open_kept (const char *path)
{
  g_autoptr (GError) error = NULL;
  CjlProject *project = cjl_project_load (path, &error);

  g_assert_no_error (error);
  g_assert_true (cjl_project_keep (project, &error));
  g_assert_no_error (error);
  g_assert_null (cjl_project_get_keep_trouble (project));
  return project;
}

/* The project's file without the second in which its run began: two runs that are compared began one
 * after the other. */
static GBytes *
print (CjlProject *project)
{
  g_autoptr (GBytes) file = cjl_project_print (project, NULL);
  g_autoptr (GPtrArray) pieces = cjd_zip_parse (file, G_MAXINT, NULL);
  g_autoptr (GPtrArray) same = cjd_pieces_new ();
  g_autoptr (GRegex) began = g_regex_new ("\"began\" ?: ?[0-9]+", 0, 0, NULL);

  for (guint i = 0; i < pieces->len; i++)
    {
      const CjdPiece *piece = pieces->pdata[i];
      GBytes *bytes = cjd_piece_dup (piece);

      if (g_str_has_suffix (piece->name, ".json"))
        {
          char *text = g_regex_replace (began, g_bytes_get_data (bytes, NULL),
                                        (gssize) g_bytes_get_size (bytes), 0, "", 0, NULL);

          g_bytes_unref (bytes);
          bytes = g_bytes_new_take (text, strlen (text));
        }
      cjd_pieces_add (same, piece->name, bytes);
    }
  return cjd_zip_print (same, NULL);
}

static void
set (CjlProject *project, const char *name, const char *value)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (cjl_project_set (project, name, value, &error));
  g_assert_no_error (error);
  g_assert_null (cjl_project_get_keep_trouble (project));
}

static void
test_restart (void)
{
  g_autofree char *folder = files_new_state_folder ();
  g_autofree char *path = g_build_filename (folder, "p.cajal", NULL);
  CjlProject *project = new_project (path);
  g_autoptr (GBytes) start = print (project), end = NULL;

  g_assert_true (cjl_project_keep (project, NULL));
  set (project, "dense1.units", "17");
  set (project, "batch", "5");
  end = print (project);
  g_assert_true (cjl_project_save (project, path, NULL));
  cjl_project_unref (project);

  project = open_kept (path);
  g_assert_false (cjl_project_is_modified (project));
  g_assert_cmpstr (cjl_project_get_undo_title (project), ==, "Change batch");
  g_assert_true (cjl_project_undo (project));
  g_assert_true (cjl_project_undo (project));
  g_assert_false (cjl_project_undo (project));
  {
    g_autoptr (GBytes) now = print (project);

    g_assert_true (g_bytes_equal (now, start));
  }
  g_assert_true (cjl_project_save (project, path, NULL));
  cjl_project_unref (project);

  project = open_kept (path); /* what was undone can be redone */
  g_assert_true (cjl_project_redo (project));
  g_assert_true (cjl_project_redo (project));
  {
    g_autoptr (GBytes) now = print (project);

    g_assert_true (g_bytes_equal (now, end));
  }
  cjl_project_unref (project);
  files_remove (g_steal_pointer (&folder));
}

static void
test_elsewhere (void)
{
  g_autofree char *folder = files_new_state_folder ();
  g_autofree char *path = g_build_filename (folder, "p.cajal", NULL);
  g_autofree char *other = g_build_filename (folder, "other", NULL);
  CjlProject *project = new_project (path), *writer;
  g_autoptr (GError) error = NULL;

  g_assert_true (cjl_project_keep (project, NULL));
  set (project, "batch", "5");
  g_assert_true (cjl_project_save (project, path, NULL));
  {
    g_autoptr (CjlProject) second = cjl_project_load (path, NULL);

    g_assert_false (cjl_project_keep (second, &error)); /* it is open already */
    g_assert_true (g_pattern_match_simple ("*is open in another*", error->message));
    g_clear_error (&error);
  }
  cjl_project_unref (project);

  g_setenv ("CAJAL_STATE_DIR", other, TRUE);
  project = open_kept (path);
  g_assert_null (cjl_project_get_undo_title (project));
  cjl_project_unref (project);

  g_setenv ("CAJAL_STATE_DIR", folder, TRUE);
  writer = cjl_project_load (path, NULL); /* changed by a program that keeps no journal */
  set (writer, "batch", "6");
  g_assert_true (cjl_project_save (writer, path, NULL));
  cjl_project_unref (writer);
  project = open_kept (path);
  g_assert_null (cjl_project_get_undo_title (project));
  cjl_project_unref (project);
  files_remove (g_steal_pointer (&folder));
}

static void
test_changed_under_us (void)
{
  g_autofree char *folder = files_new_state_folder ();
  g_autofree char *path = g_build_filename (folder, "p.cajal", NULL);
  g_autofree char *other = g_build_filename (folder, "q.cajal", NULL);
  g_autoptr (CjlProject) project = new_project (path), writer = cjl_project_load (path, NULL);
  g_autofree char *uuid = g_strdup (project->uuid);
  g_autoptr (GError) error = NULL;

  g_usleep (30000); /* file systems date by the tick of the kernel */
  set (writer, "batch", "6");
  g_assert_true (cjl_project_save (writer, path, NULL));
  set (project, "batch", "7");
  g_assert_false (cjl_project_save (project, path, &error));
  g_assert_true (g_pattern_match_simple ("*p.cajal: Another program changed*", error->message));
  g_assert_cmpstr (project->uuid, ==, uuid);
  g_assert_true (cjl_project_save (project, other, NULL)); /* a copy is a project of its own */
  g_assert_cmpstr (project->uuid, !=, uuid);
  files_remove (g_steal_pointer (&folder));
}

/* `kept`: as while a run goes on, and not as when it is saved. */
static void
train (CjlProject *project, guint64 n_steps, gboolean kept)
{
  g_autoptr (CjdDataset) dataset = cjl_data_load (&project->data, NULL);
  g_autoptr (CjlSession) session = cjl_session_new (project, dataset, 1, NULL);
  CjRunner *runner = cjl_session_get_runner (session);

  cj_runner_train (runner, n_steps);
  while (cj_runner_get_state (runner).status == CJ_RUN_TRAINING)
    g_usleep (500);
  if (kept)
    while (!cjl_project_keep_run (project, session, 0))
      g_usleep (500);
  else
    cjl_session_store (session, FALSE);
}

/* Gives the writer's thread the time it needs to leave the checkpoint. */
static void
wait_until_kept (const CjlProject *project)
{
  g_autofree char *folder = cjl_journal_dup_folder ();
  g_autofree char *place = g_build_filename (folder, "runs", project->uuid, NULL);

  for (int i = 0; i < 3000 && !g_file_test (place, G_FILE_TEST_EXISTS); i++)
    g_usleep (10000);
}

/* The same actions with and without the end. */
static void
act (CjlProject *project, gboolean kept)
{
  set (project, "dense1.units", "17");
  set (project, "dense2.units", "9");
  g_assert_true (cjl_project_undo (project));
  set (project, "title", "Killed");
  train (project, 7, kept);
}

static void
test_killed (void)
{
  g_autofree char *folder = NULL, *path = NULL;
  g_autoptr (CjlProject) expected = NULL, back = NULL;
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GBytes) a = NULL, b = NULL;
  g_autoptr (GError) error = NULL;
  const CjlRemains *remains;

  if (g_test_subprocess ())
    {
      g_autoptr (CjlProject) project = open_kept (g_getenv ("CAJAL_TEST_FILE"));

      act (project, TRUE);
      wait_until_kept (project);
      raise (SIGKILL);
    }
  folder = files_new_state_folder ();
  path = g_build_filename (folder, "p.cajal", NULL);
  expected = new_project (path);
  g_setenv ("CAJAL_TEST_FILE", path, TRUE);
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();

  all = cjl_recovery_list (&error);
  g_assert_no_error (error);
  g_assert_cmpuint (all->len, ==, 1);
  remains = all->pdata[0];
  g_assert_cmpstr (remains->path, ==, path);
  g_assert_cmpuint (remains->n_edits, ==, 2);
  g_assert_cmpint (remains->step, ==, 7);
  back = cjl_recovery_restore (remains->uuid, &error);
  g_assert_no_error (error);
  act (expected, FALSE);
  a = print (expected);
  b = print (back);
  g_assert_true (g_bytes_equal (a, b));
  g_assert_true (cjl_project_is_modified (back));
  g_assert_cmpstr (cjl_project_get_undo_title (back), ==, "Change title");
  g_assert_true (cjl_project_keep (back, &error));
  g_assert_true (cjl_project_save (back, back->path, &error));
  g_assert_no_error (error);
  g_clear_pointer (&back, cjl_project_unref);
  g_clear_pointer (&all, g_ptr_array_unref);
  all = cjl_recovery_list (NULL);
  g_assert_cmpuint (all->len, ==, 0);
  files_remove (g_steal_pointer (&folder));
}

static void
test_discard (void)
{
  g_autofree char *folder = files_new_state_folder ();
  CjlProject *project = new_project (NULL);
  g_autofree char *uuid = g_strdup (project->uuid);
  CjlRemains *remains;
  g_autoptr (GError) error = NULL;

  g_assert_true (cjl_project_keep (project, NULL));
  set (project, "batch", "5");
  cjl_project_unref (project);
  remains = cjl_recovery_find (uuid);
  g_assert_nonnull (remains);
  g_assert_null (remains->path);
  cjl_remains_free (remains);
  g_assert_true (cjl_recovery_discard (uuid, NULL));
  g_assert_null (cjl_recovery_find (uuid));
  g_assert_null (cjl_recovery_restore (uuid, &error));
  g_assert_true (g_pattern_match_simple ("*knows no project*", error->message));
  files_remove (g_steal_pointer (&folder));
}

/* One random action; saves, restarts and crashes among them. Takes and gives the project. */
static CjlProject *
stir (CjlProject *project, GRand *random, const char *path)
{
  g_autofree char *number = g_strdup_printf ("%d", g_rand_int_range (random, 1, 60));
  const int action = g_rand_int_range (random, 0, 12);

  if (action < 3)
    set (project, action == 0 ? "dense1.units" : "batch", number);
  else if (action < 5)
    {
      CjNode *node = cj_graph_find (project->graph, "dense1");

      cjl_project_begin (project);
      cj_graph_move (project->graph, node, node->x + 10, node->y);
      cjl_project_commit (project, "Move card", "dense1");
    }
  else if (action < 8)
    cjl_project_undo (project);
  else if (action < 9)
    cjl_project_redo (project);
  else if (action < 10)
    g_assert_true (cjl_project_save (project, path, NULL));
  else
    {
      g_autoptr (GBytes) before = print (project), after = NULL;
      g_autofree char *uuid = g_strdup (project->uuid);
      g_autofree char *title = g_strdup (cjl_project_get_undo_title (project));
      CjlRemains *remains;

      cjl_project_unref (project); /* the journal does not know this from a crash */
      remains = cjl_recovery_find (uuid);
      project = remains != NULL ? cjl_recovery_restore (uuid, NULL) : cjl_project_load (path, NULL);
      g_assert_true (cjl_project_keep (project, NULL));
      g_clear_pointer (&remains, cjl_remains_free);
      after = print (project);
      g_assert_true (g_bytes_equal (before, after));
      g_assert_cmpstr (cjl_project_get_undo_title (project), ==, title);
    }
  g_assert_null (cjl_project_get_keep_trouble (project));
  return project;
}

static void
test_random (void)
{
  g_autofree char *folder = files_new_state_folder ();
  g_autofree char *path = g_build_filename (folder, "p.cajal", NULL);

  for (guint seed = 1; seed <= 4; seed++)
    {
      CjlProject *project = new_project (path);
      g_autoptr (GBytes) start = print (project), end = NULL;
      GRand *random = g_rand_new_with_seed (seed);

      g_assert_true (cjl_project_keep (project, NULL));
      for (guint i = 0; i < 120; i++)
        project = stir (project, random, path);
      while (cjl_project_undo (project))
        ;
      end = print (project);
      g_assert_true (g_bytes_equal (start, end));
      g_rand_free (random);
      cjl_project_unref (project);
      g_remove (path);
    }
  files_remove (g_steal_pointer (&folder));
}

/* Bytes of the database turned round: a sentence or a project, never worse. */
static void
test_damage (void)
{
  g_autofree char *folder = files_new_state_folder ();
  g_autofree char *path = g_build_filename (folder, "p.cajal", NULL);
  g_autofree char *db = g_build_filename (folder, "journal.db", NULL);
  CjlProject *project = new_project (path);
  g_autofree char *uuid = g_strdup (project->uuid);
  g_autofree char *good = NULL;
  gsize size;

  g_assert_true (cjl_project_keep (project, NULL));
  set (project, "dense1.units", "17");
  set (project, "batch", "5");
  cjl_project_unref (project);
  g_assert_true (g_file_get_contents (db, &good, &size, NULL));
  for (gsize at = 0; at < size; at += 97)
    {
      g_autofree char *bad = g_memdup2 (good, size);
      g_autoptr (CjlProject) back = NULL, plain = cjl_project_load (path, NULL);
      g_autoptr (GError) error = NULL;

      bad[at] ^= 0x5a;
      g_assert_true (
          g_file_set_contents_full (db, bad, (gssize) size, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
      back = cjl_recovery_restore (uuid, &error);
      g_assert_true (back != NULL || (error != NULL && strlen (error->message) > 8));
      g_clear_error (&error);
      g_assert_true (cjl_project_keep (plain, &error) || error != NULL);
    }
  files_remove (g_steal_pointer (&folder));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/recovery/restart", test_restart);
  g_test_add_func ("/lab/recovery/elsewhere", test_elsewhere);
  g_test_add_func ("/lab/recovery/changed-under-us", test_changed_under_us);
  g_test_add_func ("/lab/recovery/killed", test_killed);
  g_test_add_func ("/lab/recovery/discard", test_discard);
  g_test_add_func ("/lab/recovery/random", test_random);
  g_test_add_func ("/lab/recovery/damage", test_damage);
  return g_test_run ();
}
