/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-op.h"

guint
cj_op_chunk_one (const CjOp *op)
{
  (void) op;
  return 1;
}

guint
cj_op_chunk_samples (const CjOp *op)
{
  return (guint) op->in_shape[0].dims[0];
}
