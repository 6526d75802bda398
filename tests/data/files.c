/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "files.h"

#include "cj-error.h"
#include "picture.h"

#include <glib/gstdio.h>
#include <string.h>

char *
files_new_folder (void)
{
  char *folder = g_dir_make_tmp ("cajal-files-XXXXXX", NULL);

  g_assert_nonnull (folder);
  return folder;
}

char *
files_new_state_folder (void)
{
  char *folder = files_new_folder ();

  g_setenv ("CAJAL_STATE_DIR", folder, TRUE);
  return folder;
}

char *
files_write (const char *folder, const char *name, gconstpointer data, gsize size)
{
  char *path = g_build_filename (folder, name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);
  FILE *file;

  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  file = fopen (path, "wb");
  g_assert_nonnull (file);
  g_assert_cmpuint (fwrite (data, 1, size, file), ==, size);
  fclose (file);
  return path;
}

char *
files_write_text (const char *folder, const char *name, const char *text)
{
  return files_write (folder, name, text, strlen (text));
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (!g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    dir = g_dir_open (path, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_remove (path);
}

void
files_remove (char *folder)
{
  remove_tree (folder);
  g_free (folder);
}

static void
append_big (GByteArray *out, guint32 number)
{
  const guint32 big = GUINT32_TO_BE (number);

  g_byte_array_append (out, (const guint8 *) &big, 4);
}

static void
append_chunk (GByteArray *png, const char *type, const guint8 *data, gsize size)
{
  guint32 crc = 0xffffffff;
  guint start;

  append_big (png, (guint32) size);
  start = png->len;
  g_byte_array_append (png, (const guint8 *) type, 4);
  g_byte_array_append (png, data, (guint) size);
  for (guint i = start; i < png->len; i++)
    {
      crc ^= png->data[i];
      for (guint bit = 0; bit < 8; bit++)
        crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
    }
  append_big (png, ~crc);
}

GBytes *
files_print_png (guint width, guint height, guint channels, const guint8 *pixels)
{
  GByteArray *png = g_byte_array_new ();
  g_autoptr (GByteArray) header = g_byte_array_new (), body = g_byte_array_new ();
  const gsize row = (gsize) width * channels;
  const guint8 rest[5] = { 8, channels == 1 ? 0 : channels == 3 ? 2 : 6, 0, 0, 0 };
  guint32 a = 1, b = 0;

  g_byte_array_append (png, (const guint8 *) "\x89PNG\r\n\x1a\n", 8);
  append_big (header, width);
  append_big (header, height);
  g_byte_array_append (header, rest, sizeof rest);
  append_chunk (png, "IHDR", header->data, header->len);
  g_byte_array_append (body, (const guint8 *) "\x78\x01", 2);
  for (guint y = 0; y < height; y++) /* each row is a stored block: filter 0, then the pixels */
    {
      const guint16 n = (guint16) (row + 1);
      const guint8 head[6]
          = { y + 1 == height, n & 255, n >> 8, ~n & 255, (guint8) (~n >> 8 & 255), 0 };

      g_assert_cmpuint (row + 1, <=, 65535);
      g_byte_array_append (body, head, sizeof head);
      g_byte_array_append (body, pixels + y * row, (guint) row);
      b = (b + a) % 65521;
      for (gsize i = 0; i < row; i++)
        {
          a = (a + pixels[y * row + i]) % 65521;
          b = (b + a) % 65521;
        }
    }
  append_big (body, b << 16 | a);
  append_chunk (png, "IDAT", body->data, body->len);
  append_chunk (png, "IEND", NULL, 0);
  return g_byte_array_free_to_bytes (png);
}

void
files_write_grey (const char *folder, const char *name, guint width, guint height, guint8 value)
{
  g_autofree guint8 *pixels = g_malloc (width * height);
  g_autoptr (GBytes) png = NULL;

  memset (pixels, value, width * height);
  png = files_print_png (width, height, 1, pixels);
  g_free (files_write (folder, name, g_bytes_get_data (png, NULL), g_bytes_get_size (png)));
}

char *
files_find (const char *path)
{
  const char *data = g_getenv ("CAJAL_DATA_DIR");
  g_autofree char *whole = data != NULL ? g_build_filename (data, path, NULL) : NULL;

  if (whole != NULL && g_file_test (whole, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&whole);
  g_test_skip (data == NULL ? "CAJAL_DATA_DIR is not set" : "CAJAL_DATA_DIR lacks the files");
  return NULL;
}

gboolean
files_have_jpeg (void)
{
  static const guint8 start[] = { 0xff, 0xd8, 0xff };
  g_autoptr (GError) error = NULL;
  CjdPicture picture;

  g_assert_false (cjd_picture_parse (start, sizeof start, FALSE, &picture, &error));
  if (strstr (error->message, "without JPEG") == NULL)
    return TRUE;
  g_test_skip ("built without JPEG");
  return FALSE;
}

CjdDataset *
files_load (const char *path, const char *reader, GError **error)
{
  const CjdReaderInfo *found = NULL;
  g_autofree char *place = cjd_find (path, &found, NULL);
  CjdReadOptions options;

  g_assert_nonnull (place);
  g_assert_cmpstr (found->id, ==, reader);
  cjd_read_options_init (&options);
  options.val_share = options.test_share = 0;
  return cjd_load (path, &options, error);
}

void
files_refuse (const char *path, const char *place, const char *reason)
{
  g_autoptr (GError) error = NULL;
  CjdReadOptions options;

  cjd_read_options_init (&options);
  g_assert_null (cjd_load (path, &options, &error));
  g_assert_nonnull (error);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, place));
  g_assert_nonnull (strstr (error->message, reason));
  g_assert_true (g_str_has_suffix (error->message, "."));
  g_assert_null (strchr (error->message, '\n'));
}
