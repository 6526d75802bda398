/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A .npz file, or a folder of .npy files, with samples and targets under their usual names: x and y, x_train, y_train, x_test and
 * y_test (val too), or train_images, train_labels and so on. Pictures are [N, H, W], [N, H, W, 1 or 3]
 * or [N, 1 or 3, H, W]. */
#include "cj-error.h"
#include "cjd-reader.h"
#include "npz.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define MAX_CLASSES 65536
#define MAX_FILES 64 /* arrays of a folder that are looked at */

static gboolean
refuse (GError **error, const char *path, const char *why)
{
  g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, "%s: %s", path, why);
  return FALSE;
}

/* Samples (`what` 0) or targets (1) of a part; NULL if there are none. */
static const CjdNpyArray *
find_part (const GPtrArray *arrays, CjdSplit split, guint what)
{
  static const char *const parts[] = { "train", "val", "test" };
  static const char *const words[2][5] = { { "x", "images", "data", "samples", "inputs" },
                                           { "y", "labels", "target", "targets", "outputs" } };

  for (guint i = 0; i < G_N_ELEMENTS (words[0]); i++)
    for (guint form = 0; form < 3; form++)
      {
        g_autofree char *name = form == 0 ? g_strdup_printf ("%s_%s", words[what][i], parts[split])
                                : form == 1
                                    ? g_strdup_printf ("%s_%s", parts[split], words[what][i])
                                    : g_strdup (words[what][i]);

        if (form == 2 && split != CJD_SPLIT_TRAIN)
          continue;
        for (guint k = 0; k < arrays->len; k++)
          if (g_ascii_strcasecmp (((CjdNpyArray *) arrays->pdata[k])->name, name) == 0)
            return arrays->pdata[k];
      }
  return NULL;
}

/* Shape of all samples, and whether the channels come last. */
static CjShape
find_shape (const CjdNpyArray *x, gint64 n, gboolean *last)
{
  const gint64 *d = x->shape.dims;

  *last = FALSE;
  if (x->shape.n_dims == 3)
    return cj_shape4 (n, 1, d[1], d[2]);
  if (x->shape.n_dims == 4 && d[1] != 1 && d[1] != 3 && (d[3] == 1 || d[3] == 3))
    {
      *last = TRUE;
      return cj_shape4 (n, d[3], d[1], d[2]);
    }
  if (x->shape.n_dims == 1)
    return cj_shape2 (n, 1);
  {
    CjShape shape = x->shape;

    shape.dims[0] = n;
    return shape;
  }
}

static gboolean
fill_x (const CjdNpyArray *from, gboolean last, CjTensor *x, gint64 *at)
{
  const gint64 plane = last ? x->shape.dims[2] * x->shape.dims[3] : 1;
  const gint64 c = last ? x->shape.dims[1] : 1, sample = c * plane;

  for (gint64 i = 0; i < from->size; i++, (*at)++)
    {
      /* in a sample, pixel p of channel k stands at p c + k when channels come last */
      const gint64 in = i % sample;
      const gint64 source = last ? i - in + in % plane * c + in / plane : i;
      const double value = cjd_npy_array_get (from, source);

      if (!isfinite ((float) value) || (x->dtype == CJ_INT32 && (value < 0 || value > G_MAXINT32)))
        return FALSE;
      if (x->dtype == CJ_UINT8)
        ((guint8 *) x->data)[*at] = (guint8) value;
      else if (x->dtype == CJ_INT32)
        cj_tensor_i32 (x)[*at] = (gint32) value;
      else
        cj_tensor_f32 (x)[*at] = (float) value;
    }
  return TRUE;
}

static gboolean
is_classes (const CjdNpyArray *y)
{
  return y->type >= CJD_NPY_INT8;
}

static gboolean
fill_y (const CjdNpyArray *from, CjTensor *y, gint64 *at, guint *n_classes)
{
  for (gint64 i = 0; i < from->size; i++, (*at)++)
    {
      const double value = cjd_npy_array_get (from, i);

      if (!isfinite ((float) value)
          || (y->dtype == CJ_INT32 && (value < 0 || value >= MAX_CLASSES)))
        return FALSE;
      if (y->dtype == CJ_INT32)
        {
          cj_tensor_i32 (y)[*at] = (gint32) value;
          *n_classes = MAX (*n_classes, (guint) value + 1);
        }
      else
        cj_tensor_f32 (y)[*at] = (float) value;
    }
  return TRUE;
}

static gboolean
alike (const CjShape *a, const CjShape *b)
{
  CjShape other = *b;

  other.dims[0] = a->dims[0];
  return cj_shape_equal (a, &other);
}

/* Checks that the parts fit together; counts the samples. */
static gboolean
check (const char *path, const CjdNpyArray *x[], const CjdNpyArray *y[], gint64 *n, GError **error)
{
  if (x[0] == NULL || y[0] == NULL)
    return refuse (error, path,
                   _ ("There are no arrays x and y, x_train and y_train, or images and "
                      "labels. Save them under these names."));
  *n = 0;
  for (guint i = 0; i < CJD_N_SPLITS; i++)
    {
      if (x[i] == NULL || y[i] == NULL)
        {
          x[i] = y[i] = NULL;
          continue;
        }
      if (x[i]->shape.n_dims < 1 || x[i]->shape.n_dims > 4 || y[i]->shape.n_dims < 1
          || x[i]->size == 0 || y[i]->size == 0 || x[i]->shape.dims[0] != y[i]->shape.dims[0]
          || !alike (&x[i]->shape, &x[0]->shape) || !alike (&y[i]->shape, &y[0]->shape)
          || x[i]->type != x[0]->type || y[i]->type != y[0]->type)
        return refuse (error, path, _ ("The arrays of samples and targets do not fit together."));
      *n += x[i]->shape.dims[0];
    }
  return TRUE;
}

static CjdDataset *
build (const char *path, const CjdNpyArray *x[], const CjdNpyArray *y[], gint64 n, gboolean words,
       GError **error)
{
  const gboolean classes = is_classes (y[0]);
  /* a word that follows each word says that they are words, too */
  const gboolean tokens = words
                          || (classes && is_classes (x[0]) && x[0]->type < CJD_NPY_UINT8
                              && x[0]->shape.n_dims == 2 && alike (&x[0]->shape, &y[0]->shape));
  g_autofree char *name = g_path_get_basename (path);
  gboolean last;
  CjShape x_shape = find_shape (x[0], n, &last), y_shape = y[0]->shape;
  g_autoptr (CjTensor) xs = NULL, ys = NULL;
  CjdDataset *dataset;
  gint64 x_at = 0, y_at = 0, first = 0;
  guint n_classes = 0;
  gsize bytes;

  if (words && (!is_classes (x[0]) || x[0]->shape.n_dims != 2))
    {
      refuse (error, path,
              _ ("Samples that are words are whole numbers, an array of samples by words. Read "
                 "them as amounts, or save them so."));
      return NULL;
    }
  y_shape.dims[0] = n;
  if (classes && y_shape.n_dims == 2 && y_shape.dims[1] == 1 && !tokens)
    y_shape.n_dims = 1;
  else if (!classes && y_shape.n_dims == 1)
    y_shape = cj_shape2 (n, 1);
  if (!cj_shape_bytes (&x_shape, CJ_FLOAT32, &bytes) || bytes > CJD_READ_MAX_BYTES
      || !cj_shape_bytes (&y_shape, CJ_FLOAT32, &bytes) || bytes > CJD_READ_MAX_BYTES)
    {
      refuse (error, path, _ ("The samples or targets take more than 2 GiB."));
      return NULL;
    }
  xs = cj_tensor_new (tokens                        ? CJ_INT32
                      : x[0]->type >= CJD_NPY_UINT8 ? CJ_UINT8
                                                    : CJ_FLOAT32,
                      &x_shape);
  ys = cj_tensor_new (classes ? CJ_INT32 : CJ_FLOAT32, &y_shape);
  for (guint i = 0; i < CJD_N_SPLITS; i++)
    if (x[i] != NULL && (!fill_x (x[i], last, xs, &x_at) || !fill_y (y[i], ys, &y_at, &n_classes)))
      {
        refuse (error, path, _ ("A sample is not finite, or a class is below 0 or beyond 65535."));
        return NULL;
      }
  dataset = cjd_dataset_new (name, g_steal_pointer (&xs), g_steal_pointer (&ys), n_classes, NULL);
  for (guint i = 0; i < CJD_N_SPLITS; i++)
    if (x[i] != NULL)
      {
        cjd_dataset_mark (dataset, (gsize) first, (CjdSplit) i);
        first += x[i]->shape.dims[0];
      }
  return dataset;
}

/* The .npy files of a folder as one .npz would hold them. */
static GPtrArray *
load_folder (const char *path, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, error);
  g_autoptr (GPtrArray) arrays
      = g_ptr_array_new_with_free_func ((GDestroyNotify) cjd_npy_array_free);
  const char *name;

  if (dir == NULL)
    return NULL;
  while ((name = g_dir_read_name (dir)) != NULL && arrays->len < MAX_FILES)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);
      CjdNpyArray *array;

      if (!g_str_has_suffix (name, ".npy"))
        continue;
      array = cjd_npy_load (file, error);
      if (array == NULL)
        return NULL;
      g_free (array->name);
      array->name = g_strndup (name, strlen (name) - strlen (".npy"));
      g_ptr_array_add (arrays, array);
    }
  return g_steal_pointer (&arrays);
}

/* A .npz file, or a folder with samples and targets in files of their own. */
static gboolean
recognise (const char *path)
{
  static const char *const samples[] = { "x.npy", "x_train.npy", "train_x.npy",     "images.npy",
                                         "X.npy", "X_train.npy", "train_images.npy" };

  if (g_str_has_suffix (path, ".npz"))
    return g_file_test (path, G_FILE_TEST_IS_REGULAR);
  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      g_autofree char *file = g_build_filename (path, samples[i], NULL);

      if (g_file_test (file, G_FILE_TEST_IS_REGULAR))
        return TRUE;
    }
  return FALSE;
}

static CjdDataset *
load (const char *path, const CjdReadOptions *options, GError **error)
{
  g_autoptr (GPtrArray) arrays = g_file_test (path, G_FILE_TEST_IS_DIR)
                                     ? load_folder (path, error)
                                     : cjd_npz_load (path, error);
  const CjdNpyArray *x[CJD_N_SPLITS], *y[CJD_N_SPLITS];
  gint64 n;

  if (arrays == NULL)
    return NULL;
  for (guint i = 0; i < CJD_N_SPLITS; i++)
    {
      x[i] = find_part (arrays, (CjdSplit) i, 0);
      y[i] = find_part (arrays, (CjdSplit) i, 1);
    }
  return check (path, x, y, &n, error) ? build (path, x, y, n, options->words, error) : NULL;
}

const CjdReaderInfo cjd_reader_numpy = {
  .id = "numpy",
  .title = "NumPy",
  .blurb = "Arrays x and y, or x_train, y_train, x_test and y_test, in a .npz file or a folder "
           "of .npy files",
  .recognise = recognise,
  .load = load,
};
