/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a mask does is tried out: for marks of all kinds of numbers it is computed by the operators that make it of them,
 * and compared with what the layer does with such marks.
 * N samples, T queries, S keys. */
#include "cjl-onnx-masks.h"

#include "cjl-onnx-rules.h"

#include <math.h>
#include <string.h>

#define MAX_NODES 32   /* from marks to a mask */
#define MAX_NUMBERS 40 /* that are tried */
#define MAX_WORD 1e6   /* a number that stands for a word */
#define BELOW 1e3      /* how many times farther one mask is off than another that it hides */
#define MAX_WORK 1e8   /* elements of masks, over all that is tried */

/* Operators that do the same to every number, or move them. */
static const char *const known[]
    = { "Abs",      "Add",       "And",         "Cast",    "Clip",
        "Div",      "Equal",     "Expand",      "Greater", "GreaterOrEqual",
        "Identity", "Less",      "LessOrEqual", "Mul",     "Neg",
        "Not",      "Or",        "Reshape",     "Sign",    "Squeeze",
        "Sub",      "Unsqueeze", "Where" };

gboolean
cjl_onnx_read_mask (const CjArray *mask, gint64 t, gint64 s, CjlOnnxMaskKind kind, gboolean *causal,
                    double *far)
{
  gboolean all = TRUE, past = t == s;

  if (mask == NULL || mask->dims.n < 2 || mask->size != t * s || mask->dims.d[mask->dims.n - 1] != s
      || mask->dims.d[mask->dims.n - 2] != t)
    return FALSE;
  for (gint64 i = 0; i < mask->size; i++)
    {
      const double one = cj_array_get (mask, i);
      const gboolean open = kind == CJL_ONNX_MASK_HEARS ? one != 0 : one == 0;
      const gboolean shut = kind == CJL_ONNX_MASK_ADDS ? one <= CJL_ONNX_FAR : !open;

      if (!open && !shut)
        return FALSE;
      if (shut && kind == CJL_ONNX_MASK_ADDS)
        *far = fmax (*far, one);
      all = all && open;
      past = past && open == (i % s <= i / s);
    }
  *causal = *causal || (past && !all);
  return all || past;
}

/* --- computing --- */

static gboolean
is_known (const CjdOnnxNode *node)
{
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (cjl_onnx_is_op (node, known[i]))
      return TRUE;
  return FALSE;
}

/* The value of a name if that of the marks, in `seen`, were another one; NULL: it hangs on something else. Borrowed. */
static CjArray *
compute (const CjlOnnxImport *import, const char *name, GHashTable *seen, guint depth)
{
  const CjdOnnxNode *node = cjl_onnx_maker (import, name);
  CjArray *in[4] = { NULL }, *out = NULL, *value = g_hash_table_lookup (seen, name);

  if (value != NULL)
    return value;
  if (!g_hash_table_contains (import->flows, name))
    return cjl_onnx_value (import, name);
  if (depth == 0 || !is_known (node) || node->inputs->len > G_N_ELEMENTS (in))
    return NULL;
  for (guint i = 0; i < node->inputs->len; i++)
    if (*cjl_onnx_input (node, i) != '\0'
        && (in[i] = compute (import, cjl_onnx_input (node, i), seen, depth - 1)) == NULL)
      return NULL;
  if (!cj_extra_run (node->op, node->inputs->len, in, 1, &out, NULL) || out == NULL)
    return NULL;
  g_hash_table_insert (seen, (gpointer) name, out);
  return out;
}

/* --- what a mask is made of --- */

typedef struct
{
  GPtrArray *names; /* that depend on the input, the nearest first */
  double numbers[MAX_NUMBERS];
  guint n;
} Origins;

static void
add_number (Origins *o, double number)
{
  for (guint i = 0; i < o->n; i++)
    if (o->numbers[i] == number)
      return;
  if (o->n < MAX_NUMBERS && isfinite (number) && fabs (number) <= MAX_WORD)
    o->numbers[o->n++] = number;
}

/* Names on the way back, and the numbers that marks are compared with there, and those next to them. */
static void
list_origins (const CjlOnnxImport *import, const char *mask, Origins *o)
{
  g_ptr_array_add (o->names, (gpointer) mask);
  for (guint at = 0; at < o->names->len && o->names->len < MAX_NODES; at++)
    {
      const CjdOnnxNode *node = cjl_onnx_maker (import, o->names->pdata[at]);

      for (guint i = 0; is_known (node) && i < node->inputs->len; i++)
        {
          const char *name = cjl_onnx_input (node, i);
          double number;

          if (cjl_onnx_flows (import, node, i))
            {
              if (!g_ptr_array_find_with_equal_func (o->names, name, g_str_equal, NULL))
                g_ptr_array_add (o->names, (gpointer) name);
            }
          else if (cjl_onnx_get_number (import, name, &number))
            for (int k = -2; k <= 2; k++)
              add_number (o, number + 0.5 * k);
        }
    }
}

/* --- trying out --- */

/* Marks of which number i is numbers[(i + shift) % n]. */
static CjArray *
new_marks (const CjArray *like, const double *numbers, guint n, guint shift)
{
  CjArray *marks = cj_array_new (like->type, &like->dims, NULL);

  for (gint64 i = 0; marks != NULL && i < marks->size; i++)
    cj_array_set (marks, i, numbers[(guint) (i + shift) % n]);
  return marks;
}

/* Whether scores of these dimensions are slices one after another. */
static gboolean
are_slices (const CjDims *dims, const CjlOnnxScores *scores)
{
  return dims->n >= 3 && cj_dims_size (dims, 0, dims->n - 2) == scores->slices
         && dims->d[dims->n - 2] == scores->t && dims->d[dims->n - 1] == scores->s;
}

/* Element (slice, query, key) of what is stretched over scores of these dimensions; −1: it cannot be. */
static gint64
find_place (const CjArray *mask, const CjDims *dims, gint64 slice, gint64 t, gint64 s)
{
  gint64 place = 0, inner = 1;

  if (mask->dims.n > dims->n)
    return -1;
  for (guint k = dims->n; k > dims->n - mask->dims.n; k--)
    {
      const gint64 size = mask->dims.d[k - 1 - (dims->n - mask->dims.n)];
      const gint64 at = k == dims->n ? s : k == dims->n - 1 ? t : slice % dims->d[k - 1];

      if (size != 1 && size != dims->d[k - 1])
        return -1;
      if (k < dims->n - 1)
        slice /= dims->d[k - 1];
      place += size == 1 ? 0 : at * inner;
      inner *= size;
    }
  return place;
}

typedef enum
{
  UNKNOWN,
  OPEN,
  SHUT
} Gate;

static Gate
read_gate (CjlOnnxMask *mask, double number)
{
  switch (mask->kind)
    {
    case CJL_ONNX_MASK_ADDS:
      if (number == 0)
        return OPEN;
      mask->far = fmax (mask->far, number);
      mask->farthest = fmin (mask->farthest, number);
      return number <= CJL_ONNX_FAR ? SHUT : UNKNOWN;
    case CJL_ONNX_MASK_HEARS:
      return number != 0 ? OPEN : SHUT;
    case CJL_ONNX_MASK_SHUTS:
      return number == 0 ? OPEN : SHUT;
    case CJL_ONNX_MASK_TIMES:
      return number == 1 ? OPEN : number == 0 ? SHUT : UNKNOWN;
    default:
      return UNKNOWN;
    }
}

/* Whether a mask hears a key by the number of its mark alone; which of the numbers are heard goes into the gates. */
static gboolean
read_gates (CjlOnnxMask *mask, const CjArray *value, const CjlOnnxScores *scores, guint n,
            guint shift, Gate *gates)
{
  for (gint64 b = 0; b < scores->slices; b++)
    for (gint64 t = 0; t < scores->t; t++)
      for (gint64 s = 0; s < scores->s; s++)
        {
          const gint64 place = find_place (value, mask->dims, b, t, s);
          Gate *gate = &gates[(guint) (scores->sample[b] * scores->s + s + shift) % n];
          const Gate is = place < 0 || place >= value->size
                              ? UNKNOWN
                              : read_gate (mask, cj_array_get (value, place));

          if (is == UNKNOWN || (*gate != UNKNOWN && *gate != is))
            return FALSE;
          *gate = is;
        }
  return TRUE;
}

/* Whether marks of all these numbers, everywhere, are what the masks are made of. */
static gboolean
try_numbers (const CjlOnnxImport *import, CjlOnnxMask *masks, guint n_masks,
             const CjlOnnxScores *scores, const char *marks, const double *numbers, guint n,
             Gate *gates)
{
  const CjArray *like = cjl_onnx_value (import, marks);

  for (guint i = 0; i < n_masks; i++)
    if (masks[i].kind == CJL_ONNX_MASK_ADDS)
      {
        masks[i].far = -INFINITY;
        masks[i].farthest = 0;
      }
  for (guint shift = 0; shift < n; shift++)
    {
      g_autoptr (GHashTable) seen
          = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) cj_array_unref);
      CjArray *tried = new_marks (like, numbers, n, shift);

      if (tried == NULL)
        return FALSE;
      g_hash_table_insert (seen, (gpointer) marks, tried);
      for (guint i = 0; i < n_masks; i++)
        {
          const CjArray *value = compute (import, masks[i].name, seen, MAX_NODES);

          if (value == NULL || !read_gates (&masks[i], value, scores, n, shift, gates))
            return FALSE;
        }
    }
  return TRUE;
}

/* The word that shuts alone, −1 where all but 0 do; FALSE: neither is so. */
static gboolean
find_word (const double *numbers, guint n, const Gate *gates, gint64 *word)
{
  gboolean marked = TRUE;
  guint n_shut = 0;

  for (guint i = 0; i < n; i++)
    {
      marked = marked && (gates[i] == SHUT) == (numbers[i] != 0);
      if (gates[i] != SHUT)
        continue;
      n_shut++;
      *word = (gint64) numbers[i];
      if (numbers[i] < 0 || numbers[i] != rint (numbers[i]))
        n_shut = n;
    }
  if (marked)
    *word = -1;
  return marked || (n_shut == 1 && n > 1);
}

/* The numbers that marks of this type can be, of those to be tried. */
static guint
list_numbers (const Origins *o, CjArrayType type, double *numbers)
{
  const gboolean whole = !cj_array_type_is_float (type);
  guint n = 0;

  for (guint i = 0; i < o->n; i++)
    if (type == CJ_ARRAY_BOOL ? o->numbers[i] == 0 || o->numbers[i] == 1
                              : !whole || o->numbers[i] == rint (o->numbers[i]))
      numbers[n++] = o->numbers[i];
  return type == CJ_ARRAY_BOOL || type == CJ_ARRAY_I32 || type == CJ_ARRAY_I64
                 || type == CJ_ARRAY_F32
             ? n
             : 0;
}

/* Whether a name is those marks; models that count with marks, 1 − m, mean nothing by others than 0 and 1. */
static gboolean
try_marks (const CjlOnnxImport *import, CjlOnnxMask *masks, guint n_masks,
           const CjlOnnxScores *scores, const Origins *o, const char *name, CjlOnnxMarks *marks)
{
  const CjArray *value = cjl_onnx_value (import, name);
  Gate gates[MAX_NUMBERS] = { UNKNOWN };
  double numbers[MAX_NUMBERS] = { 0, 1 };
  guint n;

  if (value == NULL || value->dims.n != 2 || value->dims.d[0] != import->batch
      || value->dims.d[1] != scores->s || g_hash_table_lookup (import->made, name) == NULL)
    return FALSE;
  n = marks->bits ? 2 : list_numbers (o, value->type, numbers);
  return n > 0 && (double) (scores->slices * scores->t * scores->s) * n * n_masks <= MAX_WORK
         && try_numbers (import, masks, n_masks, scores, name, numbers, n, gates)
         && find_word (numbers, n, gates, &marks->word);
}

/* Whether queries that may hear nothing come out as of the layer, by which they hear nothing: they are not numbers at
 * all in the model, or they are silenced behind the softmax. There, what comes later has to be farther off than what is
 * padding; else that would be heard instead. */
static gboolean
are_silent (const CjlOnnxMask *masks, guint n, double later)
{
  gboolean silent = FALSE, endless = TRUE;
  double farthest = 0;

  for (guint i = 0; i < n; i++)
    if (masks[i].kind == CJL_ONNX_MASK_TIMES)
      silent = TRUE;
    else
      {
        endless = endless && masks[i].far == -INFINITY;
        farthest = fmin (farthest, masks[i].farthest);
      }
  return endless || (silent && (later == 0 || later <= BELOW * farthest));
}

/* Whether one of the masks works before the softmax; those behind it alone would leave weights that sum to less. */
static gboolean
is_scored (const CjlOnnxMask *masks, guint n)
{
  for (guint i = 0; i < n; i++)
    if (masks[i].kind != CJL_ONNX_MASK_TIMES)
      return TRUE;
  return FALSE;
}

gboolean
cjl_onnx_find_marks (const CjlOnnxImport *import, CjlOnnxMask *masks, guint n,
                     const CjlOnnxScores *scores, double later, CjlOnnxMarks *marks)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  Origins o = { names, { 0, 1, 2, -1, -2, 3, 7, 100, 0.5, -0.5, 1e-3 }, 11 };

  *marks = (CjlOnnxMarks){ 0 };
  for (guint i = 0; i < n; i++)
    if (!are_slices (masks[i].dims, scores))
      return FALSE;
  if (n > 0)
    list_origins (import, masks[0].name, &o);
  /* the farthest first: what lies nearer is made of it */
  for (guint way = 0; way < 2 && marks->name == NULL; way++)
    {
      marks->bits = way == 1;
      for (guint i = names->len; marks->name == NULL && i > 0; i--)
        if (try_marks (import, masks, n, scores, &o, names->pdata[i - 1], marks))
          marks->name = names->pdata[i - 1];
    }
  marks->alike = are_silent (masks, n, later);
  return marks->name != NULL && is_scored (masks, n);
}
