/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs an ONNX model as it is written, operator by operator, on values of any type: what its layers on the canvas
 * are compared with, what folds the constant parts of an import, and what the standard's own tests are run by. */
#pragma once

#include "onnx.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define CJL_ONNX_MAX_LIVE ((gsize) 1 << 33) /* bytes of all values that are alive at once */
#define CJL_ONNX_MAX_TRACED (1 << 16)       /* operators that are run to trace a model */

/* The inputs of a model that are no initialisers, in order: CjdOnnxInfo, borrowed. You free the array. */
GPtrArray *cjl_onnx_list_inputs (const CjdOnnxGraph *graph);

/* What in a model cannot be run, as "Operator “Foo” (node “x”, version 13)": char *, empty if all can. */
GPtrArray *cjl_onnx_list_unknown (const CjdOnnx *model);
/* The names alone: "Foo", "com.acme.Bar", each once; NULL if there is none. You free. */
char *cjl_onnx_print_unknown (const CjdOnnx *model);

/* Answers with the outputs in order: an array that owns its CjArray. `inputs` as cjl_onnx_list_inputs has them;
 * NULL is one that is not given. Values live until their last use. The error names operator and node; its code
 * is CJ_ERROR_PARAM where something is not done here. Any thread. */
GPtrArray *cjl_onnx_run (const CjdOnnx *model, CjArray *const *inputs, guint n_inputs,
                         GCancellable *cancellable, GError **error);

/* The same, and keeps everything: a table from the names of all values of the graph (borrowed from the model) to
 * CjArray, initialisers among them. What fails is not there, nor what reads from it, nor what comes
 * behind CJL_ONNX_MAX_TRACED operators. You unref. */
GHashTable *cjl_onnx_trace (const CjdOnnx *model, CjArray *const *inputs, guint n_inputs,
                            GError **error);

/* An operator's name with its domain, "com.acme.Bar"; the standard's has none. You free. */
char *cjl_onnx_op_name (const CjdOnnxNode *node);

/* Places of the nodes that outputs need, each behind those it reads from: guint. You unref. */
GArray *cjl_onnx_order (const CjdOnnxGraph *graph);

G_END_DECLS
