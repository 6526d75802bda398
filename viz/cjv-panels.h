/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Several small plots in one figure, below one heading. */
#pragma once

#include "cjv-axes.h"

G_BEGIN_DECLS

#define CJV_MAX_PANELS 6

/* Cuts what is below the heading into `n` equal rectangles in rows; as many columns as bring each next to
 * 5:4. */
void cjv_panels_place (const CjvScene *scene, guint n, CjvRect *panels);

/* A line through points with dots on them, inside of the plot; what is not finite is left out. */
void cjv_panel_draw_line (const CjvScene *scene, cairo_t *cr, const CjvPlot *plot,
                          const CjTensor *x, const CjTensor *y, CjvColor color, gboolean dash);

/* The heading of the whole figure. */
void cjv_panels_draw_heading (const CjvScene *scene, cairo_t *cr, const char *title,
                              const char *note);

G_END_DECLS
