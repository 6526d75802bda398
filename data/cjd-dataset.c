/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjd-dataset.h"

#include <math.h>
#include <string.h>

typedef struct
{
  CjFeed feed;
  CjdDataset *dataset;
  guint32 *samples; /* positions in the dataset */
} DatasetFeed;

CjdDataset *
cjd_dataset_new (const char *name, CjTensor *x, CjTensor *y, guint n_classes,
                 const char *const *class_names)
{
  CjdDataset *dataset = g_new0 (CjdDataset, 1);

  dataset->ref_count = 1;
  dataset->name = g_strdup (name);
  dataset->x = x;
  dataset->y = y;
  dataset->n_classes = n_classes;
  dataset->class_names = g_strdupv ((char **) class_names);
  dataset->split = g_new0 (guint8, x->shape.dims[0] + 1);
  if (x->dtype != CJ_INT32)
    dataset->n_channels = x->shape.n_dims > 1 ? (guint) x->shape.dims[1] : 1;
  dataset->mean = g_new0 (float, dataset->n_channels + 1);
  dataset->std = g_new0 (float, dataset->n_channels + 1);
  for (guint i = 0; i < dataset->n_channels; i++)
    dataset->std[i] = 1;
  return dataset;
}

CjdDataset *
cjd_dataset_ref (CjdDataset *dataset)
{
  g_atomic_int_inc (&dataset->ref_count);
  return dataset;
}

void
cjd_dataset_unref (CjdDataset *dataset)
{
  if (!g_atomic_int_dec_and_test (&dataset->ref_count))
    return;
  cj_tensor_unref (dataset->x);
  cj_tensor_unref (dataset->y);
  g_strfreev (dataset->class_names);
  g_free (dataset->split);
  g_free (dataset->mean);
  g_free (dataset->std);
  g_free (dataset->name);
  g_free (dataset);
}

gsize
cjd_dataset_get_n_samples (const CjdDataset *dataset)
{
  return (gsize) dataset->x->shape.dims[0];
}

CjShape
cjd_dataset_get_x_shape (const CjdDataset *dataset)
{
  return cj_shape (dataset->x->shape.n_dims - 1, dataset->x->shape.dims + 1);
}

gsize
cjd_dataset_count (const CjdDataset *dataset, CjdSplit split)
{
  gsize count = 0;

  for (gsize i = 0; i < cjd_dataset_get_n_samples (dataset); i++)
    count += dataset->split[i] == split;
  return count;
}

void
cjd_dataset_mark (CjdDataset *dataset, gsize first, CjdSplit split)
{
  for (gsize i = first; i < cjd_dataset_get_n_samples (dataset); i++)
    dataset->split[i] = split;
}

/* Mean and deviation of every channel over the training samples. */
static void
measure (CjdDataset *dataset)
{
  const gsize n = cjd_dataset_get_n_samples (dataset), c = dataset->n_channels;
  const gsize plane = (gsize) cj_shape_size (&dataset->x->shape) / MAX (n * c, 1);
  const gboolean bytes = dataset->x->dtype == CJ_UINT8;

  for (gsize channel = 0; channel < c; channel++)
    {
      double sum = 0, squares = 0, count = 0;

      for (gsize i = 0; i < n; i++)
        {
          const gsize from = (i * c + channel) * plane;

          if (dataset->split[i] != CJD_SPLIT_TRAIN)
            continue;
          for (gsize j = from; j < from + plane; j++)
            {
              const double value = bytes ? ((const guint8 *) dataset->x->data)[j] / 255.0
                                         : ((const float *) dataset->x->data)[j];

              sum += value;
              squares += value * value;
            }
          count += (double) plane;
        }
      sum /= MAX (count, 1);
      dataset->mean[channel] = (float) sum;
      squares = MAX (squares / MAX (count, 1) - sum * sum, 0);
      dataset->std[channel] = squares > 1e-10 ? (float) sqrt (squares) : 1;
    }
}

static void
split_members (CjdDataset *dataset, guint32 *members, guint32 count, CjdSplit split, double share,
               guint64 seed, guint64 index)
{
  CjRng rng;

  cj_rng_init (&rng, seed, CJ_RNG_SPLIT, (guint64) split << 32 | index);
  cj_rng_shuffle (&rng, members, count);
  for (guint32 i = 0; i < (guint32) (count * share + 0.5); i++)
    dataset->split[members[i]] = (guint8) split;
}

void
cjd_dataset_split (CjdDataset *dataset, CjdSplit split, double share, guint64 seed)
{
  const guint32 n = (guint32) cjd_dataset_get_n_samples (dataset);
  const gboolean stratified = dataset->n_classes > 0 && dataset->y->shape.n_dims == 1;
  g_autofree guint32 *members = g_new (guint32, n + 1);

  for (guint class = 0; class < (stratified ? dataset->n_classes : 1); class ++)
    {
      guint32 count = 0;

      for (guint32 i = 0; i < n; i++)
        if (dataset->split[i] == CJD_SPLIT_TRAIN
            && (!stratified || cj_tensor_i32 (dataset->y)[i] == (gint32) class))
          members[count++] = i;
      split_members (dataset, members, count, split, share, seed, class);
    }
  measure (dataset);
}

static void
fill_x (const CjdDataset *dataset, gsize sample, gint64 size, void *to, gsize row)
{
  const gint64 c = dataset->n_channels, plane = c > 0 ? size / c : 0;
  float *out = (float *) to + row * (gsize) size;

  if (dataset->x->dtype == CJ_INT32)
    memcpy ((gint32 *) to + row * (gsize) size,
            (const gint32 *) dataset->x->data + sample * (gsize) size,
            sizeof (gint32) * (gsize) size);
  for (gint64 channel = 0; channel < c; channel++)
    {
      const float scale = 1 / dataset->std[channel], offset = dataset->mean[channel] * scale;
      const gint64 from = (gint64) sample * size + channel * plane;

      if (dataset->x->dtype == CJ_UINT8)
        for (gint64 j = 0; j < plane; j++)
          out[channel * plane + j]
              = ((const guint8 *) dataset->x->data)[from + j] * (scale / 255) - offset;
      else
        for (gint64 j = 0; j < plane; j++)
          out[channel * plane + j] = ((const float *) dataset->x->data)[from + j] * scale - offset;
    }
}

static void
fill (CjFeed *feed, const guint32 *indices, guint n, guint64 epoch, guint64 seed, CjTensor *x,
      CjTensor *y)
{
  const DatasetFeed *self = (DatasetFeed *) feed;
  const gint64 x_size = cj_shape_size (&feed->x_shape);
  const gsize y_bytes = (gsize) cj_shape_size (&feed->y_shape) * cj_dtype_size (feed->y_dtype);

  (void) epoch;
  (void) seed;
  for (guint i = 0; i < n; i++)
    {
      const gsize sample = self->samples[indices[i]];

      fill_x (self->dataset, sample, x_size, x->data, i);
      if (y != NULL)
        memcpy ((char *) y->data + i * y_bytes,
                (const char *) self->dataset->y->data + sample * y_bytes, y_bytes);
    }
}

static void
free_feed (CjFeed *feed)
{
  DatasetFeed *self = (DatasetFeed *) feed;

  cjd_dataset_unref (self->dataset);
  g_free (self->samples);
  g_free (self);
}

CjFeed *
cjd_dataset_new_feed (CjdDataset *dataset, CjdSplit split)
{
  DatasetFeed *self = g_new0 (DatasetFeed, 1);
  const CjShape *y = &dataset->y->shape;
  const gsize n = cjd_dataset_get_n_samples (dataset);

  self->dataset = cjd_dataset_ref (dataset);
  self->samples = g_new (guint32, n + 1);
  for (gsize i = 0; i < n; i++)
    if (dataset->split[i] == split)
      self->samples[self->feed.n_samples++] = (guint32) i;
  self->feed.x_shape = cjd_dataset_get_x_shape (dataset);
  self->feed.x_dtype = dataset->x->dtype == CJ_INT32 ? CJ_INT32 : CJ_FLOAT32;
  self->feed.y_shape = cj_shape (y->n_dims - 1, y->dims + 1);
  self->feed.y_dtype = dataset->y->dtype;
  self->feed.n_classes = dataset->n_classes;
  self->feed.class_names = (const char *const *) dataset->class_names;
  self->feed.fill = fill;
  self->feed.free = free_feed;
  return &self->feed;
}

char *
cjd_dataset_describe (const CjdDataset *dataset)
{
  const CjShape sample = cjd_dataset_get_x_shape (dataset);
  g_autofree char *shape = cj_shape_print (&sample);
  g_autofree char *classes = dataset->n_classes > 0
                                 ? g_strdup_printf ("%u classes", dataset->n_classes)
                                 : g_strdup ("values to predict");

  return g_strdup_printf (
      "%s: %s, %s, %" G_GSIZE_FORMAT " training, %" G_GSIZE_FORMAT " validation, %" G_GSIZE_FORMAT
      " test samples",
      dataset->name, classes, shape, cjd_dataset_count (dataset, CJD_SPLIT_TRAIN),
      cjd_dataset_count (dataset, CJD_SPLIT_VAL), cjd_dataset_count (dataset, CJD_SPLIT_TEST));
}
