/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-local-rule.h"

#include <stddef.h>

typedef struct
{
  CjLocalParams local;
  int columns, steps;
  double width, least;
} Params;

static const CjParam params[] = {
  { .name = "columns",
    .title = "Columns",
    .blurb = "Units in a row of the map; 0 makes it as square as it can be",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, columns),
    .max = 100000,
    .soft_max = 40 },
  { .name = "width",
    .title = "Neighbourhood",
    .blurb = "How far around the winner units learn with it at first, in units of the map",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, width),
    .preset = 3,
    .min = 0.01,
    .max = 1000,
    .soft_max = 10,
    .digits = 2 },
  { .name = "least",
    .title = "At last",
    .blurb = "How far in the end",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, least),
    .preset = 0.5,
    .min = 0.01,
    .max = 1000,
    .soft_max = 3,
    .digits = 2 },
  { .name = "steps",
    .title = "Shrinks over",
    .blurb = "Steps of training until the neighbourhood is as small as it gets",
    .unit = "steps",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, steps),
    .preset = 2000,
    .min = 0,
    .max = 1e9,
    .soft_max = 10000 },
  { CJ_LOCAL_PASSES, .offset = offsetof (Params, local.passes) },
  { NULL },
};

static void
apply (CjRulePass *pass)
{
  const Params *p = pass->params;

  cj_local_rule_apply (pass, &(CjLocalAttrs){ .kind = CJ_LOCAL_KOHONEN,
                                              .width = p->width,
                                              .least = p->least,
                                              .steps = p->steps,
                                              .columns = p->columns });
}

const CjRuleInfo cj_rule_kohonen = {
  .abi = CJ_RULE_ABI,
  .id = "kohonen",
  .title = "Kohonen map",
  .blurb
  = "The unit nearest to the sample moves towards it and takes its neighbours along, so that near "
    "units come to stand for like samples",
  .formula = "Δwᵤ = η exp (−d(u, k)² / 2σ²) (x − wᵤ) for k = arg min |x − wₖ|",
  .source = "Kohonen, Self-organized formation of topologically correct feature maps, Biological "
            "Cybernetics, 1982",
  .local = "A synapse knows what came in over it and its own weight",
  .distant
  = "Which unit won and how far away it is, as activity that spreads over the layer would tell",
  .params_size = sizeof (Params),
  .params = params,
  .apply = apply,
};
