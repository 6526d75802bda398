/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "toy-2d.h"

#include <math.h>

typedef struct
{
  CjdToy toy;
  int arms;
  double turns;
} Params;

static const CjParam params[] = {
  CJD_GEN_SAMPLES (CjdToy, 2000, 1000000),
  CJD_GEN_SEED (CjdToy),
  CJD_TOY_NOISE (Params, 0.03),
  { .name = "arms",
    .title = "Arms",
    .blurb = "How many spirals wind around each other, each a class",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, arms),
    .preset = 2,
    .min = 2,
    .max = 10,
    .flags = CJ_PARAM_RESHAPES },
  { .name = "turns",
    .title = "Turns",
    .blurb = "How often an arm goes around",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, turns),
    .preset = 1.5,
    .max = 10,
    .soft_min = 0.5,
    .soft_max = 3,
    .digits = 2 },
  { NULL },
};

static void
place (gconstpointer data, CjRng *rng, guint class, double at[2])
{
  const Params *p = data;
  /* The root spreads the points evenly along the arm, which grows with the radius. */
  const double radius = sqrt (cjd_gen_range (rng, 0.01, 1));
  const double turns = p->turns * radius + (double) class / p->arms;

  at[0] = radius * cjd_gen_cos (turns);
  at[1] = radius * cjd_gen_sin (turns);
}

static CjdDataset *
make (gconstpointer data, GError **error)
{
  const Params *p = data;

  return cjd_toy_make_numbered ("spirals", data, (guint) p->arms, "arm", place, error);
}

const CjdSourceInfo cjd_source_spirals = {
  .id = "spirals",
  .title = "Spirals",
  .blurb = "Spirals in the plane wound around each other, the classic test of hidden layers",
  .params_size = sizeof (Params),
  .params = params,
  .make = make,
};
