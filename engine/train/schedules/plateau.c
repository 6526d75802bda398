/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-schedule.h"

#include <math.h>
#include <stddef.h>

typedef struct
{
  double factor;
  int patience;
  double threshold;
  int cooldown;
  double last;
} Params;

static const CjParam params[] = {
  { .name = "factor",
    .title = "Factor",
    .blurb = "What the learning rate is multiplied by at a plateau",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, factor),
    .preset = 0.5,
    .min = 1e-6,
    .max = 1,
    .soft_min = 0.1,
    .digits = 3,
    .flags = CJ_PARAM_LIVE },
  { .name = "patience",
    .title = "Patience",
    .blurb = "Validations without improvement that are forgiven",
    .unit = "epochs",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, patience),
    .preset = 3,
    .max = 100000,
    .soft_max = 20,
    .flags = CJ_PARAM_LIVE },
  { .name = "threshold",
    .title = "Threshold",
    .blurb = "An improvement by a smaller share than this does not count",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, threshold),
    .preset = 0.0001,
    .max = 1,
    .soft_max = 0.1,
    .digits = 5,
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { .name = "cooldown",
    .title = "Cooldown",
    .blurb = "Validations after a drop that are not looked at",
    .unit = "epochs",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, cooldown),
    .max = 100000,
    .soft_max = 20,
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { .name = "last",
    .title = "Lowest share",
    .blurb = "The learning rate stays above this share",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, last),
    .max = 1,
    .digits = 6,
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { NULL },
};

enum
{
  LOG_SHARE, /* what is left of the learning rate */
  BEST,      /* loss */
  COUNT,     /* validations: bad ones on end, or negative, still to be left out */
  SEEN,      /* validations so far */
};

static void
judge (const Params *p, double loss, double *state)
{
  if (state[SEEN]++ == 0 || loss < state[BEST] * (1 - p->threshold))
    {
      state[BEST] = loss;
      state[COUNT] = MIN (state[COUNT] + (state[COUNT] < 0), 0);
      return;
    }
  state[COUNT]++;
  if (state[COUNT] > p->patience)
    {
      state[LOG_SHARE] += log (p->factor);
      state[COUNT] = -p->cooldown;
    }
}

static double
get_rate (gconstpointer data, const CjScheduleTime *time, double *state)
{
  const Params *p = data;
  if (time->validated && isfinite (time->loss))
    judge (p, time->loss, state);
  return time->rate * MAX (p->last, exp (state[LOG_SHARE]));
}

const CjScheduleInfo cj_schedule_plateau = {
  .abi = 1,
  .id = "plateau",
  .title = "Reduce on plateau",
  .blurb = "Drops the learning rate when the validation stops getting better; without validation "
           "samples it never does",
  .formula = "η ← γ η after n validations without a better one",
  .source = NULL,
  .params_size = sizeof (Params),
  .params = params,
  .n_state = 4,
  .get_rate = get_rate,
};
