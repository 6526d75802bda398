/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures in one folder a class: PATH/CLASS/NAME.png, or PATH/train/CLASS/… with val and test beside it;
 * or pictures alone, PATH/NAME.png, which are then all of one class, as for an autoencoder.
 * Every header is read at first; pixels at once if they fit the memory, else when they are needed. */
#include "cj-error.h"
#include "cjd-reader.h"
#include "picture.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_PICTURES 10000000
#define MAX_CLASSES 100000
#define USUAL_SIDE 64 /* where pictures differ in size and none is chosen */

typedef struct
{
  CjdStore store;
  GPtrArray *paths;
  guint c, h, w;
} Pictures;

typedef struct
{
  GPtrArray *paths, *classes; /* one each a picture; class names are owned by `names` */
  GArray *splits;             /* guint8 */
  GHashTable *names;
  gboolean alone; /* the pictures stand in no folders of classes */
} Found;

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Names in a folder that are folders, or pictures; sorted. */
static GPtrArray *
list (const char *folder, gboolean pictures)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL && names->len < MAX_PICTURES)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (*name != '.'
          && (pictures ? cjd_picture_is_name (name) : g_file_test (path, G_FILE_TEST_IS_DIR)))
        g_ptr_array_add (names, g_strdup (name));
    }
  g_ptr_array_sort (names, compare_names);
  return names;
}

static gboolean
has_classes (const char *folder)
{
  g_autoptr (GPtrArray) classes = list (folder, FALSE);

  for (guint i = 0; i < classes->len; i++)
    {
      g_autofree char *path = g_build_filename (folder, classes->pdata[i], NULL);
      g_autoptr (GPtrArray) pictures = list (path, TRUE);

      if (pictures->len > 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
has_pictures (const char *folder)
{
  g_autoptr (GPtrArray) pictures = list (folder, TRUE);

  return pictures->len > 0;
}

static gboolean
recognise (const char *path)
{
  g_autofree char *train = g_build_filename (path, "train", NULL);

  return has_classes (path) || has_classes (train) || has_pictures (path);
}

/* The pictures of one class. */
static void
collect_class (Found *found, const char *path, const char *class_name, CjdSplit split)
{
  g_autoptr (GPtrArray) pictures = list (path, TRUE);
  const guint8 which = (guint8) split;
  gpointer name;

  if (pictures->len == 0)
    return;
  if (!g_hash_table_lookup_extended (found->names, class_name, &name, NULL))
    {
      name = g_strdup (class_name);
      g_hash_table_add (found->names, name);
    }
  for (guint k = 0; k < pictures->len && found->paths->len < MAX_PICTURES; k++)
    {
      g_ptr_array_add (found->paths, g_build_filename (path, pictures->pdata[k], NULL));
      g_ptr_array_add (found->classes, name);
      g_array_append_val (found->splits, which);
    }
}

static void
collect (Found *found, const char *folder, CjdSplit split)
{
  g_autoptr (GPtrArray) classes = list (folder, FALSE);

  for (guint i = 0; i < classes->len; i++)
    {
      g_autofree char *path = g_build_filename (folder, classes->pdata[i], NULL);

      collect_class (found, path, classes->pdata[i], split);
    }
}

/* Parts of a folder in training, validation and test, or all of it in training. */
static void
find_pictures (Found *found, const char *path)
{
  static const struct
  {
    const char *name;
    CjdSplit split;
  } parts[] = { { "train", CJD_SPLIT_TRAIN },
                { "val", CJD_SPLIT_VAL },
                { "valid", CJD_SPLIT_VAL },
                { "validation", CJD_SPLIT_VAL },
                { "test", CJD_SPLIT_TEST } };
  g_autofree char *train = g_build_filename (path, "train", NULL);
  const gboolean parted = has_classes (train);

  for (guint i = 0; i < G_N_ELEMENTS (parts) && parted; i++)
    {
      g_autofree char *part = g_build_filename (path, parts[i].name, NULL);

      collect (found, part, parts[i].split);
    }
  if (!parted)
    collect (found, path, CJD_SPLIT_TRAIN);
  if (found->paths->len == 0)
    {
      g_autofree char *name = g_path_get_basename (path);

      collect_class (found, path, name, CJD_SPLIT_TRAIN);
      found->alone = found->paths->len > 0;
    }
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
  g_free (self);
}

/* Class numbers in the order of the names. */
static CjTensor *
number_classes (const Found *found, GStrv *names, guint *n_classes)
{
  const CjShape shape = cj_shape1 (found->paths->len);
  CjTensor *y = cj_tensor_new (CJ_INT32, &shape);
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();
  g_autoptr (GHashTable) numbers = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, found->names);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_ptr_array_add (sorted, name);
  g_ptr_array_sort (sorted, compare_names);
  *n_classes = sorted->len;
  *names = g_new0 (char *, sorted->len + 1);
  for (guint i = 0; i < sorted->len; i++)
    {
      (*names)[i] = g_filename_display_name (sorted->pdata[i]);
      g_hash_table_insert (numbers, sorted->pdata[i], GUINT_TO_POINTER (i));
    }
  for (guint i = 0; i < found->paths->len; i++)
    cj_tensor_i32 (y)[i]
        = GPOINTER_TO_INT (g_hash_table_lookup (numbers, found->classes->pdata[i]));
  return y;
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
make (const Found *found, const char *path, const CjdReadOptions *options, GError **error)
{
  Pictures *pictures = g_new0 (Pictures, 1);
  const gsize budget = (gsize) options->memory << 20;
  g_autofree char *name = g_path_get_basename (path), *note = NULL;
  g_auto (GStrv) names = NULL;
  CjdDataset *dataset = NULL;
  guint n_classes = 0;
  CjShape shape;
  CjTensor *x, *y;

  pictures->store = (CjdStore){ read_picture, free_store };
  pictures->paths = g_ptr_array_ref (found->paths);
  if (find_shape (found->paths, options, pictures, &note, error))
    {
      shape = cj_shape4 (found->paths->len, pictures->c, pictures->h, pictures->w);
      y = number_classes (found, &names, &n_classes);
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
  Found found = { g_ptr_array_new_with_free_func (g_free), g_ptr_array_new (),
                  g_array_new (FALSE, FALSE, sizeof (guint8)),
                  g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL), FALSE };
  CjdDataset *dataset = NULL;

  find_pictures (&found, path);
  if (found.paths->len == 0 || g_hash_table_size (found.names) > MAX_CLASSES)
    g_set_error (
        error, CJ_ERROR, CJ_ERROR_FILE,
        _ ("%s: There are no folders of PNG or JPEG pictures, one a class, or more than %d."), path,
        MAX_CLASSES);
  else
    dataset = make (&found, path, options, error);
  if (dataset != NULL && found.alone)
    cjd_dataset_take_note (dataset,
                           g_strdup (_ ("The pictures stand in no folders of classes, so all "
                                        "are of one class.")));
  if (dataset != NULL)
    memcpy (dataset->split, found.splits->data, found.splits->len);
  g_ptr_array_unref (found.paths);
  g_ptr_array_unref (found.classes);
  g_array_unref (found.splits);
  g_hash_table_unref (found.names);
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
