/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recordings of an event camera in one folder a class, as N-MNIST has them. A recording becomes a sequence
 * of moments of equal length: a number is 1 where an event of that polarity and place fell into the moment.
 * N recordings, T moments, H W of the camera; features polarity by polarity, row by row. */
#include "events.h"
#include "cj-error.h"
#include "cjd-reader.h"
#include "class-folder.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_MOMENTS 10000
#define MAX_SAMPLE (1 << 26) /* bytes of one recording */
#define PROBE 200            /* events that are looked at to recognise a file */

typedef struct
{
  CjdStore store;
  GPtrArray *paths;
  CjdStamp *stamps; /* of the paths */
  guint t, h, w, polarities;
  double moment; /* microseconds */
} Recordings;

/* The first events of a recording come one after the other. */
static gboolean
looks_right (const char *path)
{
  g_autoptr (GArray) events = cjd_events_load (path, NULL);

  if (events == NULL || events->len == 0)
    return FALSE;
  for (guint i = 1; i < MIN (events->len, PROBE); i++)
    if (g_array_index (events, CjdEvent, i).t < g_array_index (events, CjdEvent, i - 1).t)
      return FALSE;
  return TRUE;
}

/* A folder with nothing but one folder of .bin files may be anything; two classes are wanted. */
static gboolean
recognise (const char *path)
{
  g_autoptr (CjdFolder) found = NULL;

  if (cjd_folder_count_classes (path, cjd_events_is_name) < 2)
    return FALSE;
  found = cjd_folder_find (path, cjd_events_is_name);
  return found->paths->len > 0 && looks_right (found->paths->pdata[0]);
}

static gboolean
read_recording (CjdStore *store, gsize index, void *out, GError **error)
{
  const Recordings *self = (Recordings *) store;
  g_autoptr (GArray) events = cjd_events_load (self->paths->pdata[index], error);
  const gsize plane = (gsize) self->h * self->w, moment = plane * self->polarities;
  guint8 *to = out;

  if (events == NULL)
    return FALSE;
  memset (to, 0, moment * self->t);
  for (guint i = 0; i < events->len; i++)
    {
      const CjdEvent *e = &g_array_index (events, CjdEvent, i);
      const double t = e->t / self->moment;

      if (t < self->t && e->x < self->w && e->y < self->h)
        to[(gsize) t * moment + (self->polarities > 1 ? e->on * plane : 0) + (gsize) e->y * self->w
           + e->x]
            = 255;
    }
  return TRUE;
}

static void
free_store (CjdStore *store)
{
  Recordings *self = (Recordings *) store;

  g_ptr_array_unref (self->paths);
  g_free (self->stamps);
  g_free (self);
}

static void
identify (CjdStore *store, gsize index, GChecksum *sum)
{
  const Recordings *self = (Recordings *) store;
  const guint shape[] = { self->t, self->h, self->w, self->polarities };

  g_checksum_update (sum, (const guchar *) "recordings", -1);
  g_checksum_update (sum, (const guchar *) shape, sizeof shape);
  g_checksum_update (sum, (const guchar *) &self->moment, sizeof self->moment);
  g_checksum_update (sum, (const guchar *) &self->stamps[index], sizeof self->stamps[index]);
}

/* Looks at all events for the size of the camera and the longest recording. */
static gboolean
measure (Recordings *self, const char *path, const CjdReadOptions *options, GError **error)
{
  guint32 last = 0;

  for (guint i = 0; i < self->paths->len; i++)
    {
      g_autoptr (GArray) events = cjd_events_load (self->paths->pdata[i], error);

      if (events == NULL)
        return FALSE;
      for (guint k = 0; k < events->len; k++)
        {
          const CjdEvent *e = &g_array_index (events, CjdEvent, k);

          last = MAX (last, e->t);
          self->w = MAX (self->w, e->x + 1u);
          self->h = MAX (self->h, e->y + 1u);
        }
    }
  self->moment = options->moment * 1000;
  self->polarities = options->polarity == CJD_POLARITY_BOTH ? 2 : 1;
  self->w = MAX (self->w, 1);
  self->h = MAX (self->h, 1);
  if (last / self->moment + 1 > MAX_MOMENTS
      || (last / self->moment + 1) * self->w * self->h * self->polarities > MAX_SAMPLE)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   _ ("%s: Recordings of %.3g s and %u×%u are too many time steps of %g ms. Make a "
                      "time step "
                      "longer."),
                   path, last * 1e-6, self->h, self->w, options->moment);
      return FALSE;
    }
  self->t = (guint) (last / self->moment) + 1;
  return TRUE;
}

static CjTensor *
read_all (Recordings *self, const CjShape *shape, GError **error)
{
  g_autoptr (CjTensor) x = cj_tensor_new (CJ_UINT8, shape);
  const gsize size = (gsize) (cj_shape_size (shape) / shape->dims[0]);

  for (guint i = 0; i < self->paths->len; i++)
    if (!read_recording (&self->store, i, (guint8 *) x->data + i * size, error))
      return NULL;
  return g_steal_pointer (&x);
}

static CjdDataset *
make (const CjdFolder *found, const char *path, const CjdReadOptions *options, GError **error)
{
  Recordings *self = g_new0 (Recordings, 1);
  const gsize budget = (gsize) options->memory << 20;
  g_autofree char *name = g_path_get_basename (path);
  g_auto (GStrv) names = NULL;
  CjdDataset *dataset = NULL;
  guint n_classes = 0;
  CjShape shape;
  CjTensor *x, *y;

  self->store = (CjdStore){ read_recording, free_store, identify };
  self->paths = g_ptr_array_ref (found->paths);
  self->stamps = cjd_stamp_take_all (found->paths);
  if (measure (self, path, options, error))
    {
      shape = cj_shape3 (found->paths->len, self->t, self->polarities * self->h * self->w);
      y = cjd_folder_number_classes (found, &names, &n_classes);
      if ((gsize) cj_shape_size (&shape) > budget)
        {
          dataset = cjd_dataset_new_streamed (name, &self->store, CJ_UINT8, &shape, y, n_classes,
                                              (const char *const *) names, budget);
          cjd_dataset_take_note (
              dataset,
              g_strdup_printf (_ ("Streamed from disk; %d MiB are kept."), options->memory));
        }
      else if ((x = read_all (self, &shape, error)) != NULL)
        dataset = cjd_dataset_new (name, x, y, n_classes, (const char *const *) names);
      else
        cj_tensor_unref (y);
    }
  if (dataset != NULL)
    cjd_dataset_take_note (
        dataset, g_strdup_printf (_ ("Events of a camera of %u×%u in time steps of %g ms."),
                                  self->h, self->w, options->moment));
  if (dataset == NULL || dataset->cache == NULL)
    free_store (&self->store);
  return dataset;
}

static CjdDataset *
load (const char *path, const CjdReadOptions *options, GError **error)
{
  g_autoptr (CjdFolder) found = cjd_folder_find (path, cjd_events_is_name);
  CjdDataset *dataset;

  if (found->paths->len == 0 || g_hash_table_size (found->names) > CJD_FOLDER_MAX_CLASSES)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   _ ("%s: There are no folders of recordings, one a class, or more than %d."),
                   path, CJD_FOLDER_MAX_CLASSES);
      return NULL;
    }
  dataset = make (found, path, options, error);
  if (dataset == NULL)
    return NULL;
  cjd_dataset_keep_zeros (dataset);
  memcpy (dataset->split, found->splits->data, found->splits->len);
  return dataset;
}

const CjdReaderInfo cjd_reader_events = {
  .id = "events",
  .title = "Event camera",
  .blurb = "Recordings of an event camera in one folder a class, as the .bin files of N-MNIST or "
           ".npz and .h5 files with arrays x, y, t and p",
  .recognise = recognise,
  .load = load,
};
