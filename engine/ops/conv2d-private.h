/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the ways of doing a convolution share: y[o] = b[o] + sum over c in o's group, i, j of
 * w[o, c, i, j] x[c, row s + i d - p, ...]. N batch, C channels, O output channels, H W picture,
 * Q = kh · kw · C/groups. Data is channels last, the weight [O, C/groups, kh, kw]. */
#pragma once

#include "cj-kernel.h"
#include "cj-ops.h"

G_BEGIN_DECLS

#define CJ_CONV_MAX_TAPS 1024 /* points of a kernel: their offsets are kept on the stack */

typedef struct
{
  gint64 n, c, h, w, o, oh, ow;
  gint64 cg, og;  /* channels of a group, in and out */
  gint64 taps, q; /* kh · kw, and with the channels */
  gint64 hp, wp;  /* padded picture */
  CjConv2dAttrs a;
  gint64 block;  /* the most samples of a block */
  gboolean relu; /* what is below 0 becomes 0 */
} CjConv;

/* A way to do one of the three passes over some samples: the result, the gradient of the input, or
 * that of the weight and bias. It has a room in the workspace. For the first two passes `turn` fills
 * it with the weight in the order that `run` wants; for the third `run` leaves there the gradients
 * summed over its samples, in a room for each block of samples, and `turn` adds the rooms in order
 * and writes the result. */
typedef struct
{
  gint64 (*count_room) (const CjConv *conv);    /* floats */
  gint64 (*count_scratch) (const CjConv *conv); /* floats that `run` needs of a thread's own */
  guint (*n_turns) (const CjConv *conv);        /* chunks of turn, which may run at once */
  void (*turn) (const CjConv *conv, const CjOpCall *call, guint chunk, float *room);
  void (*run) (const CjConv *conv, const CjOpCall *call, CjSamples samples, float *room);
} CjConvWay;

/* Products of rows of pixels with the weight, read where they lie. */
extern const CjConvWay cj_conv_direct_forward, cj_conv_direct_input, cj_conv_direct_weight;

/* The same with pixels in the lanes of vectors, for few channels of what is made: the output forward
 * and for the weight, the input for its gradient. One group, stride 1. */
extern const CjConvWay cj_conv_planes_forward, cj_conv_planes_input, cj_conv_planes_weight;

/* Columns of a packed matrix: [panel, row, width]. */
typedef struct
{
  const CjKernel *kernel;
  gint64 width; /* of a panel */
  gint64 n_panels;
} CjConvPanels;

CjConvPanels cj_conv_panels (gint64 columns);

/* By Winograd's method, cj-winograd.h: for what cj_conv_fits_winograd. */
extern const CjConvWay cj_conv_winograd_forward, cj_conv_winograd_input, cj_conv_winograd_weight;

/* Whether it can be done so, is faster, and may be: the third pass, or the first two. */
gboolean cj_conv_fits_winograd (const CjConv *conv, gboolean weight);

CjConv cj_conv_get (const CjOp *op);

/* The weight that carries gradients back. */
static inline const float *
cj_conv_get_back (const CjOpCall *call)
{
  return call->op->n_in > 3 && call->in[3] != NULL ? call->in[3] : call->in[1];
}

/* Floats from the room of a block to that of the next. */
static inline gint64
cj_conv_room (const CjConv *conv, const CjConvWay *way)
{
  return (way->count_room (conv) + 15) / 16 * 16;
}

G_END_DECLS
