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

G_END_DECLS
