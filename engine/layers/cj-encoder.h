/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What layers share that make sequences [N, T, ...] of numbers [N, ...]. */
#pragma once

#include "cj-layer.h"

G_BEGIN_DECLS

typedef struct
{
  int steps;
  int range; /* CjEncoderRange */
  double low, high, rate;
} CjEncoderParams;

typedef enum
{
  CJ_ENCODER_SAMPLE,
  CJ_ENCODER_FIXED
} CjEncoderRange;

extern const char *const cj_encoder_ranges[];
extern const CjPort cj_encoder_inputs[], cj_encoder_outputs[];

#define CJ_ENCODER_STEPS                                                                           \
  .name = "steps", .title = "Time steps", .blurb = "How long the sequence is",                     \
  .kind = CJ_PARAM_INT, .offset = G_STRUCT_OFFSET (CjEncoderParams, steps), .preset = 25,          \
  .min = 1, .max = 10000, .soft_max = 200, .flags = CJ_PARAM_RESHAPES | CJ_PARAM_LOG

#define CJ_ENCODER_RATE                                                                            \
  .name = "rate", .title = "Rate",                                                                 \
  .blurb = "Chance of a spike in a time step at the highest number", .kind = CJ_PARAM_FLOAT,       \
  .offset = G_STRUCT_OFFSET (CjEncoderParams, rate), .preset = 1, .max = 1, .digits = 3

#define CJ_ENCODER_RANGE                                                                           \
  .name = "range", .title = "Range",                                                               \
  .blurb = "Numbers run from the least to the largest of each sample, or between two fixed ones",  \
  .kind = CJ_PARAM_CHOICE, .offset = G_STRUCT_OFFSET (CjEncoderParams, range),                     \
  .choices = cj_encoder_ranges, .max = CJ_ENCODER_FIXED

#define CJ_ENCODER_LOW                                                                             \
  .name = "low", .title = "Lowest", .blurb = "The number that means silence",                      \
  .kind = CJ_PARAM_FLOAT, .offset = G_STRUCT_OFFSET (CjEncoderParams, low), .min = -1e6,           \
  .max = 1e6, .soft_min = -3, .soft_max = 3, .digits = 3, .when = "range=fixed"

#define CJ_ENCODER_HIGH                                                                            \
  .name = "high", .title = "Highest", .blurb = "The number that means the most",                   \
  .kind = CJ_PARAM_FLOAT, .offset = G_STRUCT_OFFSET (CjEncoderParams, high), .preset = 1,          \
  .min = -1e6, .max = 1e6, .soft_min = -3, .soft_max = 3, .digits = 3, .when = "range=fixed"

gboolean cj_encoder_build (CjLayerBuild *build, CjEncodeKind kind, GError **error);

G_END_DECLS
