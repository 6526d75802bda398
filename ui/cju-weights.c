/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-weights.h"

#include "cjl-weights.h"
#include "cju-access.h"
#include "cju-data.h"
#include "cju-task.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

#define LIST_HEIGHT 260 /* pixels, of what did not match */

/* --- what came of it --- */

/* What was read, for a second try. */
typedef struct
{
  CjuDocument *document;
  GPtrArray *tensors;
} Offer;

static void
free_offer (gpointer data, GClosure *closure)
{
  Offer *offer = data;

  (void) closure;
  g_object_unref (offer->document);
  g_ptr_array_unref (offer->tensors);
  g_free (offer);
}

static void take (CjuWindow *window, CjuDocument *document, GPtrArray *tensors, gboolean by_order);

static void
on_response (AdwMessageDialog *dialog, const char *response, gpointer data)
{
  const Offer *offer = data;
  GtkWindow *window = gtk_window_get_transient_for (GTK_WINDOW (dialog));

  if (g_str_equal (response, "order") && window != NULL
      && cju_window_get_document (CJU_WINDOW (window)) == offer->document)
    take (CJU_WINDOW (window), offer->document, offer->tensors, TRUE);
}

/* A sentence for every tensor that is on one side only, or whose shapes differ. */
static GtkWidget *
make_list (const CjlWeightsMatch *match)
{
  GtkWidget *scroller = gtk_scrolled_window_new (), *list = gtk_list_box_new ();

  for (guint i = 0; i < match->rows->len; i++)
    {
      const CjlWeightsRow *row = &g_array_index (match->rows, CjlWeightsRow, i);
      g_autofree char *text = cjl_weights_row_print (row);
      GtkWidget *label = gtk_label_new (text);

      if (row->fate == CJL_WEIGHTS_TAKEN)
        {
          g_object_ref_sink (label);
          g_object_unref (label);
          continue;
        }
      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_label_set_wrap (GTK_LABEL (label), TRUE);
      gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
      gtk_widget_set_margin_start (label, 12);
      gtk_widget_set_margin_end (label, 12);
      gtk_widget_set_margin_top (label, 8);
      gtk_widget_set_margin_bottom (label, 8);
      gtk_list_box_append (GTK_LIST_BOX (list), label);
    }
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  gtk_widget_set_valign (list, GTK_ALIGN_START);
  cju_access_name (list, _ ("Tensors that do not fit"));
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), list);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroller), LIST_HEIGHT);
  return scroller;
}

static void
show_match (CjuWindow *window, CjuDocument *document, const CjlWeightsMatch *match,
            const char *body, gboolean offer_order)
{
  GtkWidget *dialog = adw_message_dialog_new (
      GTK_WINDOW (window), match->n_taken > 0 ? _ ("Not All Weights Fit") : _ ("No Weights Fit"),
      body);
  Offer *offer = g_new0 (Offer, 1);

  offer->document = g_object_ref (document);
  offer->tensors = g_ptr_array_ref (match->tensors);
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), make_list (match));
  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _ ("_Close"));
  if (offer_order)
    adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "order", _ ("Match by _Order"));
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "close");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "close");
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_response), offer, free_offer, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* Matches, takes what fits, and says what came of it. */
static void
take (CjuWindow *window, CjuDocument *document, GPtrArray *tensors, gboolean by_order)
{
  CjlSession *session = cju_document_get_session (document);
  g_autoptr (CjTable) table = session != NULL ? cjl_session_dup_table (session) : NULL;
  g_autoptr (CjlWeightsMatch) match = NULL, ordered = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (table == NULL)
    {
      cju_document_notice (document,
                           _ ("There are no weights yet that could be replaced: the data are still "
                              "loading, or the network cannot be trained as it is."),
                           FALSE);
      return;
    }
  match = cjl_weights_match (table, tensors, by_order);
  ordered = cjl_weights_match (table, tensors, TRUE);
  cjl_session_take_weights (session, match, &error);
  text = error != NULL ? g_strdup (error->message) : cjl_weights_match_print (match);
  if (match->n_taken == match->rows->len)
    cju_document_notice (document, text, error == NULL);
  else
    show_match (window, document, match, text, ordered->n_taken > match->n_taken);
}

/* --- reading --- */

static void
read_thread (GTask *task, gpointer window, gpointer paths, GCancellable *cancellable)
{
  GError *error = NULL;
  GPtrArray *tensors = cjl_weights_load (paths, &error);

  (void) window;
  (void) cancellable;
  if (tensors != NULL)
    g_task_return_pointer (task, tensors, (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, error);
}

/* Whether files are rather to be learned from: arrays of which the network knows no name. */
static gboolean
is_rather_data (CjuDocument *document, const char *const *paths, GPtrArray *tensors)
{
  CjlSession *session = cju_document_get_session (document);
  g_autoptr (CjTable) table = session != NULL ? cjl_session_dup_table (session) : NULL;
  g_autoptr (CjlWeightsMatch) match = NULL;

  if (!g_str_has_suffix (paths[0], ".npz") || paths[1] != NULL)
    return FALSE;
  match = table != NULL ? cjl_weights_match (table, tensors, FALSE) : NULL;
  for (guint i = 0; match != NULL && i < match->table->entries->len; i++)
    if (g_array_index (match->rows, CjlWeightsRow, i).fate != CJL_WEIGHTS_MISSING)
      return FALSE;
  return TRUE;
}

static void
read_done (GObject *object, GAsyncResult *result, gpointer data)
{
  CjuDocument *document = cju_window_get_document (CJU_WINDOW (object));
  const char *const *paths = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) tensors = g_task_propagate_pointer (G_TASK (result), &error);

  if (document != NULL && document == data)
    {
      /* an .npz of other things than tensors is refused there in its own words */
      if (tensors == NULL && !g_str_has_suffix (paths[0], ".npz"))
        cju_document_notice (document, error->message, FALSE);
      else if (tensors == NULL || is_rather_data (document, paths, tensors))
        cju_data_use (document, paths[0]);
      else
        take (CJU_WINDOW (object), document, tensors, FALSE);
    }
  g_object_unref (data);
}

void
cju_weights_take (CjuWindow *window, const char *const *paths)
{
  CjuDocument *document = cju_window_get_document (window);
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (document != NULL);
  task = cju_task_new (window, NULL, read_done, g_object_ref (document));
  g_task_set_task_data (task, g_strdupv ((char **) paths), (GDestroyNotify) g_strfreev);
  g_task_run_in_thread (task, read_thread);
}

/* --- the dialog --- */

static void
on_chosen (GtkNativeDialog *dialog, int response, gpointer window)
{
  if (response == GTK_RESPONSE_ACCEPT && cju_window_get_document (window) != NULL)
    {
      g_autoptr (GListModel) files = gtk_file_chooser_get_files (GTK_FILE_CHOOSER (dialog));
      g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);

      for (guint i = 0; i < g_list_model_get_n_items (files); i++)
        {
          g_autoptr (GFile) file = g_list_model_get_item (files, i);
          char *path = g_file_get_path (file);

          if (path != NULL)
            g_ptr_array_add (paths, path);
        }
      g_ptr_array_add (paths, NULL);
      if (paths->len > 1)
        cju_weights_take (window, (const char *const *) paths->pdata);
    }
  g_object_unref (window);
  g_object_unref (dialog);
}

static void
load_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GtkFileChooserNative *dialog;
  g_autoptr (GtkFileFilter) filter = NULL;

  (void) name;
  (void) parameter;
  if (cju_window_get_document (CJU_WINDOW (widget)) == NULL)
    return;
  dialog = gtk_file_chooser_native_new (_ ("Load Weights"), GTK_WINDOW (widget),
                                        GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Load"), _ ("_Cancel"));
  filter = gtk_file_filter_new ();
  gtk_file_filter_set_name (filter, _ ("Weights (safetensors, NumPy)"));
  gtk_file_filter_add_suffix (filter, "safetensors");
  gtk_file_filter_add_suffix (filter, "npz");
  gtk_file_filter_add_suffix (filter, "npy");
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (dialog), filter);
  gtk_file_chooser_set_select_multiple (GTK_FILE_CHOOSER (dialog), TRUE);
  g_signal_connect (dialog, "response", G_CALLBACK (on_chosen), g_object_ref (widget));
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

void
cju_weights_install (GtkWidgetClass *class)
{
  gtk_widget_class_install_action (class, "win.load-weights", NULL, load_action);
}
