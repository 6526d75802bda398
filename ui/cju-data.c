/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-data.h"

#include "cjd-folders.h"
#include "cjd-reader.h"
#include "cjd-source.h"
#include "cjl-zoo.h"
#include "cju-access.h"
#include "cju-settings.h"
#include "cju-task.h"
#include "cju-tile.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

#define MAX_CHANNELS 3 /* of which the normalisation is told */
#define MAX_NAMES 6    /* classes named in a sentence */

char *
cju_data_dup_title (const char *source)
{
  const CjdSourceInfo *info = cjd_source_find (source);

  return info != NULL ? g_strdup (_ (info->title)) : cjd_folders_dup_name (source);
}

static char *
describe_samples (const CjdDataset *dataset)
{
  const CjShape sample = cjd_dataset_get_x_shape (dataset);
  const guint n = (guint) cjd_dataset_get_n_samples (dataset);
  g_autofree char *shape = cj_shape_print (&sample);

  if (sample.n_dims == 3)
    return g_strdup_printf (g_dngettext (NULL, "%'u picture of %s", "%'u pictures of %s", n), n,
                            shape);
  if (dataset->x_dtype == CJ_INT32)
    return g_strdup_printf (
        g_dngettext (NULL, "%'u piece of %s symbols", "%'u pieces of %s symbols", n), n, shape);
  if (sample.n_dims == 1)
    return g_strdup_printf (
        g_dngettext (NULL, "%'u row of %s numbers", "%'u rows of %s numbers", n), n, shape);
  return g_strdup_printf (g_dngettext (NULL, "%'u sample of %s", "%'u samples of %s", n), n, shape);
}

char *
cju_data_describe (const CjdDataset *dataset)
{
  g_autofree char *samples = describe_samples (dataset);
  g_autoptr (GString) names = g_string_new (NULL);

  if (cju_tile_has_letters (dataset))
    return g_strdup_printf (
        g_dngettext (NULL, "%s, of %u kind", "%s, of %u kinds", dataset->n_classes), samples,
        dataset->n_classes);
  if (dataset->n_classes == 0)
    return g_strdup_printf (_ ("%s, with values to predict"), samples);
  for (guint i = 0; dataset->class_names != NULL && i < MIN (dataset->n_classes, MAX_NAMES); i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : ": ", dataset->class_names[i]);
  if (names->len > 0 && dataset->n_classes > MAX_NAMES)
    g_string_append (names, ", …");
  return g_strdup_printf (
      g_dngettext (NULL, "%s, in %u class%s", "%s, in %u classes%s", dataset->n_classes), samples,
      dataset->n_classes, names->str);
}

char *
cju_data_print_norm (const CjdDataset *dataset)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < MIN (dataset->n_channels, MAX_CHANNELS); i++)
    g_string_append_printf (text, "%s%.3f ± %.3f", i > 0 ? ", " : _ ("Mean ± deviation: "),
                            (double) dataset->mean[i], (double) dataset->std[i]);
  if (dataset->n_channels > MAX_CHANNELS)
    g_string_append_printf (text, _ (" and %u more"), dataset->n_channels - MAX_CHANNELS);
  return g_string_free (text, FALSE);
}

/* --- other data for a project --- */

typedef struct
{
  CjlDataChoice choice;
  CjdDataset *base;
} Reading;

static void
free_reading (gpointer data)
{
  Reading *reading = data;

  cjl_data_choice_clear (&reading->choice);
  g_clear_pointer (&reading->base, cjd_dataset_unref);
  g_free (reading);
}

static void
read_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Reading *reading = data;
  GError *error = NULL;

  (void) source;
  (void) cancellable;
  reading->base = cjl_data_load_base (&reading->choice, &error);
  if (reading->base != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* A network of the zoo is taught other pictures: its body stays. */
static gboolean
is_taught (const CjlProject *project, const CjdDataset *base)
{
  g_autoptr (GVariant) origin = cjl_zoo_get_origin (project);

  return origin != NULL && cjl_zoo_choose (base) != NULL;
}

static void
say_adopted (CjuDocument *document, const CjdDataset *base, const CjlAdoption *adoption,
             gboolean teaches)
{
  g_autofree char *found = cju_data_describe (base);
  g_autofree char *shape = cj_shape_print (&adoption->shape);
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_printf (text, _ ("%s: %s."), base->name, found);
  if (adoption->resized)
    g_string_append_printf (text, _ (" Resized to %s."), shape);
  if (adoption->refitted)
    g_string_append_printf (text, _ (" The last layer now has %u units."), base->n_classes);
  if (adoption->batch > 0)
    g_string_append_printf (text, _ (" The batch now has %d samples."), adoption->batch);
  if (teaches)
    g_string_append (text, _ (" Only a new last layer learns, the rest is frozen."));
  if (adoption->problem != NULL)
    g_string_append_printf (text, _ (" The network cannot learn from them yet: %s"),
                            adoption->problem);
  cju_document_notice (document, text->str, TRUE);
}

static void
read_done (GObject *object, GAsyncResult *result, gpointer data)
{
  CjuDocument *document = CJU_DOCUMENT (object);
  CjlProject *project = cju_document_get_project (document);
  const CjdDataset *before = cju_document_get_dataset (document);
  const Reading *reading = g_task_get_task_data (G_TASK (result));
  const CjShape shape = before != NULL ? cjd_dataset_get_x_shape (before) : cj_shape1 (0);
  g_autoptr (GError) error = NULL;
  CjlAdoption adoption;
  gboolean teaches;

  (void) data;
  g_task_propagate_boolean (G_TASK (result), &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  cju_data_cancel (document); /* it is over */
  if (error != NULL)
    {
      cju_document_notice (document, error->message, FALSE);
      return;
    }
  cju_document_put_base (document, &reading->choice, reading->base);
  teaches = is_taught (project, reading->base);
  (teaches ? cjl_project_teach : cjl_project_adopt) (project, reading->choice.source, reading->base,
                                                     before != NULL ? &shape : NULL, &adoption);
  say_adopted (document, reading->base, &adoption, teaches && adoption.problem == NULL);
  g_free (adoption.problem);
}

static void
cancel (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  g_object_unref (cancellable);
}

void
cju_data_cancel (CjuDocument *document)
{
  g_object_set_data (G_OBJECT (document), "cju-reading", NULL);
  cju_document_tell_reading (document, NULL);
}

void
cju_data_use (CjuDocument *document, const char *source)
{
  Reading *reading = g_new0 (Reading, 1);
  GCancellable *cancellable = g_cancellable_new ();
  g_autoptr (GTask) task = cju_task_new (document, cancellable, read_done, NULL);
  g_autofree char *title = cju_data_dup_title (source);

  g_object_set_data_full (G_OBJECT (document), "cju-reading", cancellable, cancel);
  cju_document_tell_reading (document, title);
  reading->choice = cjl_data_choice_copy (&cju_document_get_project (document)->data);
  g_free (reading->choice.source);
  reading->choice.source = g_strdup (source);
  g_variant_unref (reading->choice.params);
  reading->choice.params = g_variant_ref_sink (g_variant_new ("a{sv}", NULL));
  g_task_set_task_data (task, reading, free_reading);
  g_task_run_in_thread (task, read_thread);
}

static void
on_answer (GtkNativeDialog *dialog, int response, gpointer data)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GListModel) files = gtk_file_chooser_get_files (GTK_FILE_CHOOSER (dialog));
      g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
      g_auto (GStrv) paths = NULL;
      g_autofree char *path = NULL;

      for (guint i = 0; i < g_list_model_get_n_items (files); i++)
        {
          g_autoptr (GFile) file = g_list_model_get_item (files, i);
          g_autofree char *one = g_file_get_path (file);

          if (one != NULL)
            g_strv_builder_add (builder, one);
        }
      paths = g_strv_builder_end (builder);
      path = cjd_folders_print ((const char *const *) paths);
      if (*path != '\0')
        {
          cju_settings_keep_folder (paths[0]);
          cju_data_use (data, path);
        }
    }
  g_object_unref (data);
  g_object_unref (dialog);
}

void
cju_data_ask (CjuDocument *document, GtkWindow *parent, gboolean folder)
{
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (
      folder ? _ ("Folder of Data") : _ ("File of Data"), parent,
      folder ? GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER : GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Use"),
      _ ("_Cancel"));

  gtk_file_chooser_set_select_multiple (GTK_FILE_CHOOSER (dialog), folder); /* each a class */
  cju_settings_begin_in_folder (GTK_FILE_CHOOSER (dialog));
  g_signal_connect (dialog, "response", G_CALLBACK (on_answer), g_object_ref (document));
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

/* --- the button --- */

typedef struct
{
  CjuDocument *document;
  GtkWidget *button, *label, *list;
} Chooser;

static void
free_chooser (gpointer data)
{
  Chooser *chooser = data;

  g_signal_handlers_disconnect_by_data (chooser->document, chooser);
  g_object_unref (chooser->document);
  g_free (chooser);
}

static void
show_title (Chooser *chooser)
{
  const char *source = cju_document_get_project (chooser->document)->data.source;
  g_autofree char *title = cju_data_dup_title (source);
  g_autofree char *words = g_strdup_printf (_ ("Data: %s"), title);

  gtk_label_set_text (GTK_LABEL (chooser->label), title);
  cju_access_name (chooser->button, words);
}

static void
add_row (Chooser *chooser, const char *source, const char *title, const char *blurb)
{
  GtkWidget *row = gtk_list_box_row_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  GtkWidget *head = gtk_label_new (title), *text = gtk_label_new (blurb);

  gtk_label_set_xalign (GTK_LABEL (head), 0);
  gtk_label_set_xalign (GTK_LABEL (text), 0);
  gtk_label_set_ellipsize (GTK_LABEL (text), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_max_width_chars (GTK_LABEL (text), 46);
  gtk_widget_add_css_class (head, "heading");
  gtk_widget_add_css_class (text, "dim-label");
  gtk_widget_add_css_class (text, "caption");
  cju_access_tip (row, blurb);
  gtk_widget_set_margin_top (box, 5);
  gtk_widget_set_margin_bottom (box, 5);
  gtk_box_append (GTK_BOX (box), head);
  gtk_box_append (GTK_BOX (box), text);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  cju_access_name (row, title);
  g_object_set_data_full (G_OBJECT (row), "source", g_strdup (source), g_free);
  gtk_list_box_append (GTK_LIST_BOX (chooser->list), row);
  if (g_str_equal (source, cju_document_get_project (chooser->document)->data.source))
    gtk_list_box_select_row (GTK_LIST_BOX (chooser->list), GTK_LIST_BOX_ROW (row));
}

/* The list is made when it is opened: files may have come. */
static void
fill (Chooser *chooser)
{
  g_auto (GStrv) stored = cjl_data_list_stored ();
  GtkListBoxRow *row;

  while ((row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (chooser->list), 0)) != NULL)
    gtk_list_box_remove (GTK_LIST_BOX (chooser->list), GTK_WIDGET (row));
  for (guint i = 0; stored[i] != NULL; i++)
    {
      g_autofree char *title = cju_data_dup_title (stored[i]);

      add_row (chooser, stored[i], title, stored[i]);
    }
  for (const CjdSourceInfo *const *s = cjd_sources (); *s != NULL; s++)
    add_row (chooser, (*s)->id, _ ((*s)->title), _ ((*s)->blurb));
}

static void
on_row (GtkListBox *list, GtkListBoxRow *row, gpointer data)
{
  Chooser *chooser = data;
  const char *source = g_object_get_data (G_OBJECT (row), "source");

  (void) list;
  gtk_menu_button_popdown (GTK_MENU_BUTTON (chooser->button));
  if (!g_str_equal (source, cju_document_get_project (chooser->document)->data.source))
    cju_data_use (chooser->document, source);
}

static GtkWidget *
make_action (const char *icon, const char *text, const char *action)
{
  GtkWidget *button = gtk_button_new (), *content = adw_button_content_new ();

  adw_button_content_set_icon_name (ADW_BUTTON_CONTENT (content), icon);
  adw_button_content_set_label (ADW_BUTTON_CONTENT (content), text);
  adw_button_content_set_use_underline (ADW_BUTTON_CONTENT (content), TRUE);
  gtk_button_set_child (GTK_BUTTON (button), content);
  cju_access_name_mnemonic (button, text);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_widget_set_hexpand (button, TRUE);
  return button;
}

static void
popdown (Chooser *chooser)
{
  gtk_menu_button_popdown (GTK_MENU_BUTTON (chooser->button));
}

static GtkWidget *
make_popover (Chooser *chooser)
{
  static const char *const actions[][3] = {
    { "document-open-symbolic", N_ ("_File…"), "win.data-file" },
    { "folder-open-symbolic", N_ ("F_older…"), "win.data-folder" },
    { "view-grid-symbolic", N_ ("_Browse"), "win.browse" },
  };
  GtkWidget *popover = gtk_popover_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *scroller = gtk_scrolled_window_new ();
  GtkWidget *buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  chooser->list = gtk_list_box_new ();
  gtk_widget_add_css_class (chooser->list, "navigation-sidebar");
  cju_access_name (chooser->list, _ ("Data sets"));
  g_signal_connect (chooser->list, "row-activated", G_CALLBACK (on_row), chooser);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), chooser->list);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroller), 420);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroller), TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    {
      GtkWidget *button = make_action (actions[i][0], _ (actions[i][1]), actions[i][2]);

      g_signal_connect_swapped (button, "clicked", G_CALLBACK (popdown), chooser);
      gtk_box_append (GTK_BOX (buttons), button);
    }
  gtk_box_append (GTK_BOX (box), scroller);
  gtk_box_append (GTK_BOX (box), buttons);
  gtk_popover_set_child (GTK_POPOVER (popover), box);
  g_signal_connect_swapped (popover, "map", G_CALLBACK (fill), chooser);
  return popover;
}

GtkWidget *
cju_data_button_new (CjuDocument *document)
{
  Chooser *chooser = g_new0 (Chooser, 1);

  chooser->document = g_object_ref (document);
  chooser->button = gtk_menu_button_new ();
  chooser->label = gtk_label_new (NULL);
  gtk_label_set_ellipsize (GTK_LABEL (chooser->label), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (chooser->label), 16);
  gtk_menu_button_set_child (GTK_MENU_BUTTON (chooser->button), chooser->label);
  gtk_menu_button_set_always_show_arrow (GTK_MENU_BUTTON (chooser->button), TRUE);
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (chooser->button), make_popover (chooser));
  cju_access_tip (chooser->button, _ ("What the network learns from"));
  g_object_set_data_full (G_OBJECT (chooser->button), "chooser", chooser, free_chooser);
  g_signal_connect_swapped (document, "edited", G_CALLBACK (show_title), chooser);
  show_title (chooser);
  return chooser->button;
}
