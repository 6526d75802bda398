/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-figure-view.h"

#include "cju-access.h"
#include "cjv-export.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#define TELL_EVERY G_USEC_PER_SEC /* nobody can listen to more */

struct _CjuFigureView
{
  GtkWidget parent;
  const CjvFigureInfo *info;
  gpointer params; /* of the figure; NULL if it has none */
  CjvFrame *frame;
  gboolean pickable, bare;
  gboolean dragging;
  double drag_from, drag_to;   /* px, across */
  double pointer_x, pointer_y; /* px, where it was last */
  gint64 told;                 /* monotonic: when the words were last said */
  guint telling;               /* source that is going to say them; 0: they are right */
};

G_DEFINE_FINAL_TYPE (CjuFigureView, cju_figure_view, GTK_TYPE_WIDGET)

static guint picked_signal;

static void
init_style (CjuFigureView *self, CjvStyle *style)
{
  cjv_style_init (style, adw_style_manager_get_dark (adw_style_manager_get_default ()));
  style->high_contrast = adw_style_manager_get_high_contrast (adw_style_manager_get_default ());
  style->font_size *= cju_access_grow_text (GTK_WIDGET (self));
  style->transparent = TRUE;
  style->bare = self->bare;
  style->scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
}

/* The stretch that is being dragged over. */
static void
snapshot_drag (CjuFigureView *self, GtkSnapshot *snapshot, int height)
{
  const float from = (float) MIN (self->drag_from, self->drag_to);
  const float to = (float) MAX (self->drag_from, self->drag_to);
  GdkRGBA color;

  gtk_style_context_get_color (gtk_widget_get_style_context (GTK_WIDGET (self)), &color);
  color.alpha = 0.12f;
  gtk_snapshot_append_color (snapshot, &color,
                             &GRAPHENE_RECT_INIT (from, 0, to - from, (float) height));
}

static void
cju_figure_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  CjuFigureView *self = CJU_FIGURE_VIEW (widget);
  const int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  CjvStyle style;
  cairo_t *cr;

  if (width < 20 || height < 20)
    return;
  init_style (self, &style);
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  cjv_figure_draw (self->info, self->frame, self->params, &style, cr, width, height);
  cairo_destroy (cr);
  if (self->dragging)
    snapshot_drag (self, snapshot, height);
}

/* What is under a point of the widget; clear it with cjv_hit_clear. */
static gboolean
find_hit (CjuFigureView *self, double x, double y, CjvHit *hit)
{
  GtkWidget *widget = GTK_WIDGET (self);
  CjvStyle style;

  init_style (self, &style);
  return self->frame != NULL
         && cjv_figure_hit (self->info, self->frame, self->params, &style,
                            gtk_widget_get_width (widget), gtk_widget_get_height (widget), x, y,
                            hit);
}

static gboolean
on_query_tooltip (GtkWidget *widget, int x, int y, gboolean keyboard, GtkTooltip *tooltip,
                  gpointer data)
{
  CjvHit hit;

  (void) keyboard;
  (void) data;
  if (!find_hit (CJU_FIGURE_VIEW (widget), x, y, &hit))
    return FALSE;
  gtk_tooltip_set_text (tooltip, hit.text);
  cjv_hit_clear (&hit);
  return TRUE;
}

static gboolean
can_zoom (CjuFigureView *self)
{
  return self->info->zoom != NULL && self->frame != NULL;
}

static void
changed (CjuFigureView *self)
{
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
zoom (CjuFigureView *self, const CjvZoom *how)
{
  GtkWidget *widget = GTK_WIDGET (self);
  CjvStyle style;

  if (!can_zoom (self))
    return;
  init_style (self, &style);
  if (cjv_figure_zoom (self->info, self->frame, self->params, &style, gtk_widget_get_width (widget),
                       gtk_widget_get_height (widget), how))
    changed (self);
}

void
cju_figure_view_zoom (CjuFigureView *self, double factor)
{
  const CjvZoom how = { .kind = factor > 0 ? CJV_ZOOM_AT : CJV_ZOOM_ALL,
                        .x = gtk_widget_get_width (GTK_WIDGET (self)) / 2.0,
                        .y = gtk_widget_get_height (GTK_WIDGET (self)) / 2.0,
                        .factor = factor };

  zoom (self, &how);
}

void
cju_figure_view_set_bare (CjuFigureView *self)
{
  self->bare = TRUE;
  gtk_widget_set_focusable (GTK_WIDGET (self), FALSE);
  gtk_widget_set_can_target (GTK_WIDGET (self), FALSE);
  changed (self);
}

gboolean
cju_figure_view_pick (CjuFigureView *self, double x, double y)
{
  CjvHit hit;

  if (!self->pickable || !find_hit (self, x, y, &hit))
    return FALSE;
  g_signal_emit (self, picked_signal, 0, &hit);
  cjv_hit_clear (&hit);
  return TRUE;
}

static void
on_pressed (GtkGestureClick *click, int n, double x, double y, gpointer data)
{
  CjuFigureView *self = data;

  (void) click;
  if (n == 2)
    cju_figure_view_zoom (self, 0);
  if (n == 1)
    cju_figure_view_pick (self, x, y);
}

static void
on_drag (GtkGestureDrag *drag, double x, double y, gpointer data)
{
  CjuFigureView *self = data;
  double from = 0;

  (void) y;
  if (!can_zoom (self) || !gtk_gesture_drag_get_start_point (drag, &from, NULL))
    return;
  self->dragging = ABS (x) > 6;
  self->drag_from = from;
  self->drag_to = from + x;
  changed (self);
}

static void
on_drag_end (GtkGestureDrag *drag, double x, double y, gpointer data)
{
  CjuFigureView *self = data;
  const CjvZoom how = { .kind = CJV_ZOOM_BOX,
                        .x = MIN (self->drag_from, self->drag_to),
                        .width = ABS (self->drag_to - self->drag_from),
                        .height = gtk_widget_get_height (GTK_WIDGET (self)) };

  (void) drag;
  (void) x;
  (void) y;
  if (!self->dragging)
    return;
  self->dragging = FALSE;
  zoom (self, &how);
  changed (self);
}

static gboolean
on_scroll (GtkEventControllerScroll *scroll, double dx, double dy, gpointer data)
{
  CjuFigureView *self = data;
  const CjvZoom how = {
    .kind = CJV_ZOOM_AT, .x = self->pointer_x, .y = self->pointer_y, .factor = dy < 0 ? 1.25 : 0.8
  };

  (void) scroll;
  (void) dx;
  if (!can_zoom (self) || dy == 0)
    return FALSE;
  zoom (self, &how);
  return TRUE;
}

static void
on_moved (GtkEventControllerMotion *motion, double x, double y, gpointer data)
{
  CjuFigureView *self = data;
  CjvHit hit;
  const gboolean over = self->pickable && find_hit (self, x, y, &hit);

  (void) motion;
  self->pointer_x = x;
  self->pointer_y = y;
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), over ? "pointer" : NULL);
  if (over)
    cjv_hit_clear (&hit);
}

static void
cju_figure_view_finalize (GObject *object)
{
  CjuFigureView *self = CJU_FIGURE_VIEW (object);

  g_clear_handle_id (&self->telling, g_source_remove);
  g_clear_pointer (&self->frame, cjv_frame_free);
  g_free (self->params);
  G_OBJECT_CLASS (cju_figure_view_parent_class)->finalize (object);
}

static void
cju_figure_view_class_init (CjuFigureViewClass *class)
{
  G_OBJECT_CLASS (class)->finalize = cju_figure_view_finalize;
  GTK_WIDGET_CLASS (class)->snapshot = cju_figure_view_snapshot;
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (class), GTK_ACCESSIBLE_ROLE_IMG);
  picked_signal = g_signal_new ("picked", CJU_TYPE_FIGURE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
}

static void
cju_figure_view_init (CjuFigureView *self)
{
  GtkGesture *click = gtk_gesture_click_new ();
  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *scroll
      = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_VERTICAL);

  g_signal_connect (click, "pressed", G_CALLBACK (on_pressed), self);
  g_signal_connect (motion, "motion", G_CALLBACK (on_moved), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (on_drag), self);
  g_signal_connect (drag, "drag-end", G_CALLBACK (on_drag_end), self);
  g_signal_connect (scroll, "scroll", G_CALLBACK (on_scroll), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  gtk_widget_add_controller (GTK_WIDGET (self), scroll);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
  gtk_widget_set_hexpand (GTK_WIDGET (self), TRUE);
  g_signal_connect (self, "query-tooltip", G_CALLBACK (on_query_tooltip), NULL);
}

GtkWidget *
cju_figure_view_new (const char *figure)
{
  CjuFigureView *self = g_object_new (CJU_TYPE_FIGURE_VIEW, NULL);

  cju_figure_view_set_figure (self, figure);
  return GTK_WIDGET (self);
}

void
cju_figure_view_set_figure (CjuFigureView *self, const char *figure)
{
  const CjvFigureInfo *info = cjv_figure_find (figure);

  g_assert (info != NULL);
  if (info == self->info)
    return;
  g_free (self->params);
  self->info = info;
  self->params = cjv_figure_new_params (info);
  g_clear_handle_id (&self->telling, g_source_remove);
  self->told = 0;
  cju_figure_view_take_frame (self, NULL);
}

const CjvFigureInfo *
cju_figure_view_get_info (CjuFigureView *self)
{
  return self->info;
}

void
cju_figure_view_set_param (CjuFigureView *self, const char *name, const char *text)
{
  if (self->params != NULL && cj_params_find (self->info->params, name) != NULL
      && cj_params_parse (self->info->params, self->params, name, text, NULL))
    changed (self);
}

char *
cju_figure_view_print_param (CjuFigureView *self, const char *name)
{
  const CjParam *param
      = self->info->params != NULL ? cj_params_find (self->info->params, name) : NULL;

  return param != NULL ? cj_params_print (param, self->params) : g_strdup ("");
}

/* What the frame says to who cannot see it. */
static gboolean
tell (gpointer data)
{
  CjuFigureView *self = data;
  g_autofree char *words = cjv_figure_print_words (self->info, self->frame, self->params);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ (self->info->title), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, words,
                                  -1);
  self->told = g_get_monotonic_time ();
  self->telling = 0;
  return G_SOURCE_REMOVE;
}

void
cju_figure_view_take_frame (CjuFigureView *self, CjvFrame *frame)
{
  const gint64 since = g_get_monotonic_time () - self->told;

  g_clear_pointer (&self->frame, cjv_frame_free);
  self->frame = frame;
  if (since >= TELL_EVERY && self->telling == 0)
    tell (self);
  else if (self->telling == 0)
    self->telling = g_timeout_add ((guint) ((TELL_EVERY - since) / 1000), tell, self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
cju_figure_view_set_pickable (CjuFigureView *self, gboolean pickable)
{
  self->pickable = pickable;
}

CjvPlate *
cju_figure_view_dup_plate (CjuFigureView *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  CjvStyle style;
  CjvPlate *plate;

  if (self->frame == NULL)
    return NULL;
  cjv_style_init (&style, FALSE);
  style.scale = 2;
  plate = cjv_plate_new (&style, MAX (gtk_widget_get_width (widget), self->info->preset_width),
                         MAX (gtk_widget_get_height (widget), self->info->preset_height));
  cjv_plate_add (plate, self->info, cjv_frame_dup (self->frame),
                 self->params != NULL ? g_memdup2 (self->params, self->info->params_size) : NULL);
  return plate;
}

void
cju_figure_view_show_panel (CjuFigureView *self, const CjvPanel *panel)
{
  cju_figure_view_set_figure (self, panel->info->id);
  if (self->params != NULL && panel->params != NULL)
    memcpy (self->params, panel->params, panel->info->params_size);
  cju_figure_view_take_frame (self, panel->frame != NULL ? cjv_frame_dup (panel->frame) : NULL);
}

void
cju_figure_view_copy (CjuFigureView *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  CjvStyle style;
  CjTensor *pixels;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GdkTexture) texture = NULL;

  cjv_style_init (&style, FALSE);
  style.scale = 2;
  pixels = cjv_render_tensor (self->info, self->frame, self->params, &style,
                              MAX (gtk_widget_get_width (widget), 50),
                              MAX (gtk_widget_get_height (widget), 50));
  if (pixels == NULL)
    return;
  bytes = g_bytes_new (pixels->data, cj_tensor_bytes (pixels));
  texture = gdk_memory_texture_new ((int) pixels->shape.dims[1], (int) pixels->shape.dims[0],
                                    GDK_MEMORY_R8G8B8A8, bytes, 4 * (gsize) pixels->shape.dims[1]);
  gdk_clipboard_set_texture (gtk_widget_get_clipboard (widget), texture);
  cj_tensor_unref (pixels);
}
