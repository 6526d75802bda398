/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-figure-view.h"

#include "cjv-export.h"

#include <adwaita.h>

struct _CjuFigureView
{
  GtkWidget parent;
  const CjvFigureInfo *info;
  CjvFrame *frame;
  gboolean pickable;
};

G_DEFINE_FINAL_TYPE (CjuFigureView, cju_figure_view, GTK_TYPE_WIDGET)

static guint picked_signal;

static void
cju_figure_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  CjuFigureView *self = CJU_FIGURE_VIEW (widget);
  const int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  CjvStyle style;
  cairo_t *cr;

  if (width < 20 || height < 20)
    return;
  cjv_style_init (&style, adw_style_manager_get_dark (adw_style_manager_get_default ()));
  style.high_contrast = adw_style_manager_get_high_contrast (adw_style_manager_get_default ());
  style.transparent = TRUE;
  style.scale = gtk_widget_get_scale_factor (widget);
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  cjv_figure_draw (self->info, self->frame, NULL, &style, cr, width, height);
  cairo_destroy (cr);
}

/* What is under a point of the widget; clear it with cjv_hit_clear. */
static gboolean
find_hit (CjuFigureView *self, double x, double y, CjvHit *hit)
{
  GtkWidget *widget = GTK_WIDGET (self);
  CjvStyle style;

  cjv_style_init (&style, FALSE);
  return self->frame != NULL
         && cjv_figure_hit (self->info, self->frame, NULL, &style, gtk_widget_get_width (widget),
                            gtk_widget_get_height (widget), x, y, hit);
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

static void
on_pressed (GtkGestureClick *click, int n, double x, double y, gpointer data)
{
  CjuFigureView *self = data;
  CjvHit hit;

  (void) click;
  (void) n;
  if (!self->pickable || !find_hit (self, x, y, &hit))
    return;
  g_signal_emit (self, picked_signal, 0, hit.index, hit.series);
  cjv_hit_clear (&hit);
}

static void
on_moved (GtkEventControllerMotion *motion, double x, double y, gpointer data)
{
  CjuFigureView *self = data;
  CjvHit hit;
  const gboolean over = self->pickable && find_hit (self, x, y, &hit);

  (void) motion;
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), over ? "pointer" : NULL);
  if (over)
    cjv_hit_clear (&hit);
}

static void
cju_figure_view_finalize (GObject *object)
{
  g_clear_pointer (&CJU_FIGURE_VIEW (object)->frame, cjv_frame_unref);
  G_OBJECT_CLASS (cju_figure_view_parent_class)->finalize (object);
}

static void
cju_figure_view_class_init (CjuFigureViewClass *class)
{
  G_OBJECT_CLASS (class)->finalize = cju_figure_view_finalize;
  GTK_WIDGET_CLASS (class)->snapshot = cju_figure_view_snapshot;
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (class), GTK_ACCESSIBLE_ROLE_IMG);
  picked_signal = g_signal_new ("picked", CJU_TYPE_FIGURE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 2, G_TYPE_INT64, G_TYPE_INT64);
}

static void
cju_figure_view_init (CjuFigureView *self)
{
  GtkGesture *click = gtk_gesture_click_new ();
  GtkEventController *motion = gtk_event_controller_motion_new ();

  g_signal_connect (click, "pressed", G_CALLBACK (on_pressed), self);
  g_signal_connect (motion, "motion", G_CALLBACK (on_moved), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
  gtk_widget_set_hexpand (GTK_WIDGET (self), TRUE);
  g_signal_connect (self, "query-tooltip", G_CALLBACK (on_query_tooltip), NULL);
}

GtkWidget *
cju_figure_view_new (const char *figure)
{
  CjuFigureView *self = g_object_new (CJU_TYPE_FIGURE_VIEW, NULL);

  self->info = cjv_figure_find (figure);
  g_assert (self->info != NULL);
  cju_figure_view_take_frame (self, NULL);
  return GTK_WIDGET (self);
}

void
cju_figure_view_take_frame (CjuFigureView *self, CjvFrame *frame)
{
  g_autofree char *words = NULL;

  g_clear_pointer (&self->frame, cjv_frame_unref);
  self->frame = frame;
  words = cjv_figure_print_words (self->info, frame, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  self->info->title, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, words,
                                  -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
cju_figure_view_set_pickable (CjuFigureView *self, gboolean pickable)
{
  self->pickable = pickable;
}

gboolean
cju_figure_view_export (CjuFigureView *self, const char *path, GError **error)
{
  GtkWidget *widget = GTK_WIDGET (self);
  CjvStyle style;

  cjv_style_init (&style, FALSE);
  style.scale = 2;
  return cjv_export (self->info, self->frame, NULL, &style,
                     MAX (gtk_widget_get_width (widget), self->info->preset_width),
                     MAX (gtk_widget_get_height (widget), self->info->preset_height), path, error);
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
  pixels = cjv_render_tensor (self->info, self->frame, NULL, &style,
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
