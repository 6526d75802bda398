/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-trouble.h"

#include "cju-access.h"

#include "cjl-recovery.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  CjuDocument *document;
  AdwToastOverlay *toasts; /* borrowed: the bar stands inside of it */
  GtkWidget *bar, *label;
  char *told;      /* of the journal, last */
  AdwToast *toast; /* weak: offers the way back; NULL: no run has stopped, or it was closed */
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

static void
follow_journal (Trouble *self)
{
  const char *text = cjl_project_get_keep_trouble (cju_document_get_project (self->document));

  if (g_strcmp0 (text, self->told) == 0)
    return;
  g_free (self->told);
  self->told = g_strdup (text);
  if (text != NULL)
    gtk_label_set_text (GTK_LABEL (self->label), text);
  gtk_info_bar_set_revealed (GTK_INFO_BAR (self->bar), text != NULL);
}

static void
follow_failure (Trouble *self)
{
  const CjProblem *failure = cju_document_get_failure (self->document);
  g_autofree char *mend = NULL;
  AdwToast *toast;

  if (self->failed == (failure != NULL))
    return;
  self->failed = failure != NULL;
  if (failure == NULL)
    {
      if (self->toast != NULL)
        adw_toast_dismiss (self->toast);
      return;
    }
  mend = cju_document_print_mend (self->document, failure);
  toast = cju_trouble_new_toast (failure->sentence);
  adw_toast_set_timeout (toast, 0);
  adw_toast_set_priority (toast, ADW_TOAST_PRIORITY_HIGH);
  adw_toast_set_button_label (toast, mend);
  adw_toast_set_action_name (toast, "win.go-back");
  g_set_weak_pointer (&self->toast, toast);
  adw_toast_overlay_add_toast (self->toasts, toast);
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
  (void) response;
  (void) data;
  gtk_info_bar_set_revealed (bar, FALSE);
}

static void
free_trouble (gpointer data, GObject *bar)
{
  Trouble *self = data;

  (void) bar;
  if (self->toast != NULL)
    adw_toast_dismiss (self->toast);
  g_clear_weak_pointer (&self->toast);
  g_signal_handlers_disconnect_by_data (self->document, self);
  g_object_unref (self->document);
  g_free (self->told);
  g_free (self);
}

GtkWidget *
cju_trouble_new (CjuDocument *document, AdwToastOverlay *toasts)
{
  Trouble *self = g_new0 (Trouble, 1);

  self->document = g_object_ref (document);
  self->toasts = toasts;
  self->bar = gtk_info_bar_new ();
  self->label = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (self->label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (self->label), 0);
  gtk_info_bar_set_message_type (GTK_INFO_BAR (self->bar), GTK_MESSAGE_WARNING);
  gtk_info_bar_set_show_close_button (GTK_INFO_BAR (self->bar), TRUE);
  cju_access_name_inside (self->bar, GTK_TYPE_BUTTON, _ ("Close"));
  gtk_info_bar_add_child (GTK_INFO_BAR (self->bar), self->label);
  gtk_info_bar_set_revealed (GTK_INFO_BAR (self->bar), FALSE);
  g_signal_connect (self->bar, "response", G_CALLBACK (on_response), NULL);
  g_signal_connect_swapped (document, "ticked", G_CALLBACK (follow), self);
  g_signal_connect_swapped (document, "edited", G_CALLBACK (follow), self);
  g_object_weak_ref (G_OBJECT (self->bar), free_trouble, self);
  follow (self);
  return self->bar;
}
