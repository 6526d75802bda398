/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values along the steps of one or several runs, as a frame has them: R runs of P points, or one of P. */
#pragma once

#include "cjv-figure.h"

G_BEGIN_DECLS

#define CJV_SERIES_MAX_RUNS 16

/* x and y are float32; shorter runs end in NaN. */
typedef struct
{
  CjTensor *y, *x; /* y is NULL if the frame has no such array; x is NULL: points are counted */
  gint64 n_runs, n_points;
  gboolean shared_x;
  double per_epoch; /* steps; 0: x is a step */
} CjvSeries;

/* Reads the arrays named `y` and `x`; clear it when done. At most
 * CJV_SERIES_MAX_RUNS runs are taken. */
void cjv_series_init (CjvSeries *series, const CjvFrame *frame, const char *y, const char *x,
                      gboolean by_epoch);
void cjv_series_clear (CjvSeries *series);

double cjv_series_y (const CjvSeries *series, gint64 run, gint64 i);
double cjv_series_step (const CjvSeries *series, gint64 run, gint64 i);
double cjv_series_x (const CjvSeries *series, gint64 run, gint64 i); /* epochs or steps */

G_END_DECLS
