/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-surrogate.h"

#include "cj-math.h"

CJ_INLINE float
slope_at (CjSurrogate kind, float k, float u)
{
  const float far = 1 + k * fabsf (u);
  float p;

  switch (kind)
    {
    case CJ_SURROGATE_FAST_SIGMOID:
      return 1 / (far * far);
    case CJ_SURROGATE_ARCTAN:
      p = (float) G_PI_2 * k * u;
      return 0.5f * k / (1 + p * p);
    case CJ_SURROGATE_TRIANGLE:
      return far < 2 ? 2 - far : 0;
    case CJ_SURROGATE_SIGMOID:
      p = cj_sigmoid (k * u);
      return k * p * (1 - p);
    default:
      return 1;
    }
}

double
cj_surrogate_integral (CjSurrogate kind, double slope, double height, double u)
{
  const double near = MIN (slope * fabs (u), 1);

  switch (kind)
    {
    case CJ_SURROGATE_FAST_SIGMOID:
      return height * u / (1 + slope * fabs (u));
    case CJ_SURROGATE_ARCTAN:
      return height * atan (G_PI_2 * slope * u) / G_PI;
    case CJ_SURROGATE_TRIANGLE:
      return height * copysign (near - near * near / 2, u) / slope;
    case CJ_SURROGATE_SIGMOID:
      return height / (1 + exp (-slope * u));
    default:
      return height * u;
    }
}

CJ_INLINE void
find_slopes_of (const CjSurrogate kind, float k, float height, gint64 n, float *restrict u)
{
  for (gint64 i = 0; i < n; i++)
    u[i] = height * slope_at (kind, k, u[i]);
}

CJ_CLONES static void
find_slopes (CjSurrogate kind, float k, float height, gint64 n, float *u)
{
  if (kind == CJ_SURROGATE_FAST_SIGMOID)
    find_slopes_of (CJ_SURROGATE_FAST_SIGMOID, k, height, n, u);
  else if (kind == CJ_SURROGATE_ARCTAN)
    find_slopes_of (CJ_SURROGATE_ARCTAN, k, height, n, u);
  else if (kind == CJ_SURROGATE_TRIANGLE)
    find_slopes_of (CJ_SURROGATE_TRIANGLE, k, height, n, u);
  else if (kind == CJ_SURROGATE_SIGMOID)
    find_slopes_of (CJ_SURROGATE_SIGMOID, k, height, n, u);
  else
    find_slopes_of (CJ_SURROGATE_STRAIGHT, k, height, n, u);
}

void
cj_surrogate_slopes (CjSurrogate kind, double slope, double height, gint64 n, float *u)
{
  find_slopes (kind, (float) slope, (float) height, n, u);
}
