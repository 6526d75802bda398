/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two populations of units in columns and the synapses between them, each a curve: blue and whole where it
 * excites, red and dashed where it inhibits, as wide as it is strong, dotted where it was pruned. Drawn by
 * cairo for files, and by a rasteriser of our own for the screen, which is as exact and some tens of times as
 * fast: all curves are one shape, y = y0 + (y1 - y0) S (u), so that a column of pixels is a table look-up a
 * curve. F units on the left, U on the right. Pure: any thread. */
#pragma once

#include "cjv-style.h"

#include <cairo.h>

G_BEGIN_DECLS

/* One that is drawn. */
typedef struct
{
  guint32 from, to; /* units */
  float weight;
  gboolean pruned;
} CjvSynapse;

/* All there are. Borrowed arrays [U, F]; `kept` is 0 where a synapse was pruned, NULL: none was. */
typedef struct
{
  gint64 n_from, n_to;
  const float *weights;
  const guint8 *kept;
} CjvSynapses;

/* Where a column of units stands: unit i at y = top + pitch (i + 1/2) px. */
typedef struct
{
  double x, top, pitch, radius;
} CjvColumn;

/* What was found; `n` in view, of them `n_pruned` pruned. */
typedef struct
{
  GArray *shown; /* CjvSynapse, the weakest first, so that the strongest come to lie on top */
  gint64 n, n_pruned;
  float strongest; /* size of the largest weight in view, over 0 */
} CjvSynapsePick;

/* The `limit` strongest synapses between the units [from, from_end) and [to, to_end), and up to a quarter as
 * many of the pruned, evenly. Unit `only_from`, `only_to` (-1: any): no others'. You clear. */
void cjv_synapses_pick (const CjvSynapses *all, gint64 from, gint64 from_end, gint64 to,
                        gint64 to_end, gint64 only_from, gint64 only_to, guint limit,
                        CjvSynapsePick *pick);
void cjv_synapse_pick_clear (CjvSynapsePick *pick);

/* The units of a column of `n` that are seen between y = 0 and `height`: [*begin, *end). */
void cjv_column_find (const CjvColumn *column, gint64 n, double height, gint64 *begin, gint64 *end);
double cjv_column_get_y (const CjvColumn *column, gint64 unit);

/* How a synapse of a weight looks beside the strongest. */
typedef struct
{
  CjvColor color; /* with its opacity */
  double width;   /* px */
  double on, off; /* px of a dash; off 0: a whole line */
} CjvSynapseLook;

CjvSynapseLook cjv_synapse_look (const CjvSynapse *synapse, float strongest, const CjvStyle *style);

/* Pixels 0xAARRGGBB in the order of the machine (CAIRO_FORMAT_ARGB32), premultiplied, on nothing; all of
 * width x height is written, `stride` in pixels. One px of the columns is `scale` pixels. */
void cjv_synapses_paint (const CjvSynapsePick *pick, const CjvColumn *from, const CjvColumn *to,
                         const CjvStyle *style, double scale, guint32 *pixels, int width,
                         int height, gsize stride);
/* The same by cairo. */
void cjv_synapses_draw (const CjvSynapsePick *pick, const CjvColumn *from, const CjvColumn *to,
                        const CjvStyle *style, cairo_t *cr);

typedef enum
{
  CJV_SYNAPSE_ANY,
  CJV_SYNAPSE_KEPT,
  CJV_SYNAPSE_PRUNED
} CjvSynapseKind;

/* The synapse of a kind nearest to x, y, at most `reach` px away, or NULL. Borrowed. */
const CjvSynapse *cjv_synapses_find (const CjvSynapsePick *pick, const CjvColumn *from,
                                     const CjvColumn *to, CjvSynapseKind kind, double x, double y,
                                     double reach);

G_END_DECLS
