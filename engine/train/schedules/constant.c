/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-schedule.h"

static double
get_rate (gconstpointer params, const CjScheduleTime *time, double *state)
{
  (void) params;
  (void) state;
  return time->rate;
}

const CjScheduleInfo cj_schedule_constant = {
  .abi = 1,
  .id = "constant",
  .title = "Constant",
  .blurb = "The same learning rate all the time",
  .formula = "η(t) = η",
  .source = NULL,
  .get_rate = get_rate,
};
