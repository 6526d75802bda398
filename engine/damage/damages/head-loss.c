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

const CjDamageInfo cj_damage_head_loss = {
  .abi = CJ_DAMAGE_ABI,
  .size = sizeof (CjDamageInfo),
  .id = "head-loss",
  .title = "Lesion of heads",
  .blurb = "Silences heads of attention: what they gather is not heard",
  .formula = "y = [g₁ head₁, g₂ head₂ …] W_o, g = 0 for a share of the heads; importance of a head "
             "|Σ a · ∂L / ∂a|",
  .source = "Michel, Levy and Neubig, 2019: Are sixteen heads really better than one?, equation 2",
  .target = CJ_DAMAGE_HEADS,
  .dose = "share of the heads",
  .share = TRUE,
  .most = 0.9,
  .version = 1,
  .params = params,
  .params_size = sizeof (Params),
  .run = run,
};
