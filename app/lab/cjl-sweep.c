/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-sweep.h"

typedef struct
{
  const CjlSweep *sweep;
  gpointer order, result;
} Work;

static void
clear_work (Work *work)
{
  if (work->order != NULL && work->sweep->free_order != NULL)
    work->sweep->free_order (work->order);
  if (work->result != NULL)
    work->sweep->free_result (work->result);
}

static void
free_work (gpointer data)
{
  clear_work (data);
  g_free (data);
}

static gpointer
run_job (CjlJob *job, gpointer data, GError **error)
{
  Work *work = data;

  if (!work->sweep->fill (job, work->order, work->result, error) && *error != NULL)
    return NULL;
  return g_steal_pointer (&work->result);
}

CjlJob *
cjl_sweep_start (const CjlSweep *sweep, gpointer order, gpointer result)
{
  Work *work = g_new (Work, 1);

  *work = (Work){ sweep, order, result };
  return cjl_job_new (run_job, work, free_work, sweep->free_result);
}

gpointer
cjl_sweep_run (const CjlSweep *sweep, gpointer order, gpointer result, GError **error)
{
  Work work = { sweep, order, NULL };
  const gboolean whole = sweep->fill (NULL, order, result, error);

  if (!whole)
    work.result = result;
  clear_work (&work);
  return whole ? result : NULL;
}
