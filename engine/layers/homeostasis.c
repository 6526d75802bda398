/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-layer.h"

#include <stddef.h>

typedef struct
{
  double target, rate, share, limit;
} Params;

static const CjParam params[] = {
  { .name = "target",
    .title = "Target activity",
    .blurb = "Mean activity that every unit returns to",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, target),
    .preset = 0.2,
    .min = 1e-4,
    .max = 1000,
    .soft_min = 0.01,
    .soft_max = 2,
    .digits = 3,
    .flags = CJ_PARAM_LOG },
  { .name = "rate",
    .title = "Rate",
    .blurb = "Largest share of itself by which a gain moves in a step",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, rate),
    .preset = 0.01,
    .max = 0.5,
    .soft_max = 0.1,
    .digits = 4 },
  { .name = "share",
    .title = "Share of a step",
    .blurb = "How far the usual activity moves towards that of each batch",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, share),
    .preset = 0.1,
    .max = 1,
    .digits = 3,
    .flags = CJ_PARAM_ADVANCED },
  { .name = "limit",
    .title = "Largest gain",
    .blurb = "Where a gain ends; it never falls below the inverse either",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, limit),
    .preset = 100,
    .min = 1,
    .max = 1e6,
    .soft_min = 1,
    .soft_max = 1000,
    .digits = 1,
    .flags = CJ_PARAM_LOG | CJ_PARAM_ADVANCED },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjShape *x = cj_layer_build_shape (build, 0);
  const CjShape units = cj_shape1 (x->n_dims < 2 ? 1 : x->dims[x->n_dims > 3 ? 1 : x->n_dims - 1]);
  const CjHomeostasisAttrs attrs = { p->target, p->rate, p->share, p->limit };
  int in[3] = { build->in[0] };

  in[1] = cj_builder_add_state (build->builder, build->node, "activity", &units,
                                (CjInit){ .kind = CJ_INIT_CONSTANT, .scale = p->target });
  in[2] = cj_builder_add_state (build->builder, build->node, "gain", &units,
                                (CjInit){ .kind = CJ_INIT_ONES });
  return cj_layer_build_emit (build, &cj_op_homeostasis, &attrs, in, 3, &build->out[0], error);
}

const CjLayerInfo cj_layer_homeostasis = {
  .abi = CJ_LAYER_ABI,
  .id = "homeostasis",
  .title = "Homeostasis",
  .category = "circuit",
  .blurb = "Scales every unit up or down, slowly, until its mean activity is the one it is set to",
  .formula = "y = g x; in training a follows the mean of y, and g = g (1 + rate (target − a) / max "
             "(target, |a|)) (after Turrigiano et al. 1998)",
  .biology = "Synaptic scaling: neurons silenced for days make all their synapses stronger, "
             "overactive ones weaker, and keep the differences between them",
  .synonyms = "homeostatic scaling synaptic-scaling turrigiano set-point target-rate",
  .version = 1,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
