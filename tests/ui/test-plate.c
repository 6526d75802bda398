/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Figures on their way out of the window and back: what a view shows is put on the project's plate, is
 * written with where it comes from, and brings the view back. */
#include "widgets.h"

#include "cjl-figure-file.h"
#include "cjl-json.h"
#include "cjl-template.h"
#include "cju-dock.h"
#include "cju-figure-open.h"
#include "cju-plate.h"
#include "cju-view-state.h"

#include <glib/gstdio.h>
#include <string.h>

/* A leak of the toolkit, named in lsan.supp, is known by more of its stack than is kept otherwise. */
const char *__asan_default_options (void);

const char *
__asan_default_options (void)
{
  return "fast_unwind_on_malloc=0";
}

typedef struct
{
  GtkWidget *window, *dock;
  CjuDocument *document;
  CjlProject *project;
  char *folder;
} Desk;

/* The window of a project. */
static void
open_desk (Desk *desk)
{
  desk->document = cju_document_new (desk->project);
  desk->window = gtk_window_new ();
  desk->dock = cju_dock_new (desk->document);
  gtk_window_set_default_size (GTK_WINDOW (desk->window), 1400, 500);
  gtk_window_set_child (GTK_WINDOW (desk->window), desk->dock);
  gtk_window_present (GTK_WINDOW (desk->window));
  while (cju_document_get_session (desk->document) == NULL)
    g_main_context_iteration (NULL, TRUE);
}

static void
close_desk (Desk *desk)
{
  gtk_window_destroy (GTK_WINDOW (desk->window));
  g_object_unref (desk->document);
  cjl_project_unref (desk->project);
}

static void
set_up (Desk *desk, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  (void) data;
  desk->folder = g_dir_make_tmp ("cajal-plate-XXXXXX", NULL);
  desk->project = cjl_template_make (cjl_template_find ("playground"), &error);
  g_assert_no_error (error);
  g_assert_true (cjl_project_set (desk->project, "data.samples", "300", &error));
  open_desk (desk);
  cju_dock_show (CJU_DOCK (desk->dock), "weights");
  widgets_wait (500);
}

static void
tear_down (Desk *desk, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (desk->folder, 0, NULL);
  const char *name;

  (void) data;
  close_desk (desk);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (desk->folder, name, NULL);

      g_unlink (path);
    }
  g_assert_cmpint (g_rmdir (desk->folder), ==, 0);
  g_free (desk->folder);
}

static guint
count_kept (const Desk *desk)
{
  return desk->project->plate != NULL ? desk->project->plate->panels->len : 0;
}

/* Added to the plate, saved with the project, there when it is opened again. */
static void
test_kept (Desk *desk, gconstpointer data)
{
  g_autofree char *path = g_build_filename (desk->folder, "kept.cajal", NULL);
  g_autoptr (CjlProject) again = NULL;
  g_autoptr (GBytes) before = NULL, after = NULL;
  g_autoptr (GError) error = NULL;

  (void) data;
  g_assert_cmpuint (count_kept (desk), ==, 0);
  cju_plate_add_view (cju_dock_find_view (CJU_DOCK (desk->dock), "weights"));
  g_assert_cmpuint (count_kept (desk), ==, 1);
  cju_plate_add_view (cju_dock_find_view (CJU_DOCK (desk->dock), "weights"));
  g_assert_cmpuint (count_kept (desk), ==, 2);
  g_assert_true (cjl_project_is_modified (desk->project));
  cju_document_store (desk->document);
  g_assert_true (cjl_project_save (desk->project, path, &error));
  g_assert_no_error (error);
  g_assert_false (cjl_project_is_modified (desk->project));
  again = cjl_project_load (path, &error);
  g_assert_no_error (error);
  before = cjl_figure_print (desk->project->plate, NULL, NULL);
  after = cjl_figure_print (again->plate, NULL, NULL);
  g_assert_true (g_bytes_equal (before, after));
}

static void
on_written (gpointer object, const char *path, const char *error)
{
  g_assert_null (error);
  g_object_set_data_full (object, "written", g_strdup (path), g_free);
}

/* Written with its source, which the file of the project says as well. */
static void
test_written (Desk *desk, gconstpointer data)
{
  CjuView *view = cju_dock_find_view (CJU_DOCK (desk->dock), "weights");
  g_autofree char *path = g_build_filename (desk->folder, "view.pdf", NULL);
  g_autofree char *home = g_build_filename (desk->folder, "home.cajal", NULL), *found = NULL;
  const char *const paths[] = { "/nowhere.cajal", home, NULL };
  g_autoptr (GVariant) source = NULL;
  g_autoptr (CjvPlate) plate = NULL;
  g_autofree char *hash = NULL;
  const char *id = NULL, *title = NULL, *sum = NULL;
  GError *error = NULL;

  (void) data;
  cju_figure_write (cju_view_dup_plate (view), cju_origin_new (desk->document), path, FALSE,
                    desk->window, on_written);
  while (g_object_get_data (G_OBJECT (desk->window), "written") == NULL)
    g_main_context_iteration (NULL, TRUE);
  plate = cjl_figure_load (path, &source, &error);
  g_assert_no_error (error);
  g_assert_true (
      g_variant_lookup (((CjvPanel *) plate->panels->pdata[0])->about, "view", "&s", &id));
  g_assert_cmpstr (id, ==, "weights");
  g_assert_true (g_variant_lookup (source, "project", "&s", &title));
  g_assert_cmpstr (title, ==, desk->project->title);
  cju_document_store (desk->document);
  g_assert_true (cjl_project_save (desk->project, home, NULL));
  hash = cjl_project_hash (desk->project);
  g_assert_true (g_variant_lookup (source, "sha256", "&s", &sum));
  g_assert_cmpstr (sum, ==, hash);
  found = cjl_source_find_project (source, paths);
  g_assert_cmpstr (found, ==, home);
}

static GtkWidget *
find_plate (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

      if (g_str_equal (G_OBJECT_TYPE_NAME (window), "CjuPlate"))
        return window;
    }
  return NULL;
}

/* The buttons in the row of panel `i`: wide, up, remove. */
static void
find_buttons (GtkWidget *widget, guint i, GtkWidget *buttons[3], guint *n)
{
  if (GTK_IS_BUTTON (widget)
      && g_object_get_data (G_OBJECT (widget), "panel") == GUINT_TO_POINTER (i)
      && gtk_widget_has_css_class (widget, "flat") && *n < 3)
    buttons[(*n)++] = widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    find_buttons (child, i, buttons, n);
}

static char *
print_order (const Desk *desk)
{
  const CjvPlate *plate = desk->project->plate;
  GString *order = g_string_new (NULL);

  for (guint i = 0; i < plate->panels->len; i++)
    g_string_append_printf (order, "%s ", ((CjvPanel *) plate->panels->pdata[i])->info->id);
  return g_string_free (order, FALSE);
}

/* Put in another order and taken out again, by its buttons. */
static void
test_order (Desk *desk, gconstpointer data)
{
  GtkWidget *window, *buttons[3] = { NULL };
  g_autofree char *before = NULL, *after = NULL;
  guint n = 0;

  (void) data;
  cju_plate_add_view (cju_dock_find_view (CJU_DOCK (desk->dock), "weights"));
  cju_dock_show (CJU_DOCK (desk->dock), "decision");
  widgets_wait (1000);
  cju_plate_add_view (cju_dock_find_view (CJU_DOCK (desk->dock), "decision"));
  before = print_order (desk);
  g_assert_true (g_str_has_suffix (before, " decision "));
  cju_plate_present (desk->document, GTK_WINDOW (desk->window));
  window = find_plate ();
  g_assert_nonnull (window);
  widgets_wait (300);
  find_buttons (window, 1, buttons, &n);
  g_assert_cmpuint (n, ==, 3);
  g_signal_emit_by_name (buttons[1], "clicked");
  after = print_order (desk);
  g_assert_true (g_str_has_prefix (after, "decision "));
  n = 0;
  find_buttons (window, 1, buttons, &n);
  g_signal_emit_by_name (buttons[2], "clicked");
  g_assert_cmpuint (count_kept (desk), ==, 1);
  n = 0;
  find_buttons (window, 0, buttons, &n);
  g_signal_emit_by_name (buttons[2], "clicked");
  g_assert_null (desk->project->plate);
  widgets_wait (100);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* What a figure showed is shown again. */
static void
test_back (Desk *desk, gconstpointer data)
{
  g_autoptr (GVariant) state = g_variant_ref_sink (g_variant_new_parsed (
      "{'figure': <'histogram'>, 'split': <'train'>, 'sample': <int64 5>, 'node': <'dense2'>,"
      " 'params': <{'bins': <'9'>}>}"));
  CjuView *view = cju_dock_find_view (CJU_DOCK (desk->dock), "histogram");
  g_autofree char *bins = NULL;

  (void) data;
  cju_figure_open_apply (desk->document, desk->dock, state);
  widgets_wait (300);
  g_assert_cmpint (cju_document_get_split (desk->document), ==, CJD_SPLIT_TRAIN);
  g_assert_cmpuint (cju_document_get_sample (desk->document), ==, 5);
  g_assert_cmpstr (cju_document_get_selected (desk->document)->id, ==, "dense2");
  g_assert_true (gtk_widget_get_mapped (GTK_WIDGET (view)));
  bins = cju_figure_view_print_param (cju_view_get_figure (view), "bins");
  g_assert_cmpstr (bins, ==, "9");
}

static char *
print_controls (CjuView *view)
{
  g_autoptr (GVariant) controls = cju_view_save_controls (view);

  return cjl_json_print (controls, FALSE);
}

/* Another choice in every list that has one. */
static void
turn_lists (GtkWidget *widget)
{
  if (GTK_IS_DROP_DOWN (widget))
    {
      GListModel *model = gtk_drop_down_get_model (GTK_DROP_DOWN (widget));
      const guint n = model != NULL ? g_list_model_get_n_items (model) : 0;

      if (n > 1)
        gtk_drop_down_set_selected (GTK_DROP_DOWN (widget),
                                    (gtk_drop_down_get_selected (GTK_DROP_DOWN (widget)) + 1) % n);
      return;
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    turn_lists (child);
}

/* Whether a view says all that it is to say; a list that was filled since may say more. */
static gboolean
says (CjuView *view, GVariant *wanted)
{
  g_autoptr (GVariant) now = cju_view_save_controls (view);
  GVariantIter iter;
  const char *key;
  GVariant *value;
  gboolean all = TRUE;

  g_variant_iter_init (&iter, wanted);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &value))
    {
      g_autoptr (GVariant) owned = value, is = g_variant_lookup_value (now, key, NULL);

      all = all && is != NULL && g_variant_equal (is, owned);
    }
  return all;
}

/* Until a view says it again, or for so long that it never will. */
static void
wait_for_controls (CjuView *view, GVariant *wanted)
{
  g_autofree char *now = NULL, *words = cjl_json_print (wanted, FALSE);

  for (guint i = 0; i < 200 && !says (view, wanted); i++)
    widgets_wait (50);
  now = print_controls (view);
  if (!says (view, wanted))
    g_error ("%s: %s, not %s", cju_view_get_info (view)->id, now, words);
}

/* Writes what a view shows and reads it back; FALSE: it shows nothing yet. */
static gboolean
try_file (const Desk *desk, CjuView *view)
{
  g_autofree char *path = g_build_filename (desk->folder, "view.svg", NULL);
  g_autoptr (CjvPlate) plate = cju_view_dup_plate (view), read = NULL;
  g_autoptr (GBytes) before = NULL, after = NULL;
  g_autoptr (GError) error = NULL;

  if (plate == NULL)
    return FALSE;
  g_assert_true (cjl_figure_save (plate, NULL, path, &error));
  g_assert_no_error (error);
  read = cjl_figure_load (path, NULL, &error);
  g_assert_no_error (error);
  before = cjl_figure_print (plate, NULL, NULL);
  after = cjl_figure_print (read, NULL, NULL);
  g_assert_true (g_bytes_equal (before, after));
  return TRUE;
}

static void
count_message (GtkWidget *dock, const char *text, guint *n)
{
  (void) dock;
  *n += strstr (text, "no figure") != NULL;
}

/* Every view of the network: whatever was set in its column comes back from what its files say, and is
 * exported, or says why it cannot be. */
static void
test_every_view (Desk *desk, gconstpointer data)
{
  guint n = 0, n_written = 0, n_messages = 0;

  (void) data;
  g_signal_connect (desk->dock, "message", G_CALLBACK (count_message), &n_messages);
  for (const CjuViewInfo *const *info = cju_views (); *info != NULL; info++)
    {
      CjuView *view = cju_dock_find_view (CJU_DOCK (desk->dock), (*info)->id);
      g_autoptr (GVariant) set = NULL;
      g_autofree char *before = NULL, *after = NULL;

      g_assert_nonnull (view);
      if (!cju_view_belongs (view))
        continue;
      cju_dock_show (CJU_DOCK (desk->dock), (*info)->id);
      widgets_wait (300);
      before = print_controls (view);
      set = cju_view_save_controls (view);
      turn_lists (GTK_WIDGET (view));
      widgets_wait (50);
      after = print_controls (view);
      n += !g_str_equal (before, after);
      cju_view_load_controls (view, set);
      wait_for_controls (view, set);
      n_written += try_file (desk, view);
    }
  g_assert_cmpuint (n, >=, 6);
  g_assert_cmpuint (n_written, >=, 6);
  gtk_widget_activate_action (desk->dock, "dock.show", "s", "history");
  gtk_widget_activate_action (desk->dock, "dock.export", "s", "pdf");
  g_assert_cmpuint (n_messages, ==, 1);
}

/* A figure of explanations names its methods with all their settings, and brings them back, through its
 * file; a plate brings back what each of its panels showed. */
static void
test_controls (Desk *desk, gconstpointer data)
{
  CjuView *explain = cju_dock_find_view (CJU_DOCK (desk->dock), "explain");
  CjuView *landscape = cju_dock_find_view (CJU_DOCK (desk->dock), "landscape");
  g_autofree char *path = g_build_filename (desk->folder, "explained.svg", NULL);
  g_autofree char *json = NULL, *one = NULL;
  g_autoptr (GVariant) line = NULL;
  g_autoptr (GVariant) wanted = g_variant_ref_sink (g_variant_new_parsed (
      "{'view': <'explain'>, 'controls': <{'target': <'true'>, 'methods': <{'gradient': "
      "<@a{sv} {}>, 'integrated-gradients': <{'steps': <'7'>}>}>, 'held': <[<{'split': <'val'>, "
      "'sample': <int64 3>, 'target': <int64 1>}>]>}>, 'others': <[<{'view': <'landscape'>, "
      "'controls': <{'method': <'line'>}>}>]>}"));
  g_autoptr (CjvPlate) plate = NULL;

  (void) data;
  cju_figure_open_apply (desk->document, desk->dock, wanted);
  for (guint i = 0; i < 200 && (json == NULL || strstr (json, "\"steps\":\"7\"") == NULL); i++)
    {
      widgets_wait (50);
      g_free (json);
      json = print_controls (explain);
    }
  g_assert_nonnull (strstr (json, "\"gradient\":"));
  g_assert_nonnull (strstr (json, "\"held\":[{\"sample\":3,\"split\":\"val\",\"target\":1}]"));
  g_assert_nonnull (strstr (json, "\"steps\":\"7\""));
  g_assert_nonnull (strstr (json, "\"target\":\"true\""));
  g_assert_null (strstr (json, "occlusion"));
  while ((plate = cju_view_dup_plate (explain)) == NULL)
    widgets_wait (50);
  g_assert_true (cjl_figure_save (plate, NULL, path, NULL));
  g_clear_pointer (&plate, cjv_plate_free);
  plate = cjl_figure_load (path, NULL, NULL);
  one = cjl_json_print (((CjvPanel *) plate->panels->pdata[0])->about, FALSE);
  g_assert_nonnull (strstr (one, json));
  cju_dock_show (CJU_DOCK (desk->dock), "landscape");
  line = g_variant_ref_sink (g_variant_new_parsed ("{'method': <'line'>}"));
  wait_for_controls (landscape, line);
}

/* The patched neuron comes back from what its file says: model, parameters turned by hand, a current of one's own,
 * and the rule of its synapses. */
static void
test_neuron (Desk *desk, gconstpointer data)
{
  static const char *const turned[] = { "\"tau\":\"33\"", "\"tau-plus\":\"44\"" };
  CjuView *view = cju_dock_find_view (CJU_DOCK (desk->dock), "neuron");
  g_autofree char *path = g_build_filename (desk->folder, "neuron.svg", NULL);
  g_autoptr (GVariant) bench = g_variant_ref_sink (
      g_variant_new_parsed ("{'model': <'lif'>, 'begin': <20.0>, 'end': <80.0>, 'own-current': "
                            "<true>, 'amplitude': <2.5>}"));
  g_autoptr (GVariant) wanted = g_variant_ref_sink (
      g_variant_new_parsed ("{'model': <'lif'>, 'begin': <20.0>, 'end': <80.0>, 'own-current': "
                            "<true>, 'amplitude': <2.5>, 'settings': <{'tau': <'33'>}>, "
                            "'stdp': <{'settings': <{'tau-plus': <'44'>}>}>}"));
  g_autoptr (GVariant) other = g_variant_ref_sink (
      g_variant_new_parsed ("{'model': <'hodgkin-huxley'>, 'stdp': <{'settings': <{'tau-plus': "
                            "<'20'>}>}>}"));
  g_autoptr (GVariant) kept = NULL;
  g_autoptr (CjvPlate) plate = NULL;
  g_autofree char *now = NULL, *again = NULL;

  (void) data;
  cju_dock_show (CJU_DOCK (desk->dock), "neuron");
  cju_view_load_controls (view, wanted);
  wait_for_controls (view, bench);
  while ((plate = cju_view_dup_plate (view)) == NULL)
    widgets_wait (50);
  g_assert_true (cjl_figure_save (plate, NULL, path, NULL));
  g_clear_pointer (&plate, cjv_plate_free);
  plate = cjl_figure_load (path, NULL, NULL);
  kept = g_variant_lookup_value (((CjvPanel *) plate->panels->pdata[0])->about, "controls",
                                 G_VARIANT_TYPE_VARDICT);
  g_assert_nonnull (kept);
  cju_view_load_controls (view, other);
  for (guint i = 0; i < 200 && !says (view, other); i++)
    widgets_wait (10);
  now = print_controls (view);
  cju_view_load_controls (view, kept);
  wait_for_controls (view, bench);
  again = print_controls (view);
  for (guint i = 0; i < G_N_ELEMENTS (turned); i++)
    {
      g_assert_null (strstr (now, turned[i]));
      g_assert_nonnull (strstr (again, turned[i]));
    }
}

/* The bench is the project's: to look at it changes nothing, what is turned has to be saved, and
 * a window that opens the project has it at once, and has nothing to save. */
static void
test_bench_kept (Desk *desk, gconstpointer data)
{
  static const char *const turned[] = { "\"tau\":\"33\"", "\"tau-plus\":\"44\"" };
  CjuView *view = cju_dock_find_view (CJU_DOCK (desk->dock), "neuron");
  g_autofree char *path = g_build_filename (desk->folder, "bench.cajal", NULL);
  g_autoptr (GVariant) bench = g_variant_ref_sink (g_variant_new_parsed (
      "{'figure': <'phase-plane'>, 'model': <'lif'>, 'shape': <'ramp'>, 'begin': <20.0>, 'end': "
      "<80.0>, 'own-current': <true>, 'amplitude': <2.5>}"));
  g_autoptr (GVariant) wanted = g_variant_ref_sink (g_variant_new_parsed (
      "{'figure': <'phase-plane'>, 'model': <'lif'>, 'shape': <'ramp'>, 'begin': <20.0>, 'end': "
      "<80.0>, 'own-current': <true>, 'amplitude': <2.5>, 'settings': <{'tau': <'33'>}>, 'stdp': "
      "<{'settings': <{'tau-plus': <'44'>}>}>}"));
  g_autoptr (GError) error = NULL;
  g_autofree char *before = NULL, *after = NULL;
  Desk next = { .folder = desk->folder };

  (void) data;
  g_assert_true (cjl_project_save (desk->project, path, &error));
  cju_dock_show (CJU_DOCK (desk->dock), "neuron");
  widgets_wait (300);
  g_assert_false (cjl_project_is_modified (desk->project));
  cju_view_load_controls (view, wanted);
  wait_for_controls (view, bench);
  widgets_wait (100);
  g_assert_true (cjl_project_is_modified (desk->project));
  g_assert_true (cjl_project_save (desk->project, path, &error));
  before = print_controls (view);

  next.project = cjl_project_load (path, &error);
  g_assert_no_error (error);
  open_desk (&next);
  cju_dock_show (CJU_DOCK (next.dock), "neuron");
  view = cju_dock_find_view (CJU_DOCK (next.dock), "neuron");
  after = print_controls (view);
  g_assert_cmpstr (after, ==, before);
  for (guint i = 0; i < G_N_ELEMENTS (turned); i++)
    g_assert_nonnull (strstr (after, turned[i]));
  widgets_wait (300);
  g_assert_false (cjl_project_is_modified (next.project));
  close_desk (&next);
}

int
main (int argc, char **argv)
{
  if (!widgets_begin (&argc, &argv))
    return 0;
  g_test_add ("/ui/plate/kept", Desk, NULL, set_up, test_kept, tear_down);
  g_test_add ("/ui/plate/written", Desk, NULL, set_up, test_written, tear_down);
  g_test_add ("/ui/plate/order", Desk, NULL, set_up, test_order, tear_down);
  g_test_add ("/ui/plate/back", Desk, NULL, set_up, test_back, tear_down);
  g_test_add ("/ui/plate/controls", Desk, NULL, set_up, test_controls, tear_down);
  g_test_add ("/ui/plate/neuron", Desk, NULL, set_up, test_neuron, tear_down);
  g_test_add ("/ui/plate/bench-kept", Desk, NULL, set_up, test_bench_kept, tear_down);
  g_test_add ("/ui/plate/every-view", Desk, NULL, set_up, test_every_view, tear_down);
  return g_test_run ();
}
