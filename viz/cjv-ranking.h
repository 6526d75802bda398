/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Curves of a classifier over all thresholds, one class against the rest; the two figures on them
 * differ by what stands along the axes. N samples, K classes. */
#pragma once

#include "cjv-axes.h"

G_BEGIN_DECLS

typedef enum
{
  CJV_RANKING_ROC,             /* false positive rate, true positive rate */
  CJV_RANKING_PRECISION_RECALL /* recall, precision */
} CjvRankingKind;

/* The curve of one class: points from the strictest threshold on. */
typedef struct
{
  gint64 class;
  gint64 n_positive, n_negative;
  guint n;
  float *x, *y, *threshold; /* n each */
  /* ROC: area under the curve by trapezoids. Precision and recall: average precision, the sum of
   * precision times step in recall. T. Fawcett, "An introduction to ROC analysis" (2006);
   * J. Davis, M. Goadrich (2006) on why the latter is not interpolated. */
  double area;
} CjvRankingCurve;

/* Curve of `class` from scores [N, K] (or [N], then of class 1) and labels [N]. Samples without a
 * finite score are left out. FALSE if a class has no samples or no others. Free with
 * cjv_ranking_curve_clear. */
gboolean cjv_ranking_curve_init (CjvRankingCurve *curve, CjvRankingKind kind,
                                 const CjTensor *scores, const CjTensor *labels, gint64 k);
void cjv_ranking_curve_clear (CjvRankingCurve *curve);

extern const CjvWant cjv_ranking_wants[];

gboolean cjv_ranking_draw (const CjvScene *scene, cairo_t *cr, CjvRankingKind kind);
gboolean cjv_ranking_hit (const CjvScene *scene, CjvRankingKind kind, double x, double y,
                          CjvHit *hit);
void cjv_ranking_csv (const CjvScene *scene, CjvRankingKind kind, GString *out);
char *cjv_ranking_words (const CjvScene *scene, CjvRankingKind kind);

G_END_DECLS
