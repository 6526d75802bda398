/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by the parts of the import: cjl-onnx-import.c, its rules, views and cards. */
#pragma once

#include "cjl-onnx-import.h"
#include "cjl-onnx-inline.h"

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
  CjlOnnxFlat flat;
  const CjdOnnx *model; /* that of `flat` */
  GHashTable *values;   /* names to CjArray, for the inputs that it was traced with */
  GHashTable *others;   /* the same for one sample more; NULL: it does not run then */
  gint64 batch;         /* of the first */
  GPtrArray *inputs;    /* CjArray: those it was traced with */
  int *input_axes;      /* which dimension of each counts samples, -1: none */
  GHashTable *flows;    /* names of values that depend on the input */
  GHashTable *users;    /* names to GPtrArray of CjdOnnxNode that read them */
  GHashTable *ends;     /* names of results of the model */
  GHashTable *makers;   /* names to the CjdOnnxNode that makes them */
  GHashTable *made;     /* names to CjlOnnxMade */
  GHashTable *views;    /* names to CjlOnnxView, of what lies on the canvas in another layout */
  GHashTable *turned;   /* names [N, C, T] to CjlOnnxMade [N, T, C] */
  GHashTable *cells;    /* CjNode of recurrent layers to what is known of them */
  GHashTable *lowered;  /* names to the CjlOnnxMade that they stood for before `lift`; NULL: none */
  GHashTable *readers; /* CjNode to GPtrArray of those that read it, while blocks are looked for, */
  GHashTable *results; /* and CjNode that make results of the model */
  const char *lift;    /* while a rule works on what lies in this layout, else NULL */
  GHashTable *done;    /* CjdOnnxNode that are part of a layer already */
  CjGraph *graph;
  GPtrArray *weights;     /* CjdNamedTensor */
  GPtrArray *unknown;     /* char *: ids of placeholders and their layers, in turn */
  GPtrArray *remarks;     /* char *: sentences about what is not as in the model */
  gboolean channels_last; /* samples are pictures, whose channels the model has last */
  const char *front; /* how samples of the data are laid out anew: "3x8x8", "" flat; NULL: not */
} CjlOnnxImport;

void cjl_onnx_import_init (CjlOnnxImport *import, const CjdOnnx *model, CjGraph *graph);
void cjl_onnx_import_clear (CjlOnnxImport *import);
/* Refuses models that the canvas cannot show. */
gboolean cjl_onnx_import_check (const CjdOnnx *model, GError **error);
/* Runs the model on samples, one array an input, and on one more, then makes the network. */
gboolean cjl_onnx_import_convert (CjlOnnxImport *import, CjArray *const *inputs, guint n_inputs,
                                  GError **error);
/* All that is to be said of the network: placeholders, then remarks; NULL: nothing. You free. */
char *cjl_onnx_import_print (const CjlOnnxImport *import);

/* The value of a name while it was traced, or NULL. */
CjArray *cjl_onnx_value (const CjlOnnxImport *import, const char *name);
/* The same if it does not depend on the input, and is the same for every batch; else NULL. */
CjArray *cjl_onnx_constant (const CjlOnnxImport *import, const char *name);
/* The name of input or output `i` of a node, "" where there is none. */
const char *cjl_onnx_input (const CjdOnnxNode *node, guint i);
const char *cjl_onnx_output (const CjdOnnxNode *node, guint i);
/* Whether input `i` depends on the model's input. */
gboolean cjl_onnx_flows (const CjlOnnxImport *import, const CjdOnnxNode *node, guint i);
/* Whether an input is known, does not depend on the sample, and is zero throughout. */
gboolean cjl_onnx_is_zero (const CjlOnnxImport *import, const CjdOnnxNode *node, guint i);

/* The node that makes a value, or NULL: an input, an initialiser. */
const CjdOnnxNode *cjl_onnx_maker (const CjlOnnxImport *import, const char *name);
/* The only node that reads a value, or NULL; a result of the model is read by somebody else as well. */
const CjdOnnxNode *cjl_onnx_only_user (const CjlOnnxImport *import, const char *name);

/* Adds a layer under the node's name, wired to the value of name `x`, with "name=value" settings ended by NULL. */
CjNode *cjl_onnx_put (CjlOnnxImport *import, const char *layer, const CjdOnnxNode *node,
                      const char *x, GError **error, ...) G_GNUC_NULL_TERMINATED;
gboolean cjl_onnx_wire (CjlOnnxImport *import, const char *x, CjNode *to, guint port,
                        GError **error);
gboolean cjl_onnx_set (CjlOnnxImport *import, CjNode *node, GError **error, const char *name,
                       const char *format, ...) G_GNUC_PRINTF (5, 6);
/* The same without an operator's name and a first wire: a layer called `name`, made free in the graph. */
CjNode *cjl_onnx_put_named (CjlOnnxImport *import, const char *layer, const char *name,
                            GError **error);
/* Notes that a port gives a value; while a rule is lifted, in the layout of its input. */
void cjl_onnx_note (CjlOnnxImport *import, const char *name, CjNode *node, guint port);
/* The numbers of an array as a weight of a node, in the array's shape or another one. */
void cjl_onnx_weight (CjlOnnxImport *import, const CjNode *node, const char *name,
                      const CjArray *array, const CjShape *shape);
/* The same with rows and columns exchanged. */
void cjl_onnx_weight_turned (CjlOnnxImport *import, const CjNode *node, const char *name,
                             const CjArray *array, const CjShape *shape);

/* Dimensions as a shape; a scalar is one number. */
CjShape cjl_onnx_shape_of (const CjDims *dims);

/* What an input that does not depend on the model's has for each sample, where that is the same for all: [1, ..]. You
 * unref; NULL: it is something else. */
CjArray *cjl_onnx_dup_slice (const CjlOnnxImport *import, const CjdOnnxNode *node, guint i);

/* A card of one operator; FALSE in *fits: it has more to it than a card can say. */
gboolean cjl_onnx_add_card (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *fits,
                            GError **error);
/* A card that keeps the place of what cannot be one: wired to what it reads. */
gboolean cjl_onnx_put_placeholder (CjlOnnxImport *import, const CjdOnnxNode *node, GError **error);

/* Layers that are a Transformer block together become one. */
gboolean cjl_onnx_join_blocks (CjlOnnxImport *import, GError **error);

/* Makes a layer of a node if one stands for it; *handled says so. FALSE: an error. */
gboolean cjl_onnx_add_layer (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                             GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CjlOnnxImport, cjl_onnx_import_clear)

G_END_DECLS
