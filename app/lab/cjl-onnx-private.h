/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by cjl-onnx-run.c, cjl-onnx-flow.c, cjl-onnx-sequence.c and cjl-onnx-inline.c. */
#pragma once

#include "cjl-onnx-run.h"

G_BEGIN_DECLS

/* The values of a graph under way; a graph within a graph sees those around it. */
typedef struct _CjlOnnxScope CjlOnnxScope;
struct _CjlOnnxScope
{
  const CjdOnnx *model;
  CjlOnnxScope *around;  /* or NULL */
  GHashTable *values;    /* names (borrowed) to CjArray */
  GHashTable *uses;      /* names to how often they are still wanted */
  const CjExtraNode *as; /* in a function: the call, for its attributes */
  guint depth;
  GCancellable *cancellable;
  gsize *live; /* bytes of all scopes */
  guint *left; /* nodes that may still be run; NULL: as many as there are */
};

/* A graph in a scope of its own within `around`, which may hold values already if it is a function's; its outputs
 * are added to `results`. */
gboolean cjl_onnx_run_graph (CjlOnnxScope *around, const CjdOnnxGraph *graph,
                             CjArray *const *inputs, guint n_inputs, GPtrArray *results,
                             GError **error);

/* A node in a function, whose attributes may be those of the call, `as`; or a call of `function` with those that it
 * need not give. The copies are shallow and live as long as what they are of. You free. */
CjExtraNode *cjl_onnx_fill_attrs (const CjExtraNode *op, const CjExtraNode *as,
                                  const CjdOnnxFunction *function);

/* The operators that hold graphs or take what is no tensor; NULL: it is none of them. */
typedef gboolean (*CjlOnnxFlow) (CjlOnnxScope *scope, const CjExtraNode *op, CjArray *const *in,
                                 guint n_in, CjArray **out, guint n_out, GError **error);
CjlOnnxFlow cjl_onnx_find_flow (const char *op);
/* Those of sequences and optional values among them. */
CjlOnnxFlow cjl_onnx_find_sequence (const char *op);
/* The graph in an attribute; NULL and an error if there is none. Borrowed. */
const CjdOnnxGraph *cjl_onnx_graph_of (const CjExtraNode *op, const char *name, GError **error);

/* References to results from `first` on; TRUE. */
gboolean cjl_onnx_give (GPtrArray *results, guint first, CjArray **out, guint n);

G_END_DECLS
