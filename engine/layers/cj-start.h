/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the weights of a layer begin, as two parameters of it. */
#pragma once

#include "cj-layer.h"

G_BEGIN_DECLS

/* A field of the layer's parameters. */
typedef struct
{
  int init; /* index into cj_init_names */
  double gain;
} CjStart;

/* Fields of the two parameter rows; the layer adds the offsets. The rows go last in the table. */
#define CJ_START_INIT                                                                              \
  .name = "init", .title = "Initialiser",                                                          \
  .blurb = "How the weights begin; with any but “fan-in” the bias begins at zero",                 \
  .kind = CJ_PARAM_CHOICE, .preset = CJ_INIT_FAN_IN, .max = CJ_INIT_LAST,                          \
  .choices = cj_init_names, .flags = CJ_PARAM_ADVANCED
#define CJ_START_GAIN                                                                                              \
  .name = "init-gain", .title = "Initial gain",                                                                    \
  .blurb = "Multiplies the first weights; for “constant”, “uniform”, “normal” and “truncated” it " \
           "is their value, limit or deviation",                                                                   \
  .kind = CJ_PARAM_FLOAT, .preset = 1, .min = 1e-6, .max = 1000, .soft_min = 0.01, .soft_max = 10,                 \
  .digits = 4, .flags = CJ_PARAM_ADVANCED | CJ_PARAM_LOG

CjInit cj_start_weight (const CjStart *start, gint64 fan_in, gint64 fan_out);
CjInit cj_start_bias (const CjStart *start, gint64 fan_in);

G_END_DECLS
