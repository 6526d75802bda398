/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-error.h"
#include "cj-layer.h"

#include <glib/gi18n-lib.h>
#include <stddef.h>

typedef struct
{
  double lowest, highest;
} Params;

static const CjParam params[] = {
  { .name = "lowest",
    .title = "Lowest",
    .blurb = "The smallest value that passes",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, lowest),
    .preset = -1,
    .min = -1000000.0,
    .max = 1000000.0,
    .soft_min = -10,
    .soft_max = 10,
    .digits = 3 },
  { .name = "highest",
    .title = "Highest",
    .blurb = "The largest value that passes",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, highest),
    .preset = 1,
    .min = -1000000.0,
    .max = 1000000.0,
    .soft_min = -10,
    .soft_max = 10,
    .digits = 3 },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjUnaryAttrs attrs = { .kind = CJ_UNARY_CLAMP, .a = p->lowest, .b = p->highest };

  if (p->lowest > p->highest)
    {
      g_set_error (
          error, CJ_ERROR, CJ_ERROR_PARAM,
          _ ("lets nothing pass: its lowest value %g lies above its highest %g. Lower Lowest."),
          p->lowest, p->highest);
      return FALSE;
    }
  return cj_layer_build_simple (build, &cj_op_unary, &attrs, error);
}

const CjLayerInfo cj_layer_hardtanh = {
  .abi = CJ_LAYER_ABI,
  .id = "hardtanh",
  .title = "Hard tanh",
  .category = "activation",
  .blurb = "Cuts values off at two borders and leaves those between as they are",
  .formula = "y = min (max (lowest, x), highest)",
  .biology = "A rate that can neither fall below silence nor rise above saturation",
  .synonyms = "clip clamp hard-tanh",
  .version = 1,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
