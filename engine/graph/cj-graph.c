/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-graph-private.h"

#include "cj-error.h"
#include "cj-rule.h"

#include <glib/gi18n-lib.h>
#include <stddef.h>
#include <string.h>

void
cj_node_free (gpointer data)
{
  CjNode *node = data;

  g_free (node->id);
  g_free (node->block);
  g_free (node->params);
  g_clear_pointer (&node->kept, g_variant_unref);
  g_free (node);
}

const CjParam cj_node_params[] = {
  { .name = "frozen",
    .title = "Frozen",
    .blurb
    = "Keeps weights and running statistics of this layer as they are while the others learn",
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (CjNode, frozen),
    .max = 1,
    .flags = CJ_PARAM_LIVE },
  { .name = "rate-factor",
    .title = "Rate factor",
    .blurb = "The learning rate of this layer is that of the run times this",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (CjNode, rate),
    .preset = 1,
    .max = 1e6,
    .soft_max = 10,
    .digits = 3,
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { .name = "rule",
    .title = "Learning rule",
    .blurb = "How the weights of this layer learn; “network”: as the training says",
    .kind = CJ_PARAM_CHOICE,
    .offset = offsetof (CjNode, rule),
    .max = G_MAXINT,
    .choices = cj_rule_names },
  { NULL },
};

/* Of every node, with weights or not; people meet it as an action, so it has no row. */
static const CjParam state_params[] = {
  { .name = "muted",
    .title = "Muted",
    .blurb = "Passes its input on as it is",
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (CjNode, muted),
    .max = 1 },
  { .name = "lesioned",
    .title = "Lesioned",
    .blurb = "Says nothing: all its answers are 0",
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (CjNode, lesioned),
    .max = 1 },
  { NULL },
};

CjGraph *
cj_graph_new (void)
{
  CjGraph *graph = g_new0 (CjGraph, 1);

  graph->nodes = g_ptr_array_new_with_free_func (cj_node_free);
  graph->blocks = g_ptr_array_new_with_free_func (cj_block_free);
  return graph;
}

void
cj_graph_free (CjGraph *graph)
{
  g_clear_pointer (&graph->touched, g_hash_table_unref);
  g_ptr_array_unref (graph->nodes);
  g_ptr_array_unref (graph->blocks);
  g_free (graph);
}

CjGraph *
cj_graph_dup (const CjGraph *graph)
{
  g_autoptr (GVariant) data = g_variant_ref_sink (cj_graph_save (graph));
  CjGraph *copy = cj_graph_new ();

  if (!cj_graph_load (copy, data, NULL))
    g_assert_not_reached ();
  for (guint i = 0; i < graph->blocks->len; i++)
    {
      const CjBlock *block = graph->blocks->pdata[i];
      g_autoptr (GVariant) state = g_variant_ref_sink (cj_block_save (block));

      cj_block_apply (copy, block->id, state);
    }
  for (guint i = 0; i < graph->nodes->len; i++) /* both in order of their ids */
    ((CjNode *) copy->nodes->pdata[i])->block
        = g_strdup (((const CjNode *) graph->nodes->pdata[i])->block);
  copy->revision = graph->revision;
  return copy;
}

/* Nodes are in order of their ids. */
static int
find_index (const CjGraph *graph, const char *id)
{
  guint low = 0, high = graph->nodes->len;

  while (low < high)
    {
      const guint middle = low + (high - low) / 2;
      const int order = strcmp (((const CjNode *) graph->nodes->pdata[middle])->id, id);

      if (order == 0)
        return (int) middle;
      if (order < 0)
        low = middle + 1;
      else
        high = middle;
    }
  return -1;
}

CjNode *
cj_graph_find (const CjGraph *graph, const char *id)
{
  const int index = find_index (graph, id);

  return index >= 0 ? graph->nodes->pdata[index] : NULL;
}

int
cj_graph_get_index (const CjGraph *graph, const CjNode *node)
{
  const int index = find_index (graph, node->id);

  return index >= 0 && graph->nodes->pdata[index] == node ? index : -1;
}

char *
cj_graph_make_id (const CjGraph *graph, const CjLayerInfo *layer)
{
  const char *colon = strchr (layer->id, ':'), *name = colon != NULL ? colon + 1 : layer->id;
  const gsize end = strcspn (name, "-");

  for (guint i = 1;; i++)
    {
      char *id = g_strdup_printf ("%.*s%u", (int) end, name, i);

      if (cj_graph_find (graph, id) == NULL)
        return id;
      g_free (id);
    }
}

gboolean
cj_graph_check_id (const CjGraph *graph, const char *id, GError **error)
{
  const gsize good
      = strspn (id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

  if (good == 0 || id[good] != '\0' || good > 64)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                   _ ("“%s” cannot name a node. Use up to 64 letters, digits, - and _."), id);
      return FALSE;
    }
  if (cj_graph_find (graph, id) != NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                   _ ("There is a node “%s” already. Choose another name."), id);
      return FALSE;
    }
  return TRUE;
}

static gint
compare_ids (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(CjNode *const *) a)->id, (*(CjNode *const *) b)->id);
}

CjNode *
cj_graph_append (CjGraph *graph, const CjLayerInfo *layer, const char *id)
{
  CjNode *node = g_new0 (CjNode, 1);

  node->id = g_strdup (id);
  node->layer = layer;
  node->params = g_malloc0 (MAX (layer->params_size, 1));
  node->rate = 1;
  cj_params_reset (layer->params, node->params);
  g_ptr_array_add (graph->nodes, node);
  g_ptr_array_sort (graph->nodes, compare_ids);
  return node;
}

CjNode *
cj_graph_add (CjGraph *graph, const CjLayerInfo *layer, const char *id, GError **error)
{
  g_autofree char *made = id == NULL ? cj_graph_make_id (graph, layer) : g_strdup (id);

  if (!cj_graph_check_id (graph, made, error))
    return NULL;
  cj_graph_touch_new (graph, made);
  return cj_graph_append (graph, layer, made);
}

void
cj_graph_remove (CjGraph *graph, CjNode *node)
{
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      CjNode *other = graph->nodes->pdata[i];

      for (guint port = 0; port < CJ_LAYER_MAX_IN; port++)
        if (other->from[port].node == node)
          cj_graph_disconnect (graph, other, port);
    }
  cj_graph_touch (graph, node);
  g_ptr_array_remove (graph->nodes, node);
}

/* Looks at each node once: through n shortcuts in a row lead 2^n ways. */
static gboolean
find_upstream (CjNode *node, const CjNode *target, GHashTable *seen)
{
  if (node == target)
    return TRUE;
  if (!g_hash_table_add (seen, node))
    return FALSE;
  for (guint i = 0; i < CJ_LAYER_MAX_IN; i++)
    if (node->from[i].node != NULL && find_upstream (node->from[i].node, target, seen))
      return TRUE;
  return FALSE;
}

gboolean
cj_graph_check_loop (CjNode *from, const CjNode *to, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  if (!find_upstream (from, to, seen))
    return TRUE;
  g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
               _ ("A wire into “%s” would close a loop. Take its input from further left."),
               to->id);
  return FALSE;
}

gboolean
cj_graph_connect (CjGraph *graph, CjNode *from, guint port, CjNode *to, guint to_port,
                  GError **error)
{
  const gboolean many = cj_layer_takes_many (to->layer);

  if (to_port >= (many ? CJ_LAYER_MAX_IN : cj_node_get_n_in (to))
      || port >= cj_layer_get_n_out (from->layer))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                   _ ("There is no wire from output %u of “%s” to input %u of “%s”: no such port."),
                   port + 1, from->id, to_port + 1, to->id);
      return FALSE;
    }
  if (!cj_graph_check_loop (from, to, error))
    return FALSE;
  cj_graph_touch (graph, to);
  to->from[to_port] = (CjWire){ from, port };
  return TRUE;
}

void
cj_graph_disconnect (CjGraph *graph, CjNode *to, guint to_port)
{
  const guint first_of_many
      = cj_layer_takes_many (to->layer) ? cj_layer_get_n_in (to->layer) - 1 : CJ_LAYER_MAX_IN;

  cj_graph_touch (graph, to);
  to->from[to_port] = (CjWire){ NULL, 0 };
  /* the wires of a port for many close up */
  for (guint i = to_port; i >= first_of_many && i + 1 < CJ_LAYER_MAX_IN; i++)
    {
      to->from[i] = to->from[i + 1];
      to->from[i + 1] = (CjWire){ NULL, 0 };
    }
}

gboolean
cj_graph_rename (CjGraph *graph, CjNode *node, const char *id, GError **error)
{
  if (g_str_equal (node->id, id))
    return TRUE;
  if (!cj_graph_check_id (graph, id, error))
    return FALSE;
  cj_graph_touch_new (graph, id);
  cj_graph_touch (graph, node);
  for (guint i = 0; i < graph->nodes->len; i++)
    for (guint port = 0; port < CJ_LAYER_MAX_IN; port++)
      if (((CjNode *) graph->nodes->pdata[i])->from[port].node == node)
        cj_graph_touch (graph, graph->nodes->pdata[i]);
  g_free (node->id);
  node->id = g_strdup (id);
  g_ptr_array_sort (graph->nodes, compare_ids);
  return TRUE;
}

gboolean
cj_graph_set_param (CjGraph *graph, CjNode *node, const char *name, const char *text,
                    GError **error)
{
  const CjParam *const common[] = { cj_node_params, state_params };

  cj_graph_touch (graph, node);
  for (guint i = 0; i < G_N_ELEMENTS (common); i++)
    if (cj_params_find (node->layer->params, name) == NULL
        && cj_params_find (common[i], name) != NULL)
      return cj_params_parse (common[i], node, name, text, error);
  if (!cj_params_parse (node->layer->params, node->params, name, text, error))
    return FALSE;
  /* wires into ports that are gone go with them */
  for (guint port = cj_node_get_n_in (node); port < CJ_LAYER_MAX_IN; port++)
    if (node->from[port].node != NULL)
      cj_graph_disconnect (graph, node, port);
  return TRUE;
}

void
cj_graph_move (CjGraph *graph, CjNode *node, double x, double y)
{
  cj_graph_touch (graph, node);
  node->x = x;
  node->y = y;
}

void
cj_graph_set_muted (CjGraph *graph, CjNode *node, gboolean muted)
{
  cj_graph_touch (graph, node);
  node->muted = muted;
}

void
cj_graph_set_lesioned (CjGraph *graph, CjNode *node, gboolean lesioned)
{
  cj_graph_touch (graph, node);
  node->lesioned = lesioned;
}

void
cj_graph_set_frozen (CjGraph *graph, CjNode *node, gboolean frozen)
{
  cj_graph_touch (graph, node);
  node->frozen = frozen;
}

void
cj_graph_set_rate (CjGraph *graph, CjNode *node, double rate)
{
  cj_graph_touch (graph, node);
  node->rate = rate;
}

guint
cj_node_get_n_in (const CjNode *node)
{
  guint n = cj_layer_get_n_in (node->layer);

  if (node->layer->count_in != NULL)
    return MIN (n, node->layer->count_in (node->params));
  while (cj_layer_takes_many (node->layer) && n < CJ_LAYER_MAX_IN && node->from[n].node != NULL)
    n++;
  return n;
}

static void
visit (const CjGraph *graph, CjNode *node, GHashTable *seen, GPtrArray *order)
{
  if (!g_hash_table_add (seen, node))
    return;
  for (guint i = 0; i < CJ_LAYER_MAX_IN; i++)
    if (node->from[i].node != NULL)
      visit (graph, node->from[i].node, seen, order);
  g_ptr_array_add (order, node);
}

GPtrArray *
cj_graph_sort (const CjGraph *graph)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  GPtrArray *order = g_ptr_array_new ();

  for (guint i = 0; i < graph->nodes->len; i++)
    visit (graph, graph->nodes->pdata[i], seen, order);
  return order;
}
