/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Synapses that learn by triplets of spikes, or when a reward comes later, against closed forms and what the
 * papers show of them. */
#include "cj-plasticity.h"

#include "cj-rng.h"

#include <math.h>

/* A pair far from all others is the window of pairs; a triplet adds what the paper says. */
static void
test_closed_forms (void)
{
  CjTriplet rule;
  const double pre[2] = { 10, 30 }, post[2] = { 18, 45 };
  double wanted;

  cj_triplet_init (&rule);
  for (int nearest = 0; nearest < 2; nearest++)
    {
      const double all = nearest ? 0 : 1;

      rule.nearest = nearest;
      g_assert_cmpfloat_with_epsilon (cj_triplet_change (&rule, pre, 1, post, 1),
                                      rule.pair_plus * exp (-8 / rule.tau_plus), 1e-12);
      g_assert_cmpfloat_with_epsilon (cj_triplet_change (&rule, post, 1, pre, 1),
                                      -rule.pair_minus * exp (-8 / rule.tau_minus), 1e-12);
      /* pre, post, pre, post */
      wanted = rule.pair_plus * exp (-8 / rule.tau_plus)
               - exp (-12 / rule.tau_minus)
                     * (rule.pair_minus + rule.triplet_minus * exp (-20 / rule.tau_x))
               + (exp (-15 / rule.tau_plus) + all * exp (-35 / rule.tau_plus))
                     * (rule.pair_plus + rule.triplet_plus * exp (-27 / rule.tau_y));
      g_assert_cmpfloat_with_epsilon (cj_triplet_change (&rule, pre, 2, post, 2), wanted, 1e-12);
    }
  rule.triplet_plus = rule.triplet_minus = 0;
  rule.pair_plus = 0.005;
  for (double delay = -40; delay <= 40; delay += 10)
    {
      const CjStdp pairs = { rule.pair_plus, rule.pair_minus, rule.tau_plus, rule.tau_minus };

      /* one pair every ten seconds: nothing of one is left at the next */
      g_assert_cmpfloat_with_epsilon (cj_triplet_pair (&rule, 0.1, delay, 60),
                                      60 * cj_stdp_window (&pairs, delay), 1e-9);
    }
}

/* Sixty pairs at growing frequency (figure 5 of the paper, data of Sjöström et al. 2001): pre before post does
 * nothing when slow and strengthens the faster the more; the other order weakens, and turns at about 30 Hz. Pairs
 * alone do none of that. */
static void
test_frequencies (void)
{
  static const double rho[] = { 0.1, 10, 20, 40, 50 };
  static const double before[] = { -0.04, 0.14, 0.29, 0.53, 0.56 };
  static const double behind[] = { -0.29, -0.41, -0.34, 0.56, 0.75 };
  static const double errors[2][5]
      = { { 0.05, 0.1, 0.14, 0.11, 0.26 }, { 0.08, 0.11, 0.1, 0.32, 0.19 } }; /* of the mean */
  CjTriplet rule, pairs;
  double triplets = 0, alone = 0;

  cj_triplet_init (&rule);
  pairs = rule;
  pairs.pair_plus = 0.005;
  pairs.triplet_plus = pairs.triplet_minus = 0;
  for (guint i = 0; i < G_N_ELEMENTS (rho); i++)
    {
      const double up = cj_triplet_pair (&rule, rho[i], 10, 60);
      const double down = cj_triplet_pair (&rule, rho[i], -10, 60);

      g_test_message ("%g Hz: %.3f (%.2f), %.3f (%.2f)", rho[i], up, before[i], down, behind[i]);
      triplets
          += pow ((up - before[i]) / errors[0][i], 2) + pow ((down - behind[i]) / errors[1][i], 2);
      alone += pow ((cj_triplet_pair (&pairs, rho[i], 10, 60) - before[i]) / errors[0][i], 2)
               + pow ((cj_triplet_pair (&pairs, rho[i], -10, 60) - behind[i]) / errors[1][i], 2);
      g_assert_true (i == 0 || up > cj_triplet_pair (&rule, rho[i - 1], 10, 60));
      g_assert_true ((down < 0) == (rho[i] < 30));
    }
  g_test_message ("normalised errors: triplets %.2f, pairs %.2f", triplets, alone);
  g_assert_cmpfloat (triplets, <, 10); /* within a deviation of the data, on the whole */
  g_assert_cmpfloat (alone, >, 5 * triplets);
}

/* A pair, and a pulse of dopamine after a while: c at its time times τ_c τ_d / (τ_c + τ_d). */
static void
test_late_reward (void)
{
  CjRewardRule rule;
  double last = INFINITY;

  cj_reward_rule_init (&rule);
  for (double later = 0; later <= 4000; later += 1000)
    {
      CjRewardSynapse up = { 0 }, down = { 0 };

      cj_reward_synapse_pre (&up, &rule, 100);
      cj_reward_synapse_post (&up, &rule, 110);
      cj_reward_synapse_wait (&up, &rule, 150);
      g_assert_cmpfloat (up.weight, ==, 0);
      cj_reward_synapse_reward (&up, &rule, 110 + later + 40, 0.5);
      cj_reward_synapse_wait (&up, &rule, 1e6);
      g_assert_cmpfloat_with_epsilon (up.weight,
                                      0.5 * cj_stdp_window (&rule.stdp, 10)
                                          * exp (-(later + 40) / 1000) * (1.0 * 0.2 / 1.2),
                                      1e-9);
      g_assert_cmpfloat (up.weight, <, last);
      last = up.weight;
      cj_reward_synapse_post (&down, &rule, 100);
      cj_reward_synapse_pre (&down, &rule, 110);
      cj_reward_synapse_reward (&down, &rule, 200, 0.5);
      cj_reward_synapse_wait (&down, &rule, 1e6);
      g_assert_cmpfloat (down.weight, <, 0);
    }
}

/* The distal reward problem: 25 synapses of neurons that all fire by chance, once a second. Whenever the first
 * spikes within 10 ms before its neuron, a reward comes one to three seconds later, when much else has happened. In
 * an hour that synapse alone has grown. */
static void
test_distal_reward (void)
{
  enum
  {
    N = 25,
    SECONDS = 3600
  };
  CjRewardRule rule;
  CjRewardSynapse synapses[N] = { 0 };
  g_autoptr (GArray) rewards = g_array_new (FALSE, FALSE, sizeof (double));
  double last_pre = -INFINITY, others = 0, squares = 0;
  CjRng rng;

  cj_reward_rule_init (&rule);
  cj_rng_init (&rng, 6, CJ_RNG_TEST, 0);
  for (int t = 0; t < SECONDS * 1000; t++)
    {
      while (rewards->len > 0 && g_array_index (rewards, double, 0) <= t)
        {
          for (int i = 0; i < N; i++)
            cj_reward_synapse_reward (&synapses[i], &rule, t, 0.5);
          g_array_remove_index (rewards, 0);
        }
      for (int i = 0; i < N; i++)
        {
          /* 1 ms: two draws of a thousand */
          const guint32 draw = cj_rng_below (&rng, 1000000);

          if (draw % 1000 == 0)
            {
              cj_reward_synapse_pre (&synapses[i], &rule, t);
              last_pre = i == 0 ? t : last_pre;
            }
          if (draw / 1000 == 0)
            {
              const double due = t + 1000 + (double) cj_rng_below (&rng, 2000);

              cj_reward_synapse_post (&synapses[i], &rule, t);
              if (i == 0 && t - last_pre <= 10)
                g_array_append_val (rewards, due);
            }
        }
    }
  for (int i = 1; i < N; i++)
    {
      others += synapses[i].weight / (N - 1);
      squares += synapses[i].weight * synapses[i].weight / (N - 1);
    }
  g_test_message ("rewarded %g, others %g ± %g", synapses[0].weight, others, sqrt (squares));
  g_assert_cmpfloat (synapses[0].weight, >, others + 5 * sqrt (squares - others * others));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/plasticity/closed-forms", test_closed_forms);
  g_test_add_func ("/engine/plasticity/frequencies", test_frequencies);
  g_test_add_func ("/engine/plasticity/late-reward", test_late_reward);
  g_test_add_func ("/engine/plasticity/distal-reward", test_distal_reward);
  return g_test_run ();
}
