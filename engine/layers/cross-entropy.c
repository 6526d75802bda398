/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-loss-params.h"

#include <glib/gi18n-lib.h>
#include <stddef.h>

typedef struct
{
  double smoothing;
  char weights[CJ_PARAM_TEXT_SIZE];
  int ignore;
  int reduction; /* CjReduction */
} Params;

static const CjParam params[] = {
  { .name = "smoothing",
    .title = "Label smoothing",
    .blurb = "Share of the target spread over all classes, against too sure answers",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, smoothing),
    .max = 1,
    .soft_max = 0.3,
    .digits = 2 },
  { .offset = offsetof (Params, weights), CJ_LOSS_CLASS_WEIGHTS },
  { .offset = offsetof (Params, ignore), CJ_LOSS_IGNORE },
  { .offset = offsetof (Params, reduction), CJ_REDUCTION_CHOICES },
  { NULL },
};

static gboolean
is_softmax (const CjOp *op)
{
  const CjSoftmaxAttrs *a = op->attrs;

  return !a->log && a->axis == (op->in_shape[0].n_dims == 4 ? 1 : (int) op->in_shape[0].n_dims - 1);
}

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  CjCrossEntropyAttrs attrs
      = { .reduction = (CjReduction) p->reduction, .ignore = p->ignore, .smoothing = p->smoothing };

  cj_loss_fold (
      build, &cj_op_softmax, is_softmax,
      _ ("has a softmax inside, so the one before it is folded into it: the loss takes the "
         "scores. Remove the softmax, or keep it to look at probabilities."));
  return cj_loss_build_classes (build, &attrs, p->weights, error);
}

const CjLayerInfo cj_layer_cross_entropy = {
  .abi = CJ_LAYER_ABI,
  .id = "cross-entropy",
  .title = "Cross-entropy",
  .category = "loss",
  .blurb = "How surprised the network is by the right class; takes scores before any softmax",
  .formula = "L = −Σ t[k] · log softmax (x)[k], mean over the batch",
  .biology = "Surprise: the less likely the right answer was held, the stronger the lesson",
  .synonyms = "ce softmax crossentropy classification",
  .version = 1,
  .role = CJ_ROLE_LOSS,
  .inputs = cj_loss_inputs,
  .outputs = cj_loss_outputs,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
