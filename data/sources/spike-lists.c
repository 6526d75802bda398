/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists of spikes in an HDF5 file, as the Heidelberg digits have them (Cramer et al. 2020): of every sample
 * a row of times in "spikes/times" and one of units in "spikes/units", and a class in "labels". Times are in
 * seconds, whole numbers in microseconds. A sample becomes a sequence of moments of equal length: a number is
 * 1 where a spike of that unit fell into the moment. In a folder a file called …train… and one called …test…
 * are one set. N samples, T moments, U units. */
#include "cj-error.h"
#include "cjd-reader.h"
#include "hdf5.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define MAX_MOMENTS 10000
#define MAX_UNITS 1000000
#define MAX_CLASSES 65536
#define MAX_SAMPLE (1 << 26) /* bytes of one sample */
#define MAX_SAMPLES 10000000
#define MAX_NAMES 64 /* of a folder that are looked at */

/* One file. */
typedef struct
{
  char *path;
  CjdStamp stamp;
  CjdHdf5 *file;
  const CjdHdf5Set *times, *units; /* of the file */
  CjdNpyArray *labels;
  gint64 n;
} Part;

typedef struct
{
  CjdStore store;
  Part parts[2]; /* training, test */
  guint n_parts;
  double moment; /* s */
  double unit;   /* s, of the times of the file */
  gint64 t, u;
} Lists;

/* --- finding --- */

static gboolean
is_list (const char *path)
{
  return (g_str_has_suffix (path, ".h5") || g_str_has_suffix (path, ".hdf5"))
         && cjd_hdf5_has_sets (path, (const char *const[]){ "spikes/times", "spikes/units", NULL });
}

/* The file of a folder whose name holds a word, the only one; NULL. You free. */
static char *
find_part (const char *folder, const char *word)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autofree char *found = NULL;
  const char *name;
  guint left = MAX_NAMES;

  while (dir != NULL && left-- > 0 && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (strstr (name, word) == NULL || !is_list (path))
        continue;
      if (found != NULL)
        return NULL;
      found = g_steal_pointer (&path);
    }
  return g_steal_pointer (&found);
}

static gboolean
recognise (const char *path)
{
  g_autofree char *train = NULL, *test = NULL;

  if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    return is_list (path);
  train = find_part (path, "train");
  test = train != NULL ? find_part (path, "test") : NULL;
  return test != NULL && !g_str_equal (train, test);
}

/* --- reading --- */

static void
clear_part (Part *part)
{
  g_clear_pointer (&part->labels, cjd_npy_array_free);
  g_clear_pointer (&part->file, cjd_hdf5_free);
  g_clear_pointer (&part->path, g_free);
}

static void
free_store (CjdStore *store)
{
  Lists *self = (Lists *) store;

  for (guint i = 0; i < self->n_parts; i++)
    clear_part (&self->parts[i]);
  g_free (self);
}

/* The part that sample `index` lies in, and its row there. */
static const Part *
find_row (const Lists *self, gsize index, gint64 *row)
{
  const gboolean second = (gint64) index >= self->parts[0].n;

  *row = (gint64) index - (second ? self->parts[0].n : 0);
  return &self->parts[second];
}

static void
identify (CjdStore *store, gsize index, GChecksum *sum)
{
  const Lists *self = (Lists *) store;
  gint64 row;
  const Part *part = find_row (self, index, &row);
  const gint64 place[] = { row, self->t, self->u };
  const double scale[] = { self->moment, self->unit };

  g_checksum_update (sum, (const guchar *) "spike lists", -1);
  g_checksum_update (sum, (const guchar *) place, sizeof place);
  g_checksum_update (sum, (const guchar *) scale, sizeof scale);
  g_checksum_update (sum, (const guchar *) &part->stamp, sizeof part->stamp);
}

static gboolean
refuse (const Part *part, GError **error, const char *why)
{
  g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, "%s: %s", part->path, why);
  return FALSE;
}

/* The rows of one sample, of one length. */
static gboolean
read_rows (const Part *part, gint64 index, CjdNpyArray **times, CjdNpyArray **units, GError **error)
{
  *times = cjd_hdf5_set_dup_row (part->times, index, error);
  *units = *times != NULL ? cjd_hdf5_set_dup_row (part->units, index, error) : NULL;
  if (*units != NULL && (*times)->size == (*units)->size)
    return TRUE;
  if (*units != NULL)
    g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                 _ ("%s: Sample %lld has another number of times than of units."), part->path,
                 (long long) index);
  else
    g_prefix_error (error, "%s: ", part->path);
  g_clear_pointer (times, cjd_npy_array_free);
  g_clear_pointer (units, cjd_npy_array_free);
  return FALSE;
}

static gboolean
read_sample (CjdStore *store, gsize index, void *out, GError **error)
{
  const Lists *self = (Lists *) store;
  gint64 row;
  const Part *part = find_row (self, index, &row);
  CjdNpyArray *times, *units;
  guint8 *to = out;

  if (!read_rows (part, row, &times, &units, error))
    return FALSE;
  memset (to, 0, (gsize) (self->t * self->u));
  for (gint64 i = 0; i < times->size; i++)
    {
      const double t = cjd_npy_array_get (times, i) * self->unit / self->moment;
      const double u = cjd_npy_array_get (units, i);

      if (t >= 0 && t < (double) self->t && u >= 0 && u < (double) self->u)
        to[(gint64) t * self->u + (gint64) u] = 255;
    }
  cjd_npy_array_free (times);
  cjd_npy_array_free (units);
  return TRUE;
}

static gboolean
open_part (Part *part, const char *path, GError **error)
{
  const CjdHdf5Set *labels;

  part->path = g_strdup (path);
  part->stamp = cjd_stamp_take (path);
  part->file = cjd_hdf5_load (path, error);
  if (part->file == NULL)
    return FALSE;
  part->times = cjd_hdf5_get_set (part->file, "spikes/times", error);
  part->units = part->times != NULL ? cjd_hdf5_get_set (part->file, "spikes/units", error) : NULL;
  labels = part->units != NULL ? cjd_hdf5_get_set (part->file, "labels", error) : NULL;
  part->labels = labels != NULL ? cjd_hdf5_set_dup_array (labels, error) : NULL;
  if (part->labels == NULL)
    {
      g_prefix_error (error, "%s: ", path);
      return FALSE;
    }
  part->n = part->labels->size;
  if (part->n < 1 || part->n > MAX_SAMPLES || part->labels->shape.n_dims != 1
      || cjd_hdf5_set_get_content (part->times) != CJD_HDF5_ROWS
      || cjd_hdf5_set_get_content (part->units) != CJD_HDF5_ROWS
      || cj_shape_size (cjd_hdf5_set_get_shape (part->times)) != part->n
      || cj_shape_size (cjd_hdf5_set_get_shape (part->units)) != part->n)
    return refuse (
        part, error,
        _ ("Its times, units and labels are not as many; a row of times and one of units "
           "belong to every label."));
  for (gint64 i = 0; i < part->n; i++)
    {
      const double label = cjd_npy_array_get (part->labels, i);

      if (!(label >= 0 && label < MAX_CLASSES && label == floor (label)))
        return refuse (part, error, _ ("A label is no class from 0 to 65535."));
    }
  return TRUE;
}

/* The last spike, in s, and the largest unit of a file. */
static gboolean
measure_part (const Lists *self, const Part *part, double *last, double *most, GError **error)
{
  for (gint64 i = 0; i < part->n; i++)
    {
      CjdNpyArray *times, *units;

      if (!read_rows (part, i, &times, &units, error))
        return FALSE;
      for (gint64 k = 0; k < times->size; k++)
        {
          *last = MAX (*last, cjd_npy_array_get (times, k) * self->unit);
          *most = MAX (*most, cjd_npy_array_get (units, k));
        }
      cjd_npy_array_free (times);
      cjd_npy_array_free (units);
    }
  return TRUE;
}

static gboolean
measure (Lists *self, const CjdReadOptions *options, GError **error)
{
  g_autoptr (CjdNpyArray) first = cjd_hdf5_set_dup_row (self->parts[0].times, 0, error);
  double last = 0, most = 0;

  if (first == NULL)
    {
      g_prefix_error (error, "%s: ", self->parts[0].path);
      return FALSE;
    }
  self->moment = options->moment / 1000;
  self->unit = first->type <= CJD_NPY_FLOAT64 ? 1 : 1e-6;
  for (guint i = 0; i < self->n_parts; i++)
    if (!measure_part (self, &self->parts[i], &last, &most, error))
      return FALSE;
  if (!(last / self->moment + 1 <= MAX_MOMENTS) || !(most < MAX_UNITS)
      || (last / self->moment + 1) * (most + 1) > MAX_SAMPLE)
    {
      g_set_error (
          error, CJ_ERROR, CJ_ERROR_FILE,
          _ ("%s: Samples of %.3g s and %.0f units are too many time steps of %g ms. Make a "
             "time step longer."),
          self->parts[0].path, last, most + 1, options->moment);
      return FALSE;
    }
  self->t = (gint64) (last / self->moment) + 1;
  self->u = (gint64) most + 1;
  return TRUE;
}

static CjTensor *
make_labels (const Lists *self, gint64 n, guint *n_classes)
{
  const CjShape shape = cj_shape1 (n);
  CjTensor *y = cj_tensor_new (CJ_INT32, &shape);
  gint64 at = 0;

  for (guint i = 0; i < self->n_parts; i++)
    for (gint64 k = 0; k < self->parts[i].n; k++, at++)
      {
        cj_tensor_i32 (y)[at] = (gint32) cjd_npy_array_get (self->parts[i].labels, k);
        *n_classes = MAX (*n_classes, (guint) cj_tensor_i32 (y)[at] + 1);
      }
  return y;
}

/* Takes self. */
static CjdDataset *
make (Lists *self, const char *path, const CjdReadOptions *options, GError **error)
{
  const gint64 n = self->parts[0].n + (self->n_parts > 1 ? self->parts[1].n : 0);
  const CjShape shape = cj_shape3 (n, self->t, self->u);
  const gsize sample = (gsize) (self->t * self->u), budget = (gsize) options->memory << 20;
  g_autofree char *name = g_path_get_basename (path);
  g_autoptr (CjTensor) x = NULL;
  CjdDataset *dataset;
  guint n_classes = 0;
  CjTensor *y;

  if (sample * (gsize) n <= budget)
    {
      x = cj_tensor_new (CJ_UINT8, &shape);
      for (gint64 i = 0; i < n; i++)
        if (!read_sample (&self->store, (gsize) i, (guint8 *) x->data + (gsize) i * sample, error))
          {
            free_store (&self->store);
            return NULL;
          }
    }
  y = make_labels (self, n, &n_classes);
  if (x == NULL)
    {
      dataset = cjd_dataset_new_streamed (name, &self->store, CJ_UINT8, &shape, y, n_classes, NULL,
                                          budget);
      cjd_dataset_take_note (
          dataset, g_strdup_printf (_ ("Streamed from disk; %d MiB are kept."), options->memory));
      return dataset;
    }
  dataset = cjd_dataset_new (name, g_steal_pointer (&x), y, n_classes, NULL);
  free_store (&self->store);
  return dataset;
}

static CjdDataset *
load (const char *path, const CjdReadOptions *options, GError **error)
{
  const gboolean folder = g_file_test (path, G_FILE_TEST_IS_DIR);
  g_autofree char *train = folder ? find_part (path, "train") : g_strdup (path);
  g_autofree char *test = folder ? find_part (path, "test") : NULL;
  Lists *self = g_new0 (Lists, 1);
  CjdDataset *dataset = NULL;
  gint64 n_train = 0, n_test = 0;
  g_autofree char *note = NULL;
  gboolean good;

  self->store = (CjdStore){ read_sample, free_store, identify };
  self->n_parts = test != NULL ? 2 : 1;
  good = train != NULL && open_part (&self->parts[0], train, error)
         && (test == NULL || open_part (&self->parts[1], test, error))
         && measure (self, options, error);
  if (train == NULL)
    g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                 _ ("%s: There is no list of spikes for training, as shd_train.h5."), path);
  if (good)
    {
      n_train = self->parts[0].n;
      n_test = self->parts[1].n;
      note = g_strdup_printf (_ ("Spikes of %lld units in time steps of %g ms."),
                              (long long) self->u, options->moment);
      dataset = make (self, path, options, error);
    }
  else
    free_store (&self->store);
  if (dataset == NULL)
    return NULL;
  cjd_dataset_take_note (dataset, g_steal_pointer (&note));
  cjd_dataset_keep_zeros (dataset);
  if (n_test > 0)
    {
      cjd_dataset_mark (dataset, 0, CJD_SPLIT_TRAIN);
      cjd_dataset_mark (dataset, (gsize) n_train, CJD_SPLIT_TEST);
    }
  return dataset;
}

const CjdReaderInfo cjd_reader_spike_lists = {
  .id = "spike-lists",
  .title = "Lists of spikes",
  .blurb = "HDF5 files with a row of times, a row of units and a label for every sample, as the "
           "Heidelberg digits; one alone, or one for training and one for testing in a folder",
  .recognise = recognise,
  .load = load,
};
