/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The products of a dense layer whose input is mostly zeros, as spikes are: only what is not zero is
 * looked at. For dense.c alone. Letters as there: N rows, I inputs, U units. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CJ_EVENTS_MAX_INPUTS 16384
#define CJ_EVENTS_STEP 16 /* units of a vector */

/* Units rounded up to whole vectors. */
static inline gint64
cj_events_pad (gint64 units)
{
  return (units + CJ_EVENTS_STEP - 1) / CJ_EVENTS_STEP * CJ_EVENTS_STEP;
}

/* Whether rows x [N, I] have so few numbers that are not zero that it is faster to look for them. */
gboolean cj_events_pay (const float *x, gint64 n, gint64 ni, gint64 nu);

/* y [N, U] = x W^T + bias (or NULL), then ReLU if asked for. panels: W as [panel, I, 32]. scratch:
 * CJ_GEMM_SCRATCH floats. */
void cj_events_forward (const float *x, gint64 n, gint64 ni, const float *panels, gint64 nu,
                        const float *bias, gboolean relu, float *y, float *scratch);

/* dw [I, padded U] = x^T dy; what is behind U means nothing. */
void cj_events_gradient (const float *x, const float *dy, gint64 n, gint64 ni, gint64 nu, float *dw,
                         float *scratch);

/* to [units, I] += the sum of `n_slices` such dw, from unit u0 (a multiple of 8) on. */
void cj_events_add (const float *const *slices, guint n_slices, gint64 ni, gint64 nu, gint64 u0,
                    gint64 units, float *to);

G_END_DECLS
