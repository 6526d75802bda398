/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-schedule.h"

#include <stddef.h>

typedef struct
{
  char milestones[CJ_PARAM_TEXT_SIZE];
  double gamma;
} Params;

static const CjParam params[] = {
  { .name = "milestones",
    .title = "Milestones",
    .blurb = "The epochs at whose beginning the learning rate drops, as 30, 60, 80",
    .unit = "epochs",
    .kind = CJ_PARAM_TEXT,
    .offset = offsetof (Params, milestones),
    .text = "30, 60, 80",
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
  double rate = time->rate;

  (void) state;
  for (const char *at = p->milestones; *at != '\0';)
    {
      char *end;
      const double epoch = g_ascii_strtod (at, &end);

      if (end != at && (double) time->step >= epoch * (double) time->steps_per_epoch)
        rate *= p->gamma;
      at = end != at ? end : at + 1; /* whatever stands between two numbers */
    }
  return rate;
}

const CjScheduleInfo cj_schedule_multi_step = {
  .abi = 1,
  .id = "multi-step",
  .title = "Multi-step",
  .blurb = "Drops the learning rate by a factor at chosen epochs",
  .formula = "η(t) = η γ^#{Tᵢ ≤ t}",
  .source = "He et al., Deep residual learning for image recognition, CVPR 2016, section 4.2",
  .params_size = sizeof (Params),
  .params = params,
  .get_rate = get_rate,
};
