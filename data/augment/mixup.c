/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Zhang et al., "mixup: Beyond Empirical Risk Minimization", ICLR 2018. Drawing the target by the share
 * has the mixed loss of the paper as its expectation, and works for every loss. */
#include "cjd-augment.h"

#include <math.h>
#include <stddef.h>

typedef struct
{
  double alpha;
} Params;

static const CjParam params[] = {
  {
      .name = "alpha",
      .title = "Alpha",
      .blurb = "Small values mostly leave one of the two, 1 takes every share alike",
      .kind = CJ_PARAM_FLOAT,
      .offset = offsetof (Params, alpha),
      .preset = 0.2,
      .min = 0.05,
      .max = 2,
      .soft_min = 0.05,
      .soft_max = 1,
      .digits = 2,
  },
  { NULL },
};

/* Beta (a, a) by Johnk's rejection: "Erzeugung von betaverteilten und gammaverteilten Zufallszahlen",
 * Metrika 8, 1964. */
static double
draw_beta (CjRng *rng, double a)
{
  for (guint i = 0; i < 64; i++)
    {
      const double u = pow ((double) cj_rng_uniform (rng), 1 / a);
      const double v = pow ((double) cj_rng_uniform (rng), 1 / a);

      if (u + v > 0 && u + v <= 1)
        return u / (u + v);
    }
  return 0.5;
}

static void
apply (gconstpointer data, CjRng *rng, CjdAugmentCall *call)
{
  const Params *p = data;
  const gint64 n = call->c * call->h * call->w;
  const double share = draw_beta (rng, p->alpha);
  const float keep = (float) share;

  for (gint64 i = 0; i < n; i++)
    call->x[i] = keep * call->x[i] + (1 - keep) * call->other[i];
  call->keep *= share;
  /* after two of them the first sample is left with the product of both shares */
  call->swap = (double) cj_rng_uniform (rng) >= share || call->swap;
}

const CjdAugmentInfo cjd_augment_mixup = {
  .id = "mixup",
  .title = "Mixup",
  .blurb = "Blends each sample with another one; the target is that of one of the two, as often as "
           "its share says",
  .formula = "x' = m x1 + (1 - m) x2, y' = y1 with probability m, else y2; m from Beta (a, a)",
  .params_size = sizeof (Params),
  .params = params,
  .needs_other = TRUE,
  .apply = apply,
};
