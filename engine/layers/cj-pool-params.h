/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tables of pooling layers share. */
#pragma once

#include "cj-window.h"

G_BEGIN_DECLS

/* Fields of rows: an int a sequence, a pair a picture, a gboolean. */
#define CJ_POOL_STRIDE_1D                                                                          \
  .name = "stride", .title = "Stride", .blurb = "Distance between neighbouring windows",           \
  .unit = "steps", .kind = CJ_PARAM_INT, .preset = 2, .min = 1, .max = 1023, .soft_min = 1,        \
  .soft_max = 9, .flags = CJ_PARAM_RESHAPES

#define CJ_POOL_PADDING_1D                                                                         \
  .name = "padding", .title = "Padding",                                                           \
  .blurb = "Time steps put before and after, at most half the window", .unit = "steps",            \
  .kind = CJ_PARAM_INT, .max = 511, .soft_max = 4, .flags = CJ_PARAM_RESHAPES

#define CJ_POOL_STRIDE_2D                                                                          \
  .name = "stride", .title = "Stride", .blurb = "Distance between neighbouring windows",           \
  .unit = "px", .kind = CJ_PARAM_PAIR, .preset = 2, .min = 1, .max = 63, .soft_min = 1,            \
  .soft_max = 5, .flags = CJ_PARAM_RESHAPES

#define CJ_POOL_PADDING_2D                                                                         \
  .name = "padding", .title = "Padding",                                                           \
  .blurb = "Pixels put around the picture on each side, at most half the window", .unit = "px",    \
  .kind = CJ_PARAM_PAIR, .max = 31, .soft_max = 2, .flags = CJ_PARAM_RESHAPES

#define CJ_POOL_CEIL                                                                               \
  .name = "ceil", .title = "Partial windows",                                                      \
  .blurb = "A last window that is not full counts as well", .kind = CJ_PARAM_BOOL, .max = 1,       \
  .flags = CJ_PARAM_RESHAPES | CJ_PARAM_ADVANCED

/* Of adaptive pools, a pair. */
#define CJ_POOL_SIZE                                                                               \
  .name = "size", .title = "Size",                                                                 \
  .blurb = "Height and width of the result, whatever the input has", .unit = "px",                 \
  .kind = CJ_PARAM_PAIR, .preset = 1, .min = 1, .max = 4096, .soft_min = 1, .soft_max = 16,        \
  .flags = CJ_PARAM_RESHAPES

G_END_DECLS
