/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers over one axis: bars, and lines above them. Shared by figures that are no more than that. N places. */
#pragma once

#include "cjv-axes.h"

G_BEGIN_DECLS

#define CJV_XY_MAX 4

/* One row of numbers. A table of them ends with an array of NULL. */
typedef struct
{
  const char *array; /* in the frame, [N] */
  const char *name;  /* for the legend and the hit text, to be translated */
  gboolean bars, dash;
  guint color; /* category of the style */
} CjvXyRow;

/* What a figure draws. */
typedef struct
{
  const char *x;        /* array [N], rising */
  const CjvXyRow *rows; /* the first is what counts: without it there is nothing to draw */
  gboolean cross;       /* lines through the zeros of both axes */
  gboolean whole;       /* y are numbers of things */
  gboolean from_zero;   /* y begins at 0 */
  const char *x_csv;    /* heading of x in CSV */
} CjvXyInfo;

typedef struct
{
  const CjvXyInfo *info;
  const CjTensor *x, *y[CJV_XY_MAX]; /* NULL: the frame has no such row */
  guint n_rows;
  gint64 n;
  double width; /* of a bar, in x */
  double heading, pad;
  CjvPlot plot;
} CjvXy;

/* Reads the arrays and, of a scene with a style, places the plot. The labels go with their units. FALSE: there is
 * nothing to draw. */
gboolean cjv_xy_init (CjvXy *xy, const CjvScene *scene, const CjvXyInfo *info, const char *x_label,
                      const char *y_label);
/* All of it, with the legend at the right of title and note. */
void cjv_xy_draw (const CjvXy *xy, const CjvScene *scene, cairo_t *cr, const char *title,
                  const char *note);
/* The place under the pointer, with the numbers of all rows there. */
gboolean cjv_xy_hit (const CjvXy *xy, double x, double y, CjvHit *hit);
void cjv_xy_csv (const CjvXy *xy, GString *out);
/* Where the row is largest, or least with a sign of -1; -1: nowhere. */
gint64 cjv_xy_find_extreme (const CjvXy *xy, guint row, double sign);

G_END_DECLS
