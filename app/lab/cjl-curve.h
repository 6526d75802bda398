/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a damaged network gets right, at the points of an axis and several times over, each time
 * with another seed. S seeds, P points. */
#pragma once

#include "cjl-network.h"
#include "cjv-frame.h"

G_BEGIN_DECLS

typedef struct
{
  CjdDataset *dataset;
  CjdSplit split;
  guint64 step;       /* of the weights */
  gsize n;            /* samples that are judged */
  double chance;      /* share that a guess gets right; NAN: it is not known */
  CjTensor *x;        /* [P], doses or steps */
  CjTensor *accuracy; /* [S, P]; NAN: not measured yet */
} CjlCurve;

/* Nothing is measured yet, x is 0. At most `n_samples` of the split are judged. References the
 * data. */
void cjl_curve_init (CjlCurve *curve, const CjlNetwork *network, CjdSplit split, gsize n_samples,
                     guint n_points, guint n_seeds);
/* Whether there is a sample to judge, or why not. */
gboolean cjl_curve_check (const CjlCurve *curve, GError **error);
void cjl_curve_put (CjlCurve *curve, guint seed, guint point, double accuracy);
/* Its own numbers, that of the others by reference. */
CjlCurve cjl_curve_copy (const CjlCurve *curve);
void cjl_curve_clear (CjlCurve *curve);

/* Whether two have the same points and as many seeds. */
gboolean cjl_curve_is_like (const CjlCurve *a, const CjlCurve *b);

/* A frame for the figures "robustness" and "retraining", not sealed: a line each of `n` that are
 * alike; `x` names the axis. The caller adds "lines". You free. */
CjvFrame *cjl_curve_frame (const CjlCurve *const *curves, guint n, const char *title,
                           const char *x);

G_END_DECLS
