/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-onnx-private.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>

#define MAX_DEPTH 64 /* of graphs and functions within each other */

/* --- scopes --- */

static void
unref_value (gpointer value)
{
  cj_array_unref (value);
}

/* Room for `value` among what is alive; views share their room. Items of a sequence may be counted twice, if they live
 * on by a name of their own. */
static gsize
room_of (const CjArray *value)
{
  gsize room = 0;

  for (guint i = 0; value->items != NULL && i < value->items->len; i++)
    room += room_of (value->items->pdata[i]);
  if (value->items != NULL)
    return room;
  return value->base != NULL ? 0 : (gsize) value->size * cj_array_type_size (value->type);
}

static void
scope_init (CjlOnnxScope *scope, const CjdOnnx *model, CjlOnnxScope *around)
{
  *scope = (CjlOnnxScope){ .model = model, .around = around };
  scope->values = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, unref_value);
  scope->uses = g_hash_table_new (g_str_hash, g_str_equal);
  if (around != NULL)
    {
      scope->as = around->as;
      scope->depth = around->depth + 1;
      scope->cancellable = around->cancellable;
      scope->live = around->live;
      scope->left = around->left;
    }
}

static void
scope_clear (CjlOnnxScope *scope)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, scope->values);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    *scope->live -= MIN (*scope->live, room_of (value));
  g_hash_table_unref (scope->values);
  g_hash_table_unref (scope->uses);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CjlOnnxScope, scope_clear)

static CjArray *
scope_find (const CjlOnnxScope *scope, const char *name)
{
  for (; scope != NULL; scope = scope->around)
    {
      CjArray *value = g_hash_table_lookup (scope->values, name);

      if (value != NULL)
        return value;
    }
  return NULL;
}

/* Takes the value. */
static gboolean
scope_set (CjlOnnxScope *scope, const char *name, CjArray *value, GError **error)
{
  *scope->live += room_of (value);
  g_hash_table_replace (scope->values, (gpointer) name, value);
  if (*scope->live <= CJL_ONNX_MAX_LIVE)
    return TRUE;
  g_set_error_literal (error, CJ_ERROR, CJ_ERROR_MEMORY,
                       _ ("its values are larger than the 8 GiB that are taken"));
  return FALSE;
}

/* One use less; the last one lets go. */
static void
scope_use (CjlOnnxScope *scope, const char *name)
{
  const int left = GPOINTER_TO_INT (g_hash_table_lookup (scope->uses, name)) - 1;
  CjArray *value = left <= 0 ? g_hash_table_lookup (scope->values, name) : NULL;

  g_hash_table_insert (scope->uses, (gpointer) name, GINT_TO_POINTER (left));
  if (value == NULL)
    return;
  *scope->live -= MIN (*scope->live, room_of (value));
  g_hash_table_remove (scope->values, name);
}

/* --- order --- */

/* Calls back for every name that a node reads, those inside its graphs too. */
static void
each_input (const CjdOnnxNode *node, void (*call) (const char *name, gpointer data), gpointer data)
{
  for (guint i = 0; i < node->inputs->len; i++)
    if (*(const char *) node->inputs->pdata[i] != '\0')
      call (node->inputs->pdata[i], data);
  for (guint i = 0; i < node->op->attrs->len; i++)
    {
      const CjAttr *attr = node->op->attrs->pdata[i];
      const CjdOnnxGraph *graph = attr->kind == CJ_ATTR_GRAPH ? attr->graph : NULL;

      for (guint k = 0; graph != NULL && k < graph->nodes->len; k++)
        each_input (graph->nodes->pdata[k], call, data);
      for (guint k = 0; graph != NULL && k < graph->outputs->len; k++)
        call (((const CjdOnnxInfo *) graph->outputs->pdata[k])->name, data);
    }
}

typedef struct
{
  const CjdOnnxGraph *graph;
  GHashTable *makers; /* names to places of nodes + 1 */
  GArray *stack;      /* places of nodes */
  guint8 *states;     /* 0 new, 1 on the way, 2 in order */
} Ordering;

static void
push_maker (const char *name, gpointer data)
{
  Ordering *o = data;
  const guint place = GPOINTER_TO_UINT (g_hash_table_lookup (o->makers, name));

  if (place > 0 && o->states[place - 1] == 0)
    {
      const guint at = place - 1;

      g_array_append_val (o->stack, at);
    }
}

/* Places of the nodes that outputs need, each behind those it reads from. Files should have them so, not all do.
 * What goes in a circle stays where it is, and fails for want of an input. */
GArray *
cjl_onnx_order (const CjdOnnxGraph *graph)
{
  GArray *order = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GHashTable) makers = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autofree guint8 *states = g_new0 (guint8, MAX (graph->nodes->len, 1));
  Ordering o = { graph, makers, stack, states };

  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const CjdOnnxNode *node = graph->nodes->pdata[i];

      for (guint k = 0; k < node->outputs->len; k++)
        g_hash_table_insert (makers, node->outputs->pdata[k], GUINT_TO_POINTER (i + 1));
    }
  for (guint i = 0; i < graph->outputs->len; i++)
    {
      push_maker (((const CjdOnnxInfo *) graph->outputs->pdata[i])->name, &o);
      while (stack->len > 0)
        {
          const guint at = g_array_index (stack, guint, stack->len - 1);

          if (states[at] == 0)
            {
              states[at] = 1;
              each_input (graph->nodes->pdata[at], push_maker, &o);
              continue;
            }
          g_array_set_size (stack, stack->len - 1);
          if (states[at] == 1)
            g_array_append_val (order, at);
          states[at] = 2;
        }
    }
  return order;
}

static void
count_use (const char *name, gpointer data)
{
  const int n = GPOINTER_TO_INT (g_hash_table_lookup (data, name));

  g_hash_table_insert (data, (gpointer) name, GINT_TO_POINTER (n + 1));
}

static void
drop_use (const char *name, gpointer data)
{
  scope_use (data, name);
}

/* --- nodes --- */

CjExtraNode *
cjl_onnx_fill_attrs (const CjExtraNode *op, const CjExtraNode *as, const CjdOnnxFunction *function)
{
  CjExtraNode *node = cj_extra_node_new (op->op, op->opset);

  g_ptr_array_set_free_func (node->attrs, g_free);
  for (guint i = 0; i < op->attrs->len; i++)
    {
      const CjAttr *attr = op->attrs->pdata[i], *from = attr;
      CjAttr *copy;

      if (attr->ref != NULL)
        from = as != NULL ? cj_extra_node_find (as, attr->ref) : NULL;
      if (from == NULL)
        continue;
      copy = g_memdup2 (from, sizeof *from);
      copy->name = attr->name;
      g_ptr_array_add (node->attrs, copy);
    }
  for (guint i = 0; function != NULL && i < function->presets->len; i++)
    {
      const CjAttr *preset = function->presets->pdata[i];

      if (cj_extra_node_find (node, preset->name) == NULL)
        g_ptr_array_add (node->attrs, g_memdup2 (preset, sizeof *preset));
    }
  return node;
}

static gboolean
needs_attrs (const CjExtraNode *op)
{
  for (guint i = 0; i < op->attrs->len; i++)
    if (((const CjAttr *) op->attrs->pdata[i])->ref != NULL)
      return TRUE;
  return FALSE;
}

static gboolean
run_function (CjlOnnxScope *scope, const CjdOnnxFunction *function, const CjExtraNode *op,
              CjArray *const *in, guint n_in, CjArray **out, guint n_out, GError **error)
{
  g_auto (CjlOnnxScope) inner = { 0 };
  g_autoptr (GPtrArray) results = g_ptr_array_new_with_free_func (unref_value);
  g_autoptr (GPtrArray) outputs = g_ptr_array_new_with_free_func (g_free);
  CjdOnnxGraph body = *function->body;

  scope_init (&inner, scope->model, NULL);
  inner.depth = scope->depth + 1;
  inner.cancellable = scope->cancellable;
  inner.live = scope->live;
  inner.left = scope->left;
  inner.as = op;
  for (guint i = 0; i < function->inputs->len && i < n_in; i++)
    if (in[i] != NULL
        && !scope_set (&inner, function->inputs->pdata[i], cj_array_ref (in[i]), error))
      return FALSE;
  for (guint i = 0; i < function->outputs->len; i++)
    {
      CjdOnnxInfo *info = g_new0 (CjdOnnxInfo, 1);

      info->name = function->outputs->pdata[i];
      g_ptr_array_add (outputs, info);
    }
  body.outputs = outputs;
  return cjl_onnx_run_graph (&inner, &body, NULL, 0, results, error)
         && cjl_onnx_give (results, 0, out, n_out);
}

char *
cjl_onnx_op_name (const CjdOnnxNode *node)
{
  return g_strconcat (node->domain, *node->domain != '\0' ? "." : "", node->op->op, NULL);
}

/* An operator that is run by itself; those of other domains go by their whole name. */
static gboolean
run_extra (const CjdOnnxNode *node, const CjExtraNode *op, CjArray *const *in, guint n_in,
           CjArray **out, GError **error)
{
  g_autofree char *name = cjl_onnx_op_name (node);
  const CjExtraNode whole = { name, op->opset, op->attrs };

  if (*node->domain == '\0' || cj_extra_find (name, op->opset) != NULL)
    return cj_extra_run (&whole, n_in, in, node->outputs->len, out, error);
  g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM, _ ("%s is not among the operators here"), name);
  return FALSE;
}

static gboolean
run_op (CjlOnnxScope *scope, const CjdOnnxNode *node, CjArray *const *in, guint n_in, CjArray **out,
        GError **error)
{
  const CjdOnnxFunction *function
      = cjd_onnx_find_function (scope->model, node->domain, node->op->op);
  const CjExtraNode *op = node->op;
  CjExtraNode *filled = NULL;
  const CjlOnnxFlow flow = *node->domain == '\0' ? cjl_onnx_find_flow (op->op) : NULL;
  gboolean done = FALSE;

  if (needs_attrs (op) || function != NULL)
    op = filled = cjl_onnx_fill_attrs (op, scope->as, function);
  if (function != NULL)
    done = run_function (scope, function, op, in, n_in, out, node->outputs->len, error);
  else if (flow != NULL)
    done = flow (scope, op, in, n_in, out, node->outputs->len, error);
  else
    done = run_extra (node, op, in, n_in, out, error);
  g_clear_pointer (&filled, cj_extra_node_free);
  return done;
}

static gboolean
run_node (CjlOnnxScope *scope, const CjdOnnxNode *node, GError **error)
{
  const guint n_in = node->inputs->len, n_out = node->outputs->len;
  g_autofree CjArray **in = g_new0 (CjArray *, n_in + 1), **out = g_new0 (CjArray *, n_out + 1);
  gboolean done = TRUE;

  if (g_cancellable_set_error_if_cancelled (scope->cancellable, error))
    return FALSE;
  if (scope->left != NULL && *scope->left == 0)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("its loops and functions run more than %d operators"), CJL_ONNX_MAX_TRACED);
      return FALSE;
    }
  if (scope->left != NULL)
    --*scope->left;
  for (guint i = 0; i < n_in; i++)
    {
      const char *name = node->inputs->pdata[i];

      in[i] = *name != '\0' ? scope_find (scope, name) : NULL;
      if (*name != '\0' && in[i] == NULL)
        {
          /* in a function, an input may be one that the call does not give */
          if (scope->as != NULL)
            continue;
          g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH, _ ("%s reads “%s”, which nothing makes"),
                       node->op->op, name);
          return FALSE;
        }
    }
  done = run_op (scope, node, in, n_in, out, error);
  for (guint k = 0; k < n_out; k++)
    if (out[k] != NULL)
      {
        if (done && *(const char *) node->outputs->pdata[k] != '\0')
          done = scope_set (scope, node->outputs->pdata[k], out[k], error);
        else
          cj_array_unref (out[k]);
      }
  if (!done && *node->name != '\0')
    g_prefix_error (error, _ ("node “%s”: "), node->name);
  return done;
}

static gboolean
add_tensors (CjlOnnxScope *scope, const CjdOnnxGraph *graph, GError **error)
{
  for (guint i = 0; i < graph->tensors->len; i++)
    {
      const CjdOnnxTensor *tensor = graph->tensors->pdata[i];

      if (tensor->value != NULL
          && !scope_set (scope, tensor->name, cj_array_ref (tensor->value), error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
collect (CjlOnnxScope *scope, const CjdOnnxGraph *graph, GPtrArray *results, GError **error)
{
  for (guint i = 0; i < graph->outputs->len; i++)
    {
      const CjdOnnxInfo *info = graph->outputs->pdata[i];
      CjArray *value = scope_find (scope, info->name);

      if (value == NULL)
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH, _ ("nothing makes its output “%s”"),
                       info->name);
          return FALSE;
        }
      g_ptr_array_add (results, cj_array_ref (value));
    }
  return TRUE;
}

/* A graph in a scope of its own within `around`, which may hold values already if it is a function's. */
gboolean
cjl_onnx_run_graph (CjlOnnxScope *around, const CjdOnnxGraph *graph, CjArray *const *inputs,
                    guint n_inputs, GPtrArray *results, GError **error)
{
  g_autoptr (GArray) order = cjl_onnx_order (graph);
  g_auto (CjlOnnxScope) scope = { 0 };

  scope_init (&scope, around->model, around);
  if (scope.depth > MAX_DEPTH)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH, _ ("its functions call each other %d deep"),
                   MAX_DEPTH);
      return FALSE;
    }
  if (!add_tensors (&scope, graph, error))
    return FALSE;
  for (guint i = 0; i < graph->inputs->len && i < n_inputs; i++)
    if (inputs[i] != NULL
        && !scope_set (&scope, ((const CjdOnnxInfo *) graph->inputs->pdata[i])->name,
                       cj_array_ref (inputs[i]), error))
      return FALSE;
  for (guint i = 0; i < graph->outputs->len; i++)
    count_use (((const CjdOnnxInfo *) graph->outputs->pdata[i])->name, scope.uses);
  for (guint i = 0; i < order->len; i++)
    each_input (graph->nodes->pdata[g_array_index (order, guint, i)], count_use, scope.uses);
  for (guint i = 0; i < order->len; i++)
    {
      const CjdOnnxNode *node = graph->nodes->pdata[g_array_index (order, guint, i)];

      if (!run_node (&scope, node, error))
        return FALSE;
      each_input (node, drop_use, &scope);
    }
  return collect (&scope, graph, results, error);
}

/* --- doors --- */

static gboolean
is_tensor (const CjdOnnxGraph *graph, const char *name)
{
  for (guint i = 0; i < graph->tensors->len; i++)
    if (g_str_equal (((const CjdOnnxTensor *) graph->tensors->pdata[i])->name, name))
      return TRUE;
  return FALSE;
}

GPtrArray *
cjl_onnx_list_inputs (const CjdOnnxGraph *graph)
{
  GPtrArray *inputs = g_ptr_array_new ();

  for (guint i = 0; i < graph->inputs->len; i++)
    if (!is_tensor (graph, ((const CjdOnnxInfo *) graph->inputs->pdata[i])->name))
      g_ptr_array_add (inputs, graph->inputs->pdata[i]);
  return inputs;
}

static gboolean
is_known (const CjdOnnx *model, const CjdOnnxNode *node)
{
  g_autofree char *name = cjl_onnx_op_name (node);

  return cjd_onnx_find_function (model, node->domain, node->op->op) != NULL
         || (*node->domain == '\0' && cjl_onnx_find_flow (node->op->op) != NULL)
         || cj_extra_find (name, node->op->opset) != NULL;
}

/* Adds the nodes that cannot be run, also those inside of others. */
static void
find_unknown (const CjdOnnx *model, const CjdOnnxGraph *graph, GPtrArray *nodes)
{
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      CjdOnnxNode *node = graph->nodes->pdata[i];

      if (!is_known (model, node))
        g_ptr_array_add (nodes, node);
      for (guint k = 0; k < node->op->attrs->len; k++)
        {
          const CjAttr *attr = node->op->attrs->pdata[k];

          if (attr->kind == CJ_ATTR_GRAPH)
            find_unknown (model, attr->graph, nodes);
        }
    }
}

static GPtrArray *
unknown_nodes (const CjdOnnx *model)
{
  GPtrArray *nodes = g_ptr_array_new ();

  find_unknown (model, model->graph, nodes);
  for (guint i = 0; i < model->functions->len; i++)
    find_unknown (model, ((const CjdOnnxFunction *) model->functions->pdata[i])->body, nodes);
  return nodes;
}

GPtrArray *
cjl_onnx_list_unknown (const CjdOnnx *model)
{
  g_autoptr (GPtrArray) nodes = unknown_nodes (model);
  GPtrArray *list = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < nodes->len; i++)
    {
      const CjdOnnxNode *node = nodes->pdata[i];
      const char *where = *node->name != '\0'      ? node->name
                          : node->outputs->len > 0 ? node->outputs->pdata[0]
                                                   : "";
      g_autofree char *name = cjl_onnx_op_name (node);

      g_ptr_array_add (list, g_strdup_printf (_ ("%s, version %lld, at “%s”"), name,
                                              (long long) node->op->opset, where));
    }
  return list;
}

char *
cjl_onnx_print_unknown (const CjdOnnx *model)
{
  g_autoptr (GPtrArray) nodes = unknown_nodes (model);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < nodes->len; i++)
    {
      char *name = cjl_onnx_op_name (nodes->pdata[i]);

      if (!g_hash_table_contains (seen, name))
        g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", name);
      g_hash_table_add (seen, name);
    }
  return g_string_free (text, text->len == 0);
}

static void
outer_init (CjlOnnxScope *scope, const CjdOnnx *model, GCancellable *cancellable, gsize *live)
{
  scope_init (scope, model, NULL);
  scope->cancellable = cancellable;
  scope->live = live;
}

GPtrArray *
cjl_onnx_run (const CjdOnnx *model, CjArray *const *inputs, guint n_inputs,
              GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) wanted = cjl_onnx_list_inputs (model->graph);
  g_autoptr (GPtrArray) results = g_ptr_array_new_with_free_func (unref_value);
  gsize live = 0; /* before the scope, which still looks at it when it goes */
  g_auto (CjlOnnxScope) outer = { 0 };

  outer_init (&outer, model, cancellable, &live);
  for (guint i = 0; i < wanted->len && i < n_inputs; i++)
    if (inputs[i] != NULL
        && !scope_set (&outer, ((const CjdOnnxInfo *) wanted->pdata[i])->name,
                       cj_array_ref (inputs[i]), error))
      return NULL;
  return cjl_onnx_run_graph (&outer, model->graph, NULL, 0, results, error)
             ? g_steal_pointer (&results)
             : NULL;
}

static gboolean
is_no_tensor (gpointer name, gpointer value, gpointer data)
{
  (void) name;
  (void) data;
  return !cj_array_is_tensor (value);
}

GHashTable *
cjl_onnx_trace (const CjdOnnx *model, CjArray *const *inputs, guint n_inputs, GError **error)
{
  g_autoptr (GPtrArray) wanted = cjl_onnx_list_inputs (model->graph);
  g_autoptr (GArray) order = cjl_onnx_order (model->graph);
  guint left = CJL_ONNX_MAX_TRACED; /* both before the scope, which looks at them when it goes */
  gsize live = 0;
  g_auto (CjlOnnxScope) scope = { 0 };

  outer_init (&scope, model, NULL, &live);
  scope.left = &left;
  if (!add_tensors (&scope, model->graph, error))
    return NULL;
  for (guint i = 0; i < wanted->len && i < n_inputs; i++)
    if (inputs[i] != NULL
        && !scope_set (&scope, ((const CjdOnnxInfo *) wanted->pdata[i])->name,
                       cj_array_ref (inputs[i]), error))
      return NULL;
  /* what fails leaves a gap, and so does what reads from it */
  for (guint i = 0; i < order->len; i++)
    run_node (&scope, model->graph->nodes->pdata[g_array_index (order, guint, i)], NULL);
  /* whoever looks at the values knows tensors only */
  g_hash_table_foreach_remove (scope.values, is_no_tensor, NULL);
  return g_hash_table_ref (scope.values);
}
