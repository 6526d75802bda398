/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The model is run once as it is, and once for one sample more: so every shape is known, and what changes with the
 * batch alone can be told from what is constant. */
#include "cjl-onnx-inputs.h"
#include "cjl-onnx-rules.h"
#include "cjl-onnx-views.h"

#include "cj-error.h"
#include "cjl-placeholders.h"
#include "safetensors.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_ID 40
#define MAX_ROUNDS 64 /* of finding conditions that are known, which lie in each other */

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

gboolean
cjl_onnx_is_zero (const CjlOnnxImport *import, const CjdOnnxNode *node, guint i)
{
  const CjArray *value = cjl_onnx_value (import, cjl_onnx_input (node, i));

  if (value == NULL || cjl_onnx_flows (import, node, i))
    return FALSE;
  for (gint64 k = 0; k < value->size; k++)
    if (cj_array_get (value, k) != 0)
      return FALSE;
  return TRUE;
}

const CjdOnnxNode *
cjl_onnx_maker (const CjlOnnxImport *import, const char *name)
{
  return *name != '\0' ? g_hash_table_lookup (import->makers, name) : NULL;
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

/* An id made of the last parts of a name, or if there are none of the other; free in the graph. You free. */
static char *
make_id (const CjGraph *graph, const char *name, const char *other)
{
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
      base = g_ascii_strdown (other, -1);
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
  const CjlOnnxMade *made;

  if (!cjl_onnx_lay_out (import, x, error))
    return FALSE;
  made = g_hash_table_lookup (import->made, x);
  if (made != NULL)
    return cj_graph_connect (import->graph, made->node, made->port, to, port, error);
  g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH, _ ("“%s” reads “%s”, which nothing makes"), to->id,
               x);
  return FALSE;
}

CjNode *
cjl_onnx_put_named (CjlOnnxImport *import, const char *layer, const char *name, GError **error)
{
  g_autofree char *id = make_id (import->graph, name, layer);

  return cj_graph_add (import->graph, cj_layer_find (layer), id, error);
}

CjNode *
cjl_onnx_put (CjlOnnxImport *import, const char *layer, const CjdOnnxNode *node, const char *x,
              GError **error, ...)
{
  g_autofree char *id = make_id (
      import->graph, *node->name != '\0' ? node->name : cjl_onnx_output (node, 0), node->op->op);
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
  const CjlOnnxMade made = { node, port };

  if (import->lift != NULL)
    cjl_onnx_note_view (import, name, NULL, made, import->lift);
  else
    g_hash_table_replace (import->made, (gpointer) name, g_memdup2 (&made, sizeof made));
}

static CjTensor *
add_weight (CjlOnnxImport *import, const CjNode *node, const char *name, const CjShape *shape)
{
  g_autofree char *whole = g_strconcat (node->id, ".", name, NULL);
  CjTensor *tensor = cj_tensor_new (CJ_FLOAT32, shape);

  g_ptr_array_add (import->weights, cjd_named_tensor_new (whole, tensor));
  return tensor;
}

CjShape
cjl_onnx_shape_of (const CjDims *dims)
{
  const gint64 one = 1;

  return dims->n == 0 ? cj_shape (1, &one) : cj_shape (MIN (dims->n, CJ_MAX_DIMS), dims->d);
}

void
cjl_onnx_weight (CjlOnnxImport *import, const CjNode *node, const char *name, const CjArray *array,
                 const CjShape *shape)
{
  const CjShape own = cjl_onnx_shape_of (&array->dims);
  CjTensor *tensor = add_weight (import, node, name, shape != NULL ? shape : &own);

  for (gint64 i = 0; i < array->size; i++)
    cj_tensor_f32 (tensor)[i] = (float) cj_array_get (array, i);
}

void
cjl_onnx_weight_turned (CjlOnnxImport *import, const CjNode *node, const char *name,
                        const CjArray *array, const CjShape *shape)
{
  const gint64 rows = array->dims.d[0], columns = array->dims.d[1];
  const CjShape own = cj_shape2 (columns, rows);
  CjTensor *tensor = add_weight (import, node, name, shape != NULL ? shape : &own);

  for (gint64 i = 0; i < array->size; i++)
    cj_tensor_f32 (tensor)[i % columns * rows + i / columns] = (float) cj_array_get (array, i);
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
    if (import->input_axes[i] >= 0)
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
      for (guint k = 0; k < node->outputs->len; k++)
        g_hash_table_insert (import->makers, node->outputs->pdata[k], (gpointer) node);
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
  if (!handled && !cjl_onnx_add_card (import, node, &handled, error))
    return FALSE;
  return handled || cjl_onnx_put_placeholder (import, node, error);
}

/* The nodes that results of the model, or placeholders, are made of. */
static GHashTable *
find_read (const CjlOnnxImport *import)
{
  const CjdOnnxGraph *graph = import->model->graph;
  GHashTable *read = g_hash_table_new (NULL, NULL);
  g_autoptr (GPtrArray) stack = g_ptr_array_new ();

  for (guint i = 0; i < graph->outputs->len; i++)
    {
      const CjlOnnxMade *made = g_hash_table_lookup (
          import->made, ((const CjdOnnxInfo *) graph->outputs->pdata[i])->name);

      if (made != NULL)
        g_ptr_array_add (stack, made->node);
    }
  for (guint i = 0; i < import->unknown->len; i += 2)
    g_ptr_array_add (stack, cj_graph_find (import->graph, import->unknown->pdata[i]));
  while (stack->len > 0)
    {
      CjNode *node = g_ptr_array_steal_index_fast (stack, stack->len - 1);

      if (node == NULL || !g_hash_table_add (read, node))
        continue;
      for (guint k = 0; k < CJ_LAYER_MAX_IN; k++)
        if (node->from[k].node != NULL)
          g_ptr_array_add (stack, node->from[k].node);
    }
  return read;
}

/* Takes away what stands for a part of something that became one layer later on: nothing reads it. */
static void
drop_unread (CjlOnnxImport *import)
{
  g_autoptr (GHashTable) read = find_read (import);

  for (guint i = import->graph->nodes->len; i > 0; i--)
    {
      CjNode *node = import->graph->nodes->pdata[i - 1];

      if (node->layer->role != CJ_ROLE_INPUT && !g_hash_table_contains (read, node))
        cj_graph_remove (import->graph, node);
    }
  for (guint i = import->weights->len; i > 0; i--)
    {
      const char *name = ((const CjdNamedTensor *) import->weights->pdata[i - 1])->name;
      g_autofree char *id = g_strndup (name, strcspn (name, "."));

      if (cj_graph_find (import->graph, id) == NULL)
        g_ptr_array_remove_index (import->weights, i - 1);
    }
}

static gboolean
add_nodes (CjlOnnxImport *import, const GArray *order, GError **error)
{
  const CjdOnnxGraph *graph = import->model->graph;

  if (!cjl_onnx_add_inputs (import, error))
    return FALSE;
  for (guint i = 0; i < order->len; i++)
    if (!add_node (import, graph->nodes->pdata[g_array_index (order, guint, i)], error))
      return FALSE;
  for (guint i = 0; i < graph->outputs->len; i++)
    if (!cjl_onnx_lay_out (import, ((CjdOnnxInfo *) graph->outputs->pdata[i])->name, error))
      return FALSE;
  drop_unread (import);
  cjl_onnx_remark_bits (import);
  return cjl_onnx_join_blocks (import, error);
}

/* --- tracing --- */

gboolean
cjl_onnx_import_check (const CjdOnnx *model, GError **error)
{
  g_autoptr (GPtrArray) inputs = cjl_onnx_list_inputs (model->graph);

  for (guint i = 0; i < inputs->len; i++)
    {
      const CjdOnnxInfo *info = inputs->pdata[i];

      if (info->is_tensor)
        continue;
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("Its input “%s” is no tensor but a list or a map, for which the canvas has "
                      "no card."),
                   info->name);
      return FALSE;
    }
  if (inputs->len > 0)
    return TRUE;
  g_set_error_literal (
      error, CJ_ERROR, CJ_ERROR_PARAM,
      _ ("It takes in nothing. What the canvas can show are models with an input."));
  return FALSE;
}

void
cjl_onnx_import_init (CjlOnnxImport *import, const CjdOnnx *model, CjGraph *graph)
{
  *import = (CjlOnnxImport){ .graph = graph };
  cjl_onnx_flat_init (&import->flat, model);
  import->model = &import->flat.model;
  import->flows = g_hash_table_new (g_str_hash, g_str_equal);
  import->ends = g_hash_table_new (g_str_hash, g_str_equal);
  import->users = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, unref_list);
  import->makers = g_hash_table_new (g_str_hash, g_str_equal);
  import->made = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  import->views = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  import->turned = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  import->lowered = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  import->cells = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  import->done = g_hash_table_new (NULL, NULL);
  import->weights = cjd_named_tensors_new ();
  import->unknown = g_ptr_array_new_with_free_func (g_free);
  import->remarks = g_ptr_array_new_with_free_func (g_free);
  import->inputs = g_ptr_array_new_with_free_func ((GDestroyNotify) cj_array_unref);
}

void
cjl_onnx_import_clear (CjlOnnxImport *import)
{
  g_clear_pointer (&import->values, g_hash_table_unref);
  g_clear_pointer (&import->others, g_hash_table_unref);
  g_clear_pointer (&import->flows, g_hash_table_unref);
  g_clear_pointer (&import->ends, g_hash_table_unref);
  g_clear_pointer (&import->users, g_hash_table_unref);
  g_clear_pointer (&import->makers, g_hash_table_unref);
  g_clear_pointer (&import->made, g_hash_table_unref);
  g_clear_pointer (&import->views, g_hash_table_unref);
  g_clear_pointer (&import->turned, g_hash_table_unref);
  g_clear_pointer (&import->lowered, g_hash_table_unref);
  g_clear_pointer (&import->readers, g_hash_table_unref);
  g_clear_pointer (&import->results, g_hash_table_unref);
  g_clear_pointer (&import->cells, g_hash_table_unref);
  g_clear_pointer (&import->done, g_hash_table_unref);
  g_clear_pointer (&import->weights, g_ptr_array_unref);
  g_clear_pointer (&import->unknown, g_ptr_array_unref);
  g_clear_pointer (&import->remarks, g_ptr_array_unref);
  g_clear_pointer (&import->inputs, g_ptr_array_unref);
  g_clear_pointer (&import->input_axes, g_free);
  cjl_onnx_flat_clear (&import->flat);
}

/* Whether everything that the model answers is among the values. */
static gboolean
has_results (const CjlOnnxImport *import, GHashTable *values)
{
  for (guint i = 0; i < import->model->graph->outputs->len; i++)
    if (g_hash_table_lookup (values,
                             ((const CjdOnnxInfo *) import->model->graph->outputs->pdata[i])->name)
        == NULL)
      return FALSE;
  return TRUE;
}

static gboolean
trace (CjlOnnxImport *import, GError **error)
{
  const guint n = import->inputs->len;
  g_autoptr (GPtrArray) more = NULL;

  g_clear_pointer (&import->values, g_hash_table_unref);
  g_clear_pointer (&import->others, g_hash_table_unref);
  import->values
      = cjl_onnx_trace (import->model, (CjArray *const *) import->inputs->pdata, n, error);
  if (import->values == NULL)
    return FALSE;
  more = cjl_onnx_one_more ((CjArray *const *) import->inputs->pdata, import->input_axes, n);
  if (more != NULL)
    import->others = cjl_onnx_trace (import->model, (CjArray *const *) more->pdata, n, NULL);
  /* a model that is written for a fixed batch does not run with another one, or not to the end */
  if (import->others != NULL && !has_results (import, import->others))
    g_clear_pointer (&import->others, g_hash_table_unref);
  return TRUE;
}

/* Puts the graphs of Ifs with a known condition in their places; FALSE: there is none. */
static gboolean
choose (CjlOnnxImport *import)
{
  g_autoptr (GPtrArray) known = g_ptr_array_new ();
  gboolean some = FALSE;

  for (guint i = 0; i < import->flat.graph.nodes->len; i++)
    {
      const CjdOnnxNode *node = import->flat.graph.nodes->pdata[i];

      if (*node->domain == '\0' && g_str_equal (node->op->op, "If")
          && cjl_onnx_constant (import, cjl_onnx_input (node, 0)) != NULL)
        g_ptr_array_add (known, (gpointer) node);
    }
  for (guint i = 0; i < known->len; i++)
    {
      const CjArray *condition = cjl_onnx_constant (import, cjl_onnx_input (known->pdata[i], 0));

      some = (condition->size == 1
              && cjl_onnx_flat_choose (&import->flat, known->pdata[i],
                                       cj_array_get (condition, 0) != 0))
             || some;
    }
  return some;
}

/* Traces, and again while something is known then that was not before; places of the nodes in order. */
static GArray *
settle (CjlOnnxImport *import, GError **error)
{
  GArray *order = NULL;

  for (guint round = 0;; round++)
    {
      g_clear_pointer (&order, g_array_unref);
      if (!trace (import, error))
        return NULL;
      order = cjl_onnx_order (import->model->graph);
      g_hash_table_remove_all (import->flows);
      g_hash_table_remove_all (import->users);
      g_hash_table_remove_all (import->makers);
      follow (import, order);
      if (round >= MAX_ROUNDS || !choose (import))
        return order;
    }
}

gboolean
cjl_onnx_import_convert (CjlOnnxImport *import, CjArray *const *inputs, guint n_inputs,
                         GError **error)
{
  g_autoptr (GPtrArray) infos = cjl_onnx_list_inputs (import->model->graph);
  g_autoptr (GArray) order = NULL;

  import->input_axes = cjl_onnx_find_batch_axes (infos);
  import->batch
      = n_inputs == infos->len ? cjl_onnx_count_samples (inputs, import->input_axes, n_inputs) : 0;
  if (import->batch < 1)
    {
      g_set_error_literal (error, CJ_ERROR, CJ_ERROR_PARAM,
                           _ ("Its input has no dimension for the samples of a batch."));
      return FALSE;
    }
  for (guint i = 0; i < n_inputs; i++)
    g_ptr_array_add (import->inputs, cj_array_ref (inputs[i]));
  order = settle (import, error);
  return order != NULL && add_nodes (import, order, error);
}

char *
cjl_onnx_import_print (const CjlOnnxImport *import)
{
  g_autofree char *places = cjl_placeholders_print (import->unknown);
  GString *text = g_string_new (places);

  for (guint i = 0; i < import->remarks->len; i++)
    g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "",
                            (const char *) import->remarks->pdata[i]);
  return g_string_free (text, text->len == 0);
}
