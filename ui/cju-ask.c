/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-ask.h"

#include "cju-options.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

/* Lives as long as the dialog: its rows use it until the last of them is gone. */
typedef struct
{
  CjuOptions rows;
  const CjParam *table;
  gpointer values;
  CjuAnswer answer;
  gpointer data;
  GDestroyNotify release;
} Asking;

static void
free_asking (gpointer data)
{
  Asking *asking = data;

  if (asking->release != NULL)
    asking->release (asking->data);
  g_free (asking->values);
  g_free (asking);
}

static void
set_option (gpointer data, const char *name, const char *text)
{
  const Asking *asking = data;

  cj_params_parse (asking->table, asking->values, name, text, NULL);
}

static char *
print_option (gpointer data, const char *name)
{
  const Asking *asking = data;

  return cj_params_print (cj_params_find (asking->table, name), asking->values);
}

static void
on_response (GObject *dialog, const char *response, gpointer object)
{
  const Asking *asking = g_object_get_data (dialog, "asking");

  if (g_str_equal (response, "go"))
    asking->answer (object, asking->values, asking->data);
}

static GtkWidget *
make_rows (Asking *asking)
{
  GtkWidget *list = gtk_list_box_new ();

  for (const CjParam *p = asking->table; p->name != NULL; p++)
    gtk_list_box_append (GTK_LIST_BOX (list), cju_options_make_row (&asking->rows, p));
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  return list;
}

void
cju_ask (GtkWindow *parent, const char *heading, const char *body, const char *go,
         const CjParam *table, gpointer values, gpointer object, CjuAnswer answer, gpointer data,
         GDestroyNotify release)
{
  GtkWidget *widget = adw_message_dialog_new (parent, heading, body);
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (widget);
  Asking *asking = g_new0 (Asking, 1);

  asking->rows = (CjuOptions){ set_option, print_option, asking };
  asking->table = table;
  asking->values = values;
  asking->answer = answer;
  asking->data = data;
  asking->release = release;
  adw_message_dialog_set_extra_child (dialog, make_rows (asking));
  adw_message_dialog_add_responses (dialog, "cancel", _ ("_Cancel"), "go", go, NULL);
  adw_message_dialog_set_response_appearance (dialog, "go", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (dialog, "go");
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_object_set_data_full (G_OBJECT (dialog), "asking", asking, free_asking);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_response), object, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}
