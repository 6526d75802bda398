/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The IDX format of the MNIST database (LeCun, Cortes, Burges): 0, 0, type, number of dimensions,
 * sizes as big-endian 32-bit numbers, then the bytes. */
#include "cj-error.h"
#include "cjd-reader.h"
#include "file.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_BYTES (G_GUINT64_CONSTANT (1) << 31)
#define PIECE (1 << 20)

/* The files of one data set: "emnist-letters-train-images-idx3-ubyte.gz" and its sisters. */
typedef struct
{
  char *paths[2][2]; /* training and test; images and labels */
  gboolean emnist;   /* pictures stand as columns */
} Files;

static void
clear_files (Files *files)
{
  for (guint i = 0; i < 4; i++)
    g_free (files->paths[i / 2][i % 2]);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Files, clear_files)

/* Where "train-images" stands in a name of IDX training pictures, or NULL. */
static const char *
find_train (const char *name)
{
  const char *at = strstr (name, "train-images");

  return at != NULL && (strstr (at, "idx3-ubyte") != NULL) ? at : NULL;
}

/* The file of training pictures in a folder, first by name; or the path itself. */
static char *
find_images (const char *path)
{
  g_autoptr (GDir) dir = NULL;
  g_autofree char *first = NULL, *base = g_path_get_basename (path);
  const char *name;

  if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return find_train (base) != NULL ? g_strdup (path) : NULL;
  dir = g_dir_open (path, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (find_train (name) != NULL && (first == NULL || strcmp (name, first) < 0))
      {
        g_free (first);
        first = g_strdup (name);
      }
  return first != NULL ? g_build_filename (path, first, NULL) : NULL;
}

/* `images` with other words in its name, plain or packed; the name that it should have if there is no
 * such file. */
static char *
find_sister (const char *images, const char *set, const char *what)
{
  g_autofree char *folder = g_path_get_dirname (images), *base = g_path_get_basename (images);
  g_autofree char *name = NULL, *plain = NULL, *packed = NULL;
  const char *at = find_train (base);

  g_assert (at != NULL); /* the name was chosen because it has the words */
  name = g_strdup_printf ("%.*s%s-%s%c%s", (int) (at - base), base, set, what,
                          at[strlen ("train-images")],
                          g_str_equal (what, "images") ? "idx3-ubyte" : "idx1-ubyte");
  plain = g_build_filename (folder, name, NULL);
  packed = g_strconcat (plain, ".gz", NULL);
  if (g_file_test (packed, G_FILE_TEST_EXISTS) && !g_file_test (plain, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&packed);
  return g_steal_pointer (&plain);
}

static void
find_files (const char *images, Files *files)
{
  g_autofree char *base = g_path_get_basename (images);

  files->emnist = g_ascii_strncasecmp (base, "emnist", 6) == 0;
  files->paths[0][0] = find_sister (images, "train", "images");
  files->paths[0][1] = find_sister (images, "train", "labels");
  files->paths[1][0] = find_sister (images, "t10k", "images");
  files->paths[1][1] = find_sister (images, "t10k", "labels");
  for (guint i = 0; i < 2 && !g_file_test (files->paths[1][0], G_FILE_TEST_EXISTS); i++)
    {
      g_free (files->paths[1][0]);
      g_free (files->paths[1][1]);
      files->paths[1][0] = find_sister (images, i == 0 ? "test" : "t10k", "images");
      files->paths[1][1] = find_sister (images, i == 0 ? "test" : "t10k", "labels");
    }
}

static GInputStream *
open_file (const char *path, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GZlibDecompressor) unpack = NULL;
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, error);

  if (stream == NULL || !g_str_has_suffix (path, ".gz"))
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
                   _ ("The file ends after %u of the %zu bytes its header declares."), body->len,
                   size);
      return NULL;
    }
  if (!g_input_stream_read_all (stream, &extra, 1, &got, NULL, error))
    return NULL;
  if (got > 0)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   _ ("The file is longer than the %zu bytes its header declares."), size);
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
                   _ ("This is not an IDX file of bytes with %u dimensions."), n_dims);
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
                   _ ("The header declares %s bytes; from 1 byte to 2 GiB can be read."), text);
      return NULL;
    }
  return read_body (stream, size, error);
}

static GByteArray *
read_file (const char *path, guint n_dims, CjShape *shape, GError **error)
{
  g_autoptr (GBytes) start = cjd_file_read_start (path, 1, error); /* says why not, if it cannot */
  g_autoptr (GError) local = NULL;
  g_autoptr (GInputStream) stream = start != NULL ? open_file (path, &local) : NULL;
  GByteArray *body = stream != NULL ? read_stream (stream, n_dims, shape, &local) : NULL;

  if (local != NULL && local->domain == CJ_ERROR)
    g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, "%s: %s", path, local->message);
  else if (local != NULL) /* of the system or the unpacker, a piece of a sentence */
    g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("%s: The file cannot be read to its end: %s."),
                 path, local->message);
  return body;
}

/* Pictures of EMNIST are stored by columns (Cohen et al., "EMNIST: an extension of MNIST to
 * handwritten letters", 2017). */
static void
transpose (guint8 *pixels, gint64 n, gint64 h, gint64 w)
{
  g_autofree guint8 *copy = g_malloc ((gsize) (h * w) + 1);

  for (gint64 i = 0; i < n; i++, pixels += h * w)
    {
      memcpy (copy, pixels, (gsize) (h * w));
      for (gint64 y = 0; y < h; y++)
        for (gint64 x = 0; x < w; x++)
          pixels[y * w + x] = copy[x * h + y];
    }
}

static gboolean
recognise (const char *path)
{
  g_autofree char *images = find_images (path);

  return images != NULL;
}

/* Classes from 0 on; those of EMNIST's letters are counted `from_one`. */
static CjTensor *
make_labels (const GByteArray *labels, gboolean from_one, guint *n_classes)
{
  const CjShape shape = cj_shape1 (labels->len);
  CjTensor *y = cj_tensor_new (CJ_INT32, &shape);
  guint8 least = 255, most = 0;

  for (guint i = 0; i < labels->len; i++)
    {
      least = MIN (least, labels->data[i]);
      most = MAX (most, labels->data[i]);
    }
  least = from_one && least == 1 ? 1 : 0;
  for (guint i = 0; i < labels->len; i++)
    cj_tensor_i32 (y)[i] = labels->data[i] - least;
  *n_classes = most - least + 1u;
  return y;
}

/* Appends one part; FALSE with an error. */
static gboolean
read_part (const Files *files, guint part, GByteArray *pixels, GByteArray *labels, CjShape *image,
           GError **error)
{
  CjShape label;
  const gint64 *d = image[part].dims;
  g_autoptr (GByteArray) a = read_file (files->paths[part][0], 3, &image[part], error);
  g_autoptr (GByteArray) b = a != NULL ? read_file (files->paths[part][1], 1, &label, error) : NULL;

  if (b == NULL)
    return FALSE;
  if (d[0] != label.dims[0] || d[1] != image[0].dims[1] || d[2] != image[0].dims[2]
      || (guint64) pixels->len + a->len > MAX_BYTES)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   _ ("%s: Its %lld pictures do not fit the %lld labels or the size of the "
                      "training pictures, or take more than 2 GiB."),
                   files->paths[part][0], (long long) d[0], (long long) label.dims[0]);
      return FALSE;
    }
  if (files->emnist)
    transpose (a->data, d[0], d[1], d[2]);
  g_byte_array_append (pixels, a->data, a->len);
  g_byte_array_append (labels, b->data, b->len);
  return TRUE;
}

/* EMNIST's folder holds six data sets, of which one was chosen, and its pictures were turned. */
static void
say_what_was_read (CjdDataset *dataset, const Files *files)
{
  g_autofree char *name = g_path_get_basename (files->paths[0][0]);

  if (files->emnist)
    cjd_dataset_take_note (
        dataset, g_strdup_printf (_ ("Read from %s. EMNIST stores pictures by columns; they "
                                     "were turned upright."),
                                  name));
}

static CjdDataset *
load (const char *path, const CjdReadOptions *options, GError **error)
{
  g_autofree char *images = find_images (path), *base = g_path_get_basename (path);
  g_autoptr (GByteArray) pixels = g_byte_array_new (), labels = g_byte_array_new ();
  g_auto (Files) files = { 0 };
  gboolean has_test;
  CjShape image[2], all;
  CjdDataset *dataset;
  CjTensor *x, *y;
  guint n_classes;

  (void) options;
  if (images == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("%s: There is no file of training pictures."),
                   path);
      return NULL;
    }
  find_files (images, &files);
  has_test = g_file_test (files.paths[1][0], G_FILE_TEST_EXISTS);
  if (!read_part (&files, 0, pixels, labels, image, error)
      || (has_test && !read_part (&files, 1, pixels, labels, image, error)))
    return NULL;
  all = cj_shape4 (labels->len, 1, image[0].dims[1], image[0].dims[2]);
  x = cj_tensor_new (CJ_UINT8, &all);
  memcpy (x->data, pixels->data, pixels->len);
  y = make_labels (labels, files.emnist, &n_classes);
  dataset = cjd_dataset_new (base, x, y, n_classes, NULL);
  if (has_test)
    cjd_dataset_mark (dataset, (gsize) image[0].dims[0], CJD_SPLIT_TEST);
  say_what_was_read (dataset, &files);
  return dataset;
}

const CjdReaderInfo cjd_reader_idx = {
  .id = "idx",
  .title = "IDX",
  .blurb
  = "A folder of MNIST, Fashion-MNIST, KMNIST or EMNIST files, plain or .gz; EMNIST is turned "
    "upright",
  .recognise = recognise,
  .load = load,
};
