/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "events.h"

#include "cj-error.h"
#include "file.h"
#include "hdf5.h"

#include <glib/gi18n-lib.h>

#define BYTES 5 /* of an event */

static gboolean
is_hdf5 (const char *name)
{
  return g_str_has_suffix (name, ".h5") || g_str_has_suffix (name, ".hdf5");
}

gboolean
cjd_events_is_name (const char *name)
{
  return g_str_has_suffix (name, ".bin") || g_str_has_suffix (name, ".npz") || is_hdf5 (name);
}

GArray *
cjd_events_parse (GBytes *bytes, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  GArray *events;

  if (size % BYTES != 0 || size / BYTES > CJD_EVENTS_MAX)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   _ ("Its %zu bytes are not a whole number of events of %d bytes, or too many."),
                   size, BYTES);
      return NULL;
    }
  events = g_array_sized_new (FALSE, FALSE, sizeof (CjdEvent), (guint) (size / BYTES));
  for (gsize i = 0; i < size; i += BYTES)
    {
      const CjdEvent event
          = { .x = data[i],
              .y = data[i + 1],
              .on = data[i + 2] >> 7,
              .t = (data[i + 2] & 0x7fu) << 16 | (guint) data[i + 3] << 8 | data[i + 4] };

      g_array_append_val (events, event);
    }
  return events;
}

static const char *const names[] = { "x", "y", "t", "p" };

/* The arrays that are there of x, y, t and p of an HDF5 file, under these names. */
static GPtrArray *
load_hdf5 (const char *path, GError **error)
{
  g_autoptr (CjdHdf5) file = cjd_hdf5_load (path, error);
  g_autoptr (GPtrArray) arrays
      = g_ptr_array_new_with_free_func ((GDestroyNotify) cjd_npy_array_free);
  const char *group;

  if (file == NULL)
    return NULL;
  group = cjd_hdf5_get_kind (file, "events") == CJD_HDF5_GROUP ? "events/" : "";
  for (guint k = 0; k < G_N_ELEMENTS (names); k++)
    {
      g_autofree char *place = g_strconcat (group, names[k], NULL);
      const CjdHdf5Set *set;
      CjdNpyArray *array;

      if (cjd_hdf5_get_kind (file, place) != CJD_HDF5_SET)
        continue;
      set = cjd_hdf5_get_set (file, place, error);
      array = set != NULL ? cjd_hdf5_set_dup_array (set, error) : NULL;
      if (array == NULL)
        {
          g_prefix_error (error, "%s: ", path);
          return NULL;
        }
      g_free (array->name);
      array->name = g_strdup (names[k]);
      g_ptr_array_add (arrays, array);
    }
  return g_steal_pointer (&arrays);
}

static GArray *
read_arrays (const char *path, GError **error)
{
  static const double most[] = { CJD_EVENTS_MAX_SIDE - 1, CJD_EVENTS_MAX_SIDE - 1, G_MAXUINT32, 1 };
  g_autoptr (GPtrArray) arrays
      = is_hdf5 (path) ? load_hdf5 (path, error) : cjd_npz_load (path, error);
  g_autoptr (GArray) events = NULL;
  const CjdNpyArray *found[4];

  if (arrays == NULL)
    return NULL;
  for (guint k = 0; k < 4; k++)
    {
      found[k] = cjd_npz_find (arrays, names[k]);
      if (found[k] == NULL || found[k]->shape.n_dims != 1 || found[k]->size != found[0]->size
          || found[k]->size > CJD_EVENTS_MAX)
        {
          g_set_error (
              error, CJ_ERROR, CJ_ERROR_FILE,
              _ ("%s: Events are arrays x, y, t and p of one length; “%s” is missing or of "
                 "another."),
              path, names[k]);
          return NULL;
        }
    }
  events = g_array_sized_new (FALSE, FALSE, sizeof (CjdEvent), (guint) found[0]->size);
  for (gint64 i = 0; i < found[0]->size; i++)
    {
      double v[4];
      CjdEvent event;

      for (guint k = 0; k < 4; k++)
        {
          v[k] = cjd_npy_array_get (found[k], i);
          /* darker is 0 or -1 */
          if (!(v[k] >= (k == 3 ? -1 : 0) && v[k] <= most[k]))
            {
              g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                           _ ("%s: %s of event %lld is %g, which is no place, time or polarity."),
                           path, names[k], (long long) i, v[k]);
              return NULL;
            }
        }
      event = (CjdEvent){
        .x = (guint16) v[0], .y = (guint16) v[1], .t = (guint32) v[2], .on = v[3] > 0
      };
      g_array_append_val (events, event);
    }
  return g_steal_pointer (&events);
}

GArray *
cjd_events_load (const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  GArray *events;

  if (g_str_has_suffix (path, ".npz") || is_hdf5 (path))
    return read_arrays (path, error);
  bytes = cjd_file_read (path, (gsize) CJD_EVENTS_MAX * BYTES, error);
  if (bytes == NULL)
    return NULL;
  events = cjd_events_parse (bytes, error);
  if (events == NULL)
    g_prefix_error (error, "%s: ", path);
  return events;
}
