/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of reading ONNX: unpacking within bounds, tensors, graphs. */
#pragma once

#include "onnx.h"
#include "onnx.pb-c.h"

G_BEGIN_DECLS

/* Memory of unpacked messages: counted, and refused beyond a bound. */
typedef struct
{
  ProtobufCAllocator allocator;
  gsize taken, most;
} CjdOnnxMemory;

/* Unpacks a message of the bytes after their structure was walked through; free it with the same memory. */
ProtobufCMessage *cjd_onnx_unpack (const ProtobufCMessageDescriptor *descriptor, GBytes *bytes,
                                   CjdOnnxMemory *memory, GError **error);

/* What the tensors of a model are read with. */
typedef struct
{
  const char *folder; /* or NULL */
  gsize taken;        /* bytes of all tensors so far */
} CjdOnnxStore;

/* The value of a tensor; NULL without an error: it is of a type that is not read, *type. */
CjArray *cjd_onnx_read_tensor (const Onnx__TensorProto *proto, CjdOnnxStore *store,
                               const char **type, GError **error);
/* A sparse one, as a dense value. */
CjArray *cjd_onnx_read_sparse (const Onnx__SparseTensorProto *proto, CjdOnnxStore *store,
                               GError **error);
/* The type by the standard's number; FALSE: it is not read. *name is its name or a word for it. */
gboolean cjd_onnx_type (gint32 number, CjArrayType *type, const char **name);

G_END_DECLS
