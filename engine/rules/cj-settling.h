/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules of dense layers whose activities settle under connections of both directions: what equilibrium propagation
 * and contrastive Hebbian learning share. */
#pragma once

#include "cj-rule.h"

G_BEGIN_DECLS

/* Begins every parameter struct of these rules. */
typedef struct
{
  int steps, moved_steps;
  double rate, push, feedback;
} CjSettlingParams;

#define CJ_SETTLING_OFFSET(field) G_STRUCT_OFFSET (CjSettlingParams, field)

#define CJ_SETTLING_STEPS                                                                          \
  .name = "steps", .title = "Free steps",                                                          \
  .blurb = "How often all layers in turn move towards rest before the network has answered",       \
  .unit = "steps", .kind = CJ_PARAM_INT, .offset = CJ_SETTLING_OFFSET (steps), .preset = 10,       \
  .max = 1000, .soft_max = 100

/* Of the second state; the file adds name and words. */
#define CJ_SETTLING_MOVED_STEPS                                                                    \
  .unit = "steps", .kind = CJ_PARAM_INT, .offset = CJ_SETTLING_OFFSET (moved_steps), .preset = 5,  \
  .min = 1, .max = 1000, .soft_max = 100

/* The file adds the offset and the blurb. */
#define CJ_SETTLING_RATE                                                                           \
  .name = "rate", .title = "Settling rate", .kind = CJ_PARAM_FLOAT, .preset = 1, .min = 0.01,      \
  .max = 1, .digits = 2
#define CJ_SETTLING_RATE_SHARE                                                                     \
  CJ_SETTLING_RATE, .offset = CJ_SETTLING_OFFSET (rate),                                           \
                    .blurb = "Share of the way to where its neighbours want it that a layer goes " \
                             "in one step"

#define CJ_SETTLING_FEEDBACK                                                                       \
  .name = "feedback", .title = "Feedback",                                                         \
  .blurb                                                                                           \
      = "Strength γ of the connections back, in those of the connections there: 1 is a "          \
        "Hopfield network; the less, the nearer the changes are to the gradient, and the state "   \
        "at rest, which answers while it learns, to the one pass forward that answers elsewhere",  \
  .kind = CJ_PARAM_FLOAT, .offset = CJ_SETTLING_OFFSET (feedback), .preset = 0.1, .min = 0.01,     \
  .max = 1, .digits = 2

/* Puts the op of these rules in the place of every row of dense layers of the region, and says where its activities
 * could grow without end. */
void cj_settling_apply (CjRulePass *pass, CjNudge nudge);

G_END_DECLS
