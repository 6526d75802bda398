/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-program-sparse.h"

#include "cj-dense-rows.h"
#include "cj-program-private.h"

gboolean
cj_sparse_pays (const float *weights, gint64 n)
{
  const gint64 most = (gint64) ((1 - CJ_SPARSE_SHARE) * (double) n);
  gint64 left = 0;

  if (n < CJ_SPARSE_WEIGHTS)
    return FALSE;
  for (gint64 i = 0; i < n && left <= most; i++)
    left += weights[i] != 0;
  return left <= most;
}

void
cj_program_use_rows (CjProgram *self, const char *const *sparse)
{
  for (guint i = 0; sparse != NULL && i < self->lowered->builder->steps->len; i++)
    {
      CjStep *step = cj_program_get_step (self, i);
      const gboolean relu = step->op.info == &cj_op_dense_relu;
      const CjValue *weight;

      if ((!relu && step->op.info != &cj_op_dense) || step->op.n_in > 3)
        continue;
      weight = cj_builder_get_value (self->lowered->builder, step->in[1]);
      if (weight->kind == CJ_VALUE_PARAM && g_strv_contains (sparse, weight->name))
        step->op.info = relu ? &cj_op_dense_rows_relu : &cj_op_dense_rows;
    }
}

gboolean
cj_program_has_rows (const CjProgram *self)
{
  for (guint i = 0; i < self->lowered->builder->steps->len; i++)
    {
      const CjOpInfo *op = cj_program_get_step (self, i)->op.info;

      if (op == &cj_op_dense_rows || op == &cj_op_dense_rows_relu)
        return TRUE;
    }
  return FALSE;
}
