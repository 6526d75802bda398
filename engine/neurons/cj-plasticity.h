/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One synapse that learns by more than pairs of spikes: by triplets of them, and by pairs that a later reward
 * finds. Events come in order of their time, ms. */
#pragma once

#include "cj-stdp.h"

G_BEGIN_DECLS

/* J.-P. Pfister, W. Gerstner, "Triplets of spikes in a model of spike timing-dependent plasticity", Journal of
 * Neuroscience 26 (2006), equations 3 and 4: with traces r₁, r₂ of the synapse and o₁, o₂ of the neuron,
 *   at a spike of the synapse   Δw = −o₁ (A₂₋ + A₃₋ r₂)
 *   at a spike of the neuron    Δw =  r₁ (A₂₊ + A₃₊ o₂)
 * r₂ and o₂ as they were before that spike. With A₃ = 0 it is the rule of pairs. */
typedef struct
{
  double pair_plus, pair_minus, triplet_plus, triplet_minus; /* A₂₊, A₂₋, A₃₊, A₃₋ */
  double tau_plus, tau_minus, tau_x, tau_y;                  /* of r₁, o₁, r₂, o₂, ms */
  gboolean nearest; /* a spike meets only the last of each kind; else all */
} CjTriplet;

/* The paper's fit to visual cortex, all spikes, in its full form. */
void cj_triplet_init (CjTriplet *rule);

/* The change by two trains of spikes, of the synapse and of the neuron, times in order. Of spikes at one
 * moment that of the synapse comes first. Any thread. */
double cj_triplet_change (const CjTriplet *rule, const double *pre, guint n_pre, const double *post,
                          guint n_post);

/* The change by n pairs at `frequency` Hz, the neuron's spike `delay` ms behind that of the synapse: the protocol of
 * P. J. Sjöström, G. Turrigiano, S. Nelson, Neuron 32 (2001), with n = 60. */
double cj_triplet_pair (const CjTriplet *rule, double frequency, double delay, guint n);

/* E. Izhikevich, "Solving the distal reward problem through linkage of STDP and dopamine signaling", Cerebral
 * Cortex 17 (2007), equations 1 and 2: what STDP would change is kept as an eligibility c, c′ = −c / τ_c, and the
 * weight moves with the dopamine d that is there, w′ = c d, d′ = −d / τ_d. Exact between events. */
typedef struct
{
  CjStdp stdp;
  double tau_eligible, tau_dopamine; /* ms; dopamine counts by the second */
} CjRewardRule;

/* The paper's: 1 s, 0.2 s, and a window of 20 ms with A₊ = 1, A₋ = 1.5. */
void cj_reward_rule_init (CjRewardRule *rule);

typedef struct
{
  double weight;
  double pre, post;          /* traces of STDP */
  double eligible, dopamine; /* c, d */
  double time;               /* that all of them are of */
} CjRewardSynapse;

/* The synapse at `time`, which is not before that of its last event. */
void cj_reward_synapse_wait (CjRewardSynapse *synapse, const CjRewardRule *rule, double time);
/* A spike of it, a spike of its neuron, a reward that adds so much dopamine. */
void cj_reward_synapse_pre (CjRewardSynapse *synapse, const CjRewardRule *rule, double time);
void cj_reward_synapse_post (CjRewardSynapse *synapse, const CjRewardRule *rule, double time);
void cj_reward_synapse_reward (CjRewardSynapse *synapse, const CjRewardRule *rule, double time,
                               double amount);

G_END_DECLS
