/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a file in pruners/ fills in: how much a synapse is worth. Those worth least are pruned. */
#pragma once

#include "cj-math.h"
#include "cj-rng.h"

G_BEGIN_DECLS

typedef enum
{
  CJ_PRUNER_GRADIENT = 1 << 0, /* asks for the gradient of the batch that comes next */
  CJ_PRUNER_MOVEMENT = 1 << 1  /* asks for the sum of −w g over all steps so far */
} CjPrunerNeeds;

/* A run of n weights that may be pruned, one of them at `offset` of all weights. */
typedef struct
{
  const float *w;
  const float *g;     /* NULL unless asked for */
  const float *moved; /* the same */
  gint64 offset, n;
  const CjRng *rng; /* a stream of this run and step, of which no number was drawn */
} CjPrunerSlice;

typedef struct
{
  guint abi;
  const char *id;
  const char *title;
  const char *blurb;
  const char *formula;
  const char *source; /* paper */
  CjPrunerNeeds needs;

  /* Writes n scores; a larger one is worth more. They depend on nothing but the slice, so that any
   * thread may ask for any part. */
  void (*score) (const CjPrunerSlice *slice, float *score);
} CjPrunerInfo;

/* All built-in criteria, NULL-terminated, and one by id or NULL. */
const CjPrunerInfo *const *cj_pruners (void);
const CjPrunerInfo *cj_pruner_find (const char *id);

G_END_DECLS
