/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-spike-trains.h"

#include <math.h>

guint
cj_spikes_find_intervals (const double *times, guint n, double *out)
{
  for (guint i = 1; i < n; i++)
    out[i - 1] = times[i] - times[i - 1];
  return n > 0 ? n - 1 : 0;
}

static double
find_mean (const double *values, guint n)
{
  double sum = 0;

  for (guint i = 0; i < n; i++)
    sum += values[i];
  return sum / n;
}

/* Sum of squares around the mean. */
static double
find_spread (const double *values, guint n, double mean)
{
  double sum = 0;

  for (guint i = 0; i < n; i++)
    sum += (values[i] - mean) * (values[i] - mean);
  return sum;
}

double
cj_intervals_find_cv (const double *intervals, guint n)
{
  const double mean = n >= 2 ? find_mean (intervals, n) : 0;

  return mean > 0 ? sqrt (find_spread (intervals, n, mean) / n) / mean : NAN;
}

double
cj_intervals_find_cv2 (const double *intervals, guint n)
{
  double sum = 0;
  guint pairs = 0;

  for (guint i = 1; i < n; i++)
    {
      const double both = intervals[i] + intervals[i - 1];

      if (!(both > 0))
        continue;
      sum += 2 * fabs (intervals[i] - intervals[i - 1]) / both;
      pairs++;
    }
  return pairs > 0 ? sum / pairs : NAN;
}

void
cj_spikes_count (const double *times, guint n, double begin, double width, double *counts,
                 guint n_bins)
{
  for (guint i = 0; i < n; i++)
    {
      const double at = floor ((times[i] - begin) / width);

      if (at >= 0 && at < n_bins)
        counts[(guint) at]++;
    }
}

double
cj_counts_find_fano (const double *counts, guint n)
{
  const double mean = n >= 2 ? find_mean (counts, n) : 0;

  return mean > 0 ? find_spread (counts, n, mean) / (n - 1) / mean : NAN;
}

void
cj_rates_smooth (const double *values, guint n, double sigma, double *out)
{
  const int reach = sigma > 0 ? (int) ceil (4 * sigma) : 0;

  for (int i = 0; i < (int) n; i++)
    {
      double sum = 0, weight = 0;

      for (int k = MAX (-reach, -i); k <= MIN (reach, (int) n - 1 - i); k++)
        {
          const double w = sigma > 0 ? exp (-0.5 * k * k / (sigma * sigma)) : 1;

          sum += w * values[i + k];
          weight += w;
        }
      out[i] = sum / weight;
    }
}

void
cj_spikes_correlate (const double *a, guint n_a, const double *b, guint n_b, double width,
                     guint reach, double *counts)
{
  const double far = (reach + 0.5) * width;
  guint first = 0;

  for (guint i = 0; i < n_a; i++)
    {
      while (first < n_b && b[first] < a[i] - far)
        first++;
      for (guint j = first; j < n_b && b[j] < a[i] + far; j++)
        {
          const double k = floor ((b[j] - a[i]) / width + 0.5) + reach;

          if (k >= 0 && k <= 2 * reach && !(a == b && i == j))
            counts[(guint) k]++;
        }
    }
}

double
cj_spikes_expect (double n_a, double n_b, double duration, double width, int k)
{
  return n_a * n_b * width / duration * MAX (1 - abs (k) * width / duration, 0);
}

/* --- what comes before a spike --- */

CjSpikeAverage *
cj_spike_average_new (gint64 n_features, guint n_lags)
{
  CjSpikeAverage *self = g_new0 (CjSpikeAverage, 1);

  self->n_features = n_features;
  self->n_lags = n_lags;
  self->sum = g_new0 (double, (gsize) n_features *n_lags);
  self->spikes = g_new0 (double, n_lags);
  self->mean = g_new0 (double, (gsize) n_features);
  return self;
}

void
cj_spike_average_free (CjSpikeAverage *self)
{
  if (self == NULL)
    return;
  g_free (self->sum);
  g_free (self->spikes);
  g_free (self->mean);
  g_free (self);
}

static void
add_scaled (const float *from, double times, gint64 n, double *to)
{
  for (gint64 i = 0; i < n; i++)
    to[i] += times * (double) from[i];
}

void
cj_spike_average_add (CjSpikeAverage *self, const float *stimulus, gint64 n_moments,
                      const float *spikes, gsize stride)
{
  const gint64 f = self->n_features;

  for (gint64 t = 0; t < n_moments; t++)
    {
      const double fired = spikes[(gsize) t * stride];

      add_scaled (stimulus + t * f, 1, f, self->mean);
      self->moments++;
      for (guint lag = 0; fired > 0 && lag < self->n_lags && lag <= t; lag++)
        {
          add_scaled (stimulus + (t - lag) * f, fired, f, self->sum + lag * f);
          self->spikes[lag] += fired;
        }
    }
}

void
cj_spike_average_read (const CjSpikeAverage *self, float *out)
{
  for (guint lag = 0; lag < self->n_lags; lag++)
    for (gint64 i = 0; i < self->n_features; i++)
      {
        const gsize at = (gsize) lag * (gsize) self->n_features + (gsize) i;

        out[at] = self->spikes[lag] > 0 ? (float) (self->sum[at] / self->spikes[lag]
                                                   - self->mean[i] / (double) self->moments)
                                        : NAN;
      }
}
