/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-layer.h"

#include <stddef.h>

typedef struct
{
  int units;
  int count; /* of counts */
  double share;
} Params;

static const char *const counts[] = { "shares", "class", NULL };

static const CjParam params[] = {
  { .name = "units",
    .title = "Classes",
    .blurb = "As many as the data has",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, units),
    .preset = 10,
    .min = 1,
    .max = 100000,
    .soft_max = 100,
    .flags = CJ_PARAM_RESHAPES },
  { .name = "count",
    .title = "A neuron votes for",
    .blurb = "All classes, in the shares in which they made it answer, or only for the class that "
             "made it answer most",
    .kind = CJ_PARAM_CHOICE,
    .offset = offsetof (Params, count),
    .choices = counts,
    .max = 1 },
  { .name = "share",
    .title = "Share of a sample",
    .blurb = "How far a neuron's usual answer to a class moves towards that to a sample of it",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, share),
    .preset = 0.01,
    .max = 1,
    .soft_max = 0.1,
    .digits = 4,
    .flags = CJ_PARAM_LOG | CJ_PARAM_ADVANCED },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjVoteAttrs attrs = { .share = p->share, .by_class = p->count == 1 };
  const CjShape *x = cj_layer_build_shape (build, 0);
  const CjShape usual = cj_shape2 (p->units, x->n_dims > 0 ? x->dims[x->n_dims - 1] : 1);
  int in[3] = { build->in[0], CJ_NO_VALUE, build->in[1] };

  in[1] = cj_builder_add_state (build->builder, build->node, "usual", &usual,
                                (CjInit){ .kind = CJ_INIT_ZEROS });
  return cj_layer_build_emit (build, &cj_op_vote, &attrs, in, 3, &build->out[0], error);
}

static const CjPort inputs[] = { { "x", "Activity", "N U", CJ_PORT_REQUIRED },
                                 { "target", "Target", "N", CJ_PORT_OPTIONAL },
                                 { NULL } };
static const CjPort outputs[] = { { "y", "Scores", "N K", CJ_PORT_REQUIRED }, { NULL } };

const CjLayerInfo cj_layer_class_vote = {
  .abi = CJ_LAYER_ABI,
  .id = "class-vote",
  .title = "Class vote",
  .category = "spiking",
  .blurb
  = "Reads a class off units that learned without one: it notes in training which classes make "
    "each of them answer, and lets them vote; nothing before it learns from the classes",
  .formula
  = "shares: v = Σᵤ xᵤ Rₖᵤ / Σⱼ Rⱼᵤ; class: v = mean of xᵤ over units whose largest R is that "
    "of k; y = log (v / Σ v), R the mean answer to class k (Diehl and Cook 2015)",
  .biology = "It is the experimenter, not the brain: a place cell is named by where it fires",
  .synonyms = "label neurons readout assignment proportion all-activity diehl cook unsupervised",
  .version = 1,
  .inputs = inputs,
  .outputs = outputs,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
