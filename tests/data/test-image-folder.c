/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "files.h"

#include "cjd-folders.h"

#include <string.h>
#include <unistd.h>

static guint8
get_pixel (const CjdDataset *dataset, gsize sample, gsize at)
{
  return ((const guint8 *) dataset->x->data)[sample * cjd_dataset_sample_bytes (dataset) + at];
}

static void
test_classes (void)
{
  char *folder = files_new_folder ();
  g_autoptr (CjdDataset) dataset = NULL;

  files_write_grey (folder, "dark/b.png", 4, 3, 10);
  files_write_grey (folder, "dark/a.PNG", 4, 3, 20);
  files_write_grey (folder, "bright/c.png", 4, 3, 250);
  g_free (files_write_text (folder, "dark/notes.txt", "no picture"));
  g_free (files_write_text (folder, "dark/.hidden.png", "no picture"));
  dataset = files_load (folder, "image-folder", NULL);
  g_assert_nonnull (dataset);
  g_assert_cmpint (cjd_dataset_get_n_samples (dataset), ==, 3);
  g_assert_true (cj_shape_equal (&dataset->x_shape, &(CjShape){ 4, { 3, 1, 3, 4 } }));
  g_assert_cmpstr (dataset->class_names[0], ==, "bright");
  g_assert_cmpstr (dataset->class_names[1], ==, "dark");
  g_assert_cmpint (get_pixel (dataset, 0, 0), ==, 250);
  g_assert_cmpint (get_pixel (dataset, 1, 11), ==, 20); /* a.PNG before b.png */
  g_assert_cmpint (cjd_dataset_get_class (dataset, 2), ==, 1);
  files_remove (folder);
}

static void
test_parts (void)
{
  char *folder = files_new_folder ();
  g_autoptr (CjdDataset) dataset = NULL;

  files_write_grey (folder, "train/x/1.png", 2, 2, 1);
  files_write_grey (folder, "train/y/2.png", 2, 2, 2);
  files_write_grey (folder, "valid/x/3.png", 2, 2, 3);
  files_write_grey (folder, "test/y/4.png", 2, 2, 4);
  files_write_grey (folder, "test/z/5.png", 2, 2, 5);
  dataset = files_load (folder, "image-folder", NULL);
  g_assert_cmpuint (cjd_dataset_count (dataset, CJD_SPLIT_TRAIN), ==, 2);
  g_assert_cmpuint (cjd_dataset_count (dataset, CJD_SPLIT_VAL), ==, 1);
  g_assert_cmpuint (cjd_dataset_count (dataset, CJD_SPLIT_TEST), ==, 2);
  g_assert_cmpuint (dataset->n_classes, ==, 3);
  for (gsize i = 0; i < 5; i++)
    g_assert_cmpint (get_pixel (dataset, i, 0), ==, i + 1);
  g_assert_cmpint (cjd_dataset_get_class (dataset, 4), ==, 2);
  files_remove (folder);
}

/* A path of several folders, and the folders again; of one, its own. */
static void
test_several_paths (void)
{
  static const char *const one[]
      = { "/home/ana/cat/", NULL },
      *const two[] = { "/p/photos/dog", "/p/photos/cat", "/p/photos/dog/", NULL },
             *const far[] = { "/p/more/dog", "/p/photos/cat", NULL },
             *const odd[] = { "/p/a,b", "/p/{c}", "/p/d\\e", NULL },
             *const root[] = { "/cat", "/dog", NULL }, *const within[] = { "/p", "/p/cat", NULL };
  static const struct
  {
    const char *const *folders;
    const char *path, *name;
  } cases[] = { { one, "/home/ana/cat", "cat" },
                { two, "/p/photos/{cat,dog}", "photos" },
                { far, "/p/{more/dog,photos/cat}", "p" },
                { odd, "/p/{a\\,b,d\\\\e,\\{c\\}}", "p" },
                { root, "/{cat,dog}", "/" },
                { within, "/{p,p/cat}", "/" } };
  static const char *const none[]
      = { "/p/{cat}",   "/p/{cat,}", "/p/{,cat}", "/p/{cat,dog", "{a,b}",
          "/p/{a,b}/c", "/p/cat",    "",          "}",           "/{}" };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = cjd_folders_print (cases[i].folders), *again = NULL, *name = NULL;
      g_auto (GStrv) folders = cjd_folders_parse (path);

      g_assert_cmpstr (path, ==, cases[i].path);
      name = cjd_folders_dup_name (path);
      g_assert_cmpstr (name, ==, cases[i].name);
      g_assert_true ((folders == NULL) == (i == 0));
      if (folders == NULL)
        continue;
      again = cjd_folders_print ((const char *const *) folders);
      g_assert_cmpstr (again, ==, path);
    }
  for (guint i = 0; i < G_N_ELEMENTS (none); i++)
    {
      g_auto (GStrv) folders = cjd_folders_parse (none[i]);

      g_assert_null (folders);
    }
}

/* Several folders at once: each is a class, and those of one name are one. */
static void
test_several (void)
{
  char *folder = files_new_folder ();
  g_autofree char *path = g_build_filename (folder, "{photos/cat,photos/dog}", NULL);
  g_autofree char *twice = g_build_filename (folder, "{more/cat,photos/cat,photos/dog}", NULL);
  g_autofree char *away = g_build_filename (folder, "{photos/cat,photos/fish}", NULL);
  g_autofree char *above = g_build_filename (folder, "{photos,photos/cat}", NULL);
  g_autofree char *braces = g_build_filename (folder, "{x,y}", NULL);
  g_autoptr (CjdDataset) dataset = NULL, merged = NULL, plain = NULL;

  files_write_grey (folder, "photos/cat/1.png", 2, 2, 1);
  files_write_grey (folder, "photos/dog/2.png", 2, 2, 2);
  files_write_grey (folder, "photos/ship/3.png", 2, 2, 3);
  files_write_grey (folder, "more/cat/4.png", 2, 2, 4);
  files_write_grey (folder, "{x,y}/a/5.png", 2, 2, 5);
  dataset = files_load (path, "image-folder", NULL);
  g_assert_cmpuint (dataset->n_classes, ==, 2);
  g_assert_cmpstr (dataset->class_names[0], ==, "cat");
  g_assert_cmpstr (dataset->class_names[1], ==, "dog");
  g_assert_cmpint (cjd_dataset_get_n_samples (dataset), ==, 2);
  merged = files_load (twice, "image-folder", NULL);
  g_assert_cmpuint (merged->n_classes, ==, 2);
  g_assert_cmpint (cjd_dataset_get_n_samples (merged), ==, 3);
  plain = files_load (braces, "image-folder", NULL); /* a folder may be called so */
  g_assert_cmpuint (plain->n_classes, ==, 1);
  files_refuse (away, "photos/fish", "no such file or folder");
  files_refuse (above, "photos", "holds no pictures");
  files_remove (folder);
}

/* One coloured picture makes all coloured; sizes that differ are scaled, and that is said. */
static void
test_mixed (void)
{
  static const guint8 red[12] = { 200, 0, 0, 200, 0, 0, 200, 0, 0, 200, 0, 0 };
  char *folder = files_new_folder ();
  g_autoptr (GBytes) png = files_print_png (2, 2, 3, red);
  g_autoptr (CjdDataset) dataset = NULL, small = NULL;
  CjdReadOptions options;

  files_write_grey (folder, "a/1.png", 90, 70, 33);
  g_free (files_write (folder, "b/2.png", g_bytes_get_data (png, NULL), g_bytes_get_size (png)));
  dataset = files_load (folder, "image-folder", NULL);
  g_assert_true (cj_shape_equal (&dataset->x_shape, &(CjShape){ 4, { 2, 3, 64, 64 } }));
  g_assert_nonnull (strstr (dataset->note, "64×64"));
  g_assert_cmpint (get_pixel (dataset, 0, 3 * 64 * 64 - 1), ==, 33);
  g_assert_cmpint (get_pixel (dataset, 1, 0), ==, 200);
  g_assert_cmpint (get_pixel (dataset, 1, 64 * 64), ==, 0);
  cjd_read_options_init (&options);
  options.size[0] = 5;
  options.size[1] = 7;
  options.channels = CJD_CHANNELS_GREY;
  small = cjd_load (folder, &options, NULL);
  g_assert_true (cj_shape_equal (&small->x_shape, &(CjShape){ 4, { 2, 1, 5, 7 } }));
  g_assert_cmpint (get_pixel (small, 0, 34), ==, 33);
  g_assert_cmpint (get_pixel (small, 1, 0), ==, 60); /* 0.299 × 200 */
  files_remove (folder);
}

/* Links that lead in circles, deep folders and folders that cannot be listed do no harm. */
static void
test_links (void)
{
  char *folder = files_new_folder ();
  g_autofree char *loop = g_build_filename (folder, "loop", NULL);
  g_autofree char *self = g_build_filename (folder, "a", "self.png", NULL);
  g_autoptr (GString) deep = g_string_new ("a");
  g_autoptr (CjdDataset) dataset = NULL;

  for (guint i = 0; i < 200; i++)
    g_string_append (deep, "/d");
  g_string_append (deep, "/x.png");
  files_write_grey (folder, "a/1.png", 2, 2, 1);
  files_write_grey (folder, "b/1.png", 2, 2, 2);
  files_write_grey (folder, deep->str, 2, 2, 3);
  g_assert_cmpint (symlink (folder, loop), ==, 0);
  dataset = files_load (folder, "image-folder", NULL);
  g_assert_cmpint (cjd_dataset_get_n_samples (dataset), ==, 2);
  g_assert_cmpuint (dataset->n_classes, ==, 2);
  g_assert_cmpint (symlink ("self.png", self), ==, 0);
  files_refuse (folder, "a/self.png", "cannot be opened");
  files_remove (folder);
}

static void
test_damaged (void)
{
  char *folder = files_new_folder ();

  files_write_grey (folder, "a/1.png", 2, 2, 1);
  g_free (files_write_text (folder, "a/2.png", "GIF89a"));
  files_refuse (folder, "a/2.png", "neither those of PNG nor of JPEG");
  g_free (files_write_text (folder, "a/2.png", ""));
  files_refuse (folder, "a/2.png", "first bytes");
  files_remove (folder);
}

/* Real JPEG files in train and test. */
static void
test_cifar (void)
{
  g_autofree char *folder = files_find ("cifar10/imagefolder-small");
  g_autoptr (CjdDataset) dataset = NULL;

  if (folder == NULL)
    return;
  dataset = files_load (folder, "image-folder", NULL);
  g_assert_nonnull (dataset);
  g_assert_cmpuint (cjd_dataset_count (dataset, CJD_SPLIT_TRAIN), ==, 400);
  g_assert_cmpuint (cjd_dataset_count (dataset, CJD_SPLIT_TEST), ==, 100);
  g_assert_cmpuint (dataset->n_classes, ==, 10);
  g_assert_cmpstr (dataset->class_names[9], ==, "truck");
  g_assert_true (cj_shape_equal (&dataset->x_shape, &(CjShape){ 4, { 500, 3, 32, 32 } }));
  g_assert_cmpfloat_with_epsilon (dataset->mean[0], 0.49, 0.03);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/data/image-folder/classes", test_classes);
  g_test_add_func ("/data/image-folder/parts", test_parts);
  g_test_add_func ("/data/image-folder/several-paths", test_several_paths);
  g_test_add_func ("/data/image-folder/several", test_several);
  g_test_add_func ("/data/image-folder/mixed", test_mixed);
  g_test_add_func ("/data/image-folder/links", test_links);
  g_test_add_func ("/data/image-folder/damaged", test_damaged);
  g_test_add_func ("/data/image-folder/cifar", test_cifar);
  return g_test_run ();
}
