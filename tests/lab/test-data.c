/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Training on files that stay on the disk, and what becomes of a run when they go. */
#include "cjl-evaluation.h"
#include "cjl-figures.h"
#include "cjl-session.h"
#include "cjl-template.h"

#include "../data/files.h"

#include <glib/gstdio.h>
#include <string.h>

#define N 30 /* pictures of each of two classes; none of them is kept in memory */
#define SIDE 8

static char *
write_pictures (void)
{
  static const char *const parts[] = { "train", "val", "test" };
  char *folder = files_new_folder ();

  for (guint i = 0; i < N; i++)
    for (guint class = 0; class < 2; class ++)
      {
        g_autofree char *name
            = g_strdup_printf ("%s/%s/%02u.png", parts[i % 3], class == 0 ? "dark" : "light", i);

        files_write_grey (folder, name, SIDE, SIDE, (guint8) (class * 128 + i * 4));
      }
  return folder;
}

/* A small network on the pictures, on its way to the end of its run. */
static CjlSession *
start (const char *folder, CjdDataset **dataset)
{
  g_autoptr (CjlProject) project = cjl_project_new ();
  g_autoptr (GError) error = NULL;
  CjlSession *session;
  GVariantDict params;

  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&params, "memory", "s", "0");
  cjl_project_begin (project);
  g_assert_true (
      cjl_graph_add_text (project->graph, "input, flatten, dense 2, cross-entropy", &error));
  cjl_project_set_data (project, folder, g_variant_dict_end (&params));
  cjl_project_commit (project, "test", NULL);
  g_assert_true (cjl_project_set (project, "batch", "4", &error));
  *dataset = cjl_data_load (&project->data, &error);
  g_assert_no_error (error);
  g_assert_null ((*dataset)->x);
  session = cjl_session_new (project, *dataset, 2, &error);
  g_assert_no_error (error);
  return session;
}

/* Deletes the pictures of a part. */
static void
delete_part (const char *folder, const char *part)
{
  g_autofree char *dark = g_build_filename (folder, part, "dark", NULL);
  g_autoptr (GDir) dir = g_dir_open (dark, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (dark, name, NULL);

      g_assert_cmpint (g_remove (path), ==, 0);
    }
}

/* Trains for n steps; the reason why the run failed, or NULL. You free. */
static char *
train (CjlSession *session, guint64 n)
{
  CjRunner *runner = cjl_session_get_runner (session);

  cj_runner_train (runner, n);
  cj_runner_wait (runner);
  while (cj_runner_get_state (runner).status == CJ_RUN_TRAINING)
    g_usleep (500);
  if (cj_runner_get_state (runner).status == CJ_RUN_FAILED)
    return cj_runner_dup_error (runner);
  return NULL;
}

/* Deleted pictures of a part end the run in a sentence that names one of them; evaluating says it too. */
static void
test_deleted (gconstpointer data)
{
  const char *part = data;
  char *folder = write_pictures ();
  g_autofree char *place = g_build_filename (folder, part, "dark", NULL);
  g_autoptr (CjdDataset) dataset = NULL;
  g_autoptr (CjlSession) session = start (folder, &dataset);
  g_autofree char *before = train (session, 2), *after = NULL;

  g_assert_null (before);
  delete_part (folder, part);
  after = train (session, 20);
  g_assert_nonnull (after);
  g_test_message ("%s", after);
  g_assert_nonnull (strstr (after, place));
  g_assert_nonnull (strstr (after, ": The file cannot be opened: "));
  g_assert_null (strstr (after, "In this step"));
  files_remove (folder);
}

static void
test_evaluated (void)
{
  char *folder = write_pictures ();
  g_autoptr (CjdDataset) dataset = NULL;
  g_autoptr (CjlSession) session = start (folder, &dataset);
  g_autoptr (CjlProject) project = NULL;
  g_autoptr (GError) error = NULL, second = NULL;
  g_autofree char *failed = train (session, G_MAXUINT64);
  CjScore score;

  g_assert_null (failed);
  while ((project = cjl_session_try_dup_run (session)) == NULL)
    g_usleep (500);
  g_assert_true (
      cjl_graph_add_text (project->graph, "input, flatten, dense 2, cross-entropy", NULL));
  delete_part (folder, "test");
  g_assert_null (cjl_score_split (project, dataset, CJD_SPLIT_TEST, &score, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "test/dark"));
  g_assert_null (cjl_evaluate_project (project, dataset, CJD_SPLIT_TEST, &second));
  g_assert_nonnull (second);
  g_assert_nonnull (strstr (second->message, "test/dark"));
  files_remove (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/lab/data/deleted/training", "train", test_deleted);
  g_test_add_data_func ("/lab/data/deleted/validation", "val", test_deleted);
  g_test_add_func ("/lab/data/deleted/evaluated", test_evaluated);
  return g_test_run ();
}
