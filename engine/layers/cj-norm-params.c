/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-norm-params.h"

void
cj_norm_build_affine (CjLayerBuild *build, const CjShape *shape, gboolean weight, gboolean bias,
                      int *in)
{
  in[1] = in[2] = CJ_NO_VALUE;
  if (weight)
    in[1] = cj_layer_build_param (build, "weight", shape, (CjInit){ .kind = CJ_INIT_ONES });
  if (bias)
    in[2] = cj_layer_build_param (build, "bias", shape, (CjInit){ .kind = CJ_INIT_ZEROS });
}

gboolean
cj_norm_build_rows (CjLayerBuild *build, const CjRowNormAttrs *attrs, const CjShape *weights,
                    gboolean weight, gboolean bias, GError **error)
{
  int in[3] = { build->in[0] };

  cj_norm_build_affine (build, weights, weight, bias, in);
  return cj_layer_build_emit (build, &cj_op_row_norm, attrs, in, 3, &build->out[0], error);
}
