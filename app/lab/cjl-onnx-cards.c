/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Operators as cards of one operator (onnx-operator). */
#include "cjl-onnx-views.h"

#include "cj-card.h"

#include <string.h>

#define MAX_INLINE 16 /* numbers of a constant that are written into a card */

/* A card under way: three lines, and the constants that go among the weights. */
typedef struct
{
  GString *attrs, *inputs;
  GPtrArray *wires;     /* char *, names of values; borrowed */
  GPtrArray *constants; /* CjArray */
} Card;

static void
card_clear (Card *card)
{
  g_string_free (card->attrs, TRUE);
  g_string_free (card->inputs, TRUE);
  g_ptr_array_unref (card->wires);
  g_ptr_array_unref (card->constants);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Card, card_clear)

static void
add_word (GString *line, const char *word)
{
  g_string_append_printf (line, "%s%s", line->len > 0 ? " " : "", word);
}

/* A constant that has one slice for each sample, all alike: the one slice, and which dimension; NULL: it is
 * none. You unref. */
static CjArray *
find_slice (const CjArray *a, const CjArray *b, gint64 batch, int *axis)
{
  const gsize bytes = cj_array_type_size (a->type);
  gint64 inner, outer;
  CjDims dims = a->dims;
  CjArray *slice;

  *axis = -1;
  if (a->dims.n != b->dims.n || a->type != b->type)
    return NULL;
  for (guint k = 0; k < dims.n; k++)
    if (a->dims.d[k] != b->dims.d[k])
      {
        if (*axis >= 0 || a->dims.d[k] != batch || b->dims.d[k] != batch + 1)
          return NULL;
        *axis = (int) k;
      }
  if (*axis < 0)
    return NULL;
  dims.d[*axis] = 1;
  slice = cj_array_new (a->type, &dims, NULL);
  inner = cj_dims_size (&dims, (guint) *axis + 1, dims.n);
  outer = cj_dims_size (&dims, 0, (guint) *axis);
  for (gint64 o = 0; slice != NULL && o < outer; o++)
    for (gint64 i = 0; i < batch; i++)
      {
        const guint8 *from = (const guint8 *) a->data + (gsize) ((o * batch + i) * inner) * bytes;
        guint8 *to = (guint8 *) slice->data + (gsize) (o * inner) * bytes;

        if (i == 0)
          memcpy (to, from, (gsize) inner * bytes);
        else if (memcmp (to, from, (gsize) inner * bytes) != 0)
          g_clear_pointer (&slice, cj_array_unref);
        if (slice == NULL)
          return NULL;
      }
  return slice;
}

/* The same in a model that is written for a fixed batch: a constant that is joined with what has as many samples,
 * and has the same for each of them. You unref. */
static CjArray *
find_repeated (const CjlOnnxImport *import, const CjdOnnxNode *node, const CjArray *value)
{
  const CjArray *y = cjl_onnx_value (import, cjl_onnx_output (node, 0));
  g_autoptr (CjArray) longer = NULL;
  CjDims dims = value->dims;
  int axis;

  if (!g_str_equal (node->op->op, "Concat") || import->batch < 2 || y == NULL || value->dims.n < 2
      || value->dims.d[0] != import->batch || y->dims.d[0] != import->batch)
    return NULL;
  dims.d[0]++;
  longer = cj_array_new (value->type, &dims, NULL);
  return longer != NULL ? find_slice (value, longer, import->batch, &axis) : NULL;
}

CjArray *
cjl_onnx_dup_slice (const CjlOnnxImport *import, const CjdOnnxNode *node, guint i)
{
  const char *name = cjl_onnx_input (node, i);
  const CjArray *value = cjl_onnx_value (import, name);
  const CjArray *other = import->others != NULL ? g_hash_table_lookup (import->others, name) : NULL;
  CjArray *slice;
  int axis;

  if (value == NULL || cjl_onnx_flows (import, node, i))
    return NULL;
  if (other == NULL)
    return find_repeated (import, node, value);
  slice = find_slice (value, other, import->batch, &axis);
  if (slice != NULL && axis != 0)
    g_clear_pointer (&slice, cj_array_unref);
  return slice;
}

/* A list of sizes that changes with the batch: the size that does so is left open, or for Expand left to the
 * input. You unref; NULL: it cannot be said so. */
static CjArray *
open_size (const CjdOnnxNode *node, const CjArray *a, const CjArray *b, const CjArray *x)
{
  const gboolean expands = g_str_equal (node->op->op, "Expand");
  gint64 sizes[CJ_ARRAY_MAX_DIMS];
  gboolean open = FALSE;

  if (a->dims.n != 1 || !cj_dims_equal (&a->dims, &b->dims) || a->size > CJ_ARRAY_MAX_DIMS
      || a->type != CJ_ARRAY_I64 || (!expands && !g_str_equal (node->op->op, "Reshape")))
    return NULL;
  for (gint64 i = 0; i < a->size; i++)
    {
      sizes[i] = cj_array_get_int (a, i);
      open = open || sizes[i] == -1;
    }
  for (gint64 i = 0; i < a->size; i++)
    if (sizes[i] != cj_array_get_int (b, i))
      {
        if (!expands && x != NULL && x->dims.n > i && x->dims.d[i] == sizes[i])
          sizes[i] = 0;
        else if (!expands && open)
          return NULL;
        else
          sizes[i] = expands ? 1 : -1;
        open = open || sizes[i] == -1;
      }
  return cj_array_new_ints (sizes, (guint) a->size);
}

/* A constant as a word of the card. */
static gboolean
add_constant (Card *card, CjArray *value, int stretch)
{
  const gboolean written = stretch < 0 && value->size <= MAX_INLINE;
  g_autofree char *word = cj_card_print_array (value, written);

  if (!written && (value->dims.n > CJ_MAX_DIMS || value->size == 0))
    return FALSE;
  add_word (card->inputs, word);
  if (stretch >= 0)
    g_string_append_printf (card->inputs, "~%d", stretch);
  if (!written)
    g_ptr_array_add (card->constants, cj_array_ref (value));
  return TRUE;
}

/* Whether it is the state that a recurrent operator begins with, and that is zero as without one. */
static gboolean
is_zero_state (const CjlOnnxImport *import, const CjdOnnxNode *node, guint i)
{
  const gboolean recurrent = g_str_equal (node->op->op, "LSTM") || g_str_equal (node->op->op, "GRU")
                             || g_str_equal (node->op->op, "RNN");

  return recurrent && i >= 5 && i <= 6 && cjl_onnx_is_zero (import, node, i);
}

static gboolean
add_input (const CjlOnnxImport *import, Card *card, const CjdOnnxNode *node, guint i)
{
  const char *name = cjl_onnx_input (node, i);
  CjArray *value = cjl_onnx_value (import, name), *other;
  g_autoptr (CjArray) slice = NULL, sizes = NULL;
  int axis;

  if (*name == '\0' || is_zero_state (import, node, i))
    add_word (card->inputs, "-");
  else if (cjl_onnx_flows (import, node, i))
    {
      g_autofree char *word = g_strdup_printf (
          "x:%s%s", value != NULL ? cj_array_type_get_name (value->type) : "float",
          value != NULL && value->dims.n == 0 ? "/0" : "");

      add_word (card->inputs, word);
      g_ptr_array_add (card->wires, (gpointer) name);
    }
  else if (value == NULL)
    return FALSE;
  else if (cjl_onnx_constant (import, name) != NULL)
    {
      slice = import->others == NULL ? find_repeated (import, node, value) : NULL;
      return add_constant (card, slice != NULL ? slice : value, slice != NULL ? 0 : -1);
    }
  else
    {
      other = g_hash_table_lookup (import->others, name);
      slice = find_slice (value, other, import->batch, &axis);
      if (slice != NULL)
        return add_constant (card, slice, axis);
      sizes = open_size (node, value, other, cjl_onnx_value (import, cjl_onnx_input (node, 0)));
      return add_constant (card, sizes != NULL ? sizes : value, -1);
    }
  return TRUE;
}

/* Results up to the last one that somebody reads. */
static guint
count_results (const CjlOnnxImport *import, const CjdOnnxNode *node)
{
  guint n = 1;

  /* where lengths are not said, it is how many there are that says so */
  if (g_str_equal (node->op->op, "Split") && *cjl_onnx_input (node, 1) == '\0'
      && cj_extra_node_find (node->op, "split") == NULL
      && cj_extra_node_find (node->op, "num_outputs") == NULL)
    return node->outputs->len;
  for (guint k = 0; k < node->outputs->len; k++)
    if (g_hash_table_contains (import->users, cjl_onnx_output (node, k))
        || g_hash_table_contains (import->ends, cjl_onnx_output (node, k)))
      n = k + 1;
  return n;
}

static void
add_placeholder (CjlOnnxImport *import, const CjdOnnxNode *node, CjNode *made)
{
  g_autofree char *name = cjl_onnx_op_name (node);

  g_ptr_array_add (import->unknown, g_strdup (made->id));
  g_ptr_array_add (import->unknown, g_strconcat ("onnx:", name, NULL));
}

gboolean
cjl_onnx_put_placeholder (CjlOnnxImport *import, const CjdOnnxNode *node, GError **error)
{
  CjNode *made = cjl_onnx_put (import, "onnx-operator", node, NULL, error, NULL);
  guint port = 0;

  if (made == NULL)
    return FALSE;
  for (guint i = 0; i < node->inputs->len && port < 1; i++)
    if ((g_hash_table_contains (import->made, node->inputs->pdata[i])
         || cjl_onnx_find_view (import, node->inputs->pdata[i]) != NULL)
        && !cjl_onnx_wire (import, node->inputs->pdata[i], made, port++, error))
      return FALSE;
  for (guint k = 0; k < node->outputs->len; k++)
    cjl_onnx_note (import, node->outputs->pdata[k], made, 0);
  add_placeholder (import, node, made);
  return TRUE;
}

gboolean
cjl_onnx_add_card (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *fits, GError **error)
{
  g_auto (Card) card = { g_string_new (NULL), g_string_new (NULL), g_ptr_array_new (),
                         g_ptr_array_new_with_free_func ((GDestroyNotify) cj_array_unref) };
  const guint n_out = count_results (import, node);
  g_autofree char *name = cjl_onnx_op_name (node);
  guint n_in = node->inputs->len;
  CjNode *made;

  while (n_in > 0 && *cjl_onnx_input (node, n_in - 1) == '\0')
    n_in--;
  *fits = n_out <= CJ_LAYER_MAX_OUT && cj_extra_find (name, node->op->opset) != NULL;
  for (guint i = 0; *fits && i < node->op->attrs->len; i++)
    {
      g_autofree char *word = cj_card_print_attr (node->op->attrs->pdata[i]);

      *fits = word != NULL;
      if (word != NULL)
        add_word (card.attrs, word);
    }
  for (guint i = 0; *fits && i < n_in; i++)
    *fits = add_input (import, &card, node, i);
  *fits = *fits && card.attrs->len < CJ_CARD_TEXT && card.inputs->len < CJ_CARD_TEXT
          && card.wires->len >= 1 && card.wires->len <= CJ_LAYER_MAX_IN && n_in <= CJ_OP_MAX_IN;
  if (!*fits)
    return TRUE;
  made = cjl_onnx_put (import, "onnx-operator", node, NULL, error, NULL);
  if (made == NULL
      || !cjl_onnx_set (import, made, error, "operator", "%s@%" G_GINT64_FORMAT "/%u", name,
                        node->op->opset, n_out)
      || !cjl_onnx_set (import, made, error, "attributes", "%s", card.attrs->str)
      || !cjl_onnx_set (import, made, error, "inputs", "%s", card.inputs->str))
    return FALSE;
  for (guint i = 0; i < card.wires->len; i++)
    if (!cjl_onnx_wire (import, card.wires->pdata[i], made, i, error))
      return FALSE;
  for (guint i = 0; i < card.constants->len; i++)
    {
      g_autofree char *weight = g_strdup_printf ("constant%u", i + 1);

      cjl_onnx_weight (import, made, weight, card.constants->pdata[i], NULL);
    }
  for (guint k = 0; k < node->outputs->len; k++)
    cjl_onnx_note (import, node->outputs->pdata[k], made, k < n_out ? k : 0);
  return TRUE;
}
