/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture.h"

#include "cj-error.h"
#include "files.h"

#include <stdlib.h>
#include <string.h>

/* One line of expected.tsv: what libpng's own decoder makes of a picture. */
static void
check_png (const char *folder, char **words)
{
  g_autofree char *path = g_build_filename (folder, words[0], NULL);
  const gboolean good = g_str_equal (words[6], "ok");
  g_autofree char *sum = NULL;
  g_autoptr (GError) error = NULL;
  CjdPicture picture;

  g_assert_cmpint (cjd_picture_load (path, TRUE, &picture, &error), ==, good);
  if (!good)
    {
      g_assert_error (error, CJ_ERROR, CJ_ERROR_FILE);
      g_assert_nonnull (strstr (error->message, words[0]));
      return;
    }
  g_assert_no_error (error);
  g_assert_cmpuint (picture.width, ==, (guint) atoi (words[1]));
  g_assert_cmpuint (picture.height, ==, (guint) atoi (words[2]));
  g_assert_cmpint (picture.colour, ==, (atoi (words[4]) & 2) != 0);
  sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, picture.rgba,
                                     (gsize) picture.width * picture.height * 4);
  g_assert_cmpstr (sum, ==, words[7]);
  cjd_picture_clear (&picture);
  g_assert_true (cjd_picture_load (path, FALSE, &picture, NULL));
  g_assert_null (picture.rgba);
  g_assert_cmpuint (picture.width, ==, (guint) atoi (words[1]));
}

static void
test_pngsuite (void)
{
  g_autofree char *folder = files_find ("pngsuite");
  g_autofree char *table = folder != NULL ? g_build_filename (folder, "expected.tsv", NULL) : NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  guint n[2] = { 0 };

  if (folder == NULL)
    return;
  g_assert_true (g_file_get_contents (table, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 1; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      g_auto (GStrv) words = g_strsplit (lines[i], "\t", -1);

      g_assert_cmpuint (g_strv_length (words), ==, 9);
      check_png (folder, words);
      n[g_str_equal (words[6], "ok")]++;
    }
  g_assert_cmpuint (n[1], ==, 160);
  g_assert_cmpuint (n[0], ==, 21);
}

/* The suite's own decoded copies, which stand beside it. */
static void
test_pngsuite_copies (void)
{
  g_autofree char *folder = files_find ("pngsuite/primary_check");
  g_autoptr (GDir) dir = folder != NULL ? g_dir_open (folder, 0, NULL) : NULL;
  const char *name;
  guint n = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *copy = g_build_filename (folder, name, NULL);
      g_autofree char *path = g_build_filename (folder, "..", "primary", name, NULL);
      CjdPicture a, b;

      g_assert_true (cjd_picture_load (copy, TRUE, &a, NULL));
      g_assert_true (cjd_picture_load (path, TRUE, &b, NULL));
      g_assert_cmpmem (a.rgba, (gsize) a.width * a.height * 4, b.rgba,
                       (gsize) b.width * b.height * 4);
      cjd_picture_clear (&a);
      cjd_picture_clear (&b);
      n++;
    }
  if (folder != NULL)
    g_assert_cmpuint (n, ==, 77);
}

/* The pictures that the binary copy of CIFAR-10 was decoded from. */
static void
test_jpeg (void)
{
  g_autofree char *tar = files_find ("cifar10/imagefolder-test-2000.tar.gz");
  g_autofree char *binary = files_find ("cifar10/binary/test_batch_small.bin");
  g_autofree char *records = NULL;
  const char *classes[] = { "airplane", "automobile", "bird", "cat", "deer" };
  char *folder;
  gsize size;
  gint status = 1;

  if (tar == NULL || binary == NULL || !files_have_jpeg ())
    return;
  folder = files_new_folder ();
  {
    const char *command[] = { "tar", "-xzf", tar, "-C", folder, NULL };

    g_assert_true (g_spawn_sync (NULL, (char **) command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
                                 NULL, NULL, &status, NULL));
    g_assert_cmpint (status, ==, 0);
  }
  g_assert_true (g_file_get_contents (binary, &records, &size, NULL));
  g_assert_cmpuint (size, ==, 200 * 3073);
  for (guint k = 0; k < G_N_ELEMENTS (classes); k++)
    {
      g_autofree char *path = g_build_filename (folder, "test", classes[k], NULL);
      g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
      const char *name, *first = NULL;
      g_autofree char *least = NULL, *file = NULL;
      const guint8 *record = (const guint8 *) records + k * 3073;
      guint8 planes[3072];
      CjdPicture picture;

      g_assert_nonnull (dir);
      while ((name = g_dir_read_name (dir)) != NULL)
        if (first == NULL || strcmp (name, first) < 0)
          {
            g_free (least);
            first = least = g_strdup (name);
          }
      file = g_build_filename (path, first, NULL);
      g_assert_true (cjd_picture_load (file, TRUE, &picture, NULL));
      cjd_picture_fit (&picture, 3, 32, 32, planes);
      cjd_picture_clear (&picture);
      g_assert_cmpuint (record[0], ==, k);
      for (guint i = 0; i < 3072; i++)
        g_assert_cmpint (abs (planes[i] - record[1 + i]), <=, 2);
    }
  files_remove (folder);
}

static void
test_natural (void)
{
  static const struct
  {
    const char *name;
    guint width, height;
    gboolean colour;
  } pictures[] = {
    { "astronaut.png", 512, 512, TRUE }, { "camera.png", 512, 512, FALSE },
    { "chelsea.png", 451, 300, TRUE },   { "coffee.png", 600, 400, TRUE },
    { "coins.png", 384, 303, FALSE },    { "kodim03.png", 768, 512, TRUE },
  };
  g_autofree char *folder = files_find ("natural-images");

  for (guint i = 0; i < G_N_ELEMENTS (pictures) && folder != NULL; i++)
    {
      g_autofree char *path = g_build_filename (folder, pictures[i].name, NULL);
      guint8 small[3 * 16 * 16];
      CjdPicture picture;

      g_assert_true (cjd_picture_load (path, TRUE, &picture, NULL));
      g_assert_cmpuint (picture.width, ==, pictures[i].width);
      g_assert_cmpuint (picture.height, ==, pictures[i].height);
      g_assert_cmpint (picture.colour, ==, pictures[i].colour);
      cjd_picture_fit (&picture, 3, 16, 16, small);
      cjd_picture_clear (&picture);
    }
}

/* Colours, alpha on white paper, luma, a scaled picture and what is cut off. */
static void
test_fit (void)
{
  static const guint8 pixels[] = { 255, 0, 0, 255, 0, 0, 255, 128 };
  static const guint8 wide[] = { 9, 0, 0, 100, 100, 200, 200, 9 };
  g_autoptr (GBytes) png = files_print_png (2, 1, 4, pixels), bar = files_print_png (8, 1, 1, wide);
  guint8 out[6], one[4];
  CjdPicture picture;

  g_assert_true (cjd_picture_parse (g_bytes_get_data (png, NULL), g_bytes_get_size (png), TRUE,
                                    &picture, NULL));
  cjd_picture_fit (&picture, 3, 1, 2, out);
  g_assert_cmpmem (out, 6, ((const guint8[]){ 255, 127, 0, 127, 0, 255 }), 6);
  cjd_picture_fit (&picture, 1, 1, 2, out);
  g_assert_cmpint (out[0], ==, 76); /* 0.299 × 255 */
  cjd_picture_clear (&picture);
  g_assert_true (cjd_picture_parse (g_bytes_get_data (bar, NULL), g_bytes_get_size (bar), TRUE,
                                    &picture, NULL));
  /* the square in the middle of the bar: between its fourth and fifth pixel */
  cjd_picture_fit (&picture, 1, 1, 1, one);
  g_assert_cmpint (one[0], ==, 100);
  cjd_picture_clear (&picture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/data/formats/picture/pngsuite", test_pngsuite);
  g_test_add_func ("/data/formats/picture/pngsuite-copies", test_pngsuite_copies);
  g_test_add_func ("/data/formats/picture/jpeg", test_jpeg);
  g_test_add_func ("/data/formats/picture/natural", test_natural);
  g_test_add_func ("/data/formats/picture/fit", test_fit);
  return g_test_run ();
}
