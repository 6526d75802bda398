/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-loss-params.h"

#include <stddef.h>

typedef struct
{
  double delta;
  int reduction; /* CjReduction */
} Params;

static const CjParam params[] = {
  { .name = "delta",
    .title = "Delta",
    .blurb = "Where the square ends and the straight line begins",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, delta),
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

  return cj_loss_build_pair (build, CJ_PAIR_HUBER, p->reduction, p->delta, error);
}

const CjLayerInfo cj_layer_huber = {
  .abi = CJ_LAYER_ABI,
  .id = "huber",
  .title = "Huber",
  .category = "loss",
  .blurb = "Squared for small misses, absolute for large ones",
  .formula = "L = (x − t)²/2 where |x − t| ≤ δ, else δ · (|x − t| − δ/2)",
  .synonyms = "robust regression",
  .version = 1,
  .role = CJ_ROLE_LOSS,
  .inputs = cj_loss_inputs,
  .outputs = cj_loss_outputs,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
