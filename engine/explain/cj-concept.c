/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-concept.h"

#include <math.h>

double
cj_concept_score (const float *slopes, gint64 m, gint64 d, const float *direction)
{
  double up = 0;

  for (gint64 i = 0; i < m; i++)
    {
      double s = 0;

      for (gint64 j = 0; j < d; j++)
        s += (double) slopes[i * d + j] * direction[j];
      up += s > 0 ? 1 : s < 0 ? 0 : 0.5;
    }
  return m > 0 ? up / (double) m : NAN;
}

/* The continued fraction of the incomplete beta function at x, by the method of W. Lentz (1976); fast for
 * x < (a + 1) / (a + b + 2). */
static double
beta_fraction (double a, double b, double x)
{
  const double tiny = 1e-300;
  double c = 1, d = 1 - (a + b) * x / (a + 1), h;

  d = 1 / (fabs (d) < tiny ? tiny : d);
  h = d;
  for (int k = 1; k < 300; k++)
    {
      const double even = k * (b - k) * x / ((a + 2 * k - 1) * (a + 2 * k));
      const double odd = -(a + k) * (a + b + k) * x / ((a + 2 * k) * (a + 2 * k + 1));
      double change = 1;

      for (int part = 0; part < 2; part++)
        {
          const double term = part == 0 ? even : odd;

          d = 1 + term * d;
          c = 1 + term / c;
          d = 1 / (fabs (d) < tiny ? tiny : d);
          c = fabs (c) < tiny ? tiny : c;
          change *= c * d;
        }
      h *= change;
      if (fabs (change - 1) < 1e-14)
        break;
    }
  return h;
}

double
cj_student_tail (double t, double df)
{
  const double a = df / 2, b = 0.5, x = df / (df + t * t);
  double front;

  if (isnan (t) || !(df > 0))
    return NAN;
  if (t == 0)
    return 1;
  if (!(x > 0))
    return 0;
  front = exp (lgamma (a + b) - lgamma (a) - lgamma (b) + a * log (x) + b * log1p (-x));
  return x < (a + 1) / (a + b + 2) ? front * beta_fraction (a, b, x) / a
                                   : 1 - front * beta_fraction (b, a, 1 - x) / b;
}

/* Mean, and variance of the mean. */
static double
measure (const double *values, guint n, double *variance)
{
  double mean = 0, square = 0;

  for (guint i = 0; i < n; i++)
    mean += values[i] / n;
  for (guint i = 0; i < n; i++)
    square += (values[i] - mean) * (values[i] - mean);
  *variance = square / (n - 1) / n;
  return mean;
}

double
cj_welch_test (const double *a, guint n, const double *b, guint m)
{
  double va, vb, difference, df;

  if (n < 2 || m < 2)
    return NAN;
  difference = measure (a, n, &va);
  difference -= measure (b, m, &vb);
  if (!(va + vb > 0))
    return fabs (difference) > 1e-12 ? 0 : 1;
  df = (va + vb) * (va + vb) / (va * va / (n - 1) + vb * vb / (m - 1));
  return cj_student_tail (difference / sqrt (va + vb), df);
}
