/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-press.h"

#define BUTTONS                                                                                    \
  (GDK_BUTTON1_MASK | GDK_BUTTON2_MASK | GDK_BUTTON3_MASK | GDK_BUTTON4_MASK | GDK_BUTTON5_MASK)

/* `data` is whether a button is down, as far as events were read. */
static gboolean
on_event (GtkEventControllerLegacy *controller, GdkEvent *event, gpointer data)
{
  gboolean *down = data;
  const GdkEventType type = gdk_event_get_event_type (event);

  (void) controller;
  if (type == GDK_BUTTON_PRESS)
    *down = TRUE;
  else if (type == GDK_BUTTON_RELEASE)
    *down = FALSE;
  else if (type == GDK_MOTION_NOTIFY && (gdk_event_get_modifier_state (event) & BUTTONS) == 0)
    {
      if (*down
          && gdk_event_get_time (event) == GDK_CURRENT_TIME) /* made up, and ahead of its time */
        return GDK_EVENT_STOP;
      *down = FALSE; /* the release went elsewhere, to a drag and drop */
    }
  return GDK_EVENT_PROPAGATE;
}

void
cju_press_keep (GtkWindow *window)
{
  GtkEventController *all = gtk_event_controller_legacy_new ();

  gtk_event_controller_set_propagation_phase (all, GTK_PHASE_CAPTURE);
  g_signal_connect_data (all, "event", G_CALLBACK (on_event), g_new0 (gboolean, 1),
                         (GClosureNotify) (void (*) (void)) g_free, 0);
  gtk_widget_add_controller (GTK_WIDGET (window), all);
}
