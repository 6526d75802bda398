/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-error.h"
#include "cj-layer.h"

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const CjShape *x = cj_layer_build_shape (build, 0);
  int in[2] = { build->in[0] };
  CjShape places;

  if (x->n_dims != 3)
    return cj_layer_build_refuse_sequence (build, 0, error);
  places = cj_shape2 (x->dims[1], x->dims[2]);
  in[1] = cj_layer_build_param (build, "weight", &places,
                                (CjInit){ .kind = CJ_INIT_NORMAL, .scale = 0.02 });
  return cj_layer_build_emit (build, &cj_op_places, NULL, in, 2, &build->out[0], error);
}

const CjLayerInfo cj_layer_learned_position = {
  .abi = CJ_LAYER_ABI,
  .id = "learned-position",
  .title = "Learned position",
  .category = "sequence",
  .blurb = "Adds to every token a learned vector that says where in the sequence it stands",
  .formula = "y[t] = x[t] + P[t]",
  .biology
  = "Time cells of the hippocampus: different neurons mark different moments of an episode",
  .synonyms = "positional embedding encoding place",
  .version = 1,
  .build = build,
};
