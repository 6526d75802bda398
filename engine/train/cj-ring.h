/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kept checkpoints of a run, in order, within a budget of bytes. The older, the fewer: the gap
 * between two neighbours grows with their age, so that a run of any length has kept ones near every
 * step that a person is likely to ask for. For one thread at a time. */
#pragma once

#include "cj-checkpoint.h"

G_BEGIN_DECLS

#define CJ_RING_MAX 128 /* checkpoints, whatever their size */

typedef struct _CjRing CjRing;

typedef CjCheckpoint *(*CjRingLoad) (gpointer data);

CjRing *cj_ring_new (gsize budget);
void cj_ring_free (CjRing *ring);

guint cj_ring_get_n (const CjRing *ring);
gsize cj_ring_get_bytes (const CjRing *ring);
guint64 cj_ring_get_step (const CjRing *ring, guint index);
/* Borrowed; NULL if it lies in a file. */
CjCheckpoint *cj_ring_peek (const CjRing *ring, guint index);
/* A reference; loads it if it lies in a file. NULL if that failed. */
CjCheckpoint *cj_ring_dup (CjRing *ring, guint index);

/* References a checkpoint, in place of one of the same step and number of commands, and thins out. The
 * newest, and the one pinned, always stay. */
void cj_ring_add (CjRing *ring, CjCheckpoint *checkpoint);
/* One that is read when it is asked for, by any thread: `load (data)` makes it, or NULL. */
void cj_ring_add_later (CjRing *ring, const CjPlace *at, gsize bytes, CjRingLoad load,
                        gpointer data, GDestroyNotify free);
/* The `data` of one that lies in a file and that `load` reads; NULL for any other. Borrowed. */
gconstpointer cj_ring_peek_later (const CjRing *ring, guint index, CjRingLoad load);
/* The one of this step is never thinned out; G_MAXUINT64: none. Of several pins the last counts. */
void cj_ring_pin (CjRing *ring, guint64 step);
void cj_ring_keep_first (CjRing *ring); /* the run cannot be drawn from its seed */

/* The newest at or before a step with at most `n_commands` in effect. A reference, or NULL. */
CjCheckpoint *cj_ring_find (CjRing *ring, guint64 step, guint n_commands);
/* Forgets what lies beyond. */
void cj_ring_cut (CjRing *ring, guint64 step, guint n_commands);
/* The same checkpoints thinned to another budget. */
CjRing *cj_ring_thin (const CjRing *ring, gsize budget);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjRing, cj_ring_free)

G_END_DECLS
