/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The format: "NumPy Enhancement Proposal 1", numpy/lib/format.py. */
#include "npz.h"

#include "cj-error.h"
#include "zip.h"

#include <gio/gio.h>
#include <math.h>
#include <string.h>

#define MAX_HEADER 65536

static const struct
{
  const char *descr;
  CjdNpyType type;
  guint size;
} types[]
    = { { "<f4", CJD_NPY_FLOAT32, 4 }, { "<f8", CJD_NPY_FLOAT64, 8 }, { "<i4", CJD_NPY_INT32, 4 },
        { "<i8", CJD_NPY_INT64, 8 },   { "|u1", CJD_NPY_UINT8, 1 },   { "|b1", CJD_NPY_BOOL, 1 } };

static gboolean
refuse (GError **error, const char *name, const char *why)
{
  g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, "The array “%s” %s.", name, why);
  return FALSE;
}

void
cjd_npy_array_free (CjdNpyArray *array)
{
  g_free (array->name);
  g_clear_pointer (&array->bytes, g_bytes_unref);
  g_free (array);
}

/* The text behind 'key': in a header, or NULL. */
static const char *
find_key (const char *header, const char *key)
{
  g_autofree char *quoted = g_strdup_printf ("'%s':", key);
  const char *at = strstr (header, quoted);

  if (at == NULL)
    return NULL;
  at += strlen (quoted);
  return at + strspn (at, " ");
}

static gboolean
parse_shape (CjdNpyArray *array, const char *text, gsize bytes_left, guint item, GError **error)
{
  gint64 size = 1;

  if (text == NULL || *text++ != '(')
    return refuse (error, array->name, "has a header without a shape; the file is damaged");
  while (text += strspn (text, " ,"), g_ascii_isdigit (*text))
    {
      char *end;
      const guint64 dim = g_ascii_strtoull (text, &end, 10);

      if (array->shape.n_dims == CJ_MAX_DIMS)
        return refuse (error, array->name, "has more than six dimensions, which is too many");
      if (dim > bytes_left || (dim > 0 && size > (gint64) (bytes_left / dim)))
        return refuse (error, array->name, "is cut off: there is less data than its shape says");
      array->shape.dims[array->shape.n_dims++] = (gint64) dim;
      size *= (gint64) dim;
      text = end;
    }
  if (*text != ')')
    return refuse (error, array->name, "has a header without a shape; the file is damaged");
  if ((guint64) size > bytes_left / item)
    return refuse (error, array->name, "is cut off: there is less data than its shape says");
  array->size = size;
  return TRUE;
}

static gboolean
parse_header (CjdNpyArray *array, const char *header, gsize bytes_left, GError **error)
{
  const char *descr = find_key (header, "descr"), *order = find_key (header, "fortran_order");

  for (guint i = 0; descr != NULL && *descr == '\'' && i < G_N_ELEMENTS (types); i++)
    if (strncmp (descr + 1, types[i].descr, 3) == 0 && descr[4] == '\'')
      {
        array->type = types[i].type;
        if (order == NULL || !g_str_has_prefix (order, "False"))
          return refuse (error, array->name, "is in Fortran order. Save it in C order");
        return parse_shape (array, find_key (header, "shape"), bytes_left, types[i].size, error);
      }
  return refuse (error, array->name,
                 "has numbers of a kind that is not read. Save it as float32, float64, int32, "
                 "int64, uint8 or bool, little-endian");
}

CjdNpyArray *
cjd_npy_parse (const char *name, GBytes *bytes, GError **error)
{
  g_autoptr (CjdNpyArray) array = g_new0 (CjdNpyArray, 1);
  g_autofree char *header = NULL;
  gsize total, length, start;
  const guint8 *data = g_bytes_get_data (bytes, &total);

  array->name = g_strdup (name);
  array->bytes = g_bytes_ref (bytes);
  if (total < 12 || memcmp (data, "\x93NUMPY", 6) != 0 || data[6] < 1 || data[6] > 3)
    {
      refuse (error, name, "does not start like a NumPy array");
      return NULL;
    }
  start = data[6] == 1 ? 10 : 12;
  length = data[8] + ((gsize) data[9] << 8);
  if (data[6] > 1)
    length += ((gsize) data[10] << 16) + ((gsize) data[11] << 24);
  if (length > MAX_HEADER || start + length > total)
    {
      refuse (error, name, "is cut off inside its header");
      return NULL;
    }
  header = g_strndup ((const char *) data + start, length);
  array->data = data + start + length;
  if (!parse_header (array, header, total - start - length, error))
    return NULL;
  return g_steal_pointer (&array);
}

double
cjd_npy_array_get (const CjdNpyArray *array, gint64 index)
{
  float f;
  double d;
  gint32 i;
  gint64 l;

  g_return_val_if_fail (index >= 0 && index < array->size, 0);
  switch (array->type)
    {
    case CJD_NPY_FLOAT32:
      memcpy (&f, array->data + 4 * index, 4);
      return (double) f;
    case CJD_NPY_FLOAT64:
      memcpy (&d, array->data + 8 * index, 8);
      return d;
    case CJD_NPY_INT32:
      memcpy (&i, array->data + 4 * index, 4);
      return i;
    case CJD_NPY_INT64:
      memcpy (&l, array->data + 8 * index, 8);
      return (double) l;
    default:
      return array->data[index];
    }
}

CjTensor *
cjd_npy_array_dup_tensor (const CjdNpyArray *array, GError **error)
{
  const CjDtype dtype = array->type <= CJD_NPY_FLOAT64
                            ? CJ_FLOAT32
                            : (array->type <= CJD_NPY_INT64 ? CJ_INT32 : CJ_UINT8);
  g_autoptr (CjTensor) tensor = cj_tensor_new (dtype, &array->shape);

  for (gint64 i = 0; i < array->size; i++)
    {
      const double value = cjd_npy_array_get (array, i);

      if (dtype == CJ_FLOAT32)
        cj_tensor_f32 (tensor)[i] = (float) value;
      else if (dtype == CJ_UINT8)
        ((guint8 *) tensor->data)[i] = (guint8) value;
      else if (fabs (value) <= G_MAXINT32)
        cj_tensor_i32 (tensor)[i] = (gint32) value;
      else
        {
          refuse (error, array->name, "holds a whole number beyond 32 bits");
          return NULL;
        }
    }
  return g_steal_pointer (&tensor);
}

static GPtrArray *
parse_members (const GPtrArray *pieces, GError **error)
{
  g_autoptr (GPtrArray) arrays
      = g_ptr_array_new_with_free_func ((GDestroyNotify) cjd_npy_array_free);

  for (guint i = 0; i < pieces->len; i++)
    {
      const CjdPiece *piece = pieces->pdata[i];
      g_autofree char *name = g_strdup (piece->name);
      CjdNpyArray *array;

      if (g_str_has_suffix (name, ".npy"))
        name[strlen (name) - 4] = '\0';
      array = cjd_npy_parse (name, piece->bytes, error);
      if (array == NULL)
        return NULL;
      g_ptr_array_add (arrays, array);
    }
  return g_steal_pointer (&arrays);
}

GPtrArray *
cjd_npz_load (const char *path, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInfo) info
      = g_file_query_info (file, G_FILE_ATTRIBUTE_STANDARD_SIZE, 0, NULL, error);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GPtrArray) pieces = NULL;
  GPtrArray *arrays = NULL;

  if (info == NULL)
    return NULL;
  if ((guint64) g_file_info_get_size (info) > CJD_NPZ_MAX_BYTES)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, "%s: The file is larger than 2 GiB.", path);
      return NULL;
    }
  bytes = g_file_load_bytes (file, NULL, NULL, error);
  if (bytes == NULL)
    return NULL;
  pieces = cjd_zip_parse (bytes, CJD_NPZ_MAX_BYTES, error);
  if (pieces != NULL)
    arrays = parse_members (pieces, error);
  if (arrays == NULL)
    g_prefix_error (error, "%s: ", path);
  return arrays;
}

const CjdNpyArray *
cjd_npz_find (const GPtrArray *arrays, const char *name)
{
  for (guint i = 0; i < arrays->len; i++)
    if (g_str_equal (((const CjdNpyArray *) arrays->pdata[i])->name, name))
      return arrays->pdata[i];
  return NULL;
}
