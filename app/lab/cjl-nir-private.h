/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by cjl-nir*.c. */
#pragma once

#include "cjl-nir.h"

#include "cj-program.h"
#include "hdf5.h"
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

/* --- writing --- */

/* A network on its way to become a graph. */
typedef struct
{
  CjlProject *project;
  const CjlNirOptions *options;
  CjProgram *program; /* with the weights */
  const CjLowered *lowered;
  CjdHdf5Out *out;
  GPtrArray **from; /* by place of a node: char *, names of what its result is the sum of */
  GPtrArray *edges; /* char *, in turn */
  CjShape input;    /* at a moment; no dimensions: nothing took it yet */
  gboolean rows;    /* pictures are rows, C 1 L here and C L there */
  double dt;        /* of a moment, ms; 0: no neuron has said yet */
} CjlNirExport;

/* Why a layer cannot be written, to be read on from its name. Always FALSE. */
gboolean cjl_nir_refuse (const CjNode *node, GError **error, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

const CjLoweredNode *cjl_nir_get_lowered (const CjlNirExport *e, const CjNode *node);
/* A sample of a node's result at a moment, as NIR has it; time is the first axis of sequences. */
CjShape cjl_nir_get_moment (const CjlNirExport *e, const CjNode *node);

/* Whether all pictures are rows and convolutions look along these, so that they are of NIR's one axis. */
gboolean cjl_nir_has_rows (const CjlNirExport *e);

/* Writes a field of a node of the graph. */
void cjl_nir_put_text (CjlNirExport *e, const char *name, const char *field, const char *text);
void cjl_nir_put_ints (CjlNirExport *e, const char *name, const char *field, guint n,
                       const gint64 *numbers);
void cjl_nir_add_edge (CjlNirExport *e, const char *from, const char *to);

/* All neurons of a graph step by the same moment; refuses another than that of those before. */
gboolean cjl_nir_take_dt (CjlNirExport *e, const CjNode *node, GError **error);

/* Writes a layer whose sources are written, and notes what its result is. */
gboolean cjl_nir_write_node (CjlNirExport *e, const CjNode *node, GError **error);

G_END_DECLS
