/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the elements of a value come from. Exporters cut values into heads and put them together again by ever other
 * rows of Reshape, Transpose, Slice, Gather and Split; these are run on the numbers of the elements, so that it does
 * not matter which. */
#pragma once

#include "cjl-onnx-import-private.h"

G_BEGIN_DECLS

/* A value on the way back: `through` makes the one before it in the list (NULL: times a number), and all so far
 * times `factor`. */
typedef struct
{
  const char *name;
  const CjdOnnxNode *through;
  double factor;
} CjlOnnxStage;

/* Whether a node only moves the elements of its first input. */
gboolean cjl_onnx_moves (const CjlOnnxImport *import, const CjdOnnxNode *node);

/* The values that a value is made of by moving elements and by products with one number: itself first. You unref. */
GArray *cjl_onnx_walk_back (const CjlOnnxImport *import, const char *name);
/* In the shape of the first value, the number of the element of that stage that each is; int64. NULL: out of
 * memory, or not to be told. You unref. */
CjArray *cjl_onnx_trace_back (const CjlOnnxImport *import, const GArray *stages, guint stage);

/* Whether `name`, whose elements have these numbers in the first value, is what is looked for. */
typedef gboolean (*CjlOnnxWanted) (const CjlOnnxImport *import, const char *name,
                                   const CjArray *numbers, gpointer data);
/* Follows a value on through nodes that move its elements up to what is wanted: its numbers; NULL: it is not there.
 * You unref. */
CjArray *cjl_onnx_trace_on (const CjlOnnxImport *import, const char *name, CjlOnnxWanted wanted,
                            gpointer data);

/* A dense layer: y = x W + b. */
typedef struct
{
  const CjdOnnxNode *node; /* the product */
  const char *x, *y;
  const CjArray *weight;
  CjArray *bias; /* or NULL */
  gboolean turned;
  gint64 n_in, n_out;
} CjlOnnxLinear;

/* The dense layer that makes a value; FALSE: it is none. */
gboolean cjl_onnx_read_linear (const CjlOnnxImport *import, const char *name,
                               CjlOnnxLinear *linear);
double cjl_onnx_linear_get (const CjlOnnxLinear *linear, gint64 out, gint64 in);

G_END_DECLS
