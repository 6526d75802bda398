/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-layer.h"

#include <stddef.h>

typedef struct
{
  int form;
} Params;

static const char *const forms[] = { "erf", "tanh", NULL };

static const CjParam params[] = {
  { .name = "form",
    .title = "Form",
    .blurb = "The exact curve, or the approximation by tanh that older models use",
    .kind = CJ_PARAM_CHOICE,
    .offset = offsetof (Params, form),
    .max = 1,
    .choices = forms },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjUnaryAttrs attrs = { .kind = p->form == 0 ? CJ_UNARY_GELU : CJ_UNARY_GELU_TANH };

  return cj_layer_build_simple (build, &cj_op_unary, &attrs, error);
}

const CjLayerInfo cj_layer_gelu = {
  .abi = CJ_LAYER_ABI,
  .id = "gelu",
  .title = "GELU",
  .category = "activation",
  .blurb = "Weighs every value by the chance that a normal number lies below it",
  .formula = "y = x · Φ (x), Φ the normal distribution",
  .version = 1,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
