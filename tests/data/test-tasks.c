/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Data in tasks: what each has, and that a run sees it so whoever prepares the batches. */
#include "cj-error.h"
#include "cjd-augment.h"
#include "cjd-tasks.h"

#include <string.h>

#define N 40
#define CLASSES 6
#define C 2
#define SIDE 3
#define PLACES (SIDE * SIDE)

/* Pixel p of channel c of sample i is i + 50 c + 5 p, and not normalised; the last sample has no class. */
static CjdDataset *
make_pictures (guint n_classes)
{
  const CjShape x_shape = { 4, { N, C, SIDE, SIDE } };
  const CjShape y_shape = cj_shape1 (N);
  CjTensor *x = cj_tensor_new (CJ_FLOAT32, &x_shape), *y = cj_tensor_new (CJ_INT32, &y_shape);
  CjdDataset *dataset;

  for (guint i = 0; i < N; i++)
    {
      for (guint k = 0; k < C * PLACES; k++)
        cj_tensor_f32 (x)[i * C * PLACES + k]
            = (float) (i + 50 * (k / PLACES) + 5 * (k % PLACES)) / 100;
      cj_tensor_i32 (y)[i] = i + 1 < N ? (gint32) (i % n_classes) : -1;
    }
  dataset = cjd_dataset_new ("pictures", x, y, n_classes, NULL);
  cjd_dataset_mark (dataset, 30, CJD_SPLIT_VAL);
  return dataset;
}

static CjdReadOptions
ask (CjdTasksKind kind, int n)
{
  CjdReadOptions options;

  cjd_read_options_init (&options);
  options.tasks = kind;
  options.task_count = n;
  return options;
}

/* Sample `index` of a feed: its x, [C, PLACES], and its class. */
static gint32
get (CjFeed *feed, guint32 index, float *to)
{
  const CjShape x_shape = cj_shape_batched (&feed->x_shape, 1),
                y_shape = cj_shape_batched (&feed->y_shape, 1);
  g_autoptr (CjTensor) x = cj_tensor_new (feed->x_dtype, &x_shape);
  g_autoptr (CjTensor) y = cj_tensor_new (feed->y_dtype, &y_shape);

  feed->fill (feed, &index, 1, 0, 1, x, y);
  memcpy (to, x->data, cj_tensor_bytes (x));
  return cj_tensor_i32 (y)[0];
}

static void
test_permuted (void)
{
  g_autoptr (CjdDataset) dataset = make_pictures (CLASSES);
  const CjdReadOptions options = ask (CJD_TASKS_PERMUTED, 3);
  g_autoptr (GError) error = NULL;
  g_autoptr (CjFeed) feed = NULL, plain = cjd_dataset_new_feed (dataset, CJD_SPLIT_TRAIN);
  float first[C * PLACES], x[C * PLACES];

  g_assert_true (cjd_dataset_set_tasks (dataset, &options, &error));
  feed = cjd_dataset_new_run_feed (dataset, CJD_SPLIT_TRAIN);
  g_assert_cmpuint (feed->n_tasks, ==, 3);
  g_assert_cmpuint (feed->n_samples, ==, 90);
  g_assert_null (feed->heads);
  for (guint t = 0; t < 3; t++)
    {
      guint32 from[PLACES], moved = 0;
      gboolean taken[PLACES] = { FALSE };

      g_assert_cmpuint (feed->tasks[t], ==, 30 * t);
      cjd_tasks_permute (dataset->tasks, t, from, PLACES);
      for (guint i = 0; i < PLACES; i++)
        {
          g_assert_false (taken[from[i]]);
          taken[from[i]] = TRUE;
          moved += from[i] != i;
        }
      g_assert_true ((t == 0) == (moved == 0));
      for (guint32 s = 0; s < 30; s++)
        {
          g_assert_cmpint (get (plain, s, first), ==, get (feed, 30 * t + s, x));
          g_assert_cmpint (feed->classes[30 * t + s], ==, (gint32) (s % CLASSES));
          for (guint k = 0; k < C * PLACES; k++) /* all channels alike */
            g_assert_cmpfloat (x[k], ==, first[k / PLACES * PLACES + from[k % PLACES]]);
        }
    }
}

/* Samples of the classes of a task, in their order, and none without a class. */
static void
test_split (void)
{
  g_autoptr (CjdDataset) dataset = make_pictures (CLASSES);
  const CjdReadOptions options = ask (CJD_TASKS_SPLIT, 3);
  static const guint8 heads[CLASSES] = { 0, 0, 1, 1, 2, 2 };
  g_autoptr (GError) error = NULL;

  g_assert_true (cjd_dataset_set_tasks (dataset, &options, &error));
  for (guint split = 0; split < 2; split++)
    {
      g_autoptr (CjFeed) feed = cjd_dataset_new_run_feed (dataset, (CjdSplit) split);
      float x[C * PLACES], before = -1;

      g_assert_cmpuint (feed->n_samples, ==, split == 0 ? 30 : 9);
      g_assert_cmpmem (feed->heads, CLASSES, heads, CLASSES);
      for (guint t = 0; t < 3; t++)
        for (gsize i = feed->tasks[t]; i < feed->tasks[t + 1]; i++)
          {
            const gint32 c = get (feed, (guint32) i, x);

            g_assert_cmpint (c, ==, feed->classes[i]);
            g_assert_cmpint (c / 2, ==, (gint32) t);
            g_assert_true (i == feed->tasks[t] || x[0] > before);
            before = x[0];
          }
    }
}

/* Batches that threads prepared are those that are asked for alone. */
static void
test_loaders (void)
{
  g_autoptr (CjdDataset) dataset = make_pictures (CLASSES);
  const CjdReadOptions options = ask (CJD_TASKS_PERMUTED, 4);
  const CjShape sample = cjd_dataset_get_x_shape (dataset);
  const CjShape x_shape = { 4, { 8, C, SIDE, SIDE } }, y_shape = cj_shape1 (8);
  static const guint32 batches[2][8]
      = { { 0, 31, 62, 93, 5, 36, 67, 98 }, { 119, 1, 2, 33, 64, 95, 3, 4 } };
  g_autoptr (GError) error = NULL;
  g_autoptr (CjTensor) x = cj_tensor_new (CJ_FLOAT32, &x_shape),
                       y = cj_tensor_new (CJ_INT32, &y_shape);
  g_autoptr (CjTensor) one = cj_tensor_new (CJ_FLOAT32, &x_shape);
  g_autoptr (CjFeed) feed = NULL, alone = NULL;

  dataset->augmenter = cjd_augmenter_parse ("noise, shift amount=1", &sample, &error);
  g_assert_no_error (error);
  dataset->n_loaders = 3;
  g_assert_true (cjd_dataset_set_tasks (dataset, &options, &error));
  feed = cjd_dataset_new_run_feed (dataset, CJD_SPLIT_TRAIN);
  alone = cjd_dataset_new_run_feed (dataset, CJD_SPLIT_TRAIN);
  g_assert_nonnull (feed->expect);
  for (guint b = 0; b < 2; b++)
    {
      feed->fill (feed, batches[b], 8, 2, 9, x, y);
      if (b == 0)
        feed->expect (feed, batches[1], 8, 2, 9);
      for (guint i = 0; i < 8; i++)
        {
          alone->fill (alone, &batches[b][i], 1, 2, 9, one, y);
          g_assert_cmpmem (one->data, sizeof (float) * C * PLACES,
                           cj_tensor_f32 (x) + i * C * PLACES, sizeof (float) * C * PLACES);
        }
    }
}

static void
test_refusals (void)
{
  static const struct
  {
    CjdTasksKind kind;
    int n;
    guint n_classes;
    gboolean mixes, gone;
    const char *says;
  } cases[] = {
    { CJD_TASKS_SPLIT, 4, 3, FALSE, FALSE, "*too few for 4 tasks. Choose fewer tasks." },
    { CJD_TASKS_SPLIT, 2, 0, FALSE, FALSE, "*needs one class a sample*Choose permuted, or none." },
    { CJD_TASKS_SPLIT, 3, 6, TRUE, FALSE, "*Take the augmentation that mixes out." },
    { CJD_TASKS_SPLIT, 3, 6, FALSE, TRUE, "Task 2 has no training samples.*" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CjdDataset) dataset = make_pictures (MAX (cases[i].n_classes, 1));
      const CjShape sample = cjd_dataset_get_x_shape (dataset);
      const CjdReadOptions options = ask (cases[i].kind, cases[i].n);
      g_autoptr (GError) error = NULL;

      dataset->n_classes = cases[i].n_classes;
      if (cases[i].mixes)
        dataset->augmenter = cjd_augmenter_parse ("mixup", &sample, NULL);
      for (guint s = 0; cases[i].gone && s < N; s++)
        if (s % 6 / 2 == 1)
          dataset->split[s] = CJD_SPLIT_OUT;
      g_assert_false (cjd_dataset_set_tasks (dataset, &options, &error));
      g_assert_error (error, CJ_ERROR, CJ_ERROR_PARAM);
      if (!g_pattern_match_simple (cases[i].says, error->message))
        g_error ("not as expected: %s", error->message);
      g_assert_null (dataset->tasks);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/data/tasks/permuted", test_permuted);
  g_test_add_func ("/data/tasks/split", test_split);
  g_test_add_func ("/data/tasks/loaders", test_loaders);
  g_test_add_func ("/data/tasks/refusals", test_refusals);
  return g_test_run ();
}
