/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What Adam and AdamW share. */
#pragma once

#include "cj-optimizer.h"

G_BEGIN_DECLS

typedef struct
{
  double beta1, beta2, epsilon, decay;
  gboolean amsgrad;
} CjAdam;

#define CJ_ADAM_AMSGRAD                                                                            \
  .name = "amsgrad", .title = "AMSGrad",                                                           \
  .blurb = "Divides by the largest spread so far, so that steps never grow again",                 \
  .kind = CJ_PARAM_BOOL, .max = 1, .flags = CJ_PARAM_ADVANCED

guint cj_adam_count_slots (gconstpointer params);
void cj_adam_update (gconstpointer params, const CjOptimizerSlice *slice);
void cj_adamw_update (gconstpointer params, const CjOptimizerSlice *slice);

G_END_DECLS
