/* SPDX-License-Identifier: GPL-3.0-or-later */
/* E. M. Izhikevich, "Simple model of spiking neurons", IEEE Transactions on Neural Networks 14 (2003), eqs. 1
 * to 3, and the twenty ways to fire of figure 1 of "Which model to use for cortical spiking neurons?", IEEE
 * Transactions on Neural Networks 15 (2004), with the parameters and currents of its program: in steps of dt
 * first v, then u from the new v (forward Euler), and what reached 30 mV is reset. */
#include "cj-neuron.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

typedef struct
{
  double a, b, c, d;
  double linear, constant; /* of v' = 0.04 v² + linear v + constant - u + I */
  double rest_v;           /* of u' = a (b (v - rest_v) - leak u) */
  double leak;
} Params;

static const CjParam params[] = {
  { .name = "a",
    .title = N_ ("Recovery rate"),
    .blurb = N_ ("How fast the recovery variable u follows"),
    .unit = "1/ms",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, a),
    .preset = 0.02,
    .min = -1,
    .max = 2,
    .soft_min = 0.005,
    .soft_max = 0.2,
    .digits = 4,
    .flags = CJ_PARAM_LIVE },
  { .name = "b",
    .title = N_ ("Recovery coupling"),
    .blurb = N_ ("How much the recovery variable follows the membrane below threshold"),
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, b),
    .preset = 0.2,
    .min = -2,
    .max = 2,
    .soft_min = -0.2,
    .soft_max = 0.5,
    .digits = 3,
    .flags = CJ_PARAM_LIVE },
  { .name = "c",
    .title = N_ ("Reset"),
    .blurb = N_ ("Where the membrane is after a spike"),
    .unit = "mV",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, c),
    .preset = -65,
    .min = -120,
    .max = 29,
    .soft_min = -80,
    .soft_max = -40,
    .digits = 1,
    .flags = CJ_PARAM_LIVE },
  { .name = "d",
    .title = N_ ("Recovery step"),
    .blurb = N_ ("How much a spike adds to the recovery variable"),
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, d),
    .preset = 8,
    .min = -100,
    .max = 100,
    .soft_min = -2,
    .soft_max = 10,
    .digits = 2,
    .flags = CJ_PARAM_LIVE },
  { .name = "linear",
    .title = N_ ("Linear term"),
    .blurb = N_ ("Factor of v in its slope"),
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, linear),
    .preset = 5,
    .min = 0,
    .max = 20,
    .digits = 2,
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { .name = "constant",
    .title = N_ ("Constant term"),
    .blurb = N_ ("What is always added to the slope of v"),
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, constant),
    .preset = 140,
    .min = 0,
    .max = 500,
    .digits = 1,
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { .name = "rest-v",
    .title = N_ ("Recovery zero"),
    .blurb = N_ ("The membrane potential at which recovery is pulled to 0"),
    .unit = "mV",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, rest_v),
    .preset = 0,
    .min = -120,
    .max = 50,
    .digits = 1,
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { .name = "leak",
    .title = N_ ("Recovery leak"),
    .blurb = N_ ("Factor of u in its own decay; 0: it sums up"),
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, leak),
    .preset = 1,
    .max = 1,
    .digits = 2,
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { NULL },
};

static void
slope (gconstpointer values, const double *state, double current, double *out)
{
  const Params *p = values;
  const double v = state[0], u = state[1];

  out[0] = 0.04 * v * v + p->linear * v + p->constant - u + current;
  out[1] = p->a * (p->b * (v - p->rest_v) - p->leak * u);
}

/* Where both stand still, at the lower of two places; without one at the usual -70 mV. */
static void
rest (gconstpointer values, double *state)
{
  const Params *p = values;
  const double b = p->leak > 0 ? p->b / p->leak : 0;
  const double middle = (p->linear - b) / 0.08;
  const double under = middle * middle - (p->constant + b * p->rest_v) / 0.04;

  state[0] = under >= 0 ? -middle - sqrt (under) : -70;
  state[1] = b * (state[0] - p->rest_v);
}

static gboolean
step (gconstpointer values, double *state, double current, double dt)
{
  const Params *p = values;
  double change[2];

  slope (values, state, current, change);
  state[0] += dt * change[0];
  slope (values, state, current, change);
  state[1] += dt * change[1];
  if (!(state[0] > 30))
    return FALSE;
  state[0] = p->c;
  state[1] += p->d;
  return TRUE;
}

#define FROM(t, end, amplitude)                                                                    \
  {                                                                                                \
    t, end, amplitude, amplitude                                                                   \
  }

/* v and u = b v at the start, but where the program says otherwise */
static const double tonic[] = { -70, -14 }, phasic[] = { -64, -16 }, class_1[] = { -60, 6 },
                    class_2[] = { -64, -16.64 }, waves[] = { -62, -16.12 },
                    two_ways[] = { -61, -15.86 }, slow[] = { -65, -16 },
                    inverted[] = { -63.8, 63.8 };

static const CjFiringPattern patterns[] = {
  { "tonic-spiking",
    N_ ("Tonic spiking"),
    N_ ("Fires as long as the current lasts"),
    "d=6",
    0.25,
    100,
    tonic,
    { 0, { FROM (10, 1e9, 14) }, 1 } },
  { "phasic-spiking",
    N_ ("Phasic spiking"),
    N_ ("Fires once, when the current begins"),
    "b=0.25 d=6",
    0.25,
    200,
    phasic,
    { 0, { FROM (20, 1e9, 0.5) }, 1 } },
  { "tonic-bursting",
    N_ ("Tonic bursting"),
    N_ ("Fires bursts as long as the current lasts"),
    "c=-50 d=2",
    0.25,
    220,
    tonic,
    { 0, { FROM (22, 1e9, 15) }, 1 } },
  { "phasic-bursting",
    N_ ("Phasic bursting"),
    N_ ("Fires one burst, when the current begins"),
    "b=0.25 c=-55 d=0.05",
    0.2,
    200,
    phasic,
    { 0, { FROM (20, 1e9, 0.6) }, 1 } },
  { "mixed-mode",
    N_ ("Mixed mode"),
    N_ ("A burst first, then single spikes"),
    "c=-55 d=4",
    0.25,
    160,
    tonic,
    { 0, { FROM (16, 1e9, 10) }, 1 } },
  { "adaptation",
    N_ ("Spike-frequency adaptation"),
    N_ ("Fires ever more slowly"),
    "a=0.01 d=8",
    0.25,
    85,
    tonic,
    { 0, { FROM (8.5, 1e9, 30) }, 1 } },
  { "class-1",
    N_ ("Class 1 excitability"),
    N_ ("Begins to fire as slowly as you like"),
    "b=-0.1 c=-55 d=6 linear=4.1 constant=108",
    0.25,
    300,
    class_1,
    { 0, { { 30, 330, 0, 22.5 } }, 1 } },
  { "class-2",
    N_ ("Class 2 excitability"),
    N_ ("Begins to fire fast or not at all"),
    "a=0.2 b=0.26 d=0",
    0.25,
    300,
    class_2,
    { -0.5, { { 30, 330, -0.5, 4 } }, 1 } },
  { "latency",
    N_ ("Spike latency"),
    N_ ("Fires long after a short pulse"),
    "d=6",
    0.2,
    100,
    tonic,
    { 0, { FROM (10, 13, 7.04) }, 1 } },
  { "oscillations",
    N_ ("Subthreshold oscillations"),
    N_ ("The membrane rings after a spike"),
    "a=0.05 b=0.26 c=-60 d=0",
    0.25,
    200,
    waves,
    { 0, { FROM (20, 25, 2) }, 1 } },
  { "resonator",
    N_ ("Resonator"),
    N_ ("Answers pulses at the distance of its own oscillation"),
    "a=0.1 b=0.26 c=-60 d=-1",
    0.25,
    400,
    waves,
    { 0,
      { FROM (40, 44, 0.65), FROM (60, 64, 0.65), FROM (280, 284, 0.65), FROM (320, 324, 0.65) },
      4 } },
  { "integrator",
    N_ ("Integrator"),
    N_ ("Answers pulses that come close together"),
    "b=-0.1 c=-55 d=6 linear=4.1 constant=108",
    0.25,
    100,
    class_1,
    { 0,
      { FROM (100 / 11.0, 100 / 11.0 + 2, 9), FROM (100 / 11.0 + 5, 100 / 11.0 + 7, 9),
        FROM (70, 72, 9), FROM (80, 82, 9) },
      4 } },
  { "rebound-spike",
    N_ ("Rebound spike"),
    N_ ("Fires when an inhibition ends"),
    "a=0.03 b=0.25 c=-60 d=4",
    0.2,
    200,
    phasic,
    { 0, { FROM (20, 25, -15) }, 1 } },
  { "rebound-burst",
    N_ ("Rebound burst"),
    N_ ("Fires a burst when an inhibition ends"),
    "a=0.03 b=0.25 c=-52 d=0",
    0.2,
    200,
    phasic,
    { 0, { FROM (20, 25, -15) }, 1 } },
  { "threshold-variability",
    N_ ("Threshold variability"),
    N_ ("A pulse that is too weak is enough after an inhibition"),
    "a=0.03 b=0.25 c=-60 d=4",
    0.25,
    100,
    phasic,
    { 0, { FROM (10, 15, 1), FROM (70, 75, -6), FROM (80, 85, 1) }, 3 } },
  { "bistability",
    N_ ("Bistability"),
    N_ ("A pulse turns firing on, and another off"),
    "a=0.1 b=0.26 c=-60 d=0",
    0.25,
    300,
    two_ways,
    { 0.24, { FROM (37.5, 42.5, 1.24), FROM (216, 221, 1.24) }, 2 } },
  { "after-potential",
    N_ ("Depolarising after-potential"),
    N_ ("The membrane stays up after a spike"),
    "a=1 c=-60 d=-21",
    0.1,
    50,
    tonic,
    { 0, { FROM (9, 11, 20) }, 1 } },
  { "accommodation",
    N_ ("Accommodation"),
    N_ ("A slow rise goes unnoticed, a fast one does not"),
    "b=1 c=-55 d=4 rest-v=-65 leak=0",
    0.5,
    400,
    slow,
    { 0, { { -1, 200, -0.04, 8 }, { 300, 312.5, 0, 4 } }, 2 } },
  { "inhibition-spiking",
    N_ ("Inhibition-induced spiking"),
    N_ ("Fires while it is inhibited"),
    "a=-0.02 b=-1 c=-60 d=8",
    0.5,
    350,
    inverted,
    { 80, { FROM (50, 250, 75) }, 1 } },
  { "inhibition-bursting",
    N_ ("Inhibition-induced bursting"),
    N_ ("Fires bursts while it is inhibited"),
    "a=-0.026 b=-1 c=-45 d=-2",
    0.5,
    350,
    inverted,
    { 80, { FROM (50, 250, 75) }, 1 } },
  { NULL },
};

const CjNeuronInfo cj_neuron_izhikevich = {
  .abi = 1,
  .id = "izhikevich",
  .title = N_ ("Izhikevich"),
  .blurb = N_ ("Two variables and four numbers that fire in every way cortical neurons do"),
  .formula = "v' = 0.04 v² + 5 v + 140 − u + I; u' = a (b v − u); v ≥ 30 mV: v ← c, u ← u + d",
  .biology = N_ ("Fits regular spiking, bursting, chattering and fast spiking cells of cortex"),
  .source = "Izhikevich, IEEE Transactions on Neural Networks 14 (2003) and 15 (2004)",
  .current_unit = NULL,
  .params_size = sizeof (Params),
  .params = params,
  .n_state = 2,
  .state_names = { "v", "u" },
  .state_units = { "mV", NULL },
  .dt = 0.25,
  .patterns = patterns,
  .rest = rest,
  .step = step,
  .slope = slope,
  .peak = 30,
  .recovery = 1,
};
