/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gain modulation: E. Salinas, P. Thier, "Gain modulation: a major computational principle of the central nervous
 * system", Neuron 27, 2000; attention multiplies: C. McAdams, J. Maunsell, Journal of Neuroscience 19, 1999. */
#include "cj-error.h"
#include "cj-layer.h"

#include <glib/gi18n-lib.h>
#include <stddef.h>

typedef struct
{
  int function;
  double strength;
} Params;

enum
{
  SIGMOID,
  LINEAR,
  EXPONENTIAL
};

static const char *const functions[] = { "sigmoid", "linear", "exponential", NULL };

static const CjParam params[] = {
  { .name = "function",
    .title = "Function",
    .blurb = "How the modulation becomes a factor: of at most 2, of 1 and more or less, or any",
    .kind = CJ_PARAM_CHOICE,
    .choices = functions,
    .offset = offsetof (Params, function),
    .max = 2 },
  { .name = "strength",
    .title = "Strength",
    .blurb = "Multiplies the modulation; 0: the factor is 1",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, strength),
    .preset = 1,
    .max = 100,
    .soft_max = 5,
    .digits = 2 },
  { NULL },
};

static gboolean
emit_factor (CjLayerBuild *build, const Params *p, int *m, GError **error)
{
  static const CjUnaryAttrs kinds[]
      = { { CJ_UNARY_SIGMOID, 0, 0 }, { CJ_UNARY_RELU, 0, 0 }, { CJ_UNARY_EXP, 0, 0 } };
  const CjUnaryAttrs strong = { CJ_UNARY_AFFINE, p->strength, p->function == LINEAR ? 1 : 0 };
  const CjUnaryAttrs twice = { CJ_UNARY_AFFINE, 2, 0 };

  return cj_layer_build_emit (build, &cj_op_unary, &strong, m, 1, m, error)
         && cj_layer_build_emit (build, &cj_op_unary, &kinds[p->function], m, 1, m, error)
         && (p->function != SIGMOID
             || cj_layer_build_emit (build, &cj_op_unary, &twice, m, 1, m, error));
}

/* A factor a channel, or one for all, as large as x where 1 stands for all places. FALSE: no shape fits. */
static gboolean
get_stretch (const CjShape *x, const CjShape *m, CjShape *out)
{
  const guint axis = x->n_dims > 3 ? 1 : x->n_dims - 1;

  if (x->n_dims < 2 || m->n_dims != 2 || m->dims[0] != x->dims[0]
      || (m->dims[1] != x->dims[axis] && m->dims[1] != 1))
    return FALSE;
  *out = *x;
  for (guint i = 1; i < x->n_dims; i++)
    out->dims[i] = i == axis ? m->dims[1] : 1;
  return TRUE;
}

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjShape x = *cj_layer_build_shape (build, 0), m = *cj_layer_build_shape (build, 1);
  const gboolean equal = cj_shape_equal (&x, &m);
  const CjBinaryAttrs times = { CJ_BINARY_MULTIPLY };
  CjReshapeAttrs stretch = { x };
  int pair[2] = { build->in[0], build->in[1] };

  if (!equal && !get_stretch (&x, &m, &stretch.shape))
    {
      g_set_error (
          error, CJ_ERROR, CJ_ERROR_SHAPE,
          _ ("expects a modulation shaped as its input, or one number a unit or sample. Put "
             "a dense layer with as many units before its second input."));
      build->mend = "dense";
      build->mend_port = 1;
      return FALSE;
    }
  if (!emit_factor (build, p, &pair[1], error))
    return FALSE;
  if (equal)
    return cj_layer_build_emit (build, &cj_op_binary, &times, pair, 2, &build->out[0], error);
  return cj_layer_build_emit (build, &cj_op_reshape, &stretch, &pair[1], 1, &pair[1], error)
         && cj_layer_build_emit (build, &cj_op_broadcast, &times, pair, 2, &build->out[0], error);
}

static const CjPort inputs[] = { { "x", "Drive", "N …", CJ_PORT_REQUIRED },
                                 { "m", "Modulation", "N …", CJ_PORT_REQUIRED },
                                 { NULL } };

const CjLayerInfo cj_layer_gain = {
  .abi = CJ_LAYER_ABI,
  .id = "gain",
  .title = "Gain",
  .category = "circuit",
  .blurb = "One input sets how strongly the other counts, without changing what it says",
  .formula = "y = x · 2 σ (s m), x · max (0, 1 + s m), or x · exp (s m) (Salinas and Thier 2000)",
  .biology = "Attention and eye position scale the responses of cortical cells and leave their "
             "preference as it is: a product, not a sum",
  .synonyms = "modulation attention multiplicative gain-field neuromodulation film gating",
  .version = 1,
  .inputs = inputs,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
