/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-schedule.h"

#include <math.h>
#include <stddef.h>

typedef struct
{
  double rise, first, last;
  int anneal;
  gboolean three_phase, cycles_momentum;
  double low, high;
} Params;

enum
{
  COSINE,
  LINEAR
};

static const char *const paths[] = { "cosine", "linear", NULL };

static const CjParam params[] = {
  { .name = "rise",
    .title = "Rise",
    .blurb = "Share of the run in which the rate goes up",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, rise),
    .preset = 0.3,
    .min = 0.01,
    .max = 0.49,
    .digits = 2,
    .flags = CJ_PARAM_LIVE },
  { .name = "first",
    .title = "First part",
    .blurb = "The run begins with the learning rate divided by this",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, first),
    .preset = 25,
    .min = 1,
    .max = 1e6,
    .soft_max = 100,
    .digits = 1,
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { .name = "last",
    .title = "Last part",
    .blurb = "The run ends with the first rate divided by this",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, last),
    .preset = 10000,
    .min = 1,
    .max = 1e9,
    .soft_max = 100000,
    .digits = 0,
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED | CJ_PARAM_LOG },
  { .name = "anneal",
    .title = "Path",
    .blurb = "Along a half cosine or along a line",
    .kind = CJ_PARAM_CHOICE,
    .offset = offsetof (Params, anneal),
    .max = 1,
    .choices = paths,
    .flags = CJ_PARAM_LIVE },
  { .name = "three-phase",
    .title = "Three phases",
    .blurb = "Comes down as it went up, and only then goes to the last rate",
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, three_phase),
    .max = 1,
    .flags = CJ_PARAM_LIVE },
  { .name = "momentum",
    .title = "Cycle momentum",
    .blurb = "Momentum (or beta 1) goes the other way",
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, cycles_momentum),
    .preset = TRUE,
    .max = 1,
    .flags = CJ_PARAM_LIVE },
  { .name = "low-momentum",
    .title = "Low momentum",
    .blurb = "Momentum where the rate is highest",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, low),
    .preset = 0.85,
    .max = 0.9999,
    .digits = 3,
    .when = "momentum=true",
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { .name = "high-momentum",
    .title = "High momentum",
    .blurb = "Momentum where the rate is lowest",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, high),
    .preset = 0.95,
    .max = 0.9999,
    .digits = 3,
    .when = "momentum=true",
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { NULL },
};

/* The value between a and b a share of the way. */
static double
mix (const Params *p, double a, double b, double share)
{
  return p->anneal == COSINE ? b + (a - b) * (1 + cos (G_PI * share)) / 2 : a + (b - a) * share;
}

/* Goes from values[i] to values[i + 1] in phase i. A phase ends one step before its share of the run,
 * so that the first and the last step have exactly the first and the last value. */
static double
get_value (const Params *p, const CjScheduleTime *time, const double values[4])
{
  const double n = (double) time->n_steps, step = (double) MIN (time->step, time->n_steps);
  const double ends[4]
      = { 0, p->rise * n - 1, p->three_phase ? 2 * p->rise * n - 2 : n - 1, n - 1 };
  guint i = 0;

  while (i < 2 && step > ends[i + 1])
    i++;
  if (ends[i + 1] <= ends[i])
    return values[i + 1];
  return mix (p, values[i], values[i + 1],
              CLAMP ((step - ends[i]) / (ends[i + 1] - ends[i]), 0, 1));
}

static double
get_rate (gconstpointer data, const CjScheduleTime *time, double *state)
{
  const Params *p = data;
  const double first = time->rate / p->first, last = first / p->last;
  const double values[4] = { first, time->rate, p->three_phase ? first : last, last };

  (void) state;
  return get_value (p, time, values);
}

static double
get_momentum (gconstpointer data, const CjScheduleTime *time)
{
  const Params *p = data;
  const double values[4] = { p->high, p->low, p->high, p->high };

  return p->cycles_momentum ? get_value (p, time, values) : NAN;
}

const CjScheduleInfo cj_schedule_one_cycle = {
  .abi = 1,
  .id = "one-cycle",
  .title = "One cycle",
  .blurb = "One long rise and a longer fall of the learning rate, with momentum the other way; "
           "learns fast at rates that would otherwise be too large",
  .formula = "η: η/25 ↗ η ↘ η/250000, μ: 0.95 ↘ 0.85 ↗ 0.95",
  .source = "Smith and Topin, Super-convergence, arXiv 1708.07120; Smith, arXiv 1803.09820",
  .params_size = sizeof (Params),
  .params = params,
  .get_momentum = get_momentum,
  .get_rate = get_rate,
};
