/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-gabor.h"

#include <math.h>
#include <string.h>

#define N_PARAMS 8
#define N_STARTS 6 /* of the grid that are followed */
#define MAX_STEPS 80
#define LEAST_SIGMA 0.5 /* px: a narrower bell falls between the pixels */

/* A cos φ, A sin φ, x0, y0, θ (radians), ln σu, ln σv, f. */
enum
{
  EVEN,
  ODD,
  X0,
  Y0,
  THETA,
  LN_ACROSS,
  LN_ALONG,
  FREQUENCY
};

typedef double Params[N_PARAMS];

typedef struct
{
  const float *values;
  gint64 h, w;
} Filter;

typedef struct
{
  Params p;
  double error;
} Start;

/* The bell and the wave at a pixel. */
typedef struct
{
  double u, v, bell, wave_cos, wave_sin;
} Point;

static Point
look (const Params p, double x, double y)
{
  const double dx = x - p[X0], dy = y - p[Y0];
  const double sine = sin (p[THETA]), cosine = cos (p[THETA]);
  const double across = exp (p[LN_ACROSS]), along = exp (p[LN_ALONG]);
  Point at = { .u = dx * sine + dy * cosine, .v = dx * cosine - dy * sine };

  at.bell = exp (-0.5 * (at.u * at.u / (across * across) + at.v * at.v / (along * along)));
  at.wave_cos = cos (2 * G_PI * p[FREQUENCY] * at.u);
  at.wave_sin = sin (2 * G_PI * p[FREQUENCY] * at.u);
  return at;
}

static double
value_at (const Params p, const Point *at)
{
  return at->bell * (p[EVEN] * at->wave_cos - p[ODD] * at->wave_sin);
}

/* The derivatives of the function by its eight numbers. */
static void
differentiate (const Params p, const Point *at, Params out)
{
  const double across = exp (p[LN_ACROSS]), along = exp (p[LN_ALONG]);
  const double sine = sin (p[THETA]), cosine = cos (p[THETA]);
  const double wave = p[EVEN] * at->wave_cos - p[ODD] * at->wave_sin;
  const double slope = -2 * G_PI * (p[EVEN] * at->wave_sin + p[ODD] * at->wave_cos);
  const double by_u = at->bell * (p[FREQUENCY] * slope - wave * at->u / (across * across));
  const double by_v = -at->bell * wave * at->v / (along * along);

  out[EVEN] = at->bell * at->wave_cos;
  out[ODD] = -at->bell * at->wave_sin;
  out[X0] = -by_u * sine - by_v * cosine;
  out[Y0] = -by_u * cosine + by_v * sine;
  out[THETA] = by_u * at->v - by_v * at->u;
  out[LN_ACROSS] = at->bell * wave * at->u * at->u / (across * across);
  out[LN_ALONG] = at->bell * wave * at->v * at->v / (along * along);
  out[FREQUENCY] = at->bell * slope * at->u;
}

static double
column_x (const Filter *f, gint64 i)
{
  return (double) (i % f->w) - (double) (f->w - 1) / 2;
}

static double
row_y (const Filter *f, gint64 i)
{
  return (double) (i / f->w) - (double) (f->h - 1) / 2;
}

static double
sum_errors (const Filter *f, const Params p)
{
  double sum = 0;

  for (gint64 i = 0; i < f->h * f->w; i++)
    {
      const Point at = look (p, column_x (f, i), row_y (f, i));
      const double e = f->values[i] - value_at (p, &at);

      sum += e * e;
    }
  return sum;
}

static void
keep_inside (const Filter *f, Params p)
{
  const double longer = (double) MAX (f->h, f->w);

  p[X0] = CLAMP (p[X0], -(double) f->w / 2, (double) f->w / 2);
  p[Y0] = CLAMP (p[Y0], -(double) f->h / 2, (double) f->h / 2);
  p[LN_ACROSS] = CLAMP (p[LN_ACROSS], log (LEAST_SIGMA), log (longer));
  p[LN_ALONG] = CLAMP (p[LN_ALONG], log (LEAST_SIGMA), log (longer));
  p[FREQUENCY] = CLAMP (p[FREQUENCY], 0, 0.5);
}

/* The amplitudes that are best for the other six numbers, by the two normal equations. */
static double
solve_amplitudes (const Filter *f, Params p)
{
  double cc = 0, ss = 0, cs = 0, yc = 0, ys = 0, det;

  for (gint64 i = 0; i < f->h * f->w; i++)
    {
      const Point at = look (p, column_x (f, i), row_y (f, i));
      const double c = at.bell * at.wave_cos, s = -at.bell * at.wave_sin;

      cc += c * c;
      ss += s * s;
      cs += c * s;
      yc += f->values[i] * c;
      ys += f->values[i] * s;
    }
  det = cc * ss - cs * cs;
  if (det > 1e-9 * cc * ss)
    {
      p[EVEN] = (yc * ss - ys * cs) / det;
      p[ODD] = (ys * cc - yc * cs) / det;
    }
  else
    {
      p[EVEN] = cc > 0 ? yc / cc : 0;
      p[ODD] = 0;
    }
  return sum_errors (f, p);
}

/* Solves (JᵀJ + λ diag JᵀJ) step = Jᵀe by Cholesky's method; FALSE if the matrix is not positive. */
static gboolean
solve_step (const double normal[N_PARAMS][N_PARAMS], const Params gradient, double lambda,
            Params step)
{
  double l[N_PARAMS][N_PARAMS] = { 0 };

  for (int i = 0; i < N_PARAMS; i++)
    for (int j = 0; j <= i; j++)
      {
        double sum = normal[i][j];

        if (i == j)
          sum += lambda * MAX (normal[i][i], 1e-12);
        for (int k = 0; k < j; k++)
          sum -= l[i][k] * l[j][k];
        if (i == j && !(sum > 0))
          return FALSE;
        l[i][j] = i == j ? sqrt (sum) : sum / l[j][j];
      }
  for (int i = 0; i < N_PARAMS; i++)
    {
      step[i] = gradient[i];
      for (int k = 0; k < i; k++)
        step[i] -= l[i][k] * step[k];
      step[i] /= l[i][i];
    }
  for (int i = N_PARAMS - 1; i >= 0; i--)
    {
      for (int k = i + 1; k < N_PARAMS; k++)
        step[i] -= l[k][i] * step[k];
      step[i] /= l[i][i];
    }
  return TRUE;
}

static void
add_up (const Filter *f, const Params p, double normal[N_PARAMS][N_PARAMS], Params gradient)
{
  memset (normal, 0, sizeof (double[N_PARAMS][N_PARAMS]));
  memset (gradient, 0, sizeof (Params));
  for (gint64 i = 0; i < f->h * f->w; i++)
    {
      const Point at = look (p, column_x (f, i), row_y (f, i));
      const double e = f->values[i] - value_at (p, &at);
      Params row;

      differentiate (p, &at, row);
      for (int a = 0; a < N_PARAMS; a++)
        {
          gradient[a] += row[a] * e;
          for (int b = 0; b <= a; b++)
            normal[a][b] += row[a] * row[b];
        }
    }
}

/* Follows one start down to its minimum. */
static void
refine (const Filter *f, Start *start)
{
  double lambda = 1e-2;

  for (int step = 0; step < MAX_STEPS && lambda < 1e8; step++)
    {
      double normal[N_PARAMS][N_PARAMS], before = start->error;
      Params gradient, move;
      gboolean better = FALSE;

      add_up (f, start->p, normal, gradient);
      while (!better && lambda < 1e8)
        {
          Params next;
          double error;

          if (solve_step (normal, gradient, lambda, move))
            {
              for (int a = 0; a < N_PARAMS; a++)
                next[a] = start->p[a] + move[a];
              keep_inside (f, next);
              error = sum_errors (f, next);
              better = error < start->error;
            }
          lambda = better ? MAX (lambda / 8, 1e-9) : lambda * 6;
          if (better)
            {
              memcpy (start->p, next, sizeof next);
              start->error = error;
            }
        }
      if (!better || before - start->error < 1e-7 * before)
        break;
    }
}

static void
keep_start (Start *best, const Start *start)
{
  int at = N_STARTS;

  while (at > 0 && start->error < best[at - 1].error)
    at--;
  if (at == N_STARTS)
    return;
  memmove (best + at + 1, best + at, sizeof *best * (gsize) (N_STARTS - at - 1));
  best[at] = *start;
}

/* The best starts of a grid over orientation, frequency, size and two centres: where the energy lies,
 * and where its largest number stands. */
static void
find_starts (const Filter *f, Start *best)
{
  static const double frequencies[] = { 0.03, 0.07, 0.11, 0.16, 0.23, 0.33 };
  const double side = (double) MIN (f->h, f->w);
  double x[2] = { 0 }, y[2] = { 0 }, energy = 0, largest = -1;

  for (gint64 i = 0; i < f->h * f->w; i++)
    {
      const double square = (double) f->values[i] * f->values[i];

      energy += square;
      x[0] += square * column_x (f, i);
      y[0] += square * row_y (f, i);
      if (square > largest)
        {
          largest = square;
          x[1] = column_x (f, i);
          y[1] = row_y (f, i);
        }
    }
  x[0] /= energy;
  y[0] /= energy;
  for (int k = 0; k < N_STARTS; k++)
    best[k].error = INFINITY;
  for (int o = 0; o < 8; o++)
    for (guint j = 0; j < G_N_ELEMENTS (frequencies); j++)
      for (int s = 0; s < 2; s++)
        for (int c = 0; c < 2; c++)
          {
            const double sigma = MAX (side / (s == 0 ? 7 : 4), LEAST_SIGMA);
            Start start = { .p = { 0, 0, x[c], y[c], G_PI * o / 8, log (sigma), log (sigma),
                                   frequencies[j] } };

            start.error = solve_amplitudes (f, start.p);
            keep_start (best, &start);
          }
}

static void
put (const Params p, CjGabor *gabor)
{
  double theta = fmod (p[THETA] * 180 / G_PI, 360), phase = atan2 (p[ODD], p[EVEN]) * 180 / G_PI;

  if (theta < 0)
    theta += 360;
  if (theta >= 180) /* half a turn reads u backwards */
    {
      theta -= 180;
      phase = -phase;
    }
  *gabor = (CjGabor){ .amplitude = hypot (p[EVEN], p[ODD]),
                      .x = p[X0],
                      .y = p[Y0],
                      .orientation = theta,
                      .frequency = p[FREQUENCY],
                      .phase = phase,
                      .sigma_across = exp (p[LN_ACROSS]),
                      .sigma_along = exp (p[LN_ALONG]) };
}

static double
variance (const float *values, gint64 n)
{
  double sum = 0, squares = 0;

  for (gint64 i = 0; i < n; i++)
    sum += values[i];
  for (gint64 i = 0; i < n; i++)
    squares += (values[i] - sum / (double) n) * (values[i] - sum / (double) n);
  return squares;
}

gboolean
cj_gabor_fit (const float *values, gint64 h, gint64 w, CjGabor *gabor)
{
  return cj_gabor_fit_kernel (values, 1, h, w, NULL, gabor);
}

/* The unit vector in channel space along which `kernel` has most energy, by the power method on its Gram
 * matrix. */
static void
find_axis (const float *kernel, gint64 c, gint64 size, double *axis)
{
  g_autofree double *gram = g_new0 (double, c *c);
  g_autofree double *next = g_new (double, c);
  gint64 strongest = 0;

  for (gint64 a = 0; a < c; a++)
    for (gint64 b = 0; b < c; b++)
      for (gint64 i = 0; i < size; i++)
        gram[a * c + b] += (double) kernel[a * size + i] * kernel[b * size + i];
  for (gint64 a = 1; a < c; a++)
    if (gram[a * c + a] > gram[strongest * c + strongest])
      strongest = a;
  for (gint64 a = 0; a < c; a++) /* a row of the matrix is never at right angles to the axis */
    axis[a] = gram[strongest * c + a];
  for (int step = 0; step < 100; step++)
    {
      double norm = 0;

      for (gint64 a = 0; a < c; a++)
        norm += axis[a] * axis[a];
      for (gint64 a = 0; a < c; a++)
        axis[a] /= sqrt (norm);
      for (gint64 a = 0; a < c; a++)
        {
          next[a] = 0;
          for (gint64 b = 0; b < c; b++)
            next[a] += gram[a * c + b] * axis[b];
        }
      if (step < 99)
        memcpy (axis, next, sizeof *axis * (gsize) c);
    }
}

/* The part of the kernel along the axis; returns the energy of what is left of it. */
static double
project (const float *kernel, gint64 c, gint64 size, float *plane)
{
  g_autofree double *axis = g_new (double, c);
  double left = 0;

  find_axis (kernel, c, size, axis);
  for (gint64 i = 0; i < size; i++)
    {
      double along = 0, all = 0;

      for (gint64 a = 0; a < c; a++)
        {
          along += axis[a] * kernel[a * size + i];
          all += (double) kernel[a * size + i] * kernel[a * size + i];
        }
      plane[i] = (float) along;
      left += all - along * along;
    }
  return MAX (left, 0);
}

gboolean
cj_gabor_fit_kernel (const float *kernel, gint64 c, gint64 h, gint64 w, float *plane,
                     CjGabor *gabor)
{
  const gint64 size = h * w;
  g_autofree float *own = NULL;
  double total = 0, left = 0;
  Start best[N_STARTS];
  Filter filter;

  *gabor = (CjGabor){ .r2 = NAN };
  if (plane != NULL)
    memset (plane, 0, sizeof *plane * (gsize) MAX (size, 0));
  if (c < 1 || h < 3 || w < 3)
    return FALSE;
  for (gint64 a = 0; a < c; a++)
    total += variance (kernel + a * size, size);
  if (!isfinite (total) || !(total > 1e-20))
    return FALSE;
  own = g_new (float, size);
  if (c == 1)
    memcpy (own, kernel, sizeof *own * (gsize) size);
  else
    left = project (kernel, c, size, own);
  filter = (Filter){ own, h, w };
  find_starts (&filter, best);
  for (int k = 0; k < N_STARTS; k++)
    {
      refine (&filter, &best[k]);
      if (best[k].error < best[0].error)
        best[0] = best[k];
    }
  put (best[0].p, gabor);
  gabor->r2 = 1 - (best[0].error + left) / total;
  if (plane != NULL)
    memcpy (plane, own, sizeof *plane * (gsize) size);
  return TRUE;
}

double
cj_gabor_eval (const CjGabor *g, double x, double y)
{
  const double theta = g->orientation * G_PI / 180;
  const double u = (x - g->x) * sin (theta) + (y - g->y) * cos (theta);
  const double v = (x - g->x) * cos (theta) - (y - g->y) * sin (theta);

  return g->amplitude
         * exp (-0.5
                * (u * u / (g->sigma_across * g->sigma_across)
                   + v * v / (g->sigma_along * g->sigma_along)))
         * cos (2 * G_PI * g->frequency * u + g->phase * G_PI / 180);
}

void
cj_gabor_draw (const CjGabor *g, gint64 h, gint64 w, float *out)
{
  for (gint64 i = 0; i < h * w; i++)
    out[i] = (float) cj_gabor_eval (g, (double) (i % w) - (double) (w - 1) / 2,
                                    (double) (i / w) - (double) (h - 1) / 2);
}
