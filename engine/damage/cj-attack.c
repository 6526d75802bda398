/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-attack.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

gpointer
cj_attack_new_params (const CjAttackInfo *info)
{
  gpointer params = g_malloc0 (MAX (info->params_size, 1));

  cj_params_reset (info->params, params);
  return params;
}

gboolean
cj_attack_check (CjProgram *program, GError **error)
{
  const CjTensor *x = cj_program_get_x (program), *y = cj_program_get_y (program);

  if (x != NULL && x->dtype == CJ_FLOAT32 && y != NULL && y->dtype == CJ_INT32
      && cj_shape_size (&y->shape) == cj_program_get_batch (program)
      && cj_program_get_lowered (program)->losses->len > 0)
    return TRUE;
  g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
               _ ("Only networks that learn one class for each sample of numbers can be attacked. "
                  "End the network with Cross-entropy, and choose data with classes."));
  return FALSE;
}

gint64
cj_attack_get_n_features (const CjAttackCall *call)
{
  return cj_shape_size (&cj_program_get_x (call->program)->shape)
         / cj_program_get_batch (call->program);
}

void
cj_attack_slopes (const CjAttackCall *call, const float *x, gint64 begin, gint64 n, float *slopes)
{
  const gint64 d = cj_attack_get_n_features (call), batch = cj_program_get_batch (call->program);
  float *to = cj_tensor_f32 (cj_program_get_x (call->program));
  gint32 *classes = cj_tensor_i32 (cj_program_get_y (call->program));
  g_autoptr (CjTensor) all = NULL;

  g_return_if_fail (n > 0 && n <= batch);
  for (gint64 i = 0; i < batch; i++) /* a batch is always full: the last row again */
    {
      memcpy (to + i * d, x + MIN (i, n - 1) * d, sizeof (float) * (gsize) d);
      classes[i] = call->y[begin + MIN (i, n - 1)];
    }
  cj_program_skip_parameters (call->program, TRUE);
  cj_program_forward (call->program, FALSE, n, 0, 0);
  cj_program_backward (call->program);
  all = cj_program_dup_value_gradient (call->program, cj_program_get_lowered (call->program)->x);
  if (all != NULL)
    memcpy (slopes, all->data, sizeof (float) * (gsize) (n * d));
  else /* the network does not look at its input */
    memset (slopes, 0, sizeof (float) * (gsize) (n * d));
}

void
cj_attack_project (const CjAttackCall *call, double epsilon, gint64 begin, gint64 n, float *rows)
{
  const gint64 d = cj_attack_get_n_features (call);

  for (gint64 i = 0; i < n; i++)
    for (gint64 j = 0; j < d; j++)
      {
        const float reach = (float) epsilon * call->unit[j], x = call->x[(begin + i) * d + j];
        const float row = CLAMP (rows[i * d + j], x - reach, x + reach);

        rows[i * d + j] = CLAMP (row, call->low[j], call->high[j]);
      }
}
