/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-loss-params.h"

#include <stddef.h>

typedef struct
{
  double weight;
  int reduction; /* CjReduction */
} Params;

static const CjParam params[] = {
  { .name = "weight",
    .title = "Weight",
    .blurb = "How much this loss counts beside the others; above 1 is a β-VAE",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, weight),
    .preset = 1,
    .max = 1e6,
    .soft_max = 10,
    .digits = 4 },
  { .offset = offsetof (Params, reduction),
    .preset = CJ_REDUCTION_BATCH_MEAN,
    CJ_REDUCTION_CHOICES },
  { NULL },
};

static const CjPort inputs[] = { { "mean", "Mean", "N D", CJ_PORT_REQUIRED },
                                 { "log-variance", "Log-variance", "N D", CJ_PORT_REQUIRED },
                                 { NULL } };

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjUnaryAttrs scale = { .kind = CJ_UNARY_AFFINE, .a = p->weight };

  if (!cj_loss_build_pair (build, CJ_PAIR_GAUSSIAN_KL, p->reduction, 0, error))
    return FALSE;
  return p->weight == 1
         || cj_layer_build_emit (build, &cj_op_unary, &scale, &build->out[0], 1, &build->out[0],
                                 error);
}

const CjLayerInfo cj_layer_gaussian_kl = {
  .abi = CJ_LAYER_ABI,
  .id = "gaussian-kl",
  .title = "Gaussian KL",
  .category = "loss",
  .blurb = "Keeps the code of a variational autoencoder near the standard normal",
  .formula = "L = −½ Σ (1 + log σ² − μ² − σ²), mean over the batch",
  .biology = "The cost of a code: beliefs that stay near the prior need fewer spikes",
  .synonyms = "vae kl variational latent",
  .version = 1,
  .role = CJ_ROLE_LOSS,
  .inputs = inputs,
  .outputs = cj_loss_outputs,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
