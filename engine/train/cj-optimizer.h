/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a file in optimizers/ fills in: how a step changes a weight. */
#pragma once

#include "cj-math.h"
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
  double rate;        /* a learning rate to begin with */
  gsize params_size;
  const CjParam *params;
  const char *momentum; /* the parameter that a schedule with momentum drives, or NULL */
  guint n_slots;        /* zeroed at the start */
  guint n_scalars;      /* zeroed at the start */

  /* How many slots are needed with these parameters, at most n_slots; NULL: all. */
  guint (*count_slots) (gconstpointer params);

  /* Once a step before any update; may be NULL. */
  void (*begin) (gconstpointer params, guint64 t, double rate, double *scalars);
  /* Any thread, slices in any order. */
  void (*update) (gconstpointer params, const CjOptimizerSlice *slice);
} CjOptimizerInfo;

/* All built-in optimizers, NULL-terminated, and one by id or NULL. */
const CjOptimizerInfo *const *cj_optimizers (void);
const CjOptimizerInfo *cj_optimizer_find (const char *id);

/* Fields of parameter rows that many optimizers share; the file adds offset and preset. */
#define CJ_OPTIMIZER_BETA1                                                                         \
  .name = "beta1", .title = "Beta 1",                                                              \
  .blurb = "How much of the mean gradient is kept from step to step", .kind = CJ_PARAM_FLOAT,      \
  .max = 0.999999, .soft_min = 0.5, .soft_max = 0.99, .digits = 4,                                 \
  .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED
#define CJ_OPTIMIZER_BETA2                                                                         \
  .name = "beta2", .title = "Beta 2",                                                              \
  .blurb = "How much of the mean squared gradient is kept from step to step",                      \
  .kind = CJ_PARAM_FLOAT, .max = 0.999999, .soft_min = 0.9, .soft_max = 0.9999, .digits = 4,       \
  .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED
#define CJ_OPTIMIZER_EPSILON                                                                       \
  .name = "epsilon", .title = "Epsilon", .blurb = "Keeps the division away from zero",             \
  .kind = CJ_PARAM_FLOAT, .min = 1e-16, .max = 1, .soft_min = 1e-10, .soft_max = 1e-3,             \
  .digits = 10, .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED | CJ_PARAM_LOG
#define CJ_OPTIMIZER_MOMENTUM                                                                      \
  .name = "momentum", .title = "Momentum", .blurb = "How much of the last step is kept",           \
  .kind = CJ_PARAM_FLOAT, .max = 0.9999, .digits = 3, .flags = CJ_PARAM_LIVE
#define CJ_OPTIMIZER_DECAY                                                                         \
  .name = "weight-decay", .title = "Weight decay",                                                 \
  .blurb = "Pulls every weight towards zero, this share of it at a time", .kind = CJ_PARAM_FLOAT,  \
  .max = 10, .soft_max = 0.1, .digits = 5, .flags = CJ_PARAM_LIVE
#define CJ_OPTIMIZER_DECOUPLED                                                                     \
  .name = "decoupled", .title = "Decoupled decay",                                                 \
  .blurb = "Shrinks the weight itself by learning rate times weight decay, past the gradient",     \
  .kind = CJ_PARAM_BOOL, .max = 1, .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED

/* Weight decay of a step: w ← shrink w, g ← g + add w. Coupled (L2) it goes with the gradient through
 * all that the optimizer does; decoupled it does not (Loshchilov and Hutter, ICLR 2019). */
typedef struct
{
  float add, shrink;
} CjDecay;

CJ_INLINE CjDecay
cj_optimizer_decay (double rate, double decay, gboolean decoupled)
{
  if (decoupled)
    return (CjDecay){ 0, (float) (1 - rate * decay) };
  return (CjDecay){ (float) decay, 1 };
}

G_END_DECLS
