/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-tensor.h"

#include <stdlib.h>
#include <string.h>

#define ALIGNMENT 64
#define MAX_BYTES (G_GUINT64_CONSTANT (1) << 47)

CjShape
cj_shape (guint n_dims, const gint64 *dims)
{
  CjShape shape = { .n_dims = n_dims };

  g_assert (n_dims <= CJ_MAX_DIMS);
  for (guint i = 0; i < n_dims; i++)
    shape.dims[i] = dims[i];
  return shape;
}

CjShape
cj_shape1 (gint64 a)
{
  return (CjShape){ 1, { a } };
}

CjShape
cj_shape2 (gint64 a, gint64 b)
{
  return (CjShape){ 2, { a, b } };
}

CjShape
cj_shape3 (gint64 a, gint64 b, gint64 c)
{
  return (CjShape){ 3, { a, b, c } };
}

CjShape
cj_shape4 (gint64 a, gint64 b, gint64 c, gint64 d)
{
  return (CjShape){ 4, { a, b, c, d } };
}

CjShape
cj_shape_batched (const CjShape *shape, gint64 n)
{
  CjShape batched = { .n_dims = shape->n_dims + 1 };

  g_assert (shape->n_dims < CJ_MAX_DIMS);
  batched.dims[0] = n;
  for (guint i = 0; i < shape->n_dims; i++)
    batched.dims[i + 1] = shape->dims[i];
  return batched;
}

gint64
cj_shape_size (const CjShape *shape)
{
  gint64 size = 1;

  for (guint i = 0; i < shape->n_dims; i++)
    size *= shape->dims[i];
  return size;
}

gboolean
cj_shape_equal (const CjShape *a, const CjShape *b)
{
  if (a->n_dims != b->n_dims)
    return FALSE;
  for (guint i = 0; i < a->n_dims; i++)
    if (a->dims[i] != b->dims[i])
      return FALSE;
  return TRUE;
}

gboolean
cj_shape_bytes (const CjShape *shape, CjDtype dtype, gsize *bytes)
{
  guint64 total = cj_dtype_size (dtype);

  if (shape->n_dims > CJ_MAX_DIMS)
    return FALSE;
  for (guint i = 0; i < shape->n_dims; i++)
    {
      if (shape->dims[i] < 0)
        return FALSE;
      if (!g_uint64_checked_mul (&total, total, (guint64) shape->dims[i]) || total > MAX_BYTES)
        return FALSE;
    }
  *bytes = total;
  return TRUE;
}

char *
cj_shape_print (const CjShape *shape)
{
  GString *text = g_string_new (NULL);

  if (shape->n_dims == 0)
    g_string_append (text, "scalar");
  for (guint i = 0; i < shape->n_dims; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i == 0 ? "" : "×", shape->dims[i]);
  return g_string_free (text, FALSE);
}

char *
cj_shape_print_sample (const CjShape *shape)
{
  const CjShape sample = cj_shape (MAX (shape->n_dims, 1) - 1, shape->dims + 1);

  return cj_shape_print (&sample);
}

gsize
cj_dtype_size (CjDtype dtype)
{
  return dtype == CJ_UINT8 ? 1 : 4;
}

CjTensor *
cj_tensor_new (CjDtype dtype, const CjShape *shape)
{
  CjTensor *tensor = g_new0 (CjTensor, 1);
  gsize bytes = 0;
  const gboolean fits = cj_shape_bytes (shape, dtype, &bytes);

  g_assert (fits);
  tensor->ref_count = 1;
  tensor->dtype = dtype;
  tensor->shape = *shape;
  bytes = (MAX (bytes, 1) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  tensor->data = aligned_alloc (ALIGNMENT, bytes);
  if (tensor->data == NULL)
    g_error ("out of memory: a tensor of %" G_GSIZE_FORMAT " bytes", bytes);
  memset (tensor->data, 0, bytes);
  return tensor;
}

CjTensor *
cj_tensor_dup (const CjTensor *tensor)
{
  CjTensor *copy = cj_tensor_new (tensor->dtype, &tensor->shape);

  memcpy (copy->data, tensor->data, cj_tensor_bytes (tensor));
  return copy;
}

CjTensor *
cj_tensor_ref (CjTensor *tensor)
{
  g_atomic_int_inc (&tensor->ref_count);
  return tensor;
}

void
cj_tensor_unref (CjTensor *tensor)
{
  if (!g_atomic_int_dec_and_test (&tensor->ref_count))
    return;
  free (tensor->data);
  g_free (tensor);
}

gsize
cj_tensor_bytes (const CjTensor *tensor)
{
  return (gsize) cj_shape_size (&tensor->shape) * cj_dtype_size (tensor->dtype);
}
