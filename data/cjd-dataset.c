/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjd-dataset.h"

#include <math.h>

typedef struct
{
  CjFeed feed;
  CjdDataset *dataset;
  guint32 *samples; /* positions in the dataset */
} DatasetFeed;

CjdDataset *
cjd_dataset_new (const char *name, CjTensor *pixels, CjTensor *labels, guint n_classes,
                 gsize n_train)
{
  CjdDataset *dataset = g_new0 (CjdDataset, 1);
  const gsize n = (gsize) pixels->shape.dims[0];

  dataset->ref_count = 1;
  dataset->name = g_strdup (name);
  dataset->pixels = pixels;
  dataset->labels = labels;
  dataset->n_classes = n_classes;
  dataset->split = g_new0 (guint8, n + 1);
  for (gsize i = n_train; i < n; i++)
    dataset->split[i] = CJD_SPLIT_TEST;
  dataset->std = 1;
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
  cj_tensor_unref (dataset->pixels);
  cj_tensor_unref (dataset->labels);
  g_free (dataset->split);
  g_free (dataset->name);
  g_free (dataset);
}

static void
measure (CjdDataset *dataset)
{
  const gsize n = (gsize) dataset->pixels->shape.dims[0];
  const gsize size = (gsize) cj_shape_size (&dataset->pixels->shape) / MAX (n, 1);
  const guint8 *pixels = dataset->pixels->data;
  double sum = 0, squares = 0, count = 0;

  for (gsize i = 0; i < n * size; i++)
    if (dataset->split[i / size] == CJD_SPLIT_TRAIN)
      {
        sum += pixels[i] / 255.0;
        squares += pixels[i] / 255.0 * (pixels[i] / 255.0);
        count++;
      }
  dataset->mean = (float) (sum / MAX (count, 1));
  dataset->std = (float) sqrt (MAX (squares / MAX (count, 1) - pow (dataset->mean, 2), 1e-6));
}

void
cjd_dataset_split (CjdDataset *dataset, double share, guint64 seed)
{
  const guint32 n = (guint32) dataset->pixels->shape.dims[0];
  const gint32 *labels = cj_tensor_i32 (dataset->labels);
  g_autofree guint32 *members = g_new (guint32, n + 1);

  for (guint class = 0; class < dataset->n_classes; class ++)
    {
      guint32 count = 0;
      CjRng rng;

      for (guint32 i = 0; i < n; i++)
        if (labels[i] == (gint32) class && dataset->split[i] != CJD_SPLIT_TEST)
          {
            dataset->split[i] = CJD_SPLIT_TRAIN;
            members[count++] = i;
          }
      cj_rng_init (&rng, seed, CJ_RNG_SPLIT, class);
      cj_rng_shuffle (&rng, members, count);
      for (guint32 i = 0; i < (guint32) (count * share + 0.5); i++)
        dataset->split[members[i]] = CJD_SPLIT_VAL;
    }
  measure (dataset);
}

static void
fill (CjFeed *feed, const guint32 *indices, guint n, guint64 epoch, guint64 seed, CjTensor *x,
      CjTensor *y)
{
  const DatasetFeed *self = (DatasetFeed *) feed;
  const gint64 size = cj_shape_size (&feed->x_shape);
  const float scale = 1 / (255 * self->dataset->std);
  const float offset = self->dataset->mean / self->dataset->std;

  (void) epoch;
  (void) seed;
  for (guint i = 0; i < n; i++)
    {
      const guint32 sample = self->samples[indices[i]];
      const guint8 *from = (const guint8 *) self->dataset->pixels->data + sample * size;
      float *to = cj_tensor_f32 (x) + i * size;

      for (gint64 j = 0; j < size; j++)
        to[j] = from[j] * scale - offset;
      cj_tensor_i32 (y)[i] = cj_tensor_i32 (self->dataset->labels)[sample];
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
  const CjShape *all = &dataset->pixels->shape;

  self->dataset = cjd_dataset_ref (dataset);
  self->samples = g_new (guint32, all->dims[0] + 1);
  for (gint64 i = 0; i < all->dims[0]; i++)
    if (dataset->split[i] == split)
      self->samples[self->feed.n_samples++] = (guint32) i;
  self->feed.x_shape = cj_shape (all->n_dims - 1, all->dims + 1);
  self->feed.x_dtype = CJ_FLOAT32;
  self->feed.y_dtype = CJ_INT32;
  self->feed.n_classes = dataset->n_classes;
  self->feed.fill = fill;
  self->feed.free = free_feed;
  return &self->feed;
}

char *
cjd_dataset_describe (const CjdDataset *dataset)
{
  const CjShape *all = &dataset->pixels->shape;
  const CjShape sample = cj_shape (all->n_dims - 1, all->dims + 1);
  g_autofree char *shape = cj_shape_print (&sample);
  guint count[3] = { 0 };

  for (gint64 i = 0; i < all->dims[0]; i++)
    count[dataset->split[i]]++;
  return g_strdup_printf ("%s: %u classes, %s, %u training, %u validation, %u test samples",
                          dataset->name, dataset->n_classes, shape, count[0], count[1], count[2]);
}
