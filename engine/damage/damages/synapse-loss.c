/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-damage.h"

#include <math.h>
#include <stddef.h>

typedef struct
{
  int order;
} Params;

static const CjParam params[] = {
  { .name = "order",
    .title = "Order",
    .blurb = "Which synapses go first; the strength of a synapse is the size of its weight",
    .kind = CJ_PARAM_CHOICE,
    .offset = offsetof (Params, order),
    .max = CJ_DAMAGE_CLUSTERED,
    .choices = cj_damage_orders,
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

static void
run (CjDamageCall *call)
{
  const Params *p = call->params;
  g_autofree float *size = g_new (float, call->size + 1);
  g_autofree guint32 *list = NULL;

  for (gint64 i = 0; i < call->size; i++)
    size[i] = fabsf (call->weights[i]);
  list = cj_damage_list ((CjDamageOrder) p->order, size, call->size, call->seed, call->tensor);
  for (gint64 i = 0; i < cj_damage_count (call->dose, call->size); i++)
    call->weights[list[i]] = 0;
}

const CjDamageInfo cj_damage_synapse_loss = {
  .abi = CJ_DAMAGE_ABI,
  .size = sizeof (CjDamageInfo),
  .id = "synapse-loss",
  .title = "Loss of synapses",
  .blurb = "Cuts synapses: their weights become 0",
  .formula = "w' = 0 for a share of the weights",
  .source = "Horn, Ruppin, Usher and Herrmann, 1993: Neural network modeling of memory "
            "deterioration in Alzheimer’s disease",
  .target = CJ_DAMAGE_WEIGHTS,
  .dose = "share of the synapses",
  .share = TRUE,
  .most = 0.9,
  .version = 1,
  .params = params,
  .params_size = sizeof (Params),
  .run = run,
};
