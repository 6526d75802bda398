/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sequences [N, T, E]: words, places, attention, recurrent cells. */
#include "cjl-onnx-export-private.h"

#include "cj-ops.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define FAR (-1e9f) /* added to a score that does not count, */
#define LATER                                                                                      \
  (-1e30f) /* and to one that comes later: where all before is padding, that is not heard instead */

static gboolean
write_embedding (CjlOnnxExport *e, const CjStep *step, GError **error)
{
  const char *words = cjl_onnx_in (e, step, 0);

  (void) error;
  if (step->op.in_dtype[0] != CJ_INT32)
    {
      words = cjl_onnx_add (e, "Cast", NULL, words, NULL);
      cjd_onnx_out_set_int (e->out, "to", CJD_ONNX_INT64);
    }
  cjl_onnx_add (e, "Gather", cjl_onnx_result (e, step, 0), cjl_onnx_in (e, step, 1), words, NULL);
  cjd_onnx_out_set_int (e->out, "axis", 0);
  return TRUE;
}

static gboolean
write_places (CjlOnnxExport *e, const CjStep *step, GError **error)
{
  const gint64 *d = step->op.in_shape[0].dims;
  const CjShape shape = cj_shape3 (1, d[1], d[2]);
  const char *table = cjl_onnx_in (e, step, 1);

  (void) error;
  if (step->op.in_shape[1].n_dims != 2)
    table = cjl_onnx_reshape (e, table, &shape, NULL);
  cjl_onnx_add (e, "Add", cjl_onnx_result (e, step, 0), cjl_onnx_in (e, step, 0), table, NULL);
  return TRUE;
}

static gboolean
write_sinusoid (CjlOnnxExport *e, const CjStep *step, GError **error)
{
  const gint64 t = step->op.in_shape[0].dims[1], n = step->op.in_shape[0].dims[2];
  const CjShape shape = cj_shape2 (t, n);
  g_autofree float *table = g_new (float, MAX (t * n, 1));

  (void) error;
  for (gint64 i = 0; i < t * n; i++)
    {
      const gint64 feature = i % n;
      const double angle = (double) (i / n) * pow (10000, -(double) (feature / 2 * 2) / (double) n);

      table[i] = (float) (feature % 2 == 0 ? sin (angle) : cos (angle));
    }
  cjl_onnx_add (e, "Add", cjl_onnx_result (e, step, 0), cjl_onnx_in (e, step, 0),
                cjl_onnx_floats (e, "waves", &shape, table), NULL);
  return TRUE;
}

/* --- attention --- */

typedef struct
{
  gint64 t, s, e, d, heads; /* queries, keys, features, features of a head */
} Heads;

/* [N, T, E] to [N, heads, T, d], or with the last two turned. */
static const char *
write_heads (CjlOnnxExport *e, const Heads *h, const char *x, gint64 t, gboolean turned)
{
  static const gint64 apart[] = { 0, 2, 1, 3 }, across[] = { 0, 2, 3, 1 };
  const CjShape shape = cj_shape4 (CJD_ONNX_FREE, t, h->heads, h->d);

  return cjl_onnx_transpose (e, cjl_onnx_reshape (e, x, &shape, NULL), 4, turned ? across : apart,
                             NULL);
}

/* 1 for keys that count, 0 for padding: [N, 1, 1, S] of marks [N, S]. */
static const char *
write_marks (CjlOnnxExport *e, const CjStep *step, const Heads *h)
{
  const CjAttentionAttrs *a = step->op.attrs;
  const CjShape shape = cj_shape4 (CJD_ONNX_FREE, 1, 1, h->s);
  const char *marks = cjl_onnx_in (e, step, 3);

  if (step->op.in_dtype[3] != CJ_FLOAT32)
    {
      marks = cjl_onnx_add (e, "Cast", NULL, marks, NULL);
      cjd_onnx_out_set_int (e->out, "to", CJD_ONNX_FLOAT);
    }
  if (a->by_word)
    marks = cjl_onnx_add (e, "Sub", NULL, marks, cjl_onnx_number (e, a->word), NULL);
  marks = cjl_onnx_add (e, "Abs", NULL, cjl_onnx_add (e, "Sign", NULL, marks, NULL), NULL);
  if (!a->by_word)
    marks = cjl_onnx_add (e, "Sub", NULL, cjl_onnx_number (e, 1), marks, NULL);
  return cjl_onnx_reshape (e, marks, &shape, NULL);
}

/* Scores that may not be heard are far below the others. */
static const char *
write_mask (CjlOnnxExport *e, const CjStep *step, const Heads *h, const char *scores,
            const char *marks)
{
  const CjShape shape = cj_shape2 (h->t, h->s);

  if (((const CjAttentionAttrs *) step->op.attrs)->causal)
    {
      g_autofree float *mask = g_new (float, MAX (h->t * h->s, 1));

      for (gint64 i = 0; i < h->t * h->s; i++)
        mask[i] = i % h->s > i / h->s ? LATER : 0;
      scores
          = cjl_onnx_add (e, "Add", NULL, scores, cjl_onnx_floats (e, "mask", &shape, mask), NULL);
    }
  if (marks != NULL)
    {
      const char *out = cjl_onnx_add (e, "Sub", NULL, cjl_onnx_number (e, 1), marks, NULL);

      out = cjl_onnx_add (e, "Mul", NULL, out, cjl_onnx_number (e, (double) FAR), NULL);
      scores = cjl_onnx_add (e, "Add", NULL, scores, out, NULL);
    }
  return scores;
}

/* Queries are scaled before the product, not the scores behind it: the same, and OpenCV's dnn scales wrongly
 * what it joins of a product with a factor behind it. */
static gboolean
write_attention (CjlOnnxExport *e, const CjStep *step, GError **error)
{
  static const gint64 together[] = { 0, 2, 1, 3 };
  const gboolean packed = !cjl_onnx_has_in (step, 1);
  const CjShape *y = &step->op.out_shape[0];
  const Heads h = { y->dims[1], step->op.out_shape[1].dims[3], y->dims[2],
                    y->dims[2] / ((const CjAttentionAttrs *) step->op.attrs)->heads,
                    ((const CjAttentionAttrs *) step->op.attrs)->heads };
  const CjShape whole = cj_shape3 (CJD_ONNX_FREE, h.t, h.e);
  const char *x = cjl_onnx_in (e, step, 0), *result = cjl_onnx_result (e, step, 0);
  const char *in[3], *marks = cjl_onnx_has_in (step, 3) ? write_marks (e, step, &h) : NULL, *p;

  (void) error;
  for (guint i = 0; i < 3; i++)
    in[i] = packed ? cjl_onnx_slice (e, x, 2, i * h.e, (i + 1) * h.e, NULL)
                   : cjl_onnx_in (e, step, i);
  p = cjl_onnx_add (e, "Mul", NULL, in[0], cjl_onnx_number (e, 1 / sqrt ((double) h.d)), NULL);
  p = cjl_onnx_add (e, "MatMul", NULL, write_heads (e, &h, p, h.t, FALSE),
                    write_heads (e, &h, in[1], h.s, TRUE), NULL);
  p = write_mask (e, step, &h, p, marks);
  p = cjl_onnx_add (e, "Softmax", marks == NULL ? cjl_onnx_result (e, step, 1) : NULL, p, NULL);
  cjd_onnx_out_set_int (e->out, "axis", 3);
  if (marks != NULL) /* where nothing counts, nothing is heard */
    p = cjl_onnx_add (e, "Mul", cjl_onnx_result (e, step, 1), p, marks, NULL);
  p = cjl_onnx_add (e, "MatMul", NULL, p, write_heads (e, &h, in[2], h.s, FALSE), NULL);
  cjl_onnx_reshape (e, cjl_onnx_transpose (e, p, 4, together, NULL), &whole, result);
  return TRUE;
}

/* --- recurrent cells --- */

/* Ours are i f g o and r z n; ONNX has i o f c and z r h: which of ours each of theirs is. */
static const gint64 lstm_gates[] = { 0, 3, 1, 2 }, gru_gates[] = { 1, 0, 2 }, one_gate[] = { 0 };

typedef struct
{
  gint64 n_gates, h;
  const gint64 *order;
} Cell;

static Cell
get_cell (const CjStep *step)
{
  const CjCell kind = ((const CjRecurrentAttrs *) step->op.attrs)->cell;
  const gint64 n = kind == CJ_CELL_LSTM ? 4 : kind == CJ_CELL_GRU ? 3 : 1;

  return (Cell){ n, step->op.in_shape[0].dims[2] / n,
                 n == 4   ? lstm_gates
                 : n == 3 ? gru_gates
                          : one_gate };
}

const CjStep *
cjl_onnx_find_share (const CjlOnnxExport *e, const CjStep *step)
{
  const CjStep *share
      = step->op.info == &cj_op_recurrent ? cjl_onnx_find_maker (e, step->in[0]) : NULL;

  return share != NULL && share->op.info == &cj_op_dense && cjl_onnx_is_read_once (e, step->in[0])
                 && e->constant[share->in[1]]
                 && (!cjl_onnx_has_in (share, 2) || e->constant[share->in[2]])
             ? share
             : NULL;
}

/* Rows of gates [G H, I] in the order of ONNX; NULL data: the unit matrix. */
static void
sort_gates (const Cell *cell, const float *data, gint64 width, float *sorted)
{
  for (gint64 i = 0; i < cell->n_gates * cell->h; i++)
    {
      const gint64 row = cell->order[i / cell->h] * cell->h + i % cell->h;

      for (gint64 k = 0; k < width; k++)
        sorted[i * width + k] = data != NULL ? data[row * width + k] : k == row ? 1 : 0;
    }
}

/* The last part of a name, "weight_ih_l0" of "lstm1.weight_ih_l0", or `instead`. */
static const char *
get_label (const CjlOnnxExport *e, int value, const char *instead)
{
  const char *name = value != CJ_NO_VALUE ? cjl_onnx_get_value (e, value)->name : NULL;

  return name != NULL ? strrchr (name, '.') + 1 : instead;
}

/* A weight [G H, width] of a value, or the unit matrix, as [1, G H, width]. */
static const char *
write_gates (CjlOnnxExport *e, const Cell *cell, int value, gint64 width, const char *instead)
{
  const CjShape shape = cj_shape3 (1, cell->n_gates * cell->h, width);
  g_autoptr (CjTensor) w = value != CJ_NO_VALUE ? cjl_onnx_dup_constant (e, value) : NULL;
  g_autofree float *sorted = g_new (float, MAX (cj_shape_size (&shape), 1));

  sort_gates (cell, w != NULL ? cj_tensor_f32 (w) : NULL, width, sorted);
  return cjl_onnx_floats (e, get_label (e, value, instead), &shape, sorted);
}

/* Both biases one after another, [1, 2 G H]; zero where there are none. */
static const char *
write_biases (CjlOnnxExport *e, const Cell *cell, int of_input, int of_state)
{
  const gint64 n = cell->n_gates * cell->h;
  const CjShape shape = cj_shape2 (1, 2 * n);
  const int values[] = { of_input, of_state };
  g_autofree float *both = g_new0 (float, MAX (2 * n, 1));

  for (guint i = 0; i < 2; i++)
    if (values[i] != CJ_NO_VALUE)
      {
        g_autoptr (CjTensor) b = cjl_onnx_dup_constant (e, values[i]);

        sort_gates (cell, b->data, 1, both + i * n);
      }
  return cjl_onnx_floats (e, "bias", &shape, both);
}

/* A first state [N, H] as [1, N, H]. */
static const char *
write_state (CjlOnnxExport *e, const CjStep *step, guint index)
{
  const CjShape shape = cj_shape3 (1, CJD_ONNX_FREE, step->op.in_shape[index].dims[1]);

  return cjl_onnx_reshape (e, cjl_onnx_in (e, step, index), &shape, NULL);
}

/* y [T, 1, N, H] to [N, T, H], states [1, N, H] to [N, H], where they are wanted. */
static void
write_ends (CjlOnnxExport *e, const CjStep *step, const char *const *results, guint n)
{
  static const gint64 turn[] = { 2, 0, 1, 3 };
  CjShape shape = cjl_onnx_get_shape (e, step->out);

  cjl_onnx_reshape (e, cjl_onnx_transpose (e, results[0], 4, turn, NULL), &shape,
                    cjl_onnx_result (e, step, 0));
  for (guint i = 1; i < n; i++)
    if (e->needed[step->out + (int) i])
      {
        shape = cjl_onnx_get_shape (e, step->out + (int) i);
        cjl_onnx_reshape (e, results[i], &shape, cjl_onnx_result (e, step, i));
      }
}

static gboolean
write_recurrent (CjlOnnxExport *e, const CjStep *step, GError **error)
{
  static const gint64 turn[] = { 1, 0, 2 };
  const CjRecurrentAttrs *a = step->op.attrs;
  const CjStep *share = cjl_onnx_find_share (e, step);
  const Cell cell = get_cell (step);
  const gboolean lstm = a->cell == CJ_CELL_LSTM;
  const gint64 width = share != NULL ? share->op.in_shape[0].dims[2] : cell.n_gates * cell.h;
  const char *in[7] = { NULL }, *results[3];

  if (cjl_onnx_has_in (step, 5))
    return cjl_onnx_refuse (e, error,
                            _ ("projects what it remembers, for which ONNX has no word. Set its "
                               "projection to 0."));
  if (!e->constant[step->in[1]] || (cjl_onnx_has_in (step, 2) && !e->constant[step->in[2]]))
    return cjl_onnx_refuse (e, error,
                            _ ("has weights that depend on its input, which ONNX does not allow. "
                               "Use the layers RNN, LSTM or GRU."));
  in[0] = cjl_onnx_transpose (
      e, share != NULL ? cjl_onnx_in (e, share, 0) : cjl_onnx_in (e, step, 0), 3, turn, NULL);
  in[1] = write_gates (e, &cell, share != NULL ? share->in[1] : CJ_NO_VALUE, width, "gates");
  in[2] = write_gates (e, &cell, step->in[1], cell.h, "weight_hh");
  in[3] = write_biases (e, &cell,
                        share != NULL && cjl_onnx_has_in (share, 2) ? share->in[2] : CJ_NO_VALUE,
                        cjl_onnx_has_in (step, 2) ? step->in[2] : CJ_NO_VALUE);
  in[4] = "";
  in[5] = cjl_onnx_has_in (step, 3) ? write_state (e, step, 3) : "";
  in[6] = lstm && cjl_onnx_has_in (step, 4) ? write_state (e, step, 4) : "";
  results[0] = cjl_onnx_name (e, "y");
  results[1] = cjl_onnx_name (e, "y_h");
  results[2] = cjl_onnx_name (e, "y_c");
  cjl_onnx_add_many (e,
                     lstm                     ? "LSTM"
                     : a->cell == CJ_CELL_GRU ? "GRU"
                                              : "RNN",
                     in, 7, results, lstm ? 3 : 2);
  cjd_onnx_out_set_int (e->out, "hidden_size", cell.h);
  cjd_onnx_out_set_text (e->out, "direction", a->reverse ? "reverse" : "forward");
  if (a->cell == CJ_CELL_GRU)
    cjd_onnx_out_set_int (e->out, "linear_before_reset", 1);
  if (a->cell == CJ_CELL_RELU)
    cjd_onnx_out_set_texts (e->out, "activations", (const char *const[]){ "Relu" }, 1);
  write_ends (e, step, results, lstm ? 3 : 2);
  return TRUE;
}

const CjlOnnxOp cjl_onnx_ops_sequences[] = {
  { &cj_op_embedding, write_embedding, NULL }, { &cj_op_places, write_places, NULL },
  { &cj_op_sinusoid, write_sinusoid, NULL },   { &cj_op_attention, write_attention, NULL },
  { &cj_op_recurrent, write_recurrent, NULL }, { NULL },
};
