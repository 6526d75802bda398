/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gabor patches: stripes under a bell-shaped window, as shown to simple cells since Hubel and Wiesel.
 * The class is the direction of the stripes; phase, frequency, contrast, size and place are free. */
#include "cjd-gen.h"

#define SIDE 28
#define MAX_CLASSES 36

typedef struct
{
  int samples, seed, orientations;
  double noise, contrast, spread;
} Params;

static const CjParam params[] = {
  CJD_GEN_SAMPLES (Params, 8000, 500000),
  CJD_GEN_SEED (Params),
  { .name = "orientations",
    .title = "Orientations",
    .blurb = "How many directions of stripes there are, each a class",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, orientations),
    .preset = 8,
    .min = 2,
    .max = MAX_CLASSES,
    .soft_min = 2,
    .soft_max = 18,
    .flags = CJ_PARAM_RESHAPES },
  { .name = "noise",
    .title = "Noise",
    .blurb = "Deviation of the noise on every pixel, where 1 is white",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, noise),
    .preset = 0.08,
    .max = 1,
    .soft_max = 0.5,
    .digits = 2 },
  { .name = "contrast",
    .title = "Least contrast",
    .blurb = "Contrast of the faintest stripes; the strongest have 1",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, contrast),
    .preset = 0.3,
    .max = 1,
    .digits = 2 },
  { .name = "spread",
    .title = "Spread",
    .blurb = "How far the direction may be off that of its class, to either side",
    .unit = "°",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, spread),
    .preset = 4,
    .max = 90,
    .soft_max = 15,
    .digits = 1 },
  { NULL },
};

static void
draw (const Params *p, guint class, guint64 index, guint8 *pixels)
{
  double across[SIDE], down[SIDE];
  CjRng rng;

  cjd_gen_start (&rng, p->seed, index);

  const double degrees = 180.0 * class / p->orientations + cjd_gen_range (&rng, -1, 1) * p->spread;
  const double frequency = cjd_gen_range (&rng, 0.09, 0.24); /* cycles a pixel */
  const double phase = cjd_gen_range (&rng, 0, 1);
  const double contrast = p->contrast + (1 - p->contrast) * cjd_gen_range (&rng, 0, 1);
  const double width = cjd_gen_range (&rng, 4.5, 8);
  const double cx = SIDE / 2.0 + cjd_gen_range (&rng, -3, 3);
  const double cy = SIDE / 2.0 + cjd_gen_range (&rng, -3, 3);
  /* The wave runs across the stripes; rows count downwards, angles the other way. */
  const double wave_x = frequency * cjd_gen_sin (degrees / 360);
  const double wave_y = frequency * cjd_gen_cos (degrees / 360);

  for (guint i = 0; i < SIDE; i++)
    {
      const double x = (i + 0.5 - cx) / width, y = (i + 0.5 - cy) / width;

      across[i] = cjd_gen_exp (-x * x / 2);
      down[i] = contrast / 2 * cjd_gen_exp (-y * y / 2);
    }
  for (guint row = 0; row < SIDE; row++)
    for (guint column = 0; column < SIDE; column++)
      {
        const double wave = cjd_gen_sin (wave_x * column + wave_y * row + phase);

        pixels[row * SIDE + column] = cjd_gen_byte (0.5 + across[column] * down[row] * wave
                                                    + p->noise * cjd_gen_grain (&rng));
      }
}

static CjdDataset *
make (gconstpointer data, GError **error)
{
  const Params *p = data;
  const CjShape shape = cj_shape4 (p->samples, 1, SIDE, SIDE), labels = cj_shape1 (p->samples);
  const guint n_classes = (guint) p->orientations;
  g_auto (GStrv) names = g_new0 (char *, n_classes + 1);
  CjTensor *x = cjd_gen_tensor (CJ_UINT8, &shape, error), *y;

  if (x == NULL)
    return NULL;
  y = cj_tensor_new (CJ_INT32, &labels);
  for (guint i = 0; i < n_classes; i++)
    {
      char degrees[G_ASCII_DTOSTR_BUF_SIZE];

      g_ascii_formatd (degrees, sizeof degrees, "%.4g", 180.0 * i / n_classes);
      names[i] = g_strconcat (degrees, "°", NULL);
    }
  for (gsize i = 0; i < (gsize) p->samples; i++)
    {
      const guint class = (guint) (i % n_classes);

      draw (p, class, i, (guint8 *) x->data + i * SIDE * SIDE);
      cj_tensor_i32 (y)[i] = (gint32) class;
    }
  return cjd_gen_finish ("gratings", x, y, n_classes, (const char *const *) names, p->seed);
}

const CjdSourceInfo cjd_source_gratings = {
  .id = "gratings",
  .title = "Gratings",
  .blurb = "Patches of stripes, 28×28 pixels, told apart by their direction",
  .params_size = sizeof (Params),
  .params = params,
  .make = make,
};
