/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-trouble.h"

#include "cju-access.h"

#include "cjl-recovery.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  CjuDocument *document;
  AdwToastOverlay *toasts;                /* borrowed: the bars stand inside of it */
  GtkWidget *journal, *failure, *go_back; /* two bars, and the button of the second */
  char *told;                             /* of the journal, last */
  gboolean failed;
} Trouble;

AdwToast *
cju_trouble_new_toast (const char *text)
{
  AdwToast *toast = adw_toast_new (text);
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 80);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  adw_toast_set_custom_title (toast, label);
  return toast;
}

/* The sentence of a bar; NULL hides it. */
static void
show (GtkWidget *bar, const char *text)
{
  if (text != NULL)
    gtk_label_set_text (g_object_get_data (G_OBJECT (bar), "label"), text);
  gtk_info_bar_set_revealed (GTK_INFO_BAR (bar), text != NULL);
}

static void
follow_journal (Trouble *self)
{
  const char *text = cjl_project_get_keep_trouble (cju_document_get_project (self->document));

  if (g_strcmp0 (text, self->told) == 0)
    return;
  g_free (self->told);
  self->told = g_strdup (text);
  show (self->journal, text);
}

static void
follow_failure (Trouble *self)
{
  const CjProblem *failure = cju_document_get_failure (self->document);
  g_autofree char *mend
      = failure != NULL ? cju_document_print_mend (self->document, failure) : NULL;

  if (self->failed == (failure != NULL))
    return;
  self->failed = failure != NULL;
  if (failure != NULL)
    {
      gtk_button_set_label (GTK_BUTTON (self->go_back), mend);
      cju_access_name (self->go_back, mend);
    }
  show (self->failure, failure != NULL ? failure->sentence : NULL);
}

static void
follow_undo (Trouble *self)
{
  const guint n = cjl_project_take_dropped (cju_document_get_project (self->document));
  AdwToast *toast;

  if (n == 0)
    return;
  toast = cju_trouble_new_toast (
      _ ("The oldest training can no longer be undone: what undo keeps on the disk took more than "
         "1 GiB. Training since then can be undone as before."));
  adw_toast_set_timeout (toast, 20);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

static void
follow (Trouble *self)
{
  follow_journal (self);
  follow_failure (self);
  follow_undo (self);
}

static void
on_response (GtkInfoBar *bar, int response, gpointer data)
{
  Trouble *self = data;
  const CjProblem *failure = cju_document_get_failure (self->document);

  if (response == GTK_RESPONSE_ACCEPT && failure != NULL)
    cju_document_mend (self->document, failure);
  else
    gtk_info_bar_set_revealed (bar, FALSE);
}

static GtkWidget *
make_bar (Trouble *self, GtkMessageType type)
{
  GtkWidget *bar = gtk_info_bar_new (), *label = gtk_label_new (NULL);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_info_bar_set_message_type (GTK_INFO_BAR (bar), type);
  gtk_info_bar_set_show_close_button (GTK_INFO_BAR (bar), TRUE);
  cju_access_name_inside (bar, GTK_TYPE_BUTTON, _ ("Close"));
  gtk_info_bar_add_child (GTK_INFO_BAR (bar), label);
  gtk_info_bar_set_revealed (GTK_INFO_BAR (bar), FALSE);
  g_object_set_data (G_OBJECT (bar), "label", label);
  g_signal_connect (bar, "response", G_CALLBACK (on_response), self);
  return bar;
}

static void
free_trouble (gpointer data, GObject *box)
{
  Trouble *self = data;

  (void) box;
  g_signal_handlers_disconnect_by_data (self->document, self);
  g_object_unref (self->document);
  g_free (self->told);
  g_free (self);
}

GtkWidget *
cju_trouble_new (CjuDocument *document, AdwToastOverlay *toasts)
{
  Trouble *self = g_new0 (Trouble, 1);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  self->document = g_object_ref (document);
  self->toasts = toasts;
  self->journal = make_bar (self, GTK_MESSAGE_WARNING);
  self->failure = make_bar (self, GTK_MESSAGE_ERROR);
  self->go_back = gtk_info_bar_add_button (GTK_INFO_BAR (self->failure),
                                           _ ("Go back to before the numbers went wrong"),
                                           GTK_RESPONSE_ACCEPT);
  cju_access_name (self->go_back, _ ("Go back to before the numbers went wrong"));
  gtk_box_append (GTK_BOX (box), self->journal);
  gtk_box_append (GTK_BOX (box), self->failure);
  g_signal_connect_swapped (document, "ticked", G_CALLBACK (follow), self);
  g_signal_connect_swapped (document, "edited", G_CALLBACK (follow), self);
  g_object_weak_ref (G_OBJECT (box), free_trouble, self);
  follow (self);
  return box;
}
