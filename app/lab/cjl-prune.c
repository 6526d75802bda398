/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-prune.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>

int
cjl_graph_prune (CjGraph *graph, const CjdDataset *dataset, const char *id, GError **error)
{
  CjNode *node = cj_graph_find (graph, id);
  g_autoptr (GHashTable) kept = g_hash_table_new (NULL, NULL);
  g_autoptr (GPtrArray) order = cj_graph_sort (graph);

  if (node == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH, _ ("There is no layer “%s” in the network."),
                   id);
      return -1;
    }
  if (cjd_dataset_get_x_shape (dataset).n_dims != 3 || dataset->x_dtype == CJ_INT32)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("This asks for a network on pictures; %s holds none."), dataset->name);
      return -1;
    }
  g_hash_table_add (kept, node);
  for (guint i = order->len; i-- > 0;)
    if (g_hash_table_contains (kept, order->pdata[i]))
      for (guint port = 0; port < CJ_LAYER_MAX_IN; port++)
        if (((CjNode *) order->pdata[i])->from[port].node != NULL)
          g_hash_table_add (kept, ((CjNode *) order->pdata[i])->from[port].node);
  for (guint i = graph->nodes->len; i-- > 0;)
    if (!g_hash_table_contains (kept, graph->nodes->pdata[i]))
      cj_graph_remove (graph, graph->nodes->pdata[i]);
  return cj_graph_get_index (graph, node);
}
