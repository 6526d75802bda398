/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An axis of a sample as a parameter: 1 is the first behind the batch, −1 the last. */
#pragma once

#include "cj-layer.h"

G_BEGIN_DECLS

/* Fields of a parameter row for an `int`. */
#define CJ_AXIS_NUMBER                                                                             \
  .kind = CJ_PARAM_INT, .min = -5, .max = 5, .flags = CJ_PARAM_RESHAPES | CJ_PARAM_ADVANCED

/* The axis of `shape` with its batch, or −1 and a refusal. */
int cj_axis_find (const CjShape *shape, int axis, GError **error);

G_END_DECLS
