/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-loss-params.h"

#include <glib/gi18n-lib.h>
#include <stddef.h>

typedef struct
{
  char weights[CJ_PARAM_TEXT_SIZE];
  int reduction; /* CjReduction */
} Params;

static const CjParam params[] = {
  { .name = "weights",
    .title = "Positive weight",
    .blurb = "How much a missed 1 counts against a false one: one number, or one an output, as "
             "“3” or “1 5 2”; empty: alike",
    .kind = CJ_PARAM_TEXT,
    .offset = offsetof (Params, weights),
    .flags = CJ_PARAM_ADVANCED },
  { .offset = offsetof (Params, reduction), CJ_REDUCTION_CHOICES },
  { NULL },
};

static gboolean
is_sigmoid (const CjOp *op)
{
  return ((const CjUnaryAttrs *) op->attrs)->kind == CJ_UNARY_SIGMOID;
}

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  CjPairLossAttrs attrs = { .kind = CJ_PAIR_BCE_LOGITS, .reduction = (CjReduction) p->reduction };

  cj_loss_fold (
      build, &cj_op_unary, is_sigmoid,
      _ ("has a sigmoid inside, so the one before it is folded into it: the loss takes the "
         "scores. Remove the sigmoid, or keep it to look at probabilities."));
  return cj_weights_parse (p->weights, &attrs.weights, error)
         && cj_layer_build_emit (build, &cj_op_pair_loss, &attrs, build->in, 2, &build->out[0],
                                 error);
}

const CjLayerInfo cj_layer_bce_logits = {
  .abi = CJ_LAYER_ABI,
  .id = "bce-logits",
  .title = "Binary cross-entropy",
  .category = "loss",
  .blurb = "For outputs that are each yes or no; takes scores before any sigmoid",
  .formula = "L = −t · log σ (x) − (1 − t) · log (1 − σ (x))",
  .biology = "Surprise, for every output by itself: many answers may be right at once",
  .synonyms = "bce bcewithlogits logistic multi-label",
  .version = 1,
  .role = CJ_ROLE_LOSS,
  .inputs = cj_loss_inputs,
  .outputs = cj_loss_outputs,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
