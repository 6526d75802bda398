/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which data set a person means by a path. */
#include "cj-error.h"
#include "files.h"

#include <string.h>

typedef struct
{
  char *folder;
} Fixture;

static void
setup (Fixture *f, gconstpointer data)
{
  (void) data;
  f->folder = files_new_folder ();
}

static void
teardown (Fixture *f, gconstpointer data)
{
  (void) data;
  files_remove (f->folder);
}

static void
write_file (const Fixture *f, const char *name, const char *text)
{
  g_autofree char *path = files_write_text (f->folder, name, text);

  g_assert_nonnull (path);
}

/* The path below the folder that is found, "." for itself, and its reader's id. */
static void
assert_found (const Fixture *f, const char *place, const char *id)
{
  const CjdReaderInfo *reader = NULL;
  g_autofree char *wanted
      = g_str_equal (place, ".") ? g_strdup (f->folder) : g_build_filename (f->folder, place, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *found = cjd_find (f->folder, &reader, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (found, ==, wanted);
  g_assert_cmpstr (reader->id, ==, id);
}

static void
assert_refused (const Fixture *f, const char *words)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *found = cjd_find (f->folder, NULL, &error);

  g_assert_null (found);
  g_assert_error (error, CJ_ERROR, CJ_ERROR_FILE);
  g_assert_nonnull (strstr (error->message, f->folder));
  g_assert_nonnull (strstr (error->message, words));
}

/* A text beside its papers. */
static void
test_text (Fixture *f, gconstpointer data)
{
  (void) data;
  write_file (f, "input.txt", "To be, or not to be, that is the question.");
  write_file (f, "README.md", "Where it comes from");
  write_file (f, "LICENSE.txt", "Free");
  assert_found (f, "input.txt", "plain-text");
}

/* Data go before words: notes in a .txt beside a table are notes. */
static void
test_table (Fixture *f, gconstpointer data)
{
  (void) data;
  write_file (f, "flowers.csv", "a,b,class\n1,2,x\n3,4,y\n");
  write_file (f, "notes.txt", "Measured in May");
  assert_found (f, "flowers.csv", "table");
}

static void
test_inner_folder (Fixture *f, gconstpointer data)
{
  (void) data;
  write_file (f, "pictures/cat/1.png", "");
  write_file (f, "pictures/dog/1.png", "");
  write_file (f, "README", "");
  assert_found (f, "pictures", "image-folder");
}

static void
test_loose_pictures (Fixture *f, gconstpointer data)
{
  (void) data;
  write_file (f, "1.png", "");
  write_file (f, "2.jpg", "");
  assert_found (f, ".", "image-folder");
}

static void
test_arrays (Fixture *f, gconstpointer data)
{
  (void) data;
  write_file (f, "x_train.npy", "");
  write_file (f, "y_train.npy", "");
  assert_found (f, ".", "numpy");
}

static void
test_many (Fixture *f, gconstpointer data)
{
  (void) data;
  write_file (f, "a.csv", "");
  write_file (f, "b.csv", "");
  assert_refused (f, "2 data sets in the folder: a.csv (Table), b.csv (Table)");
}

static void
test_none (Fixture *f, gconstpointer data)
{
  (void) data;
  assert_refused (f, "no kind that can be read");
  write_file (f, "data.tar.gz", "");
  assert_refused (f, "unpacked first");
}

/* The pictures of a folder without classes are of one. */
static void
test_one_class (Fixture *f, gconstpointer data)
{
  const char *source = g_getenv ("CAJAL_DATA_DIR");
  g_autofree char *folder
      = source != NULL ? g_build_filename (source, "natural-images", NULL) : NULL;
  g_autoptr (CjdDataset) dataset = NULL;
  CjdReadOptions options;
  GError *error = NULL;

  (void) f;
  (void) data;
  if (folder == NULL || !g_file_test (folder, G_FILE_TEST_IS_DIR))
    {
      g_test_skip ("CAJAL_DATA_DIR has no natural-images folder");
      return;
    }
  cjd_read_options_init (&options);
  dataset = cjd_load (folder, &options, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (dataset->n_classes, ==, 1);
  g_assert_cmpuint (cjd_dataset_get_n_samples (dataset), ==, 6);
  g_assert_nonnull (strstr (dataset->note, "one class"));
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*run) (Fixture *f, gconstpointer data);
  } tests[] = {
    { "/data/find/text", test_text },
    { "/data/find/table", test_table },
    { "/data/find/inner-folder", test_inner_folder },
    { "/data/find/loose-pictures", test_loose_pictures },
    { "/data/find/arrays", test_arrays },
    { "/data/find/many", test_many },
    { "/data/find/none", test_none },
    { "/data/find/one-class", test_one_class },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, setup, tests[i].run, teardown);
  return g_test_run ();
}
