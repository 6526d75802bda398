/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "toy-2d.h"

#define MAX_BLOBS 20
#define TRIES 12

typedef struct
{
  CjdToy toy;
  int blobs;
} Params;

/* What `place` is given: the parameters and the centres. */
typedef struct
{
  Params params;
  double centres[MAX_BLOBS][2];
} Blobs;

static const CjParam params[] = {
  CJD_GEN_SAMPLES (CjdToy, 2000, 1000000),
  CJD_GEN_SEED (CjdToy),
  CJD_TOY_NOISE (Params, 0.16),
  { .name = "blobs",
    .title = "Blobs",
    .blurb = "How many clouds of points there are, each a class",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, blobs),
    .preset = 4,
    .min = 2,
    .max = MAX_BLOBS,
    .soft_min = 2,
    .soft_max = 8,
    .flags = CJ_PARAM_RESHAPES },
  { NULL },
};

/* Of some random places, the one farthest from the centres before. */
static void
choose_centre (Blobs *blobs, guint i, CjRng *rng)
{
  double best = -1;

  for (guint try = 0; try < TRIES; try++)
    {
      const double x = cjd_gen_range (rng, -1, 1), y = cjd_gen_range (rng, -1, 1);
      double nearest = G_MAXDOUBLE;

      for (guint j = 0; j < i; j++)
        {
          const double dx = x - blobs->centres[j][0], dy = y - blobs->centres[j][1];

          nearest = MIN (nearest, dx * dx + dy * dy);
        }
      if (nearest > best)
        {
          best = nearest;
          blobs->centres[i][0] = x;
          blobs->centres[i][1] = y;
        }
    }
}

static void
place (gconstpointer data, CjRng *rng, guint class, double at[2])
{
  const Blobs *blobs = data;

  (void) rng;
  at[0] = blobs->centres[class][0];
  at[1] = blobs->centres[class][1];
}

static CjdDataset *
make (gconstpointer data, GError **error)
{
  Blobs blobs = { *(const Params *) data };
  CjRng rng;

  cjd_gen_start (&rng, blobs.params.toy.seed, CJD_GEN_COMMON);
  for (guint i = 0; i < (guint) blobs.params.blobs; i++)
    choose_centre (&blobs, i, &rng);
  return cjd_toy_make_numbered ("blobs", &blobs, (guint) blobs.params.blobs, "blob", place, error);
}

const CjdSourceInfo cjd_source_blobs = {
  .id = "blobs",
  .title = "Blobs",
  .blurb = "Round clouds of points in the plane",
  .params_size = sizeof (Params),
  .params = params,
  .make = make,
};
