/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-tuning.h"

#include <math.h>

void
cj_tuning_modulate (const float *rates, guint n, double *f0, double *f1)
{
  double sum = 0, re = 0, im = 0;

  for (guint p = 0; p < n; p++)
    {
      const double angle = 2 * G_PI * p / n;

      sum += rates[p];
      re += rates[p] * cos (angle);
      im -= rates[p] * sin (angle);
    }
  *f0 = n > 0 ? sum / n : 0;
  *f1 = n > 0 ? 2 * hypot (re, im) / n : 0;
}

double
cj_tuning_find_phase (const float *rates, guint n)
{
  double re = 0, im = 0, sum = 0;

  for (guint p = 0; p < n; p++)
    {
      re += rates[p] * cos (2 * G_PI * p / n);
      im += rates[p] * sin (2 * G_PI * p / n);
      sum += fabs ((double) rates[p]);
    }
  if (!(hypot (re, im) > 1e-6 * sum))
    return NAN;
  return fmod (atan2 (im, re) * 180 / G_PI + 360, 360);
}

double
cj_tuning_find_peak (const double *values, guint n, gboolean around)
{
  guint at = 0;
  double left, right, bend;

  for (guint i = 1; i < n; i++)
    if (values[i] > values[at])
      at = i;
  if (n < 3 || (!around && (at == 0 || at == n - 1)))
    return at;
  left = values[(at + n - 1) % n];
  right = values[(at + 1) % n];
  bend = left - 2 * values[at] + right;
  return bend < 0 ? at + 0.5 * (left - right) / bend : at;
}

/* The response between two of the measured orientations, `at` in steps. */
static double
read_between (const double *responses, guint n, double at)
{
  const double low = floor (at);
  const guint i = (guint) (((int) low % (int) n + (int) n) % (int) n);

  return responses[i] + (at - low) * (responses[(i + 1) % n] - responses[i]);
}

/* How far from the peak, to one side, the curve is half way down; NAN: not within a quarter turn. */
static double
find_half (const double *responses, guint n, double peak, double half, int side)
{
  const double step = 0.05;
  const guint n_steps = n * 10; /* half of the turn */

  for (guint i = 1; i <= n_steps; i++)
    if (read_between (responses, n, peak + side * step * i) <= half)
      return step * i;
  return NAN;
}

gboolean
cj_tuning_orient (const double *responses, guint n, CjOrientationTuning *tuning)
{
  const double step = 180.0 / n;
  double sum = 0, re = 0, im = 0, lowest = INFINITY, highest = 0, peak, orthogonal, half;
  guint best = 0;

  *tuning = (CjOrientationTuning){ NAN, NAN, NAN, NAN };
  for (guint i = 0; i < n; i++)
    {
      const double twice = 2 * G_PI * i / n;

      sum += responses[i];
      re += responses[i] * cos (twice);
      im += responses[i] * sin (twice);
      lowest = MIN (lowest, responses[i]);
      if (responses[i] > highest)
        {
          highest = responses[i];
          best = i;
        }
    }
  if (n < 3 || !(sum > 0) || !isfinite (sum))
    return FALSE;
  peak = cj_tuning_find_peak (responses, n, TRUE);
  orthogonal = read_between (responses, n, best + n / 2.0);
  half = (highest + lowest) / 2;
  tuning->preferred = fmod (peak * step + 180, 180);
  tuning->selectivity = hypot (re, im) / sum;
  tuning->index = (highest - orthogonal) / (highest + orthogonal);
  tuning->width
      = step * 0.5
        * (find_half (responses, n, peak, half, 1) + find_half (responses, n, peak, half, -1));
  return TRUE;
}
