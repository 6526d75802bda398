/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A plugin with one layer: how cells of the visual system answer to contrast. K. Naka, W. Rushton,
 * "S-potentials from luminosity units in the retina of fish", J. Physiol. 185 (1966); D. Albrecht,
 * D. Hamilton, "Striate cortex of monkey and cat: contrast response function", J. Neurophysiol. 48
 * (1982); with a pool, D. Heeger, "Normalization of cell responses in cat striate cortex", Vis.
 * Neurosci. 9 (1992). */
#include "cj-error.h"
#include "cj-layer.h"
#include "cj-plugin.h"

#include <stddef.h>

#define FLOOR 1e-6 /* keeps powers away from 0, where they have no slope */

typedef enum
{
  POOL_SELF,
  POOL_CHANNELS
} Pool;

typedef struct
{
  double exponent, half, most;
  gboolean per_channel;
  int pool;
} Params;

static const char *const pools[] = { "self", "channels", NULL };

static const CjParam params[] = {
  { .name = "exponent",
    .title = "Exponent",
    .blurb = "How steep the curve starts out; learned, without its sign",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, exponent),
    .preset = 2,
    .min = 0.1,
    .max = 10,
    .soft_min = 1,
    .soft_max = 4,
    .digits = 2 },
  { .name = "half",
    .title = "Half-saturation",
    .blurb = "The contrast that is answered with half of the most; learned, without its sign",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, half),
    .preset = 1,
    .min = 1e-3,
    .max = 1000,
    .soft_min = 0.1,
    .soft_max = 3,
    .digits = 3 },
  { .name = "most",
    .title = "Most",
    .blurb = "The answer to the strongest contrast; learned",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, most),
    .preset = 1,
    .min = -1000,
    .max = 1000,
    .soft_max = 10,
    .digits = 2 },
  { .name = "per-channel",
    .title = "Per channel",
    .blurb = "Every channel learns a curve of its own",
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, per_channel),
    .preset = 1,
    .max = 1,
    .flags = CJ_PARAM_RESHAPES },
  { .name = "pool",
    .title = "Divided by",
    .blurb = "What an answer is divided by: its own drive, or the mean drive of all channels there",
    .kind = CJ_PARAM_CHOICE,
    .offset = offsetof (Params, pool),
    .choices = pools },
  { NULL },
};

static guint
get_channel_axis (const CjShape *x)
{
  return x->n_dims >= 4 ? 1 : x->n_dims - 1;
}

static int
add_param (CjLayerBuild *build, const CjShape *x, const char *name, double start)
{
  const guint axis = get_channel_axis (x);
  CjShape shape = cj_shape1 (1);

  if (((const Params *) build->params)->per_channel)
    {
      shape = cj_shape (x->n_dims - axis, x->dims + axis);
      for (guint i = 1; i < shape.n_dims; i++)
        shape.dims[i] = 1;
    }
  return cj_layer_build_param (build, name, &shape,
                               (CjInit){ .kind = CJ_INIT_CONSTANT, .scale = start });
}

static gboolean
emit (CjLayerBuild *build, CjUnaryKind kind, double b, int *value, GError **error)
{
  const CjUnaryAttrs attrs = { kind, 1, b };

  return cj_layer_build_emit (build, &cj_op_unary, &attrs, value, 1, value, error);
}

static gboolean
combine (CjLayerBuild *build, CjBinaryKind kind, int left, int right, int *out, GError **error)
{
  const CjBinaryAttrs attrs = { kind };
  const int pair[2] = { left, right };
  const gboolean equal = cj_shape_equal (cj_builder_get_shape (build->builder, left),
                                         cj_builder_get_shape (build->builder, right));

  return cj_layer_build_emit (build, equal ? &cj_op_binary : &cj_op_broadcast, &attrs, pair, 2, out,
                              error);
}

/* y = r cⁿ / (p + sⁿ) with c = max (x, 0) and p = cⁿ, or its mean over the channels. */
static gboolean
build_layer (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjShape x = *cj_layer_build_shape (build, 0);
  const CjReduceAttrs mean = { CJ_REDUCE_MEAN, 1u << get_channel_axis (&x), TRUE };
  int drive = build->in[0], exponent, half, most, below, above;

  if (x.n_dims < 2)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
                   "expects features, got one number a sample. Put it behind another layer.");
      return FALSE;
    }
  exponent = add_param (build, &x, "exponent", p->exponent);
  half = add_param (build, &x, "half", p->half);
  most = add_param (build, &x, "most", p->most);
  if (!emit (build, CJ_UNARY_ABS, 0, &exponent, error)
      || !emit (build, CJ_UNARY_ABS, 0, &half, error)
      || !emit (build, CJ_UNARY_AFFINE, FLOOR, &half, error)
      || !emit (build, CJ_UNARY_RELU, 0, &drive, error)
      || !emit (build, CJ_UNARY_AFFINE, FLOOR, &drive, error)
      || !combine (build, CJ_BINARY_POWER, drive, exponent, &drive, error)
      || !combine (build, CJ_BINARY_POWER, half, exponent, &half, error))
    return FALSE;
  below = drive;
  if (p->pool == POOL_CHANNELS
      && !cj_layer_build_emit (build, &cj_op_reduce, &mean, &drive, 1, &below, error))
    return FALSE;
  return combine (build, CJ_BINARY_ADD, below, half, &below, error)
         && combine (build, CJ_BINARY_MULTIPLY, drive, most, &above, error)
         && combine (build, CJ_BINARY_DIVIDE, above, below, &build->out[0], error);
}

static const CjLayerInfo naka_rushton = {
  .abi = CJ_LAYER_ABI,
  .size = sizeof (CjLayerInfo),
  .id = "cajal:naka-rushton",
  .title = "Naka–Rushton",
  .category = "activation",
  .blurb = "Answers to contrast as cells of the visual system do: steep at first, then saturating",
  .formula = "y = r · cⁿ / (cⁿ + sⁿ),  c = max (x, 0)",
  .biology
  = "Fits the contrast response of retina, thalamus and visual cortex; divided by the pool "
    "of its neighbours it is cortical normalisation",
  .synonyms = "contrast hyperbolic-ratio divisive-normalization",
  .version = 1,
  .params_size = sizeof (Params),
  .params = params,
  .build = build_layer,
};

static const CjPluginItem items[] = { { CJ_PLUGIN_LAYER, &naka_rushton }, { CJ_PLUGIN_END, NULL } };

static const CjPlugin plugin = {
  .abi = CJ_PLUGIN_ABI,
  .size = sizeof (CjPlugin),
  .name = "naka-rushton",
  .title = "Contrast response",
  .version = "1.0",
  .licence = "GPL-3.0-or-later",
  .items = items,
};

const CjPlugin *
cj_plugin_entry (void)
{
  return &plugin;
}
