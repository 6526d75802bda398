/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two inner loops of convolution, on pictures that are already padded, channels last.
 * O outputs are padded to OP, the next multiple of CJ_CONV_LANES. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CJ_CONV_LANES 8
#define CJ_CONV_PIXELS 6 /* neighbouring outputs at once; also channels at once of the gradient */

/* A patch is `n_runs` runs of `run` neighbouring floats; run r begins at offsets[r] from the pixel. */
typedef struct
{
  const gint64 *offsets;
  gint64 n_runs, run;
  gint64 step; /* floats from one output pixel's patch to the next */
} CjConvPatch;

/* One row: y[i * y_step + o] (+)= sum over the patch of pixel i times weight [n_runs * run, OP], for
 * i < width, o < n_out. `bias` [n_out] may be NULL. */
void cj_conv_row (const CjConvPatch *patch, const float *x, const float *weight, gint64 op,
                  gint64 n_out, const float *bias, gint64 width, float *y, gint64 y_step,
                  gboolean add);

/* Gradient of the weight over one row: dw [n_runs * run, OP] += patch of pixel i times dy [width, OP].
 * dw's padding columns take the products with dy's padding columns. */
void cj_conv_row_gradient (const CjConvPatch *patch, const float *x, const float *dy, gint64 op,
                           gint64 width, float *dw);

G_END_DECLS
