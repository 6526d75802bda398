/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Spiking neurons with the synapses that drive them: a weight above 0 opens the excitatory conductance of its
 * neuron, one below 0 the inhibitory one. The presets are the network COBA of Brette et al. 2007 (membrane 20 ms,
 * synapses 5 and 10 ms, rest −60, threshold −50, reversal 0 and −80 mV, pause 5 ms), with the 10 mV from rest to
 * threshold as the unit of potentials. */
#include "cj-activation.h"
#include "cj-error.h"
#include "cj-spiking.h"
#include "cj-start.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

typedef struct
{
  CjSpikingParams spiking; /* first, for the rows of cj-spiking.h */
  int units;
  gboolean bias;
  double tau, tau_e, tau_i, reversal_e, reversal_i, reset;
  int refractory;
  CjStart start;
} Params;

#define TIME(word, field_, title_, blurb_, preset_)                                                \
  .name = word, .title = title_, .blurb = blurb_, .unit = "ms", .kind = CJ_PARAM_FLOAT,            \
  .offset = offsetof (Params, field_), .preset = preset_, .min = 0.01, .max = 100000,              \
  .soft_max = 50, .digits = 2
#define POTENTIAL(word, field_, title_, blurb_, preset_)                                           \
  .name = word, .title = title_, .blurb = blurb_, .kind = CJ_PARAM_FLOAT,                          \
  .offset = offsetof (Params, field_), .preset = preset_, .min = -1000, .max = 1000,               \
  .soft_min = -10, .soft_max = 10, .digits = 3

static const CjParam params[] = {
  { .offset = offsetof (Params, units), CJ_UNITS },
  { TIME ("tau", tau, "Time constant τ", "How long the membrane remembers while no synapse is open",
          20) },
  { TIME ("tau-excitatory", tau_e, "Excitatory time constant",
          "How long the excitatory conductance of a spike lasts", 5) },
  { TIME ("tau-inhibitory", tau_i, "Inhibitory time constant",
          "How long the inhibitory conductance of a spike lasts", 10) },
  { POTENTIAL ("reversal-excitatory", reversal_e, "Excitatory reversal potential",
               "Where excitation pulls the membrane to; rest is 0, and the usual threshold 1", 6) },
  { POTENTIAL ("reversal-inhibitory", reversal_i, "Inhibitory reversal potential",
               "Where inhibition pulls the membrane to; at 0, which is rest, it only shunts", -2) },
  { CJ_SPIKING_THRESHOLD },
  { POTENTIAL ("reset", reset, "Reset potential", "Where the membrane starts after a spike", 0) },
  { .name = "refractory",
    .title = "Refractory period",
    .blurb = "Time steps after a spike in which nothing moves the membrane",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, refractory),
    .preset = 5,
    .max = 10000,
    .soft_max = 10 },
  { .name = "bias",
    .title = "Background current",
    .blurb = "Adds one learned current a unit, which no reversal potential holds back",
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, bias),
    .preset = TRUE,
    .max = 1,
    .flags = CJ_PARAM_RESHAPES },
  { CJ_SPIKING_SURROGATE },
  { CJ_SPIKING_SLOPE },
  { CJ_SPIKING_HEIGHT },
  { CJ_SPIKING_ATTACHED },
  { CJ_SPIKING_WINDOW },
  { CJ_SPIKING_DT },
  { CJ_START_INIT, .offset = offsetof (Params, start.init) },
  { CJ_START_GAIN, .offset = offsetof (Params, start.gain) },
  { NULL },
};

static const CjPort ports_in[] = { { "x", "Spikes", "N T I", CJ_PORT_REQUIRED }, { NULL } };
static const CjPort ports_out[] = { { "y", "Spikes", "N T U", CJ_PORT_REQUIRED },
                                    { "v", "Membrane", "N T U", CJ_PORT_REQUIRED },
                                    { "e", "Excitation", "N T U", CJ_PORT_REQUIRED },
                                    { "i", "Inhibition", "N T U", CJ_PORT_REQUIRED },
                                    { NULL } };

/* What the inputs bring through weights of either sign: max (W, 0) = W − min (W, 0), whose slope at 0 is 1, so that
 * a synapse that was cut can grow again. */
static gboolean
emit_synapses (CjLayerBuild *build, int weight, int *excites, int *inhibits, GError **error)
{
  const CjUnaryAttrs below = { CJ_UNARY_NEGATIVE, 0, 0 };
  const CjBinaryAttrs minus = { CJ_BINARY_SUBTRACT };
  int in[2] = { build->in[0], weight }, split[2] = { weight };

  if (!cj_layer_build_emit (build, &cj_op_unary, &below, &weight, 1, &split[1], error)
      || !cj_layer_build_emit (build, &cj_op_binary, &minus, split, 2, &in[1], error)
      || !cj_layer_build_emit (build, &cj_op_dense, NULL, in, 2, excites, error))
    return FALSE;
  in[1] = split[1];
  return cj_layer_build_emit (build, &cj_op_dense, NULL, in, 2, inhibits, error);
}

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjSpikingParams *spiking = &p->spiking;
  const CjShape *x = cj_layer_build_shape (build, 0);
  const gint64 inputs = x->n_dims > 0 ? x->dims[x->n_dims - 1] : 1;
  const CjShape weight = cj_shape2 (p->units, inputs), bias = cj_shape1 (p->units);
  const CjConductanceAttrs attrs = { .step = spiking->dt / p->tau,
                                     .decay_e = exp (-spiking->dt / p->tau_e),
                                     .decay_i = exp (-spiking->dt / p->tau_i),
                                     .reversal_e = p->reversal_e,
                                     .reversal_i = p->reversal_i,
                                     .threshold = spiking->threshold,
                                     .reset = p->reset,
                                     .refractory = p->refractory,
                                     .attached = spiking->attached,
                                     .surrogate = (CjSurrogate) spiking->surrogate,
                                     .slope = cj_spiking_get_slope (spiking),
                                     .height = spiking->height,
                                     .window = spiking->window };
  int in[3], start;

  if (x->n_dims != 3)
    return cj_spiking_refuse (build, error);
  if (p->reset > spiking->threshold)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("resets to %g, above its threshold of %g, where it would fire for ever. "
                      "Lower the reset."),
                   p->reset, spiking->threshold);
      return FALSE;
    }
  start = cj_layer_build_param (build, "weight", &weight,
                                cj_start_weight (&p->start, inputs, p->units));
  if (p->bias)
    in[2] = cj_layer_build_param (build, "bias", &bias, (CjInit){ .kind = CJ_INIT_ZEROS });
  if (!emit_synapses (build, start, &in[0], &in[1], error)
      || !cj_layer_build_emit (build, &cj_op_conductance, &attrs, in, p->bias ? 3 : 2,
                               &build->out[0], error))
    return FALSE;
  for (int k = 1; k < 4; k++)
    build->out[k] = build->out[0] + k;
  return TRUE;
}

const CjLayerInfo cj_layer_conductance_lif = {
  .abi = CJ_LAYER_ABI,
  .id = "conductance-lif",
  .title = "Conductance-based LIF",
  .category = "spiking",
  .blurb = "Spiking neurons and their synapses, which open channels: what excitation and "
           "inhibition do depends on where the membrane is",
  .formula
  = "g_e[t] = e^(−dt/τ_e) g_e[t−1] + x[t] max (W, 0)ᵀ, g_i alike with max (−W, 0); G = 1 + g_e + "
    "g_i, v∞ = (g_e E_e + g_i E_i + b) / G, v[t] = v∞ + (r[t−1] − v∞) e^(−dt G/τ), s[t] = v[t] > θ "
    "(Dayan and Abbott 2001, section 5.8; Brette et al. 2007)",
  .biology = "Glutamate opens channels that pull to 0 mV, GABA those that pull below rest; many "
             "open channels make a membrane fast, and inhibition divides as well as subtracts",
  .synonyms = "coba conductance-based shunting reversal potential excitatory inhibitory gaba "
              "glutamate spiking neuron snn",
  .version = 1,
  .inputs = ports_in,
  .outputs = ports_out,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
