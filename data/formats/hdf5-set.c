/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Data sets: what their numbers are, where they lie, and how chunks become one piece again. */
#include "hdf5-private.h"

#include "cj-error.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_TEXT 65536
#define MAX_FILTERS 8
#define DEFLATES 1100 /* times that deflate makes numbers smaller at best, and some */
#define SPARE ((guint64) 1 << 20)

enum
{
  FILTER_DEFLATE = 1,
  FILTER_SHUFFLE = 2,
  FILTER_SUM = 3
};

typedef struct
{
  CjdHdf5Content content;
  CjdNpyType number;
  gboolean big;
  gboolean inline_text; /* of `size` bytes; else in a heap */
  guint size;           /* bytes of an element */
} Type;

struct _CjdHdf5Set
{
  CjdHdf5 *file;
  char *name;
  Type type;
  CjShape shape;
  GBytes *bytes; /* elements in row-major order */
};

/* How a data set is stored. */
typedef struct
{
  CjdHdf5Set *set;
  guint64 address; /* of its data, or of the B-tree of its chunks */
  guint n_filters, filters[MAX_FILTERS];
  gint64 chunk[CJ_MAX_DIMS];
  gsize chunk_bytes;
  guint64 left; /* chunks that may still come */
  guint8 *out;
} Storage;

/* --- types --- */

static gboolean
read_number (CjdHdf5Cursor *c, guint class, guint bits, Type *type)
{
  static const CjdNpyType ints[2][4]
      = { { CJD_NPY_UINT8, CJD_NPY_UINT16, CJD_NPY_UINT32, CJD_NPY_UINT64 },
          { CJD_NPY_INT8, CJD_NPY_INT16, CJD_NPY_INT32, CJD_NPY_INT64 } };
  static const CjdNpyType floats[] = { CJD_NPY_FLOAT16, CJD_NPY_FLOAT32, CJD_NPY_FLOAT64 };
  static const guint mantissa[] = { 10, 23, 52 };
  const guint offset = (guint) cjd_hdf5_take (c, 2), precision = (guint) cjd_hdf5_take (c, 2);
  const int log = type->size == 1 ? 0 : type->size == 2 ? 1 : type->size == 4 ? 2 : 3;

  type->big = (bits & 1) != 0;
  if (c->bad || offset != 0 || precision != 8 * type->size || type->size != 1u << log)
    return FALSE;
  if (class == 0)
    {
      type->number = ints[(bits & 8) != 0][log];
      return TRUE;
    }
  cjd_hdf5_skip (c, 3);
  if (log == 0 || cjd_hdf5_take (c, 1) != mantissa[log - 1])
    return FALSE;
  type->number = floats[log - 1];
  return TRUE;
}

/* A type and, where it is made of others, theirs. */
static gboolean
read_type (CjdHdf5Cursor *c, Type *type, guint depth)
{
  const guint head = (guint) cjd_hdf5_take (c, 1), bits = (guint) cjd_hdf5_take (c, 3);
  const guint class = head & 15;
  Type base = { 0 };

  type->size = (guint) cjd_hdf5_take (c, 4);
  if (c->bad || type->size == 0)
    return FALSE;
  switch (class)
    {
    case 0:
    case 1:
      return read_number (c, class, bits, type);
    case 3:
      type->content = CJD_HDF5_TEXTS;
      type->inline_text = TRUE;
      return type->size <= MAX_TEXT;
    case 8: /* names of numbers, as h5py has truth values */
      return depth == 0 && read_type (c, &base, 1) && base.content == CJD_HDF5_NUMBERS
             && base.size == type->size && (*type = base, TRUE);
    case 9:
      if (depth > 0 || !read_type (c, &base, 1) || base.inline_text)
        return FALSE;
      type->content = (bits & 15) == 1 ? CJD_HDF5_TEXTS : CJD_HDF5_ROWS;
      type->number = base.number;
      type->big = base.big;
      return base.content == CJD_HDF5_NUMBERS;
    default:
      return FALSE;
    }
}

static gboolean
read_shape (const CjdHdf5 *file, const CjdHdf5Message *message, CjShape *shape)
{
  CjdHdf5Cursor c = { .data = message->data, .size = message->size };
  const guint version = (guint) cjd_hdf5_take (&c, 1), rank = (guint) cjd_hdf5_take (&c, 1);

  cjd_hdf5_skip (&c, version == 1 ? 6 : 1);
  if (version == 2 && cjd_hdf5_take (&c, 1) == 2) /* nothing at all */
    return FALSE;
  if (version < 1 || version > 2 || rank > CJ_MAX_DIMS)
    return FALSE;
  shape->n_dims = rank;
  for (guint i = 0; i < rank; i++)
    {
      const guint64 dim = cjd_hdf5_take (&c, file->length);

      if (dim > (guint64) 1 << 40)
        return FALSE;
      shape->dims[i] = (gint64) dim;
    }
  return !c.bad;
}

/* --- chunks --- */

static gboolean
read_filters (const CjdHdf5Message *message, Storage *storage)
{
  CjdHdf5Cursor c = { .data = message->data, .size = message->size };
  const guint version = (guint) cjd_hdf5_take (&c, 1), n = (guint) cjd_hdf5_take (&c, 1);

  cjd_hdf5_skip (&c, version == 1 ? 6 : 0);
  if (version < 1 || version > 2 || n > MAX_FILTERS)
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      const guint id = (guint) cjd_hdf5_take (&c, 2);
      const guint named = version == 1 || id >= 256 ? (guint) cjd_hdf5_take (&c, 2) : 0;
      guint values;

      cjd_hdf5_skip (&c, 2);
      values = (guint) cjd_hdf5_take (&c, 2);
      cjd_hdf5_skip (&c, version == 1 ? (named + 7) / 8 * 8 : named);
      cjd_hdf5_skip (&c, 4 * (guint64) (version == 1 ? values + values % 2 : values));
      if (c.bad || id < FILTER_DEFLATE || id > FILTER_SUM)
        return FALSE;
      storage->filters[storage->n_filters++] = id;
    }
  return TRUE;
}

/* Unpacks to exactly `size` bytes. */
static guint8 *
inflate (const guint8 *data, gsize n, gsize size)
{
  g_autoptr (GZlibDecompressor) z = g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_ZLIB);
  g_autofree guint8 *out = g_try_malloc (MAX (size, 1));
  gsize read = 0, written = 0;
  GConverterResult result = G_CONVERTER_CONVERTED;

  while (out != NULL && result == G_CONVERTER_CONVERTED && written < size)
    {
      gsize more_read = 0, more_written = 0;

      result = g_converter_convert (G_CONVERTER (z), data + read, n - read, out + written,
                                    size - written, G_CONVERTER_INPUT_AT_END, &more_read,
                                    &more_written, NULL);
      if (result == G_CONVERTER_ERROR || more_read + more_written == 0)
        break;
      read += more_read;
      written += more_written;
    }
  return written == size && result != G_CONVERTER_ERROR ? g_steal_pointer (&out) : NULL;
}

/* Bytes of the same weight stand together; back to numbers. */
static guint8 *
unshuffle (const guint8 *data, gsize n, gsize item)
{
  guint8 *out = g_malloc (MAX (n, 1));
  const gsize count = n / item;

  for (gsize k = 0; k < item; k++)
    for (gsize i = 0; i < count; i++)
      out[i * item + k] = data[k * count + i];
  memcpy (out + count * item, data + count * item, n - count * item);
  return out;
}

/* The numbers of a chunk, filters undone from the last to the first; NULL: damaged. */
static guint8 *
unpack (const Storage *storage, const guint8 *data, gsize n, guint mask)
{
  g_autofree guint8 *now = NULL;

  for (guint i = storage->n_filters; i-- > 0;)
    {
      const guint8 *from = now != NULL ? now : data;
      guint8 *next = NULL;

      if ((mask & 1u << i) != 0) /* left out for this chunk */
        continue;
      if (storage->filters[i] == FILTER_SUM)
        {
          if (n < 4)
            return NULL;
          n -= 4;
          continue;
        }
      if (storage->filters[i] == FILTER_DEFLATE)
        {
          next = inflate (from, n, storage->chunk_bytes);
          n = storage->chunk_bytes;
        }
      else
        next = unshuffle (from, n, storage->set->type.size);
      if (next == NULL)
        return NULL;
      g_free (now);
      now = next;
    }
  if (n != storage->chunk_bytes)
    return NULL;
  return now != NULL ? g_steal_pointer (&now) : g_memdup2 (data, n);
}

/* Copies what of a chunk at `at` lies in the data set, row by row. */
static void
place (const Storage *storage, const gint64 *at, const guint8 *from)
{
  const CjShape *shape = &storage->set->shape;
  const gsize item = storage->set->type.size;
  const guint last = shape->n_dims - 1;
  const gint64 run = MIN (storage->chunk[last], shape->dims[last] - at[last]);
  const gint64 rows = (gint64) (storage->chunk_bytes / item) / storage->chunk[last];

  for (gint64 row = 0; row < rows; row++)
    {
      gint64 left = row, to = 0, scale = shape->dims[last];
      gboolean inside = TRUE;

      for (guint i = last; i-- > 0;)
        {
          const gint64 place_in = at[i] + left % storage->chunk[i];

          left /= storage->chunk[i];
          inside &= place_in < shape->dims[i];
          to += place_in * scale;
          scale *= shape->dims[i];
        }
      if (inside)
        memcpy (storage->out + (gsize) (to + at[last]) * item,
                from + (gsize) (row * storage->chunk[last]) * item, (gsize) run * item);
    }
}

static gboolean
visit_chunk (CjdHdf5 *file, CjdHdf5Cursor key, guint64 child, gpointer data, GError **error)
{
  Storage *storage = data;
  const guint64 size = cjd_hdf5_take (&key, 4);
  const guint mask = (guint) cjd_hdf5_take (&key, 4);
  const CjdHdf5Cursor c = cjd_hdf5_at_sized (file, child, size);
  g_autofree guint8 *numbers = NULL;
  gint64 at[CJ_MAX_DIMS];

  for (guint i = 0; i < storage->set->shape.n_dims; i++)
    {
      const guint64 place_at = cjd_hdf5_take (&key, 8);

      if (place_at >= (guint64) storage->set->shape.dims[i])
        return cjd_hdf5_refuse (file, child, error);
      at[i] = (gint64) place_at;
    }
  if (c.bad || key.bad || storage->left == 0)
    return cjd_hdf5_refuse (file, child, error);
  storage->left--;
  numbers = unpack (storage, c.data, c.size, mask);
  if (numbers == NULL)
    return cjd_hdf5_refuse (file, child, error);
  place (storage, at, numbers);
  return TRUE;
}

/* The sizes of chunks, so that all of them together are no more than the file can unpack to. */
static gboolean
read_chunk_shape (CjdHdf5Cursor *c, Storage *storage)
{
  const CjdHdf5Set *set = storage->set;
  guint64 bytes = set->type.size, n = 1;

  for (guint i = 0; i < set->shape.n_dims; i++)
    {
      const guint64 size = cjd_hdf5_take (c, 4);

      if (c->bad || size == 0 || bytes > CJD_HDF5_MAX_BYTES / size)
        return FALSE;
      storage->chunk[i] = (gint64) size;
      bytes *= size;
      n *= ((guint64) set->shape.dims[i] + size - 1) / size;
      if (n > set->file->size)
        return FALSE;
    }
  storage->chunk_bytes = (gsize) bytes;
  storage->left = n;
  return cjd_hdf5_take (c, 4) == set->type.size && !c->bad
         && (n == 0 || bytes <= (set->file->size * (guint64) DEFLATES + SPARE) / n);
}

/* --- opening --- */

static gboolean
take_piece (CjdHdf5Set *set, CjdHdf5Cursor c, gsize bytes, guint64 address, GError **error)
{
  if (c.bad || c.size < bytes)
    return cjd_hdf5_refuse (set->file, address, error);
  set->bytes = g_bytes_new_from_bytes (set->file->bytes,
                                       bytes > 0 ? (gsize) (c.data - set->file->data) : 0, bytes);
  return TRUE;
}

static gboolean
read_chunks (Storage *storage, CjdHdf5Cursor *c, const GArray *messages, gsize bytes,
             GError **error)
{
  const CjdHdf5Message *filters = cjd_hdf5_find_message (messages, CJD_HDF5_FILTERS);
  CjdHdf5Set *set = storage->set;
  const guint rank = (guint) cjd_hdf5_take (c, 1);
  guint64 tree;
  gboolean good;

  if (filters != NULL && !read_filters (filters, storage))
    return cjd_hdf5_refuse_kind (_ ("data packed other than by deflate and shuffle"), error);
  tree = cjd_hdf5_take (c, set->file->offset);
  if (rank != set->shape.n_dims + 1 || rank < 2 || !read_chunk_shape (c, storage))
    return cjd_hdf5_refuse (set->file, (guint64) (c->data - set->file->data), error);
  storage->out = g_try_malloc0 (MAX (bytes, 1));
  if (storage->out == NULL)
    return cjd_hdf5_refuse_kind (_ ("more data than there is memory for"), error);
  /* a tree is made with the first chunk */
  good = tree == G_MAXUINT64 >> (64 - 8 * set->file->offset)
         || cjd_hdf5_walk (set->file, tree, 1, 8 + 8 * (gsize) rank, visit_chunk, storage, error);
  set->bytes = g_bytes_new_take (storage->out, bytes);
  return good;
}

static gboolean
read_layout (CjdHdf5Set *set, const GArray *messages, const CjdHdf5Message *layout, GError **error)
{
  CjdHdf5Cursor c = { .data = layout->data, .size = layout->size };
  Storage storage = { .set = set };
  const guint version = (guint) cjd_hdf5_take (&c, 1), class = (guint) cjd_hdf5_take (&c, 1);
  const guint64 bytes = (guint64) cj_shape_size (&set->shape) * set->type.size;

  if (bytes > CJD_HDF5_MAX_BYTES || bytes > set->file->size * (guint64) DEFLATES + SPARE)
    return cjd_hdf5_refuse_kind (_ ("more data than such a file can hold"), error);
  if (version < 3 || version > 4 || (version == 4 && class > 1))
    return cjd_hdf5_refuse_kind (_ ("data laid out by a newer or very old version"), error);
  if (class == 0)
    {
      const guint64 size = cjd_hdf5_take (&c, 2);
      const CjdHdf5Cursor in = { .data = c.data + c.at, .size = MIN (size, c.size - c.at) };

      return take_piece (set, in, (gsize) bytes, (guint64) (c.data - set->file->data), error);
    }
  if (class == 2)
    return read_chunks (&storage, &c, messages, (gsize) bytes, error);
  storage.address = cjd_hdf5_take (&c, set->file->offset);
  if (storage.address == G_MAXUINT64 >> (64 - 8 * set->file->offset))
    {
      /* nothing was ever written: zeros */
      if (bytes > SPARE)
        return cjd_hdf5_refuse_kind (_ ("a large array that was never written"), error);
      set->bytes = g_bytes_new_take (g_malloc0 ((gsize) MAX (bytes, 1)), (gsize) bytes);
      return TRUE;
    }
  return take_piece (set, cjd_hdf5_at_sized (set->file, storage.address, bytes), (gsize) bytes,
                     storage.address, error);
}

/* Whether the size of all elements is a number at all. */
static gboolean
is_countable (const CjShape *shape, guint item)
{
  guint64 size = item;

  for (guint i = 0; i < shape->n_dims; i++)
    {
      if (shape->dims[i] > 0 && size > ((guint64) 1 << 40) / (guint64) shape->dims[i])
        return FALSE;
      size *= (guint64) shape->dims[i];
    }
  return TRUE;
}

static gboolean
open_set (CjdHdf5Set *set, const GArray *messages, GError **error)
{
  const CjdHdf5Message *space = cjd_hdf5_find_message (messages, CJD_HDF5_DATASPACE);
  const CjdHdf5Message *type = cjd_hdf5_find_message (messages, CJD_HDF5_DATATYPE);
  const CjdHdf5Message *layout = cjd_hdf5_find_message (messages, CJD_HDF5_LAYOUT);
  CjdHdf5Cursor c = { 0 };

  if (space == NULL || type == NULL || layout == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("“%s” in it is no array."), set->name);
      return FALSE;
    }
  c = (CjdHdf5Cursor){ .data = type->data, .size = type->size };
  if (space->shared || type->shared || layout->shared || !read_type (&c, &set->type, 0))
    return cjd_hdf5_refuse_kind (_ ("data of another kind than numbers and texts"), error);
  if (set->type.content != CJD_HDF5_NUMBERS && !set->type.inline_text
      && set->type.size != 8 + set->file->offset)
    return cjd_hdf5_refuse_kind (_ ("data of another kind than numbers and texts"), error);
  if (!read_shape (set->file, space, &set->shape) || !is_countable (&set->shape, set->type.size))
    return cjd_hdf5_refuse_kind (_ ("an array with too many or too large dimensions"), error);
  return read_layout (set, messages, layout, error);
}

CjdHdf5Set *
cjd_hdf5_open (CjdHdf5 *file, const char *path, GError **error)
{
  g_autoptr (GArray) messages = cjd_hdf5_get_messages (file, path, error);
  g_autoptr (CjdHdf5Set) set = NULL;

  if (messages == NULL)
    return NULL;
  set = g_new0 (CjdHdf5Set, 1);
  set->file = file;
  set->name = g_strdup (path);
  return open_set (set, messages, error) ? g_steal_pointer (&set) : NULL;
}

void
cjd_hdf5_set_free (CjdHdf5Set *set)
{
  g_clear_pointer (&set->bytes, g_bytes_unref);
  g_free (set->name);
  g_free (set);
}

CjdHdf5Content
cjd_hdf5_set_get_content (const CjdHdf5Set *set)
{
  return set->type.content;
}

const CjShape *
cjd_hdf5_set_get_shape (const CjdHdf5Set *set)
{
  return &set->shape;
}

/* --- elements --- */

static CjdNpyArray *
make_array (const CjdHdf5Set *set, const CjShape *shape, GBytes *bytes)
{
  CjdNpyArray *array = g_new0 (CjdNpyArray, 1);

  array->name = g_strdup (set->name);
  array->type = set->type.number;
  array->big = set->type.big;
  array->shape = *shape;
  array->size = cj_shape_size (shape);
  array->bytes = bytes;
  array->data = g_bytes_get_data (bytes, NULL);
  return array;
}

static gboolean
expect (const CjdHdf5Set *set, gboolean right, GError **error)
{
  if (!right)
    g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                 _ ("“%s” in it holds another kind of data than it should."), set->name);
  return right;
}

CjdNpyArray *
cjd_hdf5_set_dup_array (const CjdHdf5Set *set, GError **error)
{
  if (!expect (set, set->type.content == CJD_HDF5_NUMBERS, error))
    return NULL;
  return make_array (set, &set->shape, g_bytes_ref (set->bytes));
}

/* What an element in a heap stands for; no bytes for one that was never written. */
static gboolean
find_bytes (const CjdHdf5Set *set, gint64 index, guint64 item, const guint8 **data, gsize *size,
            GError **error)
{
  CjdHdf5Cursor c = { .data = g_bytes_get_data (set->bytes, NULL),
                      .size = g_bytes_get_size (set->bytes),
                      .at = (gsize) index * set->type.size };
  const guint64 length = cjd_hdf5_take (&c, 4), address = cjd_hdf5_take (&c, set->file->offset);
  const guint number = (guint) cjd_hdf5_take (&c, 4);
  gsize room;

  *data = NULL;
  *size = 0;
  if (length == 0 && !c.bad)
    return TRUE;
  if (c.bad || !cjd_hdf5_find_piece (set->file, address, number, data, &room)
      || length * item > room)
    return cjd_hdf5_refuse (set->file, address, error);
  *size = (gsize) (length * item);
  return TRUE;
}

CjdNpyArray *
cjd_hdf5_set_dup_row (const CjdHdf5Set *set, gint64 index, GError **error)
{
  static const guint items[] = {
    [CJD_NPY_FLOAT16] = 2, [CJD_NPY_FLOAT32] = 4, [CJD_NPY_FLOAT64] = 8, [CJD_NPY_INT8] = 1,
    [CJD_NPY_INT16] = 2,   [CJD_NPY_INT32] = 4,   [CJD_NPY_INT64] = 8,   [CJD_NPY_UINT16] = 2,
    [CJD_NPY_UINT32] = 4,  [CJD_NPY_UINT64] = 8,  [CJD_NPY_UINT8] = 1,   [CJD_NPY_BOOL] = 1,
  };
  const guint item = items[set->type.number];
  const guint8 *data;
  CjShape shape;
  gsize size;

  if (!expect (set,
               set->type.content == CJD_HDF5_ROWS && index >= 0
                   && index < cj_shape_size (&set->shape),
               error)
      || !find_bytes (set, index, item, &data, &size, error))
    return NULL;
  shape = cj_shape1 ((gint64) (size / item));
  return make_array (set, &shape, g_bytes_new (data, size));
}

char *
cjd_hdf5_set_dup_text (const CjdHdf5Set *set, gint64 index, GError **error)
{
  const guint8 *data;
  gsize size;

  if (!expect (set,
               set->type.content == CJD_HDF5_TEXTS && index >= 0
                   && index < cj_shape_size (&set->shape),
               error))
    return NULL;
  if (set->type.inline_text)
    {
      data = (const guint8 *) g_bytes_get_data (set->bytes, NULL) + (gsize) index * set->type.size;
      size = set->type.size;
    }
  else if (!find_bytes (set, index, 1, &data, &size, error))
    return NULL;
  size = data != NULL ? strnlen ((const char *) data, size) : 0;
  if (!expect (set, size <= MAX_TEXT && g_utf8_validate ((const char *) data, (gssize) size, NULL),
               error))
    return NULL;
  return g_strndup (data != NULL ? (const char *) data : "", size);
}
