/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the generators share. Only additions, products, divisions and square roots, which IEEE 754
 * rounds alike on every machine: no sine, exponential or normal of libm goes into a sample. */
#pragma once

#include "cj-param.h"
#include "cj-rng.h"
#include "cjd-source.h"

#include <stddef.h>

G_BEGIN_DECLS

/* Streams that belong to the data set, not to one sample, count from here. */
#define CJD_GEN_COMMON (G_GUINT64_CONSTANT (1) << 40)

/* Rows of a parameter table that every source has; the fields are `int samples, seed`. */
#define CJD_GEN_SAMPLES(Params, count, most)                                                       \
  {                                                                                                \
    .name = "samples", .title = "Samples",                                                         \
    .blurb = "How many samples are made, training, validation and test together",                  \
    .kind = CJ_PARAM_INT, .offset = offsetof (Params, samples), .preset = (count), .min = 1,       \
    .max = (most), .soft_min = 100, .soft_max = MIN (50000, (most)), .flags = CJ_PARAM_LOG         \
  }
#define CJD_GEN_SEED(Params)                                                                       \
  {                                                                                                \
    .name = "seed", .title = "Seed", .blurb = "Another seed makes other samples of the same kind", \
    .kind = CJ_PARAM_INT, .offset = offsetof (Params, seed), .preset = 1, .max = G_MAXINT32,       \
    .soft_max = 100                                                                                \
  }

/* Starts the stream of sample `index`. */
void cjd_gen_start (CjRng *rng, int seed, guint64 index);

/* Near-normal with mean 0 and deviation 1: twelve uniform numbers, so within -6 .. 6. */
double cjd_gen_normal (CjRng *rng);
/* The same from four bytes, within -3.5 .. 3.5: coarse and fast, for noise on pixels. */
double cjd_gen_grain (CjRng *rng);
double cjd_gen_range (CjRng *rng, double low, double high); /* uniform in [low, high) */
gboolean cjd_gen_chance (CjRng *rng, double share);         /* TRUE in `share` of the calls */

/* Sine and cosine of an angle in turns, error below 1e-9. */
double cjd_gen_sin (double turns);
double cjd_gen_cos (double turns);
/* e^x for x <= 0, relative error below 1e-9; 0 below -60. */
double cjd_gen_exp (double x);

/* 0 .. 1 to 0 .. 255, rounded and clamped. */
guint8 cjd_gen_byte (double value);

/* New zeroed tensor, or NULL and an error if it would take more than 1 GiB. */
CjTensor *cjd_gen_tensor (CjDtype dtype, const CjShape *shape, GError **error);

/* Takes x and y, makes 15 % of each class test samples, 10 % validation and measures the rest. */
CjdDataset *cjd_gen_finish (const char *name, CjTensor *x, CjTensor *y, guint n_classes,
                            const char *const *class_names, int seed);

G_END_DECLS
