/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-schedule.h"

#include <math.h>
#include <stddef.h>

typedef struct
{
  double gamma;
} Params;

static const CjParam params[] = {
  { .name = "gamma",
    .title = "Gamma",
    .blurb = "What the learning rate is multiplied by in every epoch, a little at each step",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, gamma),
    .preset = 0.95,
    .min = 1e-6,
    .max = 1,
    .soft_min = 0.1,
    .digits = 4,
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

static double
get_rate (gconstpointer data, const CjScheduleTime *time, double *state)
{
  const Params *p = data;

  (void) state;
  return time->rate * pow (p->gamma, (double) time->step / (double) time->steps_per_epoch);
}

const CjScheduleInfo cj_schedule_exponential = {
  .abi = 1,
  .id = "exponential",
  .title = "Exponential",
  .blurb = "Falls by the same share in every epoch",
  .formula = "η(t) = η γ^t",
  .source = NULL,
  .params_size = sizeof (Params),
  .params = params,
  .get_rate = get_rate,
};
