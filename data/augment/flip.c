/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjd-augment.h"

#include <stddef.h>
#include <string.h>

typedef struct
{
  gboolean horizontal, vertical;
} Params;

static const CjParam params[] = {
  {
      .name = "horizontal",
      .title = "Left to right",
      .blurb = "Mirrors half of the pictures left to right",
      .kind = CJ_PARAM_BOOL,
      .offset = offsetof (Params, horizontal),
      .preset = 1,
      .min = 0,
      .max = 0,
  },
  {
      .name = "vertical",
      .title = "Upside down",
      .blurb = "Mirrors half of the pictures upside down",
      .kind = CJ_PARAM_BOOL,
      .offset = offsetof (Params, vertical),
      .preset = 0,
      .min = 0,
      .max = 0,
  },
  { NULL },
};

static void
apply (gconstpointer data, CjRng *rng, CjdAugmentCall *call)
{
  const Params *p = data;
  const gboolean across = (cj_rng_next (rng) >> 31) != 0 && p->horizontal;
  const gboolean down = (cj_rng_next (rng) >> 31) != 0 && p->vertical;
  const gint64 h = call->h, w = call->w;

  if (!across && !down)
    return;
  memcpy (call->scratch, call->x, sizeof (float) * (gsize) (call->c * h * w));
  for (gint64 c = 0; c < call->c; c++)
    for (gint64 i = 0; i < h; i++)
      for (gint64 j = 0; j < w; j++)
        call->x[(c * h + i) * w + j]
            = call->scratch[(c * h + (down ? h - 1 - i : i)) * w + (across ? w - 1 - j : j)];
}

const CjdAugmentInfo cjd_augment_flip = {
  .id = "flip",
  .title = "Flip",
  .blurb = "Turns half of the pictures round, left to right or upside down",
  .formula = "x'(i, j) = x(i, W - 1 - j)",
  .params_size = sizeof (Params),
  .params = params,
  .pictures_only = TRUE,
  .apply = apply,
};
