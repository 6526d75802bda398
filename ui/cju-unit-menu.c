/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-unit-menu.h"

#include <glib/gi18n-lib.h>

static void
drop (GtkWidget *view)
{
  GtkWidget *menu = g_object_steal_data (G_OBJECT (view), "unit-menu");

  if (menu != NULL)
    gtk_widget_unparent (menu);
}

static GtkWidget *
make_menu (const CjuUnit *unit)
{
  g_autoptr (GMenu) model = g_menu_new ();
  /* Translators: the number of a unit and the name of its layer */
  g_autofree char *words
      = g_strdup_printf (_ ("Delete Unit %u of %s"), (guint) unit->unit, unit->node);

  g_menu_append (model, words, "win.delete-unit");
  return gtk_popover_menu_new_from_model (G_MENU_MODEL (model));
}

static void
on_pressed (GtkGestureClick *click, int n, double x, double y, gpointer data)
{
  CjuDocument *document = data;
  GtkWidget *view = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (click)), *menu;
  CjlSession *session = cju_document_get_session (document);
  const GdkRectangle at = { (int) x, (int) y, 1, 1 };
  CjuUnit unit;

  (void) n;
  if (session == NULL || !cju_figure_view_pick (CJU_FIGURE_VIEW (view), x, y))
    return;
  unit = cju_document_get_unit (document);
  if (unit.node == NULL || cjl_session_count_units (session, unit.node) < 2)
    return;
  drop (view);
  menu = make_menu (&unit);
  gtk_widget_set_parent (menu, view);
  gtk_popover_set_has_arrow (GTK_POPOVER (menu), FALSE);
  gtk_popover_set_pointing_to (GTK_POPOVER (menu), &at);
  g_object_set_data (G_OBJECT (view), "unit-menu", menu);
  gtk_popover_popup (GTK_POPOVER (menu));
}

void
cju_unit_menu_attach (CjuFigureView *view, CjuDocument *document)
{
  GtkGesture *click = gtk_gesture_click_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  g_signal_connect_object (click, "pressed", G_CALLBACK (on_pressed), document, 0);
  gtk_widget_add_controller (GTK_WIDGET (view), GTK_EVENT_CONTROLLER (click));
  g_signal_connect (view, "destroy", G_CALLBACK (drop), NULL);
}
