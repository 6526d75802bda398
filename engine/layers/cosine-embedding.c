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
    .blurb = "How alike two that do not belong together may be",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, margin),
    .preset = 0,
    .min = -1,
    .max = 1,
    .soft_max = 1,
    .digits = 3 },
  { .offset = offsetof (Params, reduction), CJ_REDUCTION_CHOICES },
  { NULL },
};

static const CjPort inputs[] = {
  { "a", "First", "N D", CJ_PORT_REQUIRED },
  { "b", "Second", "N D", CJ_PORT_REQUIRED },
  { "target", "Target, 1 or −1", "N", CJ_PORT_OPTIONAL },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjRowLossAttrs attrs
      = { .kind = CJ_ROW_COSINE, .reduction = (CjReduction) p->reduction, .a = p->margin };

  return cj_layer_build_emit (build, &cj_op_row_loss, &attrs, build->in, 3, &build->out[0], error);
}

const CjLayerInfo cj_layer_cosine_embedding = {
  .abi = CJ_LAYER_ABI,
  .id = "cosine-embedding",
  .title = "Cosine embedding",
  .category = "loss",
  .blurb = "Turns vectors that belong together the same way, and others apart",
  .formula = "L = 1 − cos (a, b) where t = 1, max (0, cos (a, b) − m) where t = −1",
  .synonyms = "cosine similarity siamese contrastive",
  .version = 1,
  .role = CJ_ROLE_LOSS,
  .inputs = inputs,
  .outputs = cj_loss_outputs,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
