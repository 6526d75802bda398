/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a file holds, made of the records that come out of the cage; nothing in them is believed. */
#include "hdf5-private.h"

#include "cj-error.h"
#include "file.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define SIGNATURE "\x89HDF\r\n\x1a\n"

struct _CjdHdf5Set
{
  char *name;
  CjdHdf5Content content;
  CjdHdf5Trouble trouble;
  char *cause; /* words of the library */
  CjdNpyType number;
  gboolean big;
  CjShape shape;
  GBytes *bytes;
  gsize *ends; /* of texts and rows: where each ends in bytes, behind a length of 8 bytes */
};

typedef struct
{
  CjdHdf5Kind kind;
  GPtrArray *names; /* of a group */
  CjdHdf5Set *set;
} Object;

struct _CjdHdf5
{
  GHashTable *objects; /* path to Object */
};

static void
free_set (CjdHdf5Set *set)
{
  g_clear_pointer (&set->bytes, g_bytes_unref);
  g_free (set->name);
  g_free (set->cause);
  g_free (set->ends);
  g_free (set);
}

static void
free_object (gpointer data)
{
  Object *object = data;

  g_clear_pointer (&object->names, g_ptr_array_unref);
  g_clear_pointer (&object->set, free_set);
  g_free (object);
}

/* --- records --- */

typedef struct
{
  CjdHdf5 *file;
  GBytes *told;
  const guint8 *data;
  gsize size, at;
} Telling;

static gboolean
take (Telling *t, void *to, gsize size)
{
  if (size > t->size - t->at)
    return FALSE;
  memcpy (to, t->data + t->at, size);
  t->at += size;
  return TRUE;
}

static char *
take_text (Telling *t, gsize size, gsize most)
{
  char *text;

  if (size > most || size > t->size - t->at)
    return NULL;
  text = g_strndup ((const char *) t->data + t->at, size);
  t->at += size;
  return text;
}

/* Where elements end, if `n` of them fill the bytes. */
static gsize *
find_ends (const guint8 *data, gsize size, gsize n)
{
  g_autofree gsize *ends = n <= size / 8 ? g_new (gsize, MAX (n, 1)) : NULL;
  gsize at = 0;

  for (gsize i = 0; ends != NULL && i < n; i++)
    {
      guint64 length;

      if (size - at < 8)
        return NULL;
      memcpy (&length, data + at, 8);
      at += 8;
      if (length > size - at)
        return NULL;
      at += (gsize) length;
      ends[i] = at;
    }
  return at == size ? g_steal_pointer (&ends) : NULL;
}

static gboolean
read_shape (const CjdHdf5Record *record, CjShape *shape, guint64 *n)
{
  *n = 1;
  if (record->n_dims > CJ_MAX_DIMS)
    return FALSE;
  for (guint i = 0; i < record->n_dims; i++)
    if (record->dims[i] < 0
        || (record->dims[i] > 0 && *n > CJD_HDF5_MAX_BYTES / (guint64) record->dims[i]))
      return FALSE;
    else
      *n *= (guint64) record->dims[i];
  *shape = cj_shape (record->n_dims, record->dims);
  return TRUE;
}

/* The elements behind a record. */
static gboolean
read_elements (Telling *t, const CjdHdf5Record *record, CjdHdf5Set *set)
{
  guint64 n;

  if (record->content > CJD_HDF5_ROWS || record->type > CJD_NPY_BOOL
      || record->size > t->size - t->at || !read_shape (record, &set->shape, &n))
    return FALSE;
  set->content = record->content;
  set->number = record->type;
  set->big = record->big != 0;
  set->bytes = g_bytes_new_from_bytes (t->told, t->at, (gsize) record->size);
  if (set->content == CJD_HDF5_NUMBERS
          ? record->size != n * cjd_hdf5_get_width (set->number)
          : (set->ends = find_ends (t->data + t->at, (gsize) record->size, (gsize) n)) == NULL)
    return FALSE;
  t->at += (gsize) record->size;
  return TRUE;
}

/* Puts a name into the group that it stands in, which came before. */
static gboolean
add_name (CjdHdf5 *file, const char *path)
{
  const char *slash = strrchr (path, '/');
  g_autofree char *outer = g_strndup (path, slash != NULL ? (gsize) (slash - path) : 0);
  const Object *group = g_hash_table_lookup (file->objects, outer);
  const char *name = slash != NULL ? slash + 1 : path;

  if (group == NULL || group->kind != CJD_HDF5_GROUP || *name == '\0'
      || !g_utf8_validate (name, -1, NULL))
    return FALSE;
  g_ptr_array_add (group->names, g_strdup (name));
  return TRUE;
}

static gboolean
read_object (Telling *t, const CjdHdf5Record *record, gboolean only_names)
{
  g_autofree char *path = take_text (t, record->path, CJD_HDF5_MAX_DEPTH * CJD_HDF5_MAX_NAME);
  g_autofree char *cause = path != NULL ? take_text (t, record->cause, CJD_HDF5_MAX_CAUSE) : NULL;
  Object *object;

  if (cause == NULL || record->kind > CJD_HDF5_SET || record->trouble >= CJD_HDF5_N_TROUBLES
      || g_hash_table_contains (t->file->objects, path)
      || (g_hash_table_size (t->file->objects) > 0 ? !add_name (t->file, path) : *path != '\0'))
    return FALSE;
  object = g_new0 (Object, 1);
  object->kind = record->kind;
  if (object->kind == CJD_HDF5_GROUP)
    object->names = g_ptr_array_new_with_free_func (g_free);
  if (object->kind == CJD_HDF5_SET)
    {
      object->set = g_new0 (CjdHdf5Set, 1);
      object->set->name = g_strdup (path);
      object->set->cause = g_utf8_make_valid (cause, -1);
      object->set->trouble = record->trouble;
    }
  g_hash_table_insert (t->file->objects, g_steal_pointer (&path), object);
  return object->set == NULL || record->trouble != CJD_HDF5_FINE || only_names
         || read_elements (t, record, object->set);
}

static CjdHdf5 *
refuse_file (const char *cause, GError **error)
{
  g_autofree char *words = g_utf8_make_valid (cause, -1);

  g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
               /* Translators: %s is what the HDF5 library says, in English */
               _ ("It is damaged or cut off (%s). Get it again from where it came."), words);
  return NULL;
}

static CjdHdf5 *
read_records (GBytes *told, gboolean only_names, GError **error)
{
  g_autoptr (CjdHdf5) file = g_new0 (CjdHdf5, 1);
  Telling t = { .file = file, .told = told };
  CjdHdf5Record record;

  t.data = g_bytes_get_data (told, &t.size);
  file->objects = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_object);
  while (take (&t, &record, sizeof record))
    switch (record.what)
      {
      case CJD_HDF5_OBJECT:
        if (!read_object (&t, &record, only_names))
          return refuse_file (_ ("what is read of it makes no sense"), error);
        break;
      case CJD_HDF5_TOO_MANY:
        g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                     _ ("It has more than %d groups and arrays, more than %d levels of them, or "
                        "more than %d MiB. Split it."),
                     CJD_HDF5_MAX_NAMES, CJD_HDF5_MAX_DEPTH, (int) (CJD_HDF5_MAX_BYTES >> 20));
        return NULL;
      case CJD_HDF5_FAILED:
        {
          g_autofree char *cause = take_text (&t, record.cause, CJD_HDF5_MAX_CAUSE);

          return refuse_file (cause != NULL && *cause != '\0' ? cause : "H5Fopen", error);
        }
      case CJD_HDF5_END:
        if (g_hash_table_size (file->objects) > 0)
          return g_steal_pointer (&file);
        return refuse_file (_ ("what is read of it makes no sense"), error);
      default:
        return refuse_file (_ ("what is read of it makes no sense"), error);
      }
  return refuse_file (_ ("reading it crashed, or took too much time or memory"), error);
}

/* --- files --- */

gboolean
cjd_hdf5_is (gconstpointer bytes, gsize size)
{
  return size >= 8 && memcmp (bytes, SIGNATURE, 8) == 0;
}

static CjdHdf5 *
parse (GBytes *bytes, gboolean only_names, GError **error)
{
  g_autoptr (GBytes) told = NULL;

  if (!cjd_hdf5_is (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   _ ("It does not begin like an HDF5 file. Choose a file that h5py or the like "
                      "wrote."));
      return NULL;
    }
  if (g_bytes_get_size (bytes) > CJD_HDF5_MAX_BYTES)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   _ ("It is larger than %d MiB. Split it into smaller files."),
                   (int) (CJD_HDF5_MAX_BYTES >> 20));
      return NULL;
    }
  told = cjd_hdf5_tell (bytes, only_names, error);
  return told != NULL ? read_records (told, only_names, error) : NULL;
}

CjdHdf5 *
cjd_hdf5_parse (GBytes *bytes, GError **error)
{
  return parse (bytes, FALSE, error);
}

CjdHdf5 *
cjd_hdf5_load (const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = cjd_file_read (path, CJD_HDF5_MAX_BYTES, error);
  CjdHdf5 *file = bytes != NULL ? parse (bytes, FALSE, error) : NULL;

  if (bytes != NULL && file == NULL)
    g_prefix_error (error, "%s: ", path);
  return file;
}

gboolean
cjd_hdf5_has_sets (const char *path, const char *const *paths)
{
  g_autoptr (GBytes) begin
      = g_file_test (path, G_FILE_TEST_IS_REGULAR) ? cjd_file_read_start (path, 8, NULL) : NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (CjdHdf5) file = NULL;

  if (begin == NULL || !cjd_hdf5_is (g_bytes_get_data (begin, NULL), g_bytes_get_size (begin)))
    return FALSE;
  if (!cjd_hdf5_is_built ())
    return TRUE;
  bytes = cjd_file_read (path, CJD_HDF5_MAX_BYTES, NULL);
  file = bytes != NULL ? parse (bytes, TRUE, NULL) : NULL;
  for (guint i = 0; file != NULL && paths[i] != NULL; i++)
    if (cjd_hdf5_get_kind (file, paths[i]) != CJD_HDF5_SET)
      return FALSE;
  return file != NULL;
}

void
cjd_hdf5_free (CjdHdf5 *file)
{
  g_hash_table_unref (file->objects);
  g_free (file);
}

static const Object *
find_object (const CjdHdf5 *file, const char *path)
{
  return g_hash_table_lookup (file->objects, path);
}

CjdHdf5Kind
cjd_hdf5_get_kind (const CjdHdf5 *file, const char *path)
{
  const Object *object = find_object (file, path);

  return object != NULL ? object->kind : CJD_HDF5_NONE;
}

GStrv
cjd_hdf5_list (const CjdHdf5 *file, const char *path, GError **error)
{
  const Object *object = find_object (file, path);
  GStrv names;

  if (object == NULL || object->kind != CJD_HDF5_GROUP)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("There is no group “%s” in it."), path);
      return NULL;
    }
  names = g_new0 (char *, object->names->len + 1);
  for (guint i = 0; i < object->names->len; i++)
    names[i] = g_strdup (object->names->pdata[i]);
  return names;
}

/* --- data sets --- */

static void
refuse_set (const CjdHdf5Set *set, GError **error)
{
  const char *const kinds[CJD_HDF5_N_TROUBLES] = {
    [CJD_HDF5_OTHER_TYPE] = _ ("data of another kind than numbers and texts"),
    [CJD_HDF5_OTHER_SHAPE] = _ ("an array with too many or too large dimensions"),
    [CJD_HDF5_TOO_LARGE] = _ ("more data than such a file can hold"),
    [CJD_HDF5_UNWRITTEN] = _ ("a large array that was never written"),
    [CJD_HDF5_VIRTUAL] = _ ("a virtual data set, made of other files"),
    [CJD_HDF5_EXTERNAL] = _ ("data that lie in another file"),
    [CJD_HDF5_PACKED] = _ ("data packed other than by deflate and shuffle"),
  };

  if (set->trouble == CJD_HDF5_DAMAGED)
    g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                 /* Translators: the second %s is what the HDF5 library says, in English */
                 _ ("“%s” in it is damaged or cut off (%s). Get it again from where it came."),
                 set->name, set->cause);
  else
    g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                 /* Translators: the second %s is what an array is, as “a virtual data set” */
                 _ ("“%s” in it has %s, which is not read%s%s. Write it with h5py as it does by "
                    "default."),
                 set->name, kinds[set->trouble], *set->cause != '\0' ? ": " : "", set->cause);
}

const CjdHdf5Set *
cjd_hdf5_get_set (const CjdHdf5 *file, const char *path, GError **error)
{
  const Object *object = find_object (file, path);

  if (object == NULL || object->set == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   object == NULL ? _ ("There is no “%s” in it.") : _ ("“%s” in it is no array."),
                   path);
      return NULL;
    }
  if (object->set->trouble != CJD_HDF5_FINE)
    {
      refuse_set (object->set, error);
      return NULL;
    }
  return object->set;
}

CjdHdf5Content
cjd_hdf5_set_get_content (const CjdHdf5Set *set)
{
  return set->content;
}

const CjShape *
cjd_hdf5_set_get_shape (const CjdHdf5Set *set)
{
  return &set->shape;
}

static CjdNpyArray *
make_array (const CjdHdf5Set *set, const CjShape *shape, GBytes *bytes)
{
  CjdNpyArray *array = g_new0 (CjdNpyArray, 1);

  array->name = g_strdup (set->name);
  array->type = set->number;
  array->big = set->big;
  array->shape = *shape;
  array->size = cj_shape_size (shape);
  array->bytes = bytes;
  array->data = g_bytes_get_data (bytes, NULL);
  return array;
}

/* Whether a set has what is asked of it, and an element of that number. */
static gboolean
expect (const CjdHdf5Set *set, CjdHdf5Content content, gint64 index, GError **error)
{
  if (set->content == content && index >= 0
      && (content == CJD_HDF5_NUMBERS || index < cj_shape_size (&set->shape)))
    return TRUE;
  g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
               _ ("“%s” in it holds another kind of data than it should."), set->name);
  return FALSE;
}

CjdNpyArray *
cjd_hdf5_set_dup_array (const CjdHdf5Set *set, GError **error)
{
  if (!expect (set, CJD_HDF5_NUMBERS, 0, error))
    return NULL;
  return make_array (set, &set->shape, g_bytes_ref (set->bytes));
}

static gsize
find_element (const CjdHdf5Set *set, gint64 index, gsize *size)
{
  const gsize begin = (index > 0 ? set->ends[index - 1] : 0) + 8;

  *size = set->ends[index] - begin;
  return begin;
}

CjdNpyArray *
cjd_hdf5_set_dup_row (const CjdHdf5Set *set, gint64 index, GError **error)
{
  gsize begin, size;
  CjShape shape;

  if (!expect (set, CJD_HDF5_ROWS, index, error))
    return NULL;
  begin = find_element (set, index, &size);
  shape = cj_shape1 ((gint64) (size / cjd_hdf5_get_width (set->number)));
  return make_array (set, &shape, g_bytes_new_from_bytes (set->bytes, begin, size));
}

char *
cjd_hdf5_set_dup_text (const CjdHdf5Set *set, gint64 index, GError **error)
{
  gsize begin, size;
  const char *text;

  if (!expect (set, CJD_HDF5_TEXTS, index, error))
    return NULL;
  begin = find_element (set, index, &size);
  text = (const char *) g_bytes_get_data (set->bytes, NULL) + begin;
  if (size <= CJD_HDF5_MAX_TEXT && g_utf8_validate (text, (gssize) size, NULL))
    return g_strndup (text, size);
  g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
               _ ("A text of “%s” in it is longer than %d bytes, or not UTF-8."), set->name,
               CJD_HDF5_MAX_TEXT);
  return NULL;
}
