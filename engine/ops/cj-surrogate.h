/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands for the slope of a spike on the way back (Neftci, Mostafa and Zenke 2019): fast sigmoid (Zenke and
 * Ganguli 2018), arctan (Fang et al. 2021), triangle (Esser et al. 2016; Bellec et al. 2018), sigmoid,
 * straight-through (Bengio et al. 2013). The formulas stand at CjSurrogate; u is the membrane less its threshold. */
#pragma once

#include "cj-ops.h"

G_BEGIN_DECLS

/* Each of the n numbers u becomes `height` times the surrogate of steepness `slope` there. */
void cj_surrogate_slopes (CjSurrogate kind, double slope, double height, gint64 n, float *u);
/* The number whose slope that is: a spike that is smooth, for checks of gradients. */
double cj_surrogate_integral (CjSurrogate kind, double slope, double height, double u);

G_END_DECLS
