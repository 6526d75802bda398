/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done to several cards at once: taking them out, copying them as text, grouping, putting them
 * in order. Every function alters the graph between begin and commit of the caller. `ids` end with NULL;
 * they are of nodes and of blocks, which stand for all that is within them. `level` is the block that
 * one looks into, NULL for none. */
#pragma once

#include "cjl-scene.h"

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

/* Upper left corner of a card, pixels at 100 %; FALSE if there is none of that id. */
gboolean cjl_arrange_get_place (const CjGraph *graph, const char *id, double *x, double *y);
void cjl_arrange_move (CjGraph *graph, const char *id, double x, double y);

/* The nodes that the ids stand for, in order of theirs. You free the array. */
GPtrArray *cjl_arrange_find_nodes (const CjGraph *graph, const char *const *ids);

/* Removes nodes; what fed the first input of a removed node feeds those it fed. */
void cjl_arrange_remove (CjGraph *graph, const char *const *ids);

/* Makes a block of cards of one level, where their middle is. Its id, borrowed; NULL and the reason. */
const char *cjl_arrange_group (CjGraph *graph, const char *const *ids, const char *level,
                               GError **error);
/* Puts what is in a block around the place of its card. The ids of those cards; you free. */
GStrv cjl_arrange_ungroup (CjGraph *graph, CjBlock *block);

/* The nodes, the wires between them and the blocks as JSON text, for the clipboard. You free. */
char *cjl_arrange_copy (const CjGraph *graph, const char *const *ids);
/* The network of such a text; NULL and the reason. You free. */
CjGraph *cjl_arrange_parse (const char *text, GError **error);

/* Adds another network under fresh ids, its outermost cards moved by (dx, dy) into a level. The ids of
 * these; you free. NULL and the reason. */
GStrv cjl_arrange_put (CjGraph *graph, CjGraph *part, const char *level, double dx, double dy,
                       GError **error);
/* The same with a copied text. */
GStrv cjl_arrange_paste (CjGraph *graph, const char *text, const char *level, double dx, double dy,
                         GError **error);

/* Puts a card, by its first input and its first output, on the wire into input `port` of `to`. */
gboolean cjl_arrange_insert (CjGraph *graph, const CjlCard *card, CjNode *to, guint port,
                             GError **error);

void cjl_arrange_align (CjGraph *graph, const char *const *ids, CjlAlign how);

/* The cards of a level in layers from left to right, in rows that fit a window if they are many, with as
 * few crossings as a few sweeps find: K. Sugiyama, S. Tagawa, M. Toda, "Methods for visual understanding
 * of hierarchical system structures" (1981): longest-path layers, order by the mean place of the
 * neighbours. */
void cjl_arrange_layers (CjGraph *graph, const char *level);
/* The same in every level. */
void cjl_arrange_levels (CjGraph *graph);

G_END_DECLS
