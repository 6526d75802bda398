/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Multi-head attention as exporters spell it: dense layers for queries, keys and values (one or three), heads taken
 * apart, softmax (Q Kᵀ f + mask) V, heads put together, a dense layer. Which head and which feature of it a column of
 * a weight is follows from where the elements go (cjl-onnx-trail.h), so the rows between do not matter, nor whether
 * samples or moments come first.
 * N samples, T queries, S keys, B = N h slices of a product, h heads, d features of a head, E features. */
#include "cjl-onnx-masks.h"
#include "cjl-onnx-rules.h"
#include "cjl-onnx-trail.h"
#include "cjl-onnx-views.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define MAX_HEADS 256 /* of the layer */
#define MAX_MASKS 4   /* that depend on the input */

/* Queries, keys or values. */
typedef struct
{
  CjlOnnxLinear dense;
  const char *source; /* what the dense layer reads, as it lies there: */
  const char *axes;   /* "NTF" or those of a view */
  double factor;
  gint64 slices, steps, d;
  gint64 *sample;  /* [B] */
  gint64 *columns; /* [B, d]: of the dense layer */
} Leg;

typedef struct
{
  Leg legs[3];
  gint64 n, heads;
  gint64 *head;  /* [B] */
  gint64 *first; /* [heads]: a slice of each */
  gboolean causal;
  CjlOnnxMask masks[MAX_MASKS];
  guint n_masks;
  CjlOnnxMarks marks;
  double later; /* where the causal mask has what comes later; 0: there is none */
  double factor;
  CjlOnnxLinear out;
  gint64 *columns;    /* [heads d]: of the last dense layer's input */
  const char *result; /* what the layer makes, */
  const char *axes;   /* laid out so */
} Attention;

static void
attention_clear (Attention *a)
{
  for (guint k = 0; k < 3; k++)
    {
      g_free (a->legs[k].sample);
      g_free (a->legs[k].columns);
    }
  g_free (a->head);
  g_free (a->first);
  g_free (a->columns);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Attention, attention_clear)

/* --- where queries, keys and values come from --- */

/* The layout of a value that a layer can read as [N, T, E], or NULL. */
static const char *
find_axes (const CjlOnnxImport *import, const char *name, gint64 features)
{
  const CjArray *value = cjl_onnx_value (import, name);
  const CjlOnnxView *view = cjl_onnx_find_view (import, name);
  const char *axes = view != NULL ? view->axes : "NTF";
  const char *n = strchr (axes, 'N'), *f = strchr (axes, 'F');

  if (value == NULL || value->dims.n != 3 || strlen (axes) != 3 || n == NULL || f == NULL
      || strchr (axes, 'T') == NULL || value->dims.d[n - axes] != import->batch
      || value->dims.d[f - axes] != features
      || (view == NULL && g_hash_table_lookup (import->made, name) == NULL))
    return NULL;
  return axes;
}

/* Sample, moment and feature of element `at` of a value. */
static void
locate (const CjDims *dims, const char *axes, gint64 at, gint64 *n, gint64 *t, gint64 *f)
{
  for (guint k = 3; k > 0; k--)
    {
      const gint64 place = at % dims->d[k - 1];

      *(axes[k - 1] == 'N' ? n : axes[k - 1] == 'T' ? t : f) = place;
      at /= dims->d[k - 1];
    }
}

/* Rows of the dense layer are samples and moments of its source in the source's order: [R] of each, or FALSE. */
static gboolean
read_rows (const CjlOnnxImport *import, const Leg *leg, const CjArray *numbers, gint64 *sample,
           gint64 *moment)
{
  const CjDims *dims = &cjl_onnx_value (import, leg->source)->dims;
  gint64 n = 0, t = 0, f = 0;

  for (gint64 i = 0; i < numbers->size; i++)
    {
      const gint64 row = i / leg->dense.n_in;

      locate (dims, leg->axes, cj_array_get_int (numbers, i), &n, &t, &f);
      if (f != i % leg->dense.n_in || (f > 0 && (sample[row] != n || moment[row] != t)))
        return FALSE;
      sample[row] = n;
      moment[row] = t;
    }
  return TRUE;
}

/* Whether slices are samples' heads, whose steps are moments, and features are columns; notes which. */
static gboolean
read_slices (Leg *leg, const CjArray *numbers, gboolean turned, const gint64 *sample,
             const gint64 *moment)
{
  for (gint64 b = 0; b < leg->slices; b++)
    for (gint64 t = 0; t < leg->steps; t++)
      for (gint64 k = 0; k < leg->d; k++)
        {
          const gint64 at
              = turned ? (b * leg->d + k) * leg->steps + t : (b * leg->steps + t) * leg->d + k;
          const gint64 from = cj_array_get_int (numbers, at);
          const gint64 row = from / leg->dense.n_out, column = from % leg->dense.n_out;
          const gboolean first = t == 0 && k == 0;

          if (first)
            leg->sample[b] = sample[row];
          if (t == 0)
            leg->columns[b * leg->d + k] = column;
          if (leg->sample[b] != sample[row] || moment[row] != t
              || leg->columns[b * leg->d + k] != column)
            return FALSE;
        }
  return TRUE;
}

static gboolean
try_source (const CjlOnnxImport *import, Leg *leg, const CjArray *numbers, gboolean turned,
            const GArray *stages, guint stage)
{
  const gint64 rows = cjl_onnx_value (import, leg->dense.x)->size / leg->dense.n_in;
  g_autofree gint64 *sample = NULL, *moment = NULL;
  g_autoptr (CjArray) places = NULL;

  leg->source = g_array_index (stages, CjlOnnxStage, stage).name;
  leg->axes = g_array_index (stages, CjlOnnxStage, stage).factor == 1
                  ? find_axes (import, leg->source, leg->dense.n_in)
                  : NULL;
  places
      = leg->axes != NULL
                && cjl_onnx_value (import, leg->source)->dims.d[strchr (leg->axes, 'T') - leg->axes]
                       == leg->steps
            ? cjl_onnx_trace_back (import, stages, stage)
            : NULL;
  if (places == NULL || places->size != rows * leg->dense.n_in)
    return FALSE;
  sample = g_new0 (gint64, MAX (rows, 1));
  moment = g_new0 (gint64, MAX (rows, 1));
  return read_rows (import, leg, places, sample, moment)
         && read_slices (leg, numbers, turned, sample, moment);
}

/* The first dense layer on the way back from one side of a product, [.., T, d], or turned [.., d, T]. */
static gboolean
read_leg (const CjlOnnxImport *import, const char *name, gboolean turned, Leg *leg)
{
  const CjArray *value = cjl_onnx_value (import, name);
  g_autoptr (GArray) stages = NULL, before = NULL;
  g_autoptr (CjArray) numbers = NULL;
  guint at = 0;

  if (value == NULL || value->dims.n < 3 || value->size < 1)
    return FALSE;
  leg->steps = value->dims.d[value->dims.n - (turned ? 1 : 2)];
  leg->d = value->dims.d[value->dims.n - (turned ? 2 : 1)];
  leg->slices = value->size / (leg->steps * leg->d);
  stages = cjl_onnx_walk_back (import, name);
  while (
      at < stages->len
      && !cjl_onnx_read_linear (import, g_array_index (stages, CjlOnnxStage, at).name, &leg->dense))
    at++;
  numbers = at < stages->len ? cjl_onnx_trace_back (import, stages, at) : NULL;
  if (numbers == NULL || numbers->size != value->size)
    return FALSE;
  leg->factor = g_array_index (stages, CjlOnnxStage, at).factor;
  leg->sample = g_new0 (gint64, leg->slices);
  leg->columns = g_new0 (gint64, leg->slices * leg->d);
  before = cjl_onnx_walk_back (import, leg->dense.x);
  for (guint i = 0; i < before->len; i++)
    if (try_source (import, leg, numbers, turned, before, i))
      return TRUE;
  return FALSE;
}

/* --- heads --- */

/* Numbers the slices of each sample; FALSE: samples have not as many each. */
static gboolean
count_heads (const CjlOnnxImport *import, Attention *a)
{
  const Leg *q = &a->legs[0];
  g_autofree gint64 *seen = g_new0 (gint64, MAX (import->batch, 1));

  a->n = import->batch;
  a->heads = q->slices / MAX (a->n, 1);
  a->head = g_new0 (gint64, q->slices);
  if (a->heads < 1 || a->heads > MAX_HEADS || a->heads * a->n != q->slices)
    return FALSE;
  for (gint64 b = 0; b < q->slices; b++)
    a->head[b] = seen[q->sample[b]]++;
  for (gint64 b = 0; b < q->slices; b++)
    if (a->head[b] >= a->heads)
      return FALSE;
  a->first = g_new0 (gint64, a->heads);
  for (gint64 b = q->slices; b > 0; b--)
    a->first[a->head[b - 1]] = b - 1;
  return TRUE;
}

/* Whether a leg has the slices of the queries, and its columns are the same in every sample. */
static gboolean
fits (const Attention *a, const Leg *leg)
{
  if (leg->slices != a->legs[0].slices || leg->d != a->legs[0].d
      || leg->dense.n_in != a->legs[0].dense.n_in)
    return FALSE;
  for (gint64 b = 0; b < leg->slices; b++)
    {
      const gint64 same = a->first[a->head[b]];

      if (leg->sample[b] != a->legs[0].sample[b]
          || memcmp (leg->columns + b * leg->d, leg->columns + same * leg->d,
                     (gsize) leg->d * sizeof *leg->columns)
                 != 0)
        return FALSE;
    }
  return TRUE;
}

/* The column of feature k of a head. */
static gint64
column_of (const Attention *a, const Leg *leg, gint64 head, gint64 k)
{
  return leg->columns[a->first[head] * leg->d + k];
}

/* --- scores --- */

/* Whether a Reshape leaves the last two dimensions as they are. */
static gboolean
keeps_rows (const CjlOnnxImport *import, const CjdOnnxNode *node)
{
  const CjArray *x = cjl_onnx_value (import, cjl_onnx_input (node, 0));
  const CjArray *y = cjl_onnx_value (import, cjl_onnx_output (node, 0));

  return (cjl_onnx_is_op (node, "Reshape") || cjl_onnx_is_op (node, "Squeeze")
          || cjl_onnx_is_op (node, "Unsqueeze") || cjl_onnx_is_op (node, "Identity")
          || cjl_onnx_is_op (node, "Dropout"))
         && x != NULL && y != NULL && x->dims.n >= 3 && y->dims.n >= 3
         && x->dims.d[x->dims.n - 1] == y->dims.d[y->dims.n - 1]
         && x->dims.d[x->dims.n - 2] == y->dims.d[y->dims.n - 2];
}

/* Notes a mask that is known: what is not heard is there at `far`, or as far off as it says. */
static gboolean
take_mask (const CjArray *mask, gint64 t, gint64 s, CjlOnnxMaskKind kind, double far, Attention *a)
{
  gboolean causal = FALSE;

  if (!cjl_onnx_read_mask (mask, t, s, kind, &causal, &far))
    return FALSE;
  if (causal)
    a->later = a->causal ? fmax (a->later, far) : far;
  a->causal = a->causal || causal;
  return TRUE;
}

/* Notes a mask that depends on the input. */
static gboolean
add_mask (const CjlOnnxImport *import, const CjdOnnxNode *node, const char *name,
          CjlOnnxMaskKind kind, double far, Attention *a)
{
  const CjArray *scores = cjl_onnx_value (import, cjl_onnx_output (node, 0));

  if (scores == NULL || a->n_masks == MAX_MASKS)
    return FALSE;
  a->masks[a->n_masks++] = (CjlOnnxMask){ name, kind, &scores->dims, far, far };
  return TRUE;
}

/* Whether a value is a product of two that depend on the input, times numbers, perhaps, and masked. */
static gboolean
is_product (const CjlOnnxImport *import, const char *name)
{
  const CjdOnnxNode *node = cjl_onnx_maker (import, name);

  for (guint i = 0; i < 8 && node != NULL; i++)
    {
      const gboolean chooses = cjl_onnx_is_op (node, "Where");
      const guint first = chooses ? 1 : 0, k = cjl_onnx_flows (import, node, first) ? 0 : 1;

      if (cjl_onnx_is_op (node, "MatMul"))
        return cjl_onnx_flows (import, node, 0) && cjl_onnx_flows (import, node, 1);
      if (!keeps_rows (import, node) && !cjl_onnx_is_op (node, "Mul")
          && !cjl_onnx_is_op (node, "Div")
          && ((!chooses && !cjl_onnx_is_op (node, "Add"))
              || cjl_onnx_flows (import, node, first + 1 - k)))
        return FALSE;
      node = cjl_onnx_maker (import, cjl_onnx_input (node, first + k));
    }
  return FALSE;
}

/* Back through a mask that is added, known or not; NULL: nothing is. */
static const char *
add_back (const CjlOnnxImport *import, const CjdOnnxNode *node, guint i, gint64 t, gint64 s,
          Attention *a)
{
  const char *x = cjl_onnx_input (node, i), *other = cjl_onnx_input (node, 1 - i);

  if (cjl_onnx_flows (import, node, 1 - i))
    return is_product (import, x) && add_mask (import, node, other, CJL_ONNX_MASK_ADDS, 0, a)
               ? x
               : NULL;
  return take_mask (cjl_onnx_constant (import, other), t, s, CJL_ONNX_MASK_ADDS, -INFINITY, a)
             ? x
             : NULL;
}

/* Back through a choice: heard where the condition says so, or where it does not; NULL: it is none. */
static const char *
choose_back (const CjlOnnxImport *import, const CjdOnnxNode *node, gint64 t, gint64 s, Attention *a)
{
  const char *condition = cjl_onnx_input (node, 0);
  double far;

  for (guint i = 1; i < 3; i++)
    {
      const CjlOnnxMaskKind kind = i == 1 ? CJL_ONNX_MASK_HEARS : CJL_ONNX_MASK_SHUTS;

      if (cjl_onnx_flows (import, node, i)
          && cjl_onnx_get_number (import, cjl_onnx_input (node, 3 - i), &far) && far <= CJL_ONNX_FAR
          && (cjl_onnx_flows (import, node, 0)
                  ? add_mask (import, node, condition, kind, far, a)
                  : take_mask (cjl_onnx_constant (import, condition), t, s, kind, far, a)))
        return cjl_onnx_input (node, i);
    }
  return NULL;
}

/* One node back from the scores: the name it reads them by; NULL: it is none of those known. */
static const char *
step_back (const CjlOnnxImport *import, const CjdOnnxNode *node, const CjDims *dims, Attention *a)
{
  const gint64 t = dims->d[dims->n - 2], s = dims->d[dims->n - 1];
  const gboolean divides = cjl_onnx_is_op (node, "Div");
  double factor;

  for (guint i = 0; i < 2; i++)
    {
      const char *x = cjl_onnx_input (node, i), *other = cjl_onnx_input (node, 1 - i);

      if (!cjl_onnx_flows (import, node, i))
        continue;
      if ((cjl_onnx_is_op (node, "Mul") || (divides && i == 0))
          && cjl_onnx_get_number (import, other, &factor))
        {
          a->factor *= divides ? 1 / factor : factor;
          return x;
        }
      if (cjl_onnx_is_op (node, "Add") && (x = add_back (import, node, i, t, s, a)) != NULL)
        return x;
    }
  return cjl_onnx_is_op (node, "Where") ? choose_back (import, node, t, s, a) : NULL;
}

/* From weights that are silenced by marks back to what a softmax makes; the node itself if they are not. */
static const CjdOnnxNode *
silence_back (const CjlOnnxImport *import, const CjdOnnxNode *node, Attention *a)
{
  for (guint i = 0; i < 2 && cjl_onnx_is_op (node, "Mul"); i++)
    {
      const CjdOnnxNode *before = cjl_onnx_maker (import, cjl_onnx_input (node, i));

      if (cjl_onnx_is_op (before, "Softmax") && cjl_onnx_flows (import, node, 1 - i)
          && add_mask (import, node, cjl_onnx_input (node, 1 - i), CJL_ONNX_MASK_TIMES, 0, a))
        return before;
    }
  return node;
}

/* From the weights in a product back to the one that makes the scores, or NULL. */
static const CjdOnnxNode *
find_scores (const CjlOnnxImport *import, const char *name, Attention *a)
{
  const CjdOnnxNode *node = cjl_onnx_maker (import, name);
  const CjArray *value;

  while (node != NULL && keeps_rows (import, node))
    node = cjl_onnx_maker (import, cjl_onnx_input (node, 0));
  node = silence_back (import, node, a);
  if (node == NULL || !cjl_onnx_is_op (node, "Softmax"))
    return NULL;
  value = cjl_onnx_value (import, cjl_onnx_input (node, 0));
  if (value == NULL || value->dims.n < 3
      || (cjl_onnx_get_int (node, "axis", node->op->opset < 13 ? 1 : -1) != -1
          && cjl_onnx_get_int (node, "axis", 1) != (gint64) value->dims.n - 1))
    return NULL;
  node = cjl_onnx_maker (import, cjl_onnx_input (node, 0));
  for (guint i = 0; i < 8 && node != NULL && !cjl_onnx_is_op (node, "MatMul"); i++)
    {
      const char *x = keeps_rows (import, node) ? cjl_onnx_input (node, 0)
                                                : step_back (import, node, &value->dims, a);

      node = x != NULL ? cjl_onnx_maker (import, x) : NULL;
    }
  return cjl_onnx_is_op (node, "MatMul") ? node : NULL;
}

/* What masks that depend on the input are made of; FALSE: of something that is no mark of the padding. */
static gboolean
read_marks (const CjlOnnxImport *import, Attention *a)
{
  const Leg *q = &a->legs[0];
  const CjlOnnxScores scores = { q->slices, q->steps, a->legs[1].steps, q->sample };

  return a->n_masks == 0
         || cjl_onnx_find_marks (import, a->masks, a->n_masks, &scores, a->later, &a->marks);
}

/* --- the way out --- */

/* Whether a dense layer reads a value. */
static gboolean
is_read_by_dense (const CjlOnnxImport *import, const char *name, const CjArray *numbers,
                  gpointer data)
{
  Attention *a = data;
  const GPtrArray *users = g_hash_table_lookup (import->users, name);

  (void) numbers;
  for (guint i = 0; users != NULL && i < users->len; i++)
    {
      const CjdOnnxNode *node = users->pdata[i], *add;
      const char *y = cjl_onnx_output (node, 0);

      if (!cjl_onnx_read_linear (import, y, &a->out) || !g_str_equal (a->out.x, name))
        continue;
      add = cjl_onnx_next_op (import, node, "Add");
      if (add != NULL && a->out.bias == NULL)
        {
          CjlOnnxLinear with;

          if (cjl_onnx_read_linear (import, cjl_onnx_output (add, 0), &with))
            a->out = with;
        }
      return TRUE;
    }
  return FALSE;
}

/* Rows of the last dense layer are samples and moments of the product, its columns heads and features: which. */
static gboolean
read_columns (Attention *a, const CjArray *numbers, gint64 *sample, gint64 *moment)
{
  const Leg *q = &a->legs[0];
  const gint64 width = a->out.n_in;

  if (width != a->heads * q->d || numbers->size % width != 0)
    return FALSE;
  a->columns = g_new0 (gint64, width);
  for (gint64 i = 0; i < numbers->size; i++)
    {
      const gint64 row = i / width, column = i % width, from = cj_array_get_int (numbers, i);
      const gint64 b = from / (q->steps * q->d), t = from / q->d % q->steps;
      const gint64 feature = a->head[b] * q->d + from % q->d;

      if (row == 0)
        a->columns[column] = feature;
      if (column == 0)
        {
          sample[row] = q->sample[b];
          moment[row] = t;
        }
      if (a->columns[column] != feature || sample[row] != q->sample[b] || moment[row] != t)
        return FALSE;
    }
  return TRUE;
}

typedef struct
{
  const Attention *a;
  const gint64 *sample, *moment; /* of rows of the last dense layer */
  const char *name, *axes;       /* found */
} Ending;

/* Whether a value is the result in a layout that the canvas knows. */
static gboolean
is_laid_out (const CjlOnnxImport *import, const char *name, const CjArray *numbers, gpointer data)
{
  static const char *const layouts[] = { "NTF", "TNF" };
  Ending *end = data;
  const CjArray *value = cjl_onnx_value (import, name);
  const gint64 e = end->a->out.n_out;

  if (value == NULL || value->dims.n != 3 || numbers->size != value->size)
    return FALSE;
  for (guint k = 0; k < G_N_ELEMENTS (layouts); k++)
    {
      gboolean same = value->dims.d[k] == end->a->n && value->dims.d[2] == e;

      for (gint64 i = 0; same && i < numbers->size; i++)
        {
          const gint64 from = cj_array_get_int (numbers, i);
          gint64 n = 0, t = 0, f = 0;

          locate (&value->dims, layouts[k], i, &n, &t, &f);
          same = end->sample[from / e] == n && end->moment[from / e] == t && from % e == f;
        }
      if (!same)
        continue;
      end->name = name;
      end->axes = layouts[k];
      return TRUE;
    }
  return FALSE;
}

/* The dense layer behind a product and what it makes. */
static gboolean
read_out (const CjlOnnxImport *import, const char *product, Attention *a)
{
  g_autoptr (CjArray) numbers = cjl_onnx_trace_on (import, product, is_read_by_dense, a);
  g_autoptr (CjArray) found = NULL;
  g_autofree gint64 *sample = NULL, *moment = NULL;
  Ending end = { a, NULL, NULL, NULL, NULL };

  if (numbers == NULL || a->out.n_out != a->legs[0].dense.n_in)
    return FALSE;
  sample = g_new0 (gint64, numbers->size / a->out.n_in + 1);
  moment = g_new0 (gint64, numbers->size / a->out.n_in + 1);
  if (!read_columns (a, numbers, sample, moment))
    return FALSE;
  end.sample = sample;
  end.moment = moment;
  found = cjl_onnx_trace_on (import, a->out.y, is_laid_out, &end);
  a->result = end.name;
  a->axes = end.axes;
  return found != NULL;
}

/* --- the layer --- */

/* Rows of queries, keys and values one below the other, [3 W, E] and [3 W]; the factor that the layer does not
 * apply goes into the queries. */
static gboolean
put_in_weights (CjlOnnxImport *import, const CjNode *made, const Attention *a, gboolean bias,
                GError **error)
{
  const gint64 e = a->legs[0].dense.n_in, d = a->legs[0].d, w = a->heads * d;
  const CjDims dims = { 2, { 3 * w, e } }, row = { 1, { 3 * w } };
  g_autoptr (CjArray) weight = cj_array_new (CJ_ARRAY_F32, &dims, error);
  g_autoptr (CjArray) offset = weight != NULL ? cj_array_new (CJ_ARRAY_F32, &row, error) : NULL;

  if (offset == NULL)
    return FALSE;
  for (gint64 i = 0; i < 3 * w; i++)
    {
      const Leg *leg = &a->legs[i / w];
      const gint64 column = column_of (a, leg, i % w / d, i % d);
      double factor = leg->factor;

      if (i / w == 0)
        factor *= a->factor * a->legs[1].factor * sqrt ((double) d);
      factor = i / w == 1 ? 1 : fabs (factor - 1) < 1e-6 ? 1 : factor;
      for (gint64 k = 0; k < e; k++)
        cj_array_set (weight, i * e + k, factor * cjl_onnx_linear_get (&leg->dense, column, k));
      if (leg->dense.bias != NULL)
        cj_array_set (offset, i, factor * cj_array_get (leg->dense.bias, column));
    }
  cjl_onnx_weight (import, made, "in_proj_weight", weight, NULL);
  if (bias)
    cjl_onnx_weight (import, made, "in_proj_bias", offset, NULL);
  return TRUE;
}

static gboolean
put_out_weights (CjlOnnxImport *import, const CjNode *made, const Attention *a, gboolean bias,
                 GError **error)
{
  const gint64 e = a->out.n_out, w = a->out.n_in;
  const CjDims dims = { 2, { e, w } }, row = { 1, { e } };
  g_autoptr (CjArray) weight = cj_array_new (CJ_ARRAY_F32, &dims, error);
  g_autoptr (CjArray) offset = weight != NULL ? cj_array_new (CJ_ARRAY_F32, &row, error) : NULL;

  if (offset == NULL)
    return FALSE;
  for (gint64 o = 0; o < e; o++)
    for (gint64 i = 0; i < w; i++)
      cj_array_set (weight, o * w + a->columns[i], cjl_onnx_linear_get (&a->out, o, i));
  for (gint64 o = 0; o < e && a->out.bias != NULL; o++)
    cj_array_set (offset, o, cj_array_get (a->out.bias, o));
  cjl_onnx_weight (import, made, "out_proj.weight", weight, NULL);
  if (bias)
    cjl_onnx_weight (import, made, "out_proj.bias", offset, NULL);
  return TRUE;
}

/* Wires what a leg reads, as [N, T, E]. */
static gboolean
wire_source (CjlOnnxImport *import, const Leg *leg, CjNode *made, guint port, GError **error)
{
  const CjlOnnxView *view = cjl_onnx_find_view (import, leg->source);
  CjlOnnxMade base;

  if (view == NULL)
    return cjl_onnx_wire (import, leg->source, made, port, error);
  return cjl_onnx_view_base (import, view, &base, error)
         && cj_graph_connect (import->graph, base.node, base.port, made, port, error);
}

static gboolean
note_where_equal (CjlOnnxImport *import, const char *name, const CjDims *wanted, CjNode *made)
{
  const CjArray *value = cjl_onnx_value (import, name);

  if (value == NULL || !cj_dims_equal (&value->dims, wanted))
    return FALSE;
  cjl_onnx_note (import, name, made, 1);
  return TRUE;
}

/* The weights [N, h, T, S] are a result of the layer as well, where they lie so. */
static void
note_weights (CjlOnnxImport *import, const CjdOnnxNode *node, const Attention *a, CjNode *made)
{
  const CjDims wanted = { 4, { a->n, a->heads, a->legs[0].steps, a->legs[1].steps } };
  const char *name = cjl_onnx_input (node, 0);

  for (gint64 b = 0; b < a->legs[0].slices; b++)
    if (a->legs[0].sample[b] != b / a->heads || a->head[b] != b % a->heads)
      return;
  while (TRUE)
    {
      const CjdOnnxNode *maker = cjl_onnx_maker (import, name);
      const GPtrArray *users = g_hash_table_lookup (import->users, name);

      note_where_equal (import, name, &wanted, made);
      for (guint i = 0; users != NULL && i < users->len; i++)
        if (keeps_rows (import, users->pdata[i])
            && note_where_equal (import, cjl_onnx_output (users->pdata[i], 0), &wanted, made))
          cjl_onnx_take (import, users->pdata[i]);
      if (maker == NULL || !keeps_rows (import, maker))
        return;
      name = cjl_onnx_input (maker, 0);
    }
}

/* The layer under the name of the module that the product is in, "/encoder/attn/MatMul_1"; else by what it is. */
static CjNode *
put_named (CjlOnnxImport *import, const CjdOnnxNode *node, GError **error)
{
  const char *name = *node->name != '\0' ? node->name : cjl_onnx_output (node, 0);
  const char *slash = strrchr (name, '/');
  g_autofree char *module = slash != NULL ? g_strndup (name, (gsize) (slash - name)) : NULL;

  return cjl_onnx_put_named (import, "multi-head-attention",
                             module != NULL && *module != '\0' ? module : "attention", error);
}

/* Once, however many layers it is true of. */
static void
add_remark (CjlOnnxImport *import, const char *remark)
{
  if (!g_ptr_array_find_with_equal_func (import->remarks, remark, g_str_equal, NULL))
    g_ptr_array_add (import->remarks, g_strdup (remark));
}

/* Where the layer does other than the model. */
static void
remark_marks (CjlOnnxImport *import, const CjlOnnxMarks *marks)
{
  if (marks->name != NULL && !marks->alike)
    add_remark (import, _ ("Where a query of attention has nothing but padding to attend to, the "
                           "model attends to the "
                           "padding; here it attends to nothing."));
  if (marks->name != NULL && marks->bits)
    add_remark (
        import,
        _ ("The marks of the padding are taken to be 0 or 1; what the model makes of others is not "
           "what its layers here do."));
}

static gboolean
put_attention (CjlOnnxImport *import, const CjdOnnxNode *node, const Attention *a, GError **error)
{
  const Leg *q = &a->legs[0], *k = &a->legs[1], *v = &a->legs[2];
  const gboolean bias = q->dense.bias != NULL || k->dense.bias != NULL || v->dense.bias != NULL
                        || a->out.bias != NULL;
  const gboolean alone = g_str_equal (q->source, k->source) && g_str_equal (q->source, v->source);
  CjNode *made = put_named (import, node, error);

  if (made == NULL || !cjl_onnx_set (import, made, error, "heads", "%lld", (long long) a->heads)
      || !cjl_onnx_set (import, made, error, "bias", "%s", bias ? "true" : "false")
      || (a->causal && !cjl_onnx_set (import, made, error, "causal", "%s", "true"))
      || (a->heads * q->d != q->dense.n_in
          && !cjl_onnx_set (import, made, error, "head-width", "%lld", (long long) q->d))
      || !wire_source (import, q, made, 0, error)
      || (!alone && !wire_source (import, k, made, 1, error))
      || (!g_str_equal (k->source, v->source) && !wire_source (import, v, made, 2, error))
      || (a->marks.name != NULL
          && (!cjl_onnx_wire (import, a->marks.name, made, 3, error)
              || !cjl_onnx_set (import, made, error, "padding-word", "%lld",
                                (long long) a->marks.word)))
      || !put_in_weights (import, made, a, bias, error)
      || !put_out_weights (import, made, a, bias, error))
    return FALSE;
  remark_marks (import, &a->marks);
  note_weights (import, node, a, made);
  cjl_onnx_note_view (import, a->result, node, (CjlOnnxMade){ made, 0 }, a->axes);
  cjl_onnx_take (import, cjl_onnx_maker (import, a->result));
  cjl_onnx_take (import,
                 a->out.node); /* else it would be a layer together with the Add behind it */
  return TRUE;
}

/* The product of weights and values: what led to it and what follows is one layer. What is made for parts of it, the
 * product among them, goes in the end as long as nothing else reads it. */
gboolean
cjl_onnx_rule_attention (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                         GError **error)
{
  g_auto (Attention) a = { .factor = 1 };
  const CjdOnnxNode *scores;

  if (!cjl_onnx_flows (import, node, 0) || !cjl_onnx_flows (import, node, 1))
    return TRUE;
  scores = find_scores (import, cjl_onnx_input (node, 0), &a);
  if (scores == NULL || !read_leg (import, cjl_onnx_input (scores, 0), FALSE, &a.legs[0])
      || !read_leg (import, cjl_onnx_input (scores, 1), TRUE, &a.legs[1])
      || !read_leg (import, cjl_onnx_input (node, 1), FALSE, &a.legs[2])
      || a.legs[1].steps != a.legs[2].steps || !count_heads (import, &a) || !fits (&a, &a.legs[0])
      || !fits (&a, &a.legs[1]) || !fits (&a, &a.legs[2]) || !read_marks (import, &a)
      || !read_out (import, cjl_onnx_output (node, 0), &a))
    return TRUE;
  (void) handled;
  return put_attention (import, node, &a, error);
}
