/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Axes: ranges that end on round numbers, ticks, grid and labels around a plot. */
#pragma once

#include "cjv-draw.h"

G_BEGIN_DECLS

#define CJV_MAX_TICKS 24

typedef enum
{
  CJV_UNIT_PLAIN,
  CJV_UNIT_PERCENT, /* values are shares, 0..1 */
  CJV_UNIT_COUNT    /* whole numbers: no ticks between them */
} CjvUnit;

/* One axis. Fill low, high, log, unit, label and prefix; the ticks come from cjv_axis_place. */
typedef struct
{
  double low, high;
  gboolean log; /* only if low > 0 */
  CjvUnit unit;
  const char *label;  /* NULL: none. With its unit in brackets: "Time (ms)" */
  const char *prefix; /* put before each number: "epoch " */
  guint n_ticks;
  double ticks[CJV_MAX_TICKS];
  char texts[CJV_MAX_TICKS][40];
} CjvAxis;

/* 1, 2 or 5 times a power of ten, next to `span`: below it if `round`, else above.
 * P. Heckbert, "Nice numbers for graph labels", Graphics Gems (1990). */
double cjv_nice_number (double span, gboolean round);

/* Widens low..high to hold `value`; ignores what is not finite. Start with cjv_axis_init. */
void cjv_axis_init (CjvAxis *axis);
void cjv_axis_include (CjvAxis *axis, double value);
gboolean cjv_axis_is_empty (const CjvAxis *axis); /* nothing was included */

/* Makes the range finite and not empty, widens it to round ends if `nice`, and places about `n` ticks
 * (at most CJV_MAX_TICKS) with their texts. */
void cjv_axis_place (CjvAxis *axis, guint n, gboolean nice);

/* 0 at low, 1 at high; and back. */
double cjv_axis_map (const CjvAxis *axis, double value);
double cjv_axis_unmap (const CjvAxis *axis, double t);

/* A value of this axis as text with its unit. You free. */
char *cjv_axis_print (const CjvAxis *axis, double value, int digits);

/* A plot: two axes around a rectangle. */
typedef struct
{
  CjvAxis x, y;
  CjvRect inner;  /* where the data goes */
  gboolean empty; /* no finite value was included in an axis; the grid says so */
} CjvPlot;

/* Places ticks and leaves room for their texts and the labels of the axes inside `outer`. With `nice`
 * axes y (and x if `nice_x`) end on round numbers. */
void cjv_plot_place (CjvPlot *plot, const CjvScene *scene, const CjvRect *outer, gboolean nice_x,
                     gboolean nice_y);
void cjv_plot_draw_grid (const CjvPlot *plot, const CjvScene *scene, cairo_t *cr,
                         gboolean vertical_lines);
double cjv_plot_x (const CjvPlot *plot, double value);
double cjv_plot_y (const CjvPlot *plot, double value);

/* The stretch of an axis, 0..1 along the plot, that a zoom asks for; along y if `upright`. FALSE if it
 * asks for everything. */
gboolean cjv_plot_zoom (const CjvPlot *plot, const CjvZoom *zoom, gboolean upright, double *from,
                        double *to);

#define CJV_LEGEND_LINE -1
#define CJV_LEGEND_DOTTED_LINE -2 /* a line with a dot on it */

/* A row of markers with names, `x` from the left edge; returns the right edge. Where the room ends
 * stands how many more there are. */
typedef struct
{
  CjvColor color;
  const char *text;
  int marker; /* shape of cjv_draw_marker, -1: a line */
  gboolean dash;
} CjvLegendItem;

double cjv_legend_draw (const CjvScene *scene, cairo_t *cr, double x, double y, double room,
                        const CjvLegendItem *items, guint n);

G_END_DECLS
