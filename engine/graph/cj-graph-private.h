/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by cj-graph.c, cj-graph-edit.c, cj-graph-chain.c and cj-block.c. */
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
void cj_graph_touch_block (CjGraph *graph, const CjBlock *block);

/* One block as a dictionary without its nodes, as patches have it. Apply with an empty dictionary
 * removes the block. */
GVariant *cj_block_save (const CjBlock *block);
void cj_block_apply (CjGraph *graph, const char *id, GVariant *state);
void cj_block_free (gpointer block);
/* Ends blocks with nothing in them. */
void cj_graph_prune_blocks (CjGraph *graph);
/* Numbers may come back from a text format as another type. */
double cj_dict_lookup_number (GVariantDict *dict, const char *key, double preset);

G_END_DECLS
