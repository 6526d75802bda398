/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Published: S. Song, K. Miller, L. Abbott (2000), figure 2: the weights of one neuron with a thousand synapses
 * go to both ends, and its rate settles. */
#include "cjl-card-tools.h"

#include "cj-rng.h"
#include "cj-stdp.h"

#include <math.h>

#define SECONDS 100
#define N_POINTS 21

static const double bins[N_POINTS]
    = { 0,    0.05, 0.1,  0.15, 0.2,  0.25, 0.3,  0.35, 0.4,  0.45, 0.5,
        0.55, 0.6,  0.65, 0.7,  0.75, 0.8,  0.85, 0.9,  0.95, 1 };

static const CjlCardValue values[] = {
  { "bimodality", "Bimodality coefficient (even: 0.556)", FALSE, NAN, 0.6, 1 },
  { "weak", "Weights below a tenth of the largest", TRUE, NAN, 0.2, 1 },
  { "strong", "Weights above nine tenths of it", TRUE, NAN, 0.05, 1 },
  { "middle", "Weights from two to eight tenths", TRUE, NAN, 0, 0.4 },
  { "rate", "Rate at the end (Hz)", FALSE, NAN, 5, 60 },
  { NULL },
};

static const CjlCardLine lines[] = { { "share", "share of the weights", NULL }, { NULL } };

static gboolean
stop (double share, gpointer data)
{
  cjl_card_run_progress (data, share);
  return cjl_card_run_is_cancelled (data);
}

static gboolean
run (CjlCardRun *run, guint64 seed, GError **error)
{
  CjStdpNeuron neuron;
  g_autofree float *weights = NULL;
  float rates[20];
  guint counts[N_POINTS] = { 0 }, weak = 0, strong = 0, middle = 0;
  CjRng rng;

  (void) error;
  cj_stdp_neuron_init (&neuron);
  weights = g_new (float, neuron.n);
  cj_rng_init (&rng, seed, CJ_RNG_INIT, 0);
  for (guint i = 0; i < neuron.n; i++)
    weights[i] = cj_rng_uniform (&rng);
  cj_stdp_neuron_run (&neuron, SECONDS, seed, weights, rates, G_N_ELEMENTS (rates), stop, run);
  if (cjl_card_run_is_cancelled (run))
    return TRUE;
  for (guint i = 0; i < neuron.n; i++)
    {
      counts[(guint) (weights[i] * (N_POINTS - 1) + 0.5f)]++;
      weak += weights[i] < 0.1f;
      strong += weights[i] > 0.9f;
      middle += weights[i] > 0.2f && weights[i] < 0.8f;
    }
  for (guint i = 0; i < N_POINTS; i++)
    cjl_card_run_set_point (run, "share", i, (double) counts[i] / neuron.n);
  cjl_card_run_set (run, "bimodality", cj_bimodality (weights, neuron.n));
  cjl_card_run_set (run, "weak", (double) weak / neuron.n);
  cjl_card_run_set (run, "strong", (double) strong / neuron.n);
  cjl_card_run_set (run, "middle", (double) middle / neuron.n);
  cjl_card_run_set (run, "rate", rates[G_N_ELEMENTS (rates) - 1]);
  return TRUE;
}

const CjlResultCard cjl_card_stdp_bimodal = {
  .abi = CJL_CARD_ABI,
  .size = sizeof (CjlResultCard),
  .version = 1,
  .experiment = {
    .id = "stdp-bimodal",
    .title = "Synapses compete",
    .category = CJL_CARD_CATEGORY,
    .blurb = "When only the order of spikes counts, every synapse becomes strong or silent",
    .teaches = "Nobody tells the synapses what to do: those that take part in a spike win the next one",
    .expected = "weights at both ends",
  },
  .paper = "Song, Miller and Abbott, 2000: Competitive Hebbian learning through "
           "spike-timing-dependent synaptic plasticity, figure 2",
  .passes = "A bimodality coefficient of at least 0.6, where even weights have 0.556, a heap at each "
            "end and less than 40 % between",
  .values = values,
  .lines = lines,
  .x_title = "weight, as a share of the largest",
  .y_title = "share of the weights",
  .y_share = TRUE,
  .x = bins,
  .n_points = N_POINTS,
  .n_seeds = 3,
  .seconds = 2,
  .run = run,
};
