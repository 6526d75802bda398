/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A data set as the engine sees it: samples of one split, augmented while training, normalised. */
#include "cjd-augment.h"
#include "cjd-dataset.h"

#include <string.h>

typedef struct
{
  CjFeed feed;
  CjdDataset *dataset;
  guint32 *samples;                /* positions in the dataset */
  CjdAugmenter *augmenter;         /* or NULL */
  guint8 *raw;                     /* one sample as it is stored */
  float *values, *other, *scratch; /* the same as numbers, while it is augmented */
  char *problem;                   /* what feed.problem points to */
} DatasetFeed;

/* Mean 0 and deviation 1 a channel; integers as they are. */
static void
normalise (const CjdDataset *dataset, const void *from, gint64 size, void *to)
{
  const gint64 c = dataset->n_channels, plane = c > 0 ? size / c : 0;
  float *out = to;

  if (dataset->x_dtype == CJ_INT32)
    memcpy (to, from, sizeof (gint32) * (gsize) size);
  for (gint64 channel = 0; channel < c; channel++)
    {
      const float scale = 1 / dataset->std[channel], offset = dataset->mean[channel] * scale;
      const gint64 at = channel * plane;

      if (dataset->x_dtype == CJ_UINT8)
        for (gint64 j = 0; j < plane; j++)
          out[at + j] = ((const guint8 *) from)[at + j] * (scale / 255) - offset;
      else
        for (gint64 j = 0; j < plane; j++)
          out[at + j] = ((const float *) from)[at + j] * scale - offset;
    }
}

/* The sample as it is stored; zeros, and a problem of the feed, if it cannot be read. */
static const void *
get_raw (DatasetFeed *self, gsize sample)
{
  const gsize bytes = cjd_dataset_sample_bytes (self->dataset);
  g_autoptr (GError) error = NULL;

  if (self->dataset->x != NULL)
    return (const guint8 *) self->dataset->x->data + sample * bytes;
  g_assert (self->raw != NULL);
  if (!cjd_dataset_read (self->dataset, sample, self->raw, &error))
    {
      memset (self->raw, 0, bytes);
      if (self->problem == NULL)
        self->problem = g_strdup (error->message);
      self->feed.problem = self->problem;
    }
  return self->raw;
}

/* Bytes become 0..1, floats stay. */
static void
get_values (DatasetFeed *self, gsize sample, gint64 size, float *to)
{
  const void *raw = get_raw (self, sample);

  if (self->dataset->x_dtype == CJ_FLOAT32)
    memcpy (to, raw, sizeof (float) * (gsize) size);
  else
    for (gint64 i = 0; i < size; i++)
      to[i] = ((const guint8 *) raw)[i] * (1 / 255.0f);
}

static void
mix_target (const CjFeed *feed, const CjdAugmentCall *call, const void *other, void *target)
{
  const gsize n = (gsize) cj_shape_size (&feed->y_shape);
  const float keep = (float) call->keep;

  if (feed->y_dtype == CJ_INT32 && call->swap)
    memcpy (target, other, n * sizeof (gint32));
  for (gsize i = 0; i < n && feed->y_dtype == CJ_FLOAT32; i++)
    ((float *) target)[i] = keep * ((float *) target)[i] + (1 - keep) * ((const float *) other)[i];
}

/* Augments one sample into the row; its target is already in place. */
static void
augment (DatasetFeed *self, guint32 index, guint64 epoch, guint64 seed, float *row, void *target)
{
  const CjFeed *feed = &self->feed;
  const CjdDataset *dataset = self->dataset;
  const CjShape *shape = &feed->x_shape;
  const gint64 size = cj_shape_size (shape);
  const gsize y_bytes = (gsize) cj_shape_size (&feed->y_shape) * cj_dtype_size (feed->y_dtype);
  gsize partner = self->samples[index];
  CjdAugmentCall call = { .x = self->values,
                          .other = self->other,
                          .scratch = self->scratch,
                          .c = shape->n_dims > 0 ? shape->dims[0] : 1,
                          .h = 1,
                          .w = 1,
                          .std = dataset->std,
                          .keep = 1 };
  CjRng rng;

  if (shape->n_dims == 3)
    {
      call.h = shape->dims[1];
      call.w = shape->dims[2];
    }
  cj_rng_init (&rng, seed, CJ_RNG_AUGMENT, epoch << 32 | index);
  get_values (self, self->samples[index], size, self->values);
  if (cjd_augmenter_needs_other (self->augmenter))
    {
      partner = self->samples[cj_rng_below (&rng, (guint32) feed->n_samples)];
      get_values (self, partner, size, self->other);
    }
  cjd_augmenter_apply (self->augmenter, &rng, &call);
  if (target != NULL)
    mix_target (feed, &call, (const char *) dataset->y->data + partner * y_bytes, target);
  for (gint64 channel = 0, plane = size / call.c; channel < call.c; channel++)
    {
      const float scale = 1 / dataset->std[channel], offset = dataset->mean[channel] * scale;

      for (gint64 j = channel * plane; j < (channel + 1) * plane; j++)
        row[j] = self->values[j] * scale - offset;
    }
}

static void
fill (CjFeed *feed, const guint32 *indices, guint n, guint64 epoch, guint64 seed, CjTensor *x,
      CjTensor *y)
{
  DatasetFeed *self = (DatasetFeed *) feed;
  const gint64 size = cj_shape_size (&feed->x_shape);
  const gsize y_bytes = (gsize) cj_shape_size (&feed->y_shape) * cj_dtype_size (feed->y_dtype);

  for (guint i = 0; i < n; i++)
    {
      const gsize sample = self->samples[indices[i]];
      void *target = y != NULL ? (char *) y->data + i * y_bytes : NULL;
      char *row = (char *) x->data + i * (gsize) size * sizeof (float);

      if (target != NULL)
        memcpy (target, (const char *) self->dataset->y->data + sample * y_bytes, y_bytes);
      if (self->augmenter != NULL)
        augment (self, indices[i], epoch, seed, (float *) row, target);
      else
        normalise (self->dataset, get_raw (self, sample), size, row);
    }
}

static void
free_feed (CjFeed *feed)
{
  DatasetFeed *self = (DatasetFeed *) feed;

  cjd_dataset_unref (self->dataset);
  g_clear_pointer (&self->augmenter, cjd_augmenter_unref);
  g_free (self->samples);
  g_free (self->raw);
  g_free (self->values);
  g_free (self->other);
  g_free (self->scratch);
  g_free (self->problem);
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
  self->raw = dataset->x == NULL ? g_malloc0 (cjd_dataset_sample_bytes (dataset) + 1) : NULL;
  for (gsize i = 0; i < n; i++)
    if (dataset->split[i] == split)
      self->samples[self->feed.n_samples++] = (guint32) i;
  self->feed.x_shape = cjd_dataset_get_x_shape (dataset);
  self->feed.x_dtype = dataset->x_dtype == CJ_INT32 ? CJ_INT32 : CJ_FLOAT32;
  self->feed.y_shape = cj_shape (y->n_dims - 1, y->dims + 1);
  self->feed.y_dtype = dataset->y->dtype;
  self->feed.n_classes = dataset->n_classes;
  self->feed.n_words = dataset->n_words;
  self->feed.class_names = (const char *const *) dataset->class_names;
  self->feed.heads = cjd_dataset_get_heads (dataset);
  self->feed.n_channels = dataset->n_channels;
  self->feed.mean = dataset->mean;
  self->feed.deviation = dataset->std;
  self->feed.fill = fill;
  self->feed.free = free_feed;
  return &self->feed;
}

/* Training samples of one thread. */
static CjFeed *
new_part (CjdDataset *dataset)
{
  CjFeed *feed = cjd_dataset_new_feed (dataset, CJD_SPLIT_TRAIN);
  DatasetFeed *self = (DatasetFeed *) feed;
  const gsize size = (gsize) cj_shape_size (&feed->x_shape);

  if (dataset->augmenter != NULL)
    {
      self->augmenter = cjd_augmenter_ref (dataset->augmenter);
      self->values = g_new0 (float, size + 1);
      self->other = g_new0 (float, size + 1);
      self->scratch = g_new0 (float, size + 1);
    }
  return feed;
}

CjFeed *
cjd_dataset_new_training_feed (CjdDataset *dataset)
{
  const guint usual = dataset->x == NULL ? g_get_num_processors () / 2 : 1;
  const guint n = CLAMP (dataset->n_loaders > 0 ? dataset->n_loaders : usual, 1, CJD_MAX_LOADERS);
  CjFeed *feeds[CJD_MAX_LOADERS];

  if (dataset->augmenter == NULL && dataset->x != NULL)
    return new_part (dataset);
  for (guint i = 0; i < n; i++)
    feeds[i] = new_part (dataset);
  return cjd_loader_new (feeds, n);
}

void
cjd_dataset_preview (CjdDataset *dataset, const float *x, guint n, float *out)
{
  g_autoptr (CjFeed) feed = cjd_dataset_new_feed (dataset, CJD_SPLIT_TRAIN);
  DatasetFeed *self = (DatasetFeed *) feed;
  const CjShape *shape = &feed->x_shape;
  const gsize size = (gsize) cj_shape_size (shape);
  g_autofree float *other = g_new0 (float, size + 1), *scratch = g_new0 (float, size + 1);

  for (guint i = 0; i < n; i++)
    {
      CjdAugmentCall call = { .x = out + i * size,
                              .other = other,
                              .scratch = scratch,
                              .c = shape->n_dims > 0 ? shape->dims[0] : 1,
                              .h = shape->n_dims == 3 ? shape->dims[1] : 1,
                              .w = shape->n_dims == 3 ? shape->dims[2] : 1,
                              .std = dataset->std,
                              .keep = 1 };
      CjRng rng;

      memcpy (call.x, x, sizeof (float) * size);
      cj_rng_init (&rng, 1, CJ_RNG_AUGMENT, (guint64) i << 32);
      if (dataset->augmenter == NULL)
        continue;
      if (cjd_augmenter_needs_other (dataset->augmenter) && feed->n_samples > 0)
        get_values (self, self->samples[cj_rng_below (&rng, (guint32) feed->n_samples)],
                    (gint64) size, other);
      cjd_augmenter_apply (dataset->augmenter, &rng, &call);
    }
}
