/* SPDX-License-Identifier: GPL-3.0-or-later */
/* M. Carandini, D. J. Heeger, "Normalization as a canonical neural computation", Nature Reviews Neuroscience 13,
 * 2012, equation 10, with all weights of the pool alike. Other than with Local response norm the drive is
 * raised to the same power as the pool, so that responses saturate at γ times how much a unit stands out. */
#include "cj-error.h"
#include "cj-layer.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

typedef struct
{
  double power, half, gain;
  int pool;
} Params;

enum
{
  POOL_ALL,
  POOL_CHANNELS
};

static const char *const pools[] = { "all", "channels", NULL };

static const CjParam params[] = {
  { .name = "power",
    .title = "Power n",
    .blurb = "How steeply drives are raised before they are compared",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, power),
    .preset = 2,
    .min = 1,
    .max = 10,
    .soft_min = 1,
    .soft_max = 4,
    .digits = 2 },
  { .name = "half",
    .title = "Half-saturation σ",
    .blurb = "Drive of the pool at which a response is divided by two",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, half),
    .preset = 0.5,
    .min = 0.01,
    .max = 1000,
    .soft_min = 0.1,
    .soft_max = 5,
    .digits = 3,
    .flags = CJ_PARAM_LOG },
  { .name = "gain",
    .title = "Gain γ",
    .blurb = "Response of a unit when all of a strongly driven pool are alike",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, gain),
    .preset = 1,
    .min = 0.001,
    .max = 1000,
    .soft_min = 0.1,
    .soft_max = 10,
    .digits = 3,
    .flags = CJ_PARAM_LOG },
  { .name = "pool",
    .title = "Pool",
    .blurb = "Who divides: all units of a sample, or the channels at each place",
    .kind = CJ_PARAM_CHOICE,
    .choices = pools,
    .offset = offsetof (Params, pool),
    .max = 1 },
  { NULL },
};

/* Bits of the axes over which the pool goes. */
static guint
get_axes (const Params *p, const CjShape *x)
{
  if (p->pool == POOL_CHANNELS)
    return 1u << (x->n_dims > 3 ? 1 : x->n_dims - 1);
  return (1u << x->n_dims) - 2;
}

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjShape *x = cj_layer_build_shape (build, 0);
  const CjUnaryAttrs drive = { CJ_UNARY_RELU, 0, 0 }, raise = { CJ_UNARY_POWER, p->power, 0 };
  const CjUnaryAttrs above = { CJ_UNARY_AFFINE, 1, pow (p->half, p->power) };
  const CjUnaryAttrs times = { CJ_UNARY_AFFINE, p->gain, 0 };
  const CjBinaryAttrs over = { CJ_BINARY_DIVIDE };
  CjReduceAttrs pool = { .kind = CJ_REDUCE_MEAN, .keep = TRUE };
  int pair[2] = { build->in[0], CJ_NO_VALUE };

  if (x->n_dims < 2)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
                   _ ("expects the units of samples. Put it behind a layer of units."));
      return FALSE;
    }
  pool.axes = get_axes (p, x);
  return cj_layer_build_emit (build, &cj_op_unary, &drive, pair, 1, &pair[0], error)
         && cj_layer_build_emit (build, &cj_op_unary, &raise, pair, 1, &pair[0], error)
         && cj_layer_build_emit (build, &cj_op_reduce, &pool, pair, 1, &pair[1], error)
         && cj_layer_build_emit (build, &cj_op_unary, &above, &pair[1], 1, &pair[1], error)
         && cj_layer_build_emit (build, &cj_op_broadcast, &over, pair, 2, &pair[0], error)
         && cj_layer_build_emit (build, &cj_op_unary, &times, pair, 1, &build->out[0], error);
}

const CjLayerInfo cj_layer_divisive_norm = {
  .abi = CJ_LAYER_ABI,
  .id = "divisive-norm",
  .title = "Divisive norm",
  .category = "circuit",
  .blurb
  = "Divides the drive of every unit by that of all its pool, so that contrast sets the gain",
  .formula = "y = γ xⁿ / (σⁿ + mean xⁿ), x rectified, the mean over the pool (Carandini and Heeger "
             "2012)",
  .biology = "A canonical computation: it explains contrast saturation and cross-orientation "
             "suppression in visual cortex, light adaptation, olfaction and attention",
  .synonyms = "dn normalization carandini heeger canonical contrast-gain",
  .version = 1,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
