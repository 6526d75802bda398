/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The model is run once as it is, and once for one sample more: so every shape is known, and what changes with the
 * batch alone can be told from what is constant. */
#include "cjl-onnx-import-private.h"

#include "cj-card.h"
#include "cj-error.h"
#include "cj-program.h"
#include "cjl-placeholders.h"
#include "safetensors.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_INLINE 16 /* numbers of a constant that are written into a card */
#define MAX_ID 40

/* --- values --- */

CjArray *
cjl_onnx_value (const CjlOnnxImport *import, const char *name)
{
  return *name != '\0' ? g_hash_table_lookup (import->values, name) : NULL;
}

static gboolean
same (const CjArray *a, const CjArray *b)
{
  return a->type == b->type && cj_dims_equal (&a->dims, &b->dims)
         && memcmp (a->data, b->data, (gsize) a->size * cj_array_type_size (a->type)) == 0;
}

CjArray *
cjl_onnx_constant (const CjlOnnxImport *import, const char *name)
{
  CjArray *value = cjl_onnx_value (import, name), *other;

  if (value == NULL || g_hash_table_contains (import->flows, name))
    return NULL;
  other = import->others != NULL ? g_hash_table_lookup (import->others, name) : NULL;
  return other == NULL || same (value, other) ? value : NULL;
}

const char *
cjl_onnx_input (const CjdOnnxNode *node, guint i)
{
  return i < node->inputs->len ? node->inputs->pdata[i] : "";
}

const char *
cjl_onnx_output (const CjdOnnxNode *node, guint i)
{
  return i < node->outputs->len ? node->outputs->pdata[i] : "";
}

gboolean
cjl_onnx_flows (const CjlOnnxImport *import, const CjdOnnxNode *node, guint i)
{
  return g_hash_table_contains (import->flows, cjl_onnx_input (node, i));
}

const CjdOnnxNode *
cjl_onnx_only_user (const CjlOnnxImport *import, const char *name)
{
  const GPtrArray *users = g_hash_table_lookup (import->users, name);

  return users != NULL && users->len == 1 && !g_hash_table_contains (import->ends, name)
             ? users->pdata[0]
             : NULL;
}

/* --- cards --- */

/* An id made of the last parts of a node's name, or of what it makes; free in the graph. You free. */
static char *
make_id (const CjGraph *graph, const CjdOnnxNode *node)
{
  const char *name = *node->name != '\0' ? node->name : cjl_onnx_output (node, 0);
  g_autofree char *op = g_ascii_strdown (node->op->op, -1);
  GString *id = g_string_new (NULL);
  g_autofree char *base = NULL;

  for (; *name != '\0'; name++)
    if (g_ascii_isalnum (*name) || *name == '_')
      g_string_append_c (id, *name);
    else if (id->len > 0 && id->str[id->len - 1] != '-')
      g_string_append_c (id, '-');
  while (id->len > 0 && id->str[id->len - 1] == '-')
    g_string_truncate (id, id->len - 1);
  while (id->len > MAX_ID)
    g_string_erase (id, 0, 1);
  while (id->len > 0 && !g_ascii_isalpha (id->str[0]))
    g_string_erase (id, 0, 1);
  base = g_string_free (id, FALSE);
  if (*base == '\0')
    {
      g_free (base);
      base = g_steal_pointer (&op);
    }
  if (cj_graph_find (graph, base) == NULL)
    return g_steal_pointer (&base);
  for (guint i = 2;; i++)
    {
      g_autofree char *next = g_strdup_printf ("%s-%u", base, i);

      if (cj_graph_find (graph, next) == NULL)
        return g_steal_pointer (&next);
    }
}

gboolean
cjl_onnx_wire (CjlOnnxImport *import, const char *x, CjNode *to, guint port, GError **error)
{
  const CjlOnnxMade *made = g_hash_table_lookup (import->made, x);

  if (made != NULL)
    return cj_graph_connect (import->graph, made->node, made->port, to, port, error);
  g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH, _ ("“%s” reads “%s”, which nothing makes"), to->id,
               x);
  return FALSE;
}

CjNode *
cjl_onnx_put (CjlOnnxImport *import, const char *layer, const CjdOnnxNode *node, const char *x,
              GError **error, ...)
{
  g_autofree char *id = make_id (import->graph, node);
  CjNode *made = cj_graph_add (import->graph, cj_layer_find (layer), id, error);
  gboolean good = made != NULL && (x == NULL || cjl_onnx_wire (import, x, made, 0, error));
  const char *setting;
  va_list args;

  va_start (args, error);
  while (good && (setting = va_arg (args, const char *)) != NULL)
    {
      g_auto (GStrv) pair = g_strsplit (setting, "=", 2);

      good = cj_graph_set_param (import->graph, made, pair[0], pair[1], error);
    }
  va_end (args);
  return good ? made : NULL;
}

gboolean
cjl_onnx_set (CjlOnnxImport *import, CjNode *node, GError **error, const char *name,
              const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  return cj_graph_set_param (import->graph, node, name, text, error);
}

void
cjl_onnx_note (CjlOnnxImport *import, const char *name, CjNode *node, guint port)
{
  CjlOnnxMade *made = g_new (CjlOnnxMade, 1);

  *made = (CjlOnnxMade){ node, port };
  g_hash_table_replace (import->made, (gpointer) name, made);
}

static CjTensor *
add_weight (CjlOnnxImport *import, const CjNode *node, const char *name, const CjShape *shape)
{
  g_autofree char *whole = g_strconcat (node->id, ".", name, NULL);
  CjTensor *tensor = cj_tensor_new (CJ_FLOAT32, shape);

  g_ptr_array_add (import->weights, cjd_named_tensor_new (whole, tensor));
  return tensor;
}

static CjShape
shape_of (const CjDims *dims)
{
  const gint64 one = 1;

  return dims->n == 0 ? cj_shape (1, &one) : cj_shape (MIN (dims->n, CJ_MAX_DIMS), dims->d);
}

void
cjl_onnx_weight (CjlOnnxImport *import, const CjNode *node, const char *name, const CjArray *array,
                 const CjShape *shape)
{
  const CjShape own = shape_of (&array->dims);
  CjTensor *tensor = add_weight (import, node, name, shape != NULL ? shape : &own);

  for (gint64 i = 0; i < array->size; i++)
    cj_tensor_f32 (tensor)[i] = (float) cj_array_get (array, i);
}

void
cjl_onnx_weight_turned (CjlOnnxImport *import, const CjNode *node, const char *name,
                        const CjArray *array)
{
  const gint64 rows = array->dims.d[0], columns = array->dims.d[1];
  const CjShape shape = cj_shape2 (columns, rows);
  CjTensor *tensor = add_weight (import, node, name, &shape);

  for (gint64 i = 0; i < array->size; i++)
    cj_tensor_f32 (tensor)[i % columns * rows + i / columns] = (float) cj_array_get (array, i);
}

/* --- operators as cards --- */

/* A card under way: three lines, and the constants that go among the weights. */
typedef struct
{
  GString *attrs, *inputs;
  GPtrArray *wires;     /* char *, names of values; borrowed */
  GPtrArray *constants; /* CjArray */
} Card;

static void
unref_array (gpointer array)
{
  cj_array_unref (array);
}

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
  const CjArray *value = cjl_onnx_value (import, cjl_onnx_input (node, i));
  const gboolean recurrent = g_str_equal (node->op->op, "LSTM") || g_str_equal (node->op->op, "GRU")
                             || g_str_equal (node->op->op, "RNN");

  if (!recurrent || i < 5 || i > 6 || value == NULL || cjl_onnx_flows (import, node, i))
    return FALSE;
  for (gint64 k = 0; k < value->size; k++)
    if (cj_array_get (value, k) != 0)
      return FALSE;
  return TRUE;
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

  for (guint k = 0; k < node->outputs->len; k++)
    if (g_hash_table_contains (import->users, cjl_onnx_output (node, k))
        || g_hash_table_contains (import->ends, cjl_onnx_output (node, k)))
      n = k + 1;
  return n;
}

static void
add_placeholder (CjlOnnxImport *import, const CjdOnnxNode *node, CjNode *made)
{
  g_ptr_array_add (import->unknown, g_strdup (made->id));
  g_ptr_array_add (
      import->unknown,
      g_strconcat ("onnx:", node->domain, *node->domain != '\0' ? "." : "", node->op->op, NULL));
}

/* A card that keeps the place of what cannot be one: wired to what it reads. */
static gboolean
put_placeholder (CjlOnnxImport *import, const CjdOnnxNode *node, GError **error)
{
  CjNode *made = cjl_onnx_put (import, "onnx-operator", node, NULL, error, NULL);
  guint port = 0;

  if (made == NULL)
    return FALSE;
  for (guint i = 0; i < node->inputs->len && port < 1; i++)
    if (g_hash_table_contains (import->made, node->inputs->pdata[i])
        && !cjl_onnx_wire (import, node->inputs->pdata[i], made, port++, error))
      return FALSE;
  for (guint k = 0; k < node->outputs->len; k++)
    cjl_onnx_note (import, node->outputs->pdata[k], made, 0);
  add_placeholder (import, node, made);
  return TRUE;
}

/* FALSE in *fits: the operator has more to it than a card can say. */
static gboolean
add_card (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *fits, GError **error)
{
  g_auto (Card) card = { g_string_new (NULL), g_string_new (NULL), g_ptr_array_new (),
                         g_ptr_array_new_with_free_func (unref_array) };
  const guint n_out = count_results (import, node);
  CjNode *made;

  *fits = *node->domain == '\0' && n_out <= CJ_LAYER_MAX_OUT
          && cj_extra_find (node->op->op, node->op->opset) != NULL;
  for (guint i = 0; *fits && i < node->op->attrs->len; i++)
    {
      g_autofree char *word = cj_card_print_attr (node->op->attrs->pdata[i]);

      *fits = word != NULL;
      if (word != NULL)
        add_word (card.attrs, word);
    }
  for (guint i = 0; *fits && i < node->inputs->len; i++)
    *fits = add_input (import, &card, node, i);
  *fits = *fits && card.attrs->len < CJ_CARD_TEXT && card.inputs->len < CJ_CARD_TEXT
          && card.wires->len >= 1 && card.wires->len <= CJ_LAYER_MAX_IN
          && node->inputs->len <= CJ_OP_MAX_IN;
  if (!*fits)
    return TRUE;
  made = cjl_onnx_put (import, "onnx-operator", node, NULL, error, NULL);
  if (made == NULL
      || !cjl_onnx_set (import, made, error, "operator", "%s@%" G_GINT64_FORMAT "/%u", node->op->op,
                        node->op->opset, n_out)
      || !cjl_onnx_set (import, made, error, "attributes", "%s", card.attrs->str)
      || !cjl_onnx_set (import, made, error, "inputs", "%s", card.inputs->str))
    return FALSE;
  for (guint i = 0; i < card.wires->len; i++)
    if (!cjl_onnx_wire (import, card.wires->pdata[i], made, i, error))
      return FALSE;
  for (guint i = 0; i < card.constants->len; i++)
    {
      g_autofree char *name = g_strdup_printf ("constant%u", i + 1);

      cjl_onnx_weight (import, made, name, card.constants->pdata[i], NULL);
    }
  for (guint k = 0; k < node->outputs->len; k++)
    cjl_onnx_note (import, node->outputs->pdata[k], made, k < n_out ? k : 0);
  return TRUE;
}

/* --- the graph --- */

static void
unref_list (gpointer list)
{
  g_ptr_array_unref (list);
}

/* Who reads what, and what depends on the input: everything made of it but shapes. */
static void
follow (CjlOnnxImport *import, const GArray *order)
{
  const CjdOnnxGraph *graph = import->model->graph;
  g_autoptr (GPtrArray) inputs = cjl_onnx_list_inputs (graph);

  for (guint i = 0; i < inputs->len; i++)
    g_hash_table_add (import->flows, ((CjdOnnxInfo *) inputs->pdata[i])->name);
  for (guint i = 0; i < graph->outputs->len; i++)
    g_hash_table_add (import->ends, ((CjdOnnxInfo *) graph->outputs->pdata[i])->name);
  for (guint i = 0; i < order->len; i++)
    {
      const CjdOnnxNode *node = graph->nodes->pdata[g_array_index (order, guint, i)];
      const gboolean shape
          = g_str_equal (node->op->op, "Shape") || g_str_equal (node->op->op, "Size");
      gboolean flows = FALSE;

      for (guint k = 0; k < node->inputs->len; k++)
        {
          const char *name = node->inputs->pdata[k];
          GPtrArray *users = g_hash_table_lookup (import->users, name);

          flows = flows || g_hash_table_contains (import->flows, name);
          if (users == NULL)
            {
              users = g_ptr_array_new ();
              g_hash_table_insert (import->users, (gpointer) name, users);
            }
          g_ptr_array_add (users, (gpointer) node);
        }
      for (guint k = 0; k < node->op->attrs->len; k++)
        flows = flows || ((const CjAttr *) node->op->attrs->pdata[k])->kind == CJ_ATTR_GRAPH;
      for (guint k = 0; flows && !shape && k < node->outputs->len; k++)
        g_hash_table_add (import->flows, node->outputs->pdata[k]);
    }
}

static gboolean
add_node (CjlOnnxImport *import, const CjdOnnxNode *node, GError **error)
{
  gboolean handled = FALSE, needed = FALSE;

  for (guint k = 0; k < node->outputs->len; k++)
    needed = needed || g_hash_table_contains (import->flows, node->outputs->pdata[k]);
  if (!needed || g_hash_table_contains (import->done, node))
    return TRUE;
  if (!cjl_onnx_add_layer (import, node, &handled, error))
    return FALSE;
  if (!handled && !add_card (import, node, &handled, error))
    return FALSE;
  return handled || put_placeholder (import, node, error);
}

static gboolean
add_nodes (CjlOnnxImport *import, GError **error)
{
  const CjdOnnxGraph *graph = import->model->graph;
  g_autoptr (GArray) order = cjl_onnx_order (graph);
  g_autoptr (GPtrArray) inputs = cjl_onnx_list_inputs (graph);
  CjNode *node = cj_graph_add (import->graph, cj_layer_find ("input"), "input", error);

  if (node == NULL)
    return FALSE;
  follow (import, order);
  if (import->front != NULL)
    {
      const gboolean flat = *import->front == '\0';
      CjNode *input = node;

      node
          = cj_graph_add (import->graph, cj_layer_find (flat ? "flatten" : "reshape"), NULL, error);
      if (node == NULL || !cj_graph_connect (import->graph, input, 0, node, 0, error)
          || (!flat && !cj_graph_set_param (import->graph, node, "shape", import->front, error)))
        return FALSE;
    }
  cjl_onnx_note (import, ((CjdOnnxInfo *) inputs->pdata[0])->name, node, 0);
  for (guint i = 0; i < order->len; i++)
    if (!add_node (import, graph->nodes->pdata[g_array_index (order, guint, i)], error))
      return FALSE;
  return TRUE;
}

/* --- tracing --- */

/* A sample more: the first one again. You unref. */
static CjArray *
one_more (const CjArray *x)
{
  const gsize bytes = (gsize) x->size * cj_array_type_size (x->type);
  CjDims dims = x->dims;
  CjArray *more;

  dims.d[0]++;
  more = cj_array_new (x->type, &dims, NULL);
  if (more != NULL)
    {
      memcpy (more->data, x->data, bytes);
      memcpy ((guint8 *) more->data + bytes, x->data, bytes / (gsize) x->dims.d[0]);
    }
  return more;
}

gboolean
cjl_onnx_import_check (const CjdOnnx *model, GError **error)
{
  g_autoptr (GPtrArray) inputs = cjl_onnx_list_inputs (model->graph);
  const CjdOnnxInfo *info = inputs->len == 1 ? inputs->pdata[0] : NULL;

  if (info != NULL && info->is_tensor)
    return TRUE;
  g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
               _ ("It takes in %u values. What the canvas can show are models with one input."),
               inputs->len);
  return FALSE;
}

void
cjl_onnx_import_init (CjlOnnxImport *import, const CjdOnnx *model, CjGraph *graph)
{
  *import = (CjlOnnxImport){ .model = model, .graph = graph };
  import->flows = g_hash_table_new (g_str_hash, g_str_equal);
  import->ends = g_hash_table_new (g_str_hash, g_str_equal);
  import->users = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, unref_list);
  import->made = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  import->done = g_hash_table_new (NULL, NULL);
  import->weights = cjd_named_tensors_new ();
  import->unknown = g_ptr_array_new_with_free_func (g_free);
}

void
cjl_onnx_import_clear (CjlOnnxImport *import)
{
  g_clear_pointer (&import->values, g_hash_table_unref);
  g_clear_pointer (&import->others, g_hash_table_unref);
  g_clear_pointer (&import->flows, g_hash_table_unref);
  g_clear_pointer (&import->ends, g_hash_table_unref);
  g_clear_pointer (&import->users, g_hash_table_unref);
  g_clear_pointer (&import->made, g_hash_table_unref);
  g_clear_pointer (&import->done, g_hash_table_unref);
  g_clear_pointer (&import->weights, g_ptr_array_unref);
  g_clear_pointer (&import->unknown, g_ptr_array_unref);
}

/* Runs the model on a sample and on one more, then makes the network. */
gboolean
cjl_onnx_import_convert (CjlOnnxImport *import, CjArray *x, GError **error)
{
  CjArray *more;

  if (x->dims.n < 1 || x->dims.d[0] < 1)
    {
      g_set_error_literal (error, CJ_ERROR, CJ_ERROR_PARAM,
                           _ ("Its input has no dimension for the samples of a batch."));
      return FALSE;
    }
  import->batch = x->dims.d[0];
  import->values = cjl_onnx_trace (import->model, &x, 1, error);
  if (import->values == NULL)
    return FALSE;
  more = one_more (x);
  if (more == NULL)
    return TRUE;
  import->others = cjl_onnx_trace (import->model, &more, 1, NULL);
  /* a model that is written for a fixed batch does not run with another one, or not to the end */
  for (guint i = 0; import->others != NULL && i < import->model->graph->outputs->len; i++)
    {
      const CjdOnnxInfo *info = import->model->graph->outputs->pdata[i];

      if (g_hash_table_lookup (import->others, info->name) == NULL)
        g_clear_pointer (&import->others, g_hash_table_unref);
    }
  cj_array_unref (more);
  return add_nodes (import, error);
}

/* --- answering --- */

static CjDataSpec
make_spec (const CjArray *x)
{
  const CjShape whole = shape_of (&x->dims);

  return (CjDataSpec){ .batch = x->dims.d[0],
                       .x_shape = cj_shape (whole.n_dims - 1, whole.dims + 1),
                       .y_shape = cj_shape (0, NULL),
                       .x_dtype = cj_array_type_is_float (x->type) ? CJ_FLOAT32 : CJ_INT32,
                       .y_dtype = CJ_INT32 };
}

static void
put_weights (const CjlOnnxImport *import, CjProgram *program)
{
  for (guint i = 0; i < import->weights->len; i++)
    {
      const CjdNamedTensor *named = import->weights->pdata[i];
      const CjProgramParam *param = cj_program_find_param (program, named->name);

      if (param != NULL && param->size == cj_shape_size (&named->tensor->shape))
        memcpy (cj_program_get_param_data (program, param), named->tensor->data,
                (gsize) param->size * sizeof (float));
    }
}

/* The results of the model as arrays: from the program, or constants. */
static GPtrArray *
collect (const CjlOnnxImport *import, const CjProgram *program, GError **error)
{
  const CjdOnnxGraph *graph = import->model->graph;
  g_autoptr (GPtrArray) results = g_ptr_array_new_with_free_func (unref_array);

  for (guint i = 0; i < graph->outputs->len; i++)
    {
      const char *name = ((const CjdOnnxInfo *) graph->outputs->pdata[i])->name;
      const CjlOnnxMade *made = g_hash_table_lookup (import->made, name);
      CjArray *value = cjl_onnx_value (import, name), *result;
      g_autoptr (CjTensor) tensor = NULL;

      if (made == NULL && value != NULL)
        {
          g_ptr_array_add (results, cj_array_ref (value));
          continue;
        }
      if (made != NULL)
        tensor = cj_program_dup_output (
            program, (guint) cj_graph_get_index (import->graph, made->node), made->port);
      if (tensor == NULL || value == NULL || cj_shape_size (&tensor->shape) != value->size)
        {
          const CjProblem *problem = cj_lowered_get_error (cj_program_get_lowered (program));
          g_autofree char *places = cjl_placeholders_print (import->unknown);

          /* what a card refuses is not done; what comes out wrong is wrong */
          g_set_error (error, CJ_ERROR,
                       problem != NULL || places != NULL ? CJ_ERROR_PARAM : CJ_ERROR_GRAPH,
                       _ ("The canvas does not make “%s”. %s"), name,
                       places != NULL    ? places
                       : problem != NULL ? problem->sentence
                                         : "");
          return NULL;
        }
      result = cj_array_new (CJ_ARRAY_F32, &value->dims, error);
      if (result == NULL)
        return NULL;
      memcpy (result->data, tensor->data, (gsize) result->size * sizeof (float));
      g_ptr_array_add (results, result);
    }
  return g_steal_pointer (&results);
}

GPtrArray *
cjl_onnx_answer_on_canvas (const CjdOnnx *model, CjArray *const *inputs, guint n_inputs,
                           GError **error)
{
  g_autoptr (CjGraph) graph = cj_graph_new ();
  g_auto (CjlOnnxImport) import = { 0 };
  g_autoptr (CjProgram) program = NULL;
  CjDataSpec spec;
  CjTensor *x;

  cjl_onnx_import_init (&import, model, graph);
  if (!cjl_onnx_import_check (model, error) || n_inputs != 1
      || !cjl_onnx_import_convert (&import, inputs[0], error))
    return NULL;
  spec = make_spec (inputs[0]);
  program = cj_program_new (graph, CJ_PURPOSE_PROBE, &spec, 1, error);
  if (program == NULL)
    return NULL;
  put_weights (&import, program);
  x = cj_program_get_x (program);
  for (gint64 i = 0; x != NULL && i < inputs[0]->size; i++)
    if (x->dtype == CJ_FLOAT32)
      cj_tensor_f32 (x)[i] = (float) cj_array_get (inputs[0], i);
    else
      cj_tensor_i32 (x)[i] = (gint32) cj_array_get_int (inputs[0], i);
  cj_program_forward (program, FALSE, inputs[0]->dims.d[0], 1, 1);
  return collect (&import, program, error);
}
