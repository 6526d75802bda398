/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What passes is one of a few levels, as it is behind an analog-to-digital converter or in integer
 * arithmetic (cj-quant.h). The gradient passes as if nothing were rounded, but not outside of the range
 * (Y. Bengio, N. Léonard, A. Courville, "Estimating or propagating gradients through stochastic neurons for
 * conditional computation", 2013: straight-through), so that networks can be trained for their few bits. */
#include "cj-error.h"
#include "cj-layer.h"
#include "cj-quant.h"

#include <glib/gi18n-lib.h>
#include <stddef.h>

typedef struct
{
  int bits;
  double low, high;
} Params;

static const CjParam params[] = {
  { .name = "bits",
    .title = "Bits",
    .blurb = "How many bits a number has",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, bits),
    .preset = 8,
    .min = 2,
    .max = CJ_QUANT_MAX_BITS },
  { .name = "low",
    .title = "Lowest",
    .blurb = "Where the levels begin; 0 is always one of them",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, low),
    .preset = -1,
    .min = -1000000.0,
    .max = 0,
    .soft_min = -10,
    .soft_max = 0,
    .digits = 3 },
  { .name = "high",
    .title = "Highest",
    .blurb = "Where the levels end",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, high),
    .preset = 1,
    .min = 0,
    .max = 1000000.0,
    .soft_min = 0,
    .soft_max = 10,
    .digits = 3 },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjQuant quant = cj_quant_fit (p->low, p->high, p->bits);
  const CjUnaryAttrs cut
      = { CJ_UNARY_CLAMP, cj_quant_get_low (&quant), cj_quant_get_high (&quant) };
  const CjUnaryAttrs round = { CJ_UNARY_ROUND, quant.scale, 0 };
  int value = build->in[0];

  if (!(p->low < p->high))
    {
      g_set_error_literal (error, CJ_ERROR, CJ_ERROR_PARAM,
                           _ ("has no range: Lowest and Highest are both 0. Raise Highest."));
      return FALSE;
    }
  return cj_layer_build_emit (build, &cj_op_unary, &cut, &value, 1, &value, error)
         && cj_layer_build_emit (build, &cj_op_unary, &round, &value, 1, &build->out[0], error);
}

const CjLayerInfo cj_layer_quantise = {
  .abi = CJ_LAYER_ABI,
  .size = sizeof (CjLayerInfo),
  .id = "quantise",
  .title = "Quantise",
  .category = "activation",
  .blurb = "Rounds what passes to the levels of a few bits",
  .formula = "y = s (clamp (round (x / s) + z, 0, 2ᵇ − 1) − z), s = (high − low) / (2ᵇ − 1), z = "
             "round (−low / s); dy / dx = 1 from low to high",
  .synonyms = "quantize quantization fake-quant qdq int8 round bits",
  .version = 1,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
