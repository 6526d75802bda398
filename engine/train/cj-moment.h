/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run at one moment, with all that came before: what undo goes back to. It shares commands and
 * checkpoints with the run. */
#pragma once

#include "cj-ring.h"
#include "cj-run-log.h"

G_BEGIN_DECLS

#define CJ_MOMENT_MAX_POINTS 8192 /* of a longer series every second, third ... is kept */

/* Immutable; atomic reference count. The ring is only to be read, by one thread at a time. */
typedef struct
{
  gint ref_count;
  CjRunLog *log;
  CjRing *ring;
  guint64 step, last;      /* where the run was, and how far it had come */
  GArray *points, *epochs; /* CjRunPoint and CjRunEpoch up to `last` */
} CjMoment;

/* Takes all. */
CjMoment *cj_moment_new (CjRunLog *log, CjRing *ring, guint64 step, guint64 last, GArray *points,
                         GArray *epochs);
CjMoment *cj_moment_ref (CjMoment *moment);
void cj_moment_unref (CjMoment *moment);

/* The same with fewer checkpoints: those of `budget` bytes, and always the newest. */
CjMoment *cj_moment_thin (const CjMoment *moment, gsize budget);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjMoment, cj_moment_unref)

G_END_DECLS
