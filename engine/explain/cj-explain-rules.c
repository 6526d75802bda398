/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules of rectifiers, and what all tables of rules share. What arrives at an op is d_out, what leaves it
 * d_in. */
#include "cj-explain-rules-private.h"

#include "cj-ops.h"

#include <string.h>

/* --- rooms --- */

GPtrArray *
cj_rules_new_rooms (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) cj_tensor_unref);
}

float *
cj_rules_take (GPtrArray *rooms, gint64 floats)
{
  const CjShape shape = cj_shape1 (MAX (floats, 1));
  CjTensor *room = cj_tensor_new (CJ_FLOAT32, &shape);

  g_ptr_array_add (rooms, room);
  return cj_tensor_f32 (room);
}

void
cj_rules_put (const CjOpCall *call, guint in, const float *from)
{
  const gint64 n = cj_shape_size (&call->op->in_shape[in]);

  for (gint64 i = 0; i < n && call->d_in[in] != NULL; i++)
    call->d_in[in][i] = from[i] + (call->add_in[in] ? call->d_in[in][i] : 0);
}

void
cj_rules_move (CjOpCall *call, GPtrArray *rooms)
{
  for (guint j = 0; j < call->op->n_out; j++)
    if (call->out[j] != NULL)
      call->out[j] = cj_rules_take (rooms, cj_shape_size (&call->op->out_shape[j]));
  call->saved = cj_rules_take (rooms, (gint64) (call->op->saved_bytes + 3) / 4);
  call->workspace = cj_rules_take (rooms, (gint64) (call->op->workspace_bytes + 3) / 4);
}

/* --- rectifiers --- */

/* Kinds that are 0, or nearly so, below 0. */
static gboolean
is_rectifier (const CjOp *op)
{
  switch (((const CjUnaryAttrs *) op->attrs)->kind)
    {
    case CJ_UNARY_RELU:
    case CJ_UNARY_LEAKY_RELU:
    case CJ_UNARY_CLAMP:
    case CJ_UNARY_ELU:
    case CJ_UNARY_CELU:
    case CJ_UNARY_SELU:
    case CJ_UNARY_GELU:
    case CJ_UNARY_GELU_TANH:
    case CJ_UNARY_SILU:
    case CJ_UNARY_MISH:
    case CJ_UNARY_HARDSWISH:
    case CJ_UNARY_SOFTPLUS:
      return TRUE;
    default:
      return FALSE;
    }
}

static void
pass_guided (CjProgram *program, const CjOpCall *call, gpointer data)
{
  const gint64 n = cj_shape_size (&call->op->out_shape[0]);
  g_autofree float *positive = NULL;
  CjOpCall altered = *call;

  (void) data;
  if (is_rectifier (call->op))
    {
      positive = g_new (float, (gsize) n);
      for (gint64 i = 0; i < n; i++)
        positive[i] = MAX (call->d_out[0][i], 0);
      altered.d_out[0] = positive;
    }
  cj_program_run_op (program, TRUE, &altered);
}

const CjBackwardRule cj_rules_guided[] = { { &cj_op_unary, pass_guided }, { NULL, NULL } };

static void
pass_deconvnet (CjProgram *program, const CjOpCall *call, gpointer data)
{
  const gint64 n = cj_shape_size (&call->op->out_shape[0]);

  (void) data;
  if (!is_rectifier (call->op))
    {
      cj_program_run_op (program, TRUE, call);
      return;
    }
  for (gint64 i = 0; i < n && call->d_in[0] != NULL; i++)
    call->d_in[0][i] = MAX (call->d_out[0][i], 0) + (call->add_in[0] ? call->d_in[0][i] : 0);
}

const CjBackwardRule cj_rules_deconvnet[] = { { &cj_op_unary, pass_deconvnet }, { NULL, NULL } };
