/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dense row-major arrays. Outside a program every picture is N C H W and every sequence N T C. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CJ_MAX_DIMS 6

typedef enum
{
  CJ_FLOAT32,
  CJ_INT32,
  CJ_UINT8
} CjDtype;

/* Sizes of the dimensions; n_dims 0 is a scalar. Value type. */
typedef struct
{
  guint n_dims;
  gint64 dims[CJ_MAX_DIMS];
} CjShape;

/* An array with an atomic reference count. The data is 64-byte aligned and belongs to the tensor. */
typedef struct
{
  gint ref_count;
  CjDtype dtype;
  CjShape shape;
  void *data;
} CjTensor;

CjShape cj_shape (guint n_dims, const gint64 *dims);
CjShape cj_shape1 (gint64 a);
CjShape cj_shape2 (gint64 a, gint64 b);
CjShape cj_shape3 (gint64 a, gint64 b, gint64 c);
CjShape cj_shape4 (gint64 a, gint64 b, gint64 c, gint64 d);

/* `shape` with `n` put before its first dimension. */
CjShape cj_shape_batched (const CjShape *shape, gint64 n);
gint64 cj_shape_size (const CjShape *shape); /* number of elements */
gboolean cj_shape_equal (const CjShape *a, const CjShape *b);

/* Product of the dimensions times the element size; FALSE if negative or over 2^47 bytes. */
gboolean cj_shape_bytes (const CjShape *shape, CjDtype dtype, gsize *bytes);

/* "64×28×28", "scalar" for no dimensions. You free. */
char *cj_shape_print (const CjShape *shape);

/* The same without the first dimension, the batch. You free. */
char *cj_shape_print_sample (const CjShape *shape);

gsize cj_dtype_size (CjDtype dtype);

/* New zeroed tensor; aborts only on exhausted memory: check sizes from files with cj_shape_bytes. */
CjTensor *cj_tensor_new (CjDtype dtype, const CjShape *shape);
CjTensor *cj_tensor_dup (const CjTensor *tensor);
CjTensor *cj_tensor_ref (CjTensor *tensor);
void cj_tensor_unref (CjTensor *tensor);
gsize cj_tensor_bytes (const CjTensor *tensor);

static inline float *
cj_tensor_f32 (const CjTensor *tensor)
{
  g_assert (tensor->dtype == CJ_FLOAT32);
  return tensor->data;
}

static inline gint32 *
cj_tensor_i32 (const CjTensor *tensor)
{
  g_assert (tensor->dtype == CJ_INT32);
  return tensor->data;
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjTensor, cj_tensor_unref)

G_END_DECLS
