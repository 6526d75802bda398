/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Graphs of neurons in the Neuromorphic Intermediate Representation, HDF5 files that end in .nir: J. Pedersen
 * et al., "Neuromorphic intermediate representation: a unified instruction set for interoperable
 * brain-inspired computing", Nature Communications 15, 2024. A file has a group "node" with "type", "edges"
 * (pairs of names) and "nodes", a group each: its "type" and its parameters. Times are in seconds. */
#pragma once

#include "npz.h"

G_BEGIN_DECLS

#define CJD_NIR_MAX_NODES 4096
#define CJD_NIR_MAX_EDGES 65536
#define CJD_NIR_MAX_DEPTH 8 /* of graphs within graphs */

typedef struct
{
  char *name;        /* of one in a graph within the graph "outer.inner" */
  char *type;        /* "LIF" */
  gboolean inner;    /* in a graph within the graph */
  GPtrArray *arrays; /* CjdNpyArray by name */
  GPtrArray *texts;  /* char *, names and texts in turn */
} CjdNirNode;

typedef struct
{
  guint from, to; /* places in nodes */
} CjdNirEdge;

/* Graphs within the graph are dissolved: their nodes stand beside the others, and wires to and from such
 * a graph go to its Input and come from its Output. */
typedef struct
{
  GPtrArray *nodes; /* CjdNirNode, in the order of the file */
  GArray *edges;    /* CjdNirEdge */
} CjdNirGraph;

/* Reads a graph of the bytes of a file; every size is checked. What a type means is not looked at. Errors
 * are sentences without the file's name; of load with it. You free. */
CjdNirGraph *cjd_nir_parse (GBytes *bytes, GError **error);
CjdNirGraph *cjd_nir_load (const char *path, GError **error);
CjdNirGraph *cjd_nir_graph_new (void);
void cjd_nir_graph_free (CjdNirGraph *graph);

/* A parameter of a node, or NULL; a text, or NULL. Borrowed. */
const CjdNpyArray *cjd_nir_node_find (const CjdNirNode *node, const char *name);
const char *cjd_nir_node_find_text (const CjdNirNode *node, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjdNirGraph, cjd_nir_graph_free)

G_END_DECLS
