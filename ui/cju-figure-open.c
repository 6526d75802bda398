/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-figure-open.h"

#include "cjl-figure-file.h"
#include "cju-access.h"
#include "cju-dock.h"
#include "cju-plate.h"
#include "cju-recent.h"
#include "cju-task.h"
#include "cju-view-state.h"
#include "cju-window-private.h"

#include <glib/gi18n-lib.h>

/* --- the state of a view --- */

static void
apply_unit (CjuDocument *document, GVariant *state)
{
  gint64 unit = -1, row = -1, column = -1;
  const char *node;

  g_variant_lookup (state, "unit", "x", &unit);
  if (!g_variant_lookup (state, "unit-of", "&s", &node)
      && (unit < 0 || !g_variant_lookup (state, "node", "&s", &node)))
    return;
  g_variant_lookup (state, "unit-row", "x", &row);
  g_variant_lookup (state, "unit-column", "x", &column);
  if (cj_graph_find (cju_document_get_project (document)->graph, node) != NULL)
    cju_document_choose_unit (document, node, unit, row, column);
}

/* The first number of "3, 7", as the command line has it; FALSE for the name of a picture. */
static gboolean
read_first (const char *samples, gint64 *sample)
{
  char *end = NULL;

  *sample = g_ascii_strtoll (samples, &end, 10);
  return end != samples && (*end == '\0' || *end == ',');
}

static void
apply_sample (CjuDocument *document, GVariant *state)
{
  static const char *const splits[CJD_N_SPLITS] = { "train", "val", "test" };
  CjdDataset *dataset = cju_document_get_dataset (document);
  const char *split, *samples;
  gint64 sample;

  if (dataset == NULL || !g_variant_lookup (state, "split", "&s", &split))
    return;
  if (!g_variant_lookup (state, "sample", "x", &sample)
      && !(g_variant_lookup (state, "samples", "&s", &samples) && read_first (samples, &sample)))
    return;
  if (sample < 0)
    return;
  for (guint i = 0; i < CJD_N_SPLITS; i++)
    if (g_str_equal (splits[i], split)
        && (gsize) sample < cjd_dataset_count (dataset, (CjdSplit) i))
      cju_document_choose_from (document, (CjdSplit) i, (gsize) sample);
}

static void
apply_step (CjuDocument *document, GVariant *state)
{
  const CjRunState run = cju_document_get_state (document);
  gint64 step;

  if (g_variant_lookup (state, "step", "x", &step) && step >= (gint64) run.first
      && step <= (gint64) run.last && step != (gint64) run.step && run.status != CJ_RUN_TRAINING)
    cju_document_seek (document, (guint64) step);
}

/* The view that drew it, or one of its figure. */
static const char *
find_view (GVariant *state)
{
  const char *id = NULL, *figure = NULL;

  if (g_variant_lookup (state, "view", "&s", &id))
    return id;
  g_variant_lookup (state, "figure", "&s", &figure);
  for (const CjuViewInfo *const *info = cju_views (); figure != NULL && *info != NULL; info++)
    if (g_str_equal ((*info)->figure, figure))
      return (*info)->id;
  return NULL;
}

/* With `show` the view is brought to the front as well; else it is as it was when it is next looked at. */
static void
apply_view (GtkWidget *dock, GVariant *state, gboolean show)
{
  const char *id = find_view (state);
  CjuView *view;
  g_autoptr (GVariant) params = g_variant_lookup_value (state, "params", G_VARIANT_TYPE_VARDICT);
  g_autoptr (GVariant) controls
      = g_variant_lookup_value (state, "controls", G_VARIANT_TYPE_VARDICT);
  GVariantIter iter;
  const char *name;
  GVariant *value;

  if (id == NULL)
    return;
  if (show)
    cju_dock_show (CJU_DOCK (dock), id);
  view = cju_dock_find_view (CJU_DOCK (dock), id);
  if (view == NULL)
    return;
  /* figures of the command line say the same by the same names */
  cju_view_load_controls (view, controls != NULL ? controls : state);
  if (params == NULL)
    return;
  g_variant_iter_init (&iter, params);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
        cju_figure_view_set_param (cju_view_get_figure (view), name,
                                   g_variant_get_string (value, NULL));
      g_variant_unref (value);
    }
}

/* The other panels of a plate. A view that drew several is as the first of them shows it. */
static void
apply_others (GtkWidget *dock, GVariant *state)
{
  g_autoptr (GVariant) others = g_variant_lookup_value (state, "others", G_VARIANT_TYPE ("av"));
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GVariantIter iter;
  GVariant *other;

  if (others == NULL)
    return;
  if (find_view (state) != NULL)
    g_hash_table_add (seen, g_strdup (find_view (state)));
  g_variant_iter_init (&iter, others);
  while (g_variant_iter_next (&iter, "v", &other))
    {
      const char *id = find_view (other);

      if (id != NULL && g_hash_table_add (seen, g_strdup (id)))
        apply_view (dock, other, FALSE);
      g_variant_unref (other);
    }
}

static void
apply (CjuDocument *document, GtkWidget *dock, GVariant *state)
{
  const char *node;

  if (g_variant_lookup (state, "node", "&s", &node)
      && cj_graph_find (cju_document_get_project (document)->graph, node) != NULL)
    cju_document_select (document, node);
  apply_sample (document, state);
  apply_step (document, state);
  apply_unit (document, state);
  apply_view (dock, state, TRUE);
  apply_others (dock, state);
}

static void
on_loaded (CjuDocument *document, gpointer data)
{
  GtkWidget *dock = data;
  GVariant *state = g_object_get_data (G_OBJECT (dock), "state-to-come");

  g_signal_handlers_disconnect_by_func (document, on_loaded, data);
  if (state != NULL)
    apply (document, dock, state);
  g_object_set_data (G_OBJECT (dock), "state-to-come", NULL);
}

void
cju_figure_open_apply (CjuDocument *document, GtkWidget *dock, GVariant *state)
{
  if (cju_document_get_dataset (document) != NULL)
    {
      apply (document, dock, state);
      return;
    }
  g_object_set_data_full (G_OBJECT (dock), "state-to-come", g_variant_ref (state),
                          (GDestroyNotify) g_variant_unref);
  g_signal_connect_object (document, "loaded", G_CALLBACK (on_loaded), dock, 0);
}

/* --- reading --- */

/* What a thread finds. */
typedef struct
{
  char *path;
  GPtrArray *projects; /* paths where the project may lie */
  CjvPlate *plate;
  GVariant *source;
  char *project;
  gboolean same; /* it is as it was */
} Reading;

static void
free_reading (gpointer data)
{
  Reading *reading = data;

  g_clear_pointer (&reading->plate, cjv_plate_free);
  g_clear_pointer (&reading->source, g_variant_unref);
  g_ptr_array_unref (reading->projects);
  g_free (reading->project);
  g_free (reading->path);
  g_free (reading);
}

/* The projects in the folder of the picture come before those used lately. */
static void
add_neighbours (Reading *reading)
{
  g_autofree char *folder = g_path_get_dirname (reading->path);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".cajal"))
      g_ptr_array_insert (reading->projects, 0, g_build_filename (folder, name, NULL));
  g_ptr_array_add (reading->projects, NULL);
}

static void
read_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Reading *reading = data;
  g_autoptr (CjlProject) project = NULL;
  g_autofree char *hash = NULL;
  const char *was = "";
  GError *error = NULL;

  (void) source;
  (void) cancellable;
  reading->plate = cjl_figure_load (reading->path, &reading->source, &error);
  if (reading->plate == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  add_neighbours (reading);
  reading->project
      = cjl_source_find_project (reading->source, (const char *const *) reading->projects->pdata);
  project = reading->project != NULL ? cjl_project_load (reading->project, NULL) : NULL;
  hash = project != NULL ? cjl_project_hash (project) : NULL;
  if (reading->source != NULL)
    g_variant_lookup (reading->source, "sha256", "&s", &was);
  reading->same = g_strcmp0 (hash, was) == 0;
  g_task_return_boolean (task, TRUE);
}

/* --- showing --- */

/* A panel as cju_figure_open_apply takes it. */
static GVariant *
describe_panel (const Reading *reading, const CjvPanel *panel)
{
  GVariantDict dict, params;
  gint64 step;

  g_variant_dict_init (&dict, panel->about);
  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&dict, "figure", "s", panel->info->id);
  if (!g_variant_dict_contains (&dict, "step") && reading->source != NULL
      && g_variant_lookup (reading->source, "step", "x", &step))
    g_variant_dict_insert (&dict, "step", "x", step);
  for (const CjParam *p = panel->info->params;
       p != NULL && p->name != NULL && panel->params != NULL; p++)
    {
      g_autofree char *value = cj_params_print (p, panel->params);

      g_variant_dict_insert (&params, p->name, "s", value);
    }
  g_variant_dict_insert_value (&dict, "params", g_variant_dict_end (&params));
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

/* The first panel, which is shown, with the others. */
static GVariant *
describe_state (const Reading *reading)
{
  const GPtrArray *panels = reading->plate->panels;
  g_autoptr (GVariant) first = describe_panel (reading, panels->pdata[0]);
  GVariantBuilder others;
  GVariantDict dict;

  g_variant_builder_init (&others, G_VARIANT_TYPE ("av"));
  for (guint i = 1; i < panels->len; i++)
    {
      g_autoptr (GVariant) other = describe_panel (reading, panels->pdata[i]);

      g_variant_builder_add (&others, "v", other);
    }
  g_variant_dict_init (&dict, first);
  g_variant_dict_insert_value (&dict, "others", g_variant_builder_end (&others));
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

/* The window that shows the project of a source, saved or not; NULL: none does. */
static CjuWindow *
find_open (CjuWindow *window, GVariant *source)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (window));
  const char *uuid;

  if (application == NULL || source == NULL || !g_variant_lookup (source, "uuid", "&s", &uuid))
    return NULL;
  for (GList *l = gtk_application_get_windows (application); l != NULL; l = l->next)
    {
      CjuDocument *document = CJU_IS_WINDOW (l->data) ? cju_window_get_document (l->data) : NULL;

      if (document != NULL && g_str_equal (cju_document_get_project (document)->uuid, uuid))
        return l->data;
    }
  return NULL;
}

static void
on_open_project (GtkButton *button, gpointer data)
{
  CjuWindow *open = find_open (data, g_object_get_data (G_OBJECT (button), "source"));

  if (open != NULL)
    {
      gtk_window_present (GTK_WINDOW (open));
      cju_figure_open_apply (open->document, open->dock,
                             g_object_get_data (G_OBJECT (button), "state"));
      return;
    }
  if (g_object_get_data (G_OBJECT (button), "project") != NULL)
    cju_window_open_at (data, g_object_get_data (G_OBJECT (button), "project"),
                        g_object_get_data (G_OBJECT (button), "state"));
}

static GtkWidget *
add_words (GtkWidget *box, const char *text, const char *class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_widget_add_css_class (label, class);
  gtk_box_append (GTK_BOX (box), label);
  return label;
}

/* Where the figure comes from, and whether that is at hand. */
static GtkWidget *
make_notice (CjuWindow *window, const Reading *reading)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6), *button;
  g_autofree char *from = cjl_source_print (reading->source);
  g_autofree char *text = NULL;

  if (find_open (window, reading->source) != NULL)
    text = g_strdup (_ ("The project is open. What it shows may have moved on; the figure is drawn "
                        "from the numbers in the picture."));
  else if (reading->project == NULL)
    text = g_strdup (_ ("The project is not at hand: the figure is drawn from the numbers in the "
                        "picture."));
  else if (reading->same)
    text = g_strdup_printf (_ ("The project is at hand, as it was then: %s"), reading->project);
  else
    text = g_strdup_printf (_ ("The project is at hand, but has changed since: %s. The figure is "
                               "drawn from the numbers in the picture."),
                            reading->project);
  add_words (box, from, "heading");
  add_words (box, text, "dim-label");
  if (reading->project == NULL && find_open (window, reading->source) == NULL)
    return box;
  button = gtk_button_new_with_mnemonic (_ ("_Open Project at This View"));
  cju_access_name_mnemonic (button, _ ("_Open Project at This View"));
  gtk_widget_set_halign (button, GTK_ALIGN_START);
  g_object_set_data_full (G_OBJECT (button), "project", g_strdup (reading->project), g_free);
  if (reading->source != NULL)
    g_object_set_data_full (G_OBJECT (button), "source", g_variant_ref (reading->source),
                            (GDestroyNotify) g_variant_unref);
  g_object_set_data_full (G_OBJECT (button), "state", describe_state (reading),
                          (GDestroyNotify) g_variant_unref);
  g_signal_connect_object (button, "clicked", G_CALLBACK (on_open_project), window, 0);
  gtk_box_append (GTK_BOX (box), button);
  return box;
}

static void
on_read (GObject *object, GAsyncResult *result, gpointer data)
{
  CjuWindow *window = CJU_WINDOW (object);
  Reading *reading = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  GtkWidget *notice;

  (void) data;
  if (gtk_window_get_application (GTK_WINDOW (window)) == NULL) /* destroyed meanwhile */
    return;
  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      cju_window_tell (window, error->message);
      return;
    }
  notice = make_notice (window, reading);
  cju_recent_add_figure (reading->path);
  cju_plate_present_loaded (GTK_WINDOW (window), g_steal_pointer (&reading->plate),
                            g_steal_pointer (&reading->source), notice);
}

void
cju_figure_open (CjuWindow *window, const char *path)
{
  g_autoptr (GTask) task = cju_task_new (window, NULL, on_read, NULL);
  Reading *reading = g_new0 (Reading, 1);

  reading->path = g_strdup (path);
  reading->projects = cju_recent_list_projects ();
  g_task_set_task_data (task, reading, free_reading);
  g_task_run_in_thread (task, read_thread);
}
