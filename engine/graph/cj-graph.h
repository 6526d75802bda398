/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the user drew: nodes with parameters, joined by wires. Every change between begin and commit
 * becomes one reversible patch. For one thread at a time. */
#pragma once

#include "cj-layer.h"

G_BEGIN_DECLS

typedef struct _CjNode CjNode;

typedef struct
{
  CjNode *node; /* NULL: nothing wired */
  guint port;
} CjWire;

struct _CjNode
{
  char *id; /* unique, "conv1" */
  const CjLayerInfo *layer;
  gpointer params; /* layer->params_size bytes, owned */
  CjWire from[CJ_LAYER_MAX_IN];
  char *block;       /* id of the block it is drawn in; NULL: none */
  double x, y;       /* of the card on the canvas, pixels at 100 % */
  gboolean muted;    /* passes its input on */
  gboolean lesioned; /* says nothing: all its answers are 0 */
  gboolean frozen;   /* its parameters do not learn */
  double rate;       /* factor on the learning rate, 1 */
  int rule;          /* how it learns: index into cj_rule_names; 0: as the network */
  GVariant *kept;    /* of a node whose layer is not installed: what was read */
};

/* Nodes drawn as one card with an inside of its own; a view of the network, which knows nothing of it.
 * Blocks nest. One with nothing in it ends with the edit that emptied it. */
typedef struct
{
  char *id;     /* "block:1": with a colon, so that it is never a node's */
  char *title;  /* for people */
  char *parent; /* id of the block around it; NULL: none */
  double x, y;  /* of its card on the canvas around it */
} CjBlock;

typedef struct
{
  GPtrArray *nodes;  /* CjNode, owned; in order of their ids, so that equal graphs are equal */
  GPtrArray *blocks; /* CjBlock, owned; in order of their ids */
  GHashTable
      *touched;   /* id of a node or block to its state before the edit that is going on, or NULL */
  guint revision; /* counts commits and applied patches */
} CjGraph;

/* The difference of two states, immutable: an a{sv} of ids of nodes and blocks, each with (before,
 * after), an empty dictionary where there is none. */
typedef struct
{
  GVariant *changes;
} CjPatch;

/* What every node with weights has besides its layer's parameters; offsets into CjNode. */
extern const CjParam cj_node_params[];

CjGraph *cj_graph_new (void);
void cj_graph_free (CjGraph *graph);
CjGraph *cj_graph_dup (const CjGraph *graph);

CjNode *cj_graph_find (const CjGraph *graph, const char *id);
int cj_graph_get_index (const CjGraph *graph, const CjNode *node);

/* The first free id made of a layer's id, without vendor and dashed end, and a number: "conv1". You free. */
char *cj_graph_make_id (const CjGraph *graph, const CjLayerInfo *layer);

/* Adds a node with preset parameters, wired to nothing; `id` NULL makes one. Refuses an id that is
 * taken or not of letters, digits, - and _. */
CjNode *cj_graph_add (CjGraph *graph, const CjLayerInfo *layer, const char *id, GError **error);
void cj_graph_remove (CjGraph *graph, CjNode *node);

/* Wires output `port` of `from` into input `to_port` of `to`, in place of what was there; refuses a
 * port that does not exist and a loop. */
gboolean cj_graph_connect (CjGraph *graph, CjNode *from, guint port, CjNode *to, guint to_port,
                           GError **error);
void cj_graph_disconnect (CjGraph *graph, CjNode *to, guint to_port);

gboolean cj_graph_rename (CjGraph *graph, CjNode *node, const char *id, GError **error);
/* By name: of the layer's table, of cj_node_params, "muted" or "lesioned". */
gboolean cj_graph_set_param (CjGraph *graph, CjNode *node, const char *name, const char *text,
                             GError **error);
void cj_graph_move (CjGraph *graph, CjNode *node, double x, double y);
void cj_graph_set_muted (CjGraph *graph, CjNode *node, gboolean muted);
void cj_graph_set_lesioned (CjGraph *graph, CjNode *node, gboolean lesioned);
void cj_graph_set_frozen (CjGraph *graph, CjNode *node, gboolean frozen);
void cj_graph_set_rate (CjGraph *graph, CjNode *node, double rate);

/* Appends a chain from text: "conv-2d filters=6 kernel=5, relu, dense 10". A word without = goes to
 * the layer's next parameter in table order; layers are found by id, title or synonym. The first is
 * wired to `after` unless that is NULL or it is an input. The last node, or NULL and an error with
 * the graph as it was. */
CjNode *cj_graph_add_chain (CjGraph *graph, CjNode *after, const char *text, GError **error);

/* The nodes, sources first. You free the array, not the nodes. */
GPtrArray *cj_graph_sort (const CjGraph *graph);

/* Number of input slots to look at: ports, and for a layer that takes many the last wired one. */
guint cj_node_get_n_in (const CjNode *node);

/* --- blocks (cj-block.c) --- */

#define CJ_BLOCK_TITLE_MAX 60 /* characters */

gboolean cj_block_is_id (const char *id); /* whether a text has the form of a block's id */
CjBlock *cj_graph_find_block (const CjGraph *graph, const char *id); /* NULL id: NULL */

/* A block within `parent` (NULL: none) with nothing in it; put something in before commit. NULL and the
 * reason if there are too many, or too many inside one another. */
CjBlock *cj_graph_add_block (CjGraph *graph, const char *title, const char *parent, GError **error);
/* How many blocks are around what is drawn in `block`, itself counted. */
guint cj_graph_get_depth (const CjGraph *graph, const char *block);
/* What is in it goes to the block around it. */
void cj_graph_remove_block (CjGraph *graph, CjBlock *block);
/* Refuses an empty or overlong title. */
gboolean cj_graph_rename_block (CjGraph *graph, CjBlock *block, const char *title, GError **error);
void cj_graph_move_block (CjGraph *graph, CjBlock *block, double x, double y);
/* Puts a node or block into a block; NULL: out of all. Not into itself or what is in it. */
void cj_graph_put_node (CjGraph *graph, CjNode *node, const char *block);
void cj_graph_put_block (CjGraph *graph, CjBlock *block, const char *parent);

/* Whether what is drawn in `block` is within `outer`, at any depth; everything is within NULL. */
gboolean cj_graph_is_within (const CjGraph *graph, const char *block, const char *outer);
/* The block that stands for what is drawn in `block` on the inside of `level`; NULL: it stands there
 * itself, or is not within. */
CjBlock *cj_graph_find_card (const CjGraph *graph, const char *block, const char *level);

/* The blocks as an array of dictionaries, each with the ids of its nodes, and back: replaces all or
 * nothing. Nodes that are not there are passed over, empty blocks left out. */
GVariant *cj_graph_save_blocks (const CjGraph *graph);
gboolean cj_graph_load_blocks (CjGraph *graph, GVariant *data, GError **error);

/* --- editing --- */

/* Between begin and commit changes are recorded. Commit gives the patch, or NULL if nothing
 * changed. Apply does a patch, or undoes it if `reverse`. */
void cj_graph_begin (CjGraph *graph);
CjPatch *cj_graph_commit (CjGraph *graph);
gboolean cj_graph_apply (CjGraph *graph, const CjPatch *patch, gboolean reverse, GError **error);
CjPatch *cj_patch_new (GVariant *changes);
void cj_patch_free (CjPatch *patch);

/* The network as an array of dictionaries, and back. A layer that is not installed becomes a
 * placeholder that keeps its data. Load replaces all nodes or nothing; those that were there stay in
 * their blocks. */
GVariant *cj_graph_save (const CjGraph *graph);
gboolean cj_graph_load (CjGraph *graph, GVariant *data, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjGraph, cj_graph_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjPatch, cj_patch_free)

G_END_DECLS
