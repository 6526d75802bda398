/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-figure-view.h"

#include <adwaita.h>

struct _CjuFigureView
{
  GtkWidget parent;
  const CjvFigureInfo *info;
  CjvFrame *frame;
};

G_DEFINE_FINAL_TYPE (CjuFigureView, cju_figure_view, GTK_TYPE_WIDGET)

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

static gboolean
on_query_tooltip (GtkWidget *widget, int x, int y, gboolean keyboard, GtkTooltip *tooltip,
                  gpointer data)
{
  CjuFigureView *self = CJU_FIGURE_VIEW (widget);
  CjvStyle style;
  CjvHit hit;

  (void) keyboard;
  (void) data;
  cjv_style_init (&style, FALSE);
  if (self->frame == NULL
      || !cjv_figure_hit (self->info, self->frame, NULL, &style, gtk_widget_get_width (widget),
                          gtk_widget_get_height (widget), x, y, &hit))
    return FALSE;
  gtk_tooltip_set_text (tooltip, hit.text);
  cjv_hit_clear (&hit);
  return TRUE;
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
}

static void
cju_figure_view_init (CjuFigureView *self)
{
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
