/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers of few bits after training. What flows through a network is x ≈ s (q − z) with a scale s and a
 * zero point z (B. Jacob et al., "Quantization and training of neural networks for efficient
 * integer-arithmetic-only inference", CVPR 2018, equation 1), so that 0 is exact; a weight is w ≈ s_u q
 * with a scale for each channel of output and no zero point (R. Krishnamoorthi, "Quantizing deep
 * convolutional networks for efficient inference", 2018, section 3). Rounding goes to the nearest, halves to
 * the even one. U channels of W weights each, b bits. Pure functions on plain arrays; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CJ_QUANT_MAX_BITS 8

typedef struct
{
  double scale; /* s, more than 0 */
  int zero;     /* z, 0 .. 2^b − 1 */
  int bits;     /* b, 2 .. CJ_QUANT_MAX_BITS; q is 0 .. 2^b − 1 */
} CjQuant;

/* Levels for values from `low` to `high`, a range that is widened to hold 0 and moved, by less than a level,
 * until 0 is one of them (Jacob et al., section 3.1). Of an empty range the scale is 1. */
CjQuant cj_quant_fit (double low, double high, int bits);
/* The same from n values as they were measured, which are sorted: of each end the share (1 − percentile /
 * 100) is cut off; 100: nothing. */
CjQuant cj_quant_fit_values (float *values, gsize n, double percentile, int bits);
/* The least and largest value that can be told: s (0 − z), s (2^b − 1 − z). */
double cj_quant_get_low (const CjQuant *quant);
double cj_quant_get_high (const CjQuant *quant);
/* n values as levels, what is outside of the range at its ends; and back. */
void cj_quant_store (const CjQuant *quant, const float *x, gsize n, guint8 *q);
void cj_quant_restore (const CjQuant *quant, const guint8 *q, gsize n, float *x);

/* Rounds w [U, W] in place to levels −(2^(b − 1) − 1) .. 2^(b − 1) − 1 of its channels, of which the last
 * is the largest |w|, and gives the U scales; of a channel without weights it is 1. */
void cj_quant_round_weights (float *w, gsize n_channels, gsize width, int bits, float *scales);
/* Whether w [U, W] is what that leaves, to rounding of floats; then the scales are filled in (unless NULL). */
gboolean cj_quant_find_scales (const float *w, gsize n_channels, gsize width, int bits,
                               float *scales);
/* Weights that were rounded, as levels. */
void cj_quant_store_weights (const float *w, gsize n_channels, gsize width, const float *scales,
                             gint8 *q);

G_END_DECLS
