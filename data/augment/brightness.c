/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjd-augment.h"

#include <stddef.h>

typedef struct
{
  double brightness, contrast;
} Params;

static const CjParam params[] = {
  {
      .name = "brightness",
      .title = "Brightness",
      .blurb = "Most that is added or taken away, where 1 is white",
      .kind = CJ_PARAM_FLOAT,
      .offset = offsetof (Params, brightness),
      .preset = 0.2,
      .min = 0,
      .max = 1,
      .soft_min = 0,
      .soft_max = 0.5,
      .digits = 2,
  },
  {
      .name = "contrast",
      .title = "Contrast",
      .blurb = "Most that the tones spread or narrow, as a share",
      .kind = CJ_PARAM_FLOAT,
      .offset = offsetof (Params, contrast),
      .preset = 0.2,
      .min = 0,
      .max = 0.99,
      .soft_min = 0,
      .soft_max = 0.5,
      .digits = 2,
  },
  { NULL },
};

static void
apply (gconstpointer data, CjRng *rng, CjdAugmentCall *call)
{
  const Params *p = data;
  const gint64 n = call->c * call->h * call->w;
  const float brightness = (float) p->brightness * cj_rng_range (rng, -1, 1);
  const float contrast = 1 + (float) p->contrast * cj_rng_range (rng, -1, 1);
  double mean = 0;

  for (gint64 i = 0; i < n; i++)
    mean += call->x[i];
  mean /= (double) MAX (n, 1);
  for (gint64 i = 0; i < n; i++)
    {
      const float value = (call->x[i] - (float) mean) * contrast + (float) mean + brightness;

      call->x[i] = CLAMP (value, 0, 1);
    }
}

const CjdAugmentInfo cjd_augment_brightness = {
  .id = "brightness",
  .title = "Brightness and contrast",
  .blurb = "Lightens or darkens the picture, and spreads or narrows its tones",
  .formula = "x' = (x - m) c + m + b, m the mean of the picture",
  .params_size = sizeof (Params),
  .params = params,
  .pictures_only = TRUE,
  .apply = apply,
};
