/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Convolution with a kernel of 3×3 by F(4×4, 3×3): A. Lavin, S. Gray, "Fast Algorithms for Convolutional
 * Neural Networks", CVPR 2016. Pictures are cut into tiles of 4×4 outputs, which hang on 6×6 inputs;
 * in the transformed domain a tile takes 36 products a pair of channels where plain loops take 144.
 * All tiles of a span of samples are transformed together, so that these are 36 products of matrices
 * [tiles, C] · [C, O]. Pictures are channels last. The price is precision: see conv2d-winograd.c.
 *
 * N samples, C channels, O output channels, H W picture. */
#pragma once

#include "cj-kernel.h"

G_BEGIN_DECLS

#define CJ_WINOGRAD_POINTS 36 /* of a transformed tile of 6×6 inputs, 4×4 outputs or 3×3 weights */

#define CJ_WINOGRAD_WEIGHTS 16 /* channels whose weights are put in order at once */
#define CJ_WINOGRAD_PACK (9 * CJ_WINOGRAD_WEIGHTS * CJ_KERNEL_MAX_PANEL)

/* A convolution over pictures with strides and dilations of 1, in one group. */
typedef struct
{
  gint64 c, h, w;   /* what is read */
  gint64 top, left; /* rows and columns of zeros before it; negative: that much is cut off */
  gint64 o, oh, ow; /* what is made; zeros behind are as many as that takes */
} CjWinograd;

/* The convolution that takes gradients of its output to gradients of its input. */
CjWinograd cj_winograd_turn (const CjWinograd *geometry);

/* Tiles of a sample. */
gint64 cj_winograd_tiles (const CjWinograd *geometry);

/* --- the weight: chunks are panels of O columns, which any thread may pack --- */

/* Floats of all panels: [panel, point, C, width]. */
gint64 cj_winograd_count_weight (const CjWinograd *geometry);
guint cj_winograd_panels (const CjWinograd *geometry);

/* Transforms one panel of the weight, [O, C, 3, 3]. With `turned` the geometry is that of
 * cj_winograd_turn and the weight is [C, O, 3, 3] of it. `scratch`: CJ_WINOGRAD_PACK floats. */
void cj_winograd_pack (const CjWinograd *geometry, const float *weight, gboolean turned,
                       guint panel, float *packed, float *scratch);

/* --- spans of samples --- */

/* What is read and made; all of them point at the first sample. */
typedef struct
{
  const float *x;
  const float *mask;   /* shaped as x: only what is above 0 there is read; or NULL */
  const float *packed; /* weight */
  const float *bias;   /* [O] or NULL */
  gboolean relu;       /* negative results become 0 */
  gboolean add;        /* to what is in y */
  float *y;
} CjWinogradRun;

/* Floats of scratch that the two functions need for spans of up to `n` samples. */
gint64 cj_winograd_count_run (const CjWinograd *geometry, gint64 n);
gint64 cj_winograd_count_run_weight (const CjWinograd *geometry, gint64 n);

/* y [N, OH, OW, O] from x [N, H, W, C]. */
void cj_winograd_run (const CjWinograd *geometry, const CjWinogradRun *run, gint64 n,
                      float *scratch);

/* The gradient of the weight over `n` samples: dw [panel, 9 C + 1, width], rows by (kernel point,
 * channel), the last one that of the bias. Written, not added to. `mask` is shaped as dy, or NULL. */
void cj_winograd_run_weight (const CjWinograd *geometry, const float *x, const float *dy,
                             const float *mask, gint64 n, float *dw, float *scratch);

/* --- the transforms, compiled for each set of instructions --- */

/* Pixels are pointers to `channels` floats each. Points are `step` floats apart and hold whole vectors
 * of 16 channels: what is behind the last is written as well. */
typedef struct
{
  /* 6×6 pixels to points */
  void (*input) (float *const *pixels, float *const *masks, gint64 channels, float *to,
                 gint64 step);
  /* points to 4×4 pixels */
  void (*output) (const float *from, gint64 step, gint64 channels, const float *bias, gboolean relu,
                  gboolean add, float *const *pixels);
  /* 4×4 pixels of a gradient to points; their sums are added to `sums` */
  void (*gradient) (float *const *pixels, float *const *masks, gint64 channels, float *to,
                    gint64 step, float *sums);
  /* 3×3 weights, `from_step` apart, to points; `turned` takes the last weight first */
  void (*weight) (const float *from, gint64 from_step, gint64 width, gboolean turned, float *to,
                  gint64 step);
  /* points to the gradients of 3×3 weights, `to_step` apart */
  void (*weight_gradient) (const float *from, gint64 step, gint64 width, float *to, gint64 to_step);
} CjWinogradTile;

G_END_DECLS
