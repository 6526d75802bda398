/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a file in schedules/ fills in: how the learning rate changes over a run. */
#pragma once

#include "cj-param.h"

G_BEGIN_DECLS

#define CJ_SCHEDULE_MAX_STATE 4

/* Where the run is. */
typedef struct
{
  guint64 step;            /* steps done, from 0 */
  guint64 n_steps;         /* of the whole run */
  guint64 steps_per_epoch; /* at least 1 */
  double rate;             /* base learning rate */
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
  gsize params_size;
  const CjParam *params;
  guint n_state; /* zeroed at the start, part of every checkpoint */

  /* The learning rate of the step. Called once a step, in order. */
  double (*get_rate) (gconstpointer params, const CjScheduleTime *time, double *state);
} CjScheduleInfo;

/* All built-in schedules, NULL-terminated, and one by id or NULL. */
const CjScheduleInfo *const *cj_schedules (void);
const CjScheduleInfo *cj_schedule_find (const char *id);

G_END_DECLS
