/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-onnx-inline.h"

#include "cjl-onnx-private.h"

#include "cj-layer.h"

#include <string.h>

#define MAX_DEPTH 64 /* of calls within calls */
#define MAX_NAME 128 /* bytes of a name that is kept; a longer one gets a number */

static void
free_node (gpointer data)
{
  CjdOnnxNode *node = data;

  cj_extra_node_free (node->op);
  g_ptr_array_unref (node->inputs);
  g_ptr_array_unref (node->outputs);
  g_free (node);
}

CjdOnnxNode *
cjl_onnx_flat_node (CjlOnnxFlat *flat, GPtrArray *to, const char *name, const char *domain,
                    CjExtraNode *op)
{
  CjdOnnxNode *node = g_new0 (CjdOnnxNode, 1);

  node->name = (char *) name;
  node->domain = (char *) domain;
  node->inputs = g_ptr_array_new ();
  node->outputs = g_ptr_array_new ();
  node->op = op;
  g_ptr_array_add (flat->made, node);
  g_ptr_array_add (to, node);
  return node;
}

static void
add_identity (CjlOnnxFlat *flat, GPtrArray *to, const CjdOnnxNode *as, const char *x, const char *y)
{
  CjdOnnxNode *node
      = cjl_onnx_flat_node (flat, to, "", "", cj_extra_node_new ("Identity", as->op->opset));

  g_ptr_array_add (node->inputs, (gpointer) x);
  g_ptr_array_add (node->outputs, (gpointer) y);
}

/* What nodes become where a function is called: how many words it takes, and graphs within them. At a depth that no file
 * has there is an end. */
static gsize
count_words (const GPtrArray *nodes, guint depth)
{
  gsize n = 0;

  for (guint i = 0; i < nodes->len && depth < MAX_DEPTH; i++)
    {
      const CjdOnnxNode *node = nodes->pdata[i];

      n += 1 + node->inputs->len + node->outputs->len + node->op->attrs->len;
      for (guint k = 0; k < node->op->attrs->len; k++)
        {
          const CjAttr *attr = node->op->attrs->pdata[k];
          const CjdOnnxGraph *graph = attr->kind == CJ_ATTR_GRAPH ? attr->graph : NULL;

          if (graph != NULL)
            n += count_words (graph->nodes, depth + 1) + graph->tensors->len + graph->inputs->len
                 + graph->outputs->len;
        }
    }
  return n;
}

static gsize
count_function (const CjdOnnxFunction *function)
{
  return 1 + function->inputs->len + 3 * function->outputs->len
         + count_words (function->body->nodes, 0);
}

typedef struct
{
  const CjdOnnxFunction *function;
  gsize words;
} Known;

static char *
make_key (const char *domain, const char *name)
{
  return g_strconcat (domain, "\n", name, NULL);
}

static GHashTable *
list_functions (const CjdOnnx *model)
{
  GHashTable *known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (guint i = model->functions->len; i > 0; i--)
    {
      const CjdOnnxFunction *function = model->functions->pdata[i - 1];
      const Known one = { function, count_function (function) };

      g_hash_table_replace (known, make_key (function->domain, function->name),
                            g_memdup2 (&one, sizeof one));
    }
  return known;
}

/* Names of a function as they are at a call. */
typedef struct
{
  CjlOnnxFlat *flat;
  GHashTable *names;
  const char *prefix;
} Scope;

static const char *
rename_value (Scope *scope, const char *name)
{
  const char *known = *name != '\0' ? g_hash_table_lookup (scope->names, name) : "";
  char *own;

  if (known != NULL)
    return known;
  own = strlen (name) <= MAX_NAME
            ? g_strconcat (scope->prefix, name, NULL)
            : g_strdup_printf ("%s%u", scope->prefix, g_hash_table_size (scope->names));
  g_ptr_array_add (scope->flat->names, own);
  g_hash_table_insert (scope->names, (gpointer) name, own);
  return own;
}

static void
free_clone (gpointer data)
{
  CjdOnnxGraph *graph = data;

  g_ptr_array_unref (graph->nodes);
  g_ptr_array_unref (graph->tensors);
  g_ptr_array_unref (graph->inputs);
  g_ptr_array_unref (graph->outputs);
  g_ptr_array_unref (graph->infos);
  g_free (graph);
}

/* Inputs or outputs of a graph by their names here. You unref. */
static GPtrArray *
rename_infos (Scope *scope, const GPtrArray *infos)
{
  GPtrArray *renamed = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < infos->len; i++)
    {
      CjdOnnxInfo *info = g_memdup2 (infos->pdata[i], sizeof (CjdOnnxInfo));

      info->name = (char *) rename_value (scope, info->name);
      g_ptr_array_add (renamed, info);
    }
  return renamed;
}

static void copy_node (Scope *scope, GPtrArray *to, const CjdOnnxNode *node, const CjExtraNode *as);

/* A graph within a node of a function, by the names at the call. Borrowed from the flat model. */
static CjdOnnxGraph *
clone_graph (Scope *scope, const CjdOnnxGraph *graph, const CjExtraNode *as)
{
  CjdOnnxGraph *clone = g_new0 (CjdOnnxGraph, 1);

  g_ptr_array_add (scope->flat->graphs, clone);
  clone->nodes = g_ptr_array_new ();
  clone->tensors = g_ptr_array_new_with_free_func (g_free);
  clone->infos = g_ptr_array_new ();
  clone->inputs = rename_infos (scope, graph->inputs);
  for (guint i = 0; i < graph->tensors->len; i++)
    {
      CjdOnnxTensor *tensor = g_memdup2 (graph->tensors->pdata[i], sizeof (CjdOnnxTensor));

      tensor->name = (char *) rename_value (scope, tensor->name);
      g_ptr_array_add (clone->tensors, tensor);
    }
  for (guint i = 0; i < graph->nodes->len; i++)
    copy_node (scope, clone->nodes, graph->nodes->pdata[i], as);
  clone->outputs = rename_infos (scope, graph->outputs);
  return clone;
}

/* A node of a function, with the attributes that the call `as` gives it. */
static void
copy_node (Scope *scope, GPtrArray *to, const CjdOnnxNode *node, const CjExtraNode *as)
{
  CjdOnnxNode *copy = cjl_onnx_flat_node (
      scope->flat, to, *node->name != '\0' ? rename_value (scope, node->name) : "", node->domain,
      cjl_onnx_fill_attrs (node->op, as, NULL));

  for (guint k = 0; k < node->inputs->len; k++)
    g_ptr_array_add (copy->inputs, (gpointer) rename_value (scope, node->inputs->pdata[k]));
  for (guint k = 0; k < node->outputs->len; k++)
    g_ptr_array_add (copy->outputs, (gpointer) rename_value (scope, node->outputs->pdata[k]));
  for (guint k = 0; k < copy->op->attrs->len; k++)
    {
      CjAttr *attr = copy->op->attrs->pdata[k];

      if (attr->kind == CJ_ATTR_GRAPH)
        attr->graph = clone_graph (scope, attr->graph, as);
    }
}

/* The nodes of a function where it is called. */
static void
inline_call (CjlOnnxFlat *flat, GPtrArray *to, const CjdOnnxNode *call,
             const CjdOnnxFunction *function, guint number)
{
  g_autoptr (CjExtraNode) as = cjl_onnx_fill_attrs (call->op, NULL, function);
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  Scope scope
      = { flat, names,
          g_strdup_printf ("%s.%u/", strlen (function->name) <= MAX_NAME ? function->name : "call",
                           number) };

  g_ptr_array_add (flat->names, (gpointer) scope.prefix);
  for (guint k = 0; k < function->inputs->len; k++)
    g_hash_table_insert (names, function->inputs->pdata[k],
                         k < call->inputs->len ? call->inputs->pdata[k] : (gpointer) "");
  for (guint k = 0; k < function->outputs->len && k < call->outputs->len; k++)
    if (*(const char *) call->outputs->pdata[k] == '\0')
      continue;
    else if (g_hash_table_contains (names, function->outputs->pdata[k]))
      add_identity (flat, to, call, g_hash_table_lookup (names, function->outputs->pdata[k]),
                    call->outputs->pdata[k]);
    else
      g_hash_table_insert (names, function->outputs->pdata[k], call->outputs->pdata[k]);
  for (guint i = 0; i < function->body->nodes->len; i++)
    copy_node (&scope, to, function->body->nodes->pdata[i], as);
}

/* One round of all calls; FALSE: there is none, or no room for more. */
static gboolean
inline_calls (CjlOnnxFlat *flat, GHashTable *functions, gsize *words, guint *number)
{
  GPtrArray *nodes = g_ptr_array_new ();
  gboolean some = FALSE;

  for (guint i = 0; i < flat->graph.nodes->len; i++)
    {
      CjdOnnxNode *node = flat->graph.nodes->pdata[i];
      g_autofree char *key = make_key (node->domain, node->op->op);
      const Known *known = g_hash_table_lookup (functions, key);

      if (known == NULL || known->words == 0 || *words + known->words > CJL_ONNX_MAX_WORDS)
        {
          g_ptr_array_add (nodes, node);
          continue;
        }
      *words += known->words;
      inline_call (flat, nodes, node, known->function, ++*number);
      some = TRUE;
    }
  g_ptr_array_unref (flat->graph.nodes);
  flat->graph.nodes = nodes;
  return some;
}

/* --- operators on whole numbers --- */

const char *
cjl_onnx_flat_name (CjlOnnxFlat *flat, const char *of, const char *word)
{
  char *name
      = g_strdup_printf ("%s/%s.%u", strlen (of) <= MAX_NAME ? of : "", word, flat->names->len);

  g_ptr_array_add (flat->names, name);
  return name;
}

/* An operator of up to three inputs; the name of what it makes, which may be given. */
static const char *
add_op (CjlOnnxFlat *flat, GPtrArray *to, const CjdOnnxNode *of, const char *op, const char *a,
        const char *b, const char *c, const char *y)
{
  const char *const in[] = { a, b, c };
  CjdOnnxNode *node = cjl_onnx_flat_node (flat, to, "", "", cj_extra_node_new (op, of->op->opset));

  for (guint i = 0; i < 3 && in[i] != NULL; i++)
    g_ptr_array_add (node->inputs, (gpointer) in[i]);
  g_ptr_array_add (node->outputs, (gpointer) y);
  return y;
}

/* What whole numbers stand for, [rows, ..] with a scale for each or one for all. */
static const char *
add_real (CjlOnnxFlat *flat, GPtrArray *to, const CjdOnnxNode *of, const char *word, const char *q,
          const char *scale, const char *zero, gint64 axis)
{
  const char *y = add_op (flat, to, of, "DequantizeLinear", q, scale, zero,
                          cjl_onnx_flat_name (flat, of->outputs->pdata[0], word));
  CjAttr *attr = cj_attr_new ("axis", CJ_ATTR_INT);

  attr->i = axis;
  g_ptr_array_add (((CjdOnnxNode *) to->pdata[to->len - 1])->op->attrs, attr);
  return y;
}

/* A convolution or a product of whole numbers as that of the numbers that they stand for, between what rounds. */
static void
split_integers (CjlOnnxFlat *flat, GPtrArray *to, CjdOnnxNode *node, gboolean convolves)
{
  char *const *in = (char *const *) node->inputs->pdata;
  const char *y = node->outputs->pdata[0], *bias = NULL, *x, *w;
  CjdOnnxNode *made;

  x = add_real (flat, to, node, "x", in[0], in[1], in[2], 1);
  w = add_real (flat, to, node, "weight", in[3], in[4], in[5], convolves ? 0 : -1);
  if (convolves && node->inputs->len > 8 && *in[8] != '\0')
    {
      bias = add_op (flat, to, node, "Mul", in[1], in[4], NULL,
                     cjl_onnx_flat_name (flat, y, "step"));
      bias = add_real (flat, to, node, "bias", in[8], bias, NULL, 0);
    }
  made = cjl_onnx_flat_node (flat, to, node->name, "", cjl_onnx_fill_attrs (node->op, NULL, NULL));
  g_free (made->op->op);
  made->op->op = g_strdup (convolves ? "Conv" : "MatMul");
  g_ptr_array_add (made->inputs, (gpointer) x);
  g_ptr_array_add (made->inputs, (gpointer) w);
  if (bias != NULL)
    g_ptr_array_add (made->inputs, (gpointer) bias);
  g_ptr_array_add (made->outputs, (gpointer) cjl_onnx_flat_name (flat, y, "sum"));
  add_op (flat, to, node, "QuantizeLinear", made->outputs->pdata[0], in[6], in[7], y);
}

/* Whether a node only moves what comes in, or takes the largest: it does the same to what whole numbers stand for. */
static gboolean
is_indifferent (const CjdOnnxNode *node)
{
  static const char *const ops[]
      = { "Flatten", "MaxPool", "Reshape", "Squeeze", "Transpose", "Unsqueeze" };

  for (guint i = 0; i < G_N_ELEMENTS (ops); i++)
    if (*node->domain == '\0' && g_str_equal (node->op->op, ops[i]))
      return node->inputs->len >= 1 && node->outputs->len == 1;
  return FALSE;
}

/* Such nodes on numbers that were rounded, on what those stand for; then rounded again, which changes nothing. */
static void
lift_indifferent (CjlOnnxFlat *flat)
{
  g_autoptr (GHashTable) rounders = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *nodes = g_ptr_array_new ();

  for (guint i = 0; i < flat->graph.nodes->len; i++)
    {
      CjdOnnxNode *node = flat->graph.nodes->pdata[i], *made;
      const CjdOnnxNode *by
          = is_indifferent (node) ? g_hash_table_lookup (rounders, node->inputs->pdata[0]) : NULL;
      const char *zero = by != NULL && by->inputs->len > 2 ? by->inputs->pdata[2] : NULL;

      if (*node->domain == '\0' && g_str_equal (node->op->op, "QuantizeLinear")
          && node->inputs->len > 1 && node->outputs->len == 1)
        g_hash_table_insert (rounders, node->outputs->pdata[0], node);
      if (by == NULL)
        {
          g_ptr_array_add (nodes, node);
          continue;
        }
      made = cjl_onnx_flat_node (flat, nodes, node->name, "",
                                 cjl_onnx_fill_attrs (node->op, NULL, NULL));
      g_ptr_array_extend (made->inputs, node->inputs, NULL, NULL);
      made->inputs->pdata[0] = (gpointer) add_real (flat, nodes, node, "x", node->inputs->pdata[0],
                                                    by->inputs->pdata[1], zero, 1);
      g_ptr_array_add (made->outputs,
                       (gpointer) cjl_onnx_flat_name (flat, node->outputs->pdata[0], "y"));
      add_op (flat, nodes, by, "QuantizeLinear", made->outputs->pdata[0], by->inputs->pdata[1],
              zero, node->outputs->pdata[0]);
      g_hash_table_insert (rounders, node->outputs->pdata[0], nodes->pdata[nodes->len - 1]);
    }
  g_ptr_array_unref (flat->graph.nodes);
  flat->graph.nodes = nodes;
}

static void
split_all_integers (CjlOnnxFlat *flat)
{
  GPtrArray *nodes = g_ptr_array_new ();

  for (guint i = 0; i < flat->graph.nodes->len; i++)
    {
      CjdOnnxNode *node = flat->graph.nodes->pdata[i];
      const gboolean convolves = g_str_equal (node->op->op, "QLinearConv");

      if (*node->domain == '\0' && (convolves || g_str_equal (node->op->op, "QLinearMatMul"))
          && node->inputs->len >= 8 && node->outputs->len == 1)
        split_integers (flat, nodes, node, convolves);
      else
        g_ptr_array_add (nodes, node);
    }
  g_ptr_array_unref (flat->graph.nodes);
  flat->graph.nodes = nodes;
}

/* --- more inputs than a card has --- */

static gboolean
is_joint (const CjdOnnxNode *node)
{
  static const char *const ops[] = { "Concat", "Sum", "Max", "Min" };

  for (guint i = 0; i < G_N_ELEMENTS (ops); i++)
    if (*node->domain == '\0' && g_str_equal (node->op->op, ops[i]))
      return node->inputs->len > CJ_LAYER_MAX_IN && node->outputs->len == 1;
  return FALSE;
}

/* Inputs [from, from + n) of a node by nodes of its kind that have no more than a card, as few as will do; y: the name of
 * what comes out. */
static void
join_some (CjlOnnxFlat *flat, GPtrArray *to, const CjdOnnxNode *node, guint from, guint n,
           const char *y)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  guint part = 1;
  CjdOnnxNode *made;

  while (part < (n + CJ_LAYER_MAX_IN - 1) / CJ_LAYER_MAX_IN)
    part *= CJ_LAYER_MAX_IN;
  for (guint i = 0; i < n; i += part)
    {
      const guint m = MIN (part, n - i);
      const char *name
          = m == 1 ? node->inputs->pdata[from + i] : cjl_onnx_flat_name (flat, y, "part");

      if (m > 1)
        join_some (flat, to, node, from + i, m, name);
      g_ptr_array_add (names, (gpointer) name);
    }
  made = cjl_onnx_flat_node (flat, to, node->name, "", cjl_onnx_fill_attrs (node->op, NULL, NULL));
  g_ptr_array_extend (made->inputs, names, NULL, NULL);
  g_ptr_array_add (made->outputs, (gpointer) y);
}

static void
split_all_joints (CjlOnnxFlat *flat)
{
  GPtrArray *nodes = g_ptr_array_new ();

  for (guint i = 0; i < flat->graph.nodes->len; i++)
    {
      CjdOnnxNode *node = flat->graph.nodes->pdata[i];

      if (is_joint (node))
        join_some (flat, nodes, node, 0, node->inputs->len, node->outputs->pdata[0]);
      else
        g_ptr_array_add (nodes, node);
    }
  g_ptr_array_unref (flat->graph.nodes);
  flat->graph.nodes = nodes;
}

void
cjl_onnx_flat_init (CjlOnnxFlat *flat, const CjdOnnx *model)
{
  g_autoptr (GHashTable) functions = list_functions (model);
  gsize words = 0;
  guint number = 0;

  *flat = (CjlOnnxFlat){ .model = *model, .graph = *model->graph };
  flat->model.graph = &flat->graph;
  flat->made = g_ptr_array_new_with_free_func (free_node);
  flat->names = g_ptr_array_new_with_free_func (g_free);
  flat->graphs = g_ptr_array_new_with_free_func (free_clone);
  flat->graph.nodes = g_ptr_array_new ();
  flat->graph.tensors = g_ptr_array_new ();
  g_ptr_array_extend (flat->graph.nodes, model->graph->nodes, NULL, NULL);
  g_ptr_array_extend (flat->graph.tensors, model->graph->tensors, NULL, NULL);
  for (guint i = 0; i < MAX_DEPTH && inline_calls (flat, functions, &words, &number); i++)
    ;
  cjl_onnx_spell (flat);
  split_all_integers (flat);
  lift_indifferent (flat);
  split_all_joints (flat);
}

void
cjl_onnx_flat_clear (CjlOnnxFlat *flat)
{
  g_clear_pointer (&flat->graph.nodes, g_ptr_array_unref);
  g_clear_pointer (&flat->graph.tensors, g_ptr_array_unref);
  g_clear_pointer (&flat->made, g_ptr_array_unref);
  g_clear_pointer (&flat->names, g_ptr_array_unref);
  g_clear_pointer (&flat->graphs, g_ptr_array_unref);
}

static void
add_names (GHashTable *taken, const CjdOnnxGraph *graph)
{
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const CjdOnnxNode *node = graph->nodes->pdata[i];

      for (guint k = 0; k < node->outputs->len; k++)
        g_hash_table_add (taken, node->outputs->pdata[k]);
    }
  for (guint i = 0; i < graph->tensors->len; i++)
    g_hash_table_add (taken, ((CjdOnnxTensor *) graph->tensors->pdata[i])->name);
}

gboolean
cjl_onnx_flat_choose (CjlOnnxFlat *flat, const CjdOnnxNode *node, gboolean condition)
{
  const CjAttr *attr = cj_extra_node_find (node->op, condition ? "then_branch" : "else_branch");
  const CjdOnnxGraph *graph = attr != NULL && attr->kind == CJ_ATTR_GRAPH ? attr->graph : NULL;
  g_autoptr (GHashTable) taken = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) own = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTableIter iter;
  gpointer name;

  if (graph == NULL || graph->outputs->len < node->outputs->len)
    return FALSE;
  add_names (taken, &flat->graph);
  add_names (own, graph);
  g_hash_table_iter_init (&iter, own);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (*(const char *) name != '\0' && g_hash_table_contains (taken, name))
      return FALSE;
  g_ptr_array_remove (flat->graph.nodes, (gpointer) node);
  g_ptr_array_extend (flat->graph.nodes, graph->nodes, NULL, NULL);
  g_ptr_array_extend (flat->graph.tensors, graph->tensors, NULL, NULL);
  for (guint k = 0; k < node->outputs->len; k++)
    if (*(const char *) node->outputs->pdata[k] != '\0')
      add_identity (flat, flat->graph.nodes, node,
                    ((const CjdOnnxInfo *) graph->outputs->pdata[k])->name,
                    node->outputs->pdata[k]);
  return TRUE;
}
