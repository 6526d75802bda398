/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The weights that act. Some layers make the weight that multiplies what comes in of what they learn, as one
 * under Dale's law of |V| and a sign; this finds that tensor in the list of ops and computes it. Used by one
 * thread at a time, which may be any. */
#pragma once

#include "cj-lower.h"

G_BEGIN_DECLS

typedef struct _CjActing CjActing;

/* What acts in place of the parameter `name`: the last tensor of its shape that ops make of it
 * and of other parameters alone. Borrows the list of ops. NULL: the parameter acts itself, in
 * parts that go different ways (those that excite and those that inhibit), or there is none of
 * that name. You free. */
CjActing *cj_acting_new (const CjLowered *lowered, const char *name);
void cj_acting_free (CjActing *self);

/* Of the numbers that act, as of those that are learned. Borrowed. */
const CjShape *cj_acting_get_shape (const CjActing *self);

/* Where a parameter's numbers stand, in the logical layout; NULL: nowhere. */
typedef const float *(*CjActingRead) (const char *name, gpointer data);

/* The numbers that act, shaped as the parameter, with what `read` finds; borrowed until the next call. NULL
 * where a parameter is not found. Plain loops: for looking, not for training. */
const float *cj_acting_run (CjActing *self, CjActingRead read, gpointer data);

/* How a number that is learned becomes one that acts, for layers where each of these is a factor times the size
 * of one of those: the factors, [size]; 0 where it is not so. Borrowed as above. */
const float *cj_acting_get_factors (CjActing *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjActing, cj_acting_free)

G_END_DECLS
