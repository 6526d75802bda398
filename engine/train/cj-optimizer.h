/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a file in optimizers/ fills in: how a step changes a weight. */
#pragma once

#include "cj-param.h"

G_BEGIN_DECLS

#define CJ_OPTIMIZER_MAX_SLOTS 4
#define CJ_OPTIMIZER_MAX_SCALARS 4

/* A run of weights of one parameter. */
typedef struct
{
  float *w;
  const float *g;
  float *slots[CJ_OPTIMIZER_MAX_SLOTS]; /* the optimizer's memory, as long as w */
  gint64 n;
  double rate;           /* learning rate of this step for this parameter */
  guint64 t;             /* number of the step, from 1 */
  const double *scalars; /* the optimizer's memory of the whole run */
} CjOptimizerSlice;

typedef struct
{
  guint abi;
  const char *id;
  const char *title;
  const char *blurb;
  const char *formula;
  const char *source; /* paper */
  gsize params_size;
  const CjParam *params;
  guint n_slots;   /* zeroed at the start */
  guint n_scalars; /* zeroed at the start */

  /* Once a step before any update; may be NULL. */
  void (*begin) (gconstpointer params, guint64 t, double rate, double *scalars);
  /* Any thread, slices in any order. */
  void (*update) (gconstpointer params, const CjOptimizerSlice *slice);
} CjOptimizerInfo;

/* All built-in optimizers, NULL-terminated, and one by id or NULL. */
const CjOptimizerInfo *const *cj_optimizers (void);
const CjOptimizerInfo *cj_optimizer_find (const char *id);

G_END_DECLS
