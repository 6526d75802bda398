/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The middle of a window: the canvas or, closer, the synapses of a layer, with what floats above them. */
#include "cju-window-private.h"

#include "cju-access.h"
#include "cju-minimap.h"
#include "cju-pad.h"
#include "cju-canvas.h"
#include "cju-pill.h"
#include "cju-synapses.h"
#include "cju-trail.h"

#include <glib/gi18n-lib.h>

static void
on_message (GtkWidget *widget, const char *text, gpointer data)
{
  (void) widget;
  cju_window_tell (data, text);
}

/* What belongs to the canvas alone is not in the way of the synapses. */
static void
show_level (CjuWindow *self, GtkWidget *level)
{
  const gboolean canvas = level == self->canvas;

  gtk_widget_set_visible (self->map, canvas);
  gtk_widget_set_visible (self->zoom_box, canvas);
  gtk_widget_set_visible (self->trail, canvas);
  gtk_stack_set_visible_child (GTK_STACK (self->levels), level);
  gtk_widget_grab_focus (level);
}

static void
on_inside (GtkWidget *canvas, const char *node, gpointer data)
{
  CjuWindow *self = data;

  (void) canvas;
  if (cju_synapses_show (CJU_SYNAPSES (self->synapses), node))
    show_level (self, self->synapses);
  else
    {
      g_autofree char *text = g_strdup_printf (
          _ ("“%s” has no synapses. A Dense layer or a convolution with loaded data has."), node);

      cju_window_tell (self, text);
    }
}

static void
on_leave (CjuWindow *self)
{
  cju_synapses_show (CJU_SYNAPSES (self->synapses), NULL);
  show_level (self, self->canvas);
}

static void
on_zoom (GtkButton *button, gpointer data)
{
  CjuWindow *self = data;

  gtk_widget_activate_action (self->canvas, g_object_get_data (G_OBJECT (button), "canvas-action"),
                              NULL);
}

static void
on_moved (CjuWindow *self)
{
  g_autofree char *text
      = g_strdup_printf (_ ("%.0f %%"), cju_canvas_get_zoom (CJU_CANVAS (self->canvas)) * 100);

  if (!g_str_equal (text, gtk_button_get_label (GTK_BUTTON (self->zoom))))
    {
      g_autofree char *words = g_strdup_printf (_ ("Zoom %s"), text);

      gtk_button_set_label (GTK_BUTTON (self->zoom), text);
      cju_access_name (self->zoom, words);
    }
}

/* Buttons in the corner; the one that shows the zoom sets it to 100 %. */
static GtkWidget *
make_zoom (CjuWindow *self)
{
  static const char *const buttons[][3] = {
    { "zoom-out-symbolic", "canvas.zoom-out", N_ ("Zoom out (Ctrl+−)") },
    { NULL, "canvas.zoom-100", N_ ("Show at 100 % (Ctrl+0)") },
    { "zoom-in-symbolic", "canvas.zoom-in", N_ ("Zoom in (Ctrl++)") },
    { "zoom-fit-best-symbolic", "canvas.fit", N_ ("Show everything (Home)") },
  };
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  for (guint i = 0; i < G_N_ELEMENTS (buttons); i++)
    {
      GtkWidget *button = buttons[i][0] != NULL ? gtk_button_new_from_icon_name (buttons[i][0])
                                                : gtk_button_new_with_label (_ ("100 %"));

      if (buttons[i][0] == NULL)
        {
          self->zoom = button;
          gtk_widget_add_css_class (button, "numeric");
          gtk_widget_set_size_request (button, 72, -1);
        }
      g_object_set_data (G_OBJECT (button), "canvas-action", (gpointer) buttons[i][1]);
      cju_access_tip (button, _ (buttons[i][2]));
      cju_access_name (button, _ (buttons[i][2]));
      g_signal_connect (button, "clicked", G_CALLBACK (on_zoom), self);
      gtk_box_append (GTK_BOX (box), button);
    }
  gtk_widget_add_css_class (box, "linked");
  gtk_widget_add_css_class (box, "canvas-zoom");
  gtk_widget_set_halign (box, GTK_ALIGN_START);
  gtk_widget_set_valign (box, GTK_ALIGN_END);
  gtk_widget_set_margin_start (box, 12);
  gtk_widget_set_margin_bottom (box, 12);
  return box;
}

GtkWidget *
cju_window_make_stage (CjuWindow *self)
{
  GtkWidget *overlay = gtk_overlay_new ();

  self->canvas = cju_canvas_new (self->document);
  self->synapses = cju_synapses_new (self->document);
  self->levels = gtk_stack_new ();
  gtk_stack_add_child (GTK_STACK (self->levels), self->canvas);
  gtk_stack_add_child (GTK_STACK (self->levels), self->synapses);
  gtk_stack_set_transition_type (GTK_STACK (self->levels), GTK_STACK_TRANSITION_TYPE_CROSSFADE);
  self->pill = cju_pill_new (self->document);
  self->map = cju_minimap_new (CJU_CANVAS (self->canvas), self->document);
  gtk_widget_set_halign (self->map, GTK_ALIGN_END);
  gtk_widget_set_valign (self->map, GTK_ALIGN_END);
  gtk_widget_set_margin_end (self->map, 12);
  gtk_widget_set_margin_bottom (self->map, 12);
  gtk_overlay_set_child (GTK_OVERLAY (overlay), self->levels);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), self->pill);
  self->zoom_box = make_zoom (self);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), self->zoom_box);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), self->map);
  self->trail = cju_trail_new (CJU_CANVAS (self->canvas), self->document);
  gtk_widget_set_halign (self->trail, GTK_ALIGN_START);
  gtk_widget_set_valign (self->trail, GTK_ALIGN_START);
  gtk_widget_set_margin_start (self->trail, 12);
  gtk_widget_set_margin_top (self->trail, 12);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), self->trail);
  self->pad = cju_pad_new (self->document);
  gtk_widget_set_halign (self->pad, GTK_ALIGN_START);
  gtk_widget_set_valign (self->pad, GTK_ALIGN_END);
  gtk_widget_set_margin_start (self->pad, 12);
  gtk_widget_set_margin_bottom (self->pad, 12);
  gtk_widget_set_visible (self->pad, FALSE);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), self->pad);
  g_signal_connect (self->canvas, "message", G_CALLBACK (on_message), self);
  g_signal_connect (self->canvas, "inside", G_CALLBACK (on_inside), self);
  g_signal_connect (self->synapses, "message", G_CALLBACK (on_message), self);
  g_signal_connect_swapped (self->synapses, "leave", G_CALLBACK (on_leave), self);
  g_signal_connect_swapped (self->canvas, "moved", G_CALLBACK (on_moved), self);
  gtk_widget_set_hexpand (overlay, TRUE);
  gtk_widget_set_vexpand (overlay, TRUE);
  return overlay;
}
