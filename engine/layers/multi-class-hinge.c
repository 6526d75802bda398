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
    .blurb = "By how much the right class must lead",
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
  const CjRowLossAttrs attrs
      = { .kind = CJ_ROW_MULTI_HINGE, .reduction = (CjReduction) p->reduction, .a = p->margin };

  return cj_layer_build_emit (build, &cj_op_row_loss, &attrs, build->in, 2, &build->out[0], error);
}

const CjLayerInfo cj_layer_multi_class_hinge = {
  .abi = CJ_LAYER_ABI,
  .id = "multi-class-hinge",
  .title = "Multi-class hinge",
  .category = "loss",
  .blurb = "Asks the right class to score higher than every other by a margin",
  .formula = "L = Σ max (0, m − x[target] + x[k]) / K over the other classes",
  .synonyms = "multimargin svm margin",
  .version = 1,
  .role = CJ_ROLE_LOSS,
  .inputs = cj_loss_inputs,
  .outputs = cj_loss_outputs,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
