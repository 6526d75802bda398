/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes of single samples and of the normalisation: text and back, what a view makes of them, and that
 * the data set below stays as it is. */
#include "cj-error.h"
#include "cjd-edits.h"
#include "cjd-reader.h"

#include <string.h>

/* Six grey pixels 0, 51, … 255 of classes 0, 1, 2, 0, 1, 2. */
static CjdDataset *
make (void)
{
  const CjShape x_shape = cj_shape4 (6, 1, 1, 1), y_shape = cj_shape1 (6);
  CjTensor *x = cj_tensor_new (CJ_UINT8, &x_shape), *y = cj_tensor_new (CJ_INT32, &y_shape);

  for (int i = 0; i < 6; i++)
    {
      ((guint8 *) x->data)[i] = (guint8) (51 * i);
      cj_tensor_i32 (y)[i] = i % 3;
    }
  return cjd_dataset_new ("six", x, y, 3, NULL);
}

static void
test_text (void)
{
  static const char *const pairs[][2] = {
    { "", "" },
    { "17=3", "17=3" },
    { "42=-  17=3", "17=3 42=-" },
    { "5=1 6=1 7=1 8=1-", "5..7=1 8=1-" },
    { "3..5=- 4=2", "3=- 4=2 5=-" },
  };
  static const char *const bad[]
      = { "17",           "x=3",  "17=",   "17=x",         "=3",
          "9..3=1",       "-1=2", "1=2=3", "4294967296=1", "0..2000000000=-",
          "1=99999999999" };

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GArray) edits = cjd_edits_parse (pairs[i][0], &error);
      g_autofree char *text = edits != NULL ? cjd_edits_print (edits) : NULL;

      g_assert_no_error (error);
      g_assert_cmpstr (text, ==, pairs[i][1]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (cjd_edits_parse (bad[i], &error));
      g_assert_error (error, CJ_ERROR, CJ_ERROR_PARAM);
    }
}

static void
test_set (void)
{
  g_autoptr (GArray) edits = cjd_edits_parse ("2=1", NULL);
  g_autofree char *text = NULL;

  cjd_edits_set (edits, (CjdEdit){ 1, -1, TRUE });
  cjd_edits_set (edits, (CjdEdit){ 2, 0, TRUE });
  cjd_edits_set (edits, (CjdEdit){ 4, -1, FALSE });
  cjd_edits_set (edits, (CjdEdit){ 1, -1, FALSE });
  g_assert_true (cjd_edits_get (edits, 2).out);
  g_assert_cmpint (cjd_edits_get (edits, 1).class, ==, -1);
  text = cjd_edits_print (edits);
  g_assert_cmpstr (text, ==, "2=0-");
}

static void
test_view (void)
{
  g_autoptr (CjdDataset) base = make (), view = NULL;
  g_autoptr (GArray) edits = cjd_edits_parse ("0=2 5=-", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (CjFeed) feed = NULL;

  cjd_dataset_split (base, CJD_SPLIT_VAL, 0, 1);
  view = cjd_dataset_new_view (base);
  g_assert_true (cjd_dataset_edit (view, edits, &error));
  g_assert_no_error (error);
  g_assert_cmpint (cjd_dataset_get_class (view, 0), ==, 2);
  g_assert_cmpint (cjd_dataset_get_class (base, 0), ==, 0);
  g_assert_cmpint (cjd_dataset_count (view, CJD_SPLIT_TRAIN), ==, 5);
  g_assert_cmpint (cjd_dataset_count (base, CJD_SPLIT_TRAIN), ==, 6);
  g_assert_cmpfloat_with_epsilon ((double) base->mean[0], 0.5, 1e-6);
  g_assert_cmpfloat_with_epsilon ((double) view->mean[0], 0.4, 1e-6);
  feed = cjd_dataset_new_feed (view, CJD_SPLIT_TRAIN);
  g_assert_cmpint (feed->n_samples, ==, 5);
}

static void
test_refuses (void)
{
  static const char *const bad[] = { "6=1", "0=3", "0..5=-" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (CjdDataset) base = make (), view = cjd_dataset_new_view (base);
      g_autoptr (GArray) edits = cjd_edits_parse (bad[i], NULL);
      g_autoptr (GError) error = NULL;

      g_assert_false (cjd_dataset_edit (view, edits, &error));
      g_assert_error (error, CJ_ERROR, CJ_ERROR_PARAM);
      g_assert_true (g_str_has_prefix (error->message, "six: "));
    }
}

static void
test_normalise (void)
{
  static const struct
  {
    const char *normalise, *mean, *deviation;
    double want_mean, want_std; /* 0: refused */
  } cases[] = {
    { "measured", "", "", 0.5, 0.3415650 },
    { "as-is", "", "", 0, 1 },
    { "centred", "", "", 0.5, 0.5 },
    { "custom", "0.1", "2", 0.1, 2 },
    { "custom", "0.1 0.2", "1", 0, 0 },
    { "custom", "0", "0", 0, 0 },
    { "custom", "a", "1", 0, 0 },
    { "custom", "nan", "1", 0, 0 },
    { "custom", "", "1", 0, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CjdDataset) dataset = make ();
      g_autoptr (GError) error = NULL;
      CjdReadOptions options;
      gboolean done;

      cjd_dataset_split (dataset, CJD_SPLIT_VAL, 0, 1);
      cjd_read_options_init (&options);
      cj_params_parse (cjd_read_params, &options, "normalise", cases[i].normalise, &error);
      cj_params_parse (cjd_read_params, &options, "mean", cases[i].mean, &error);
      cj_params_parse (cjd_read_params, &options, "deviation", cases[i].deviation, &error);
      g_assert_no_error (error);
      done = cjd_dataset_normalise (dataset, &options, &error);
      g_assert_cmpint (done, ==, cases[i].want_std > 0);
      if (done)
        {
          g_assert_cmpfloat_with_epsilon ((double) dataset->mean[0], cases[i].want_mean, 1e-5);
          g_assert_cmpfloat_with_epsilon ((double) dataset->std[0], cases[i].want_std, 1e-5);
        }
      else
        g_assert_error (error, CJ_ERROR, CJ_ERROR_PARAM);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/data/edits/text", test_text);
  g_test_add_func ("/data/edits/set", test_set);
  g_test_add_func ("/data/edits/view", test_view);
  g_test_add_func ("/data/edits/refuses", test_refuses);
  g_test_add_func ("/data/normalise", test_normalise);
  return g_test_run ();
}
