/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loshchilov and Hutter, SGDR, ICLR 2017, equation 5, one period over the whole run. */
#include "cj-schedule.h"

#include <math.h>
#include <stddef.h>

typedef struct
{
  double last;
} Params;

static const CjParam params[] = {
  { .name = "last",
    .title = "Last share",
    .blurb = "Share of the learning rate that is left at the end",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, last),
    .max = 1,
    .digits = 3,
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

static double
get_rate (gconstpointer data, const CjScheduleTime *time, double *state)
{
  const Params *p = data;
  const double done = time->n_steps > 0 ? (double) time->step / (double) time->n_steps : 0;

  (void) state;
  return time->rate * (p->last + (1 - p->last) * (1 + cos (G_PI * MIN (done, 1))) / 2);
}

const CjScheduleInfo cj_schedule_cosine = {
  .abi = 1,
  .id = "cosine",
  .title = "Cosine",
  .blurb = "Falls slowly, then fast, then slowly again, along half a cosine over the whole run",
  .formula = "η(t) = η (ε + (1 − ε) (1 + cos π t/T) / 2)",
  .params_size = sizeof (Params),
  .params = params,
  .get_rate = get_rate,
};
