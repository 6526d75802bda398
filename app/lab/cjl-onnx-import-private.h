/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by cjl-onnx-import.c and cjl-onnx-layers.c. */
#pragma once

#include "cjl-onnx-import.h"

G_BEGIN_DECLS

/* What gives a value on the canvas. */
typedef struct
{
  CjNode *node;
  guint port;
} CjlOnnxMade;

/* A model on its way to become a network. */
typedef struct
{
  const CjdOnnx *model;
  GHashTable *values; /* names to CjArray, for the inputs that it was traced with */
  GHashTable *others; /* the same for one sample more; NULL: it does not run then */
  gint64 batch;       /* of the first */
  GHashTable *flows;  /* names of values that depend on the input */
  GHashTable *users;  /* names to GPtrArray of CjdOnnxNode that read them */
  GHashTable *ends;   /* names of results of the model */
  GHashTable *made;   /* names to CjlOnnxMade */
  GHashTable *done;   /* CjdOnnxNode that are part of a layer already */
  CjGraph *graph;
  GPtrArray *weights; /* CjdNamedTensor */
  GPtrArray *unknown; /* char *: ids of placeholders and their layers, in turn */
  const char *front;  /* how samples of the data are laid out anew: "3x8x8", "" flat; NULL: not */
} CjlOnnxImport;

void cjl_onnx_import_init (CjlOnnxImport *import, const CjdOnnx *model, CjGraph *graph);
void cjl_onnx_import_clear (CjlOnnxImport *import);
/* Refuses models that the canvas cannot show. */
gboolean cjl_onnx_import_check (const CjdOnnx *model, GError **error);
/* Runs the model on a sample and on one more, then makes the network. */
gboolean cjl_onnx_import_convert (CjlOnnxImport *import, CjArray *x, GError **error);

/* The value of a name while it was traced, or NULL. */
CjArray *cjl_onnx_value (const CjlOnnxImport *import, const char *name);
/* The same if it does not depend on the input, and is the same for every batch; else NULL. */
CjArray *cjl_onnx_constant (const CjlOnnxImport *import, const char *name);
/* The name of input or output `i` of a node, "" where there is none. */
const char *cjl_onnx_input (const CjdOnnxNode *node, guint i);
const char *cjl_onnx_output (const CjdOnnxNode *node, guint i);
/* Whether input `i` depends on the model's input. */
gboolean cjl_onnx_flows (const CjlOnnxImport *import, const CjdOnnxNode *node, guint i);

/* The only node that reads a value, or NULL; a result of the model is read by somebody else as well. */
const CjdOnnxNode *cjl_onnx_only_user (const CjlOnnxImport *import, const char *name);

/* Adds a layer under the node's name, wired to the value of name `x`, with "name=value" settings ended by NULL. */
CjNode *cjl_onnx_put (CjlOnnxImport *import, const char *layer, const CjdOnnxNode *node,
                      const char *x, GError **error, ...) G_GNUC_NULL_TERMINATED;
gboolean cjl_onnx_wire (CjlOnnxImport *import, const char *x, CjNode *to, guint port,
                        GError **error);
gboolean cjl_onnx_set (CjlOnnxImport *import, CjNode *node, GError **error, const char *name,
                       const char *format, ...) G_GNUC_PRINTF (5, 6);
/* Notes that a port gives a value. */
void cjl_onnx_note (CjlOnnxImport *import, const char *name, CjNode *node, guint port);
/* The numbers of an array as a weight of a node, in the array's shape or another one. */
void cjl_onnx_weight (CjlOnnxImport *import, const CjNode *node, const char *name,
                      const CjArray *array, const CjShape *shape);
/* The same with rows and columns exchanged. */
void cjl_onnx_weight_turned (CjlOnnxImport *import, const CjNode *node, const char *name,
                             const CjArray *array);

/* Makes a layer of a node if one stands for it; *handled says so. FALSE: an error. */
gboolean cjl_onnx_add_layer (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                             GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CjlOnnxImport, cjl_onnx_import_clear)

G_END_DECLS
