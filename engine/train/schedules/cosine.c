/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-schedule.h"

#include <math.h>
#include <stddef.h>

typedef struct
{
  double last, period;
  gboolean restart;
  double growth;
} Params;

static const CjParam params[] = {
  { .name = "last",
    .title = "Last share",
    .blurb = "Share of the learning rate that is left at the end",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, last),
    .max = 1,
    .digits = 4,
    .flags = CJ_PARAM_LIVE },
  { .name = "period",
    .title = "Period",
    .blurb = "Epochs of half a wave; 0 takes the whole run",
    .unit = "epochs",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, period),
    .max = 1e6,
    .soft_max = 100,
    .digits = 2,
    .flags = CJ_PARAM_LIVE },
  { .name = "restart",
    .title = "Restart",
    .blurb = "Jumps back to the full rate after a period; otherwise it climbs back as it fell",
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, restart),
    .max = 1,
    .flags = CJ_PARAM_LIVE },
  { .name = "growth",
    .title = "Growth",
    .blurb = "How much longer every period is than the one before",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, growth),
    .preset = 1,
    .min = 1,
    .max = 10,
    .soft_max = 3,
    .digits = 2,
    .when = "restart=true",
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

/* Where in its period a time is, in periods of that length; counts periods in closed form. */
static double
fold (double done, double growth)
{
  double n;

  if (growth < 1.001)
    return done - floor (done);
  n = floor (log1p (done * (growth - 1)) / log (growth) + 1e-9);
  return MAX (done - (pow (growth, n) - 1) / (growth - 1), 0) / pow (growth, n);
}

static double
get_rate (gconstpointer data, const CjScheduleTime *time, double *state)
{
  const Params *p = data;
  const double done = cj_schedule_get_share (time, p->period);
  const double at = p->restart ? fold (done, p->growth) : done;

  (void) state;
  return time->rate * (p->last + (1 - p->last) * (1 + cos (G_PI * at)) / 2);
}

const CjScheduleInfo cj_schedule_cosine = {
  .abi = 1,
  .id = "cosine",
  .title = "Cosine",
  .blurb = "Falls slowly, then fast, then slowly again, along half a cosine; may restart",
  .formula = "η(t) = η (ε + (1 − ε) (1 + cos π t/T) / 2)",
  .source = "Loshchilov and Hutter, SGDR: stochastic gradient descent with warm restarts, ICLR "
            "2017, equation 5",
  .params_size = sizeof (Params),
  .params = params,
  .get_rate = get_rate,
};
