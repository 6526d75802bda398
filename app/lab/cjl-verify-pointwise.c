/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cases of layers that work element by element. */
#include "cjl-verify-private.h"

static void
relu (CjlVerifyCase *c)
{
  cjl_verify_output (c, 0, cjl_verify_layer (c, "relu", cjl_verify_input (c, "in0"), "%s", ""), 0);
}

const CjlVerifyLayer cjl_verify_pointwise[] = {
  { "ReLU", relu },
  { NULL },
};
