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

  return cj_loss_build_pair (build, CJ_PAIR_BCE, p->reduction, 0, error);
}

const CjLayerInfo cj_layer_bce = {
  .abi = CJ_LAYER_ABI,
  .id = "bce",
  .title = "Binary cross-entropy of probabilities",
  .category = "loss",
  .blurb = "For outputs that are each yes or no; takes probabilities, as Sigmoid gives",
  .formula = "L = −t · log x − (1 − t) · log (1 − x)",
  .synonyms = "bceloss",
  .version = 1,
  .role = CJ_ROLE_LOSS,
  .inputs = cj_loss_inputs,
  .outputs = cj_loss_outputs,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
