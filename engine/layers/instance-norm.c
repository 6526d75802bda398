/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-norm-params.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>
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
  const gint64 plane = x->n_dims == 4 ? x->dims[2] * x->dims[3] : 0;
  const CjRowNormAttrs attrs = { .row = plane, .per = plane, .eps = p->eps };
  const CjShape weights = cj_shape1 (x->n_dims == 4 ? x->dims[1] : 1);

  if (plane > 0)
    return cj_norm_build_rows (build, &attrs, &weights, p->affine, p->affine, error);
  g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE, _ ("expects pictures. Put it before Flatten."));
  return FALSE;
}

const CjLayerInfo cj_layer_instance_norm = {
  .abi = CJ_LAYER_ABI,
  .id = "instance-norm",
  .title = "Instance norm",
  .category = "normalisation",
  .blurb = "Gives every feature map of every sample mean 0 and deviation 1: contrast is taken away",
  .formula = "y = w · (x − mean) / √(var + ε) + b, mean and var over one feature map",
  .biology = "Contrast gain control of retina and thalamus",
  .synonyms = "instancenorm style normalization",
  .version = 1,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
