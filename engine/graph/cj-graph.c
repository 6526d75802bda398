/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-graph.h"

#include "cj-error.h"

#include <string.h>

static void
free_node (gpointer data)
{
  CjNode *node = data;

  g_free (node->id);
  g_free (node->params);
  g_free (node);
}

CjGraph *
cj_graph_new (void)
{
  CjGraph *graph = g_new0 (CjGraph, 1);

  graph->nodes = g_ptr_array_new_with_free_func (free_node);
  return graph;
}

void
cj_graph_free (CjGraph *graph)
{
  g_ptr_array_unref (graph->nodes);
  g_free (graph);
}

int
cj_graph_find (const CjGraph *graph, const char *id)
{
  for (guint i = 0; i < graph->nodes->len; i++)
    if (g_str_equal (((CjNode *) graph->nodes->pdata[i])->id, id))
      return (int) i;
  return -1;
}

CjNode *
cj_graph_add (CjGraph *graph, const CjLayerInfo *layer, const char *id, GError **error)
{
  CjNode *node;

  if (cj_graph_find (graph, id) >= 0)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                   "There is a node “%s” already. Choose another name.", id);
      return NULL;
    }
  node = g_new0 (CjNode, 1);
  node->id = g_strdup (id);
  node->layer = layer;
  node->params = g_malloc0 (MAX (layer->params_size, 1));
  cj_params_reset (layer->params, node->params);
  for (guint i = 0; i < CJ_NODE_MAX_IN; i++)
    node->from[i] = CJ_FROM_NOTHING;
  g_ptr_array_add (graph->nodes, node);
  return node;
}

/* Whether `target` is `node` or upstream of it. */
static gboolean
depends_on (const CjGraph *graph, int node, int target)
{
  const CjNode *n;

  if (node < 0)
    return FALSE;
  if (node == target)
    return TRUE;
  n = graph->nodes->pdata[node];
  for (guint i = 0; i < n->layer->n_inputs; i++)
    if (depends_on (graph, n->from[i], target))
      return TRUE;
  return FALSE;
}

gboolean
cj_graph_connect (CjGraph *graph, int from, int to, guint port, GError **error)
{
  CjNode *node = graph->nodes->pdata[to];

  if (port >= node->layer->n_inputs)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH, "“%s” has no input port %u.", node->id, port);
      return FALSE;
    }
  if (depends_on (graph, from, to))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                   "A wire into “%s” would close a loop. Take its input from further left.",
                   node->id);
      return FALSE;
    }
  node->from[port] = from;
  return TRUE;
}

static char *
make_id (const CjGraph *graph, const char *layer)
{
  for (guint i = 1;; i++)
    {
      char *id = g_strdup_printf ("%s%u", layer, i);

      if (cj_graph_find (graph, id) < 0)
        return id;
      g_free (id);
    }
}

static gboolean
add_link (CjGraph *graph, const char *text, GError **error)
{
  g_auto (GStrv) words = g_strsplit_set (text, " ", -1);
  const CjLayerInfo *layer = cj_layer_find (words[0]);
  g_autofree char *id = NULL;
  CjNode *node;

  if (layer == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                   "There is no layer “%s”. “cajal-cli list layers” names them all.", words[0]);
      return FALSE;
    }
  id = make_id (graph, layer->id);
  node = cj_graph_add (graph, layer, id, error);
  if (node == NULL)
    return FALSE;
  for (guint i = 1; words[i] != NULL; i++)
    {
      char *value = strchr (words[i], '=');

      if (words[i][0] == '\0')
        continue;
      if (value == NULL)
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH, "“%s” is not of the form name=value.",
                       words[i]);
          return FALSE;
        }
      *value++ = '\0';
      if (!cj_params_parse (layer->params, node->params, words[i], value, error))
        return FALSE;
    }
  node->x = 220.0 * (graph->nodes->len - 1);
  node->from[0] = (int) graph->nodes->len - 2; /* CJ_FROM_DATA for the first */
  return TRUE;
}

gboolean
cj_graph_add_chain (CjGraph *graph, const char *text, GError **error)
{
  g_auto (GStrv) links = g_strsplit (text, ",", -1);

  for (guint i = 0; links[i] != NULL; i++)
    if (!add_link (graph, g_strstrip (links[i]), error))
      return FALSE;
  return TRUE;
}

static void
visit (const CjGraph *graph, int index, gboolean *seen, int *order, guint *n)
{
  const CjNode *node;

  if (index < 0 || seen[index])
    return;
  seen[index] = TRUE;
  node = graph->nodes->pdata[index];
  for (guint i = 0; i < node->layer->n_inputs; i++)
    visit (graph, node->from[i], seen, order, n);
  order[(*n)++] = index;
}

int *
cj_graph_sort (const CjGraph *graph)
{
  g_autofree gboolean *seen = g_new0 (gboolean, graph->nodes->len + 1);
  int *order = g_new0 (int, graph->nodes->len + 1);
  guint n = 0;

  for (guint i = 0; i < graph->nodes->len; i++)
    visit (graph, (int) i, seen, order, &n);
  return order;
}
