/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two populations that hear each other, unrolled: V. Lamme, P. Roelfsema, "The distinct modes of vision offered by
 * feedforward and recurrent processing", Trends in Neurosciences 23, 2000; as a network with shared weights C.
 * Spoerer, P. McClure, N. Kriegeskorte, Frontiers in Psychology 8, 2017 (their BT). One sweep up, then at
 * every step the lower population hears the upper one, and answers. */
#include "cj-activation.h"

#include <stddef.h>

typedef struct
{
  int lower, upper, steps;
  int activation; /* index into cj_activation_names */
} Params;

static const CjParam params[] = {
  { .offset = offsetof (Params, upper), CJ_UNITS },
  { .name = "lower",
    .title = "Lower units",
    .blurb = "How many neurons the population has that hears the input",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, lower),
    .preset = 128,
    .min = 1,
    .max = 65536,
    .soft_min = 1,
    .soft_max = 1024,
    .flags = CJ_PARAM_RESHAPES | CJ_PARAM_LOG },
  { .name = "steps",
    .title = "Steps",
    .blurb = "How often the upper population speaks to the lower one; 0: never",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, steps),
    .preset = 3,
    .max = 50,
    .soft_max = 10 },
  { .offset = offsetof (Params, activation),
    .name = "activation",
    .title = "Activation",
    .blurb = "What every unit does with its sum",
    CJ_ACTIVATION_CHOICES,
    .preset = 11 }, /* tanh: what goes round in a circle stays bounded */
  { NULL },
};

typedef struct
{
  int heard;       /* what the input tells the lower population */
  int up[2], down; /* weight and bias of the way up, weight of the way down */
  int low, high;
} Circuit;

static gboolean
emit_up (CjLayerBuild *build, const Params *p, Circuit *c, GError **error)
{
  const int all[3] = { c->low, c->up[0], c->up[1] };

  return cj_layer_build_emit (build, &cj_op_dense, NULL, all, 3, &c->high, error)
         && cj_activation_emit (build, p->activation, &c->high, error);
}

static gboolean
emit_down (CjLayerBuild *build, const Params *p, Circuit *c, GError **error)
{
  const int all[2] = { c->high, c->down };
  const CjBinaryAttrs plus = { CJ_BINARY_ADD };
  int pair[2] = { c->heard, CJ_NO_VALUE };

  return cj_layer_build_emit (build, &cj_op_dense, NULL, all, 2, &pair[1], error)
         && cj_layer_build_emit (build, &cj_op_binary, &plus, pair, 2, &c->low, error)
         && cj_activation_emit (build, p->activation, &c->low, error);
}

static CjInit
fan_in (gint64 from, gint64 to)
{
  return (CjInit){ .kind = CJ_INIT_FAN_IN, .fan_in = from, .fan_out = to };
}

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjShape *x = cj_layer_build_shape (build, 0);
  const gint64 inputs = x->n_dims > 0 ? x->dims[x->n_dims - 1] : 1;
  const CjShape in = cj_shape2 (p->lower, inputs), up = cj_shape2 (p->upper, p->lower);
  const CjShape down = cj_shape2 (p->lower, p->upper);
  const CjShape low_bias = cj_shape1 (p->lower), high_bias = cj_shape1 (p->upper);
  Circuit c;
  int all[3] = { build->in[0] };

  if (x->n_dims == 4)
    build->mend = "flatten";
  all[1] = cj_layer_build_param (build, "weight", &in, fan_in (inputs, p->lower));
  all[2] = cj_layer_build_param (build, "bias", &low_bias, fan_in (inputs, p->lower));
  c.up[0] = cj_layer_build_param (build, "up", &up, fan_in (p->lower, p->upper));
  c.up[1] = cj_layer_build_param (build, "up_bias", &high_bias, fan_in (p->lower, p->upper));
  if (!cj_layer_build_emit (build, &cj_op_dense, NULL, all, 3, &c.heard, error))
    return FALSE;
  c.low = c.heard;
  if (!cj_activation_emit (build, p->activation, &c.low, error) || !emit_up (build, p, &c, error))
    return FALSE;
  if (p->steps > 0)
    c.down = cj_layer_build_param (build, "down", &down, fan_in (p->upper, p->lower));
  for (int step = 0; step < p->steps; step++)
    if (!emit_down (build, p, &c, error) || !emit_up (build, p, &c, error))
      return FALSE;
  build->out[0] = c.high;
  build->out[1] = c.low;
  return TRUE;
}

static const CjPort outputs[] = { { "y", "Upper", "N … U", CJ_PORT_REQUIRED },
                                  { "low", "Lower", "N … L", CJ_PORT_REQUIRED },
                                  { NULL } };

const CjLayerInfo cj_layer_top_down = {
  .abi = CJ_LAYER_ABI,
  .id = "top-down",
  .title = "Top-down feedback",
  .category = "circuit",
  .blurb = "Two populations that speak up and down for some steps before they answer",
  .formula
  = "l = f (W x + b), h = f (U l + c); then in steps l = f (W x + b + D h), h = f (U l + c) "
    "(Lamme and Roelfsema 2000)",
  .biology
  = "Higher areas of cortex send at least as many fibres down as they get from below: what is "
    "expected changes what is seen",
  .synonyms = "feedback recurrent reentrant unrolled predictive expectation",
  .version = 1,
  .outputs = outputs,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
