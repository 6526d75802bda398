/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-loss-params.h"

#include <stddef.h>

typedef struct
{
  double beta;
  int reduction; /* CjReduction */
} Params;

static const CjParam params[] = {
  { .name = "beta",
    .title = "Beta",
    .blurb = "Width of the rounded tip",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, beta),
    .preset = 1,
    .min = 1e-06,
    .max = 1000000.0,
    .soft_min = 0.1,
    .soft_max = 5,
    .digits = 3 },
  { .offset = offsetof (Params, reduction), CJ_REDUCTION_CHOICES },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;

  return cj_loss_build_pair (build, CJ_PAIR_SMOOTH_L1, p->reduction, p->beta, error);
}

const CjLayerInfo cj_layer_smooth_l1 = {
  .abi = CJ_LAYER_ABI,
  .id = "smooth-l1",
  .title = "Smooth L1",
  .category = "loss",
  .blurb = "Absolute error with a rounded tip",
  .formula = "L = (x − t)²/2β where |x − t| < β, else |x − t| − β/2",
  .synonyms = "smoothl1 robust regression boxes",
  .version = 1,
  .role = CJ_ROLE_LOSS,
  .inputs = cj_loss_inputs,
  .outputs = cj_loss_outputs,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
