/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the user drew: nodes with parameters, joined by wires. For one thread at a time. */
#pragma once

#include "cj-layer.h"

G_BEGIN_DECLS

#define CJ_NODE_MAX_IN 8

typedef struct
{
  char *id; /* unique, "conv1" */
  const CjLayerInfo *layer;
  gpointer params;          /* layer->params_size bytes, owned */
  int from[CJ_NODE_MAX_IN]; /* node that feeds port i: an index, CJ_FROM_DATA or CJ_FROM_NOTHING */
  double x, y;              /* of the card on the canvas */
} CjNode;

#define CJ_FROM_DATA (-1)
#define CJ_FROM_NOTHING (-2)

typedef struct
{
  GPtrArray *nodes; /* CjNode, owned */
} CjGraph;

CjGraph *cj_graph_new (void);
void cj_graph_free (CjGraph *graph);

/* Adds a node with preset parameters, wired to nothing. Refuses an id that is taken. */
CjNode *cj_graph_add (CjGraph *graph, const CjLayerInfo *layer, const char *id, GError **error);
int cj_graph_find (const CjGraph *graph, const char *id); /* index, or -1 */

/* Wires node `from` (or CJ_FROM_DATA) into port `port` of node `to`; refuses a loop. */
gboolean cj_graph_connect (CjGraph *graph, int from, int to, guint port, GError **error);

/* Appends a chain from text: "conv-2d filters=6 kernel=5, relu, dense units=10"; the first node is
 * fed by the data. Ids are made from the layer's id and a number. */
gboolean cj_graph_add_chain (CjGraph *graph, const char *text, GError **error);

/* Indices of the nodes, sources first. You free. */
int *cj_graph_sort (const CjGraph *graph);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjGraph, cj_graph_free)

G_END_DECLS
