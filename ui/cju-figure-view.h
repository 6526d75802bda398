/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A figure in the window: the drawing code of the exports, with what a hand does to it: hover, click,
 * zoom. */
#pragma once

#include "cjv-plate.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CJU_TYPE_FIGURE_VIEW (cju_figure_view_get_type ())
G_DECLARE_FINAL_TYPE (CjuFigureView, cju_figure_view, CJU, FIGURE_VIEW, GtkWidget)

GtkWidget *cju_figure_view_new (const char *figure);

/* Shows another figure, with preset parameters, until the next frame in its empty state; nothing if it
 * is that already. */
void cju_figure_view_set_figure (CjuFigureView *self, const char *figure);
const CjvFigureInfo *cju_figure_view_get_info (CjuFigureView *self);

/* Takes the frame; NULL shows the empty state. */
void cju_figure_view_take_frame (CjuFigureView *self, CjvFrame *frame);

/* A parameter of the figure, by name and as text; what the figure does not know is ignored. */
void cju_figure_view_set_param (CjuFigureView *self, const char *name, const char *text);
char *cju_figure_view_print_param (CjuFigureView *self, const char *name); /* you free */

/* Draws only what fills its place, small: no headings, axes and scales; it is a picture then, which nothing
 * listens to. */
void cju_figure_view_set_bare (CjuFigureView *self);

/* Whether a click on something in the figure emits "picked" (CjvHit, valid until it returns). */
void cju_figure_view_set_pickable (CjuFigureView *self, gboolean pickable);

/* As a click at that place does, px; FALSE: there is nothing. */
gboolean cju_figure_view_pick (CjuFigureView *self, double x, double y);

/* Figures that can be zoomed: a drag or the wheel zooms in, a double click shows all again. `factor`
 * over 1 zooms in at the middle; 0 shows all. */
void cju_figure_view_zoom (CjuFigureView *self, double factor);

/* What is shown as a plate of one panel, at the size that the figure has on the screen and on white
 * ground; NULL: there is no frame. You free. */
CjvPlate *cju_figure_view_dup_plate (CjuFigureView *self);

/* Shows a panel of a plate, of a figure, with its parameters; shares the arrays. */
void cju_figure_view_show_panel (CjuFigureView *self, const CjvPanel *panel);

/* Puts the picture on the clipboard, twice as large as on the screen. */
void cju_figure_view_copy (CjuFigureView *self);

G_END_DECLS
