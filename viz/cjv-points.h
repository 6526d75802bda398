/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many points of classes in a plot: shapes where they can be told apart, pixels where there are too
 * many. Shared by figures. N points, K classes. */
#pragma once

#include "cjv-axes.h"

G_BEGIN_DECLS

typedef struct
{
  const CjTensor *xy;        /* [N, 2] */
  const CjTensor *labels;    /* [N] class numbers, or NULL */
  const CjTensor *predicted; /* [N] class numbers, or NULL: ring around those that differ */
  const CjTensor
      *hollow; /* [N]: not 0 for points that are drawn as outlines; or NULL. Yours to set */
  gboolean skip_hollow; /* those are not drawn at all */
  gint64 n, n_classes;
  double radius; /* px */
} CjvPoints;

/* FALSE if `xy` is not [N, 2]. Labels of another length are ignored. */
gboolean cjv_points_init (CjvPoints *points, const CjvScene *scene, const char *xy,
                          const char *labels, const char *predicted, double radius);
int cjv_points_get_class (const CjvPoints *points, gint64 i); /* 0 without labels, -1: none */
gboolean cjv_points_is_wrong (const CjvPoints *points, gint64 i);
void cjv_points_include (const CjvPoints *points, CjvPlot *plot);
void cjv_points_draw (const CjvPoints *points, const CjvScene *scene, cairo_t *cr,
                      const CjvPlot *plot, gboolean edges);

/* The point nearest to x, y within `reach` px, or -1. */
gint64 cjv_points_find (const CjvPoints *points, const CjvPlot *plot, double x, double y,
                        double reach);
/* The same as a hit with index, series (its class) and a box of `reach` px; the text is yours to set.
 * FALSE if there is none. */
gboolean cjv_points_hit (const CjvPoints *points, const CjvPlot *plot, double x, double y,
                         double reach, CjvHit *out);

/* Marker, colour and name of every class. Returns the right edge. */
double cjv_points_draw_legend (const CjvPoints *points, const CjvScene *scene, cairo_t *cr,
                               double x, double y, double room);

G_END_DECLS
