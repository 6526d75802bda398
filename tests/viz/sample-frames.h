/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Made-up frames for the tests of the figures: the same numbers every time. */
#pragma once

#include "cjv-frame.h"
#include "faithful-frames.h"

#include <math.h>
#include <string.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"

/* A number in 0..1 that depends on `i` alone. */
static double
noise (guint32 i)
{
  i = (i ^ 61) ^ (i >> 16);
  i *= 9;
  i ^= i >> 4;
  i *= 0x27d4eb2d;
  i ^= i >> 15;
  return i / 4294967296.0;
}

static double
bell (guint32 i)
{
  return sqrt (-2 * log (noise (2 * i) + 1e-9)) * cos (2 * G_PI * noise (2 * i + 1));
}

static CjTensor *
tensor (guint n_dims, const gint64 *dims)
{
  const CjShape shape = cj_shape (n_dims, dims);

  return cj_tensor_new (CJ_FLOAT32, &shape);
}

static const char *const clothes[]
    = { "T-shirt", "Trouser", "Pullover", "Dress",      "Coat", "Sandal",
        "Shirt",   "Sneaker", "Bag",      "Ankle boot", NULL };

#include "card-frames.h"
#include "energy-frames.h"
#include "forgetting-frames.h"
#include "pruning-frames.h"

static CjvFrame *
frame_curves (int n_runs)
{
  CjvFrame *frame = cjv_frame_new ();
  const gint64 points = 1400, checks = 12, per_epoch = 469;
  const gint64 train[] = { n_runs, points }, val[] = { n_runs, checks };
  CjTensor *loss = tensor (2, train), *accuracy = tensor (2, train), *step = tensor (2, train);
  CjTensor *val_loss = tensor (2, val), *val_accuracy = tensor (2, val),
           *val_step = tensor (2, val);
  const char *const names[] = { "SGD", "Adam", "RMSprop", "momentum 0.9", NULL };

  for (gint64 r = 0; r < n_runs; r++)
    {
      for (gint64 i = 0; i < points; i++)
        {
          const double t = (double) i / (180 + 60 * r);
          const gint64 at = r * points + i;

          cj_tensor_f32 (step)[at] = (float) i;
          cj_tensor_f32 (loss)[at]
              = (float) ((0.27 + 0.05 * r + 1.9 * exp (-t)) * (1 + 0.15 * bell ((guint32) at)));
          cj_tensor_f32 (accuracy)[at] = (float) MIN (1, 0.92 - 0.02 * r - 0.75 * exp (-t)
                                                             + 0.02 * bell ((guint32) at + 99));
        }
      for (gint64 i = 0; i < checks; i++)
        {
          const double s = (i + 1) * 1400.0 / checks - 1, t = s / (180 + 60 * r);

          cj_tensor_f32 (val_step)[r * checks + i] = (float) s;
          cj_tensor_f32 (val_loss)[r * checks + i] = (float) (0.33 + 0.05 * r + 1.8 * exp (-t));
          cj_tensor_f32 (val_accuracy)[r * checks + i]
              = (float) (0.904 - 0.02 * r - 0.7 * exp (-t));
        }
    }
  cjv_frame_take_array (frame, "train-loss", loss);
  cjv_frame_take_array (frame, "train-accuracy", accuracy);
  cjv_frame_take_array (frame, "step", step);
  cjv_frame_take_array (frame, "val-loss", val_loss);
  cjv_frame_take_array (frame, "val-accuracy", val_accuracy);
  cjv_frame_take_array (frame, "val-step", val_step);
  cjv_frame_set_scalar (frame, "steps-per-epoch", (double) per_epoch);
  cjv_frame_set_strings (frame, "runs", names);
  cjv_frame_set_provenance (frame, "run 1, steps 0-1399, Fashion-MNIST");
  return cjv_frame_seal (frame);
}

static CjvFrame *
frame_confusion (int k)
{
  CjvFrame *frame = cjv_frame_new ();
  const gint64 dims[] = { k, k };
  CjTensor *matrix = tensor (2, dims);

  for (int i = 0; i < k; i++)
    for (int j = 0; j < k; j++)
      {
        const double wrong
            = noise ((guint32) (i * k + j)) < 0.4 ? 90 * noise ((guint32) (i + j)) : 0;

        cj_tensor_f32 (matrix)[i * k + j]
            = (float) floor (i == j ? 700 + 290 * noise ((guint32) i) : wrong / (1 + abs (i - j)));
      }
  cjv_frame_take_array (frame, "matrix", matrix);
  if (k <= 10)
    cjv_frame_set_strings (frame, "classes", clothes);
  return cjv_frame_seal (frame);
}

/* Feature maps that look like edges of a picture. */
static CjvFrame *
frame_maps (int c, int side)
{
  CjvFrame *frame = cjv_frame_new ();
  const gint64 dims[] = { c, side, side };
  CjTensor *maps = tensor (3, dims);

  for (int k = 0; k < c; k++)
    for (int y = 0; y < side; y++)
      for (int x = 0; x < side; x++)
        {
          const double u = 6.0 * x / side - 3, v = 6.0 * y / side - 3, a = k * 0.7;
          const double wave = cos ((u * cos (a) + v * sin (a)) * (1 + k % 3));

          cj_tensor_f32 (maps)[(k * side + y) * side + x] = (float) MAX (
              0, wave * exp (-(u * u + v * v) / 6) * (1 + 0.5 * noise ((guint32) k)));
        }
  cjv_frame_take_array (frame, "maps", maps);
  cjv_frame_set_text (frame, "title", "conv2");
  return cjv_frame_seal (frame);
}

static CjvFrame *
frame_filters (int o, int i, int side)
{
  CjvFrame *frame = cjv_frame_new ();
  const gint64 dims[] = { o, i, side, side };
  CjTensor *weights = tensor (4, dims);
  const int size = i * side * side;

  for (int k = 0; k < o * size; k++)
    {
      const double x = k % side - side / 2.0 + 0.5, y = k / side % side - side / 2.0 + 0.5;
      const double a = k / size * 0.5;

      cj_tensor_f32 (weights)[k]
          = (float) (0.3 * sin ((x * cos (a) + y * sin (a)) * 3 / side + k / size)
                     + 0.1 * bell ((guint32) k));
    }
  cjv_frame_take_array (frame, "weights", weights);
  cjv_frame_set_text (frame, "title", "conv1");
  return cjv_frame_seal (frame);
}

static CjvFrame *
frame_histogram (int n, double shift)
{
  CjvFrame *frame = cjv_frame_new ();
  g_autofree float *weights = g_new (float, n);
  g_autofree float *gradients = g_new (float, n);

  for (int i = 0; i < n; i++)
    {
      weights[i] = (float) (0.2 * bell ((guint32) i) + shift);
      gradients[i] = (float) (0.0006 * bell ((guint32) (i + n)));
    }
  cjv_frame_set_values (frame, "weights", weights, (gsize) n);
  cjv_frame_set_values (frame, "gradients", gradients, (gsize) n);
  cjv_frame_set_text (frame, "title", "conv2");
  return cjv_frame_seal (frame);
}

static CjvFrame *
frame_bars (gboolean right)
{
  CjvFrame *frame = cjv_frame_new ();
  static const float p[] = { 0.012f, 0, 0.052f, 0.001f, 0.2f, 0, 0.71f, 0, 0.024f, 0.001f };
  static const float q[] = { 0.1f, 0, 0.02f, 0.03f, 0.55f, 0, 0.3f, 0, 0, 0 };

  cjv_frame_set_values (frame, "values", p, 10);
  if (right) /* something was changed */
    cjv_frame_set_values (frame, "before", q, 10);
  cjv_frame_set_strings (frame, "classes", clothes);
  cjv_frame_set_scalar (frame, "target", right ? 6 : 4);
  return cjv_frame_seal (frame);
}

static CjvFrame *
frame_units (int n, gboolean negative)
{
  CjvFrame *frame = cjv_frame_new ();
  g_autofree float *values = g_new (float, n);
  g_autofree float *mask = g_new (float, n);

  for (int i = 0; i < n; i++)
    {
      values[i] = (float) bell ((guint32) i);
      values[i] = negative ? values[i] : MAX (0, values[i]);
      mask[i] = noise ((guint32) i + 7) > 0.1;
    }
  cjv_frame_set_values (frame, "values", values, (gsize) n);
  cjv_frame_set_values (frame, "mask", mask, (gsize) n);
  cjv_frame_set_text (frame, "title", "dense1");
  return cjv_frame_seal (frame);
}

/* Pictures of rings and bars, `wrong` of them mistaken. */
static CjvFrame *
frame_sheet (int n, int c, int side)
{
  CjvFrame *frame = cjv_frame_new ();
  const gint64 dims[] = { n, c, side, side };
  const CjShape shape = cj_shape (4, dims), one = cj_shape1 (n);
  CjTensor *images = cj_tensor_new (CJ_UINT8, &shape);
  CjTensor *labels = cj_tensor_new (CJ_INT32, &one), *predicted = cj_tensor_new (CJ_INT32, &one);
  CjTensor *confidence = cj_tensor_new (CJ_FLOAT32, &one);
  guint8 *out = images->data;

  for (int i = 0; i < n; i++)
    {
      cj_tensor_i32 (labels)[i] = i % 10;
      cj_tensor_i32 (predicted)[i] = noise ((guint32) i) < 0.15 ? (i + 3) % 10 : i % 10;
      cj_tensor_f32 (confidence)[i] = (float) (0.4 + 0.6 * noise ((guint32) i + 77));
      for (int k = 0; k < c * side * side; k++)
        {
          const double x = 4.0 * (k % side) / side - 2, y = 4.0 * (k / side % side) / side - 2;
          const double v = cos (hypot (x, y * (1 + i % 3)) * (1 + i % 4) + k / (side * side));

          *out++ = (guint8) (255 * MAX (0, v) * exp (-(x * x + y * y) / 4));
        }
    }
  cjv_frame_take_array (frame, "images", images);
  cjv_frame_take_array (frame, "labels", labels);
  cjv_frame_take_array (frame, "predicted", predicted);
  cjv_frame_take_array (frame, "confidence", confidence);
  cjv_frame_set_strings (frame, "classes", clothes);
  return cjv_frame_seal (frame);
}

/* Two or three spirals and a made-up surface that follows them. */
static CjvFrame *
frame_decision (int k)
{
  CjvFrame *frame = cjv_frame_new ();
  const int side = 48, n = 90 * k;
  const gint64 dims[] = { k, side, side }, places[] = { n, 2 };
  CjTensor *surface = tensor (3, dims), *points = tensor (2, places);
  g_autofree float *labels = g_new (float, n), *held = g_new (float, n);
  const float range[] = { -6, 6, -4, 4 };
  const char *const names[] = { "inner", "outer", "third", NULL };

  for (int i = 0; i < side * side; i++)
    {
      const double x = -6 + 12.0 * (i % side + 0.5) / side, y = -4 + 8.0 * (i / side + 0.5) / side;
      double sum = 0;

      for (int c = 0; c < k; c++)
        sum += cj_tensor_f32 (surface)[c * side * side + i]
            = (float) exp (2 * cos (atan2 (y, x) - 1.2 * hypot (x, y) - 2 * G_PI * c / k));
      for (int c = 0; c < k; c++)
        cj_tensor_f32 (surface)[c * side * side + i] /= (float) sum;
    }
  for (int i = 0; i < n; i++)
    {
      const double r = 0.4 + 3.4 * (i / k) / 90.0, a = 1.2 * r + 2 * G_PI * (i % k) / k;

      labels[i] = (float) (i % k);
      held[i] = i % 5 == 0;
      cj_tensor_f32 (points)[2 * i] = (float) (r * cos (a) + 0.12 * bell ((guint32) i));
      cj_tensor_f32 (points)[2 * i + 1] = (float) (r * sin (a) + 0.12 * bell ((guint32) i + 999));
    }
  cjv_frame_take_array (frame, "surface", surface);
  cjv_frame_take_array (frame, "points", points);
  cjv_frame_set_values (frame, "labels", labels, (gsize) n);
  cjv_frame_set_values (frame, "held", held, (gsize) n);
  cjv_frame_set_values (frame, "range", range, 4);
  cjv_frame_set_strings (frame, "classes", names);
  return cjv_frame_seal (frame);
}

static CjvFrame *
frame_ranking (int n, int k)
{
  CjvFrame *frame = cjv_frame_new ();
  const gint64 dims[] = { n, k };
  CjTensor *scores = tensor (2, dims);
  g_autofree float *labels = g_new (float, n);

  for (int i = 0; i < n; i++)
    {
      labels[i] = (float) (i % k);
      for (int c = 0; c < k; c++)
        cj_tensor_f32 (scores)[i * k + c]
            = (float) (bell ((guint32) (i * k + c)) + (i % k == c ? 1 + 0.25 * c : 0));
    }
  cjv_frame_take_array (frame, "scores", scores);
  cjv_frame_set_values (frame, "labels", labels, (gsize) n);
  if (k <= 10)
    cjv_frame_set_strings (frame, "classes", clothes);
  return cjv_frame_seal (frame);
}

/* Clusters of classes, or predicted against true values if `k` is 0. */
static CjvFrame *
frame_scatter (int n, int k)
{
  CjvFrame *frame = cjv_frame_new ();
  const gint64 dims[] = { n, 2 };
  CjTensor *points = tensor (2, dims);
  g_autofree float *labels = g_new (float, n);
  g_autofree float *predicted = g_new (float, n);

  for (int i = 0; i < n; i++)
    {
      const int c = k > 0 ? i % k : 0;
      const double at = 50 * noise ((guint32) i);

      labels[i] = (float) c;
      predicted[i] = (float) (noise ((guint32) i) < 0.03 ? (c + 1) % MAX (k, 1) : c);
      cj_tensor_f32 (points)[2 * i]
          = (float) (k > 0 ? 30 * cos (c * 2.4) * sqrt (c + 1) / 3 + 4 * bell ((guint32) i) : at);
      cj_tensor_f32 (points)[2 * i + 1]
          = (float) (k > 0 ? 30 * sin (c * 2.4) * sqrt (c + 1) / 3 + 4 * bell ((guint32) (i + n))
                           : at + 3 * bell ((guint32) i));
    }
  cjv_frame_take_array (frame, "points", points);
  cjv_frame_set_text (frame, "title", k > 0 ? "t-SNE of dense1" : "House prices");
  cjv_frame_set_axis_label (frame, "points", 0, k > 0 ? "first axis" : "true");
  cjv_frame_set_axis_label (frame, "points", 1, k > 0 ? "second axis" : "predicted");
  cjv_frame_set_scalar (frame, "diagonal", k == 0);
  if (k > 0)
    {
      cjv_frame_set_values (frame, "labels", labels, (gsize) n);
      cjv_frame_set_values (frame, "predicted", predicted, (gsize) n);
      cjv_frame_set_strings (frame, "classes", clothes);
    }
  return cjv_frame_seal (frame);
}

/* Maps beside the picture, with a place on one of them marked and what it sees. */
static CjvFrame *
frame_seen (void)
{
  CjvFrame *frame = cjv_frame_new ();
  g_autoptr (CjvFrame) maps = frame_maps (16, 10), picture = frame_maps (3, 32);
  const float unit[] = { 5, 3, 7 }, field[] = { 14, 6, 11, 9 };

  cjv_frame_set_array (frame, "maps", (CjTensor *) cjv_frame_get_array (maps, "maps"));
  cjv_frame_set_array (frame, "input", (CjTensor *) cjv_frame_get_array (picture, "maps"));
  cjv_frame_set_values (frame, "unit", unit, 3);
  cjv_frame_set_values (frame, "field", field, 4);
  cjv_frame_set_text (frame, "title", "conv2");
  return cjv_frame_seal (frame);
}

static CjvFrame *
frame_heatmap (int rows, int columns)
{
  CjvFrame *frame = cjv_frame_new ();
  const gint64 dims[] = { rows, columns };
  CjTensor *weights = tensor (2, dims);

  for (int i = 0; i < rows * columns; i++)
    cj_tensor_f32 (weights)[i]
        = (float) (0.2 * bell ((guint32) i) * (1 + sin (0.3 * (i % columns)) * (i / columns % 3)));
  cjv_frame_take_array (frame, "weights", weights);
  cjv_frame_set_text (frame, "title", "dense1.weight");
  cjv_frame_set_scalar (frame, "unit", rows / 3);
  return cjv_frame_seal (frame);
}

/* Layers that are the more alike the nearer they stand; with `negative` chance goes below 0 as well. */
static CjvFrame *
frame_similarity (int rows, int columns, gboolean negative)
{
  static const char *const layers[] = { "conv1",  "conv2",  "conv3",
                                        "pool1",  "dense1", "a-layer-with-a-long-name",
                                        "dense3", NULL };
  CjvFrame *frame = cjv_frame_new ();
  const gint64 dims[] = { rows, columns };
  CjTensor *matrix = tensor (2, dims);

  for (int i = 0; i < rows; i++)
    for (int j = 0; j < columns; j++)
      {
        const double near
            = exp (-abs (i - j) * 0.4) - (negative ? 0.5 * noise ((guint32) (i * j)) : 0);

        cj_tensor_f32 (matrix)[i * columns + j]
            = (float) (i == 4 && j != 4 && rows == 7 ? NAN : near);
      }
  cjv_frame_take_array (frame, "matrix", matrix);
  if (rows == 7)
    {
      cjv_frame_set_strings (frame, "rows", layers);
      cjv_frame_set_strings (frame, "columns", layers);
    }
  cjv_frame_set_text (frame, "title", "Linear CKA of the layers");
  return cjv_frame_seal (frame);
}

static CjvFrame *
frame_dissimilarity (int n, int k)
{
  CjvFrame *frame = cjv_frame_new ();
  const gint64 dims[] = { n, n };
  CjTensor *matrix = tensor (2, dims);
  g_autofree float *labels = g_new (float, n);

  for (int i = 0; i < n; i++)
    {
      labels[i] = (float) (i * MAX (k, 1) / n);
      for (int j = 0; j < n; j++)
        cj_tensor_f32 (matrix)[i * n + j]
            = i == j ? 0
                     : (float) ((i * MAX (k, 1) / n == j * MAX (k, 1) / n ? 0.3 : 1)
                                + 0.2 * noise ((guint32) (MIN (i, j) * n + MAX (i, j))));
    }
  cjv_frame_take_array (frame, "matrix", matrix);
  if (k > 0)
    {
      cjv_frame_set_values (frame, "labels", labels, (gsize) n);
      cjv_frame_set_strings (frame, "classes", clothes);
    }
  cjv_frame_set_text (frame, "title", "Dissimilarity of samples in dense1, 1 − r");
  return cjv_frame_seal (frame);
}

/* Three representations that tell samples apart the better the later they stand. */
static CjvFrame *
frame_similarities (int n, int k)
{
  static const char *const panels[] = { "conv1", "dense1", "a-layer-with-a-long-name", NULL };
  CjvFrame *frame = cjv_frame_new ();
  const gint64 dims[] = { 3, n, n };
  CjTensor *matrix = tensor (3, dims);
  g_autofree float *labels = g_new (float, n);

  for (int p = 0; p < 3; p++)
    for (int i = 0; i < n; i++)
      for (int j = 0; j < n; j++)
        cj_tensor_f32 (matrix)[(p * n + i) * n + j]
            = i == j ? 1
              : p == 1 && (i == 3 || j == 3)
                  ? NAN
                  : (float) ((i * k / n == j * k / n ? 0.1 + 0.4 * p : -0.1)
                             + 0.2 * noise ((guint32) (MIN (i, j) * n + MAX (i, j))));
  for (int i = 0; i < n; i++)
    labels[i] = (float) (i * k / n);
  cjv_frame_take_array (frame, "matrix", matrix);
  cjv_frame_set_values (frame, "labels", labels, (gsize) n);
  cjv_frame_set_strings (frame, "classes", clothes);
  cjv_frame_set_strings (frame, "panels", panels);
  cjv_frame_set_scalar (frame, "alike", 1);
  cjv_frame_set_text (frame, "title", "Correlation of samples, layer by layer");
  return cjv_frame_seal (frame);
}

static CjvFrame *
frame_layers (int rows, int columns)
{
  static const char *const measures[]
      = { "Probe accuracy",        "Dimensions", "Units",      "Lifetime sparseness",
          "Population sparseness", "Dead",       "Duplicates", NULL };
  CjvFrame *frame = cjv_frame_new ();
  const gint64 dims[] = { rows, columns };
  CjTensor *values = tensor (2, dims);
  g_autofree float *percents = g_new0 (float, columns);

  for (int i = 0; i < rows * columns; i++)
    cj_tensor_f32 (values)[i]
        = (float) (i % 11 == 10 ? NAN : (i % columns == 2 ? 900 : 1) * noise ((guint32) i));
  percents[0] = 1;
  cjv_frame_take_array (frame, "values", values);
  cjv_frame_set_values (frame, "percents", percents, (gsize) columns);
  cjv_frame_set_strings (frame, "measures", measures);
  return cjv_frame_seal (frame);
}

static CjvFrame *
frame_concepts (int concepts, int layers)
{
  static const char *const names[] = { "striped", "dotted", "zigzagged", NULL };
  CjvFrame *frame = cjv_frame_new ();
  const gint64 dims[] = { concepts, layers };
  CjTensor *scores = tensor (2, dims), *deviations = tensor (2, dims), *p = tensor (2, dims);
  CjTensor *accuracy = tensor (2, dims);
  g_autofree float *chance = g_new (float, layers);

  for (int i = 0; i < concepts * layers; i++)
    {
      cj_tensor_f32 (scores)[i] = (float) noise ((guint32) i);
      cj_tensor_f32 (deviations)[i] = (float) (0.15 * noise ((guint32) i + 500));
      cj_tensor_f32 (p)[i] = (float) pow (noise ((guint32) i + 900), 12);
      cj_tensor_f32 (accuracy)[i] = (float) (0.6 + 0.4 * noise ((guint32) i + 700));
      chance[i % layers] = (float) (0.5 + 0.1 * noise ((guint32) i));
    }
  cjv_frame_take_array (frame, "scores", scores);
  cjv_frame_take_array (frame, "deviations", deviations);
  cjv_frame_take_array (frame, "p", p);
  cjv_frame_take_array (frame, "accuracy", accuracy);
  cjv_frame_set_values (frame, "chance", chance, (gsize) layers);
  cjv_frame_set_strings (frame, "concepts", names);
  cjv_frame_set_text (frame, "title", "What zebra leans on");
  return cjv_frame_seal (frame);
}

static CjvFrame *
frame_text (const char *text, int given)
{
  CjvFrame *frame = cjv_frame_new ();
  const glong n = g_utf8_strlen (text, -1);
  g_autofree float *probability = g_new (float, n);

  for (glong i = 0; i < n; i++)
    probability[i] = i < given ? NAN : (float) pow (noise ((guint32) i), 0.5);
  cjv_frame_set_text (frame, "text", text);
  cjv_frame_set_values (frame, "probability", probability, (gsize) n);
  cjv_frame_set_scalar (frame, "given", given);
  cjv_frame_set_text (frame, "title", "Step 1200");
  return cjv_frame_seal (frame);
}

#include "sample-frames-inside.h"

static const char written[]
    = "The cell is a city of its own: it has streets, gates and\nkeepers of the gates. No wall "
      "of it is ever still,\n\nand what comes in is weighed, named and answered. A letter that "
      "nobody reads is no letter; a cell that nobody hears falls silent, and the silence is a "
      "sign for the others.";

/* Explanations of two pictures of rings by three methods, of which one has nothing to say; or of a text. */
static CjvFrame *
frame_explanations (gboolean words)
{
  static const char *const rows[] = { "sample 7", "sample 12", NULL };
  static const char *const questions[] = { "why 0?", "why Q? It is 0", NULL };
  static const char *const methods[] = { "Gradient", "Grad-CAM", "Attention flow", NULL };
  static const char *const notes[] = { "",
                                       "\316\243 99.8 %",
                                       "follows attention, and there is none",
                                       "",
                                       "",
                                       "follows attention, and there is none",
                                       NULL };
  static const char *const letters[]
      = { "T", "h", "e", " ", "c", "e", "l", "l", "i", "s", " ", "a", " ", "c", "i", "t", NULL };
  CjvFrame *frame = cjv_frame_new ();
  const int h = words ? 1 : 16, w = words ? 8 : 16;
  const gint64 dims[] = { 2, 3, h, w }, seen[] = { 2, 1, h, w };
  CjTensor *maps = tensor (4, dims), *pictures = tensor (4, seen);

  for (int r = 0; r < 2; r++)
    for (int i = 0; i < h * w; i++)
      {
        const double x = i % w - 7.5, y = i / w - 7.5, ring = exp (-pow (hypot (x, y) - 5 + r, 2));
        float *at = cj_tensor_f32 (maps) + r * 3 * h * w + i;

        at[0] = (float) (words ? sin (i + r) : ring * sin (atan2 (y, x) * 2 + r));
        at[h * w] = (float) exp (-0.05 * (x * x + (y - 3 * r) * (y - 3 * r)));
        at[2 * h * w] = NAN;
        cj_tensor_f32 (pictures)[r * h * w + i] = (float) ring;
      }
  cjv_frame_take_array (frame, "maps", maps);
  if (words)
    {
      cj_tensor_unref (pictures);
      cjv_frame_set_strings (frame, "words", letters);
    }
  else
    {
      const gint64 steps[] = { 2, 3, 2, 9 };
      CjTensor *curves = tensor (4, steps);

      for (int i = 0; i < 2 * 3 * 2 * 9; i++)
        cj_tensor_f32 (curves)[i] = i / 18 == 2      ? NAN
                                    : i / 9 % 2 == 0 ? (float) exp (-0.5 * (i % 9))
                                                     : (float) tanh (0.5 * (i % 9));
      cjv_frame_take_array (frame, "curves", curves);
      cjv_frame_take_array (frame, "pictures", pictures);
    }
  cjv_frame_set_values (frame, "signed", (const float[]){ 1, 0, 0 }, 3);
  cjv_frame_set_strings (frame, "rows", rows);
  cjv_frame_set_strings (frame, "questions", questions);
  cjv_frame_set_strings (frame, "methods", methods);
  cjv_frame_set_strings (frame, "notes", notes);
  return cjv_frame_seal (frame);
}

#include "tuning-frames.h"
#include "spike-frames.h"

/* The frame a figure is shown with in the tests; NULL if there is none. You free. */
static CjvFrame *
sample_frame (const char *id)
{
  if (g_str_equal (id, "curves"))
    return frame_curves (1);
  if (g_str_equal (id, "confusion"))
    return frame_confusion (10);
  if (g_str_equal (id, "maps"))
    return frame_maps (32, 14);
  if (g_str_equal (id, "filters"))
    return frame_filters (64, 1, 3);
  if (g_str_equal (id, "histogram"))
    return frame_histogram (18432, 0);
  if (g_str_equal (id, "bars"))
    return frame_bars (FALSE);
  if (g_str_equal (id, "units"))
    return frame_units (128, FALSE);
  if (g_str_equal (id, "contact-sheet"))
    return frame_sheet (60, 1, 28);
  if (g_str_equal (id, "decision"))
    return frame_decision (3);
  if (g_str_equal (id, "explanations"))
    return frame_explanations (FALSE);
  if (g_str_equal (id, "roc") || g_str_equal (id, "precision-recall"))
    return frame_ranking (1500, 10);
  if (g_str_equal (id, "scatter"))
    return frame_scatter (1200, 10);
  if (g_str_equal (id, "embedding"))
    return frame_scatter (900, 10);
  if (g_str_equal (id, "heatmap"))
    return frame_heatmap (64, 120);
  if (g_str_equal (id, "similarity"))
    return frame_similarity (7, 7, FALSE);
  if (g_str_equal (id, "dissimilarity"))
    return frame_dissimilarity (150, 10);
  if (g_str_equal (id, "layers"))
    return frame_layers (7, 7);
  if (g_str_equal (id, "concepts"))
    return frame_concepts (3, 6);
  if (g_str_equal (id, "text"))
    return frame_text (written, 8);
  if (g_str_equal (id, "trust"))
    return frame_trust (13);
  if (g_str_equal (id, "sanity"))
    return frame_sanity (13, 5);
  if (g_str_equal (id, "attention") || g_str_equal (id, "attention-arcs"))
    return frame_attention (4, "The cell is a city of its own");
  if (g_str_equal (id, "attention-patches"))
    return frame_patches (4, 8);
  if (g_str_equal (id, "attention-heads"))
    return frame_heads (4, 4);
  if (g_str_equal (id, "landscape"))
    return frame_landscape (17, 12, FALSE);
  if (g_str_equal (id, "interpolation"))
    return frame_interpolation (TRUE);
  if (g_str_equal (id, "alignment"))
    return frame_alignment (3, 12);
  if (g_str_equal (id, "card"))
    return frame_card (3, 3, TRUE);
  if (g_str_equal (id, "robustness"))
    return frame_robustness (2, 5, 5);
  if (g_str_equal (id, "retraining"))
    return frame_retraining (5);
  if (g_str_equal (id, "pruning"))
    return frame_pruning (3);
  if (g_str_equal (id, "energy"))
    return frame_energy (4, FALSE);
  if (g_str_equal (id, "accuracy-energy"))
    return frame_versions (4);
  if (g_str_equal (id, "balance"))
    return frame_balance (3, 120);
  if (g_str_equal (id, "forgetting"))
    return frame_forgetting (3, 5, 4);
  if (g_str_equal (id, "curvature"))
    return frame_curvature (TRUE);
  if (g_str_equal (id, "logit-lens"))
    return frame_lens (5, "The cell is a city of its own");
  if (g_str_equal (id, "tuning"))
    return frame_tuning (TRUE);
  if (g_str_equal (id, "synapses"))
    return frame_synapses (40, 10, 0);
  if (g_str_equal (id, "traces"))
    return frame_traces (2, 800);
  if (g_str_equal (id, "orientation-map"))
    return frame_population (64, TRUE);
  if (g_str_equal (id, "selectivity"))
    return frame_population (128, TRUE);
  if (g_str_equal (id, "gabor"))
    return frame_gabor (40, 11);
  if (g_str_equal (id, "ideal"))
    return frame_ideal (4, 8, 3);
  if (g_str_equal (id, "receptive-field"))
    return frame_field (32, 1);
  return spike_frame (id, FALSE);
}

/* A second, harder frame of a figure, to be looked at; NULL if there is none. You free. */
static CjvFrame *
other_frame (const char *id)
{
  if (g_str_equal (id, "curves"))
    return frame_curves (4);
  if (g_str_equal (id, "confusion"))
    return frame_confusion (100);
  if (g_str_equal (id, "maps"))
    return frame_seen ();
  if (g_str_equal (id, "filters"))
    return frame_filters (32, 3, 7);
  if (g_str_equal (id, "histogram"))
    return frame_histogram (300, 2);
  if (g_str_equal (id, "bars"))
    return frame_bars (TRUE);
  if (g_str_equal (id, "units"))
    return frame_units (4000, TRUE);
  if (g_str_equal (id, "contact-sheet"))
    return frame_sheet (20, 3, 32);
  if (g_str_equal (id, "decision"))
    return frame_decision (2);
  if (g_str_equal (id, "explanations"))
    return frame_explanations (TRUE);
  if (g_str_equal (id, "roc") || g_str_equal (id, "precision-recall"))
    return frame_ranking (300, 2);
  if (g_str_equal (id, "scatter"))
    return frame_scatter (500, 0);
  if (g_str_equal (id, "embedding"))
    return frame_scatter (400, 36);
  if (g_str_equal (id, "heatmap"))
    return frame_heatmap (2, 8);
  if (g_str_equal (id, "similarity"))
    return frame_similarity (5, 60, TRUE);
  if (g_str_equal (id, "dissimilarity"))
    return frame_similarities (40, 10);
  if (g_str_equal (id, "layers"))
    return frame_layers (60, 12);
  if (g_str_equal (id, "concepts"))
    return frame_concepts (1, 40);
  if (g_str_equal (id, "text"))
    return frame_text ("¿Qué?", 5);
  if (g_str_equal (id, "trust"))
    return frame_trust (2);
  if (g_str_equal (id, "sanity"))
    return frame_sanity (3, 20);
  if (g_str_equal (id, "attention") || g_str_equal (id, "attention-arcs"))
    return frame_attention (1, written);
  if (g_str_equal (id, "attention-patches"))
    return frame_patches (1, 5);
  if (g_str_equal (id, "attention-heads"))
    return frame_heads (12, 12);
  if (g_str_equal (id, "landscape"))
    return frame_landscape (17, 0, TRUE);
  if (g_str_equal (id, "interpolation"))
    return frame_interpolation (FALSE);
  if (g_str_equal (id, "alignment"))
    return frame_alignment (9, 1);
  if (g_str_equal (id, "card"))
    return frame_card (10, 4, FALSE);
  if (g_str_equal (id, "robustness"))
    return frame_robustness (1, 1, 0);
  if (g_str_equal (id, "retraining"))
    return frame_retraining (1);
  if (g_str_equal (id, "pruning"))
    return frame_pruning (40);
  if (g_str_equal (id, "energy"))
    return frame_energy (30, TRUE);
  if (g_str_equal (id, "accuracy-energy"))
    return frame_versions (0);
  if (g_str_equal (id, "balance"))
    return frame_balance (24, 0);
  if (g_str_equal (id, "forgetting"))
    return frame_forgetting (1, 10, 10);
  if (g_str_equal (id, "curvature"))
    return frame_curvature (FALSE);
  if (g_str_equal (id, "logit-lens"))
    return frame_lens (13, "a city");
  if (g_str_equal (id, "tuning"))
    return frame_tuning (FALSE);
  if (g_str_equal (id, "synapses"))
    return frame_synapses (1, 8, 3);
  if (g_str_equal (id, "traces"))
    return frame_traces (4, 20000);
  if (g_str_equal (id, "orientation-map"))
    return frame_population (700, FALSE);
  if (g_str_equal (id, "selectivity"))
    return frame_population (6, FALSE);
  if (g_str_equal (id, "gabor"))
    return frame_gabor (3, 7);
  if (g_str_equal (id, "ideal"))
    return frame_ideal (1, 0, 1);
  if (g_str_equal (id, "receptive-field"))
    return frame_field (5, 0);
  return spike_frame (id, TRUE);
}

#pragma GCC diagnostic pop
