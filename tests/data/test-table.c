/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "files.h"

#include <string.h>

static CjdDataset *
load (const char *name, const char *text, const char *label, char **folder)
{
  g_autofree char *path = NULL;
  CjdReadOptions options;
  CjdDataset *dataset;

  *folder = files_new_folder ();
  path = files_write_text (*folder, name, text);
  cjd_read_options_init (&options);
  options.val_share = options.test_share = 0;
  g_strlcpy (options.label, label, sizeof options.label);
  dataset = cjd_load (path, &options, NULL);
  g_assert_nonnull (dataset);
  files_remove (*folder);
  return dataset;
}

static float
get_x (const CjdDataset *dataset, gsize row, gsize column)
{
  return cj_tensor_f32 (dataset->x)[row * (gsize) dataset->x_shape.dims[1] + column];
}

static void
test_types (void)
{
  char *folder;
  g_autoptr (CjdDataset) dataset
      = load ("t.csv",
              "size,colour,weight,class\n1,red,0.5,dog\n2,blue,?,cat\n3,red,1.5,dog\n4,,-1e2,cow\n",
              "", &folder);

  g_assert_cmpint (dataset->x_shape.dims[0], ==, 4);
  g_assert_cmpint (dataset->x_shape.dims[1], ==, 4); /* size, red, blue, weight */
  g_assert_cmpuint (dataset->n_classes, ==, 3);
  g_assert_cmpstr (dataset->class_names[0], ==, "cat");
  g_assert_cmpuint (g_strv_length (dataset->feature_names), ==, 4);
  g_assert_cmpstr (dataset->feature_names[0], ==, "size");
  g_assert_cmpstr (dataset->feature_names[1], ==, "colour: red");
  g_assert_cmpstr (dataset->feature_names[2], ==, "colour: blue");
  g_assert_cmpstr (dataset->feature_names[3], ==, "weight");
  g_assert_cmpint (cjd_dataset_get_class (dataset, 0), ==, 2);
  g_assert_cmpfloat (get_x (dataset, 0, 1), ==, 1);
  g_assert_cmpfloat (get_x (dataset, 1, 2), ==, 1);
  g_assert_cmpfloat (get_x (dataset, 3, 1) + get_x (dataset, 3, 2), ==, 0);
  g_assert_cmpfloat_with_epsilon (get_x (dataset, 1, 3), -98 / 3.0, 1e-4); /* the mean */
  g_assert_cmpfloat (get_x (dataset, 3, 3), ==, -100);
  g_assert_nonnull (strstr (dataset->note, "“class”"));
}

/* Features come to the network with mean 0 and deviation 1, whatever their unit. */
static void
test_standardised (void)
{
  char *folder;
  g_autoptr (CjdDataset) dataset = load ("t.csv",
                                         "tiny,large,same,y\n1e-7,2000000.5,7,0.5\n"
                                         "3e-7,2000001.5,7,1.5\n1e-7,2000000.5,7,2.5\n"
                                         "3e-7,2000001.5,7,3.25\n",
                                         "", &folder);
  g_autoptr (CjFeed) feed = cjd_dataset_new_feed (dataset, CJD_SPLIT_TRAIN);
  const CjShape x_shape = cj_shape2 (4, 3), y_shape = cj_shape2 (4, 1);
  g_autoptr (CjTensor) x = cj_tensor_new (CJ_FLOAT32, &x_shape);
  g_autoptr (CjTensor) y = cj_tensor_new (CJ_FLOAT32, &y_shape);
  const guint32 rows[] = { 0, 1, 2, 3 };

  g_assert_cmpuint (dataset->n_classes, ==, 0);
  feed->fill (feed, rows, 4, 0, 1, x, y);
  for (guint i = 0; i < 4; i++)
    {
      const float sign = i % 2 == 0 ? -1 : 1;

      g_assert_cmpfloat_with_epsilon (cj_tensor_f32 (x)[i * 3], sign, 1e-4);
      g_assert_cmpfloat_with_epsilon (cj_tensor_f32 (x)[i * 3 + 1], sign, 0.3);
      g_assert_cmpfloat_with_epsilon (cj_tensor_f32 (x)[i * 3 + 2], 0, 1e-6);
    }
  g_assert_cmpfloat (cj_tensor_f32 (y)[3], ==, 3.25f);
}

static void
test_label (void)
{
  static const char text[] = "a,b,c\n1,x,0.5\n2,y,0.25\n1,x,0.75\n";
  char *folder;
  g_autoptr (CjdDataset) last = load ("t.csv", text, "", &folder);
  g_autoptr (CjdDataset) named = load ("t.csv", text, "B", &folder);
  g_autoptr (CjdDataset) numbered = load ("t.csv", text, "1", &folder);

  g_assert_cmpuint (last->n_classes, ==, 0);
  g_assert_cmpuint (named->n_classes, ==, 2);
  g_assert_cmpstr (named->class_names[1], ==, "y");
  g_assert_cmpuint (numbered->n_classes, ==, 2);
  g_assert_cmpstr (numbered->class_names[1], ==, "2");
}

/* RFC 4180: quotes around separators, line ends and doubled quotes; a byte order mark before them. */
static void
test_quotes (void)
{
  char *folder;
  g_autoptr (CjdDataset) dataset
      = load ("t.CSV",
              "\xef\xbb\xbf\"na\"\"me\";\"a;b\";k\r\n\"x\";1;\"one\nline\"\r\n\r\n y ;2; "
              "\"two\"\"\"\r\n\"x\";3;\"one\nline\"",
              "k", &folder);

  g_assert_cmpint (dataset->x_shape.dims[0], ==, 3);
  g_assert_cmpint (dataset->x_shape.dims[1], ==, 3); /* x, y, number */
  g_assert_cmpstr (dataset->class_names[0], ==, "one\nline");
  g_assert_cmpstr (dataset->class_names[1], ==, "two\"");
  g_assert_cmpfloat (get_x (dataset, 1, 1), ==, 1);
  g_assert_cmpfloat (get_x (dataset, 2, 2), ==, 3);
}

static void
test_tabs (void)
{
  char *folder;
  g_autoptr (CjdDataset) dataset
      = load ("t.tsv", "1,5\t\tred\n2,5\t4\tblue\n3,5\t6\tred\n", "", &folder);

  g_assert_cmpint (dataset->x_shape.dims[1], ==, 4); /* three words of the first, a number */
  g_assert_cmpfloat (get_x (dataset, 0, 3), ==, 5);  /* mean of 4 and 6 */
  g_assert_cmpuint (dataset->n_classes, ==, 2);
}

static void
test_many_words (void)
{
  g_autoptr (GString) text = g_string_new ("name,v,class\n");
  g_autoptr (CjdDataset) dataset = NULL;
  char *folder;

  for (guint i = 0; i < 100; i++)
    g_string_append_printf (text, "n%u,%u,%c\n", i, i, 'a' + i % 2);
  dataset = load ("t.csv", text->str, "", &folder);
  g_assert_cmpint (dataset->x_shape.dims[1], ==, 1);
  g_assert_nonnull (strstr (dataset->note, "“name”"));
}

static void
refuse (const char *text, const char *place, const char *reason)
{
  char *folder = files_new_folder ();
  g_autofree char *path = files_write_text (folder, "t.csv", text);

  files_refuse (path, place, reason);
  files_remove (folder);
}

static void
test_refused (void)
{
  refuse ("a,b,c\n1,2,3\n\"4\n\n\",5\n", "t.csv, line 3:", "2 cells");
  refuse ("a,b\n1,2\n3,\"4\n5,6\n", "t.csv, line 3:", "never closes");
  refuse ("a,b\n1,2\n3\n", "line 3", "There is 1 cell; the lines above have 2");
  refuse ("a,b\n1,2\n3,\n", "line 3", "cell to predict is empty");
  refuse ("a,b\n1,2\n3,caf\xe9\n", "line 3", "UTF-8");
  refuse ("only\n1\n2\n3\n", "t.csv", "two columns");
  refuse ("", "t.csv", "empty");
  refuse ("a,b\n?,1\n?,2\n?,1\n", "t.csv", "no column to predict from");
}

static void
test_uci (void)
{
  static const struct
  {
    const char *name;
    gint64 rows;
    guint classes, width;
  } tables[] = {
    { "iris.data", 150, 3, 4 },
    { "glass.csv", 214, 6, 9 },
    { "heart-disease.csv", 303, 2, 0 },
    { "zoo.csv", 101, 7, 16 },
  };
  g_autofree char *folder = files_find ("tables");

  for (guint i = 0; i < G_N_ELEMENTS (tables) && folder != NULL; i++)
    {
      g_autofree char *path = g_build_filename (folder, tables[i].name, NULL);
      g_autoptr (CjdDataset) dataset = files_load (path, "table", NULL);

      g_assert_nonnull (dataset);
      g_assert_cmpint (dataset->x_shape.dims[0], ==, tables[i].rows);
      g_assert_cmpuint (dataset->n_classes, ==, tables[i].classes);
      if (tables[i].width > 0)
        g_assert_cmpint (dataset->x_shape.dims[1], ==, tables[i].width);
      if (i == 0)
        {
          g_assert_cmpstr (dataset->class_names[0], ==, "Iris-setosa");
          g_assert_cmpfloat_with_epsilon (dataset->mean[0], 5.8433, 1e-3);
          g_assert_cmpfloat_with_epsilon (dataset->mean[2], 3.758, 0.01);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/data/table/types", test_types);
  g_test_add_func ("/data/table/standardised", test_standardised);
  g_test_add_func ("/data/table/label", test_label);
  g_test_add_func ("/data/table/quotes", test_quotes);
  g_test_add_func ("/data/table/tabs", test_tabs);
  g_test_add_func ("/data/table/many-words", test_many_words);
  g_test_add_func ("/data/table/refused", test_refused);
  g_test_add_func ("/data/table/uci", test_uci);
  return g_test_run ();
}
