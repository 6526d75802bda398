/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The adaptive exponential integrate-and-fire neuron: R. Brette, W. Gerstner, Journal of Neurophysiology 94
 * (2005), eqs. 2 to 4, by a fourth-order Runge-Kutta step. Ways to fire and their numbers: R. Naud, N. Marcille,
 * C. Clopath, W. Gerstner, "Firing patterns in the adaptive exponential integrate-and-fire model", Biological
 * Cybernetics 99 (2008), table 1. */
#include "cj-neuron.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

typedef struct
{
  double c, g, leak, threshold, slope, a, tau, b, reset, peak;
} Params;

static const CjParam params[] = {
  { .name = "c",
    .title = N_ ("Capacitance"),
    .blurb = N_ ("Charge that makes a potential"),
    .unit = "pF",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, c),
    .preset = 200,
    .min = 1,
    .max = 100000.0,
    .soft_min = 50,
    .soft_max = 500,
    .digits = 1,
    .flags = CJ_PARAM_LIVE },
  { .name = "g",
    .title = N_ ("Leak conductance"),
    .blurb = N_ ("How fast the membrane leaks"),
    .unit = "nS",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, g),
    .preset = 10,
    .min = 0.001,
    .max = 10000.0,
    .soft_min = 1,
    .soft_max = 30,
    .digits = 2,
    .flags = CJ_PARAM_LIVE },
  { .name = "leak",
    .title = N_ ("Resting potential"),
    .blurb = N_ ("Where the leak pulls to"),
    .unit = "mV",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, leak),
    .preset = -70,
    .min = -200,
    .max = 50,
    .soft_min = -80,
    .soft_max = -50,
    .digits = 1,
    .flags = CJ_PARAM_LIVE },
  { .name = "threshold",
    .title = N_ ("Rheobase potential"),
    .blurb = N_ ("Where the spike begins to start itself"),
    .unit = "mV",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, threshold),
    .preset = -50,
    .min = -200,
    .max = 50,
    .soft_min = -60,
    .soft_max = -40,
    .digits = 1,
    .flags = CJ_PARAM_LIVE },
  { .name = "slope",
    .title = N_ ("Slope factor"),
    .blurb = N_ ("How sharply the spike begins"),
    .unit = "mV",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, slope),
    .preset = 2,
    .min = 0.01,
    .max = 50,
    .soft_min = 0.5,
    .soft_max = 5,
    .digits = 2,
    .flags = CJ_PARAM_LIVE },
  { .name = "a",
    .title = N_ ("Adaptation conductance"),
    .blurb = N_ ("How much the adaptation follows the membrane"),
    .unit = "nS",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, a),
    .preset = 2,
    .min = -1000.0,
    .max = 1000.0,
    .soft_min = -15,
    .soft_max = 30,
    .digits = 2,
    .flags = CJ_PARAM_LIVE },
  { .name = "tau",
    .title = N_ ("Adaptation time"),
    .blurb = N_ ("How long adaptation lasts"),
    .unit = "ms",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, tau),
    .preset = 30,
    .min = 0.01,
    .max = 100000.0,
    .soft_min = 10,
    .soft_max = 300,
    .digits = 1,
    .flags = CJ_PARAM_LIVE },
  { .name = "b",
    .title = N_ ("Adaptation step"),
    .blurb = N_ ("What a spike adds to the adaptation"),
    .unit = "pA",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, b),
    .preset = 0,
    .min = -10000.0,
    .max = 10000.0,
    .soft_min = 0,
    .soft_max = 100,
    .digits = 1,
    .flags = CJ_PARAM_LIVE },
  { .name = "reset",
    .title = N_ ("Reset"),
    .blurb = N_ ("The potential after a spike"),
    .unit = "mV",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, reset),
    .preset = -58,
    .min = -200,
    .max = 0,
    .soft_min = -70,
    .soft_max = -40,
    .digits = 1,
    .flags = CJ_PARAM_LIVE },
  { .name = "peak",
    .title = N_ ("Peak"),
    .blurb = N_ ("The potential at which a spike is cut"),
    .unit = "mV",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, peak),
    .preset = 20,
    .min = -40,
    .max = 100,
    .soft_min = 0,
    .soft_max = 40,
    .digits = 1,
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

static void
rest (gconstpointer values, double *state)
{
  state[0] = ((const Params *) values)->leak;
  state[1] = 0;
}

static void
slope (gconstpointer values, const double *state, double current, double *out)
{
  const Params *p = values;
  const double v = MIN (state[0], p->peak); /* beyond it the exponential knows no bound */

  out[0] = (-p->g * (v - p->leak) + p->g * p->slope * exp ((v - p->threshold) / p->slope) + current
            - state[1])
           / p->c;
  out[1] = (p->a * (v - p->leak) - state[1]) / p->tau;
}

extern const CjNeuronInfo cj_neuron_adex;

static gboolean
step (gconstpointer values, double *state, double current, double dt)
{
  const Params *p = values;

  cj_neuron_runge_kutta (&cj_neuron_adex, values, state, current, dt);
  if (!(state[0] >= p->peak))
    return FALSE;
  state[0] = p->reset;
  state[1] += p->b;
  return TRUE;
}

#define FROM(amplitude)                                                                            \
  {                                                                                                \
    0, { { 50, 1e9, amplitude, amplitude } }, 1                                                    \
  }

static const CjFiringPattern patterns[] = {
  { "tonic-spiking", N_ ("Tonic spiking"), N_ ("Fires as long as the current lasts"), NULL, 0.05,
    500, NULL, FROM (500) },
  { "adaptation", N_ ("Spike-frequency adaptation"), N_ ("Fires ever more slowly"),
    "g=12 a=2 tau=300 b=60", 0.05, 500, NULL, FROM (500) },
  { "initial-burst", N_ ("Initial burst"), N_ ("A burst first, then single spikes"),
    "c=130 g=18 leak=-58 a=4 tau=150 b=120 reset=-50", 0.05, 500, NULL, FROM (400) },
  { "regular-bursting", N_ ("Regular bursting"), N_ ("Fires bursts as long as the current lasts"),
    "leak=-58 a=2 tau=120 b=100 reset=-46", 0.05, 500, NULL, FROM (210) },
  { "delayed-accelerating", N_ ("Delayed accelerating"), N_ ("Fires late and ever faster"),
    "g=12 a=-10 tau=300 b=0", 0.05, 500, NULL, FROM (300) },
  { "delayed-bursting", N_ ("Delayed bursting"), N_ ("Fires bursts after a while"),
    "c=100 leak=-65 a=-10 tau=90 b=30 reset=-47", 0.05, 500, NULL, FROM (110) },
  { "transient-spiking", N_ ("Transient spiking"),
    N_ ("Fires when the current begins, then no more"),
    "c=100 leak=-65 a=10 tau=90 b=100 reset=-47", 0.05, 500, NULL, FROM (180) },
  { NULL },
};

const CjNeuronInfo cj_neuron_adex = {
  .abi = 1,
  .id = "adex",
  .title = N_ ("Adaptive exponential"),
  .blurb = N_ ("A leaky neuron whose spike starts itself, and that tires"),
  .formula
  = "C v' = −g (v − E) + g Δ exp ((v − V_T) / Δ) − w + I; τ w' = a (v − E) − w; v ≥ peak: v ← "
    "v_reset, w ← w + b",
  .biology = N_ ("Predicts the spikes of pyramidal cells from the current that was injected"),
  .source = "Brette and Gerstner, Journal of Neurophysiology 94 (2005); Naud et al., Biological "
            "Cybernetics 99 (2008)",
  .current_unit = "pA",
  .params_size = sizeof (Params),
  .params = params,
  .n_state = 2,
  .state_names = { "v", "w" },
  .state_units = { "mV", "pA" },
  .dt = 0.05,
  .patterns = patterns,
  .rest = rest,
  .step = step,
  .slope = slope,
  .peak = 20,
  .recovery = 1,
};
