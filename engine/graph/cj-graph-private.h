/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by cj-graph.c, cj-graph-edit.c and cj-graph-chain.c. */
#pragma once

#include "cj-graph.h"

G_BEGIN_DECLS

void cj_node_free (gpointer node);
gboolean cj_graph_check_id (const CjGraph *graph, const char *id, GError **error);
/* Refuses a wire between two nodes that would close a loop. */
gboolean cj_graph_check_loop (CjNode *from, const CjNode *to, GError **error);
CjNode *cj_graph_append (CjGraph *graph, const CjLayerInfo *layer, const char *id);

/* Remembers the state of a node, or that an id was free, before it changes; once an edit. */
void cj_graph_touch (CjGraph *graph, const CjNode *node);
void cj_graph_touch_new (CjGraph *graph, const char *id);

G_END_DECLS
