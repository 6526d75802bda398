/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cases of dense, convolution, pooling and rearranging layers. */
#include "cjl-verify-private.h"

/* weight and bias under the names that both sides use. */
static void
map_weights (CjlVerifyCase *c, CjNode *node)
{
  cjl_verify_param (c, node, "weight", "param.weight", 0);
  if (cjl_verify_has (c, "param.bias"))
    cjl_verify_param (c, node, "bias", "param.bias", 0);
}

static const char *
print_bias (const CjlVerifyCase *c)
{
  return cjl_verify_has (c, "param.bias") ? "true" : "false";
}

static void
linear (CjlVerifyCase *c)
{
  CjNode *y = cjl_verify_layer (c, "dense", cjl_verify_input (c, "in0"), "units=%d bias=%s",
                                cjl_verify_int (c, "out_features", 0, 1), print_bias (c));

  map_weights (c, y);
  cjl_verify_output (c, 0, y, 0);
}

static void
flatten (CjlVerifyCase *c)
{
  cjl_verify_output (c, 0, cjl_verify_layer (c, "flatten", cjl_verify_input (c, "in0"), "%s", ""),
                     0);
}

const CjlVerifyLayer cjl_verify_shapes[] = {
  { "Linear", linear },
  { "Flatten", flatten },
  { NULL },
};
