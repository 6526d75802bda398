/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-pool-params.h"

#include <stddef.h>

typedef struct
{
  int size[2];
} Params;

static const CjParam params[] = {
  { .offset = offsetof (Params, size), CJ_POOL_SIZE },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjPoolAttrs attrs = { .out_h = p->size[0], .out_w = p->size[1] };

  return cj_window_pool (build, &cj_op_avg_pool2d, &attrs, error);
}

const CjLayerInfo cj_layer_adaptive_avg_pool_2d = {
  .abi = CJ_LAYER_ABI,
  .id = "adaptive-avg-pool-2d",
  .title = "Adaptive average pool 2D",
  .category = "feature",
  .blurb = "Takes the mean over windows chosen so that the result has the wanted size",
  .formula = "y[i] = mean of x from ⌊i · n / m⌋ to ⌈(i + 1) · n / m⌉",
  .synonyms = "adaptiveavgpool2d",
  .version = 1,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
