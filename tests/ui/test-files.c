/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files while something else is going on: saving in the middle of training, editing and closing while
 * the file is written, opening while another opens, data that are called off. */
#include "widgets.h"

#include "cjl-recovery.h"
#include "cjl-run.h"
#include "cjl-template.h"
#include "cju-data.h"
#include "cju-window.h"
#include "safetensors.h"

#include <glib/gstdio.h>

static GtkApplication *application;
static char *folder;

/* A leak of the toolkit, named in lsan.supp, is known by more of its stack than is kept otherwise. */
const char *__asan_default_options (void);

const char *
__asan_default_options (void)
{
  return "fast_unwind_on_malloc=0";
}

typedef struct
{
  CjuWindow *window;
  CjuDocument *document;
  CjlProject *project;
  char *path;
} Desk;

/* Runs the main loop until it holds; two minutes are for a very busy machine. */
static void
wait_for (gboolean (*holds) (gconstpointer data), gconstpointer data)
{
  const gint64 end = g_get_monotonic_time () + 120 * G_USEC_PER_SEC * widgets_get_patience ();

  while (!holds (data))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      if (!g_main_context_iteration (NULL, FALSE))
        g_usleep (500);
    }
}

static CjuWindow *
open_window (void)
{
  CjuWindow *window = CJU_WINDOW (cju_window_new (application));

  gtk_window_present (GTK_WINDOW (window));
  return window;
}

static gboolean
has_session (gconstpointer data)
{
  return cju_document_get_session (((const Desk *) data)->document) != NULL;
}

static CjlProject *
make_project (void)
{
  g_autoptr (GError) error = NULL;
  CjlProject *project = cjl_template_make (cjl_template_find ("mlp"), &error);

  g_assert_no_error (error);
  g_assert_true (cjl_project_set (project, "data.samples", "360", &error));
  g_assert_true (cjl_project_set (project, "epochs", "100000", &error));
  return project;
}

static void
set_up (Desk *desk, gconstpointer data)
{
  (void) data;
  desk->project = make_project ();
  desk->path = g_build_filename (folder, "desk.cajal", NULL);
  desk->project->path = g_strdup (desk->path);
  desk->window = open_window ();
  cju_window_open (desk->window, desk->project);
  desk->document = g_object_ref (cju_window_get_document (desk->window));
  wait_for (has_session, desk);
}

static void
close_all (void)
{
  GList *windows;

  while ((windows = gtk_application_get_windows (application)) != NULL)
    {
      CjuDocument *document = cju_window_get_document (windows->data);

      if (document != NULL)
        cjl_project_forget_unsaved (cju_document_get_project (document));
      gtk_window_destroy (windows->data);
    }
}

static void
tear_down (Desk *desk, gconstpointer data)
{
  (void) data;
  g_object_unref (desk->document);
  close_all ();
  cjl_project_unref (desk->project);
  g_unlink (desk->path);
  g_free (desk->path);
  widgets_wait (50);
}

static gboolean
trains (gconstpointer data)
{
  return cju_document_get_state (((const Desk *) data)->document).step >= 20;
}

static gboolean
is_saved (gconstpointer data)
{
  return !cjl_project_is_modified (((const Desk *) data)->project);
}

/* A new file is there before all of it is. */
static gboolean
is_written (gconstpointer data)
{
  g_autoptr (CjlProject) project = cjl_project_load (((const Desk *) data)->path, NULL);

  return project != NULL;
}

static gboolean
is_gone (gconstpointer data)
{
  (void) data;
  return gtk_application_get_windows (application) == NULL;
}

static void
save (Desk *desk)
{
  gtk_widget_activate_action (GTK_WIDGET (desk->window), "win.save", NULL);
}

/* The file opens, and its weights are those of the newest checkpoint of its run. You unref. */
static CjlProject *
load_whole (const char *path)
{
  g_autoptr (GError) error = NULL;
  CjlProject *project = cjl_project_load (path, &error);
  g_autoptr (CjRunLog) log = NULL;
  g_autoptr (CjRing) ring = NULL;
  g_autoptr (CjCheckpoint) newest = NULL;

  g_assert_no_error (error);
  g_assert_true (cjl_run_load (project, &log, &ring, &error));
  newest = cj_ring_dup (ring, cj_ring_get_n (ring) - 1);
  g_assert_nonnull (newest);
  for (guint i = 0; i < newest->table->entries->len; i++)
    {
      const CjTableEntry *entry = cj_table_get (newest->table, i);
      const CjdNamedTensor *named = cjl_project_get_weights (project)->pdata[i];

      g_assert_cmpstr (named->name, ==, entry->name);
      g_assert_cmpmem (named->tensor->data, cj_tensor_bytes (named->tensor),
                       cj_checkpoint_get_data (newest, entry), 4 * (gsize) entry->size);
    }
  return project;
}

static void
test_training (Desk *desk, gconstpointer data)
{
  g_autoptr (CjlProject) back = NULL;

  (void) data;
  cju_document_train (desk->document, G_MAXUINT64);
  wait_for (trains, desk);
  save (desk);
  wait_for (is_saved, desk);
  back = load_whole (desk->path);
  g_assert_cmpint (cju_document_get_state (desk->document).status, ==, CJ_RUN_TRAINING);
}

/* What is edited while the file is written is in it or not, as a whole; and the window knows which. */
static void
test_edited (Desk *desk, gconstpointer data)
{
  g_autoptr (CjlProject) first = NULL, second = NULL;
  g_autoptr (GError) error = NULL;

  (void) data;
  cju_document_train (desk->document, G_MAXUINT64);
  wait_for (trains, desk);
  save (desk);
  g_assert_true (cjl_project_set (desk->project, "dense1.units", "21", &error));
  g_assert_true (cjl_project_set (desk->project, "learning-rate", "0.002", &error));
  wait_for (is_written, desk);
  first = load_whole (desk->path);
  for (guint i = 0; !is_saved (desk) && i < 1000; i++)
    {
      save (desk); /* one that is under way is not begun again */
      widgets_wait (20);
    }
  second = load_whole (desk->path);
  g_assert_cmpfloat (second->setup->learning_rate, ==, desk->project->setup->learning_rate);
  g_assert_cmpuint (second->graph->nodes->len, ==, first->graph->nodes->len);
}

/* The window waits for the file. */
static void
test_closed (Desk *desk, gconstpointer data)
{
  g_autoptr (CjlProject) back = NULL;

  (void) data;
  cju_document_train (desk->document, G_MAXUINT64);
  wait_for (trains, desk);
  cju_document_pause (desk->document);
  save (desk);
  gtk_window_close (GTK_WINDOW (desk->window));
  wait_for (is_gone, desk);
  back = load_whole (desk->path);
}

/* Torn down in the middle, as when the display goes: nothing is left hanging. */
static void
test_destroyed (Desk *desk, gconstpointer data)
{
  (void) data;
  cju_document_train (desk->document, G_MAXUINT64);
  wait_for (trains, desk);
  save (desk);
  gtk_window_destroy (GTK_WINDOW (desk->window));
  wait_for (is_gone, desk);
  widgets_wait (300);
}

/* --- opening --- */

static guint
count_open (const char *path)
{
  guint n = 0;

  for (GList *l = gtk_application_get_windows (application); l != NULL; l = l->next)
    {
      CjuDocument *document = cju_window_get_document (l->data);

      n += document != NULL && g_strcmp0 (cju_document_get_project (document)->path, path) == 0;
    }
  return n;
}

static gboolean
both_open (gconstpointer data)
{
  const char *const *paths = data;

  return count_open (paths[0]) > 0 && count_open (paths[1]) > 0;
}

static char *
write_project (const char *name)
{
  g_autoptr (CjlProject) project = make_project ();
  char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  cjl_project_save (project, path, &error);
  g_assert_no_error (error);
  return path;
}

static void
test_opening (void)
{
  g_autofree char *one = write_project ("one.cajal"), *two = write_project ("two.cajal");
  const char *const paths[] = { one, two };
  CjuWindow *window = open_window ();

  g_assert_true (cju_window_open_path (window, one));
  g_assert_true (cju_window_open_path (window, two));
  g_assert_true (cju_window_open_path (window, one)); /* a second click */
  wait_for (both_open, paths);
  widgets_wait (100);
  g_assert_cmpuint (count_open (one), ==, 1);
  g_assert_cmpuint (count_open (two), ==, 1);
  g_assert_cmpuint (g_list_length (gtk_application_get_windows (application)), ==, 2);
  g_assert_false (cju_window_open_path (window, one)); /* it is there */
  close_all ();
  g_unlink (one);
  g_unlink (two);
  widgets_wait (50);
}

/* Called off, or of no use, or for a window that goes. */
static void
test_called_off (void)
{
  g_autofree char *one = write_project ("one.cajal");
  g_autofree char *none = g_build_filename (folder, "none.cajal", NULL);
  CjuWindow *window = open_window (), *other = open_window ();

  g_assert_true (cju_window_open_path (window, one));
  gtk_widget_activate_action (GTK_WIDGET (window), "win.cancel-opening", "s", one);
  g_assert_true (cju_window_open_path (window, none));
  g_assert_true (cju_window_open_path (other, one));
  gtk_window_destroy (GTK_WINDOW (other));
  widgets_wait (500);
  g_assert_cmpuint (count_open (one), ==, 0);
  g_assert_null (cju_window_get_document (window));
  close_all ();
  g_unlink (one);
  widgets_wait (50);
}

/* --- data --- */

static gboolean
is_loaded (gconstpointer data)
{
  const Desk *desk = data;

  return g_str_equal (desk->project->data.source, "shapes")
         && cju_document_get_dataset (desk->document) != NULL;
}

/* Of two choices the later counts; one that is called off changes nothing. */
static void
test_data (Desk *desk, gconstpointer data)
{
  (void) data;
  cju_data_use (desk->document, "gratings");
  cju_data_cancel (desk->document);
  widgets_wait (300);
  g_assert_cmpstr (desk->project->data.source, ==, "glyphs");
  cju_data_use (desk->document, "spirals");
  cju_data_use (desk->document, "shapes");
  wait_for (is_loaded, desk);
  wait_for (has_session, desk);
  g_assert_cmpstr (desk->project->data.source, ==, "shapes");
}

static void
on_activate (GtkApplication *self)
{
  g_application_hold (G_APPLICATION (self)); /* windows come and go */
}

int
main (int argc, char **argv)
{
  int status;

  folder = g_dir_make_tmp ("cajal-files-XXXXXX", NULL);
  g_setenv ("CAJAL_STATE_DIR", folder, TRUE);
  g_setenv ("XDG_DATA_HOME", folder, TRUE);
  g_setenv ("XDG_CACHE_HOME", folder, TRUE);
  if (!widgets_begin (&argc, &argv))
    return 0;
  application = GTK_APPLICATION (adw_application_new (NULL, G_APPLICATION_NON_UNIQUE));
  g_signal_connect (application, "activate", G_CALLBACK (on_activate), NULL);
  g_assert_true (g_application_register (G_APPLICATION (application), NULL, NULL));
  g_application_activate (G_APPLICATION (application));
  g_test_add ("/ui/files/saved-while-training", Desk, NULL, set_up, test_training, tear_down);
  g_test_add ("/ui/files/edited-while-saving", Desk, NULL, set_up, test_edited, tear_down);
  g_test_add ("/ui/files/closed-while-saving", Desk, NULL, set_up, test_closed, tear_down);
  g_test_add ("/ui/files/destroyed-while-saving", Desk, NULL, set_up, test_destroyed, tear_down);
  g_test_add_func ("/ui/files/opened-while-opening", test_opening);
  g_test_add_func ("/ui/files/called-off", test_called_off);
  g_test_add ("/ui/files/data", Desk, NULL, set_up, test_data, tear_down);
  status = g_test_run ();
  g_object_unref (application);
  return status;
}
