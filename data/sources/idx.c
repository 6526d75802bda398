/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The IDX format of the MNIST database (LeCun, Cortes, Burges): 0, 0, type, number of dimensions,
 * sizes as big-endian 32-bit numbers, then the bytes. */
#include "idx.h"

#include "cj-error.h"

#include <gio/gio.h>
#include <string.h>

#define MAX_BYTES (G_GUINT64_CONSTANT (1) << 31)
#define PIECE (1 << 20)

static GInputStream *
open_file (const char *folder, const char *name, char **path, GError **error)
{
  g_autofree char *plain = g_build_filename (folder, name, NULL);
  g_autofree char *packed = g_strconcat (plain, ".gz", NULL);
  const gboolean gz = !g_file_test (plain, G_FILE_TEST_EXISTS);
  g_autoptr (GFile) file = g_file_new_for_path (gz ? packed : plain);
  g_autoptr (GZlibDecompressor) unpack = NULL;
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, error);

  *path = g_strdup (gz ? packed : plain);
  if (stream == NULL || !gz)
    return (GInputStream *) g_steal_pointer (&stream);
  unpack = g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP);
  return g_converter_input_stream_new (G_INPUT_STREAM (stream), G_CONVERTER (unpack));
}

/* Reads exactly `size` bytes and the end of the file; memory grows only with bytes that are there. */
static GByteArray *
read_body (GInputStream *stream, gsize size, GError **error)
{
  g_autoptr (GByteArray) body = g_byte_array_new ();
  gsize got = 1;
  guint8 extra;

  while (body->len < size && got > 0)
    {
      const gsize at = body->len, piece = MIN (size - at, PIECE);

      g_byte_array_set_size (body, (guint) (at + piece));
      if (!g_input_stream_read_all (stream, body->data + at, piece, &got, NULL, error))
        return NULL;
      g_byte_array_set_size (body, (guint) (at + got));
    }
  if (body->len < size)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   "The file ends after %u of the %" G_GSIZE_FORMAT " bytes its header declares.",
                   body->len, size);
      return NULL;
    }
  if (!g_input_stream_read_all (stream, &extra, 1, &got, NULL, error))
    return NULL;
  if (got > 0)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   "The file is longer than the %" G_GSIZE_FORMAT " bytes its header declares.",
                   size);
      return NULL;
    }
  return g_steal_pointer (&body);
}

/* Reads bytes of `n_dims` dimensions. */
static GByteArray *
read_stream (GInputStream *stream, guint n_dims, CjShape *shape, GError **error)
{
  guint8 header[16];
  gsize got = 0, size = 0;

  if (!g_input_stream_read_all (stream, header, 4 + 4 * n_dims, &got, NULL, error))
    return NULL;
  if (got < 4 + 4 * n_dims || header[0] != 0 || header[1] != 0 || header[2] != 8
      || header[3] != n_dims)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   "This is not an IDX file of bytes with %u dimensions.", n_dims);
      return NULL;
    }
  shape->n_dims = n_dims;
  for (guint i = 0; i < n_dims; i++)
    {
      guint32 big;

      memcpy (&big, header + 4 + 4 * i, 4);
      shape->dims[i] = GUINT32_FROM_BE (big);
    }
  if (!cj_shape_bytes (shape, CJ_UINT8, &size) || size == 0 || size > MAX_BYTES)
    {
      g_autofree char *text = cj_shape_print (shape);

      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   "The header declares %s bytes; from 1 byte to 2 GiB can be read.", text);
      return NULL;
    }
  return read_body (stream, size, error);
}

static GByteArray *
read_file (const char *folder, const char *name, guint n_dims, CjShape *shape, GError **error)
{
  g_autofree char *path = NULL;
  g_autoptr (GInputStream) stream = open_file (folder, name, &path, error);
  GByteArray *body = stream != NULL ? read_stream (stream, n_dims, shape, error) : NULL;

  if (body == NULL)
    g_prefix_error (error, "%s: ", path);
  return body;
}

CjdDataset *
cjd_idx_load (const char *folder, GError **error)
{
  static const char *const names[2][2] = { { "train-images-idx3-ubyte", "train-labels-idx1-ubyte" },
                                           { "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte" } };
  g_autoptr (GByteArray) pixels = g_byte_array_new (), labels = g_byte_array_new ();
  g_autofree char *base = g_path_get_basename (folder);
  CjShape image[2], label[2], all;
  CjdDataset *dataset;
  CjTensor *x, *y;
  guint n_classes = 0;

  for (guint part = 0; part < 2; part++)
    {
      g_autoptr (GByteArray) a = read_file (folder, names[part][0], 3, &image[part], error);
      g_autoptr (GByteArray) b
          = a != NULL ? read_file (folder, names[part][1], 1, &label[part], error) : NULL;

      if (b == NULL)
        return NULL;
      if (image[part].dims[0] != label[part].dims[0] || image[part].dims[1] != image[0].dims[1]
          || image[part].dims[2] != image[0].dims[2])
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                       "%s: pictures and labels of “%s” and “%s” do not fit together.", folder,
                       names[part][0], names[part][1]);
          return NULL;
        }
      g_byte_array_append (pixels, a->data, a->len);
      g_byte_array_append (labels, b->data, b->len);
    }
  all = cj_shape4 (labels->len, 1, image[0].dims[1], image[0].dims[2]);
  x = cj_tensor_new (CJ_UINT8, &all);
  memcpy (x->data, pixels->data, pixels->len);
  all = cj_shape1 (labels->len);
  y = cj_tensor_new (CJ_INT32, &all);
  for (guint i = 0; i < labels->len; i++)
    {
      cj_tensor_i32 (y)[i] = labels->data[i];
      n_classes = MAX (n_classes, labels->data[i] + 1u);
    }
  dataset = cjd_dataset_new (base, x, y, n_classes, NULL);
  cjd_dataset_mark (dataset, (gsize) image[0].dims[0], CJD_SPLIT_TEST);
  return dataset;
}
