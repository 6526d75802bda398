/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a file in schedules/ fills in: how the learning rate changes over a run. */
#pragma once

#include "cj-param.h"

G_BEGIN_DECLS

/* Parameters that are times are in epochs. */
#define CJ_SCHEDULE_MAX_STATE 4

/* Where the run is. */
typedef struct
{
  guint64 step;            /* steps done, from 0 */
  guint64 n_steps;         /* of the whole run */
  guint64 steps_per_epoch; /* at least 1 */
  double rate;             /* base learning rate, the highest */
  double loss;             /* of the last validation, NAN before the first */
  gboolean validated;      /* TRUE in the first step after a validation */
} CjScheduleTime;

typedef struct
{
  guint abi;
  const char *id;
  const char *title;
  const char *blurb;
  const char *formula;
  const char *source; /* paper, or NULL */
  gsize params_size;
  const CjParam *params;
  guint n_state; /* zeroed at the start, part of every checkpoint */

  /* The learning rate of the step. Called once a step, in order. */
  double (*get_rate) (gconstpointer params, const CjScheduleTime *time, double *state);
  /* The momentum of the step, NAN: the optimizer's own. May be NULL. */
  double (*get_momentum) (gconstpointer params, const CjScheduleTime *time);
} CjScheduleInfo;

/* All built-in schedules, NULL-terminated, and one by id or NULL. */
const CjScheduleInfo *const *cj_schedules (void);
const CjScheduleInfo *cj_schedule_find (const char *id);

/* How much of a period of `epochs` is done, 1: all; 0 epochs mean the whole run. */
static inline double
cj_schedule_get_share (const CjScheduleTime *time, double epochs)
{
  const double n = epochs > 0 ? epochs * (double) time->steps_per_epoch : (double) time->n_steps;

  return n > 0 ? (double) time->step / n : 0;
}

G_END_DECLS
