/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Models of the Open Neural Network Exchange (https://onnx.ai): a graph of operators with their weights, read
 * through protobuf-c by the schema onnx.proto. What a file may make of itself is bounded before it is unpacked:
 * its size, how deep its messages lie in each other, and how much memory they take; every tensor's shape is
 * compared with the bytes there are. What operators mean is not looked at. */
#pragma once

#include "cj-extra.h"

G_BEGIN_DECLS

#define CJD_ONNX_MAX_FILE ((gsize) 1 << 31)  /* bytes of a model, as in the standard */
#define CJD_ONNX_MAX_BYTES ((gsize) 1 << 33) /* of all its tensors, in this file and others */
#define CJD_ONNX_MAX_DEPTH 100               /* of messages within messages */
#define CJD_ONNX_MIN_OPSET 7                 /* read without a warning */

typedef struct
{
  char *name;
  CjArray *value;       /* NULL: of a type that is not read, */
  const char *type;     /* this one; static */
  gboolean is_external; /* its numbers lie in a file of their own */
} CjdOnnxTensor;

typedef enum
{
  CJD_ONNX_TENSOR,
  CJD_ONNX_SEQUENCE, /* of tensors */
  CJD_ONNX_OPTIONAL, /* a tensor or a sequence, or nothing */
  CJD_ONNX_OTHER     /* a map or the like */
} CjdOnnxKind;

/* What is known of a value: its type and its shape. */
typedef struct
{
  char *name;
  CjdOnnxKind kind;
  gboolean is_tensor;
  gboolean has_type;
  CjArrayType type;
  gboolean has_shape;
  guint n;
  gint64 d[CJ_ARRAY_MAX_DIMS];    /* -1: free */
  char *names[CJ_ARRAY_MAX_DIMS]; /* of a free one, or NULL */
} CjdOnnxInfo;

typedef struct
{
  char *name;         /* may be empty */
  char *domain;       /* "" for the standard's own */
  GPtrArray *inputs;  /* char *, "" for one that is not given */
  GPtrArray *outputs; /* the same */
  CjExtraNode *op;    /* type, version and attributes; graphs in attributes are CjdOnnxGraph */
} CjdOnnxNode;

typedef struct
{
  GPtrArray *nodes;   /* CjdOnnxNode */
  GPtrArray *tensors; /* CjdOnnxTensor, the initialisers */
  GPtrArray *inputs;  /* CjdOnnxInfo; initialisers may be among them */
  GPtrArray *outputs; /* CjdOnnxInfo */
  GPtrArray *infos;   /* CjdOnnxInfo, of values in between */
} CjdOnnxGraph;

/* An operator made of operators. */
typedef struct
{
  char *domain, *name;
  GPtrArray *inputs, *outputs; /* char * */
  GPtrArray *presets;          /* CjAttr that calls need not give */
  CjdOnnxGraph *body;          /* nodes only */
} CjdOnnxFunction;

typedef struct
{
  gint64 ir_version;
  gint64 opset;         /* version of the standard's operators, 1 unless said */
  char *producer;       /* program and version, "" if it does not say */
  char *name;           /* of the graph */
  GPtrArray *functions; /* CjdOnnxFunction */
  GPtrArray *notes;     /* char *, keys and texts in turn */
  CjdOnnxGraph *graph;
} CjdOnnx;

/* Reads a model; tensors that lie in other files are read from the model's folder and nowhere else. The error
 * names the file. Any thread. You free. */
CjdOnnx *cjd_onnx_load (const char *path, GError **error);
/* The same of bytes; folder NULL refuses tensors in other files. */
CjdOnnx *cjd_onnx_parse (GBytes *bytes, const char *folder, GError **error);
void cjd_onnx_free (CjdOnnx *model);

/* The function of a name, or NULL. */
const CjdOnnxFunction *cjd_onnx_find_function (const CjdOnnx *model, const char *domain,
                                               const char *name);

/* A value of a kind from a file of its own, as test sets have them; an optional that holds nothing is an absent array.
 * CJD_ONNX_OTHER is refused. */
CjArray *cjd_onnx_value_parse (GBytes *bytes, CjdOnnxKind kind, GError **error);

/* One tensor of a file of its own, as test sets have them; cjd_onnx_tensor_load names the file in errors. */
CjArray *cjd_onnx_tensor_parse (GBytes *bytes, GError **error);
CjArray *cjd_onnx_tensor_load (const char *path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjdOnnx, cjd_onnx_free)

G_END_DECLS
