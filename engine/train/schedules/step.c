/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-schedule.h"

#include <math.h>
#include <stddef.h>

typedef struct
{
  double period, gamma;
} Params;

static const CjParam params[] = {
  { .name = "period",
    .title = "Period",
    .blurb = "Epochs between two drops",
    .unit = "epochs",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, period),
    .preset = 10,
    .min = 0.01,
    .max = 1e6,
    .soft_min = 1,
    .soft_max = 100,
    .digits = 2,
    .flags = CJ_PARAM_LIVE },
  { .name = "gamma",
    .title = "Gamma",
    .blurb = "What the learning rate is multiplied by at every drop",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, gamma),
    .preset = 0.1,
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
  const double n = (double) time->step / (p->period * (double) time->steps_per_epoch);

  (void) state;
  return time->rate * pow (p->gamma, floor (n));
}

const CjScheduleInfo cj_schedule_step = {
  .abi = 1,
  .id = "step",
  .title = "Step",
  .blurb = "Drops the learning rate by a factor, again and again after the same number of epochs",
  .formula = "η(t) = η γ^⌊t/T⌋",
  .source
  = "Krizhevsky et al., ImageNet classification with deep convolutional networks, NIPS 2012",
  .params_size = sizeof (Params),
  .params = params,
  .get_rate = get_rate,
};
