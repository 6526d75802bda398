/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Three factors: what came in, by how much a unit did otherwise than it was told, and whether the reward of the
 * whole network was more than usual. */
#include "cj-trial.h"

#include <glib/gi18n-lib.h>
#include <stddef.h>

enum
{
  REWARD_LOSS,
  REWARD_ANSWER
};

typedef struct
{
  CjTrialParams trial;
  int reward;
  double follow;
} Params;

static const char *const rewards[] = { "loss", "answer", NULL };

static const CjParam params[] = {
  { .offset = offsetof (Params, trial.noise),
    CJ_TRIAL_NOISE (0.2,
                    "Deviation of what a unit does from what it is told; the less, the slower it "
                    "learns, and the nearer the mean change is to the gradient") },
  { .name = "reward",
    .title = "Reward",
    .blurb
    = "loss: the more, the smaller the loss of a sample; answer: 1 for the right class, else 0",
    .kind = CJ_PARAM_CHOICE,
    .offset = offsetof (Params, reward),
    .preset = REWARD_LOSS,
    .choices = rewards },
  { .name = "follow",
    .title = "Usual reward",
    .blurb = "Share of a step in the running mean that rewards are compared with",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, follow),
    .preset = 0.1,
    .max = 1,
    .digits = 3 },
  { NULL },
};

static gboolean
can_answer (const CjRulePass *pass)
{
  const CjLowered *lowered = pass->lowered;
  const CjShape *scores = cj_builder_get_shape (lowered->builder, lowered->prediction);
  const CjValue *y
      = lowered->y != CJ_NO_VALUE ? cj_builder_get_value (lowered->builder, lowered->y) : NULL;

  return y != NULL && y->dtype == CJ_INT32 && y->shape.n_dims == 1 && scores->n_dims == 2
         && scores->dims[0] == y->shape.dims[0];
}

static void
apply (CjRulePass *pass)
{
  const Params *p = pass->params;
  const CjLowered *lowered = pass->lowered;
  const CjRewardAttrs attrs = { p->follow };
  const CjShape one = cj_shape1 (1);
  g_autofree int *at = cj_rule_new_map (pass);
  g_autoptr (GArray) units = NULL;
  int in[3], worse;

  if (p->reward == REWARD_ANSWER && !can_answer (pass))
    {
      cj_rule_refuse (
          pass, NULL,
          g_strdup (_ ("Only answers that are classes are right or wrong. Choose the loss "
                       "as the reward of the learning rule.")));
      return;
    }
  units = cj_trial_run (pass, p->trial.noise, at);
  in[0] = units == NULL                ? CJ_NO_VALUE
          : p->reward == REWARD_ANSWER ? at[lowered->prediction]
                                       : cj_trial_find_costs (pass, at);
  if (in[0] == CJ_NO_VALUE || units->len == 0)
    return;
  in[1] = cj_rule_add_state (pass, g_array_index (units, CjTrialUnit, 0).mean, "usual-cost", &one,
                             (CjInit){ CJ_INIT_ZEROS });
  in[2] = lowered->y;
  worse = cj_rule_emit (pass, in[0], &cj_op_reward, &attrs, in, p->reward == REWARD_ANSWER ? 3 : 2);
  cj_trial_learn (pass, units, p->trial.noise, worse);
  cj_rule_note_others (pass);
}

const CjRuleInfo cj_rule_reward_modulated = {
  .abi = CJ_RULE_ABI,
  .id = "reward-modulated",
  .title = "Reward-modulated",
  .blurb = "Three factors: weights go along what a unit did of its own accord, times what came in, "
           "where the whole network was rewarded more than usual, and against it where less",
  .formula = "ΔW = η (R − R̄) Σ over time steps of ξ xᵀ / σ², R̄ the running mean of the reward R",
  .source
  = "Williams, Simple statistical gradient-following algorithms for connectionist "
    "reinforcement learning, Machine Learning, 1992; Frémaux and Gerstner, Neuromodulated "
    "spike-timing-dependent plasticity, and theory of three-factor learning rules, Frontiers in "
    "Neural Circuits, 2016",
  .local
  = "A synapse keeps a trace of what came in over it times what its unit did of its own accord, "
    "added up over the time steps of a sample",
  .distant
  = "One number for the whole network, as dopamine might tell it: by how much the reward was "
    "more than usual",
  .params_size = sizeof (Params),
  .params = params,
  .apply = apply,
};
