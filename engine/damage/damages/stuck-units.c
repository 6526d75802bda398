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

/* At twice a usual answer of the layer. */
static void
run (CjDamageCall *call)
{
  const Params *p = call->params;

  cj_damage_hold (call, (CjDamageOrder) p->order, 2 * call->scale);
}

const CjDamageInfo cj_damage_stuck_units = {
  .abi = CJ_DAMAGE_ABI,
  .size = sizeof (CjDamageInfo),
  .id = "stuck-units",
  .title = "Stuck units",
  .blurb = "Units that fire all the time, whatever they are shown",
  .formula = "a' = 2 s (a) for a share of the units",
  .source = "Séquin and Clay, 1990: Fault tolerance in artificial neural networks",
  .target = CJ_DAMAGE_UNITS,
  .dose = "share of the units",
  .share = TRUE,
  .most = 0.9,
  .version = 1,
  .params = params,
  .params_size = sizeof (Params),
  .run = run,
};
