/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by cjl-nir.c and cjl-nir-layers.c. */
#pragma once

#include "cjl-nir.h"

#include "nir.h"

G_BEGIN_DECLS

/* A graph on its way to become a network. */
typedef struct
{
  const CjdNirGraph *nir;
  const CjlNirOptions *options;
  CjGraph *graph;
  GPtrArray *weights; /* CjdNamedTensor; of one number where all units have it */
  CjNode **made;      /* by place of a node: what gives its result; NULL: nothing yet */
  int *feedback;      /* by place of a neuron: the matrix from it to itself, -1: none */
  const char *block;  /* that new layers are drawn in, NULL: none */
  GPtrArray *unknown; /* char *: ids of placeholders and their layers, in turn */
} CjlNirImport;

/* Makes the layers of a node behind `source` (NULL: an input), notes the last in made[] and its weights.
 * The error names the node. */
gboolean cjl_nir_add_layers (CjlNirImport *import, guint place, CjNode *source, GError **error);

/* Appends a layer, wired behind `from` (may be NULL), with "name=value" settings ended by NULL. */
CjNode *cjl_nir_add (CjlNirImport *import, const char *layer, const char *name, CjNode *from,
                     GError **error, ...) G_GNUC_NULL_TERMINATED;

/* Whether a node is a matrix with or without bias. */
gboolean cjl_nir_is_matrix (const CjdNirNode *node);

G_END_DECLS
