/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-moment.h"

CjMoment *
cj_moment_new (CjRunLog *log, CjRing *ring, guint64 step, guint64 last, GArray *points,
               GArray *epochs)
{
  CjMoment *self = g_new0 (CjMoment, 1);

  *self = (CjMoment){ 1, log, ring, step, last, points, epochs };
  return self;
}

CjMoment *
cj_moment_ref (CjMoment *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
cj_moment_unref (CjMoment *self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  cj_run_log_free (self->log);
  cj_ring_free (self->ring);
  g_array_unref (self->points);
  g_array_unref (self->epochs);
  g_free (self);
}

CjMoment *
cj_moment_thin (const CjMoment *self, gsize budget)
{
  return cj_moment_new (cj_run_log_dup (self->log), cj_ring_thin (self->ring, budget), self->step,
                        self->last, g_array_ref (self->points), g_array_ref (self->epochs));
}
