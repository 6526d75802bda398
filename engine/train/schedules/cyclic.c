/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-schedule.h"

#include <math.h>
#include <stddef.h>

typedef struct
{
  double low, period, rise;
  int shape;
  double gamma;
} Params;

enum
{
  TRIANGULAR,
  TRIANGULAR2,
  EXP_RANGE
};

static const char *const shapes[] = { "triangular", "triangular2", "exp-range", NULL };

static const CjParam params[] = {
  { .name = "low",
    .title = "Low share",
    .blurb = "Share of the learning rate where a cycle begins and ends",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, low),
    .preset = 0.1,
    .max = 1,
    .digits = 4,
    .flags = CJ_PARAM_LIVE },
  { .name = "period",
    .title = "Period",
    .blurb = "Epochs of a whole cycle, up and down",
    .unit = "epochs",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, period),
    .preset = 4,
    .min = 0.01,
    .max = 1e6,
    .soft_min = 1,
    .soft_max = 50,
    .digits = 2,
    .flags = CJ_PARAM_LIVE },
  { .name = "rise",
    .title = "Rise",
    .blurb = "Share of a cycle in which the rate goes up",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, rise),
    .preset = 0.5,
    .min = 0.01,
    .max = 0.99,
    .digits = 2,
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { .name = "shape",
    .title = "Shape",
    .blurb = "triangular: all cycles alike; triangular2: each half as high; exp-range: falls by "
             "gamma every epoch",
    .kind = CJ_PARAM_CHOICE,
    .offset = offsetof (Params, shape),
    .max = 2,
    .choices = shapes,
    .flags = CJ_PARAM_LIVE },
  { .name = "gamma",
    .title = "Gamma",
    .blurb = "What the height of the cycles is multiplied by in every epoch",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, gamma),
    .preset = 0.95,
    .min = 1e-6,
    .max = 1,
    .soft_min = 0.5,
    .digits = 4,
    .when = "shape=exp-range",
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

static double
get_rate (gconstpointer data, const CjScheduleTime *time, double *state)
{
  const Params *p = data;
  const double epochs = (double) time->step / (double) time->steps_per_epoch;
  const double cycle = floor (epochs / p->period), at = epochs / p->period - cycle;
  double height = at <= p->rise ? at / p->rise : (1 - at) / (1 - p->rise);

  (void) state;
  if (p->shape == TRIANGULAR2)
    height *= pow (0.5, cycle);
  else if (p->shape == EXP_RANGE)
    height *= pow (p->gamma, epochs);
  return time->rate * (p->low + (1 - p->low) * height);
}

const CjScheduleInfo cj_schedule_cyclic = {
  .abi = 1,
  .id = "cyclic",
  .title = "Cyclic",
  .blurb = "Rises and falls along triangles, so that the search keeps leaving narrow valleys",
  .formula = "η(t) = η (ε + (1 − ε) Λ(t/T))",
  .source = "Smith, Cyclical learning rates for training neural networks, WACV 2017",
  .params_size = sizeof (Params),
  .params = params,
  .get_rate = get_rate,
};
