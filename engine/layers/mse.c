/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-loss-params.h"

#include <stddef.h>

typedef struct
{
  int reduction; /* CjReduction */
} Params;

static const CjParam params[] = {
  { .offset = offsetof (Params, reduction), CJ_REDUCTION_CHOICES },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;

  return cj_loss_build_pair (build, CJ_PAIR_SQUARE, p->reduction, 0, error);
}

const CjLayerInfo cj_layer_mse = {
  .abi = CJ_LAYER_ABI,
  .id = "mse",
  .title = "Mean squared error",
  .category = "loss",
  .blurb = "How far the outputs are from their targets, squared: large misses count most",
  .formula = "L = (x − t)², mean over all numbers",
  .biology = "Prediction error, squared: the currency of predictive coding",
  .synonyms = "l2 squared regression autoencoder",
  .version = 1,
  .role = CJ_ROLE_LOSS,
  .inputs = cj_loss_inputs,
  .outputs = cj_loss_outputs,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
