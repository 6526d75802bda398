/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures in one folder a class: PATH/CLASS/NAME.png, or PATH/train/CLASS/… with val and test beside it;
 * or pictures alone, PATH/NAME.png, which are then all of one class, as for an autoencoder.
 * Every header is read at first; pixels at once if they fit the memory, else when they are needed. */
#include "cj-error.h"
#include "cjd-folders.h"
#include "cjd-reader.h"
#include "class-folder.h"
#include "picture.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define USUAL_SIDE 64 /* where pictures differ in size and none is chosen */

typedef struct
{
  CjdStore store;
  GPtrArray *paths;
  CjdStamp *stamps; /* of the paths */
  guint c, h, w;
} Pictures;

static gboolean
recognise (const char *path)
{
  return cjd_folder_count_classes (path, cjd_picture_is_name) > 0
         || cjd_folder_has_files (path, cjd_picture_is_name);
}

/* Reads all headers; the shape of one sample. */
static gboolean
find_shape (const GPtrArray *paths, const CjdReadOptions *options, Pictures *to, char **note,
            GError **error)
{
  gboolean colour = FALSE, alike = TRUE;
  guint h = 0, w = 0;

  for (guint i = 0; i < paths->len; i++)
    {
      CjdPicture picture;

      if (!cjd_picture_load (paths->pdata[i], FALSE, &picture, error))
        return FALSE;
      alike = alike && (i == 0 || (picture.height == h && picture.width == w));
      h = picture.height;
      w = picture.width;
      colour = colour || picture.colour;
    }
  to->h = options->size[0] > 0 ? (guint) options->size[0] : alike ? h : USUAL_SIDE;
  to->w = options->size[1] > 0 ? (guint) options->size[1] : alike ? w : USUAL_SIDE;
  to->c = options->channels == CJD_CHANNELS_GREY     ? 1
          : options->channels == CJD_CHANNELS_COLOUR ? 3
          : colour                                   ? 3
                                                     : 1;
  if (!alike || to->h != h || to->w != w)
    *note = g_strdup_printf (_ ("Pictures are scaled to %u×%u."), to->h, to->w);
  return TRUE;
}

static gboolean
read_picture (CjdStore *store, gsize index, void *out, GError **error)
{
  const Pictures *self = (Pictures *) store;
  CjdPicture picture;

  if (!cjd_picture_load (self->paths->pdata[index], TRUE, &picture, error))
    return FALSE;
  cjd_picture_fit (&picture, self->c, self->h, self->w, out);
  cjd_picture_clear (&picture);
  return TRUE;
}

static void
free_store (CjdStore *store)
{
  Pictures *self = (Pictures *) store;

  g_ptr_array_unref (self->paths);
  g_free (self->stamps);
  g_free (self);
}

static void
identify (CjdStore *store, gsize index, GChecksum *sum)
{
  const Pictures *self = (Pictures *) store;
  const guint shape[] = { self->c, self->h, self->w };

  g_checksum_update (sum, (const guchar *) "pictures", -1);
  g_checksum_update (sum, (const guchar *) shape, sizeof shape);
  g_checksum_update (sum, (const guchar *) &self->stamps[index], sizeof self->stamps[index]);
}

/* All pixels at once, into memory. */
static CjTensor *
read_all (Pictures *pictures, const CjShape *shape, GError **error)
{
  g_autoptr (CjTensor) x = cj_tensor_new (CJ_UINT8, shape);
  const gsize size = (gsize) pictures->c * pictures->h * pictures->w;

  for (guint i = 0; i < pictures->paths->len; i++)
    if (!read_picture (&pictures->store, i, (guint8 *) x->data + i * size, error))
      return NULL;
  return g_steal_pointer (&x);
}

static CjdDataset *
make (const CjdFolder *found, const char *path, const CjdReadOptions *options, GError **error)
{
  Pictures *pictures = g_new0 (Pictures, 1);
  const gsize budget = (gsize) options->memory << 20;
  g_autofree char *name = cjd_folders_dup_name (path), *note = NULL;
  g_auto (GStrv) names = NULL;
  CjdDataset *dataset = NULL;
  guint n_classes = 0;
  CjShape shape;
  CjTensor *x, *y;

  pictures->store = (CjdStore){ read_picture, free_store, identify };
  pictures->paths = g_ptr_array_ref (found->paths);
  pictures->stamps = cjd_stamp_take_all (found->paths);
  if (find_shape (found->paths, options, pictures, &note, error))
    {
      shape = cj_shape4 (found->paths->len, pictures->c, pictures->h, pictures->w);
      y = cjd_folder_number_classes (found, &names, &n_classes);
      if ((gsize) cj_shape_size (&shape) > budget)
        {
          dataset = cjd_dataset_new_streamed (name, &pictures->store, CJ_UINT8, &shape, y,
                                              n_classes, (const char *const *) names, budget);
          cjd_dataset_take_note (
              dataset,
              g_strdup_printf (_ ("Streamed from disk; %d MiB are kept."), options->memory));
          pictures = NULL;
        }
      else if ((x = read_all (pictures, &shape, error)) != NULL)
        dataset = cjd_dataset_new (name, x, y, n_classes, (const char *const *) names);
      else
        cj_tensor_unref (y);
    }
  if (pictures != NULL)
    free_store (&pictures->store);
  if (dataset != NULL && note != NULL)
    cjd_dataset_take_note (dataset, g_steal_pointer (&note));
  return dataset;
}

static CjdDataset *
load (const char *path, const CjdReadOptions *options, GError **error)
{
  g_autoptr (CjdFolder) found = cjd_folder_find (path, cjd_picture_is_name);
  CjdDataset *dataset = NULL;

  if (found->paths->len == 0 || g_hash_table_size (found->names) > CJD_FOLDER_MAX_CLASSES)
    g_set_error (
        error, CJ_ERROR, CJ_ERROR_FILE,
        _ ("%s: There are no folders of PNG or JPEG pictures, one a class, or more than %d."), path,
        CJD_FOLDER_MAX_CLASSES);
  else
    dataset = make (found, path, options, error);
  if (dataset != NULL && found->alone)
    cjd_dataset_take_note (dataset,
                           g_strdup (_ ("The pictures stand in no folders of classes, so all "
                                        "are of one class.")));
  if (dataset != NULL)
    memcpy (dataset->split, found->splits->data, found->splits->len);
  return dataset;
}

const CjdReaderInfo cjd_reader_image_folder = {
  .id = "image-folder",
  .title = "Folder of pictures",
  .blurb
  = "PNG and JPEG pictures in one folder a class, with train, val and test above if there are",
  .recognise = recognise,
  .load = load,
};
