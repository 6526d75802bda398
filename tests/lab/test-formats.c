/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of every version that was ever given out (tests/fixtures): they open, train on, answer as they did,
 * and are written again with everything that was in them. Files of a version that is yet to come are for
 * reading only.
 *
 * CAJAL_FIXTURES=current writes the file of the current version anew, CAJAL_FIXTURES=facts what is known of
 * each. */
#include "cj-error.h"
#include "cjl-archive.h"
#include "cjl-arrange.h"
#include "cjl-json.h"
#include "cjl-figures.h"
#include "cjl-recovery.h"
#include "cjl-template.h"
#include "../data/files.h"
#include "zip.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define CURRENT "format-1.cajal"

static char *
dup_path (const char *name)
{
  return g_test_build_filename (G_TEST_DIST, "fixtures", name, NULL);
}

static CjdDataset *
load_data (CjlProject *project)
{
  g_autoptr (GError) error = NULL;
  CjdDataset *dataset = cjl_data_load (&project->data, &error);

  g_assert_no_error (error);
  return dataset;
}

static CjlSession *
begin (CjlProject *project, CjdDataset *dataset)
{
  g_autoptr (GError) error = NULL;
  CjlSession *session = cjl_session_new (project, dataset, 1, &error);

  g_assert_no_error (error);
  return session;
}

static void
train (CjlSession *session, guint64 n_steps)
{
  CjRunner *runner = cjl_session_get_runner (session);

  cj_runner_train (runner, n_steps);
  cj_runner_wait (runner);
  g_assert_cmpint (cj_runner_get_state (runner).status, !=, CJ_RUN_FAILED);
}

static void
set (CjlProject *project, const char *name, const char *value)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (cjl_project_set (project, name, value, &error));
  g_assert_no_error (error);
}

/* Something of everything that a file can hold. */
static void
make_rich (CjlProject *project)
{
  static const char *const ids[] = { "dense1", "dense2", NULL };
  g_autoptr (CjdDataset) dataset = NULL;
  g_autoptr (CjlSession) session = NULL;

  set (project, "title", "Everything “in” one – α");
  set (project, "data.samples", "300");
  set (project, "data.augment", "noise");
  set (project, "batch", "20");
  set (project, "epochs", "6");
  set (project, "average", "0.9");
  set (project, "pruning.method", "magnitude");
  set (project, "pruning.sparsity", "0.5");
  cjl_project_begin (project);
  g_assert_nonnull (cjl_arrange_group (project->graph, ids, NULL, NULL));
  cjl_project_commit (project, "Group", NULL);
  dataset = load_data (project);
  session = begin (project, dataset);
  train (session, 25);
  g_assert_true (cjl_session_reset (session, NULL));
  train (session, 25);
  set (project, "learning-rate", "0.002");
  g_assert_true (cjl_session_refresh (session, NULL));
  train (session, 1000); /* to the end */
  cjl_session_store (session, TRUE);
}

/* --- what is known of a file --- */

static char *
print_facts (CjlProject *project)
{
  g_autoptr (CjdDataset) dataset = load_data (project);
  g_autoptr (GArray) history = cjl_project_read_history (project);
  g_autoptr (GPtrArray) earlier = cjl_archive_list (project);
  g_autoptr (CjMetrics) metrics = NULL;
  g_autoptr (GError) error = NULL;
  CjScore score = { 0 };

  metrics = cjl_score_split (project, dataset, CJD_SPLIT_VAL, &score, &error);
  g_assert_no_error (error);
  return g_strdup_printf ("title %s\nnodes %u\nblocks %u\nweights %u\nmasks %u\nepochs %u\n"
                          "pieces of the run %u\nearlier runs %u\nvalidation %.3f\n",
                          project->title, project->graph->nodes->len, project->graph->blocks->len,
                          cjl_project_get_weights (project)->len,
                          cjl_project_get_masks (project)->len, history->len, project->run->len,
                          earlier->len, score.accuracy);
}

/* Numbers were printed with all their digits before 0.005 was 0.005. */
static gboolean
is_same_number (GVariant *old, GVariant *now)
{
  const char *a, *b;
  char *end_a, *end_b;
  double x, y;

  if (!g_variant_is_of_type (old, G_VARIANT_TYPE_STRING)
      || !g_variant_is_of_type (now, G_VARIANT_TYPE_STRING))
    return FALSE;
  a = g_variant_get_string (old, NULL);
  b = g_variant_get_string (now, NULL);
  x = g_ascii_strtod (a, &end_a);
  y = g_ascii_strtod (b, &end_b);
  return end_a > a && end_b > b && *end_a == '\0' && *end_b == '\0' && x == y;
}

/* Whether everything of one is in the other; what was added since then may be there as well. */
static gboolean
is_within (GVariant *old, GVariant *now, const char *where)
{
  if (g_variant_is_of_type (old, G_VARIANT_TYPE_VARDICT))
    {
      GVariantIter iter;
      const char *name;
      GVariant *value;
      gboolean same = g_variant_is_of_type (now, G_VARIANT_TYPE_VARDICT);

      g_variant_iter_init (&iter, old);
      while (same && g_variant_iter_next (&iter, "{&sv}", &name, &value))
        {
          g_autoptr (GVariant) owned = value, its = g_variant_lookup_value (now, name, NULL);

          same = its != NULL && is_within (value, its, name);
          if (its == NULL)
            g_test_message ("“%s” of “%s” is gone", name, where);
        }
      return same;
    }
  if (g_variant_is_of_type (old, G_VARIANT_TYPE ("av")))
    {
      gboolean same = g_variant_is_of_type (now, G_VARIANT_TYPE ("av"))
                      && g_variant_n_children (old) == g_variant_n_children (now);

      for (gsize i = 0; same && i < g_variant_n_children (old); i++)
        {
          g_autoptr (GVariant) a = g_variant_get_child_value (old, i);
          g_autoptr (GVariant) b = g_variant_get_child_value (now, i);
          g_autoptr (GVariant) x = g_variant_get_variant (a), y = g_variant_get_variant (b);

          same = is_within (x, y, where);
        }
      return same;
    }
  if (!g_variant_equal (old, now) && !is_same_number (old, now))
    {
      g_autofree char *a = g_variant_print (old, FALSE), *b = g_variant_print (now, FALSE);

      g_test_message ("%s: %s is %s", where, a, b);
      return FALSE;
    }
  return TRUE;
}

static GVariant *
read_root (const GPtrArray *pieces)
{
  g_autoptr (GBytes) json = cjd_pieces_dup (pieces, "project.json");
  g_autoptr (GError) error = NULL;
  GVariant *root
      = cjl_json_parse (g_bytes_get_data (json, NULL), (gssize) g_bytes_get_size (json), &error);

  g_assert_no_error (error);
  return root;
}

static GPtrArray *
read_pieces (GBytes *bytes)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *pieces = cjd_zip_parse (bytes, 1 << 28, &error);

  g_assert_no_error (error);
  return pieces;
}

static GBytes *
read_fixture (const char *name)
{
  g_autofree char *path = dup_path (name), *data = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (path, &data, &size, NULL));
  return g_bytes_new_take (g_steal_pointer (&data), size);
}

static CjlProject *
parse (GBytes *bytes)
{
  g_autoptr (GError) error = NULL;
  CjlProject *project = cjl_project_parse (bytes, &error);

  g_assert_no_error (error);
  return project;
}

static void
test_fixture (gconstpointer data)
{
  const char *name = data;
  g_autofree char *facts_name = g_strconcat (name, ".facts", NULL);
  g_autofree char *facts_path = dup_path (facts_name), *facts = NULL, *wanted = NULL;
  g_autoptr (GBytes) bytes = read_fixture (name), saved = NULL, again = NULL;
  g_autoptr (CjlProject) project = parse (bytes), back = NULL;
  g_autoptr (GPtrArray) before = read_pieces (bytes), after = NULL;
  g_autoptr (GVariant) old = read_root (before), now = NULL;
  g_autoptr (CjdDataset) dataset = NULL;
  g_autoptr (CjlSession) session = NULL;

  g_assert_null (cjl_project_get_read_only (project));
  facts = print_facts (project);
  if (g_strcmp0 (g_getenv ("CAJAL_FIXTURES"), "facts") == 0)
    g_assert_true (g_file_set_contents (facts_path, facts, -1, NULL));
  g_assert_true (g_file_get_contents (facts_path, &wanted, NULL, NULL));
  g_assert_cmpstr (facts, ==, wanted);
  saved = cjl_project_print (project, NULL);
  after = read_pieces (saved);
  now = read_root (after);
  g_assert_true (is_within (old, now, "project.json"));
  for (guint i = 0; i < before->len; i++)
    {
      const CjdPiece *piece = before->pdata[i];
      g_autoptr (GBytes) a = cjd_pieces_dup (before, piece->name);
      g_autoptr (GBytes) b = cjd_pieces_dup (after, piece->name);

      /* the optimizer's memory of before there were checkpoints: a run begins with these weights */
      if (g_str_equal (piece->name, "memory.safetensors"))
        continue;
      g_assert_nonnull (b);
      if (!g_str_equal (piece->name, "project.json"))
        g_assert_true (g_bytes_equal (a, b));
    }
  back = parse (saved);
  again = cjl_project_print (back, NULL);
  g_assert_true (g_bytes_equal (saved, again));
  set (project, "epochs", "100"); /* and on it goes */
  dataset = load_data (project);
  session = begin (project, dataset);
  train (session, 5);
}

/* --- what is yet to come --- */

/* The current file with its project.json changed: `format` and one key more. */
static GBytes *
make_newer (gboolean readable)
{
  g_autoptr (GBytes) bytes = read_fixture (CURRENT);
  g_autoptr (GPtrArray) pieces = read_pieces (bytes), changed = cjd_pieces_new ();
  g_autoptr (GVariant) old = read_root (pieces), root = NULL;
  GVariantDict dict;
  char *json;

  g_variant_dict_init (&dict, old);
  g_variant_dict_insert (&dict, "format", "x", (gint64) 2);
  g_variant_dict_insert (&dict, "dreams", "s", "of electric sheep");
  if (!readable)
    g_variant_dict_insert (&dict, "graph", "s", "drawn otherwise");
  root = g_variant_ref_sink (g_variant_dict_end (&dict));
  json = cjl_json_print (root, TRUE);
  for (guint i = 0; i < pieces->len; i++)
    {
      const CjdPiece *piece = pieces->pdata[i];

      if (g_str_equal (piece->name, "project.json"))
        cjd_pieces_add (changed, piece->name,
                        g_bytes_new_take (g_steal_pointer (&json), strlen (json)));
      else
        cjd_pieces_share (changed, piece->name, piece);
    }
  return cjd_zip_print (changed, NULL);
}

static void
test_newer (void)
{
  g_autofree char *folder = files_new_state_folder ();
  g_autoptr (GBytes) bytes = make_newer (TRUE), there = NULL;
  char *path = files_write (folder, "newer.cajal", g_bytes_get_data (bytes, NULL),
                            g_bytes_get_size (bytes));
  g_autofree char *other = g_build_filename (folder, "other.cajal", NULL), *data = NULL;
  g_autoptr (GError) error = NULL;
  CjlProject *project = cjl_project_load (path, &error);
  const char *kept = NULL, *sentence;
  gsize size;

  g_assert_no_error (error);
  sentence = cjl_project_get_read_only (project);
  g_assert_nonnull (strstr (sentence, "format 2, this one writes 1"));
  g_assert_true (g_variant_lookup (project->kept, "dreams", "&s", &kept));
  g_assert_cmpstr (kept, ==, "of electric sheep");
  g_assert_false (cjl_project_keep (project, &error));
  g_assert_cmpstr (error->message, ==, sentence);
  g_assert_cmpstr (cjl_project_get_keep_trouble (project), ==, sentence); /* the window's bar */
  g_clear_error (&error);
  set (project, "batch", "7");
  g_assert_false (cjl_project_save (project, path, &error));
  g_assert_true (g_str_has_suffix (error->message, sentence));
  g_clear_error (&error);
  g_assert_false (cjl_project_save (project, other, &error));
  g_assert_false (g_file_test (other, G_FILE_TEST_EXISTS));
  {
    g_autoptr (CjdDataset) dataset = load_data (project);
    g_autoptr (CjlSession) session = begin (project, dataset);

    train (session, 3); /* it can be tried */
  }
  cjl_project_unref (project);
  g_assert_true (g_file_get_contents (path, &data, &size, NULL));
  there = g_bytes_new (data, size);
  g_assert_true (g_bytes_equal (bytes, there));
  g_free (path);
  files_remove (g_steal_pointer (&folder));
}

static void
test_unreadable (void)
{
  g_autoptr (GBytes) bytes = make_newer (FALSE);
  g_autoptr (GError) error = NULL;
  g_autoptr (CjlProject) project = cjl_project_parse (bytes, &error);

  g_assert_null (project);
  g_assert_nonnull (strstr (error->message, "A newer Cajal wrote this project"));
}

/* Writes the current fixture anew. */
static void
write_current (void)
{
  g_autofree char *path = dup_path (CURRENT);
  g_autoptr (GError) error = NULL;
  g_autoptr (CjlProject) project = cjl_template_make (cjl_template_find ("playground"), &error);
  GVariantDict dict;

  make_rich (project);
  g_variant_dict_init (&dict, project->kept);
  g_variant_dict_insert (&dict, "vendor", "s", "keeps what it does not know");
  g_clear_pointer (&project->kept, g_variant_unref);
  project->kept = g_variant_ref_sink (g_variant_dict_end (&dict));
  g_assert_true (cjl_project_save (project, path, &error));
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = NULL;
  g_autoptr (GDir) dir = NULL;
  const char *name;

  g_test_init (&argc, &argv, NULL);
  if (g_strcmp0 (g_getenv ("CAJAL_FIXTURES"), "current") == 0)
    write_current ();
  folder = dup_path ("");
  dir = g_dir_open (folder, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".cajal"))
      {
        g_autofree char *path = g_strconcat ("/lab/formats/", name, NULL);

        g_test_add_data_func_full (path, g_strdup (name), test_fixture, g_free);
      }
  g_test_add_func ("/lab/formats/newer", test_newer);
  g_test_add_func ("/lab/formats/unreadable", test_unreadable);
  return g_test_run ();
}
