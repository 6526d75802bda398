/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is seen of a network from within one block, or from outside all: nodes and blocks as cards, and
 * the wires between them. It borrows from the graph, and holds until that is edited. */
#pragma once

#include "cj-graph.h"

G_BEGIN_DECLS

typedef struct
{
  const char *id; /* of the node or block */
  CjNode *node;   /* NULL: a block */
  CjBlock *block; /* NULL: a node */
  /* CjWire: the input, and the output, that a port of the card stands for. A block has a port for each
   * wire that crosses its border, and for what within it is wired to nothing yet. */
  GArray *in, *out;
  CjNode
      *last; /* whose result is that of the card: the node itself; of a block the first output's */
  guint n_nodes;       /* that the card stands for */
  double off_x, off_y; /* how far from its place it is shown, while it is on the way there */
} CjlCard;

/* A wire: into input `port` of `to`. It joins ports of cards, or ends at the border: then that card is
 * -1. */
typedef struct
{
  CjNode *to;
  guint port;
  int from_card, to_card; /* places in cards */
  guint from_port, to_port;
} CjlLine;

typedef struct
{
  char *level;      /* the block whose inside this is; NULL: none */
  GPtrArray *cards; /* CjlCard: nodes, then blocks, each in order of their ids */
  GArray *lines;    /* CjlLine */
} CjlScene;

/* You free. */
CjlScene *cjl_scene_new (const CjGraph *graph, const char *level);
void cjl_scene_free (CjlScene *scene);

/* Borrowed; NULL: not seen here. */
const CjlCard *cjl_scene_find (const CjlScene *scene, const char *id);
static inline const CjlCard *
cjl_scene_get (const CjlScene *scene, guint i)
{
  return (const CjlCard *) scene->cards->pdata[i];
}

/* Upper left corner as it is shown, pixels at 100 %. */
static inline double
cjl_card_get_x (const CjlCard *card)
{
  return card->off_x + (card->node != NULL ? card->node->x : card->block->x);
}

static inline double
cjl_card_get_y (const CjlCard *card)
{
  return card->off_y + (card->node != NULL ? card->node->y : card->block->y);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlScene, cjl_scene_free)

G_END_DECLS
