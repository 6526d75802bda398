/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Statistics of spike trains against what is known of Poisson processes, clocks and copies. */
#include "cj-spike-trains.h"

#include "cj-rng.h"

#include <math.h>
#include <string.h>

#define MANY 20000

/* A Poisson train of `rate` spikes a ms. */
static void
make_poisson (guint64 seed, double rate, guint n, double *times)
{
  CjRng rng;
  double t = 0;

  cj_rng_init (&rng, seed, CJ_RNG_TEST, 0);
  for (guint i = 0; i < n; i++)
    times[i] = t += -log (1 - (double) cj_rng_uniform (&rng)) / rate;
}

static void
test_poisson (void)
{
  g_autofree double *times = g_new (double, MANY), *intervals = g_new (double, MANY);
  g_autofree double *counts = g_new0 (double, 400);
  guint n;

  make_poisson (1, 0.02, MANY, times);
  n = cj_spikes_find_intervals (times, MANY, intervals);
  g_assert_cmpuint (n, ==, MANY - 1);
  g_assert_cmpfloat_with_epsilon (cj_intervals_find_cv (intervals, n), 1, 0.03);
  g_assert_cmpfloat_with_epsilon (cj_intervals_find_cv2 (intervals, n), 1, 0.03);
  cj_spikes_count (times, MANY, 0, 2000, counts, 400);
  g_assert_cmpfloat_with_epsilon (cj_counts_find_fano (counts, 400), 1, 0.25);
}

/* Drawn from a rate that doubles halfway: CV rises over 1 by that, CV2 hardly. */
static void
test_drift (void)
{
  g_autofree double *times = g_new (double, MANY), *intervals = g_new (double, MANY);

  for (guint i = 0; i < MANY; i++)
    times[i] = i < MANY / 2 ? i : MANY / 2 + (i - MANY / 2) * 3.0;
  cj_spikes_find_intervals (times, MANY, intervals);
  g_assert_cmpfloat_with_epsilon (cj_intervals_find_cv (intervals, MANY - 1), 0.5, 0.001);
  g_assert_cmpfloat_with_epsilon (cj_intervals_find_cv2 (intervals, MANY - 1), 0, 0.001);
}

static void
test_clock (void)
{
  double times[40], intervals[40], counts[5] = { 0 };

  for (guint i = 0; i < 40; i++)
    times[i] = 5 + 10.0 * i;
  cj_spikes_find_intervals (times, 40, intervals);
  g_assert_cmpfloat (cj_intervals_find_cv (intervals, 39), ==, 0);
  g_assert_cmpfloat (cj_intervals_find_cv2 (intervals, 39), ==, 0);
  cj_spikes_count (times, 40, 0, 70, counts, 5);
  for (guint i = 0; i < 5; i++)
    g_assert_cmpfloat (counts[i], ==, 7);
  g_assert_cmpfloat (cj_counts_find_fano (counts, 5), ==, 0);
}

/* What there is too little of is not a number, and says so. */
static void
test_few (void)
{
  const double one[] = { 3 }, zeros[] = { 0, 0, 0 };
  double none[1];

  g_assert_cmpuint (cj_spikes_find_intervals (one, 0, none), ==, 0);
  g_assert_cmpuint (cj_spikes_find_intervals (one, 1, none), ==, 0);
  g_assert_true (isnan (cj_intervals_find_cv (one, 1)));
  g_assert_true (isnan (cj_intervals_find_cv2 (one, 1)));
  g_assert_true (isnan (cj_counts_find_fano (zeros, 3)));
}

static void
test_smooth (void)
{
  double pulse[41] = { 0 }, flat[9], out[41], sum = 0;

  pulse[20] = 1;
  cj_rates_smooth (pulse, 41, 2, out);
  for (guint i = 0; i < 41; i++)
    sum += out[i];
  g_assert_cmpfloat_with_epsilon (sum, 1, 1e-12);
  g_assert_cmpfloat_with_epsilon (out[22] / out[20], exp (-0.5), 1e-12);
  for (guint i = 0; i < 9; i++)
    flat[i] = 3;
  cj_rates_smooth (flat, 9, 5, out); /* the ends know no darkness */
  for (guint i = 0; i < 9; i++)
    g_assert_cmpfloat_with_epsilon (out[i], 3, 1e-12);
  cj_rates_smooth (pulse, 41, 0, out);
  g_assert_cmpmem (out, sizeof out, pulse, sizeof pulse);
}

/* A copy that comes 7 ms later is found there; the rest is what chance gives. */
static void
test_correlate (void)
{
  enum
  {
    N = 4000,
    REACH = 20
  };
  g_autofree double *a = g_new (double, N), *b = g_new (double, N), *c = g_new (double, N);
  double shifted[2 * REACH + 1] = { 0 }, own[2 * REACH + 1] = { 0 }, other[2 * REACH + 1] = { 0 };
  double duration, expected;

  make_poisson (2, 0.05, N, a);
  make_poisson (3, 0.05, N, c);
  for (guint i = 0; i < N; i++)
    b[i] = a[i] + 7;
  duration = a[N - 1];
  cj_spikes_correlate (a, N, b, N, 1, REACH, shifted);
  cj_spikes_correlate (a, N, a, N, 1, REACH, own);
  cj_spikes_correlate (a, N, c, N, 1, REACH, other);
  expected = cj_spikes_expect (N, N, duration, 1, 3);
  for (int k = -REACH; k <= REACH; k++)
    {
      if (k == 7)
        g_assert_cmpfloat (shifted[k + REACH], >=, N);
      else
        g_assert_cmpfloat (shifted[k + REACH], <, 1.5 * expected);
      g_assert_cmpfloat (own[k + REACH], ==, own[REACH - k]); /* it is even */
      g_assert_cmpfloat (fabs (other[k + REACH] - expected), <, 6 * sqrt (expected));
    }
  g_assert_cmpfloat (own[REACH], <, 1.5 * expected); /* without itself */
}

/* Every pair counts once, the slow way as well. */
static void
test_pairs (void)
{
  double a[60], b[90], counts[11] = { 0 }, slow[11] = { 0 };

  make_poisson (4, 0.3, 60, a);
  make_poisson (5, 0.4, 90, b);
  cj_spikes_correlate (a, 60, b, 90, 2.5, 5, counts);
  for (guint i = 0; i < 60; i++)
    for (guint j = 0; j < 90; j++)
      for (int k = -5; k <= 5; k++)
        slow[k + 5] += b[j] - a[i] >= (k - 0.5) * 2.5 && b[j] - a[i] < (k + 0.5) * 2.5;
  g_assert_cmpmem (counts, sizeof counts, slow, sizeof slow);
}

/* A cell that fires where a filter of white noise passes a threshold: the average is that filter. */
static void
test_filter (void)
{
  enum
  {
    F = 12,
    T = 60000
  };
  g_autofree float *x = g_new (float, F *T), *spikes = g_new0 (float, T);
  double filter[F], dot = 0, own = 0, its = 0;
  g_autoptr (CjSpikeAverage) average = cj_spike_average_new (F, 3);
  float out[3 * F];
  CjRng rng;

  cj_rng_init (&rng, 6, CJ_RNG_TEST, 0);
  for (guint i = 0; i < F * T; i++)
    x[i] = cj_rng_normal (&rng) + 5; /* around another mean */
  for (guint i = 0; i < F; i++)
    filter[i] = sin (0.7 * i);
  for (guint t = 1; t < T; t++)
    {
      double sum = 0;

      for (guint i = 0; i < F; i++)
        sum += filter[i] * ((double) x[(t - 1) * F + i] - 5); /* of the moment before */
      spikes[t] = sum > 2;
    }
  cj_spike_average_add (average, x, T, spikes, 1);
  cj_spike_average_read (average, out);
  for (guint i = 0; i < F; i++)
    {
      dot += filter[i] * (double) out[F + i];
      own += filter[i] * filter[i];
      its += (double) out[F + i] * (double) out[F + i];
      g_assert_cmpfloat (fabs (out[i]), <, 0.05);
      g_assert_cmpfloat (fabs (out[2 * F + i]), <, 0.05);
    }
  g_assert_cmpfloat (dot / sqrt (own * its), >, 0.999);
}

/* Spikes that come too early have no stimulus so far back. */
static void
test_lags (void)
{
  const float x[] = { 1, 2, 4 }, spikes[] = { 0, 0, 1, 0, 1, 0 };
  g_autoptr (CjSpikeAverage) average = cj_spike_average_new (1, 4);
  float out[4];

  cj_spike_average_add (average, x, 3, spikes, 2); /* at moments 1 and 2 */
  cj_spike_average_read (average, out);
  g_assert_cmpfloat_with_epsilon (out[0], 3 - 7 / 3.0, 1e-6);
  g_assert_cmpfloat_with_epsilon (out[1], 1.5 - 7 / 3.0, 1e-6);
  g_assert_cmpfloat_with_epsilon (out[2], 1 - 7 / 3.0, 1e-6);
  g_assert_true (isnan (out[3]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/spike-trains/poisson", test_poisson);
  g_test_add_func ("/engine/spike-trains/drift", test_drift);
  g_test_add_func ("/engine/spike-trains/clock", test_clock);
  g_test_add_func ("/engine/spike-trains/few", test_few);
  g_test_add_func ("/engine/spike-trains/smooth", test_smooth);
  g_test_add_func ("/engine/spike-trains/correlate", test_correlate);
  g_test_add_func ("/engine/spike-trains/pairs", test_pairs);
  g_test_add_func ("/engine/spike-trains/filter", test_filter);
  g_test_add_func ("/engine/spike-trains/lags", test_lags);
  return g_test_run ();
}
