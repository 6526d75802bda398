/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-norm-params.h"

#include <stddef.h>

typedef struct
{
  double eps;
  gboolean affine;
} Params;

static const CjParam params[] = {
  { .offset = offsetof (Params, eps), CJ_NORM_EPS },
  { .offset = offsetof (Params, affine), CJ_NORM_AFFINE },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjShape *x = cj_layer_build_shape (build, 0);
  const CjShape over = cj_shape1 (x->n_dims > 0 ? x->dims[x->n_dims - 1] : 1);
  const CjRowNormAttrs attrs = { .row = over.dims[0], .per = 1, .eps = p->eps, .rms = TRUE };

  return cj_norm_build_rows (build, &attrs, &over, p->affine, FALSE, error);
}

const CjLayerInfo cj_layer_rms_norm = {
  .abi = CJ_LAYER_ABI,
  .id = "rms-norm",
  .title = "RMS norm",
  .category = "normalisation",
  .blurb = "Divides the features of every sample or token by their root mean square",
  .formula = "y = w · x / √(mean x² + ε)",
  .biology = "Divisive normalisation: the pooled activity of a population divides each response",
  .synonyms = "rmsnorm normalization",
  .version = 1,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
