/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-loss-params.h"

#include <stddef.h>

typedef struct
{
  char weights[CJ_PARAM_TEXT_SIZE];
  int ignore;
  int reduction; /* CjReduction */
} Params;

static const CjParam params[] = {
  { .offset = offsetof (Params, weights), CJ_LOSS_CLASS_WEIGHTS },
  { .offset = offsetof (Params, ignore), CJ_LOSS_IGNORE },
  { .offset = offsetof (Params, reduction), CJ_REDUCTION_CHOICES },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  CjCrossEntropyAttrs attrs
      = { .reduction = (CjReduction) p->reduction, .ignore = p->ignore, .logs = TRUE };

  return cj_loss_build_classes (build, &attrs, p->weights, error);
}

const CjLayerInfo cj_layer_nll = {
  .abi = CJ_LAYER_ABI,
  .id = "nll",
  .title = "Negative log-likelihood",
  .category = "loss",
  .blurb = "How surprised the network is by the right class; takes logarithms of probabilities, as "
           "Log-softmax gives",
  .formula = "L = −x[target], mean over the batch",
  .synonyms = "nllloss likelihood",
  .version = 1,
  .role = CJ_ROLE_LOSS,
  .inputs = cj_loss_inputs,
  .outputs = cj_loss_outputs,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
