/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-pace.h"

#include "cjl-session.h"

#include <math.h>

#define FEW "512" /* samples that are enough for a few steps */

const CjlTemplate *
cjl_pace_yardstick (void)
{
  return cjl_template_find ("lenet-5");
}

double
cjl_pace_estimate (const CjlTemplate *info, double pace)
{
  return info->work > 0 && pace > 0 ? info->work / pace : NAN;
}

static double
train (CjRunner *runner, guint64 n_steps)
{
  const gint64 begin = g_get_monotonic_time ();

  cj_runner_train (runner, n_steps);
  cj_runner_wait (runner);
  return (double) (g_get_monotonic_time () - begin) / G_USEC_PER_SEC;
}

double
cjl_pace_measure (const CjlTemplate *info, double seconds, guint n_threads)
{
  g_autoptr (CjlProject) project = cjl_template_make (info, NULL);
  g_autoptr (CjdDataset) dataset = NULL;
  g_autoptr (CjlSession) session = NULL;
  double spent = 0;
  guint64 n = 1;

  if (project == NULL || !cjl_project_set (project, "data.samples", FEW, NULL)
      || !cjl_project_set (project, "epochs", "1000", NULL))
    return 0;
  dataset = cjl_data_load (&project->data, NULL);
  session = dataset != NULL ? cjl_session_new (project, dataset, n_threads, NULL) : NULL;
  if (session == NULL)
    return 0;
  train (cjl_session_get_runner (session), 1); /* the first step touches all memory */
  for (;; n *= 2)
    {
      spent = train (cjl_session_get_runner (session), n);
      if (spent > seconds / 2 || n > 1 << 16)
        break;
    }
  return (double) n * project->setup->batch / MAX (spent, 1e-9);
}
