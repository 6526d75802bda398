/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done to several nodes at once: taking them out, copying them as text, putting them in order.
 * Every function alters the graph between begin and commit of the caller. `ids` end with NULL. */
#pragma once

#include "cj-graph.h"

G_BEGIN_DECLS

#define CJL_CARD_STEP_X 216.0 /* from card to card, pixels at 100 % */
#define CJL_CARD_STEP_Y 190.0

typedef enum
{
  CJL_ALIGN_LEFT,
  CJL_ALIGN_TOP,
  CJL_DISTRIBUTE_ACROSS, /* equal steps from the leftmost to the rightmost */
  CJL_DISTRIBUTE_DOWN
} CjlAlign;

/* Removes nodes; what fed the first input of a removed node feeds those it fed. */
void cjl_arrange_remove (CjGraph *graph, const char *const *ids);

/* The nodes and the wires between them as JSON text, for the clipboard. You free. */
char *cjl_arrange_copy (const CjGraph *graph, const char *const *ids);

/* Adds the nodes of such a text under fresh ids, moved by (dx, dy); NULL and the reason if the text is
 * no copied network. The new ids; you free. */
GStrv cjl_arrange_paste (CjGraph *graph, const char *text, double dx, double dy, GError **error);

/* Puts `node` on the wire into input `port` of `to`. */
gboolean cjl_arrange_insert (CjGraph *graph, CjNode *node, CjNode *to, guint port, GError **error);

void cjl_arrange_align (CjGraph *graph, const char *const *ids, CjlAlign how);

/* Layers from left to right, in rows that fit a window if they are many, with as few crossings as a
 * few sweeps find: K. Sugiyama, S. Tagawa, M. Toda,
 * "Methods for visual understanding of hierarchical system structures" (1981): longest-path layers,
 * order by the mean place of the neighbours. */
void cjl_arrange_layers (CjGraph *graph);

G_END_DECLS
