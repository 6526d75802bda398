/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-loss-params.h"

#include <stddef.h>

typedef struct
{
  double margin;
  int reduction; /* CjReduction */
} Params;

static const CjParam params[] = {
  { .name = "margin",
    .title = "Margin",
    .blurb = "By how much an answer must be right",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, margin),
    .preset = 1,
    .min = 0,
    .max = 1000000.0,
    .soft_max = 5,
    .digits = 3 },
  { .offset = offsetof (Params, reduction), CJ_REDUCTION_CHOICES },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;

  return cj_loss_build_pair (build, CJ_PAIR_HINGE, p->reduction, p->margin, error);
}

const CjLayerInfo cj_layer_hinge = {
  .abi = CJ_LAYER_ABI,
  .id = "hinge",
  .title = "Hinge",
  .category = "loss",
  .blurb = "Asks of outputs that are each yes or no to be right by a margin; then is content",
  .formula = "L = max (0, m − t · x), t = 1 or −1 (0 counts as −1)",
  .biology = "The perceptron rule: no lesson where the answer is clearly right",
  .synonyms = "svm margin",
  .version = 1,
  .role = CJ_ROLE_LOSS,
  .inputs = cj_loss_inputs,
  .outputs = cj_loss_outputs,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
