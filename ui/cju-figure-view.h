/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A figure in the window: the drawing code of the exports. */
#pragma once

#include "cjv-figure.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CJU_TYPE_FIGURE_VIEW (cju_figure_view_get_type ())
G_DECLARE_FINAL_TYPE (CjuFigureView, cju_figure_view, CJU, FIGURE_VIEW, GtkWidget)

GtkWidget *cju_figure_view_new (const char *figure);

/* Takes the frame; NULL shows the empty state. */
void cju_figure_view_take_frame (CjuFigureView *self, CjvFrame *frame);

/* Whether a click on something in the figure emits "picked" (index, series as in CjvHit). */
void cju_figure_view_set_pickable (CjuFigureView *self, gboolean pickable);

/* Writes what is shown to `path`, at the size that the figure has on the screen and on white ground. */
gboolean cju_figure_view_export (CjuFigureView *self, const char *path, GError **error);
/* Puts the picture on the clipboard, twice as large as on the screen. */
void cju_figure_view_copy (CjuFigureView *self);

G_END_DECLS
