/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A. L. Hodgkin, A. F. Huxley, "A quantitative description of membrane current and its application to
 * conduction and excitation in nerve", Journal of Physiology 117 (1952), eqs. 3, 7, 15, 20, 21, 23 to 26, at
 * 6.3 °C, with the membrane at rest at -65 mV and inside against outside; by a fourth-order Runge-Kutta step. A
 * spike is where the membrane comes up through 0 mV. */
#include "cj-neuron.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

typedef struct
{
  double c, g_na, g_k, g_leak, e_na, e_k, e_leak, temperature;
} Params;

static const CjParam params[] = {
  { .name = "c",
    .title = N_ ("Capacitance"),
    .blurb = N_ ("Charge that makes a potential"),
    .unit = "µF/cm²",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, c),
    .preset = 1,
    .min = 0.05,
    .max = 100,
    .soft_min = 0.5,
    .soft_max = 3,
    .digits = 2,
    .flags = CJ_PARAM_LIVE },
  { .name = "g-na",
    .title = N_ ("Sodium conductance"),
    .blurb = N_ ("With all sodium channels open"),
    .unit = "mS/cm²",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, g_na),
    .preset = 120,
    .min = 0,
    .max = 10000.0,
    .soft_min = 0,
    .soft_max = 200,
    .digits = 1,
    .flags = CJ_PARAM_LIVE },
  { .name = "g-k",
    .title = N_ ("Potassium conductance"),
    .blurb = N_ ("With all potassium channels open"),
    .unit = "mS/cm²",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, g_k),
    .preset = 36,
    .min = 0,
    .max = 10000.0,
    .soft_min = 0,
    .soft_max = 80,
    .digits = 1,
    .flags = CJ_PARAM_LIVE },
  { .name = "g-leak",
    .title = N_ ("Leak conductance"),
    .blurb = N_ ("Of what is always open"),
    .unit = "mS/cm²",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, g_leak),
    .preset = 0.3,
    .min = 0,
    .max = 100,
    .soft_min = 0,
    .soft_max = 2,
    .digits = 2,
    .flags = CJ_PARAM_LIVE },
  { .name = "e-na",
    .title = N_ ("Sodium potential"),
    .blurb = N_ ("Where sodium pulls to"),
    .unit = "mV",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, e_na),
    .preset = 50,
    .min = -200,
    .max = 200,
    .soft_min = 20,
    .soft_max = 80,
    .digits = 1,
    .flags = CJ_PARAM_LIVE },
  { .name = "e-k",
    .title = N_ ("Potassium potential"),
    .blurb = N_ ("Where potassium pulls to"),
    .unit = "mV",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, e_k),
    .preset = -77,
    .min = -200,
    .max = 200,
    .soft_min = -100,
    .soft_max = -60,
    .digits = 1,
    .flags = CJ_PARAM_LIVE },
  { .name = "e-leak",
    .title = N_ ("Leak potential"),
    .blurb = N_ ("Where the leak pulls to"),
    .unit = "mV",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, e_leak),
    .preset = -54.387,
    .min = -200,
    .max = 200,
    .soft_min = -80,
    .soft_max = -40,
    .digits = 3,
    .flags = CJ_PARAM_LIVE },
  { .name = "temperature",
    .title = N_ ("Temperature"),
    .blurb = N_ ("Channels are three times as fast for 10 °C more"),
    .unit = "°C",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, temperature),
    .preset = 6.3,
    .min = -10,
    .max = 50,
    .soft_min = 0,
    .soft_max = 25,
    .digits = 1,
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

/* x / (1 - exp (-x / y)), which is y at 0 */
static double
ramp (double x, double y)
{
  return fabs (x / y) < 1e-6 ? y * (1 + x / y / 2) : x / (1 - exp (-x / y));
}

/* Opening and closing rates of m, h and n, 1/ms. */
static void
find_rates (double v, double opening[3], double closing[3])
{
  opening[0] = 0.1 * ramp (v + 40, 10);
  closing[0] = 4 * exp (-(v + 65) / 18);
  opening[1] = 0.07 * exp (-(v + 65) / 20);
  closing[1] = 1 / (1 + exp (-(v + 35) / 10));
  opening[2] = 0.01 * ramp (v + 55, 10);
  closing[2] = 0.125 * exp (-(v + 65) / 80);
}

static void
slope (gconstpointer values, const double *state, double current, double *out)
{
  const Params *p = values;
  const double v = state[0], m = state[1], h = state[2], n = state[3];
  const double fast = pow (3, (p->temperature - 6.3) / 10);
  double opening[3], closing[3];

  find_rates (v, opening, closing);
  out[0] = (current - p->g_na * m * m * m * h * (v - p->e_na)
            - p->g_k * n * n * n * n * (v - p->e_k) - p->g_leak * (v - p->e_leak))
           / p->c;
  for (int i = 0; i < 3; i++)
    out[1 + i] = fast * (opening[i] * (1 - state[1 + i]) - closing[i] * state[1 + i]);
}

/* Gates as they are at -65 mV, where the currents cancel for the presets. */
static void
rest (gconstpointer values, double *state)
{
  double opening[3], closing[3];

  (void) values;
  state[0] = -65;
  find_rates (state[0], opening, closing);
  for (int i = 0; i < 3; i++)
    state[1 + i] = opening[i] / (opening[i] + closing[i]);
}

/* To two variables: m is as fast as v, and h goes with n (V. Krinskii, Yu. Kokoz, Biofizika 18, 1973: their sum
 * stays at about 0.85; here it stays as it is at rest). */
static void
reduce (gconstpointer values, double *state)
{
  const double v = state[0], n = state[3];
  double opening[3], closing[3], at_rest[4];

  rest (values, at_rest);
  find_rates (v, opening, closing);
  state[1] = opening[0] / (opening[0] + closing[0]);
  state[2] = CLAMP (at_rest[2] + at_rest[3] - n, 0, 1);
}

extern const CjNeuronInfo cj_neuron_hodgkin_huxley;

static gboolean
step (gconstpointer values, double *state, double current, double dt)
{
  const double was = state[0];

  cj_neuron_runge_kutta (&cj_neuron_hodgkin_huxley, values, state, current, dt);
  return was < 0 && state[0] >= 0;
}

static const CjFiringPattern patterns[] = {
  { "action-potential",
    N_ ("Action potential"),
    N_ ("One spike after a short pulse"),
    NULL,
    0.01,
    50,
    NULL,
    { 0, { { 10, 11, 15, 15 } }, 1 } },
  { "tonic-spiking",
    N_ ("Tonic spiking"),
    N_ ("Fires as long as the current lasts"),
    NULL,
    0.01,
    150,
    NULL,
    { 0, { { 20, 120, 10, 10 } }, 1 } },
  { "single-spike",
    N_ ("Single spike"),
    N_ ("A weak current makes it fire once"),
    NULL,
    0.01,
    150,
    NULL,
    { 0, { { 20, 120, 4, 4 } }, 1 } },
  { "anode-break",
    N_ ("Anode break"),
    N_ ("Fires when an inhibition ends"),
    NULL,
    0.01,
    150,
    NULL,
    { 0, { { 20, 70, -5, -5 } }, 1 } },
  { "block",
    N_ ("Depolarisation block"),
    N_ ("A current that is too strong silences it"),
    NULL,
    0.01,
    150,
    NULL,
    { 0, { { 20, 120, 200, 200 } }, 1 } },
  { NULL },
};

const CjNeuronInfo cj_neuron_hodgkin_huxley = {
  .abi = 1,
  .id = "hodgkin-huxley",
  .title = N_ ("Hodgkin–Huxley"),
  .blurb = N_ ("The membrane of the squid's giant axon with its sodium and potassium channels"),
  .formula
  = "C v' = I − g_Na m³ h (v − E_Na) − g_K n⁴ (v − E_K) − g_L (v − E_L); x' = α_x (v) (1 − x) − "
    "β_x (v) x for m, h, n",
  .biology = N_ ("Where the spike comes from: sodium rushes in, potassium out"),
  .source = "Hodgkin and Huxley, Journal of Physiology 117 (1952)",
  .current_unit = "µA/cm²",
  .params_size = sizeof (Params),
  .params = params,
  .n_state = 4,
  .state_names = { "v", "m", "h", "n" },
  .state_units = { "mV", NULL, NULL, NULL },
  .dt = 0.01,
  .patterns = patterns,
  .rest = rest,
  .step = step,
  .slope = slope,
  .peak = NAN,
  .recovery = 3,
  .reduce = reduce,
};
