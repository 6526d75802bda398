/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjd-dataset.h"

#include "cjd-augment.h"
#include "cjd-tasks.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

static CjdDataset *
make (const char *name, CjDtype dtype, const CjShape *x_shape, CjTensor *y, guint n_classes,
      const char *const *class_names)
{
  CjdDataset *dataset = g_new0 (CjdDataset, 1);

  dataset->ref_count = 1;
  dataset->name = g_strdup (name);
  dataset->x_shape = *x_shape;
  dataset->x_dtype = dtype;
  dataset->y = y;
  dataset->n_classes = n_classes;
  dataset->class_names = g_strdupv ((char **) class_names);
  dataset->split = g_new0 (guint8, x_shape->dims[0] + 1);
  if (dtype != CJ_INT32)
    dataset->n_channels = x_shape->n_dims > 1 ? (guint) x_shape->dims[1] : 1;
  dataset->mean = g_new0 (float, dataset->n_channels + 1);
  dataset->std = g_new0 (float, dataset->n_channels + 1);
  for (guint i = 0; i < dataset->n_channels; i++)
    dataset->std[i] = 1;
  return dataset;
}

/* As many words as the samples use; where the targets are words as well, both share the vocabulary. */
static guint
count_words (const CjdDataset *dataset)
{
  guint n = cj_shape_equal (&dataset->x->shape, &dataset->y->shape) ? dataset->n_classes : 0;

  for (gint64 i = 0; i < cj_shape_size (&dataset->x->shape); i++)
    n = MAX (n, (guint) MAX (cj_tensor_i32 (dataset->x)[i], 0) + 1);
  return n;
}

CjdDataset *
cjd_dataset_new (const char *name, CjTensor *x, CjTensor *y, guint n_classes,
                 const char *const *class_names)
{
  CjdDataset *dataset = make (name, x->dtype, &x->shape, y, n_classes, class_names);

  dataset->x = x;
  if (x->dtype == CJ_INT32)
    dataset->n_words = count_words (dataset);
  return dataset;
}

CjdDataset *
cjd_dataset_new_streamed (const char *name, CjdStore *store, CjDtype dtype, const CjShape *x_shape,
                          CjTensor *y, guint n_classes, const char *const *class_names,
                          gsize budget)
{
  CjdDataset *dataset = make (name, dtype, x_shape, y, n_classes, class_names);

  dataset->cache
      = cjd_cache_new (store, (gsize) x_shape->dims[0], cjd_dataset_sample_bytes (dataset), budget);
  return dataset;
}

CjdDataset *
cjd_dataset_new_view (CjdDataset *base)
{
  CjdDataset *view = make (base->name, base->x_dtype, &base->x_shape,
                           cj_tensor_new (base->y->dtype, &base->y->shape), base->n_classes,
                           (const char *const *) base->class_names);
  const gsize bytes = sizeof (float) * base->n_channels;

  view->base = cjd_dataset_ref (base);
  view->x = base->x != NULL ? cj_tensor_ref (base->x) : NULL;
  view->cache = base->cache;
  view->has_splits = base->has_splits;
  view->sparse = base->sparse;
  view->n_words = base->n_words;
  view->reader = base->reader;
  view->note = g_strdup (base->note);
  view->feature_names = g_strdupv (base->feature_names);
  memcpy (view->y->data, base->y->data, cj_tensor_bytes (base->y));
  memcpy (view->split, base->split, cjd_dataset_get_n_samples (base));
  memcpy (view->mean, base->mean, bytes);
  memcpy (view->std, base->std, bytes);
  return view;
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
  g_clear_pointer (&dataset->x, cj_tensor_unref);
  if (dataset->base == NULL)
    g_clear_pointer (&dataset->cache, cjd_cache_free);
  cj_tensor_unref (dataset->y);
  g_strfreev (dataset->class_names);
  g_strfreev (dataset->feature_names);
  g_free (dataset->split);
  g_free (dataset->mean);
  g_free (dataset->std);
  g_clear_pointer (&dataset->augmenter, cjd_augmenter_unref);
  g_clear_pointer (&dataset->tasks, cjd_tasks_free);
  g_free (dataset->note);
  g_free (dataset->name);
  g_clear_pointer (&dataset->base, cjd_dataset_unref);
  g_free (dataset);
}

const guint8 *
cjd_dataset_get_heads (const CjdDataset *dataset)
{
  return dataset->tasks != NULL && dataset->tasks->apart ? dataset->tasks->of_class : NULL;
}

gsize
cjd_dataset_get_n_samples (const CjdDataset *dataset)
{
  return (gsize) dataset->x_shape.dims[0];
}

CjShape
cjd_dataset_get_x_shape (const CjdDataset *dataset)
{
  return cj_shape (dataset->x_shape.n_dims - 1, dataset->x_shape.dims + 1);
}

gsize
cjd_dataset_sample_bytes (const CjdDataset *dataset)
{
  const CjShape sample = cjd_dataset_get_x_shape (dataset);

  return (gsize) cj_shape_size (&sample) * cj_dtype_size (dataset->x_dtype);
}

gboolean
cjd_dataset_read (const CjdDataset *dataset, gsize index, void *out, GError **error)
{
  const gsize size = cjd_dataset_sample_bytes (dataset);

  g_return_val_if_fail (index < cjd_dataset_get_n_samples (dataset), FALSE);
  if (dataset->x == NULL)
    return cjd_cache_read (dataset->cache, index, out, error);
  memcpy (out, (const char *) dataset->x->data + index * size, size);
  return TRUE;
}

gint32
cjd_dataset_get_class (const CjdDataset *dataset, gsize index)
{
  if (dataset->n_classes == 0 || dataset->y->dtype != CJ_INT32 || dataset->y->shape.n_dims != 1)
    return -1;
  return cj_tensor_i32 (dataset->y)[index];
}

void
cjd_dataset_take_note (CjdDataset *dataset, char *sentence)
{
  g_autofree char *owned = sentence;
  g_autofree char *before = dataset->note;

  dataset->note = before != NULL ? g_strconcat (before, " ", owned, NULL) : g_strdup (owned);
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

#define MEASURED 4096 /* of streamed training samples, spread evenly */

/* Sums of a channel less its first value, so that a large mean does not drown a small deviation. */
typedef struct
{
  double first, sum, squares, count;
} Moments;

static double
get_value (const CjdDataset *dataset, const void *sample, gsize at)
{
  return dataset->x_dtype == CJ_UINT8 ? ((const guint8 *) sample)[at] / 255.0
                                      : (double) ((const float *) sample)[at];
}

static void
add_sample (const CjdDataset *dataset, const void *sample, Moments *moments)
{
  const gsize c = dataset->n_channels;
  const gsize plane
      = cjd_dataset_sample_bytes (dataset) / cj_dtype_size (dataset->x_dtype) / MAX (c, 1);

  for (gsize channel = 0; channel < c; channel++)
    {
      Moments *m = &moments[channel];

      if (m->count == 0 && plane > 0)
        m->first = get_value (dataset, sample, channel * plane);
      for (gsize j = channel * plane; j < (channel + 1) * plane; j++)
        {
          const double value = get_value (dataset, sample, j) - m->first;

          m->sum += value;
          m->squares += value * value;
        }
      m->count += (double) plane;
    }
}

/* Mean and deviation of every channel over the training samples; streamed ones that cannot be read are
 * left out here and reported when they are trained on. */
static void
measure (CjdDataset *dataset)
{
  const gsize n = cjd_dataset_get_n_samples (dataset), size = cjd_dataset_sample_bytes (dataset);
  const gsize n_train = cjd_dataset_count (dataset, CJD_SPLIT_TRAIN);
  const gsize step = dataset->x == NULL ? (n_train + MEASURED - 1) / MEASURED : 1;
  g_autofree Moments *moments = g_new0 (Moments, dataset->n_channels + 1);
  g_autofree guint8 *streamed = dataset->x == NULL ? g_malloc0 (size + 1) : NULL;
  gsize seen = 0;

  if (dataset->sparse)
    return;
  for (gsize i = 0; i < n && dataset->n_channels > 0; i++)
    {
      if (dataset->split[i] != CJD_SPLIT_TRAIN || seen++ % MAX (step, 1) != 0)
        continue;
      if (dataset->x != NULL)
        add_sample (dataset, (const guint8 *) dataset->x->data + i * size, moments);
      else if (cjd_dataset_read (dataset, i, streamed, NULL))
        add_sample (dataset, streamed, moments);
    }
  for (guint channel = 0; channel < dataset->n_channels; channel++)
    {
      const Moments *m = &moments[channel];
      const double mean = m->sum / MAX (m->count, 1), squares = m->squares / MAX (m->count, 1);
      const double variance = squares - mean * mean;

      dataset->mean[channel] = (float) (m->first + mean);
      dataset->std[channel] = variance > 1e-12 * squares ? (float) sqrt (variance) : 1;
    }
}

void
cjd_dataset_keep_zeros (CjdDataset *dataset)
{
  dataset->sparse = TRUE;
  for (guint i = 0; i < dataset->n_channels; i++)
    {
      dataset->mean[i] = 0;
      dataset->std[i] = 1;
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

/* The class of a sample for the split, n_classes if it has none: such samples are not moved. */
static guint
get_stratum (const CjdDataset *dataset, gsize sample)
{
  const gint32 y = cj_tensor_i32 (dataset->y)[sample];

  return y >= 0 && y < (gint32) dataset->n_classes ? (guint) y : dataset->n_classes;
}

void
cjd_dataset_split (CjdDataset *dataset, CjdSplit split, double share, guint64 seed)
{
  const guint32 n = (guint32) cjd_dataset_get_n_samples (dataset);
  const gboolean stratified = dataset->n_classes > 0 && dataset->y->shape.n_dims == 1;
  const guint n_strata = stratified ? dataset->n_classes : 1;
  g_autofree guint32 *members = g_new (guint32, n + 1);
  g_autofree guint32 *end = g_new0 (guint32, n_strata + 2); /* of each stratum among the members */

  for (guint32 i = 0; i < n; i++)
    if (dataset->split[i] == CJD_SPLIT_TRAIN)
      end[(stratified ? get_stratum (dataset, i) : 0) + 1]++;
  for (guint k = 0; k < n_strata; k++)
    end[k + 1] += end[k];
  for (guint32 i = 0; i < n; i++) /* end[k] runs from the start of stratum k to its end */
    if (dataset->split[i] == CJD_SPLIT_TRAIN
        && (!stratified || get_stratum (dataset, i) < n_strata))
      members[end[stratified ? get_stratum (dataset, i) : 0]++] = i;
  for (guint k = 0; k < n_strata; k++)
    {
      const guint32 first = k > 0 ? end[k - 1] : 0;

      split_members (dataset, members + first, end[k] - first, split, share, seed, k);
    }
  measure (dataset);
}

char *
cjd_dataset_describe (const CjdDataset *dataset)
{
  const CjShape sample = cjd_dataset_get_x_shape (dataset);
  g_autofree char *shape = cj_shape_print (&sample);
  g_autofree char *classes = dataset->n_classes > 0
                                 ? g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u class",
                                                                 "%u classes", dataset->n_classes),
                                                    dataset->n_classes)
                                 : g_strdup (_ ("values to predict"));

  /* Translators: name of the data, how many classes, shape of a sample; the rest are numbers */
  return g_strdup_printf (
      _ ("%s: %s, %s, %zu training, %zu validation, %zu test samples"), dataset->name, classes,
      shape, cjd_dataset_count (dataset, CJD_SPLIT_TRAIN),
      cjd_dataset_count (dataset, CJD_SPLIT_VAL), cjd_dataset_count (dataset, CJD_SPLIT_TEST));
}
