/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The leaky integrate-and-fire neuron, tau v' = leak - v + r I, exact for a current that is constant in a step:
 * v <- v_inf + (v - v_inf) exp (-dt / tau), v_inf = leak + r I. L. Lapicque (1907); S. Rotter, M. Diesmann,
 * "Exact digital simulation of time-invariant linear systems", Biological Cybernetics 81 (1999). */
#include "cj-threshold.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

typedef struct
{
  double tau, r, leak, threshold, reset, refractory;
} Params;

static const CjParam params[] = {
  { .name = "tau",
    .title = N_ ("Time constant"),
    .blurb = N_ ("How long the membrane remembers"),
    .unit = "ms",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, tau),
    .preset = 10,
    .min = 0.001,
    .max = 10000.0,
    .soft_min = 1,
    .soft_max = 100,
    .digits = 3,
    .flags = CJ_PARAM_LIVE },
  { .name = "r",
    .title = N_ ("Resistance"),
    .blurb = N_ ("How much potential a current makes"),
    .unit = "MΩ",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, r),
    .preset = 10,
    .min = 0,
    .max = 1000000.0,
    .soft_min = 1,
    .soft_max = 100,
    .digits = 3,
    .flags = CJ_PARAM_LIVE },
  { .name = "leak",
    .title = N_ ("Resting potential"),
    .blurb = N_ ("Where the membrane goes without a current"),
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

  out[0] = state[1] > 0 ? 0 : (p->leak - state[0] + p->r * current) / p->tau;
  out[1] = state[1] > 0 ? -1 : 0;
}

static gboolean
step (gconstpointer values, double *state, double current, double dt)
{
  const Params *p = values;
  const double end = p->leak + p->r * current;

  if (cj_threshold_waits (state, dt))
    return FALSE;
  state[0] = end + (state[0] - end) * exp (-dt / p->tau);
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
    { 0, { { 20, 180, 2, 2 } }, 1 } },
  { "subthreshold",
    N_ ("Below threshold"),
    N_ ("The membrane charges and does not fire"),
    NULL,
    0.1,
    200,
    NULL,
    { 0, { { 20, 120, 1.4, 1.4 } }, 1 } },
  { NULL },
};

const CjNeuronInfo cj_neuron_lif = {
  .abi = 1,
  .id = "lif",
  .title = N_ ("Leaky integrate-and-fire"),
  .blurb = N_ ("A leaking capacitor that fires at a threshold and begins again"),
  .formula = "τ v' = v_rest − v + R I; v ≥ θ: v ← v_reset for the refractory time",
  .biology = N_ ("The passive membrane of any neuron; the spike itself is left out"),
  .source
  = "Lapicque, Journal de Physiologie et de Pathologie Générale 9 (1907); Rotter and Diesmann, "
    "Biological Cybernetics 81 (1999)",
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
