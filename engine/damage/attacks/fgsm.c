/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One step along the signs of the slopes: equation of section 4 of the paper, then clipped to what
 * features can be. */
#include "cj-attack.h"

#include <stddef.h>

typedef struct
{
  double epsilon;
} Params;

static const CjParam params[] = {
  { .name = "epsilon",
    .title = "Strength",
    .blurb
    = "The most that any feature is changed by, in units of the data: a pixel is from 0 to 1",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, epsilon),
    .preset = 0.1,
    .max = 1,
    .digits = 3,
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

static gboolean
run (const CjAttackCall *call, float *out)
{
  const Params *p = call->params;
  const gint64 d = cj_attack_get_n_features (call), batch = cj_program_get_batch (call->program);

  for (gint64 begin = 0; begin < call->n; begin += batch)
    {
      const gint64 n = MIN (batch, call->n - begin);
      float *rows = out + begin * d;

      cj_attack_slopes (call, call->x + begin * d, begin, n, rows);
      for (gint64 i = 0; i < n * d; i++)
        {
          const float step = (float) p->epsilon * call->unit[i % d];
          const float x = call->x[begin * d + i];

          rows[i] = rows[i] > 0 ? x + step : rows[i] < 0 ? x - step : x;
        }
      cj_attack_project (call, p->epsilon, begin, n, rows);
      if (call->go_on != NULL && !call->go_on ((double) (begin + n) / (double) call->n, call->data))
        return FALSE;
    }
  return TRUE;
}

const CjAttackInfo cj_attack_fgsm = {
  .abi = CJ_ATTACK_ABI,
  .size = sizeof (CjAttackInfo),
  .id = "fgsm",
  .title = "Fast gradient sign",
  .blurb = "Moves every feature by the same small amount, each in the direction that hurts",
  .formula = "x' = clip (x + ε · sign (∂L / ∂x))",
  .source = "Goodfellow, Shlens and Szegedy, 2014: Explaining and harnessing adversarial examples",
  .version = 1,
  .params = params,
  .params_size = sizeof (Params),
  .run = run,
};
