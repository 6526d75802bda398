/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All weights are moved a little by chance, and what that does to the loss says whether they go there. Nothing is
 * asked of the layers in between, so whatever has weights can learn by it. */
#include "cj-trial.h"

#include <stddef.h>

static const CjParam params[] = {
  { .offset = offsetof (CjTrialParams, noise),
    CJ_TRIAL_NOISE (
        0.02, "Deviation of what is added to a weight; the less, the nearer the mean change is "
              "to the gradient") },
  { NULL },
};

/* A learned tensor of the region that a step reads. */
static gboolean
is_weight (const CjRulePass *pass, int value)
{
  const CjValue *v
      = value != CJ_NO_VALUE ? cj_builder_get_value (pass->lowered->builder, value) : NULL;

  return v != NULL && v->kind == CJ_VALUE_PARAM && pass->nodes[v->node]
         && !cj_rule_get_node (pass, value)->frozen;
}

/* Puts noise on every weight of the region, and keeps gradients from them. */
static void
move_weights (CjRulePass *pass, guint n_steps, double noise, int *at)
{
  const CjNoiseAttrs attrs = { CJ_NOISE_GAUSSIAN, noise };

  for (guint i = 0; i < n_steps; i++)
    for (guint j = 0; j < g_array_index (pass->lowered->builder->steps, CjStep, i).op.n_in; j++)
      {
        CjStep *step = &g_array_index (pass->lowered->builder->steps, CjStep, i);
        const int weight = step->in[j];

        if (!is_weight (pass, weight))
          continue;
        step->stops |= 1u << j;
        if (at[weight] == weight)
          at[weight] = cj_rule_emit (pass, weight, &cj_op_noise, &attrs, &weight, 1);
      }
}

/* A weight lowers −worse · |moved − weight|² / 2 σ², whose gradient is worse · (moved − weight) / σ². */
static void
learn (CjRulePass *pass, int weight, int moved, double noise, int worse)
{
  const CjBinaryAttrs minus = { CJ_BINARY_SUBTRACT }, times = { CJ_BINARY_MULTIPLY };
  const CjUnaryAttrs square = { CJ_UNARY_SQUARE };
  const CjUnaryAttrs scale = { CJ_UNARY_AFFINE, -1 / (2 * noise * noise), 0 };
  CjBuilder *builder = pass->lowered->builder;
  const CjReduceAttrs all = { .kind = CJ_REDUCE_SUM,
                              .axes = (1u << cj_builder_get_shape (builder, weight)->n_dims) - 1 };
  int away = cj_rule_emit (pass, weight, &cj_op_binary, &minus, (int[]){ moved, weight }, 2);

  cj_builder_set_stops (builder, away, 1u << 0);
  away = cj_rule_emit (pass, weight, &cj_op_unary, &square, &away, 1);
  away = cj_rule_emit (pass, weight, &cj_op_reduce, &all, &away, 1);
  away = cj_rule_emit (pass, weight, &cj_op_unary, &scale, &away, 1);
  away = cj_rule_emit (pass, weight, &cj_op_binary, &times, (int[]){ away, worse }, 2);
  cj_builder_set_stops (builder, away, 1u << 1);
  g_array_append_val (pass->lowered->locals, away);
}

/* The sum of the losses at `at`, minus that of the losses as they are. */
static int
find_difference (CjRulePass *pass, const int *at)
{
  const CjBinaryAttrs plus = { CJ_BINARY_ADD }, minus = { CJ_BINARY_SUBTRACT };
  int sum = CJ_NO_VALUE;

  for (guint i = 0; i < pass->lowered->losses->len; i++)
    {
      const int loss = g_array_index (pass->lowered->losses, int, i);
      const int more
          = cj_rule_emit (pass, loss, &cj_op_binary, &minus, (int[]){ at[loss], loss }, 2);

      cj_builder_set_stops (pass->lowered->builder, more, 3);
      sum = sum == CJ_NO_VALUE
                ? more
                : cj_rule_emit (pass, loss, &cj_op_binary, &plus, (int[]){ sum, more }, 2);
    }
  return sum;
}

static void
apply (CjRulePass *pass)
{
  const double noise = ((const CjTrialParams *) pass->params)->noise;
  const guint n_steps = pass->lowered->builder->steps->len;
  const guint n_values = pass->lowered->builder->values->len;
  g_autofree int *at = cj_rule_new_map (pass);
  int worse;

  move_weights (pass, n_steps, noise, at);
  if (!cj_rule_run_again (pass, n_steps, CJ_ROLE_LAYER, at, NULL, NULL)
      || !cj_rule_run_again (pass, n_steps, CJ_ROLE_LOSS, at, NULL, NULL))
    return;
  worse = find_difference (pass, at);
  for (guint i = 0; i < n_values; i++)
    if (is_weight (pass, (int) i) && at[i] != (int) i)
      learn (pass, (int) i, at[i], noise, worse);
}

const CjRuleInfo cj_rule_weight_perturbation = {
  .abi = CJ_RULE_ABI,
  .id = "weight-perturbation",
  .title = "Weight perturbation",
  .blurb
  = "All weights are moved by chance; where the loss of the batch got worse, they go the other "
    "way, where it got better, there; it learns the slower the more weights there are",
  .formula = "ΔW = −η (L(W + ξ) − L(W)) ξ / σ², ξ ~ N(0, σ²) for every weight",
  .source
  = "Jabri and Flower, Weight perturbation: an optimal architecture and learning technique for "
    "analog VLSI, IEEE Transactions on Neural Networks, 1992; Werfel, Xie and Seung, Learning "
    "curves for stochastic gradient descent in linear feedforward networks, NIPS, 2003",
  .local = "A synapse knows by how much it was moved itself, and nothing of what goes through it",
  .distant
  = "One number for the whole network: by how much the loss changed, for which the network "
    "answers twice",
  .params_size = sizeof (CjTrialParams),
  .params = params,
  .apply = apply,
};
