/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Points of the plane in classes: what moons, spirals, circles, xor and blobs share. */
#pragma once

#include "cjd-gen.h"

G_BEGIN_DECLS

/* The first fields of every toy's parameters, in this order. */
typedef struct
{
  int samples, seed;
  double noise;
} CjdToy;

#define CJD_TOY_NOISE(Params, deviation)                                                           \
  {                                                                                                \
    .name = "noise", .title = "Noise",                                                             \
    .blurb = "Deviation of the random step each point is moved by", .kind = CJ_PARAM_FLOAT,        \
    .offset = offsetof (Params, toy.noise), .preset = (deviation), .max = 10, .soft_max = 0.5,     \
    .digits = 2                                                                                    \
  }

/* Puts one point of `class` at `at`, before the noise. */
typedef void (*CjdToyPlace) (gconstpointer params, CjRng *rng, guint class, double at[2]);

/* Float32 [N, 2] points with int32 [N] classes, equally many each; `params` starts with a CjdToy. */
CjdDataset *cjd_toy_make (const char *name, gconstpointer params, guint n_classes,
                          const char *const *class_names, CjdToyPlace place, GError **error);

/* The same with the classes called "`word` 1", "`word` 2" and so on. */
CjdDataset *cjd_toy_make_numbered (const char *name, gconstpointer params, guint n_classes,
                                   const char *word, CjdToyPlace place, GError **error);

G_END_DECLS
