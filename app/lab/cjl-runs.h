/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Several runs of a project in one figure. R runs, P points of training, V points of validation. */
#pragma once

#include "cjl-archive.h"
#include "cjv-frame.h"

G_BEGIN_DECLS

#define CJL_RUNS_MAX 8 /* more cannot be told apart */

/* A sealed frame of "curves": the run under way (points CjRunPoint and epochs CjRunEpoch) and after it
 * earlier ones (CjlPastRun), latest first, which are known by epoch; at most CJL_RUNS_MAX together. `now`
 * as for cjl_curves_frame. You
 * unref. */
CjvFrame *cjl_runs_frame (const GArray *points, const GArray *epochs, const GPtrArray *past,
                          guint steps_per_epoch, double now);

/* Points (CjRunPoint) for a curve that is at most `most` of them long: of each stretch the one of the least and
 * the one of the largest loss, so that the curve keeps its outline. You unref. */
GArray *cjl_thin_points (const GArray *points, guint most);

G_END_DECLS
