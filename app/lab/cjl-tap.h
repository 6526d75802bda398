/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How what a layer gives becomes a row of numbers a sample: U units of P places each, unit by unit,
 * whatever the layer's shape; of wide maps fewer places, each the mean of its neighbourhood. B batch. */
#pragma once

#include "cj-program.h"

G_BEGIN_DECLS

typedef struct
{
  guint node;            /* place in the graph */
  gint64 units;          /* U: channels of maps, features of rows and tokens */
  gint64 h, w;           /* places of the layer */
  gint64 keep_h, keep_w; /* P together */
  gboolean tokens;       /* as [B, T, U] */
} CjlTap;

/* Whether the layer computes anything when it answers: not those that only rearrange their input, or do
 * nothing but in training. */
gboolean cjl_tap_suits (const CjNode *node);
/* For the values [B, ...] of such a node; all places are kept. FALSE if they are no numbers for every sample
 * of a batch. */
gboolean cjl_tap_init (CjlTap *tap, guint node, const CjTensor *values, gint64 batch);
/* Keeps at most `limit` numbers a sample, and one place of every unit at least. */
void cjl_tap_limit (CjlTap *tap, double limit);
gint64 cjl_tap_get_width (const CjlTap *tap); /* U P */
/* Limits all of n taps alike, so that `rows` samples have at most `floats` numbers together. */
void cjl_taps_limit (CjlTap *taps, guint n, gsize rows, double floats);

/* The first n samples of values [B, ...] as rows [n, U P]. `slopes`: the values are gradients, and what
 * belongs to a place is their sum, for then its product with a row is the slope along that row. */
void cjl_tap_read (const CjlTap *tap, const CjTensor *values, gsize n, gboolean slopes,
                   float *rows);

G_END_DECLS
