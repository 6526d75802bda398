/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What losses share: rows that are only filling, and the step from many numbers to one. */
#pragma once

#include "cj-ops.h"

/* How many of `n` rows or elements lie in samples that count. */
gint64 cj_loss_get_valid (const CjOpCall *call, gint64 n);

/* Writes `sum` as the reduction wants it to out[0], unless it wants none; what the gradient is to be
 * multiplied with. `divisor` is for the mean; where it is 0 nothing counts and the loss is 0. */
float cj_loss_reduce (const CjOpCall *call, CjReduction reduction, double sum, double divisor);
