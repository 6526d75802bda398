/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A dense layer under Dale's law: what a neuron sends is excitatory at all its synapses or inhibitory at all
 * of them. The weight that acts is |V| times the sign of its sender, so that no step of no optimizer can
 * turn a sign (H. F. Song, G. R. Yang, X.-J. Wang, "Training excitatory-inhibitory recurrent neural
 * networks", PLoS Computational Biology 12, 2016, equations 12 to 14, with |V| for their rectified V: a
 * synapse at 0 can come back). Two wirings:
 *   senders       the first `ratio` of the inputs excite, the others inhibit, with the two factors below, by
 *                 which the sums cancel at first and the variance is that of a dense layer;
 *   interneurons  all inputs excite, also linear interneurons of the layer, which inhibit its units
 *                 (J. Cornford, D. Kalajdzievski, M. Leite, A. Lamarquette, D. Kullmann, B. Richards, "Learning
 *                 to live with Dale's principle: ANNs with separate excitatory and inhibitory units", ICLR 2021,
 *                 section 3): at first inhibition takes the mean of the excitation away. */
#include "cj-activation.h"
#include "cj-start.h"

#include <math.h>
#include <stddef.h>

enum
{
  SENDERS,
  INTERNEURONS
};

typedef struct
{
  int units;
  double ratio;
  int inhibition;
  gboolean bias;
  int activation; /* index into cj_activation_names */
  CjStart start;
} Params;

static const char *const inhibitions[] = { "senders", "interneurons", NULL };

static const CjParam params[] = {
  { .offset = offsetof (Params, units), CJ_UNITS },
  { .name = "ratio",
    .title = "Excitatory share",
    .blurb = "Share of the neurons that excite; the others inhibit. In cortex about four in five",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, ratio),
    .preset = 0.8,
    .min = 0.1,
    .max = 1,
    .soft_min = 0.5,
    .soft_max = 1,
    .digits = 2,
    .flags = CJ_PARAM_RESHAPES },
  { .name = "inhibition",
    .title = "Inhibition",
    .blurb
    = "Who inhibits: the last of the inputs, or interneurons of the layer that hear them all",
    .kind = CJ_PARAM_CHOICE,
    .choices = inhibitions,
    .offset = offsetof (Params, inhibition),
    .max = 1,
    .flags = CJ_PARAM_RESHAPES },
  { .offset = offsetof (Params, activation), CJ_ACTIVATION },
  { .offset = offsetof (Params, bias), CJ_UNITS_BIAS },
  { CJ_START_INIT, .offset = offsetof (Params, start.init) },
  { CJ_START_GAIN, .offset = offsetof (Params, start.gain) },
  { NULL },
};

/* factor |V|, with the slope of V > 0 at 0: a synapse that was cut can grow again. */
static gboolean
emit_signed (CjLayerBuild *build, double factor, int *value, GError **error)
{
  const CjUnaryAttrs size = { CJ_UNARY_ABS, 1, 0 }, times = { CJ_UNARY_AFFINE, factor, 0 };

  return cj_layer_build_emit (build, &cj_op_unary, &size, value, 1, value, error)
         && cj_layer_build_emit (build, &cj_op_unary, &times, value, 1, value, error);
}

/* V [U, I] becomes its signed weight: columns of the first inputs positive, of the others negative. With E and
 * J of them the factors are √(J / E) and √(E / J). */
static gboolean
emit_columns (CjLayerBuild *build, double ratio, gint64 inputs, int *weight, GError **error)
{
  const gint64 excite = CLAMP ((gint64) round (ratio * (double) inputs), 1, inputs);
  const double each = sqrt ((double) (inputs - excite) / (double) excite);
  const CjSliceAttrs first = { .axis = 1, .begin = 0, .length = excite };
  const CjSliceAttrs last = { .axis = 1, .begin = excite, .length = inputs - excite };
  const CjAxisAttrs side = { .axis = 1 };
  int parts[2];

  if (excite == inputs)
    return emit_signed (build, 1, weight, error);
  return cj_layer_build_emit (build, &cj_op_slice, &first, weight, 1, &parts[0], error)
         && cj_layer_build_emit (build, &cj_op_slice, &last, weight, 1, &parts[1], error)
         && emit_signed (build, each, &parts[0], error)
         && emit_signed (build, -1 / each, &parts[1], error)
         && cj_layer_build_emit (build, &cj_op_concat, &side, parts, 2, weight, error);
}

/* What the interneurons take from the units, as a second summand. */
static gboolean
emit_interneurons (CjLayerBuild *build, const Params *p, gint64 inputs, int *out, GError **error)
{
  const gint64 n = MAX (1, (gint64) round (p->units * (1 - p->ratio) / p->ratio));
  const CjShape to = cj_shape2 (n, inputs), from = cj_shape2 (p->units, n);
  const CjInit mean = { .kind = CJ_INIT_CONSTANT, .scale = 1 / (double) n };
  int heard[2] = { build->in[0] };

  heard[1] = cj_layer_build_param (build, "to_interneurons", &to,
                                   cj_start_weight (&p->start, inputs, n));
  if (!emit_signed (build, 2, &heard[1], error)
      || !cj_layer_build_emit (build, &cj_op_dense, NULL, heard, 2, &heard[0], error))
    return FALSE;
  heard[1] = cj_layer_build_param (build, "from_interneurons", &from, mean);
  return emit_signed (build, -1, &heard[1], error)
         && cj_layer_build_emit (build, &cj_op_dense, NULL, heard, 2, out, error);
}

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjShape *x = cj_layer_build_shape (build, 0);
  const gint64 inputs = x->n_dims > 0 ? x->dims[x->n_dims - 1] : 1;
  const CjShape weight = cj_shape2 (p->units, inputs), bias = cj_shape1 (p->units);
  const CjBinaryAttrs plus = { CJ_BINARY_ADD };
  int all[3] = { build->in[0] }, sums[2];

  if (x->n_dims == 4)
    build->mend = "flatten";
  all[1] = cj_layer_build_param (build, "weight", &weight,
                                 cj_start_weight (&p->start, inputs, p->units));
  if (p->bias)
    all[2] = cj_layer_build_param (build, "bias", &bias, cj_start_bias (&p->start, inputs));
  if (p->inhibition == SENDERS ? !emit_columns (build, p->ratio, inputs, &all[1], error)
                               : !emit_signed (build, 2, &all[1], error))
    return FALSE;
  if (!cj_layer_build_emit (build, &cj_op_dense, NULL, all, p->bias ? 3 : 2, &sums[0], error))
    return FALSE;
  if (p->inhibition == INTERNEURONS && p->ratio < 1
      && (!emit_interneurons (build, p, inputs, &sums[1], error)
          || !cj_layer_build_emit (build, &cj_op_binary, &plus, sums, 2, &sums[0], error)))
    return FALSE;
  build->out[0] = sums[0];
  return cj_activation_emit (build, p->activation, &build->out[0], error);
}

const CjLayerInfo cj_layer_dale_dense = {
  .abi = CJ_LAYER_ABI,
  .id = "dale-dense",
  .title = "Dale dense",
  .category = "circuit",
  .blurb = "A dense layer whose senders either excite or inhibit, whatever they learn",
  .formula
  = "y = x Wᵀ + b, W = |V| · s, s = +1 for senders that excite, −1 for those that inhibit "
    "(Song, Yang and Wang 2016); with interneurons y = x |V|ᵀ − (x |P|ᵀ) |Q|ᵀ + b (Cornford "
    "et al. 2021)",
  .biology
  = "Dale's law: a neuron releases the same transmitter at all its synapses; in cortex four "
    "of five release glutamate, which excites, one GABA, which inhibits",
  .synonyms = "dale dales-law excitatory inhibitory ei e/i sign-constrained dann gaba glutamate",
  .version = 1,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
