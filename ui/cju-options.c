/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-options.h"

#include "cju-access.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>
#include <math.h>

static const CjParam *
get_param (GObject *control)
{
  return g_object_get_data (control, "param");
}

static void
set (GObject *control, const CjuOptions *options, const char *text)
{
  options->set (options->data, get_param (control)->name, text);
}

static void
on_switch (GObject *control, GParamSpec *pspec, gpointer options)
{
  (void) pspec;
  set (control, options, gtk_switch_get_active (GTK_SWITCH (control)) ? "true" : "false");
}

static void
on_choice (GObject *control, GParamSpec *pspec, gpointer options)
{
  const guint chosen = gtk_drop_down_get_selected (GTK_DROP_DOWN (control));

  (void) pspec;
  set (control, options, get_param (control)->choices[chosen]);
}

static void
on_number (GtkAdjustment *adjustment, gpointer options)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (text, sizeof text, "%.10g", gtk_adjustment_get_value (adjustment));
  set (G_OBJECT (adjustment), options, text);
}

/* A slider where the whole range is worth sliding over, else a number. */
static GtkWidget *
make_number (CjuOptions *options, const CjParam *p, double value)
{
  const double step = p->kind == CJ_PARAM_INT ? 1 : pow (10, -MAX (p->digits - 1, 1));
  const double low = p->soft_max > p->soft_min ? p->soft_min : p->min;
  const double high = p->soft_max > p->soft_min ? p->soft_max : p->max;
  GtkAdjustment *adjustment = gtk_adjustment_new (value, low, high, step, 10 * step, 0);
  GtkWidget *control;

  g_object_set_data (G_OBJECT (adjustment), "param", (gpointer) p);
  g_signal_connect (adjustment, "value-changed", G_CALLBACK (on_number), options);
  if ((high - low) / step > 2000)
    return gtk_spin_button_new (adjustment, step, p->kind == CJ_PARAM_INT ? 0 : (guint) p->digits);
  control = gtk_scale_new (GTK_ORIENTATION_HORIZONTAL, adjustment);
  gtk_scale_set_draw_value (GTK_SCALE (control), TRUE);
  gtk_scale_set_value_pos (GTK_SCALE (control), GTK_POS_LEFT);
  gtk_scale_set_digits (GTK_SCALE (control), p->kind == CJ_PARAM_INT ? 0 : p->digits);
  gtk_widget_set_size_request (control, 170, -1);
  return control;
}

static GtkWidget *
make_control (CjuOptions *options, const CjParam *p)
{
  g_autofree char *value = options->print (options->data, p->name);
  GtkWidget *control;

  if (p->kind == CJ_PARAM_BOOL)
    {
      control = gtk_switch_new ();
      gtk_switch_set_active (GTK_SWITCH (control), g_str_equal (value, "true"));
      g_object_set_data (G_OBJECT (control), "param", (gpointer) p);
      g_signal_connect (control, "notify::active", G_CALLBACK (on_switch), options);
    }
  else if (p->kind == CJ_PARAM_CHOICE)
    {
      control = gtk_drop_down_new_from_strings (p->choices);
      for (guint i = 0; p->choices[i] != NULL; i++)
        if (g_str_equal (p->choices[i], value))
          gtk_drop_down_set_selected (GTK_DROP_DOWN (control), i);
      g_object_set_data (G_OBJECT (control), "param", (gpointer) p);
      g_signal_connect (control, "notify::selected", G_CALLBACK (on_choice), options);
    }
  else
    control = make_number (options, p, g_ascii_strtod (value, NULL));
  cju_access_name (control, _ (p->title));
  gtk_widget_set_valign (control, GTK_ALIGN_CENTER);
  return control;
}

GtkWidget *
cju_options_make_row (CjuOptions *options, const CjParam *param)
{
  GtkWidget *row = adw_action_row_new (), *control = make_control (options, param);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ (param->title));
  cju_access_tip (row, _ (param->blurb));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), control);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), control);
  return row;
}

static void
set_figure (gpointer figure, const char *name, const char *text)
{
  cju_figure_view_set_param (figure, name, text);
}

static char *
print_figure (gpointer figure, const char *name)
{
  return cju_figure_view_print_param (figure, name);
}

GtkWidget *
cju_options_new (CjuFigureView *figure)
{
  const CjvFigureInfo *info = cju_figure_view_get_info (figure);
  CjuOptions *options;
  GtkWidget *list = NULL;

  for (const CjParam *p = info->params; p != NULL && p->name != NULL; p++)
    {
      if ((p->flags & CJ_PARAM_ADVANCED) != 0)
        continue;
      if (list == NULL)
        {
          list = gtk_list_box_new ();
          gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
          gtk_widget_add_css_class (list, "boxed-list");
          options = g_new (CjuOptions, 1);
          *options = (CjuOptions){ set_figure, print_figure, figure };
          g_object_set_data_full (G_OBJECT (list), "options", options, g_free);
        }
      gtk_list_box_append (GTK_LIST_BOX (list), cju_options_make_row (options, p));
    }
  return list;
}
