/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A narrow window: panes lie over the canvas, and buttons that the menu has as well are away. */
#include "cju-window-private.h"

#define NARROW 860

static gboolean
arrange (gpointer data)
{
  g_autoptr (CjuWindow) self = data;
  AdwFlap *const flaps[] = { self->lab != NULL ? ADW_FLAP (self->palette_flap) : NULL,
                             self->lab != NULL ? ADW_FLAP (self->inspector_flap) : NULL };

  for (guint i = 0; i < self->spare_buttons->len; i++)
    gtk_widget_set_visible (self->spare_buttons->pdata[i], self->lab != NULL && !self->narrow);
  gtk_widget_set_visible (self->data_slot, self->lab != NULL && !self->narrow);
  for (guint i = 0; i < G_N_ELEMENTS (flaps) && self->lab != NULL; i++)
    {
      adw_flap_set_fold_policy (flaps[i], self->narrow ? ADW_FLAP_FOLD_POLICY_ALWAYS
                                                       : ADW_FLAP_FOLD_POLICY_AUTO);
      adw_flap_set_reveal_flap (flaps[i], !self->narrow);
    }
  return G_SOURCE_REMOVE;
}

void
cju_window_fit (CjuWindow *self, int width)
{
  const gboolean narrow = width < NARROW;

  if (narrow == self->narrow)
    return;
  self->narrow = narrow;
  g_idle_add (arrange, g_object_ref (self)); /* nothing changes while sizes are given out */
}

void
cju_window_arrange (CjuWindow *self)
{
  if (self->narrow)
    arrange (g_object_ref (self));
}
