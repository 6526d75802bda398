/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-norm-params.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <stddef.h>

typedef struct
{
  int groups;
  double eps;
  gboolean affine;
} Params;

static const CjParam params[] = {
  { .name = "groups",
    .title = "Groups",
    .blurb = "Into how many groups the channels are split; 1 normalises all together",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, groups),
    .preset = 4,
    .min = 1,
    .max = 4096,
    .soft_min = 1,
    .soft_max = 32,
    .flags = CJ_PARAM_RESHAPES | CJ_PARAM_LOG },
  { .offset = offsetof (Params, eps), CJ_NORM_EPS },
  { .offset = offsetof (Params, affine), CJ_NORM_AFFINE },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjShape *x = cj_layer_build_shape (build, 0);
  const gint64 c = x->n_dims > 1 ? x->dims[1] : 1, all = MAX (cj_shape_size (x), 1);
  const gint64 plane = x->n_dims > 1 ? all / MAX (x->dims[0] * c, 1) : 1;
  const CjRowNormAttrs attrs = { .row = c / p->groups * plane, .per = plane, .eps = p->eps };
  const CjShape weights = cj_shape1 (c);

  if (c % p->groups == 0)
    return cj_norm_build_rows (build, &attrs, &weights, p->affine, p->affine, error);
  g_set_error (
      error, CJ_ERROR, CJ_ERROR_SHAPE,
      _ ("cannot split %lld channels into %d groups. Choose a number of groups that divides them."),
      (long long) c, p->groups);
  return FALSE;
}

const CjLayerInfo cj_layer_group_norm = {
  .abi = CJ_LAYER_ABI,
  .id = "group-norm",
  .title = "Group norm",
  .category = "normalisation",
  .blurb = "Normalises groups of channels within each sample, so it does not depend on the batch",
  .formula = "y = w · (x − mean) / √(var + ε) + b, mean and var over a group of channels",
  .biology = "Divisive normalisation within a pool of neurons with like tuning",
  .synonyms = "gn groupnorm normalization",
  .version = 1,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
