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
    .blurb = "By how much the stranger must be farther away",
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

static const CjPort inputs[] = {
  { "anchor", "Anchor", "N D", CJ_PORT_REQUIRED },
  { "positive", "Like", "N D", CJ_PORT_REQUIRED },
  { "negative", "Unlike", "N D", CJ_PORT_REQUIRED },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjRowLossAttrs attrs
      = { .kind = CJ_ROW_TRIPLET, .reduction = (CjReduction) p->reduction, .a = p->margin };

  return cj_layer_build_emit (build, &cj_op_row_loss, &attrs, build->in, 3, &build->out[0], error);
}

const CjLayerInfo cj_layer_triplet = {
  .abi = CJ_LAYER_ABI,
  .id = "triplet",
  .title = "Triplet",
  .category = "loss",
  .blurb = "Asks an anchor to lie nearer to one of its kind than to a stranger, by a margin",
  .formula = "L = max (0, m + |a − p| − |a − n|)",
  .synonyms = "tripletmargin metric siamese",
  .version = 1,
  .role = CJ_ROLE_LOSS,
  .inputs = inputs,
  .outputs = cj_loss_outputs,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
