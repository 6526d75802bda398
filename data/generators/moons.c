/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "toy-2d.h"

typedef struct
{
  CjdToy toy;
} Params;

static const CjParam params[] = {
  CJD_GEN_SAMPLES (CjdToy, 2000, 1000000),
  CJD_GEN_SEED (CjdToy),
  CJD_TOY_NOISE (Params, 0.12),
  { NULL },
};

static void
place (gconstpointer data, CjRng *rng, guint class, double at[2])
{
  const double turns = cjd_gen_range (rng, 0, 0.5), side = class == 0 ? 1 : -1;

  (void) data;
  at[0] = side * (cjd_gen_cos (turns) - 0.5);
  at[1] = side * (cjd_gen_sin (turns) - 0.25);
}

static CjdDataset *
make (gconstpointer data, GError **error)
{
  static const char *const names[] = { "upper", "lower", NULL };

  return cjd_toy_make ("moons", data, 2, names, place, error);
}

const CjdSourceInfo cjd_source_moons = {
  .id = "moons",
  .title = "Moons",
  .blurb = "Two half moons in the plane that reach into each other",
  .params_size = sizeof (Params),
  .params = params,
  .make = make,
};
