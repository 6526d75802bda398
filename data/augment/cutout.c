/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DeVries and Taylor, "Improved Regularization of Convolutional Neural Networks with Cutout", 2017. */
#include "cjd-augment.h"

#include <stddef.h>

typedef struct
{
  int size;
} Params;

static const CjParam params[] = {
  {
      .name = "size",
      .title = "Size",
      .blurb = "Side of the square",
      .unit = "px",
      .kind = CJ_PARAM_INT,
      .offset = offsetof (Params, size),
      .preset = 8,
      .min = 1,
      .max = 4096,
      .soft_min = 1,
      .soft_max = 32,
  },
  { NULL },
};

static void
apply (gconstpointer data, CjRng *rng, CjdAugmentCall *call)
{
  const Params *p = data;
  const gint64 plane = call->h * call->w;
  const gint64 top = (gint64) cj_rng_below (rng, (guint32) call->h) - p->size / 2;
  const gint64 left = (gint64) cj_rng_below (rng, (guint32) call->w) - p->size / 2;

  for (gint64 c = 0; c < call->c; c++)
    {
      float *x = call->x + c * plane;
      double mean = 0;

      for (gint64 i = 0; i < plane; i++)
        mean += x[i];
      mean /= (double) MAX (plane, 1);
      for (gint64 i = MAX (top, 0); i < MIN (top + p->size, call->h); i++)
        for (gint64 j = MAX (left, 0); j < MIN (left + p->size, call->w); j++)
          x[i * call->w + j] = (float) mean;
    }
}

const CjdAugmentInfo cjd_augment_cutout = {
  .id = "cutout",
  .title = "Cutout",
  .blurb
  = "Paints a square of the mean colour over a random place, so that no single part may decide",
  .formula = "x'(p) = mean for p in a square of side a",
  .params_size = sizeof (Params),
  .params = params,
  .pictures_only = TRUE,
  .apply = apply,
};
