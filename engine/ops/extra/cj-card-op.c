/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The op of a card (cj-card.h). Its shapes are those that the operator gives for zeros, so an operator whose
 * shape hangs on numbers that come by a wire is refused; when it runs, it allocates. It answers and does not
 * learn: no gradient passes. */
#include "cj-card.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* The inputs of the op as arrays: numbers copied, or zeros. */
static gboolean
make_arrays (const CjOp *op, void *const *in, CjArray **arrays, GError **error)
{
  for (guint i = 0; i < op->n_in; i++)
    {
      const CjShape *shape = &op->in_shape[i];
      const CjDims dims = cj_dims (shape->n_dims, shape->dims);

      arrays[i] = cj_array_new (CJ_ARRAY_F32, &dims, error);
      if (arrays[i] == NULL)
        return FALSE;
      for (gint64 k = 0; in != NULL && k < arrays[i]->size; k++)
        cj_array_f32 (arrays[i])[k] = op->in_dtype[i] == CJ_FLOAT32 ? ((const float *) in[i])[k]
                                      : op->in_dtype[i] == CJ_INT32
                                          ? (float) ((const gint32 *) in[i])[k]
                                          : (float) ((const guint8 *) in[i])[k];
    }
  return TRUE;
}

static gboolean
run (const CjOp *op, void *const *in, CjArray **out, GError **error)
{
  g_autoptr (CjCard) card = cj_card_parse (op->attrs, error);
  CjArray *arrays[CJ_OP_MAX_IN] = { NULL };
  gboolean done = card != NULL && make_arrays (op, in, arrays, error);

  if (done && card->n_wires + card->n_weights != op->n_in)
    {
      g_set_error_literal (error, CJ_ERROR, CJ_ERROR_GRAPH,
                           _ ("needs a wire to each of its inputs."));
      done = FALSE;
    }
  if (done)
    done = cj_card_run (card, arrays, arrays + card->n_wires, out, error);
  for (guint i = 0; i < op->n_in; i++)
    g_clear_pointer (&arrays[i], cj_array_unref);
  return done;
}

static gboolean
infer (CjOp *op, GError **error)
{
  g_autoptr (CjCard) card = cj_card_parse (op->attrs, error);
  CjArray *out[CJ_OP_MAX_OUT] = { NULL };
  gboolean fits = TRUE;

  if (card == NULL)
    return FALSE;
  if (!run (op, NULL, out, error))
    {
      g_prefix_error (error, _ ("cannot run: "));
      return FALSE;
    }
  op->n_out = card->n_out;
  op->mixes = TRUE;
  for (guint k = 0; k < card->n_out; k++)
    {
      const CjArray *array = out[k];
      const gint64 one = 1;

      op->out_dtype[k] = CJ_FLOAT32;
      fits = fits && array != NULL && array->dims.n <= CJ_MAX_DIMS && array->size > 0;
      if (!fits)
        continue;
      op->out_shape[k]
          = array->dims.n > 0 ? cj_shape (array->dims.n, array->dims.d) : cj_shape (1, &one);
      op->macs += array->size;
    }
  for (guint k = 0; k < card->n_out; k++)
    g_clear_pointer (&out[k], cj_array_unref);
  if (!fits)
    g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
                 _ ("has a result that is empty, of more than %d dimensions, or of a shape that "
                    "hangs on numbers. Put another layer in its place."),
                 CJ_MAX_DIMS);
  return fits;
}

/* What cannot be computed is no number, so that whoever looks for trouble finds the node. */
static void
put (const CjOp *op, guint k, const CjArray *array, float *to)
{
  const gint64 size = cj_shape_size (&op->out_shape[k]);

  if (to == NULL)
    return;
  if (array != NULL && array->size == size)
    memcpy (to, array->data, (gsize) size * sizeof (float));
  else
    for (gint64 i = 0; i < size; i++)
      to[i] = NAN;
}

static void
forward (const CjOpCall *call, guint chunk)
{
  CjArray *out[CJ_OP_MAX_OUT] = { NULL };

  (void) chunk;
  run (call->op, call->in, out, NULL);
  for (guint k = 0; k < call->op->n_out; k++)
    {
      put (call->op, k, out[k], call->out[k]);
      g_clear_pointer (&out[k], cj_array_unref);
    }
}

static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  CjArray *arrays[CJ_OP_MAX_OUT] = { NULL };
  void *copy[CJ_OP_MAX_IN];

  memcpy (copy, in, sizeof *copy * op->n_in);
  run (op, copy, arrays, NULL);
  for (guint k = 0; k < op->n_out; k++)
    {
      put (op, k, arrays[k], out[k]);
      g_clear_pointer (&arrays[k], cj_array_unref);
    }
}

const CjOpInfo cj_op_card = {
  .id = "card",
  .layout = CJ_LAYOUT_PLAIN,
  .plain_in = (1u << CJ_OP_MAX_IN) - 1,
  .makes = CJ_LAYOUT_PLAIN,
  .attrs_size = sizeof (CjCardText),
  .infer = infer,
  .forward = { { cj_op_chunk_one, forward, CJ_PHASE_WHOLE } },
  .whole_in = (1u << CJ_OP_MAX_IN) - 1,
  .twin = twin,
};
