/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tables of normalising layers share. */
#pragma once

#include "cj-layer.h"

G_BEGIN_DECLS

/* Fields of a row for a `double` that keeps divisions away from 0. */
#define CJ_NORM_EPS                                                                                \
  .name = "eps", .title = "Epsilon",                                                               \
  .blurb = "Added under the root, so that a constant input divides by no zero",                    \
  .kind = CJ_PARAM_FLOAT, .preset = 1e-5, .min = 1e-12, .max = 1, .soft_min = 1e-8,                \
  .soft_max = 1e-2, .digits = 8, .flags = CJ_PARAM_LOG | CJ_PARAM_ADVANCED

/* Fields of a row for a gboolean. */
#define CJ_NORM_AFFINE                                                                             \
  .name = "affine", .title = "Learned scale",                                                      \
  .blurb = "Learns a factor and an offset to put behind the normalisation", .kind = CJ_PARAM_BOOL, \
  .preset = TRUE, .max = 1, .flags = CJ_PARAM_RESHAPES

/* Parameters "weight" (ones) and "bias" (zeros) of `shape` go to in[1] and in[2] if wanted, else
 * CJ_NO_VALUE. */
void cj_norm_build_affine (CjLayerBuild *build, const CjShape *shape, gboolean weight,
                           gboolean bias, int *in);

/* One row norm on in[0] with weight and bias as above, made into out[0]. */
gboolean cj_norm_build_rows (CjLayerBuild *build, const CjRowNormAttrs *attrs,
                             const CjShape *weights, gboolean weight, gboolean bias,
                             GError **error);

G_END_DECLS
