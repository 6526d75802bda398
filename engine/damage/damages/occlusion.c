/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-damage.h"

#include <math.h>

/* A square of a picture, or a run of features, anywhere in it, becomes the middle of what features can be. The
 * middle of the square is the same for every dose. */
static void
run (CjDamageCall *call)
{
  const CjShape *s = call->sample;
  const gint64 d = cj_shape_size (s);
  const gint64 h = s->n_dims == 3 ? s->dims[1] : 1, w = s->n_dims == 3 ? s->dims[2] : d;
  const double share = CLAMP (call->dose, 0, 1);
  const double tall = s->n_dims == 3 ? sqrt (share) * (double) h : share > 0;
  const double wide = s->n_dims == 3 ? sqrt (share) * (double) w : share * (double) w;

  for (gint64 i = 0; i < call->n; i++)
    {
      CjRng rng;
      double top, left;

      cj_rng_init (&rng, call->seed, CJ_RNG_DAMAGE, (guint64) (call->begin + i));
      top = (double) cj_rng_uniform (&rng) * ((double) h - tall);
      left = (double) cj_rng_uniform (&rng) * ((double) w - wide);
      for (gint64 j = 0; j < d; j++)
        {
          const double y = (double) (j / w % h) + 0.5, x = (double) (j % w) + 0.5;
          const gboolean bounded = isfinite (call->low[j]) && isfinite (call->high[j]);

          if (y >= top && y < top + tall && x >= left && x < left + wide)
            call->x[i * d + j] = bounded ? (call->low[j] + call->high[j]) / 2 : 0;
        }
    }
}

const CjDamageInfo cj_damage_occlusion = {
  .abi = CJ_DAMAGE_ABI,
  .size = sizeof (CjDamageInfo),
  .id = "occlusion",
  .title = "Occlusion",
  .blurb = "Covers a square of every picture with grey",
  .formula = "x' = ½ inside a square, else x",
  .source = "DeVries and Taylor, 2017: Improved regularization of convolutional neural networks "
            "with cutout",
  .target = CJ_DAMAGE_SAMPLES,
  .dose = "share of the picture",
  .share = TRUE,
  .most = 0.7,
  .version = 1,
  .run = run,
};
