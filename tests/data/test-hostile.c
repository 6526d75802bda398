/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files made to do harm: each ends in a sentence that names the file and the reason. The process may take
 * no more than LIMIT of address space (the sanitizers need more), so that a parser that believes a header
 * would fail here. */
#include "cj-error.h"
#include "file.h"
#include "files.h"
#include "json.h"
#include "npz.h"
#include "picture.h"
#include "safetensors.h"
#include "zip.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOBODY 65534
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED
#elif defined(__has_feature) /* clang says it so */
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#endif
#define LIMIT ((rlim_t) 3 << 30)

static char *folder;

static void
refuse (const char *name, gconstpointer data, gsize size, const char *reason)
{
  g_autofree char *path = files_write (folder, name, data, size);

  files_refuse (path, name, reason);
  g_remove (path);
}

/* As the only picture of a folder of pictures. */
static void
refuse_picture (const char *name, gconstpointer data, gsize size, const char *reason)
{
  g_autofree char *place = g_build_filename ("pictures", "class", name, NULL);
  g_autofree char *pictures = g_build_filename (folder, "pictures", NULL);
  g_autofree char *path = files_write (folder, place, data, size);

  files_refuse (pictures, place, reason);
  g_remove (path);
}

static GBytes *
pack (gconstpointer data, gsize size)
{
  g_autoptr (GZlibCompressor) packer = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9);
  g_autoptr (GInputStream) plain = g_memory_input_stream_new_from_data (data, (gssize) size, NULL);
  g_autoptr (GInputStream) packed = g_converter_input_stream_new (plain, G_CONVERTER (packer));
  g_autoptr (GOutputStream) out = g_memory_output_stream_new_resizable ();

  g_assert_cmpint (
      g_output_stream_splice (out, packed, G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, NULL, NULL), >, 0);
  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (out));
}

/* Four billion pictures; and a bomb: a small file that unpacks to far more than its header declares. */
static void
test_idx (void)
{
  static const guint8 many[] = { 0, 0, 8, 3, 255, 255, 255, 255, 0, 0, 0, 28, 0, 0, 0, 28, 1 };
  const gsize n = 64 << 20;
  g_autofree guint8 *zeros = g_malloc0 (n);
  g_autoptr (GBytes) bomb = NULL;

  g_free (files_write (folder, "train-labels-idx1-ubyte", "\0\0\10\1\0\0\0\1\0", 9));
  refuse ("train-images-idx3-ubyte", many, sizeof many, "4294967295×28×28 bytes");
  memcpy (zeros, "\0\0\10\3\0\0\0\1\0\0\0\2\0\0\0\2", 16);
  bomb = pack (zeros, n);
  g_assert_cmpuint (g_bytes_get_size (bomb), <, 1 << 20);
  refuse ("train-images-idx3-ubyte.gz", g_bytes_get_data (bomb, NULL), g_bytes_get_size (bomb),
          "longer than the 4 bytes");
  refuse ("train-images-idx3-ubyte.gz", g_bytes_get_data (bomb, NULL), 14,
          "cannot be read to its end");
}

static void
append_big (GByteArray *out, guint32 number)
{
  const guint32 big = GUINT32_TO_BE (number);

  g_byte_array_append (out, (const guint8 *) &big, 4);
}

/* A zip whose entries unpack to more than is allowed, whether they admit it or not. */
static void
test_zip (void)
{
  g_autoptr (GPtrArray) pieces = cjd_pieces_new ();
  const gsize n = 8 << 20;
  g_autoptr (GBytes) zip = NULL, lying = NULL;
  g_autoptr (GError) error = NULL, second = NULL;
  g_autofree guint8 *bytes = NULL;
  gsize size;

  cjd_pieces_add (pieces, "first", g_bytes_new_static ("", 0));
  cjd_pieces_add (pieces, "x.npy", g_bytes_new_take (g_malloc0 (n), n));
  zip = cjd_zip_print (pieces, NULL);
  bytes = g_memdup2 (g_bytes_get_data (zip, &size), g_bytes_get_size (zip));
  g_assert_cmpuint (size, <, 1 << 20);
  g_assert_null (cjd_zip_parse (zip, 1 << 20, &error));
  g_assert_error (error, CJ_ERROR, CJ_ERROR_FILE);
  g_assert_nonnull (strstr (error->message, "“x.npy” unpacks to more than is allowed"));
  for (gsize i = 0; i + 4 < size; i++) /* the directory says 4096 bytes instead of 8 MiB */
    if (memcmp (bytes + i, "\0\0\200\0", 4) == 0)
      memcpy (bytes + i, "\0\20\0\0", 4);
  lying = g_bytes_new (bytes, size);
  g_assert_null (cjd_zip_parse (lying, 1 << 20, &second));
  g_assert_error (second, CJ_ERROR, CJ_ERROR_FILE);
}

/* The same through the door for data: an entry that declares three billion bytes. */
static void
test_npz (void)
{
  g_autoptr (GPtrArray) pieces = cjd_pieces_new ();
  g_autoptr (GBytes) zip = NULL;
  g_autofree guint8 *bytes = NULL;
  gsize size;

  cjd_pieces_add (pieces, "x.npy", g_bytes_new_take (g_malloc0 (0x010000), 0x010000));
  zip = cjd_zip_print (pieces, NULL);
  bytes = g_memdup2 (g_bytes_get_data (zip, &size), g_bytes_get_size (zip));
  for (gsize i = 0; i + 4 < size; i++)
    if (memcmp (bytes + i, "\0\0\1\0", 4) == 0)
      memcpy (bytes + i, "\0\0\0\260", 4);
  refuse ("bomb.npz", bytes, size, "x.npy");
  refuse ("cut.npz", bytes, 50, "cut off");
}

static void
test_npy (void)
{
  static const char header[]
      = "{'descr': '<f4', 'fortran_order': False, 'shape': (1073741824, 1073741824), }     \n";
  g_autoptr (GByteArray) file = g_byte_array_new ();

  g_byte_array_append (file, (const guint8 *) "\x93NUMPY\1\0", 8);
  g_byte_array_append (file, (const guint8[]){ sizeof header - 1, 0 }, 2);
  g_byte_array_append (file, (const guint8 *) header, sizeof header - 1);
  g_byte_array_append (file, (const guint8 *) "four", 4);
  {
    g_autofree char *x = files_write (folder, "arrays/x.npy", file->data, file->len);
    g_autofree char *arrays = g_path_get_dirname (x);

    files_refuse (arrays, "x.npy", "less data than its shape says");
  }
}

/* Pictures of 2^31 × 2^31 and of 30000 × 30000 pixels, chunks that lie, and what is cut off. */
static void
test_png (void)
{
  static const struct
  {
    guint32 side;
    const char *reason;
  } sizes[]
      = { { 0x7fffffff, "2147483647 × 2147483647 pixels" }, { 30000, "30000 × 30000 pixels" } };
  g_autofree guint8 *pixels = g_malloc0 (64 * 64);
  g_autoptr (GBytes) good = files_print_png (64, 64, 1, pixels);
  gsize size = g_bytes_get_size (good);
  g_autofree guint8 *copy = g_memdup2 (g_bytes_get_data (good, NULL), size);

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GByteArray) png = g_byte_array_new ();
      guint32 crc = 0xffffffff;

      g_byte_array_append (png, copy, 16);
      append_big (png, sizes[i].side);
      append_big (png, sizes[i].side);
      g_byte_array_append (png, (const guint8[]){ 8, 0, 0, 0, 0 }, 5);
      for (guint k = 12; k < png->len; k++)
        {
          crc ^= png->data[k];
          for (guint bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
        }
      append_big (png, ~crc);
      g_byte_array_append (png, copy + 33, (guint) (size - 33));
      refuse_picture ("huge.png", png->data, png->len, sizes[i].reason);
    }
  refuse_picture ("cut.png", copy, size / 2, "cut off");
  refuse_picture ("cut.png", copy, 20, "cut off");
  copy[60] ^= 1; /* in the pixels: a check sum is wrong */
  refuse_picture ("bad.png", copy, size, "IDAT: ");
  copy[33] = 0x7f; /* IDAT of two billion bytes */
  refuse_picture ("long.png", copy, size, "cut off in the chunk at byte 33");
}

static void
test_jpeg (void)
{
  g_autofree char *seed = g_test_build_filename (G_TEST_DIST, "fuzz/seeds/jpeg/colour", NULL);
  g_autofree char *bytes = NULL;
  gsize size;

  if (!files_have_jpeg ())
    return;
  g_assert_true (g_file_get_contents (seed, &bytes, &size, NULL));
  refuse_picture ("cut.jpg", bytes, size - 40, "remature end");
  refuse_picture ("cut.jpg", bytes, 30, "JPEG picture cannot be read");
  for (gsize i = 0; i + 9 < size; i++) /* the frame declares 64250 × 64250 pixels */
    if ((guint8) bytes[i] == 0xff && (guint8) bytes[i + 1] == 0xc0)
      memset (bytes + i + 5, 0xfa, 4);
  refuse_picture ("huge.jpg", bytes, size, "64250 × 64250 pixels");
}

/* One line without end, too many columns, and NUL bytes. */
static void
test_table (void)
{
  g_autofree char *path = files_write_text (folder, "line.csv", "a,b\n");
  g_autofree char *cells = g_malloc (40002);

  g_assert_cmpint (truncate (path, (off_t) 2 << 30), ==, 0);
  files_refuse (path, "line.csv", "larger than the 256 MiB");
  g_assert_cmpint (truncate (path, 1 << 20), ==, 0);
  files_refuse (path, "line.csv, line 2", "NUL");
  g_remove (path);
  for (guint i = 0; i < 20000; i++)
    memcpy (cells + 2 * i, "1,", 2);
  refuse ("wide.csv", cells, 40000, "more than 10000 columns");
}

static void
refuse_tensors (const char *header, gsize n_data, const char *reason)
{
  g_autoptr (GByteArray) file = g_byte_array_new ();
  const guint64 length = GUINT64_TO_LE (strlen (header));
  g_autofree guint8 *data = g_malloc0 (n_data + 1);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  g_byte_array_append (file, (const guint8 *) &length, 8);
  g_byte_array_append (file, (const guint8 *) header, (guint) strlen (header));
  g_byte_array_append (file, data, (guint) n_data);
  bytes = g_byte_array_free_to_bytes (g_steal_pointer (&file));
  g_assert_null (cjd_safetensors_parse (bytes, &error));
  g_assert_error (error, CJ_ERROR, CJ_ERROR_FILE);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, reason));
}

static void
test_safetensors (void)
{
  refuse_tensors ("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                  "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}",
                  12, "“b” overlaps");
  refuse_tensors ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8, "hole");
  refuse_tensors ("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 4,
                  "do not fit");
  refuse_tensors ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 8,
                  "belong to no tensor");
  refuse_tensors ("{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],"
                  "\"data_offsets\":[0,0]}}",
                  0, "no usable shape");
  refuse_tensors ("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 4,
                  "no usable shape");
  refuse_tensors ("{\"a\":{\"dtype\":\"F32\",\"shape\":[70368744177664,0],"
                  "\"data_offsets\":[0,0]}}",
                  0, "no usable shape");
  refuse_tensors ("{\"a\":{\"dtype\":[],\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "type");
  refuse_tensors ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[{},[]]}}", 4,
                  "no data offsets");
  refuse_tensors ("[]", 0, "no JSON object");
}

static void
test_json (void)
{
  const gsize n = 1000000;
  g_autofree char *deep = g_malloc (n + 1), *wide = g_malloc (20 * n);
  static const char *const strings[]
      = { "\"open", "\"\\ud83d\"", "\"\\ude00\"", "\"\\u12x4\"", "\"\\u0000\"", "\"\\x\"", "\"\\" };
  g_autoptr (GError) error = NULL, second = NULL, third = NULL, fourth = NULL;

  g_assert_true (cjd_json_check ("{\"a\\n\": \"\\ud83d\\ude00\"}", 23, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (strings); i++)
    {
      g_autoptr (GError) local = NULL;

      g_assert_false (cjd_json_check (strings[i], strlen (strings[i]), &local));
      g_assert_nonnull (strstr (local->message, "A string of the JSON text, at byte 0"));
    }
  g_assert_false (cjd_json_check ("{} []", 5, &fourth));
  g_assert_nonnull (strstr (fourth->message, "goes on after its end, at byte 3"));
  g_assert_true (cjd_json_check (" -12.5e3\n", 9, NULL));
  memset (deep, '[', n);
  g_assert_false (cjd_json_check (deep, n, &error));
  g_assert_nonnull (strstr (error->message, "deeper than 64 levels"));
  memset (wide, ',', 20 * n);
  wide[0] = '[';
  g_assert_false (cjd_json_check (wide, 20 * n, &second));
  g_assert_nonnull (strstr (second->message, "values"));
  g_assert_false (cjd_json_check ("\"\xff\"", 3, &third));
  g_assert_nonnull (strstr (third->message, "at byte 1"));
}

/* A pipe that nobody writes to, a folder, a file that gives errors, and one that is not there. */
static void
test_odd_files (void)
{
  g_autofree char *pipe = g_build_filename (folder, "pipe.csv", NULL);
  g_autofree char *broken = g_build_filename (folder, "broken.csv", NULL);
  g_autoptr (GError) error = NULL, second = NULL, third = NULL;

  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  g_assert_null (cjd_file_read (pipe, 100, &error));
  g_assert_nonnull (strstr (error->message, "pipe.csv: This is no plain file."));
  files_refuse (pipe, "pipe.csv", "no kind that can be read");
  g_assert_null (cjd_file_read (folder, 100, &second));
  g_assert_nonnull (strstr (second->message, "no plain file"));
  g_assert_null (cjd_file_read ("/no/such/file", 100, &third));
  g_assert_nonnull (strstr (third->message, "/no/such/file: The file cannot be opened"));
  /* of the kernel: a plain file whose first page cannot be read */
  if (g_file_test ("/proc/self/mem", G_FILE_TEST_EXISTS) && symlink ("/proc/self/mem", broken) == 0)
    {
      g_autoptr (GError) fourth = NULL;

      g_assert_null (cjd_file_read (broken, 100, &fourth));
      g_assert_nonnull (strstr (fourth->message, "broken.csv"));
    }
}

/* As an ordinary user, whom permissions hold back. */
static void
test_unreadable (void)
{
  g_autofree char *table = files_write_text (folder, "secret.csv", "a,b\n1,2\n3,4\n");
  g_autofree char *text = files_write_text (folder, "secret.txt", "words, words, words");
  g_autofree char *closed = g_build_filename (folder, "closed", NULL);
  const gboolean root = geteuid () == 0;

  files_write_grey (closed, "a/1.png", 2, 2, 1);
  g_assert_cmpint (g_chmod (folder, 0755), ==, 0);
  g_assert_cmpint (g_chmod (table, 0), ==, 0);
  g_assert_cmpint (g_chmod (text, 0), ==, 0);
  g_assert_cmpint (g_chmod (closed, 0), ==, 0);
  if (root)
    g_assert_cmpint (seteuid (NOBODY), ==, 0);
  files_refuse (table, "secret.csv", "The file cannot be opened: ");
  files_refuse (text, "secret.txt", "The file cannot be opened: ");
  files_refuse (closed, "closed", "The folder cannot be opened: ");
  if (root)
    g_assert_cmpint (seteuid (0), ==, 0);
  g_assert_cmpint (g_chmod (closed, 0700), ==, 0);
}

typedef struct
{
  char *path;
  gint done;
} Shrink;

static gpointer
shrink (gpointer data)
{
  Shrink *job = data;

  while (!g_atomic_int_get (&job->done))
    {
      g_assert_cmpint (truncate (job->path, 0), ==, 0);
      g_assert_cmpint (truncate (job->path, 1 << 20), ==, 0);
    }
  return NULL;
}

/* A file that another program cuts while it is read gives bytes or a sentence, and never SIGBUS. */
static void
test_shrinking (void)
{
  Shrink job = { files_write (folder, "s/a/1.png", "\x89PNG\r\n\x1a\n", 8), 0 };
  GThread *thread;

  g_assert_cmpint (truncate (job.path, 1 << 20), ==, 0);
  thread = g_thread_new ("shrink", shrink, &job);
  for (guint i = 0; i < 300; i++)
    {
      g_autoptr (GError) error = NULL;
      CjdPicture picture;

      g_assert_false (cjd_picture_load (job.path, TRUE, &picture, &error));
      g_assert_nonnull (strstr (error->message, "1.png: "));
    }
  g_atomic_int_set (&job.done, 1);
  g_thread_join (thread);
  g_free (job.path);
}

int
main (int argc, char **argv)
{
  int status;
#ifndef SANITIZED
  const struct rlimit limit = { LIMIT, LIMIT };

  setrlimit (RLIMIT_AS, &limit);
#endif
  g_test_init (&argc, &argv, NULL);
  folder = files_new_folder ();
  g_test_add_func ("/data/hostile/idx", test_idx);
  g_test_add_func ("/data/hostile/zip", test_zip);
  g_test_add_func ("/data/hostile/npz", test_npz);
  g_test_add_func ("/data/hostile/npy", test_npy);
  g_test_add_func ("/data/hostile/png", test_png);
  g_test_add_func ("/data/hostile/jpeg", test_jpeg);
  g_test_add_func ("/data/hostile/table", test_table);
  g_test_add_func ("/data/hostile/safetensors", test_safetensors);
  g_test_add_func ("/data/hostile/json", test_json);
  g_test_add_func ("/data/hostile/odd-files", test_odd_files);
  g_test_add_func ("/data/hostile/unreadable", test_unreadable);
  g_test_add_func ("/data/hostile/shrinking", test_shrinking);
  status = g_test_run ();
  files_remove (folder);
  return status;
}
