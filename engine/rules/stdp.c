/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dense layers between spikes: what comes in lasts, and spiking neurons hear what goes out. */
#include "cj-rule.h"
#include "cj-spiking.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

enum
{
  KIND_PAIR,
  KIND_TRIPLET,
  KIND_REWARD
};

typedef struct
{
  int kind, pairs;
  double plus, minus, triplet, tau_plus, tau_minus, tau_slow, tau_reward, largest, mean, dt;
} Params;

static const char *const kinds[] = { "pair", "triplet", "reward", NULL };
static const char *const pairings[] = { "nearest", "all", NULL };

#define MS(field_, title_, blurb_, preset_, when_)                                                 \
  .title = title_, .blurb = blurb_, .unit = "ms", .kind = CJ_PARAM_FLOAT,                          \
  .offset = offsetof (Params, field_), .preset = preset_, .min = 0.01, .max = 1e6,                 \
  .soft_max = 1000, .digits = 1, .when = when_

#define SIZE(field_, title_, blurb_, preset_, when_)                                               \
  .title = title_, .blurb = blurb_, .kind = CJ_PARAM_FLOAT, .offset = offsetof (Params, field_),   \
  .preset = preset_, .max = 1000, .soft_max = 0.1, .digits = 5, .when = when_

static const CjParam params[] = {
  { .name = "kind",
    .title = "Kind",
    .blurb = "What changes a synapse: pairs of spikes, triplets of them, or pairs that wait for a "
             "reward, which is that the network's answer was right",
    .kind = CJ_PARAM_CHOICE,
    .offset = offsetof (Params, kind),
    .choices = kinds,
    .max = KIND_REWARD },
  { .name = "pairs",
    .title = "Pairs",
    .blurb = "Whether a spike meets the nearest one before it, or all of them",
    .kind = CJ_PARAM_CHOICE,
    .offset = offsetof (Params, pairs),
    .choices = pairings,
    .max = 1,
    .flags = CJ_PARAM_ADVANCED },
  { .name = "a-plus",
    SIZE (plus, "Potentiation A₊", "Growth of a synapse that spikes just before its neuron", 0.01,
          NULL) },
  { .name = "a-minus",
    SIZE (minus, "Depression A₋", "Loss of a synapse that spikes just after its neuron", 0.0001,
          NULL) },
  { .name = "a-triplet",
    SIZE (triplet, "Triplet A₃",
          "Growth besides, if the neuron also spiked shortly before: makes high rates count more",
          0.01, "kind=triplet") },
  { .name = "tau-plus",
    MS (tau_plus, "τ₊", "How long a spike of the synapse is remembered", 20, NULL) },
  { .name = "tau-minus",
    MS (tau_minus, "τ₋", "How long a spike of the neuron is remembered by depression", 20, NULL) },
  { .name = "tau-triplet",
    MS (tau_slow, "τ of triplets", "How long a spike of the neuron is remembered by the next", 114,
        "kind=triplet") },
  { .name = "tau-reward",
    MS (tau_reward, "Eligibility",
        "How long a change waits for the reward at the end of the sample", 200, "kind=reward") },
  { .name = "largest",
    .title = "Largest weight",
    .blurb = "Weights stay between 0 and this",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, largest),
    .preset = 0.4,
    .min = 1e-6,
    .max = 1e6,
    .soft_max = 1,
    .digits = 3 },
  { .name = "mean",
    .title = "Mean weight",
    .blurb = "The weights of every neuron are scaled to it after each step, so that synapses "
             "compete; 0 leaves them",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, mean),
    .preset = 0.1,
    .max = 1e6,
    .soft_max = 0.5,
    .digits = 3 },
  { CJ_SPIKING_MOMENT, .offset = offsetof (Params, dt) },
  { NULL },
};

static CjStdpAttrs
get_attrs (const Params *p)
{
  return (CjStdpAttrs){ .plus = p->plus,
                        .minus = p->minus,
                        .triplet = p->kind == KIND_TRIPLET ? p->triplet : 0,
                        .decay_plus = exp (-p->dt / p->tau_plus),
                        .decay_minus = exp (-p->dt / p->tau_minus),
                        .decay_slow = exp (-p->dt / p->tau_slow),
                        .nearest = p->pairs == 0,
                        .rewarded = p->kind == KIND_REWARD,
                        .eligible = exp (-p->dt / p->tau_reward),
                        .largest = p->largest,
                        .mean = p->mean };
}

/* The spikes of the neurons that hear a product, or CJ_NO_VALUE. */
static int
find_spikes (const CjRulePass *pass, const CjStep *product)
{
  const GArray *steps = pass->lowered->builder->steps;

  for (guint i = 0; i < steps->len; i++)
    {
      const CjStep *step = &g_array_index (steps, CjStep, i);

      if ((step->op.info == &cj_op_rivals || step->op.info == &cj_op_spikes)
          && step->in[0] == product->out)
        return step->out;
    }
  return CJ_NO_VALUE;
}

static int
check (CjRulePass *pass, const CjStep *step)
{
  const CjNode *node = cj_rule_get_node (pass, step->out);
  const int spikes = find_spikes (pass, step);

  if (step->op.info == &cj_op_dense && step->op.in_shape[0].n_dims == 3 && spikes != CJ_NO_VALUE
      && cj_builder_get_value (pass->lowered->builder, step->in[1])->kind == CJ_VALUE_PARAM)
    return spikes;
  cj_rule_refuse (
      pass, node,
      g_strdup_printf (_ ("%s “%s” cannot learn by the times of spikes. Put an encoder, or spiking "
                          "neurons, before it and spiking neurons right behind it, or choose "
                          "another rule for it."),
                       _ (node->layer->title), node->id));
  return CJ_NO_VALUE;
}

/* Whether there is something to be rewarded for; else says so. */
static gboolean
check_reward (CjRulePass *pass, const CjStep *step)
{
  const CjLowered *lowered = pass->lowered;
  const CjNode *node = cj_rule_get_node (pass, step->out);

  if (lowered->y != CJ_NO_VALUE
      && cj_builder_get_value (lowered->builder, lowered->y)->dtype == CJ_INT32
      && cj_builder_get_shape (lowered->builder, lowered->y)->n_dims == 1
      && cj_builder_get_shape (lowered->builder, lowered->prediction)->n_dims == 2)
    return TRUE;
  cj_rule_refuse (pass, node,
                  g_strdup_printf (_ ("%s “%s” is rewarded for right classes, and the data has "
                                      "none. Choose data with classes, or pairs or triplets "
                                      "instead of a reward."),
                                   _ (node->layer->title), node->id));
  return FALSE;
}

static void
apply (CjRulePass *pass)
{
  const CjStdpAttrs attrs = get_attrs (pass->params);
  const guint n_steps = pass->lowered->builder->steps->len;

  for (guint i = 0; i < n_steps; i++)
    {
      CjStep *step = cj_rule_get_product (pass, i);
      int in[5], value;

      if (step == NULL)
        continue;
      in[0] = step->in[0];
      in[1] = check (pass, step);
      in[2] = step->in[1];
      in[3] = pass->lowered->prediction;
      in[4] = pass->lowered->y;
      if (in[1] == CJ_NO_VALUE || (attrs.rewarded && !check_reward (pass, step)))
        return;
      step->stops = 1u << 0 | 1u << 1 | 1u << 2;
      value = cj_rule_emit (pass, step->out, &cj_op_stdp, &attrs, in, attrs.rewarded ? 5 : 3);
      cj_builder_set_stops (pass->lowered->builder, value, 1u << 0 | 1u << 1 | 1u << 3);
      g_array_append_val (pass->lowered->locals, value);
    }
}

const CjRuleInfo cj_rule_stdp = {
  .abi = CJ_RULE_ABI,
  .id = "stdp",
  .title = "Spike timing (STDP)",
  .blurb
  = "Strengthens synapses that spike just before their neuron does, weakens those that come "
    "too late, and lets the synapses of a neuron compete; take steps of learning rate 1 with "
    "plain sgd",
  .formula = "at a spike of the neuron Δw = r (A₊ + A₃ o₂), of the synapse Δw = −A₋ o₁, with "
             "traces r′ = −r / "
             "τ₊, o′ = −o / τ; then 0 ≤ w ≤ largest, mean w held",
  .source
  = "Diehl and Cook, Unsupervised learning of digit recognition using spike-timing-dependent "
    "plasticity, Frontiers in Computational Neuroscience, 2015; Pfister and Gerstner, "
    "Triplets of spikes in a model of spike timing-dependent plasticity, Journal of "
    "Neuroscience, 2006; Izhikevich, Solving the distal reward problem through linkage of "
    "STDP and dopamine signaling, Cerebral Cortex, 2007",
  .local = "A synapse knows when it and its neuron spiked, and its own weight",
  .distant = "With a reward one number for all, as dopamine would tell; else only the sum of the "
             "neuron's own weights",
  .params_size = sizeof (Params),
  .params = params,
  .apply = apply,
  .whole = TRUE,
};
