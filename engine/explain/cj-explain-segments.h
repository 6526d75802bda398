/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Features that are hidden and shown together: superpixels of a picture, words, single features. S
 * segments. */
#pragma once

#include "cj-explain-tools.h"

G_BEGIN_DECLS

/* Rows of their tables: what is shared; .preset and .max (of segments), .blurb (of the baseline) and
 * .offset are each one's own. */
#define CJ_SEGMENTS_ROW                                                                            \
  .name = "segments", .title = "Segments",                                                         \
  .blurb = "Into how many superpixels a picture is cut; words and numbers go one by one up to it", \
  .kind = CJ_PARAM_INT, .min = 2

#define CJ_SEGMENTS_ASKED (9.0 / 10) /* of the progress: then comes the fit */

typedef struct
{
  CjExplainGrid grid;
  guint n;       /* S */
  guint *labels; /* of each pixel */
} CjSegments;

/* About `wanted` segments of the sample, and no more: superpixels of pictures by colour and place (SLIC: Achanta,
 * Shaji, Smith, Lucchi, Fua and Süsstrunk, 2012), else single features as long as they are as few as
 * `wanted`, or neighbours together. Clear it. */
void cj_segments_init (CjSegments *segments, const CjExplainCall *call, guint wanted);
void cj_segments_clear (CjSegments *segments);

/* Answers to the sample with only the segments shown[m S + s] and `base` elsewhere, for `n` masks. FALSE:
 * stopped; progress goes from `from` to `to`. */
gboolean cj_segments_ask (const CjSegments *segments, const CjExplainCall *call, const float *base,
                          const guint8 *shown, gint64 n, double from, double to, float *answers);

/* Normal equations of the answers to `n` masks, `base` taken away, on what they show, each counting as
 * weights [n] say: a [S, S] and b [S], or with `intercept` one more of each, that of a 1 in every mask.
 * Zeroed before. FALSE: stopped; progress as above. */
gboolean cj_segments_gather (const CjSegments *segments, const CjExplainCall *call,
                             const guint8 *shown, gint64 n, const double *weights,
                             const float *answers, double base, gboolean intercept, double from,
                             double to, double *a, double *b);

/* A number a segment as a map [1, H, W], or [T] or [I] of what is no picture, shared by the pixels of a
 * segment if `divide`. */
CjTensor *cj_segments_spread (const CjSegments *segments, const double *values, gboolean divide);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CjSegments, cj_segments_clear)

G_END_DECLS
