/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjd-reader.h"
#include "picture.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Luma of ITU-R BT.601 from three channels, or the first of the others; or three times the same. */
static void
convert (const float *from, gint64 c_from, gint64 c, gint64 plane, float *to)
{
  static const float luma[3] = { 0.299f, 0.587f, 0.114f };

  for (gint64 k = 0; k < c; k++)
    for (gint64 i = 0; i < plane; i++)
      {
        if (c == c_from)
          to[k * plane + i] = from[k * plane + i];
        else if (c == 1 && c_from == 3)
          to[i] = luma[0] * from[i] + luma[1] * from[plane + i] + luma[2] * from[2 * plane + i];
        else
          to[k * plane + i] = from[MIN (k, c_from - 1) * plane + i];
      }
}

static void
fit_sample (const CjdDataset *dataset, gsize sample, const CjShape *shape, float *values,
            float *planes, CjTensor *out)
{
  const CjShape old = cjd_dataset_get_x_shape (dataset);
  const gint64 *from = old.dims, *to = shape->dims + 1;
  const gint64 size = cj_shape_size (&old), old_plane = from[1] * from[2], plane = to[1] * to[2];
  const gint64 at = (gint64) sample * to[0] * plane;

  for (gint64 i = 0; i < size; i++)
    values[i] = dataset->x_dtype == CJ_UINT8
                    ? ((const guint8 *) dataset->x->data)[(gint64) sample * size + i]
                    : ((const float *) dataset->x->data)[(gint64) sample * size + i];
  convert (values, from[0], to[0], old_plane, planes);
  for (gint64 k = 0; k < to[0]; k++)
    {
      cjd_plane_fit (planes + k * old_plane, (guint) from[1], (guint) from[2], (guint) to[1],
                     (guint) to[2], values);
      for (gint64 i = 0; i < plane; i++)
        if (dataset->x_dtype == CJ_UINT8)
          ((guint8 *) out->data)[at + k * plane + i] = (guint8) (CLAMP (values[i], 0, 255) + 0.5f);
        else
          cj_tensor_f32 (out)[at + k * plane + i] = values[i];
    }
}

CjdDataset *
cjd_dataset_fit (CjdDataset *dataset, const int size[2], CjdChannels channels, GError **error)
{
  const CjShape old = cjd_dataset_get_x_shape (dataset);
  CjShape shape = dataset->x_shape;
  g_autofree float *values = NULL, *planes = NULL;
  gsize bytes, room;

  if (old.n_dims != 3 || dataset->x == NULL || dataset->x_dtype == CJ_INT32)
    return dataset;
  if (channels != CJD_CHANNELS_FILE)
    shape.dims[1] = channels == CJD_CHANNELS_GREY ? 1 : 3;
  for (guint i = 0; i < 2; i++)
    if (size[i] > 0)
      shape.dims[2 + i] = size[i];
  if (cj_shape_equal (&shape, &dataset->x_shape))
    return dataset;
  if (!cj_shape_bytes (&shape, dataset->x_dtype, &bytes) || bytes > CJD_READ_MAX_BYTES)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_MEMORY,
                   _ ("%s: At this size the pictures take more than 2 GiB. Choose a smaller one."),
                   dataset->name);
      cjd_dataset_unref (dataset);
      return NULL;
    }
  room = (gsize) (MAX (old.dims[1] * old.dims[2], shape.dims[2] * shape.dims[3])
                  * MAX (old.dims[0], shape.dims[1]));
  values = g_new (float, room + 1);
  planes = g_new (float, room + 1);
  {
    CjTensor *x = cj_tensor_new (dataset->x_dtype, &shape);
    g_autofree char *before = cj_shape_print (&old);
    const CjShape one = cj_shape (3, shape.dims + 1);
    g_autofree char *after = cj_shape_print (&one);

    for (gsize i = 0; i < cjd_dataset_get_n_samples (dataset); i++)
      fit_sample (dataset, i, &shape, values, planes, x);
    cj_tensor_unref (dataset->x);
    dataset->x = x;
    dataset->x_shape = shape;
    dataset->n_channels = (guint) shape.dims[1];
    dataset->mean = g_renew (float, dataset->mean, dataset->n_channels + 1);
    dataset->std = g_renew (float, dataset->std, dataset->n_channels + 1);
    cjd_dataset_take_note (dataset, g_strdup_printf (_ ("Resized from %s to %s."), before, after));
  }
  cjd_dataset_split (dataset, CJD_SPLIT_VAL, 0, 0);
  return dataset;
}
