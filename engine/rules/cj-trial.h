/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What rules share that try something out and keep it if it went well: the network once more with noise on what
 * its products make, what that cost each sample, and a change along the noise. N samples. */
#pragma once

#include "cj-rule.h"

G_BEGIN_DECLS

typedef struct
{
  double noise; /* σ */
} CjTrialParams;

/* A row of a table of parameters. */
#define CJ_TRIAL_NOISE(usual, what)                                                                \
  .name = "noise", .title = "Noise", .blurb = what, .kind = CJ_PARAM_FLOAT, .preset = usual,       \
  .min = 1e-4, .max = 100, .soft_max = 1, .digits = 4, .flags = CJ_PARAM_LOG

/* A product of the noisy run: values. */
typedef struct
{
  int mean, sent; /* without and with the noise */
} CjTrialUnit;

/* Runs the network once more, the products of the region with noise, which the layers behind hear, and stops what
 * gradients their weights have. `at` (cj_rule_new_map) then has the noisy values, losses left out; NULL after a
 * problem. You unref. */
GArray *cj_trial_run (CjRulePass *pass, double noise, int *at);

/* What the losses say of each sample, as far as they are means over samples, [N]; CJ_NO_VALUE after a problem. Read at
 * `at`, or as they are where it is NULL. */
int cj_trial_find_costs (CjRulePass *pass, const int *at);

/* What the weights lower: `worse` [N] says by how much the noise made each sample worse, and they change by
 *   ΔW = −η mean over samples of worse · (sent − mean) xᵀ / σ²   (R. Williams, Machine Learning, 1992). */
void cj_trial_learn (CjRulePass *pass, const GArray *units, double noise, int worse);

G_END_DECLS
