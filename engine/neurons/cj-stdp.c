/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-stdp.h"

#include "cj-rng.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

const CjParam cj_stdp_params[] = {
  { .name = "a-plus",
    .title = N_ ("Strengthening"),
    .blurb = N_ ("Most that a pair adds to a weight, as a share of the largest one"),
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (CjStdp, a_plus),
    .preset = 0.01,
    .min = 0,
    .max = 1,
    .soft_max = 0.05,
    .digits = 4,
    .flags = CJ_PARAM_LIVE },
  { .name = "a-minus",
    .title = N_ ("Weakening"),
    .blurb = N_ ("Most that a pair takes off a weight, as a share of the largest one"),
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (CjStdp, a_minus),
    .preset = 0.0105,
    .min = 0,
    .max = 1,
    .soft_max = 0.05,
    .digits = 4,
    .flags = CJ_PARAM_LIVE },
  { .name = "tau-plus",
    .title = N_ ("Time of strengthening"),
    .blurb = N_ ("How long before the neuron a synapse may spike"),
    .unit = "ms",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (CjStdp, tau_plus),
    .preset = 20,
    .min = 0.1,
    .max = 10000,
    .soft_max = 100,
    .digits = 1,
    .flags = CJ_PARAM_LIVE },
  { .name = "tau-minus",
    .title = N_ ("Time of weakening"),
    .blurb = N_ ("How long after the neuron a synapse may spike"),
    .unit = "ms",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (CjStdp, tau_minus),
    .preset = 20,
    .min = 0.1,
    .max = 10000,
    .soft_max = 100,
    .digits = 1,
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

double
cj_stdp_window (const CjStdp *stdp, double delay)
{
  return delay >= 0 ? stdp->a_plus * exp (-delay / stdp->tau_plus)
                    : -stdp->a_minus * exp (delay / stdp->tau_minus);
}

void
cj_stdp_neuron_init (CjStdpNeuron *neuron)
{
  *neuron = (CjStdpNeuron){ .n = 1000,
                            .rate = 15,
                            .tau = 10,
                            .tau_g = 5,
                            .leak = -74,
                            .synapse = 0,
                            .threshold = -54,
                            .reset = -60,
                            .largest = 0.01,
                            .stdp = { 0.01, 1.05 * 0.01, 20, 20 },
                            .dt = 0.1 };
}

/* The neuron on its way. A trace decays between spikes; it is brought up to date where it is needed. */
typedef struct
{
  const CjStdpNeuron *neuron;
  float *weights;
  double *traces,
      *seen; /* by synapse: a_plus summed over its spikes, and when that was right, ms */
  double trace, seen_at; /* the same of the neuron's spikes, of a_minus */
  double v, g;
  CjRng rng;
  double next; /* ms, of the next spike of any train */
} Run;

/* All trains together are one Poisson train of the sum of their rates. */
static double
draw_wait (Run *run)
{
  const double all = run->neuron->rate * run->neuron->n / 1000; /* 1/ms */

  return -log (1 - (double) cj_rng_uniform (&run->rng)) / all;
}

static void
spike_in (Run *run, double t)
{
  const CjStdpNeuron *neuron = run->neuron;
  const guint i = cj_rng_below (&run->rng, neuron->n);

  run->g += run->weights[i] * neuron->largest;
  run->traces[i]
      = run->traces[i] * exp ((run->seen[i] - t) / neuron->stdp.tau_plus) + neuron->stdp.a_plus;
  run->seen[i] = t;
  run->weights[i] = (float) CLAMP (
      run->weights[i] - run->trace * exp ((run->seen_at - t) / neuron->stdp.tau_minus), 0, 1);
}

static void
spike_out (Run *run, double t)
{
  const CjStdpNeuron *neuron = run->neuron;

  run->v = neuron->reset;
  run->trace
      = run->trace * exp ((run->seen_at - t) / neuron->stdp.tau_minus) + neuron->stdp.a_minus;
  run->seen_at = t;
  for (guint i = 0; i < neuron->n; i++)
    {
      run->traces[i] *= exp ((run->seen[i] - t) / neuron->stdp.tau_plus);
      run->seen[i] = t;
      run->weights[i] = (float) CLAMP (run->weights[i] + run->traces[i], 0, 1);
    }
}

/* One step of dt: what came in during it counts from its end. Whether the neuron fired. */
static gboolean
step (Run *run, double t)
{
  const CjStdpNeuron *neuron = run->neuron;

  run->v
      += neuron->dt / neuron->tau * (neuron->leak - run->v + run->g * (neuron->synapse - run->v));
  run->g *= exp (-neuron->dt / neuron->tau_g);
  while (run->next <= t)
    {
      spike_in (run, run->next);
      run->next += draw_wait (run);
    }
  if (!(run->v > neuron->threshold))
    return FALSE;
  spike_out (run, t);
  return TRUE;
}

void
cj_stdp_neuron_run (const CjStdpNeuron *neuron, double seconds, guint64 seed, float *weights,
                    float *rates, guint n_bins, gboolean (*stop) (double share, gpointer data),
                    gpointer data)
{
  const guint64 n_steps = (guint64) (seconds * 1000 / neuron->dt + 0.5);
  g_autofree double *traces = g_new0 (double, neuron->n), *seen = g_new0 (double, neuron->n);
  Run run
      = { .neuron = neuron, .weights = weights, .traces = traces, .seen = seen, .v = neuron->leak };

  cj_rng_init (&run.rng, seed, CJ_RNG_SPIKES, 0);
  run.next = draw_wait (&run);
  for (guint b = 0; b < n_bins && rates != NULL; b++)
    rates[b] = 0;
  for (guint64 i = 0; i < n_steps; i++)
    {
      const gboolean fired = step (&run, (double) (i + 1) * neuron->dt);

      if (fired && rates != NULL)
        rates[i * n_bins / n_steps] += (float) (n_bins / seconds);
      if (stop != NULL && i % (n_steps / 100 + 1) == 0
          && stop ((double) i / (double) n_steps, data))
        return;
    }
}

double
cj_bimodality (const float *values, gsize n)
{
  const double k = (double) n;
  double mean = 0, second = 0, third = 0, fourth = 0, skewness, kurtosis;

  if (n < 4)
    return NAN;
  for (gsize i = 0; i < n; i++)
    mean += values[i] / k;
  for (gsize i = 0; i < n; i++)
    {
      const double d = values[i] - mean;

      second += d * d / k;
      third += d * d * d / k;
      fourth += d * d * d * d / k;
    }
  skewness = third / pow (second, 1.5) * sqrt (k * (k - 1)) / (k - 2);
  kurtosis = (k - 1) / ((k - 2) * (k - 3)) * ((k + 1) * (fourth / (second * second) - 3) + 6);
  return (skewness * skewness + 1) / (kurtosis + 3 * (k - 1) * (k - 1) / ((k - 2) * (k - 3)));
}
