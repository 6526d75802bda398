/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-error.h"
#include "cj-layer.h"

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const CjShape *x = cj_layer_build_shape (build, 0);
  int in[2] = { build->in[0] };
  CjShape token;

  if (x->n_dims != 3)
    return cj_layer_build_refuse_sequence (build, 0, error);
  token = cj_shape2 (1, x->dims[2]);
  in[1] = cj_layer_build_param (build, "weight", &token,
                                (CjInit){ .kind = CJ_INIT_NORMAL, .scale = 0.02 });
  return cj_layer_build_emit (build, &cj_op_prepend, NULL, in, 2, &build->out[0], error);
}

static const CjPort inputs[] = { { "x", "Tokens", "N T E", CJ_PORT_REQUIRED }, { NULL } };
static const CjPort outputs[] = { { "y", "Tokens", "N T+1 E", CJ_PORT_REQUIRED }, { NULL } };

const CjLayerInfo cj_layer_class_token = {
  .abi = CJ_LAYER_ABI,
  .id = "class-token",
  .title = "Class token",
  .category = "sequence",
  .blurb = "Puts one learned token before all others, which gathers what the classifier reads",
  .formula = "y = [c, x[1], …, x[T]]",
  .synonyms = "cls prepend register vit",
  .version = 1,
  .inputs = inputs,
  .outputs = outputs,
  .build = build,
};
