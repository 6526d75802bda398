/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-schedule.h"

#include <math.h>
#include <stddef.h>

typedef struct
{
  double power, period, last;
} Params;

static const CjParam params[] = {
  { .name = "power",
    .title = "Power",
    .blurb = "1 falls along a line; more falls early",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, power),
    .preset = 1,
    .min = 0.01,
    .max = 10,
    .soft_min = 0.5,
    .soft_max = 4,
    .digits = 2,
    .flags = CJ_PARAM_LIVE },
  { .name = "period",
    .title = "Period",
    .blurb = "Epochs until the end of the fall; 0 takes the whole run",
    .unit = "epochs",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, period),
    .max = 1e6,
    .soft_max = 100,
    .digits = 2,
    .flags = CJ_PARAM_LIVE },
  { .name = "last",
    .title = "Last share",
    .blurb = "Share of the learning rate that is left at the end",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, last),
    .max = 1,
    .digits = 4,
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

static double
get_rate (gconstpointer data, const CjScheduleTime *time, double *state)
{
  const Params *p = data;
  const double done = cj_schedule_get_share (time, p->period);

  (void) state;
  return time->rate * (p->last + (1 - p->last) * pow (1 - MIN (done, 1), p->power));
}

const CjScheduleInfo cj_schedule_polynomial = {
  .abi = 1,
  .id = "polynomial",
  .title = "Polynomial",
  .blurb = "Falls along a line, or a power of it, and stays there",
  .formula = "η(t) = η (ε + (1 − ε) (1 − t/T)^p)",
  .source = "Liu et al., ParseNet, arXiv 1506.04579, section 3",
  .params_size = sizeof (Params),
  .params = params,
  .get_rate = get_rate,
};
