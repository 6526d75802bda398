/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "toy-2d.h"

typedef struct
{
  CjdToy toy;
  double inner;
} Params;

static const CjParam params[] = {
  CJD_GEN_SAMPLES (CjdToy, 2000, 1000000),
  CJD_GEN_SEED (CjdToy),
  CJD_TOY_NOISE (Params, 0.08),
  { .name = "inner",
    .title = "Inner radius",
    .blurb = "Radius of the inner circle, where the outer one has 1",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, inner),
    .preset = 0.5,
    .max = 1,
    .digits = 2 },
  { NULL },
};

static void
place (gconstpointer data, CjRng *rng, guint class, double at[2])
{
  const Params *p = data;
  const double turns = cjd_gen_range (rng, 0, 1), radius = class == 0 ? p->inner : 1;

  at[0] = radius * cjd_gen_cos (turns);
  at[1] = radius * cjd_gen_sin (turns);
}

static CjdDataset *
make (gconstpointer data, GError **error)
{
  static const char *const names[] = { "inner", "outer", NULL };

  return cjd_toy_make ("circles", data, 2, names, place, error);
}

const CjdSourceInfo cjd_source_circles = {
  .id = "circles",
  .title = "Circles",
  .blurb = "A circle in the plane inside another one",
  .params_size = sizeof (Params),
  .params = params,
  .make = make,
};
