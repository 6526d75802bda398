/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gabor fits, stimuli and measures of tuning, against numbers that are known without them. */
#include "cj-gabor.h"
#include "cj-rng.h"
#include "cj-stimulus.h"
#include "cj-tuning.h"

#include <math.h>

#define SIDE 11

static double
apart (double a, double b, double period)
{
  const double d = fabs (fmod (a - b, period));

  return MIN (d, period - d);
}

/* What was drawn is found again, whatever its place, orientation and phase. */
static void
test_gabor_found (void)
{
  for (int k = 0; k < 24; k++)
    {
      const CjGabor truth = { .amplitude = 0.2 + 0.1 * k,
                              .x = 0.8 * sin (k),
                              .y = 0.8 * cos (2 * k),
                              .orientation = 7.5 * k,
                              .frequency = 0.12 + 0.006 * k,
                              .phase = -170 + 14.0 * k,
                              .sigma_across = 1.6 + 0.05 * (k % 5),
                              .sigma_along = 2.4 - 0.1 * (k % 7) };
      float values[SIDE * SIDE];
      CjGabor found;

      cj_gabor_draw (&truth, SIDE, SIDE, values);
      g_assert_true (cj_gabor_fit (values, SIDE, SIDE, &found));
      g_assert_cmpfloat (found.r2, >, 0.9999);
      g_assert_cmpfloat (apart (found.orientation, truth.orientation, 180), <, 0.5);
      g_assert_cmpfloat (fabs (found.frequency - truth.frequency), <, 0.003);
      g_assert_cmpfloat (fabs (found.x - truth.x), <, 0.05);
      g_assert_cmpfloat (fabs (found.y - truth.y), <, 0.05);
      g_assert_cmpfloat (fabs (found.sigma_across / truth.sigma_across - 1), <, 0.03);
      g_assert_cmpfloat (fabs (found.sigma_along / truth.sigma_along - 1), <, 0.03);
      g_assert_cmpfloat (apart (found.phase, truth.phase, 360), <, 4);
    }
}

/* The same formula written down again, at one point. */
static void
test_gabor_formula (void)
{
  const CjGabor g = { .amplitude = 2,
                      .x = 1,
                      .y = -0.5,
                      .orientation = 30,
                      .frequency = 0.2,
                      .phase = 40,
                      .sigma_across = 1.5,
                      .sigma_along = 2.5 };
  /* x - x0 = 1, y - y0 = 2; sin 30° = 1/2, cos 30° = 0.8660254 */
  const double u = 0.5 + 2 * 0.8660254037844386, v = 0.8660254037844386 - 1;
  const double expected
      = 2 * exp (-u * u / 4.5 - v * v / 12.5) * cos (2 * G_PI * 0.2 * u + 40 * G_PI / 180);

  g_assert_cmpfloat (fabs (cj_gabor_eval (&g, 2, 1.5) - expected), <, 1e-12);
}

/* Noise is not a Gabor function, and a fit is never worse than none. */
static void
test_gabor_noise (void)
{
  double sum = 0;

  for (guint k = 0; k < 20; k++)
    {
      float values[SIDE * SIDE];
      CjGabor found;
      CjRng rng;

      cj_rng_init (&rng, 5, CJ_RNG_TEST, k);
      for (guint i = 0; i < G_N_ELEMENTS (values); i++)
        values[i] = cj_rng_normal (&rng);
      g_assert_true (cj_gabor_fit (values, SIDE, SIDE, &found));
      g_assert_cmpfloat (found.r2, >, 0);
      g_assert_cmpfloat (found.r2, <, 0.5);
      sum += found.r2;
    }
  g_assert_cmpfloat (sum / 20, <, 0.3);
}

/* A kernel on three channels that is one Gabor in one colour, and one whose colours disagree. */
static void
test_gabor_channels (void)
{
  static const float colour[3] = { 0.5f, -0.8f, 0.2f };
  const CjGabor truth = { .amplitude = 1,
                          .orientation = 60,
                          .frequency = 0.2,
                          .phase = 90,
                          .sigma_across = 2,
                          .sigma_along = 2.5 };
  float one[SIDE * SIDE], kernel[3 * SIDE * SIDE], plane[SIDE * SIDE];
  CjGabor found;
  CjRng rng;

  cj_gabor_draw (&truth, SIDE, SIDE, one);
  for (int c = 0; c < 3; c++)
    for (int i = 0; i < SIDE * SIDE; i++)
      kernel[c * SIDE * SIDE + i] = colour[c] * one[i];
  g_assert_true (cj_gabor_fit_kernel (kernel, 3, SIDE, SIDE, plane, &found));
  g_assert_cmpfloat (found.r2, >, 0.9999);
  g_assert_cmpfloat (fabs (found.amplitude - sqrt (0.25 + 0.64 + 0.04)), <, 0.01);
  g_assert_cmpfloat (apart (found.orientation, 60, 180), <, 0.5);
  /* noise of as much energy on another channel takes its share of what is explained */
  cj_rng_init (&rng, 7, CJ_RNG_TEST, 0);
  for (int i = 0; i < SIDE * SIDE; i++)
    {
      kernel[i] = one[i];
      kernel[SIDE * SIDE + i] = 0;
      kernel[2 * SIDE * SIDE + i] = 0.2f * cj_rng_normal (&rng);
    }
  g_assert_true (cj_gabor_fit_kernel (kernel, 3, SIDE, SIDE, NULL, &found));
  g_assert_cmpfloat (found.r2, <, 0.9);
}

static void
test_gabor_refused (void)
{
  float flat[9] = { 1, 1, 1, 1, 1, 1, 1, 1, 1 };
  CjGabor found;

  g_assert_false (cj_gabor_fit (flat, 3, 3, &found));
  g_assert_true (isnan (found.r2));
  flat[4] = NAN;
  g_assert_false (cj_gabor_fit (flat, 3, 3, &found));
  flat[4] = 2;
  g_assert_false (cj_gabor_fit (flat, 2, 4, &found));
}

static void
test_stimulus (void)
{
  static const float ground[2] = { 0.25f, -1 }, reach[2] = { 0.5f, 2 };
  const CjScreen screen = { 2, 9, 9, ground, reach };
  CjStimulus s = { .kind = CJ_STIMULUS_GRATING,
                   .orientation = 90,
                   .frequency = 0.25,
                   .contrast = 0.5,
                   .x = 4,
                   .y = 4 };
  float out[2 * 81];

  /* upright stripes: a row is a cosine, all rows are the same */
  cj_stimulus_draw (&s, &screen, out);
  g_assert_cmpfloat (fabs (out[4 * 9 + 4] - (0.25 + 0.25)), <, 1e-6);
  g_assert_cmpfloat (fabs (out[4 * 9 + 5] - 0.25), <, 1e-6);
  g_assert_cmpfloat (fabs (out[4 * 9 + 6] - 0), <, 1e-6);
  g_assert_cmpfloat (fabs (out[0 * 9 + 6] - 0), <, 1e-6);
  g_assert_cmpfloat (fabs (out[81 + 4 * 9 + 4] - (-1 + 1)), <, 1e-6);
  /* a quarter of a cycle on, the light stripe has moved by a pixel; outside of the window is ground */
  s.phase = 0.25;
  s.size = 4;
  cj_stimulus_draw (&s, &screen, out);
  g_assert_cmpfloat (fabs (out[4 * 9 + 5] - 0.5), <, 1e-6);
  g_assert_cmpfloat (out[4 * 9 + 8], ==, 0.25f);
  /* a bar of half a cycle: two pixels wide, level, in the middle; then one pixel off it */
  s = (CjStimulus){ .kind = CJ_STIMULUS_BAR, .frequency = 0.25, .contrast = 1, .x = 4, .y = 4 };
  g_assert_cmpfloat (cj_stimulus_eval (&s, 0, 4), ==, 1);
  g_assert_cmpfloat (cj_stimulus_eval (&s, 0, 5), ==, 0.5);
  g_assert_cmpfloat (cj_stimulus_eval (&s, 0, 6), ==, 0);
  s.phase = 0.25;
  g_assert_cmpfloat (cj_stimulus_eval (&s, 0, 5), ==, 1);
  g_assert_cmpfloat (cj_stimulus_eval (&s, 0, 3), ==, 0);
  /* the area of a spot */
  s = (CjStimulus){ .kind = CJ_STIMULUS_SPOT, .size = 6, .contrast = 1, .x = 4, .y = 4 };
  {
    double sum = 0;

    for (int i = 0; i < 81; i++)
      sum += cj_stimulus_eval (&s, i % 9, i / 9);
    g_assert_cmpfloat (fabs (sum - G_PI * 9), <, 0.5);
  }
}

/* Published landmarks: a linear cell behind a threshold has F1/F0 = π/2 (Skottun et al. 1991), one that
 * adds the squares of a pair in quadrature 0. */
static void
test_modulation (void)
{
  float simple[64], complex_cell[64], sine[64];
  double f0, f1;

  for (int p = 0; p < 64; p++)
    {
      const double c = cos (2 * G_PI * p / 64), s = sin (2 * G_PI * p / 64);

      simple[p] = (float) MAX (c, 0);
      complex_cell[p] = (float) (c * c + s * s);
      sine[p] = (float) (3 + 2 * s);
    }
  cj_tuning_modulate (simple, 64, &f0, &f1);
  g_assert_cmpfloat (fabs (f1 / f0 - G_PI / 2), <, 0.002);
  cj_tuning_modulate (complex_cell, 64, &f0, &f1);
  g_assert_cmpfloat (f1 / f0, <, 1e-6);
  cj_tuning_modulate (sine, 64, &f0, &f1);
  g_assert_cmpfloat (fabs (f0 - 3), <, 1e-6);
  g_assert_cmpfloat (fabs (f1 - 2), <, 1e-6);
  g_assert_cmpfloat (apart (cj_tuning_find_phase (sine, 64), 90, 360), <, 1e-4);
  for (int p = 0; p < 64; p++)
    sine[p] = 1;
  g_assert_true (isnan (cj_tuning_find_phase (sine, 64)));
}

static void
test_orientation (void)
{
  double responses[16];
  CjOrientationTuning tuning;

  /* 1 + cos 2 (θ - 40°): circular variance 1/2, nothing at right angles, half width 45° */
  for (int i = 0; i < 16; i++)
    responses[i] = 1 + cos (2 * (180.0 * i / 16 - 40) * G_PI / 180);
  g_assert_true (cj_tuning_orient (responses, 16, &tuning));
  g_assert_cmpfloat (apart (tuning.preferred, 40, 180), <, 0.5);
  g_assert_cmpfloat (fabs (tuning.selectivity - 0.5), <, 1e-9);
  g_assert_cmpfloat (tuning.index, >, 0.97);
  g_assert_cmpfloat (fabs (tuning.width - 45), <, 2);
  /* flat */
  for (int i = 0; i < 16; i++)
    responses[i] = 2;
  g_assert_true (cj_tuning_orient (responses, 16, &tuning));
  g_assert_cmpfloat (tuning.selectivity, <, 1e-9);
  g_assert_cmpfloat (tuning.index, ==, 0);
  /* one orientation alone */
  for (int i = 0; i < 16; i++)
    responses[i] = i == 0;
  g_assert_true (cj_tuning_orient (responses, 16, &tuning));
  g_assert_cmpfloat (fabs (tuning.selectivity - 1), <, 1e-9);
  g_assert_cmpfloat (tuning.preferred, ==, 0);
  /* silence */
  responses[0] = 0;
  g_assert_false (cj_tuning_orient (responses, 16, &tuning));
  g_assert_true (isnan (tuning.preferred));
}

static void
test_peak (void)
{
  static const double between[] = { 0, 3, 3, 0 }, edge[] = { 3, 2, 1 }, around[] = { 3, 1, 0, 3 };

  g_assert_cmpfloat (cj_tuning_find_peak (between, 4, FALSE), ==, 1.5);
  g_assert_cmpfloat (cj_tuning_find_peak (edge, 3, FALSE), ==, 0);
  g_assert_cmpfloat (cj_tuning_find_peak (around, 4, TRUE), ==, -0.5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/explain/gabor/found", test_gabor_found);
  g_test_add_func ("/engine/explain/gabor/formula", test_gabor_formula);
  g_test_add_func ("/engine/explain/gabor/noise", test_gabor_noise);
  g_test_add_func ("/engine/explain/gabor/channels", test_gabor_channels);
  g_test_add_func ("/engine/explain/gabor/refused", test_gabor_refused);
  g_test_add_func ("/engine/explain/stimulus", test_stimulus);
  g_test_add_func ("/engine/explain/tuning/modulation", test_modulation);
  g_test_add_func ("/engine/explain/tuning/orientation", test_orientation);
  g_test_add_func ("/engine/explain/tuning/peak", test_peak);
  return g_test_run ();
}
