/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A measurement at many points, one after the other: its result is there from the beginning,
 * knows nothing yet, and is filled point by point, on a job's thread or at once. What it is
 * filled from is the order, as networks. */
#pragma once

#include "cjl-job.h"

G_BEGIN_DECLS

typedef struct
{
  /* Fills `result`, which nobody else sees, and leaves copies of it on the way
   * (cjl_job_leave_copy). FALSE: an error is set, or it was cancelled. Slow. `job` is NULL at
   * once. */
  gboolean (*fill) (CjlJob *job, gpointer order, gpointer result, GError **error);
  GDestroyNotify free_order; /* NULL: there is none, or somebody else has it */
  GDestroyNotify free_result;
} CjlSweep;

/* A job whose last result is `result`, with what was found until it was done or cancelled. Takes
 * order and result; the sweep lives on. You free. */
CjlJob *cjl_sweep_start (const CjlSweep *sweep, gpointer order, gpointer result);
/* The same at once: gives `result` back, or frees it and gives NULL with the reason. Takes both.
 * Slow. Any thread. */
gpointer cjl_sweep_run (const CjlSweep *sweep, gpointer order, gpointer result, GError **error);

G_END_DECLS
