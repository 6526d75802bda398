/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Attention and two dense layers, each with its norm and its way round, are one Transformer block, and with attention to
 * another sequence between them one Transformer decoder; found among the layers when all are there, whatever operators
 * they were. */
#include "cjl-onnx-import-private.h"

#include "cj-param.h"
#include "safetensors.h"

#include <string.h>

#define MAX_PARTS 3 /* attention, attention to a memory, dense layers */

/* The layers of a block on the canvas; a norm and a way round for each part. */
typedef struct
{
  CjlOnnxMade x, memory; /* memory: node NULL, there is none */
  CjNode *attention[2], *norms[MAX_PARTS], *ways[MAX_PARTS], *dense[2], *activation, *last;
  guint n_attentions;
  gboolean norm_first;
} Block;

/* --- the layers around one --- */

/* The text of a parameter. You free. */
static char *
get (const CjNode *node, const char *name)
{
  const CjParam *param = node->layer->params;

  while (param->name != NULL && !g_str_equal (param->name, name))
    param++;
  return param->name != NULL ? cj_params_print (param, node->params) : g_strdup ("");
}

static gboolean
is_set (const CjNode *node, const char *name, const char *text)
{
  g_autofree char *is = get (node, name);

  return g_str_equal (is, text);
}

static gboolean
is_kind (const CjNode *node, const char *layer)
{
  return node != NULL && g_str_equal (node->layer->id, layer);
}

/* The nodes that read the first result of another: how many there are, and the first of a kind, in *node (NULL: none). */
static guint
find_readers (const CjlOnnxImport *import, const CjNode *of, const char *layer, CjNode **node)
{
  const GPtrArray *readers = g_hash_table_lookup (import->readers, of);

  *node = NULL;
  for (guint i = 0; readers != NULL && i < readers->len; i++)
    if (*node == NULL && is_kind (readers->pdata[i], layer))
      *node = readers->pdata[i];
  return readers != NULL ? readers->len : 0;
}

static gboolean
is_result (const CjlOnnxImport *import, const CjNode *node)
{
  return g_hash_table_contains (import->results, node);
}

/* The only node that reads another, which nobody else wants, if it is of a kind. */
static CjNode *
find_next (const CjlOnnxImport *import, const CjNode *of, const char *layer)
{
  CjNode *node;

  return find_readers (import, of, layer, &node) == 1 && !is_result (import, of) ? node : NULL;
}

/* Whether a node adds these two and nothing else. */
static gboolean
adds (const CjNode *node, CjlOnnxMade a, CjlOnnxMade b)
{
  const CjWire *from = node->from;

  return from[2].node == NULL
         && ((from[0].node == a.node && from[0].port == a.port && from[1].node == b.node
              && from[1].port == b.port)
             || (from[1].node == a.node && from[1].port == a.port && from[0].node == b.node
                 && from[0].port == b.port));
}

/* The dense layer, the function and the other dense layer behind a value. */
static gboolean
find_feed (const CjlOnnxImport *import, CjNode *from, Block *b)
{
  static const char *const functions[]
      = { "relu", "gelu", "silu", "mish", "selu", "hardswish", "sigmoid", "tanh" };

  find_readers (import, from, "dense", &b->dense[0]);
  if (b->dense[0] == NULL || !is_set (b->dense[0], "bias", "true")
      || !is_set (b->dense[0], "activation", "none"))
    return FALSE;
  b->activation = NULL;
  for (guint i = 0; i < G_N_ELEMENTS (functions) && b->activation == NULL; i++)
    b->activation = find_next (import, b->dense[0], functions[i]);
  b->dense[1] = b->activation != NULL ? find_next (import, b->activation, "dense") : NULL;
  return b->dense[1] != NULL && is_set (b->dense[1], "bias", "true")
         && is_set (b->dense[1], "activation", "none");
}

static gboolean
are_norms (const Block *b)
{
  g_autofree char *eps = get (b->norms[0], "eps");

  for (guint i = 0; i <= b->n_attentions; i++)
    if (!is_set (b->norms[i], "dims", "1") || !is_set (b->norms[i], "affine", "true")
        || !is_set (b->norms[i], "eps", eps))
      return FALSE;
  return TRUE;
}

/* Attention of what a node makes to another sequence, as the next part. */
static gboolean
find_cross (const CjlOnnxImport *import, CjNode *from, Block *b)
{
  CjNode *node;

  find_readers (import, from, "multi-head-attention", &node);
  if (node == NULL || b->n_attentions == 2 || node->from[0].node != from || node->from[0].port != 0
      || node->from[1].node == NULL || node->from[1].node == from || node->from[2].node != NULL
      || node->from[3].node != NULL || !is_set (node, "bias", "true")
      || !is_set (node, "causal", "false"))
    return FALSE;
  b->memory = (CjlOnnxMade){ node->from[1].node, node->from[1].port };
  b->attention[b->n_attentions++] = node;
  return TRUE;
}

/* From what goes into a part to what comes out of it before it is added; NULL: it is none. */
static CjNode *
find_part (const CjlOnnxImport *import, guint part, CjNode *from, Block *b)
{
  if (part == 0)
    return b->attention[0];
  if (part == 1 && find_cross (import, from, b))
    return b->attention[1];
  return find_feed (import, from, b) ? b->dense[1] : NULL;
}

/* Norms before the parts: x, norm, part, +, norm, part, + ... */
static gboolean
find_norms_first (const CjlOnnxImport *import, Block *b)
{
  CjlOnnxMade way;

  b->norm_first = TRUE;
  b->n_attentions = 1;
  b->norms[0] = b->attention[0]->from[0].node;
  if (!is_kind (b->norms[0], "layer-norm") || b->attention[0]->from[0].port != 0)
    return FALSE;
  way = b->x = (CjlOnnxMade){ b->norms[0]->from[0].node, b->norms[0]->from[0].port };
  for (guint i = 0; i <= b->n_attentions; i++)
    {
      CjNode *part;

      if (i > 0
          && (is_result (import, way.node)
              || find_readers (import, way.node, "layer-norm", &b->norms[i]) != 2
              || b->norms[i] == NULL))
        return FALSE;
      part = find_part (import, i, b->norms[i], b);
      if (part == NULL || find_readers (import, b->norms[i], "", &b->last) != 1
          || is_result (import, b->norms[i])
          || (b->ways[i] = find_next (import, part, "add")) == NULL
          || !adds (b->ways[i], way, (CjlOnnxMade){ part, 0 }))
        return FALSE;
      way = (CjlOnnxMade){ b->ways[i], 0 };
    }
  b->last = way.node;
  return are_norms (b);
}

/* Norms behind what is added: x, part, +, norm, part, +, norm ... */
static gboolean
find_norms_last (const CjlOnnxImport *import, Block *b)
{
  CjlOnnxMade way;

  b->norm_first = FALSE;
  b->n_attentions = 1;
  way = b->x = (CjlOnnxMade){ b->attention[0]->from[0].node, b->attention[0]->from[0].port };
  for (guint i = 0; i <= b->n_attentions; i++)
    {
      CjNode *part, *other;

      if (i > 0
          && (is_result (import, way.node) || find_readers (import, way.node, "add", &other) != 2))
        return FALSE;
      part = find_part (import, i, way.node, b);
      if (part == NULL || (b->ways[i] = find_next (import, part, "add")) == NULL
          || !adds (b->ways[i], way, (CjlOnnxMade){ part, 0 })
          || (b->norms[i] = find_next (import, b->ways[i], "layer-norm")) == NULL)
        return FALSE;
      way = (CjlOnnxMade){ b->norms[i], 0 };
    }
  b->last = way.node;
  return are_norms (b);
}

/* --- one instead --- */

/* Weights of a node under the names that the block has for them. */
static void
rename_weights (CjlOnnxImport *import, const CjNode *from, const CjNode *to, const char *prefix)
{
  g_autofree char *old = g_strconcat (from->id, ".", NULL);

  for (guint i = 0; i < import->weights->len; i++)
    {
      CjdNamedTensor *named = import->weights->pdata[i];

      if (g_str_has_prefix (named->name, old))
        {
          char *name = g_strconcat (to->id, ".", prefix, named->name + strlen (old), NULL);

          g_free (named->name);
          named->name = name;
        }
    }
}

static gboolean
copy_param (CjlOnnxImport *import, const CjNode *from, const char *name, CjNode *to, const char *as,
            GError **error)
{
  g_autofree char *text = get (from, name);

  return cj_graph_set_param (import->graph, to, as, text, error);
}

/* Whoever reads a result of one node reads that of another. */
static gboolean
hand_over (CjlOnnxImport *import, const CjNode *from, guint port, CjNode *to, guint to_port,
           GError **error)
{
  GHashTableIter iter;
  gpointer made;

  for (guint i = 0; i < import->graph->nodes->len; i++)
    for (guint k = 0; k < CJ_LAYER_MAX_IN; k++)
      {
        CjNode *node = import->graph->nodes->pdata[i];

        if (node->from[k].node == from && node->from[k].port == port
            && !cj_graph_connect (import->graph, to, to_port, node, k, error))
          return FALSE;
      }
  g_hash_table_iter_init (&iter, import->made);
  while (g_hash_table_iter_next (&iter, NULL, &made))
    if (((CjlOnnxMade *) made)->node == from && ((CjlOnnxMade *) made)->port == port)
      *(CjlOnnxMade *) made = (CjlOnnxMade){ to, to_port };
  return TRUE;
}

/* The block under the name of its attention, without the word for that. */
static CjNode *
put_named (CjlOnnxImport *import, const char *layer, const char *attention, GError **error)
{
  static const char *const words[] = { "self_attn", "attention", "attn" };
  g_autofree char *name = g_strdup (attention);

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_str_has_suffix (name, words[i]))
      name[strlen (name) - strlen (words[i])] = '\0';
  return cjl_onnx_put_named (import, layer, *name != '\0' ? name : "transformer", error);
}

/* What the layers of a block are set to. */
static gboolean
set_block (CjlOnnxImport *import, const Block *b, CjNode *made, GError **error)
{
  const gboolean tanh = is_kind (b->activation, "gelu") && is_set (b->activation, "form", "tanh");

  return copy_param (import, b->attention[0], "heads", made, "heads", error)
         && copy_param (import, b->attention[0], "causal", made, "causal", error)
         && copy_param (import, b->attention[0], "head-width", made, "head-width", error)
         && copy_param (import, b->dense[0], "units", made, "hidden", error)
         && copy_param (import, b->norms[0], "eps", made, "eps", error)
         && cj_graph_set_param (import->graph, made, "activation",
                                tanh ? "gelu-tanh" : b->activation->layer->id, error)
         && cj_graph_set_param (import->graph, made, "norm-first", b->norm_first ? "true" : "false",
                                error);
}

static gboolean
put_block (CjlOnnxImport *import, const Block *b, GError **error)
{
  static const char *const attentions[] = { "self_attn.", "multihead_attn." };
  static const char *const norms[] = { "norm1.", "norm2.", "norm3." };
  const guint n = b->n_attentions;
  const CjWire padding = b->attention[0]->from[3];
  CjNode *made = put_named (import, n == 2 ? "transformer-decoder" : "transformer-block",
                            b->attention[0]->id, error);

  if (made == NULL || !cj_graph_connect (import->graph, b->x.node, b->x.port, made, 0, error)
      || (n == 2
          && !cj_graph_connect (import->graph, b->memory.node, b->memory.port, made, 1, error))
      || (padding.node != NULL
          && (!cj_graph_connect (import->graph, padding.node, padding.port, made, 1, error)
              || !copy_param (import, b->attention[0], "padding-word", made, "padding-word",
                              error)))
      || !set_block (import, b, made, error) || !hand_over (import, b->last, 0, made, 0, error)
      || !hand_over (import, b->attention[n - 1], 1, made, 1, error))
    return FALSE;
  rename_weights (import, b->dense[0], made, "linear1.");
  rename_weights (import, b->dense[1], made, "linear2.");
  for (guint i = 0; i <= n; i++)
    rename_weights (import, b->norms[i], made, norms[i]);
  for (guint i = 0; i < n; i++)
    rename_weights (import, b->attention[i], made, attentions[i]);
  for (guint i = 0; i <= n; i++)
    {
      cj_graph_remove (import->graph, b->norms[i]);
      cj_graph_remove (import->graph, b->ways[i]);
    }
  for (guint i = 0; i < n; i++)
    cj_graph_remove (import->graph, b->attention[i]);
  cj_graph_remove (import->graph, b->dense[0]);
  cj_graph_remove (import->graph, b->dense[1]);
  cj_graph_remove (import->graph, b->activation);
  return TRUE;
}

/* Whether the parts can be one layer: heads alike, weights of the first attention read by nobody if there are two. */
static gboolean
fits (const CjlOnnxImport *import, const Block *b)
{
  g_autofree char *heads = get (b->attention[0], "heads"),
                  *width = get (b->attention[0], "head-width");
  const CjdOnnxGraph *graph = import->model->graph;

  if (b->n_attentions == 1)
    return TRUE;
  if (b->attention[0]->from[3].node != NULL || !is_set (b->attention[1], "heads", heads)
      || !is_set (b->attention[1], "head-width", width))
    return FALSE;
  for (guint i = 0; i < import->graph->nodes->len; i++)
    for (guint k = 0; k < CJ_LAYER_MAX_IN; k++)
      if (((const CjNode *) import->graph->nodes->pdata[i])->from[k].node == b->attention[0]
          && ((const CjNode *) import->graph->nodes->pdata[i])->from[k].port == 1)
        return FALSE;
  for (guint i = 0; i < graph->outputs->len; i++)
    {
      const CjlOnnxMade *made = g_hash_table_lookup (
          import->made, ((const CjdOnnxInfo *) graph->outputs->pdata[i])->name);

      if (made != NULL && made->node == b->attention[0] && made->port == 1)
        return FALSE;
    }
  return TRUE;
}

static void
unref_list (gpointer list)
{
  g_ptr_array_unref (list);
}

/* Who reads the first result of each node, and which nodes make results of the model. */
static void
list_readers (CjlOnnxImport *import)
{
  const CjdOnnxGraph *graph = import->model->graph;

  g_clear_pointer (&import->readers, g_hash_table_unref);
  g_clear_pointer (&import->results, g_hash_table_unref);
  import->readers = g_hash_table_new_full (NULL, NULL, NULL, unref_list);
  import->results = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < import->graph->nodes->len; i++)
    for (guint k = 0; k < CJ_LAYER_MAX_IN; k++)
      {
        CjNode *node = import->graph->nodes->pdata[i];
        GPtrArray *readers;

        if (node->from[k].node == NULL || node->from[k].port != 0)
          continue;
        readers = g_hash_table_lookup (import->readers, node->from[k].node);
        if (readers == NULL)
          {
            readers = g_ptr_array_new ();
            g_hash_table_insert (import->readers, node->from[k].node, readers);
          }
        g_ptr_array_add (readers, node);
      }
  for (guint i = 0; i < graph->outputs->len; i++)
    {
      const CjlOnnxMade *made = g_hash_table_lookup (
          import->made, ((const CjdOnnxInfo *) graph->outputs->pdata[i])->name);

      if (made != NULL && made->port == 0)
        g_hash_table_add (import->results, made->node);
    }
}

gboolean
cjl_onnx_join_blocks (CjlOnnxImport *import, GError **error)
{
  g_autoptr (GPtrArray) attentions = g_ptr_array_new ();

  for (guint i = 0; i < import->graph->nodes->len; i++)
    if (is_kind (import->graph->nodes->pdata[i], "multi-head-attention"))
      g_ptr_array_add (attentions, import->graph->nodes->pdata[i]);
  for (guint i = 0; i < attentions->len; i++)
    {
      CjNode *attention = attentions->pdata[i];
      Block b = { .attention = { attention } };
      guint other;

      if (attention == NULL || attention->from[1].node != NULL || attention->from[2].node != NULL
          || !is_set (attention, "bias", "true"))
        continue;
      list_readers (import);
      if ((!find_norms_first (import, &b) && !find_norms_last (import, &b)) || !fits (import, &b))
        continue;
      /* the other attention of a decoder goes with it */
      if (b.n_attentions == 2 && g_ptr_array_find (attentions, b.attention[1], &other))
        attentions->pdata[other] = NULL;
      if (!put_block (import, &b, error))
        return FALSE;
    }
  return TRUE;
}
