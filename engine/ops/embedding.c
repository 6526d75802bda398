/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of a table: y[i] = table[ids[i]]. The gradient of a row is the sum over the places where its
 * word stands, in their order; a chunk owns a range of words, so no two threads meet. V words, E
 * features. A number that is no word of the table gives zeros and teaches nothing. */
#include "cj-error.h"
#include "cj-ops.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define PANELS 32 /* chunks of the gradient, at most */

static gint64
get_word (const CjOp *op, const void *ids, gint64 i)
{
  const gint64 word
      = op->in_dtype[0] == CJ_INT32 ? ((const gint32 *) ids)[i] : ((const guint8 *) ids)[i];

  return word < op->in_shape[1].dims[0] ? word : -1;
}

static gboolean
infer (CjOp *op, GError **error)
{
  const CjShape *ids = &op->in_shape[0];

  if (ids->n_dims + 1 > CJ_MAX_DIMS || op->in_dtype[0] == CJ_FLOAT32)
    return cj_op_refuse (op, _ ("numbers of words, not measured values"),
                         _ ("Wire it to text, or remove it."), error);
  op->out_shape[0] = *ids;
  op->out_shape[0].dims[op->out_shape[0].n_dims++] = op->in_shape[1].dims[1];
  return TRUE;
}

static void
forward (const CjOpCall *call, guint block)
{
  const CjOp *op = call->op;
  const CjSamples samples = cj_op_samples (op, block);
  const gint64 e = op->in_shape[1].dims[1];
  const gint64 words = cj_shape_size (&op->in_shape[0]) / op->in_shape[0].dims[0];

  for (gint64 i = samples.begin * words; i < samples.end * words; i++)
    {
      const gint64 word = get_word (op, call->in[0], i);

      if (word >= 0)
        memcpy (call->out[0] + i * e, (const float *) call->in[1] + word * e,
                sizeof (float) * (gsize) e);
      else
        memset (call->out[0] + i * e, 0, sizeof (float) * (gsize) e);
    }
}

/* Words of one chunk; at least 8, so that small tables make few chunks. */
static gint64
get_panel (const CjOp *op)
{
  return MAX (8, (op->in_shape[1].dims[0] + PANELS - 1) / PANELS);
}

static guint
word_panels (const CjOp *op)
{
  return (guint) ((op->in_shape[1].dims[0] + get_panel (op) - 1) / get_panel (op));
}

static void
backward (const CjOpCall *call, guint chunk)
{
  const CjOp *op = call->op;
  const int padding = ((const CjEmbeddingAttrs *) op->attrs)->padding;
  const gint64 e = op->in_shape[1].dims[1], places = cj_shape_size (&op->in_shape[0]);
  const gint64 first = chunk * get_panel (op);
  const gint64 end = MIN (first + get_panel (op), op->in_shape[1].dims[0]);
  float *d_table = call->d_in[1];

  if (d_table == NULL)
    return;
  if (!call->add_in[1])
    memset (d_table + first * e, 0, sizeof (float) * (gsize) ((end - first) * e));
  for (gint64 i = 0; i < places; i++)
    {
      const gint64 word = get_word (op, call->in[0], i);
      const float *dy = call->d_out[0] + i * e;

      if (word < first || word >= end || word == padding)
        continue;
      for (gint64 j = 0; j < e; j++)
        d_table[word * e + j] += dy[j];
    }
}

static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  const gint64 v = op->in_shape[1].dims[0], e = op->in_shape[1].dims[1];

  /* the product of a one-hot row with the table */
  for (gint64 i = 0; i < cj_shape_size (&op->out_shape[0]); i++)
    {
      out[0][i] = 0;
      for (gint64 word = 0; word < v; word++)
        out[0][i] += (get_word (op, in[0], i / e) == word ? 1.0f : 0.0f)
                     * ((const float *) in[1])[word * e + i % e];
    }
}

const CjOpInfo cj_op_embedding = {
  .id = "embedding",
  .layout = CJ_LAYOUT_PLAIN,
  .attrs_size = sizeof (CjEmbeddingAttrs),
  .infer = infer,
  .forward = { { cj_op_blocks, forward, CJ_PHASE_SAMPLES } },
  .backward = { { word_panels, backward } },
  .free_in = 1u << 1,
  .free_out = 1,
  .twin = twin,
  .whole_in = 1,
};
