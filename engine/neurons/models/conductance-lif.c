/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A leaky integrate-and-fire neuron whose synapses are conductances, C v' = g_L (E_L - v) + g_e (E_e - v) + g_i (E_i
 * - v) + I, each decaying by itself and raised by the spikes of Poisson trains: R. Brette et al., "Simulation of
 * networks of spiking neurons", Journal of Computational Neuroscience 23 (2007), benchmark 1, after T. Vogels, L.
 * Abbott, Journal of Neuroscience 25 (2005). In a step the conductances are held, for which it is exact. */
#include "cj-rng.h"
#include "cj-threshold.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

enum
{
  V,
  WAIT,
  EXCITES,
  INHIBITS,
  TIME /* ms, which says what falls into a step */
};

typedef struct
{
  double c, g, leak, threshold, reset, refractory;
  double rate_e, rate_i, jump_e, jump_i, tau_e, tau_i, e_e, e_i;
} Params;

#define NUMBER(word, field_, title_, blurb_, unit_, preset_, min_, max_, soft_min_, soft_max_)     \
  .name = word, .title = title_, .blurb = blurb_, .unit = unit_, .kind = CJ_PARAM_FLOAT,           \
  .offset = offsetof (Params, field_), .preset = preset_, .min = min_, .max = max_,                \
  .soft_min = soft_min_, .soft_max = soft_max_, .digits = 2, .flags = CJ_PARAM_LIVE

static const CjParam params[] = {
  { NUMBER ("rate-e", rate_e, N_ ("Excitatory spikes"), N_ ("Of all excitatory synapses together"),
            "1/ms", 1, 0, 1000, 0, 10) },
  { NUMBER ("rate-i", rate_i, N_ ("Inhibitory spikes"), N_ ("Of all inhibitory synapses together"),
            "1/ms", 0.2, 0, 1000, 0, 5) },
  { NUMBER ("jump-e", jump_e, N_ ("Excitatory weight"),
            N_ ("What a spike adds to the excitatory conductance"), "nS", 1, 0, 10000, 0, 10) },
  { NUMBER ("jump-i", jump_i, N_ ("Inhibitory weight"),
            N_ ("What a spike adds to the inhibitory conductance"), "nS", 5, 0, 10000, 0, 100) },
  { NUMBER ("tau-e", tau_e, N_ ("Excitatory time constant"),
            N_ ("How long the excitatory conductance lasts"), "ms", 5, 0.01, 10000, 1, 50) },
  { NUMBER ("tau-i", tau_i, N_ ("Inhibitory time constant"),
            N_ ("How long the inhibitory conductance lasts"), "ms", 10, 0.01, 10000, 1, 50) },
  { NUMBER ("e-e", e_e, N_ ("Excitatory reversal potential"), N_ ("Where excitation pulls to"),
            "mV", 0, -1000, 1000, -20, 20) },
  { NUMBER ("e-i", e_i, N_ ("Inhibitory reversal potential"), N_ ("Where inhibition pulls to"),
            "mV", -80, -1000, 1000, -90, -50) },
  { NUMBER ("c", c, N_ ("Capacitance"), N_ ("Charge that makes a potential"), "pF", 200, 1, 100000,
            50, 500) },
  { NUMBER ("g", g, N_ ("Leak conductance"), N_ ("How fast the membrane leaks"), "nS", 10, 0.001,
            10000, 1, 30) },
  { NUMBER ("leak", leak, N_ ("Resting potential"), N_ ("Where the leak pulls to"), "mV", -60,
            -1000, 1000, -80, -50) },
  { CJ_THRESHOLD, .offset = offsetof (Params, threshold) },
  { CJ_THRESHOLD_RESET, .offset = offsetof (Params, reset) },
  { CJ_THRESHOLD_REFRACTORY, .offset = offsetof (Params, refractory) },
  { NULL },
};

static void
rest (gconstpointer values, double *state)
{
  state[V] = ((const Params *) values)->leak;
  state[WAIT] = state[EXCITES] = state[INHIBITS] = state[TIME] = 0;
}

static void
slope (gconstpointer values, const double *state, double current, double *out)
{
  const Params *p = values;
  const double v = state[V];

  out[V] = state[WAIT] > 0 ? 0
                           : (p->g * (p->leak - v) + state[EXCITES] * (p->e_e - v)
                              + state[INHIBITS] * (p->e_i - v) + current)
                                 / p->c;
  out[WAIT] = state[WAIT] > 0 ? -1 : 0;
  out[EXCITES] = p->rate_e * p->jump_e - state[EXCITES] / p->tau_e;
  out[INHIBITS] = p->rate_i * p->jump_i - state[INHIBITS] / p->tau_i;
  out[TIME] = 1;
}

/* How many spikes of a Poisson train fall where `mean` are expected: by going through the waits between them. */
static double
count_spikes (CjRng *rng, double mean)
{
  double n = -1, sum = 0;

  while (sum <= mean)
    {
      sum += -log (1 - (double) cj_rng_uniform (rng));
      n++;
    }
  return n;
}

static gboolean
step (gconstpointer values, double *state, double current, double dt)
{
  const Params *p = values;
  const double g = p->g + state[EXCITES] + state[INHIBITS];
  const double end
      = (p->g * p->leak + state[EXCITES] * p->e_e + state[INHIBITS] * p->e_i + current) / g;
  const gboolean waits = cj_threshold_waits (state, dt);
  CjRng rng;

  if (!waits)
    state[V] = end + (state[V] - end) * exp (-dt * g / p->c);
  cj_rng_init (&rng, 2, CJ_RNG_SPIKES, (guint64) (state[TIME] / dt + 0.5));
  state[EXCITES] = state[EXCITES] * exp (-dt / p->tau_e)
                   + (p->rate_e > 0 ? p->jump_e * count_spikes (&rng, p->rate_e * dt) : 0);
  state[INHIBITS] = state[INHIBITS] * exp (-dt / p->tau_i)
                    + (p->rate_i > 0 ? p->jump_i * count_spikes (&rng, p->rate_i * dt) : 0);
  state[TIME] += dt;
  return !waits && cj_threshold_fires (state, p->threshold, p->reset, p->refractory);
}

static const CjFiringPattern patterns[] = {
  { "irregular",
    N_ ("Irregular"),
    N_ ("Excitation and inhibition all but cancel"),
    "rate-e=6 rate-i=1.2",
    0.1,
    1000,
    NULL,
    { 0, { { 0 } }, 0 } },
  { "excitation",
    N_ ("Excitation alone"),
    N_ ("Fires as a clock, with a little jitter"),
    "rate-e=2 rate-i=0",
    0.1,
    500,
    NULL,
    { 0, { { 0 } }, 0 } },
  { "shunt",
    N_ ("Shunting inhibition"),
    N_ ("A current that would make it fire leaks away through open channels"),
    "rate-e=0 rate-i=1 e-i=-60",
    0.1,
    500,
    NULL,
    { 0, { { 100, 400, 300, 300 } }, 1 } },
  { NULL },
};

const CjNeuronInfo cj_neuron_conductance_lif = {
  .abi = 1,
  .id = "conductance-lif",
  .title = N_ ("Conductance-based LIF"),
  .blurb = N_ ("A leaking capacitor whose synapses open channels, so that what they do depends on "
               "where the membrane is"),
  .formula = "C v' = g_L (E_L − v) + g_e (E_e − v) + g_i (E_i − v) + I; τ g' = −g, g ← g + w at a "
             "spike; v ≥ θ: v ← v_reset for the refractory time",
  .biology = N_ ("Glutamate opens channels that pull to 0 mV, GABA those that pull below rest"),
  .source = "Brette et al., Journal of Computational Neuroscience 23 (2007); Vogels and Abbott, "
            "Journal of Neuroscience 25 (2005)",
  .current_unit = "pA",
  .params_size = sizeof (Params),
  .params = params,
  .n_state = 5,
  .state_names = { "v", "wait", "g_e", "g_i" },
  .state_units = { "mV", "ms", "nS", "nS" },
  .dt = 0.1,
  .patterns = patterns,
  .rest = rest,
  .step = step,
  .slope = slope,
  .peak = 20,
};
