/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The integrate-and-fire neuron without a leak, C v' = I: exact for a current that is constant in a step. */
#include "cj-threshold.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

typedef struct
{
  double capacitance, leak, threshold, reset, refractory;
} Params;

static const CjParam params[] = {
  { .name = "capacitance",
    .title = N_ ("Capacitance"),
    .blurb = N_ ("How much charge makes a potential"),
    .unit = "nF",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, capacitance),
    .preset = 1,
    .min = 1e-06,
    .max = 1000000.0,
    .soft_min = 0.1,
    .soft_max = 10,
    .digits = 3,
    .flags = CJ_PARAM_LIVE },
  { .name = "leak",
    .title = N_ ("Resting potential"),
    .blurb = N_ ("Where the membrane begins"),
    .unit = "mV",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, leak),
    .preset = -65,
    .min = -1000.0,
    .max = 1000.0,
    .soft_min = -80,
    .soft_max = -40,
    .digits = 2,
    .flags = CJ_PARAM_LIVE },
  { CJ_THRESHOLD, .offset = offsetof (Params, threshold) },
  { CJ_THRESHOLD_RESET, .offset = offsetof (Params, reset) },
  { CJ_THRESHOLD_REFRACTORY, .offset = offsetof (Params, refractory) },
  { NULL },
};

static void
rest (gconstpointer values, double *state)
{
  const Params *p = values;

  state[0] = p->leak;
  state[1] = 0;
}

static void
slope (gconstpointer values, const double *state, double current, double *out)
{
  const Params *p = values;

  out[0] = state[1] > 0 ? 0 : current / p->capacitance;
  out[1] = state[1] > 0 ? -1 : 0;
}

static gboolean
step (gconstpointer values, double *state, double current, double dt)
{
  const Params *p = values;

  if (cj_threshold_waits (state, dt))
    return FALSE;
  state[0] += dt * current / p->capacitance;
  return cj_threshold_fires (state, p->threshold, p->reset, p->refractory);
}

static const CjFiringPattern patterns[] = {
  { "tonic-spiking",
    N_ ("Tonic spiking"),
    N_ ("Fires as long as the current lasts"),
    NULL,
    0.1,
    200,
    NULL,
    { 0, { { 20, 180, 1, 1 } }, 1 } },
  { "memory",
    N_ ("Perfect memory"),
    N_ ("Adds up pulses however far apart they are"),
    NULL,
    0.1,
    200,
    NULL,
    { 0, { { 20, 25, 1.2, 1.2 }, { 80, 85, 1.2, 1.2 }, { 140, 145, 1.2, 1.2 } }, 3 } },
  { NULL },
};

const CjNeuronInfo cj_neuron_integrate_and_fire = {
  .abi = 1,
  .id = "integrate-and-fire",
  .title = N_ ("Integrate-and-fire"),
  .blurb = N_ ("A capacitor that fires at a threshold and never forgets"),
  .formula = "C v' = I; v ≥ θ: v ← v_reset for the refractory time",
  .biology = N_ ("A membrane whose leak is too slow to matter"),
  .source = "Lapicque, Journal de Physiologie et de Pathologie Générale 9 (1907)",
  .current_unit = "nA",
  .params_size = sizeof (Params),
  .params = params,
  .n_state = 2,
  .state_names = { "v", "wait" },
  .state_units = { "mV", "ms" },
  .dt = 0.1,
  .patterns = patterns,
  .rest = rest,
  .step = step,
  .slope = slope,
  .peak = 20,
};
