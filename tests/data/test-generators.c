/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every generated source must do, and the tasks of some of them. */
#include "cj-error.h"
#include "cjd-source.h"

#include <math.h>
#include <string.h>

/* The parameters of a source: presets, then NAME=VALUE settings up to NULL. You free. */
static gpointer
new_params (const CjdSourceInfo *source, const char *const *settings)
{
  gpointer params = g_malloc0 (source->params_size);

  cj_params_reset (source->params, params);
  for (guint i = 0; settings[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (settings[i], "=", 2);
      g_autoptr (GError) error = NULL;

      cj_params_parse (source->params, params, pair[0], pair[1], &error);
      g_assert_no_error (error);
    }
  return params;
}

#define MAKE(source, ...) make (source, (const char *const[]){ __VA_ARGS__, NULL })

static CjdDataset *
make (const CjdSourceInfo *source, const char *const *settings)
{
  g_autofree gpointer params = new_params (source, settings);
  g_autoptr (GError) error = NULL;
  CjdDataset *dataset = source->make (params, &error);

  g_assert_no_error (error);
  return dataset;
}

static char *
checksum (const CjTensor *tensor)
{
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, tensor->data, cj_tensor_bytes (tensor));
}

/* Shapes, names, labels and values that hold for any source. */
static void
check (const CjdDataset *dataset, gsize n)
{
  const gsize labels = (gsize) cj_shape_size (&dataset->y->shape);
  const gsize values = (gsize) cj_shape_size (&dataset->x->shape);

  g_assert_cmpuint (cjd_dataset_get_n_samples (dataset), ==, n);
  g_assert_cmpint (dataset->y->shape.dims[0], ==, n);
  g_assert_cmpuint (cjd_dataset_count (dataset, CJD_SPLIT_TRAIN), >, 0);
  if (dataset->n_classes > 0)
    {
      g_assert_cmpuint (g_strv_length (dataset->class_names), ==, dataset->n_classes);
      for (gsize i = 0; i < labels; i++)
        {
          g_assert_cmpint (cj_tensor_i32 (dataset->y)[i], >=, -1);
          g_assert_cmpint (cj_tensor_i32 (dataset->y)[i], <, dataset->n_classes);
        }
    }
  for (gsize i = 0; dataset->x->dtype == CJ_FLOAT32 && i < values; i++)
    g_assert_true (fabsf (cj_tensor_f32 (dataset->x)[i]) < 100);
  for (gsize i = 0; dataset->x->dtype == CJ_INT32 && i < values; i++)
    {
      g_assert_cmpint (cj_tensor_i32 (dataset->x)[i], >=, 0);
      g_assert_cmpint (cj_tensor_i32 (dataset->x)[i], <, dataset->n_classes);
    }
}

static void
test_described (gconstpointer data)
{
  const CjdSourceInfo *source = data;
  const char *const texts[] = { source->id, source->title, source->blurb };
  g_autofree gpointer params = g_malloc0 (source->params_size);
  g_autofree gpointer read = g_malloc0 (source->params_size);

  g_assert_true (cjd_source_find (source->id) == source);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_assert_true (texts[i] != NULL && texts[i][0] != '\0');
  g_assert_nonnull (cj_params_find (source->params, "samples"));
  g_assert_nonnull (cj_params_find (source->params, "seed"));
  cj_params_reset (source->params, params);
  for (const CjParam *p = source->params; p->name != NULL; p++)
    {
      g_autofree char *text = cj_params_print (p, params);
      g_autoptr (GError) error = NULL;

      g_assert_true (p->title != NULL && p->blurb != NULL);
      g_assert_true (p->preset >= p->min && p->preset <= p->max);
      g_assert_true (cj_params_parse (source->params, read, p->name, text, &error));
      g_assert_no_error (error);
    }
  g_assert_cmpmem (params, source->params_size, read, source->params_size);
}

static void
test_default (gconstpointer data)
{
  const CjdSourceInfo *source = data;
  g_autofree gpointer params = g_malloc0 (source->params_size);
  const gsize n = (gsize) cj_params_find (source->params, "samples")->preset;
  g_autoptr (GError) error = NULL;
  g_autoptr (CjdDataset) dataset = NULL;

  cj_params_reset (source->params, params);
  dataset = source->make (params, &error);
  g_assert_no_error (error);
  check (dataset, n);
  g_assert_cmpint (
      llabs ((gint64) cjd_dataset_count (dataset, CJD_SPLIT_TEST) * 100 - (gint64) n * 15), <=,
      (gint64) n);
  g_assert_cmpint (
      llabs ((gint64) cjd_dataset_count (dataset, CJD_SPLIT_VAL) * 100 - (gint64) n * 10), <=,
      (gint64) n);
}

static void
test_small (gconstpointer data)
{
  const CjdSourceInfo *source = data;
  const gsize counts[] = { 1, 2, 7, 37, 101 };

  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      g_autofree char *samples = g_strdup_printf ("samples=%" G_GSIZE_FORMAT, counts[i]);
      g_autoptr (CjdDataset) dataset = MAKE (source, samples);
      g_autoptr (CjFeed) feed = cjd_dataset_new_feed (dataset, CJD_SPLIT_TRAIN);

      check (dataset, counts[i]);
      g_assert_cmpuint (feed->n_samples, >, 0);
    }
}

static void
test_same (gconstpointer data)
{
  const CjdSourceInfo *source = data;
  g_autoptr (CjdDataset) a = MAKE (source, "samples=75"), b = MAKE (source, "samples=75");
  g_autoptr (CjdDataset) other = MAKE (source, "samples=75", "seed=2");
  const gsize bytes = cj_tensor_bytes (a->x);

  g_assert_cmpmem (a->x->data, bytes, b->x->data, bytes);
  g_assert_cmpmem (a->y->data, cj_tensor_bytes (a->y), b->y->data, cj_tensor_bytes (b->y));
  g_assert_cmpmem (a->split, 75, b->split, 75);
  g_assert_cmpint (memcmp (a->x->data, other->x->data, bytes), !=, 0);
}

/* More samples begin with the same ones. Text is cut by its splits, so it is no such source. */
static void
test_begins_alike (gconstpointer data)
{
  const CjdSourceInfo *source = data;
  g_autoptr (CjdDataset) few = MAKE (source, "samples=40"), many = MAKE (source, "samples=90");

  if (g_str_equal (source->id, "text"))
    {
      g_test_skip ("pieces depend on the splits");
      return;
    }
  g_assert_cmpmem (few->x->data, cj_tensor_bytes (few->x), many->x->data, cj_tensor_bytes (few->x));
}

static void
test_balanced (gconstpointer data)
{
  const CjdSourceInfo *source = data;
  g_autoptr (CjdDataset) dataset = MAKE (source, "samples=360");
  g_autofree guint *counts = g_new0 (guint, dataset->n_classes + 1);

  if (dataset->y->shape.n_dims != 1 || dataset->n_classes == 0)
    {
      g_test_skip ("the targets are not one class a sample");
      return;
    }
  for (guint i = 0; i < 360; i++)
    counts[cj_tensor_i32 (dataset->y)[i]]++;
  for (guint i = 0; i < dataset->n_classes; i++)
    {
      g_assert_cmpuint (counts[i], >=, 360 / dataset->n_classes);
      g_assert_cmpuint (counts[i], <=, 360 / dataset->n_classes + 1);
    }
}

static void
test_too_many (gconstpointer data)
{
  const CjdSourceInfo *source = data;
  const CjParam *length = cj_params_find (source->params, "length");
  g_autofree gpointer params = g_malloc0 (source->params_size);
  g_autoptr (GError) error = NULL;

  if (length == NULL)
    {
      g_test_skip ("the most samples fit");
      return;
    }
  cj_params_reset (source->params, params);
  g_assert_true (cj_params_parse (source->params, params, "samples", "500000", NULL));
  g_assert_true (cj_params_parse (source->params, params, "length", "1000", NULL));
  g_assert_null (source->make (params, &error));
  g_assert_error (error, CJ_ERROR, CJ_ERROR_MEMORY);
}

/* The bits of the pictures must never change silently: results are compared across versions. */
static void
test_known (void)
{
  static const char *const known[][2] = {
    { "glyphs", "b1eda972d5b5981f" },  { "gratings", "6e3b3b68bac50345" },
    { "moons", "c9c4000744dc1b6e" },   { "shapes", "f3a20a601e5d1d50" },
    { "spirals", "2de7fce84b59edc3" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    {
      const CjdSourceInfo *source = cjd_source_find (known[i][0]);
      g_autoptr (CjdDataset) dataset = MAKE (source, "samples=360");
      g_autofree char *sum = checksum (dataset->x);

      sum[16] = '\0';
      g_test_message ("%s: %s", known[i][0], sum);
      g_assert_cmpstr (sum, ==, known[i][1]);
    }
}

/* Pictures are drawn at all: dark ground, bright ink, and no two alike. */
static void
test_glyphs_ink (void)
{
  g_autoptr (CjdDataset) dataset
      = MAKE (cjd_source_find ("glyphs"), "samples=360", "noise=0", "clutter=0");
  const guint8 *pixels = dataset->x->data;

  for (guint i = 0; i < 360; i++)
    {
      guint dark = 0, bright = 0;

      for (guint k = 0; k < 784; k++)
        {
          dark += pixels[i * 784 + k] == 0;
          bright += pixels[i * 784 + k] > 150;
        }
      g_assert_cmpuint (dark, >, 350);
      g_assert_cmpuint (bright, >, 12);
      g_assert_true (i < 36 || memcmp (pixels + i * 784, pixels + (i - 36) * 784, 784) != 0);
    }
  g_assert_cmpstr (dataset->class_names[0], ==, "0");
  g_assert_cmpstr (dataset->class_names[35], ==, "Z");
}

/* The digits alone are the first ten classes, written as before. */
static void
test_glyphs_digits (void)
{
  g_autoptr (CjdDataset) digits = MAKE (cjd_source_find ("glyphs"), "samples=100", "signs=digits");
  g_autoptr (CjdDataset) all = MAKE (cjd_source_find ("glyphs"), "samples=100");

  g_assert_cmpuint (digits->n_classes, ==, 10);
  g_assert_cmpstr (digits->class_names[9], ==, "9");
  for (guint i = 0; i < 100; i++)
    g_assert_cmpint (cj_tensor_i32 (digits->y)[i], ==, i % 10);
  g_assert_cmpmem (digits->x->data, 10 * 784, all->x->data, 10 * 784);
}

/* The stripes of class k run at k / classes of half a turn: along them a picture hardly changes. */
static void
test_gratings_direction (void)
{
  g_autoptr (CjdDataset) dataset = MAKE (cjd_source_find ("gratings"), "samples=80", "noise=0",
                                         "orientations=4", "spread=0", "contrast=1");

  for (guint i = 0; i < 80; i++)
    {
      static const int steps[4][2] = { { 1, 0 }, { 1, -1 }, { 0, 1 }, { 1, 1 } };
      const guint8 *pixels = (const guint8 *) dataset->x->data + i * 784;
      guint change[4] = { 0 }, least = 0;

      for (int y = 10; y < 18; y++)
        for (int x = 10; x < 18; x++)
          for (guint k = 0; k < 4; k++)
            change[k] += (guint) abs (pixels[y * 28 + x]
                                      - pixels[(y + steps[k][1]) * 28 + x + steps[k][0]]);
      for (guint k = 1; k < 4; k++)
        least = change[k] < change[least] ? k : least;
      g_assert_cmpuint (least, ==, i % 4);
    }
}

static void
test_xor (void)
{
  g_autoptr (CjdDataset) dataset = MAKE (cjd_source_find ("xor"), "samples=100", "noise=0");

  for (guint i = 0; i < 100; i++)
    {
      const float *x = cj_tensor_f32 (dataset->x) + 2 * i;

      g_assert_cmpint (x[0] * x[1] < 0, ==, cj_tensor_i32 (dataset->y)[i]);
    }
}

static void
test_spirals (void)
{
  g_autoptr (CjdDataset) dataset
      = MAKE (cjd_source_find ("spirals"), "samples=90", "noise=0", "arms=3", "turns=2");

  g_assert_cmpuint (dataset->n_classes, ==, 3);
  for (guint i = 0; i < 90; i++)
    {
      const float *x = cj_tensor_f32 (dataset->x) + 2 * i;
      const double radius = hypot (x[0], x[1]);
      const double angle = (2 * radius + (i % 3) / 3.0) * 2 * G_PI;

      g_assert_cmpfloat_with_epsilon (x[0], radius * cos (angle), 1e-5);
      g_assert_cmpfloat_with_epsilon (x[1], radius * sin (angle), 1e-5);
    }
}

static void
test_copy (void)
{
  g_autoptr (CjdDataset) dataset
      = MAKE (cjd_source_find ("sequences"), "samples=50", "length=5", "symbols=4");

  g_assert_cmpint (dataset->x->shape.dims[1], ==, 10);
  g_assert_cmpuint (dataset->n_classes, ==, 6);
  for (guint i = 0; i < 50; i++)
    {
      const gint32 *x = cj_tensor_i32 (dataset->x) + 10 * i,
                   *y = cj_tensor_i32 (dataset->y) + 10 * i;

      for (guint t = 0; t < 5; t++)
        {
          g_assert_cmpint (x[t], >=, 2);
          g_assert_cmpint (y[t], ==, -1);
          g_assert_cmpint (x[5 + t], ==, t == 0);
          g_assert_cmpint (y[5 + t], ==, x[t]);
        }
    }
}

static void
test_adding (void)
{
  g_autoptr (CjdDataset) dataset
      = MAKE (cjd_source_find ("sequences"), "samples=50", "length=7", "task=adding");

  g_assert_cmpuint (dataset->n_classes, ==, 0);
  for (guint i = 0; i < 50; i++)
    {
      const float *x = cj_tensor_f32 (dataset->x) + 14 * i;
      float sum = 0, marks = 0;

      for (guint t = 0; t < 7; t++)
        {
          sum += x[2 * t] * x[2 * t + 1];
          marks += x[2 * t + 1];
        }
      g_assert_cmpfloat (marks, ==, 2);
      g_assert_cmpfloat_with_epsilon (sum, cj_tensor_f32 (dataset->y)[i], 1e-6);
    }
}

static void
test_most (void)
{
  g_autoptr (CjdDataset) dataset
      = MAKE (cjd_source_find ("sequences"), "samples=200", "length=9", "task=most", "symbols=4");

  g_assert_cmpuint (dataset->n_words, ==, 4);
  g_assert_cmpuint (dataset->n_classes, ==, 4);
  for (gsize i = 0; i < 200; i++)
    {
      const gint32 *in = (const gint32 *) dataset->x->data + i * 9;
      const gint32 most = cj_tensor_i32 (dataset->y)[i];
      guint count[4] = { 0 };

      for (gsize t = 0; t < 9; t++)
        count[in[t]]++;
      for (gint32 k = 0; k < 4; k++)
        g_assert_true (k == most || count[k] < count[most]);
    }
}

static void
test_parity (void)
{
  g_autoptr (CjdDataset) dataset
      = MAKE (cjd_source_find ("sequences"), "samples=50", "length=9", "task=parity");

  for (guint i = 0; i < 50; i++)
    {
      gint32 ones = 0;

      for (guint t = 9 * i; t < 9 * (i + 1); t++)
        {
          ones += cj_tensor_i32 (dataset->x)[t];
          g_assert_cmpint (cj_tensor_i32 (dataset->y)[t], ==, ones % 2);
        }
    }
}

static void
test_text (void)
{
  g_autoptr (CjdDataset) dataset = MAKE (cjd_source_find ("text"), "samples=100", "length=20");
  g_autoptr (GString) all = g_string_new (NULL);

  for (guint i = 0; i < 100; i++)
    for (guint t = 0; t < 20; t++)
      {
        const gint32 code = cj_tensor_i32 (dataset->x)[20 * i + t];

        if (t > 0)
          g_assert_cmpint (code, ==, cj_tensor_i32 (dataset->y)[20 * i + t - 1]);
        g_string_append (all, dataset->class_names[code]);
      }
  g_assert_true (g_utf8_validate (all->str, -1, NULL));
  g_assert_nonnull (strstr (all->str, " the "));
}

static const struct
{
  const char *name;
  GTestDataFunc function;
} every[] = {
  { "described", test_described },
  { "default", test_default },
  { "small", test_small },
  { "same", test_same },
  { "balanced", test_balanced },
  { "too-many", test_too_many },
  { "begins-alike", test_begins_alike },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; cjd_sources ()[i] != NULL; i++)
    for (guint k = 0; k < G_N_ELEMENTS (every); k++)
      {
        const CjdSourceInfo *source = cjd_sources ()[i];
        g_autofree char *path
            = g_strdup_printf ("/data/generators/%s/%s", source->id, every[k].name);

        g_test_add_data_func (path, source, every[k].function);
      }
  g_test_add_func ("/data/generators/known", test_known);
  g_test_add_func ("/data/generators/glyphs/ink", test_glyphs_ink);
  g_test_add_func ("/data/generators/glyphs/digits", test_glyphs_digits);
  g_test_add_func ("/data/generators/gratings/direction", test_gratings_direction);
  g_test_add_func ("/data/generators/xor/signs", test_xor);
  g_test_add_func ("/data/generators/spirals/arms", test_spirals);
  g_test_add_func ("/data/generators/sequences/copy", test_copy);
  g_test_add_func ("/data/generators/sequences/adding", test_adding);
  g_test_add_func ("/data/generators/sequences/parity", test_parity);
  g_test_add_func ("/data/generators/sequences/most", test_most);
  g_test_add_func ("/data/generators/text/next", test_text);
  return g_test_run ();
}
