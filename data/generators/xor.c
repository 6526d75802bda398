/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "toy-2d.h"

typedef struct
{
  CjdToy toy;
} Params;

static const CjParam params[] = {
  CJD_GEN_SAMPLES (CjdToy, 2000, 1000000),
  CJD_GEN_SEED (CjdToy),
  CJD_TOY_NOISE (Params, 0.05),
  { NULL },
};

static void
place (gconstpointer data, CjRng *rng, guint class, double at[2])
{
  const double side = cjd_gen_chance (rng, 0.5) ? 1 : -1;

  (void) data;
  at[0] = side * cjd_gen_range (rng, 0.05, 1);
  at[1] = (class == 0 ? side : -side) * cjd_gen_range (rng, 0.05, 1);
}

static CjdDataset *
make (gconstpointer data, GError **error)
{
  static const char *const names[] = { "same", "different", NULL };

  return cjd_toy_make ("xor", data, 2, names, place, error);
}

const CjdSourceInfo cjd_source_xor = {
  .id = "xor",
  .title = "XOR",
  .blurb = "Points of the plane, told apart by whether both coordinates have the same sign",
  .params_size = sizeof (Params),
  .params = params,
  .make = make,
};
