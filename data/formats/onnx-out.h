/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Models of ONNX (Open Neural Network Exchange, https://onnx.ai), put together node by node and printed as
 * the standard's protocol buffers. Names are the caller's business: a value has one, a node its own. N
 * stands for a size that whoever runs the model chooses. For one thread at a time. */
#pragma once

#include "cj-tensor.h"

G_BEGIN_DECLS

#define CJD_ONNX_FREE (-1) /* a dimension that is free: "N" */

typedef struct _CjdOnnxOut CjdOnnxOut;

/* The numbers of the standard's DataType. */
typedef enum
{
  CJD_ONNX_FLOAT = 1,
  CJD_ONNX_UINT8 = 2,
  CJD_ONNX_INT8 = 3,
  CJD_ONNX_INT32 = 6,
  CJD_ONNX_INT64 = 7
} CjdOnnxType;

/* A model without nodes of the standard's operators as of `opset`. You free. */
CjdOnnxOut *cjd_onnx_out_new (const char *name, int opset);
void cjd_onnx_out_free (CjdOnnxOut *out);

void cjd_onnx_out_set_producer (CjdOnnxOut *out, const char *name, const char *version);
void cjd_onnx_out_set_doc (CjdOnnxOut *out, const char *text);
void cjd_onnx_out_add_note (CjdOnnxOut *out, const char *key,
                            const char *text); /* metadata_props */

/* Inputs and outputs in order; `doc` may be NULL. */
void cjd_onnx_out_add_input (CjdOnnxOut *out, const char *name, CjdOnnxType type,
                             const CjShape *shape, const char *doc);
void cjd_onnx_out_add_output (CjdOnnxOut *out, const char *name, CjdOnnxType type,
                              const CjShape *shape, const char *doc);

/* A constant of the model; copies the numbers, whose type `type` says. */
void cjd_onnx_out_add_constant (CjdOnnxOut *out, const char *name, CjdOnnxType type,
                                const CjShape *shape, gconstpointer data);

/* Appends a node; an input of "" is one left out. Attributes are set on the node that was added last. */
void cjd_onnx_out_add_node (CjdOnnxOut *out, const char *op, const char *name,
                            const char *const *inputs, guint n_inputs, const char *const *outputs,
                            guint n_outputs);
void cjd_onnx_out_set_int (CjdOnnxOut *out, const char *name, gint64 value);
void cjd_onnx_out_set_float (CjdOnnxOut *out, const char *name, double value);
void cjd_onnx_out_set_ints (CjdOnnxOut *out, const char *name, const gint64 *values, guint n);
void cjd_onnx_out_set_text (CjdOnnxOut *out, const char *name, const char *text);
void cjd_onnx_out_set_texts (CjdOnnxOut *out, const char *name, const char *const *texts, guint n);

/* Takes out nodes and constants that no output hangs on. */
void cjd_onnx_out_drop_unread (CjdOnnxOut *out);
/* How many nodes there are. */
guint cjd_onnx_out_get_n_nodes (const CjdOnnxOut *out);

/* The model as bytes; refused beyond the 2 GB that a message of protocol buffers may have. You unref. */
GBytes *cjd_onnx_out_print (CjdOnnxOut *out, GError **error);

/* One tensor, as test data beside a model are kept. You unref. */
GBytes *cjd_onnx_tensor_print (const char *name, CjdOnnxType type, const CjShape *shape,
                               gconstpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjdOnnxOut, cjd_onnx_out_free)

G_END_DECLS
