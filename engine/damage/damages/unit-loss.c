/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-damage.h"

#include <stddef.h>

typedef struct
{
  int order;
} Params;

static const CjParam params[] = {
  { CJ_DAMAGE_UNIT_ORDER, .offset = offsetof (Params, order) },
  { NULL },
};

static void
run (CjDamageCall *call)
{
  const Params *p = call->params;

  cj_damage_hold (call, (CjDamageOrder) p->order, 0);
}

const CjDamageInfo cj_damage_unit_loss = {
  .abi = CJ_DAMAGE_ABI,
  .size = sizeof (CjDamageInfo),
  .id = "unit-loss",
  .title = "Lesion of units",
  .blurb = "Silences units, or channels of maps: they answer 0 to everything",
  .formula = "a' = 0 for a share of the units",
  .source = "Sejnowski and Rosenberg, 1987: Parallel networks that learn to pronounce English text",
  .target = CJ_DAMAGE_UNITS,
  .dose = "share of the units",
  .share = TRUE,
  .most = 0.9,
  .version = 1,
  .params = params,
  .params_size = sizeof (Params),
  .run = run,
};
