/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-adam.h"

guint
cj_adam_count_slots (gconstpointer params)
{
  return ((const CjAdam *) params)->amsgrad ? 3 : 2;
}

/* The compiler makes two loops of this one. */
CJ_CLONES static void
update (const CjAdam *p, const CjOptimizerSlice *s, CjDecay decay)
{
  const float rate = (float) (s->rate / (1 - pow (p->beta1, (double) s->t)));
  const float scale = (float) (1 / sqrt (1 - pow (p->beta2, (double) s->t)));
  const float beta1 = (float) p->beta1, beta2 = (float) p->beta2, epsilon = (float) p->epsilon;
  const float keep1 = (float) (1 - p->beta1), keep2 = (float) (1 - p->beta2);
  float *restrict w = s->w, *restrict m = s->slots[0], *restrict v = s->slots[1];
  float *restrict most = p->amsgrad ? s->slots[2] : NULL;
  const float *restrict gradient = s->g;

  for (gint64 i = 0; i < s->n; i++)
    {
      const float g = gradient[i] + decay.add * w[i];
      float spread;

      m[i] = beta1 * m[i] + keep1 * g;
      spread = v[i] = beta2 * v[i] + keep2 * g * g;
      if (most != NULL)
        spread = most[i] = spread > most[i] ? spread : most[i];
      w[i] = decay.shrink * w[i] - rate * m[i] / (sqrtf (spread) * scale + epsilon);
    }
}

void
cj_adam_update (gconstpointer params, const CjOptimizerSlice *slice)
{
  update (params, slice, cj_optimizer_decay (slice->rate, ((const CjAdam *) params)->decay, FALSE));
}

void
cj_adamw_update (gconstpointer params, const CjOptimizerSlice *slice)
{
  update (params, slice, cj_optimizer_decay (slice->rate, ((const CjAdam *) params)->decay, TRUE));
}
