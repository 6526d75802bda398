/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-loss-params.h"

#include <stddef.h>

typedef struct
{
  int reduction; /* CjReduction */
} Params;

static const CjParam params[] = {
  { .offset = offsetof (Params, reduction),
    .preset = CJ_REDUCTION_BATCH_MEAN,
    CJ_REDUCTION_CHOICES },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;

  return cj_loss_build_pair (build, CJ_PAIR_KL, p->reduction, 0, error);
}

const CjLayerInfo cj_layer_kl_divergence = {
  .abi = CJ_LAYER_ABI,
  .id = "kl-divergence",
  .title = "KL divergence",
  .category = "loss",
  .blurb = "How much the target distribution differs from the one in the network; takes logarithms "
           "of probabilities",
  .formula = "L = Σ t · (log t − x), mean over the batch",
  .biology = "Bayesian surprise: how far what is seen moves what was believed",
  .synonyms = "kl kldiv relative-entropy distillation",
  .version = 1,
  .role = CJ_ROLE_LOSS,
  .inputs = cj_loss_inputs,
  .outputs = cj_loss_outputs,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
