/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each augmentation on pictures whose answer is known; and splits. C channels, H W picture. */
#include "cjd-augment.h"

#include "cj-error.h"
#include "cjd-dataset.h"

#include <math.h>
#include <string.h>

#define H 5
#define W 7
#define DRAWS 400

typedef struct
{
  float x[H * W], other[H * W], scratch[H * W];
  double keep;
  gboolean swap;
} Sample;

/* Pixel (y, x) holds y W + x, scaled to 0..1. */
static void
reset (Sample *sample)
{
  for (guint i = 0; i < H * W; i++)
    {
      sample->x[i] = (float) i / (H * W);
      sample->other[i] = 1;
    }
}

static void
apply (const char *chain, guint64 draw, Sample *sample)
{
  static const float std[] = { 0.5f };
  const CjShape shape = cj_shape3 (1, H, W);
  g_autoptr (GError) error = NULL;
  g_autoptr (CjdAugmenter) augmenter = cjd_augmenter_parse (chain, &shape, &error);
  CjdAugmentCall call = { 1, H, W, sample->x, sample->other, sample->scratch, std, 1, FALSE };
  CjRng rng;

  g_assert_no_error (error);
  cj_rng_init (&rng, 1, CJ_RNG_AUGMENT, draw);
  cjd_augmenter_apply (augmenter, &rng, &call);
  sample->keep = call.keep;
  sample->swap = call.swap;
}

static float
at (guint y, guint x)
{
  return (float) (y * W + x) / (H * W);
}

/* What became of the picture: 0 as it was, 1 left to right, 2 upside down, 3 both, 4 something else. */
static guint
tell_flip (const Sample *sample)
{
  for (guint way = 0; way < 4; way++)
    {
      gboolean is = TRUE;

      for (guint y = 0; y < H; y++)
        for (guint x = 0; x < W; x++)
          is = is && sample->x[y * W + x] == at (way & 2 ? H - 1 - y : y, way & 1 ? W - 1 - x : x);
      if (is)
        return way;
    }
  return 4;
}

static void
test_flip (void)
{
  guint count[3][5] = { { 0 } };
  static const char *const chains[]
      = { "flip", "flip horizontal=false vertical=true", "flip vertical=true" };
  Sample sample;

  for (guint c = 0; c < 3; c++)
    for (guint i = 0; i < DRAWS; i++)
      {
        reset (&sample);
        apply (chains[c], i, &sample);
        count[c][tell_flip (&sample)]++;
      }
  g_assert_cmpuint (count[0][0] + count[0][1], ==, DRAWS);
  g_assert_cmpuint (count[1][0] + count[1][2], ==, DRAWS);
  g_assert_cmpuint (count[2][4], ==, 0);
  for (guint way = 0; way < 4; way++) /* 100 expected; 5 deviations are 43 */
    g_assert_true (count[2][way] > 57 && count[2][way] < 143);
}

/* Every pixel comes from the same whole number of rows and columns away, at most two; the edge goes on. */
static void
test_shift (void)
{
  gboolean seen[5][5] = { { FALSE } };
  guint n_seen = 0;
  Sample sample;

  for (guint i = 0; i < DRAWS; i++)
    {
      guint found = 0;

      reset (&sample);
      apply ("shift amount=2", i, &sample);
      for (int dy = -2; dy <= 2; dy++)
        for (int dx = -2; dx <= 2; dx++)
          {
            gboolean is = TRUE;

            for (int y = 0; y < H && is; y++)
              for (int x = 0; x < W && is; x++)
                is = fabsf (
                         sample.x[y * W + x]
                         - at ((guint) CLAMP (y - dy, 0, H - 1), (guint) CLAMP (x - dx, 0, W - 1)))
                     < 1e-6f;
            found += is;
            n_seen += is && !seen[dy + 2][dx + 2];
            seen[dy + 2][dx + 2] |= is;
          }
      g_assert_cmpuint (found, ==, 1);
    }
  g_assert_cmpuint (n_seen, ==, 25);
}

/* The middle stays; on a picture that is a plane, x' = a + b y + c x, turning and scaling are exact inside:
 * the slopes give back angle and size, which stay within what was asked for. */
static void
test_warps (void)
{
  const double slope_y = (double) W / (H * W), slope_x = 1.0 / (H * W);
  double least = 1, most = 0, widest = 0;
  Sample sample;

  for (guint i = 0; i < DRAWS; i++)
    {
      double dy, dx, size;

      reset (&sample);
      apply ("rotate angle=20", i, &sample);
      g_assert_cmpfloat_with_epsilon (sample.x[2 * W + 3], at (2, 3), 1e-5);
      dy = (double) (sample.x[3 * W + 3] - sample.x[W + 3]) / 2;
      dx = (double) (sample.x[2 * W + 4] - sample.x[2 * W + 2]) / 2;
      /* the gradient is turned and keeps its length */
      g_assert_cmpfloat_with_epsilon (dy * dy + dx * dx, slope_y * slope_y + slope_x * slope_x,
                                      1e-5);
      widest = MAX (widest, fabs (atan2 (dx, dy) - atan2 (slope_x, slope_y)) * 180 / G_PI);
      reset (&sample);
      apply ("scale amount=0.2", i, &sample);
      g_assert_cmpfloat_with_epsilon (sample.x[2 * W + 3], at (2, 3), 1e-5);
      size = slope_x / ((double) (sample.x[2 * W + 4] - sample.x[2 * W + 2]) / 2);
      least = MIN (least, size);
      most = MAX (most, size);
    }
  g_assert_cmpfloat (widest, <=, 20.01);
  g_assert_cmpfloat (widest, >, 19);
  g_assert_true (least >= 0.799 && least < 0.81 && most <= 1.201 && most > 1.19);
}

/* A crop lies within the picture: no pixel is of the edge that goes on, and the slopes only shrink. */
static void
test_crop (void)
{
  double least = 1;
  Sample sample;

  for (guint i = 0; i < DRAWS; i++)
    {
      double size;

      reset (&sample);
      apply ("crop amount=0.5", i, &sample);
      size = (double) (sample.x[W - 1] - sample.x[0]) / (double) (at (0, W - 1) - at (0, 0));
      g_assert_true (size <= 1.0001 && size >= 0.4999);
      for (guint y = 0; y < H; y++)
        for (guint x = 1; x < W; x++)
          g_assert_cmpfloat_with_epsilon (sample.x[y * W + x] - sample.x[y * W + x - 1],
                                          size / (H * W), 1e-5);
      least = MIN (least, size);
    }
  g_assert_cmpfloat (least, <, 0.51);
}

/* A square, cut by the edges, takes the mean; everything else stays. */
static void
test_cutout (void)
{
  const float mean = (float) (H * W - 1) / 2 / (H * W);
  gboolean whole = FALSE;
  Sample sample;

  for (guint i = 0; i < DRAWS; i++)
    {
      guint rows = 0, columns = 0, n = 0;

      reset (&sample);
      apply ("cutout size=3", i, &sample);
      for (guint y = 0; y < H; y++)
        for (guint x = 0; x < W; x++)
          {
            const gboolean out = fabsf (sample.x[y * W + x] - at (y, x)) > 1e-6f;

            if (out)
              g_assert_cmpfloat_with_epsilon (sample.x[y * W + x], mean, 1e-6);
            /* the pixel in the middle is the mean itself */
            n += out || (y == 2 && x == 3);
            rows |= (guint) out << y;
            columns |= (guint) out << x;
          }
      g_assert_cmpuint (__builtin_popcount (rows), <=, 3);
      g_assert_cmpuint (__builtin_popcount (columns), <=, 3);
      g_assert_cmpuint (n, <=, 10);
      whole = whole || (n == 9 && __builtin_popcount (rows) == 3);
    }
  g_assert_true (whole);
}

static void
test_noise (void)
{
  double sum = 0, squares = 0;
  Sample sample;

  for (guint i = 0; i < DRAWS; i++)
    {
      reset (&sample);
      apply ("noise amount=0.4", i, &sample);
      for (guint k = 0; k < H * W; k++)
        {
          const double noise = (double) sample.x[k] - (double) k / (H * W);

          sum += noise;
          squares += noise * noise;
        }
    }
  /* 0.4 of a deviation of 0.5 */
  g_assert_cmpfloat_with_epsilon (sum / (DRAWS * H * W), 0, 0.01);
  g_assert_cmpfloat_with_epsilon (sqrt (squares / (DRAWS * H * W)), 0.2, 0.005);
}

static void
test_brightness (void)
{
  double least = 1, most = -1, narrow = 2, wide = 0;
  Sample sample;

  for (guint i = 0; i < DRAWS; i++)
    {
      double mean = 0;

      for (guint k = 0; k < H * W; k++)
        sample.x[k] = 0.4f + 0.2f * (float) (k % 2);
      apply ("brightness brightness=0.1 contrast=0.5", i, &sample);
      for (guint k = 0; k < H * W; k++)
        mean += (double) sample.x[k] / (H * W);
      mean -= 0.4 + 0.2 * (H * W / 2) / (H * W);
      least = MIN (least, mean);
      most = MAX (most, mean);
      narrow = MIN (narrow, (double) (sample.x[1] - sample.x[0]) / 0.2);
      wide = MAX (wide, (double) (sample.x[1] - sample.x[0]) / 0.2);
    }
  g_assert_true (least >= -0.1001 && least < -0.095 && most <= 0.1001 && most > 0.095);
  g_assert_true (narrow >= 0.499 && narrow < 0.51 && wide <= 1.501 && wide > 1.49);
}

/* Two mixed pictures; the share that is left says how often the class is that of the other one. */
static void
test_mixup (void)
{
  static const char *const chains[] = { "mixup alpha=1", "mixup alpha=1, mixup alpha=1" };

  for (guint c = 0; c < 2; c++)
    {
      double kept = 0, swapped = 0;

      for (guint i = 0; i < 4 * DRAWS; i++)
        {
          Sample sample;

          reset (&sample);
          apply (chains[c], i, &sample);
          g_assert_true (sample.keep >= 0 && sample.keep <= 1);
          for (guint k = 0; k < H * W; k++)
            g_assert_cmpfloat_with_epsilon (sample.x[k],
                                            sample.keep * k / (H * W) + 1 - sample.keep, 1e-5);
          kept += sample.keep;
          swapped += sample.swap;
        }
      kept /= 4 * DRAWS;
      swapped /= 4 * DRAWS;
      g_assert_cmpfloat_with_epsilon (kept, c == 0 ? 0.5 : 0.25, 0.04);
      g_assert_cmpfloat_with_epsilon (swapped, 1 - kept, 0.05);
    }
}

/* Values to predict are mixed by the same share as the samples that they belong to. */
static void
test_mixed_values (void)
{
  const CjShape x_shape = cj_shape2 (2, 3), y_shape = cj_shape2 (2, 1), one = cj_shape2 (1, 3);
  CjTensor *x = cj_tensor_new (CJ_FLOAT32, &x_shape), *y = cj_tensor_new (CJ_FLOAT32, &y_shape);
  g_autoptr (CjdDataset) dataset = NULL;
  g_autoptr (CjFeed) feed = NULL;
  const CjShape one_y = cj_shape2 (1, 1), sample = cj_shape1 (3);
  g_autoptr (CjTensor) row = cj_tensor_new (CJ_FLOAT32, &one);
  g_autoptr (CjTensor) target = cj_tensor_new (CJ_FLOAT32, &one_y);
  guint n_between = 0;

  for (guint i = 0; i < 3; i++)
    cj_tensor_f32 (x)[3 + i] = 1;
  cj_tensor_f32 (y)[1] = 10;
  dataset = cjd_dataset_new ("two", x, y, 0, NULL);
  dataset->augmenter = cjd_augmenter_parse ("mixup alpha=2", &sample, NULL);
  feed = cjd_dataset_new_training_feed (dataset);
  for (guint32 epoch = 0; epoch < 40; epoch++)
    {
      const guint32 index = 1;
      float share;

      feed->fill (feed, &index, 1, epoch, 1, row, target);
      share = cj_tensor_f32 (row)[0]; /* of sample 1: its features are 1, of the other 0 */
      g_assert_cmpfloat_with_epsilon (cj_tensor_f32 (target)[0], 10 * share, 1e-4);
      n_between += share > 0.01f && share < 0.99f;
    }
  g_assert_cmpuint (n_between, >, 5);
}

static void
test_refused (void)
{
  static const char *const bad[] = { "spin",
                                     "flip flip",
                                     "flip sideways=true",
                                     "shift amount=-1",
                                     "shift 3",
                                     "rotate angle=nan",
                                     "noise amount=1e999",
                                     "amount=3",
                                     "flip; noise",
                                     "brightness contrast=1" };
  const CjShape picture = cj_shape3 (1, H, W), table = cj_shape1 (4);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) local = NULL;

      g_assert_null (cjd_augmenter_parse (bad[i], &picture, &local));
      g_assert_error (local, CJ_ERROR, CJ_ERROR_PARAM);
    }
  g_assert_null (cjd_augmenter_parse ("noise, rotate", &table, &error));
  g_assert_nonnull (strstr (error->message, "“rotate” is for pictures"));
}

/* 1,000 samples of three classes, 700, 200 and 100 of them. */
static CjdDataset *
make_unbalanced (void)
{
  const CjShape x_shape = cj_shape2 (1000, 1), y_shape = cj_shape1 (1000);
  CjTensor *x = cj_tensor_new (CJ_FLOAT32, &x_shape), *y = cj_tensor_new (CJ_INT32, &y_shape);

  for (int i = 0; i < 1000; i++)
    {
      cj_tensor_f32 (x)[i] = (float) i;
      cj_tensor_i32 (y)[i] = i % 10 < 7 ? 0 : i % 10 < 9 ? 1 : 2;
    }
  return cjd_dataset_new ("unbalanced", x, y, 3, NULL);
}

static void
test_splits (void)
{
  static const guint expected[3][3] = { { 504, 144, 72 }, { 56, 16, 8 }, { 140, 40, 20 } };
  g_autoptr (CjdDataset) one = make_unbalanced (), two = make_unbalanced ();
  g_autoptr (CjdDataset) other = make_unbalanced ();
  CjdDataset *const sets[] = { one, two, other };
  guint count[3][3] = { { 0 } };

  for (guint i = 0; i < 3; i++)
    {
      cjd_dataset_split (sets[i], CJD_SPLIT_TEST, 0.2, i < 2 ? 5 : 6);
      cjd_dataset_split (sets[i], CJD_SPLIT_VAL, 0.1, i < 2 ? 5 : 6);
    }
  for (gsize i = 0; i < 1000; i++)
    count[one->split[i]][cjd_dataset_get_class (one, i)]++;
  g_assert_cmpmem (count, sizeof count, expected, sizeof expected);
  g_assert_cmpmem (one->split, 1000, two->split, 1000);
  g_assert_cmpint (memcmp (one->split, other->split, 1000), !=, 0);
}

/* Many classes of one sample each take no longer than few; nothing is moved that would be the only one. */
static void
test_many_classes (void)
{
  const CjShape x_shape = cj_shape2 (200000, 1), y_shape = cj_shape1 (200000);
  CjTensor *x = cj_tensor_new (CJ_FLOAT32, &x_shape), *y = cj_tensor_new (CJ_INT32, &y_shape);
  g_autoptr (CjdDataset) dataset = NULL;

  for (int i = 0; i < 200000; i++)
    cj_tensor_i32 (y)[i] = i / 4;
  dataset = cjd_dataset_new ("names", x, y, 50000, NULL);
  cjd_dataset_split (dataset, CJD_SPLIT_TEST, 0.25, 1);
  g_assert_cmpuint (cjd_dataset_count (dataset, CJD_SPLIT_TEST), ==, 50000);
  cjd_dataset_split (dataset, CJD_SPLIT_VAL, 0.1, 1);
  g_assert_cmpuint (cjd_dataset_count (dataset, CJD_SPLIT_VAL), ==, 0);
}

/* Mean and deviation, where the naive sum of squares loses everything. */
static void
test_measure (void)
{
  const CjShape x_shape = cj_shape2 (4, 3), y_shape = cj_shape1 (4);
  CjTensor *x = cj_tensor_new (CJ_FLOAT32, &x_shape), *y = cj_tensor_new (CJ_INT32, &y_shape);
  g_autoptr (CjdDataset) dataset = cjd_dataset_new ("far", x, y, 1, NULL);

  for (guint i = 0; i < 4; i++)
    {
      cj_tensor_f32 (x)[3 * i] = 1e7f + (i % 2 == 0 ? -1 : 1);
      cj_tensor_f32 (x)[3 * i + 1] = (i % 2 == 0 ? -1 : 1) * 1e-9f;
      cj_tensor_f32 (x)[3 * i + 2] = 1e7f;
    }
  cjd_dataset_split (dataset, CJD_SPLIT_VAL, 0, 1);
  g_assert_cmpfloat_with_epsilon (dataset->std[0], 1, 1e-6);
  g_assert_cmpfloat_with_epsilon (dataset->std[1] * 1e9f, 1, 1e-4);
  g_assert_cmpfloat (dataset->std[2], ==, 1); /* always the same: nothing to divide by */
  g_assert_cmpfloat (dataset->mean[0], ==, 1e7f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/data/augment/flip", test_flip);
  g_test_add_func ("/data/augment/shift", test_shift);
  g_test_add_func ("/data/augment/warps", test_warps);
  g_test_add_func ("/data/augment/crop", test_crop);
  g_test_add_func ("/data/augment/cutout", test_cutout);
  g_test_add_func ("/data/augment/noise", test_noise);
  g_test_add_func ("/data/augment/brightness", test_brightness);
  g_test_add_func ("/data/augment/mixup", test_mixup);
  g_test_add_func ("/data/augment/mixed-values", test_mixed_values);
  g_test_add_func ("/data/augment/refused", test_refused);
  g_test_add_func ("/data/dataset/splits", test_splits);
  g_test_add_func ("/data/dataset/many-classes", test_many_classes);
  g_test_add_func ("/data/dataset/measure", test_measure);
  return g_test_run ();
}
