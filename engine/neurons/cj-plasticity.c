/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-plasticity.h"

#include <math.h>

void
cj_triplet_init (CjTriplet *rule)
{
  *rule = (CjTriplet){ .pair_plus = 5e-10,
                       .pair_minus = 7e-3,
                       .triplet_plus = 6.2e-3,
                       .triplet_minus = 2.3e-4,
                       .tau_plus = 16.8,
                       .tau_minus = 33.7,
                       .tau_x = 101,
                       .tau_y = 125 };
}

/* Traces at `time`. */
typedef struct
{
  double r1, r2, o1, o2, time;
} Traces;

static void
wait_until (Traces *traces, const CjTriplet *rule, double time)
{
  const double passed = traces->time - time;

  traces->r1 *= exp (passed / rule->tau_plus);
  traces->r2 *= exp (passed / rule->tau_x);
  traces->o1 *= exp (passed / rule->tau_minus);
  traces->o2 *= exp (passed / rule->tau_y);
  traces->time = time;
}

static double
spike_in (Traces *traces, const CjTriplet *rule)
{
  const double change = -traces->o1 * (rule->pair_minus + rule->triplet_minus * traces->r2);

  traces->r1 = 1 + (rule->nearest ? 0 : traces->r1);
  traces->r2 = 1 + (rule->nearest ? 0 : traces->r2);
  return change;
}

static double
spike_out (Traces *traces, const CjTriplet *rule)
{
  const double change = traces->r1 * (rule->pair_plus + rule->triplet_plus * traces->o2);

  traces->o1 = 1 + (rule->nearest ? 0 : traces->o1);
  traces->o2 = 1 + (rule->nearest ? 0 : traces->o2);
  return change;
}

double
cj_triplet_change (const CjTriplet *rule, const double *pre, guint n_pre, const double *post,
                   guint n_post)
{
  Traces traces = { 0 };
  double change = 0;

  for (guint i = 0, k = 0; i < n_pre || k < n_post;)
    {
      const gboolean in = k == n_post || (i < n_pre && pre[i] <= post[k]);

      wait_until (&traces, rule, in ? pre[i++] : post[k++]);
      change += in ? spike_in (&traces, rule) : spike_out (&traces, rule);
    }
  return change;
}

double
cj_triplet_pair (const CjTriplet *rule, double frequency, double delay, guint n)
{
  g_autofree double *pre = g_new (double, n + 1), *post = g_new (double, n + 1);

  for (guint i = 0; i < n; i++)
    {
      pre[i] = 1000 / frequency * i + fabs (delay);
      post[i] = pre[i] + delay;
    }
  return cj_triplet_change (rule, pre, n, post, n);
}

void
cj_reward_rule_init (CjRewardRule *rule)
{
  *rule = (CjRewardRule){ { 1, 1.5, 20, 20 }, 1000, 200 };
}

void
cj_reward_synapse_wait (CjRewardSynapse *synapse, const CjRewardRule *rule, double time)
{
  const double passed = time - synapse->time;
  const double fades = 1 / rule->tau_eligible + 1 / rule->tau_dopamine;

  synapse->weight
      += synapse->eligible * synapse->dopamine * -expm1 (-fades * passed) / fades / 1000;
  synapse->eligible *= exp (-passed / rule->tau_eligible);
  synapse->dopamine *= exp (-passed / rule->tau_dopamine);
  synapse->pre *= exp (-passed / rule->stdp.tau_plus);
  synapse->post *= exp (-passed / rule->stdp.tau_minus);
  synapse->time = time;
}

void
cj_reward_synapse_pre (CjRewardSynapse *synapse, const CjRewardRule *rule, double time)
{
  cj_reward_synapse_wait (synapse, rule, time);
  synapse->eligible -= synapse->post * rule->stdp.a_minus;
  synapse->pre += 1;
}

void
cj_reward_synapse_post (CjRewardSynapse *synapse, const CjRewardRule *rule, double time)
{
  cj_reward_synapse_wait (synapse, rule, time);
  synapse->eligible += synapse->pre * rule->stdp.a_plus;
  synapse->post += 1;
}

void
cj_reward_synapse_reward (CjRewardSynapse *synapse, const CjRewardRule *rule, double time,
                          double amount)
{
  cj_reward_synapse_wait (synapse, rule, time);
  synapse->dopamine += amount;
}
