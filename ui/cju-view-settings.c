/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-view-settings.h"

#include "cju-access.h"

#include <glib/gi18n-lib.h>

#define WIDTH 440
#define HEIGHT 420 /* at most; more scrolls */

static void
set_param (gpointer data, const char *name, const char *text)
{
  const CjuViewSettings *self = data;

  cj_params_parse (self->table, self->values, name, text,
                   NULL); /* the row offers what is allowed */
}

static char *
print_param (gpointer data, const char *name)
{
  const CjuViewSettings *self = data;

  return cj_params_print (cj_params_find (self->table, name), self->values);
}

static GtkWidget *
make_list (CjuViewSettings *self)
{
  GtkWidget *list = gtk_list_box_new (), *scroll = gtk_scrolled_window_new ();

  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  for (const CjParam *p = self->table; p->name != NULL; p++)
    gtk_list_box_append (GTK_LIST_BOX (list), cju_options_make_row (&self->options, p));
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroll), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroll), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroll), HEIGHT);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroll), list);
  gtk_widget_set_size_request (scroll, WIDTH, -1);
  return scroll;
}

void
cju_view_settings_build (CjuViewSettings *self, CjuView *view, GtkWidget *control,
                         const CjParam *table, gpointer values, const char *words)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *button = gtk_menu_button_new (), *popover = gtk_popover_new ();

  self->table = table;
  self->values = values;
  self->options = (CjuOptions){ set_param, print_param, self };
  self->popover = popover;
  gtk_popover_set_child (GTK_POPOVER (popover), make_list (self));
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), "preferences-other-symbolic");
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (button), popover);
  cju_access_tip (button, words);
  cju_access_name (button, words);
  gtk_widget_set_hexpand (control, TRUE);
  gtk_box_append (GTK_BOX (box), control);
  gtk_box_append (GTK_BOX (box), button);
  cju_view_add_control (view, box);
}

void
cju_view_settings_save (CjuViewSettings *self, GVariantDict *controls)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  for (const CjParam *p = self->table; p->name != NULL; p++)
    {
      g_autofree char *text = print_param (self, p->name);

      g_variant_dict_insert (&dict, p->name, "s", text);
    }
  g_variant_dict_insert_value (controls, "settings", g_variant_dict_end (&dict));
}

void
cju_view_settings_load (CjuViewSettings *self, GVariant *controls)
{
  g_autoptr (GVariant) dict = g_variant_lookup_value (controls, "settings", G_VARIANT_TYPE_VARDICT);
  const char *text;

  if (dict == NULL)
    return;
  for (const CjParam *p = self->table; p->name != NULL; p++)
    if (g_variant_lookup (dict, p->name, "&s", &text))
      set_param (self, p->name, text);
  /* the rows say what is set */
  gtk_popover_set_child (GTK_POPOVER (self->popover), make_list (self));
}
