/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What neurons share that fire at a threshold, are reset and then wait: state[0] is the membrane, state[1] the
 * time they still wait, ms. Fields of parameter rows; the file adds the offset. */
#pragma once

#include "cj-neuron.h"

G_BEGIN_DECLS

#define CJ_THRESHOLD                                                                               \
  .name = "threshold", .title = N_ ("Threshold"), .blurb = N_ ("The potential at which it fires"), \
  .unit = "mV", .kind = CJ_PARAM_FLOAT, .preset = -50, .min = -1000.0, .max = 1000.0,              \
  .soft_min = -60, .soft_max = -30, .digits = 2, .flags = CJ_PARAM_LIVE
#define CJ_THRESHOLD_RESET                                                                         \
  .name = "reset", .title = N_ ("Reset"), .blurb = N_ ("The potential after a spike"),             \
  .unit = "mV", .kind = CJ_PARAM_FLOAT, .preset = -65, .min = -1000.0, .max = 1000.0,              \
  .soft_min = -80, .soft_max = -40, .digits = 2, .flags = CJ_PARAM_LIVE
#define CJ_THRESHOLD_REFRACTORY                                                                    \
  .name = "refractory", .title = N_ ("Refractory time"),                                           \
  .blurb = N_ ("How long it stays at the reset"), .unit = "ms", .kind = CJ_PARAM_FLOAT,            \
  .preset = 2, .min = 0, .max = 1000.0, .soft_min = 0, .soft_max = 10, .digits = 2,                \
  .flags = CJ_PARAM_LIVE

/* Whether the neuron waits for this step, which brings the end nearer. */
static inline gboolean
cj_threshold_waits (double *state, double dt)
{
  if (!(state[1] > 0))
    return FALSE;
  state[1] = MAX (state[1] - dt, 0);
  return TRUE;
}

/* Whether the membrane has reached the threshold; it is reset then, and begins to wait. */
static inline gboolean
cj_threshold_fires (double *state, double threshold, double reset, double refractory)
{
  if (!(state[0] >= threshold))
    return FALSE;
  state[0] = reset;
  state[1] = refractory;
  return TRUE;
}

G_END_DECLS
