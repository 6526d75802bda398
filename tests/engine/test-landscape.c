/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-landscape.h"

#include "cj-error.h"
#include "network.h"

#include <math.h>
#include <string.h>

/* Samples x of a normal distribution, the deviation of feature i is 1 + i, targets a line and noise: of a
 * network without anything but weights, loss mean (w x - y)², so its Hessian is 2 mean (x xᵀ). */
#define FEATURES 4
#define SAMPLES 512
#define NOISE 0.5f

static void
get_sample (guint32 index, float *x, float *y)
{
  CjRng rng;

  cj_rng_init (&rng, 5, CJ_RNG_TEST, index);
  *y = NOISE * cj_rng_normal (&rng);
  for (int i = 0; i < FEATURES; i++)
    {
      x[i] = (float) (1 + i) * cj_rng_normal (&rng);
      *y += 0.3f * x[i];
    }
}

static void
fill (CjFeed *feed, const guint32 *indices, guint n, G_GNUC_UNUSED guint64 epoch,
      G_GNUC_UNUSED guint64 seed, CjTensor *x, CjTensor *y)
{
  (void) feed;
  for (guint i = 0; i < n; i++)
    get_sample (indices[i], cj_tensor_f32 (x) + i * FEATURES, cj_tensor_f32 (y) + i);
}

static void
free_nothing (G_GNUC_UNUSED CjFeed *feed)
{
}

static CjFeed line = { .n_samples = SAMPLES,
                       .x_shape = { 1, { FEATURES } },
                       .y_shape = { 1, { 1 } },
                       .y_dtype = CJ_FLOAT32,
                       .fill = fill,
                       .free = free_nothing };

static CjLossField *
new_field (const char *chain, gint64 batch)
{
  g_autoptr (CjGraph) graph = network_new_graph (chain);
  const CjDataSpec spec = { .batch = batch,
                            .x_shape = cj_shape1 (FEATURES),
                            .y_shape = cj_shape1 (1),
                            .y_dtype = CJ_FLOAT32,
                            .has_y = TRUE };
  g_autoptr (GError) error = NULL;
  CjProgram *program = cj_program_new (graph, CJ_PURPOSE_TRAIN, &spec, 2, &error);
  CjLossField *field;

  g_assert_no_error (error);
  cj_program_init (program, 3);
  field = cj_loss_field_new (program, &line, SAMPLES, &error);
  g_assert_no_error (error);
  return field;
}

static float *
dup_weights (CjLossField *field)
{
  gint64 n;
  const float *weights = cj_program_get_weights (cj_loss_field_get_program (field), &n);

  return g_memdup2 (weights, sizeof (float) * (gsize) n);
}

/* H = 2 mean (x xᵀ) of the samples themselves. */
static void
find_hessian (double h[FEATURES][FEATURES])
{
  memset (h, 0, sizeof (double) * FEATURES * FEATURES);
  for (guint32 s = 0; s < SAMPLES; s++)
    {
      float x[FEATURES], y;

      get_sample (s, x, &y);
      for (int i = 0; i < FEATURES; i++)
        for (int j = 0; j < FEATURES; j++)
          h[i][j] += 2.0 * x[i] * x[j] / SAMPLES;
    }
}

static void
test_loss (void)
{
  g_autoptr (CjLossField) field = new_field ("dense 1 bias=false, mse", 32);
  g_autofree float *weights = dup_weights (field), *gradient = NULL;
  double expected = 0, slope[FEATURES] = { 0 };

  gradient = g_new (float, cj_loss_field_get_n_weights (field));
  g_assert_cmpuint (cj_loss_field_get_n_batches (field), ==, SAMPLES / 32);
  for (guint32 s = 0; s < SAMPLES; s++)
    {
      float x[FEATURES], y;
      double rest = 0;

      get_sample (s, x, &y);
      for (int i = 0; i < FEATURES; i++)
        rest += (double) weights[i] * x[i];
      rest -= y;
      expected += rest * rest / SAMPLES;
      for (int i = 0; i < FEATURES; i++)
        slope[i] += 2 * rest * x[i] / SAMPLES;
    }
  g_assert_cmpfloat_with_epsilon (cj_loss_field_measure (field, weights, NULL), expected,
                                  1e-5 * expected);
  g_assert_cmpfloat_with_epsilon (cj_loss_field_slope (field, weights, gradient), expected,
                                  1e-5 * expected);
  for (int i = 0; i < FEATURES; i++)
    g_assert_cmpfloat_with_epsilon (gradient[i], slope[i], 1e-4 * (1 + fabs (slope[i])));
}

static void
test_product (void)
{
  g_autoptr (CjLossField) field = new_field ("dense 1 bias=false, mse", 32);
  const gint64 n = cj_loss_field_get_n_weights (field);
  g_autofree float *weights = dup_weights (field), *scratch = g_new (float, 2 * n);
  g_autofree float *v = g_new0 (float, n), *out = g_new (float, n);
  double h[FEATURES][FEATURES];

  find_hessian (h);
  for (int j = 0; j < FEATURES; j++)
    v[j] = j == 2 ? 1 : -0.5f;
  cj_loss_field_multiply (field, weights, v, 1e-2, scratch, out);
  for (int i = 0; i < FEATURES; i++)
    {
      double expected = 0;

      for (int j = 0; j < FEATURES; j++)
        expected += h[i][j] * v[j];
      g_assert_cmpfloat_with_epsilon (out[i], expected, 1e-3 * (1 + fabs (expected)));
    }
}

/* By power iteration in double on the Hessian that is known, largest first, taking each away in turn. */
static void
test_eigenvalues (void)
{
  g_autoptr (CjLossField) field = new_field ("dense 1 bias=false, mse", 32);
  g_autofree float *weights = dup_weights (field);
  double h[FEATURES][FEATURES], values[FEATURES], errors[FEATURES];

  find_hessian (h);
  g_assert_cmpuint (
      cj_landscape_eigenvalues (field, weights, 3, FEATURES, 1, NULL, NULL, values, errors), ==, 3);
  for (int k = 0; k < 3; k++)
    {
      double v[FEATURES] = { 1, 1, 1, 1 }, value = 0;

      for (int round = 0; round < 3000; round++)
        {
          double w[FEATURES] = { 0 };

          for (int i = 0; i < FEATURES; i++)
            for (int j = 0; j < FEATURES; j++)
              w[i] += h[i][j] * v[j];
          value = 0;
          for (int i = 0; i < FEATURES; i++)
            value += w[i] * w[i];
          value = sqrt (value);
          for (int i = 0; i < FEATURES; i++)
            v[i] = w[i] / value;
        }
      g_test_message ("%d: %g ± %g, expected %g", k, values[k], errors[k], value);
      g_assert_cmpfloat (fabs (values[k] - value), <, errors[k]);
      g_assert_cmpfloat (errors[k], <, 0.02 * value);
      for (int i = 0; i < FEATURES; i++)
        for (int j = 0; j < FEATURES; j++)
          h[i][j] -= value * v[i] * v[j];
    }
}

/* Too few steps leave a doubt, and the doubt covers what is missing. */
static void
test_doubt (void)
{
  g_autoptr (CjLossField) field = new_field ("dense 6 bias=true, tanh, dense 1 bias=true, mse", 32);
  g_autofree float *weights = dup_weights (field);
  double rough, exact, doubt, small;

  g_assert_cmpuint (cj_landscape_eigenvalues (field, weights, 1, 3, 1, NULL, NULL, &rough, &doubt),
                    ==, 1);
  g_assert_cmpuint (cj_landscape_eigenvalues (field, weights, 1, 20, 1, NULL, NULL, &exact, &small),
                    ==, 1);
  g_assert_cmpfloat (fabs (rough - exact), <=, doubt + small);
  g_assert_cmpfloat (small, <, doubt);
}

static gboolean
stop (G_GNUC_UNUSED double share, G_GNUC_UNUSED gpointer data)
{
  return FALSE;
}

static void
test_stop (void)
{
  g_autoptr (CjLossField) field = new_field ("dense 1, mse", 32);
  g_autofree float *weights = dup_weights (field);
  CjGradientNoise noise;
  double value, error;

  g_assert_cmpuint (cj_landscape_eigenvalues (field, weights, 1, 4, 1, stop, NULL, &value, &error),
                    ==, 0);
  g_assert_false (cj_landscape_noise (field, weights, stop, NULL, &noise));
}

/* tr (Σ) and |G|² from the gradient of every sample apart. */
static void
test_noise (void)
{
  g_autoptr (CjLossField) field = new_field ("dense 1 bias=false, mse", 8);
  g_autofree float *weights = dup_weights (field);
  double mean[FEATURES] = { 0 }, squares = 0, slope = 0, trace;
  CjGradientNoise noise;

  for (guint32 s = 0; s < SAMPLES; s++)
    {
      float x[FEATURES], y;
      double rest = 0;

      get_sample (s, x, &y);
      for (int i = 0; i < FEATURES; i++)
        rest += (double) weights[i] * x[i];
      rest -= y;
      for (int i = 0; i < FEATURES; i++)
        {
          mean[i] += 2 * rest * x[i] / SAMPLES;
          squares += pow (2 * rest * x[i], 2) / SAMPLES;
        }
    }
  for (int i = 0; i < FEATURES; i++)
    slope += mean[i] * mean[i];
  trace = (squares - slope) * SAMPLES / (SAMPLES - 1);
  g_assert_true (cj_landscape_noise (field, weights, NULL, NULL, &noise));
  g_test_message ("%g ± %g, expected %g", noise.scale, noise.error, trace / slope);
  g_assert_cmpuint (noise.n_groups, ==, SAMPLES / 32);
  g_assert_cmpfloat (fabs (noise.scale - trace / slope), <, 3 * noise.error);
  g_assert_cmpfloat (noise.error, <, noise.scale);
}

/* Every row has the norm of that of the weights, biases stay, another seed is another direction. */
static void
test_direction (void)
{
  g_autoptr (CjLossField) field = new_field ("dense 3, tanh, dense 1, mse", 32);
  const CjProgram *program = cj_loss_field_get_program (field);
  const gint64 n = cj_loss_field_get_n_weights (field);
  g_autofree float *weights = dup_weights (field), *d = g_new (float, n), *other = g_new (float, n);

  cj_landscape_direction (program, weights, 1, d);
  cj_landscape_direction (program, weights, 2, other);
  g_assert_cmpint (memcmp (d, other, sizeof (float) * (gsize) n), !=, 0);
  for (guint i = 0; i < cj_program_get_n_params (program); i++)
    {
      const CjProgramParam *p = cj_program_get_param (program, i);
      const gint64 rows = p->shape.n_dims > 1 ? p->shape.dims[0] : 0;

      for (gint64 j = 0; rows == 0 && j < p->size; j++)
        g_assert_cmpfloat (d[p->offset + j], ==, 0);
      for (gint64 r = 0; r < rows; r++)
        {
          double ours = 0, theirs = 0;

          for (gint64 j = 0; j < p->size / rows; j++)
            {
              ours += pow (d[p->offset + r * p->size / rows + j], 2);
              theirs += pow (weights[p->offset + r * p->size / rows + j], 2);
            }
          g_assert_cmpfloat_with_epsilon (ours, theirs, 1e-5 * theirs);
        }
    }
}

/* Points that lie in a plane are found again at their places, but for turns and mirrors. */
static void
test_plane (void)
{
  const double at[][2] = { { 3, 1 }, { 2, -1 }, { 1, 0.5 }, { 0.5, 0 }, { 0, 0 } };
  float data[5][40], first[40], second[40];
  const float *points[5];
  double places[10], shares[2];

  for (int i = 0; i < 5; i++)
    {
      points[i] = data[i];
      for (int k = 0; k < 40; k++)
        data[i][k] = (float) (1 + (k == 7 ? at[i][0] : 0) + (k == 20 ? at[i][1] : 0));
    }
  g_assert_true (cj_landscape_plane (points, 5, 40, first, second, places, shares));
  g_assert_cmpfloat_with_epsilon (shares[0] + shares[1], 1, 1e-6);
  g_assert_cmpfloat (shares[0], >, shares[1]);
  for (int i = 0; i < 5; i++)
    {
      for (int j = 0; j < 5; j++)
        g_assert_cmpfloat_with_epsilon (
            hypot (places[2 * i] - places[2 * j], places[2 * i + 1] - places[2 * j + 1]),
            hypot (at[i][0] - at[j][0], at[i][1] - at[j][1]), 1e-5);
      for (int k = 0; k < 40; k++) /* a place is where the directions lead */
        g_assert_cmpfloat_with_epsilon (data[4][k] + places[2 * i] * first[k]
                                            + places[2 * i + 1] * second[k],
                                        data[i][k], 1e-5);
    }
  points[1] = points[2] = points[3] = points[4];
  g_assert_false (cj_landscape_plane (points, 5, 40, first, second, places, shares));
}

/* What lies in a plane of one's own, whose directions are neither long as one nor at right angles, is found
 * at its place, whatever lies off it; a line is no plane. */
static void
test_place (void)
{
  static const double known[4][2] = { { 2, -1 }, { 0.5, 3 }, { -4, 0.25 }, { 0, 0 } };
  float first[6] = { 3, 0, 1, 0, 0, 0 }, second[6] = { 1, 2, 0, 0, 0, 0 }, data[4][6];
  const float *points[4];
  double places[8], shares[2];

  for (int i = 0; i < 4; i++)
    {
      points[i] = data[i];
      for (int k = 0; k < 6; k++)
        data[i][k] = (float) (7 + k + known[i][0] * first[k] + known[i][1] * second[k]
                              + (k == 4 && i < 3 ? 5 : 0));
    }
  g_assert_true (cj_landscape_place (points, 4, 6, first, second, places, shares));
  for (int i = 0; i < 8; i++)
    g_assert_cmpfloat_with_epsilon (places[i], known[i / 2][i % 2], 1e-5);
  for (int k = 0; k < 2; k++)
    {
      g_assert_cmpfloat (shares[k], >, 0.1);
      g_assert_cmpfloat (shares[k], <, 0.9);
    }
  for (int k = 0; k < 6; k++)
    second[k] = -2 * first[k];
  g_assert_false (cj_landscape_place (points, 4, 6, first, second, places, shares));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/explain/landscape/loss", test_loss);
  g_test_add_func ("/engine/explain/landscape/product", test_product);
  g_test_add_func ("/engine/explain/landscape/eigenvalues", test_eigenvalues);
  g_test_add_func ("/engine/explain/landscape/doubt", test_doubt);
  g_test_add_func ("/engine/explain/landscape/stop", test_stop);
  g_test_add_func ("/engine/explain/landscape/noise", test_noise);
  g_test_add_func ("/engine/explain/landscape/direction", test_direction);
  g_test_add_func ("/engine/explain/landscape/plane", test_plane);
  g_test_add_func ("/engine/explain/landscape/place", test_place);
  return g_test_run ();
}
