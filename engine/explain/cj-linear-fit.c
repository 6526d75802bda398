/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-linear-fit.h"

#include "cj-gram.h"

#include <math.h>
#include <string.h>

static gboolean
factor_raised (double *a, gint64 n)
{
  g_autofree double *copy = g_memdup2 (a, sizeof (double) * (gsize) (n * n));
  double trace = 0;

  if (cj_cholesky (a, n))
    return TRUE;
  for (gint64 i = 0; i < n; i++)
    trace += fabs (copy[i * n + i]);
  for (gint64 i = 0; i < n; i++)
    copy[i * n + i] += 1e-10 * trace + 1e-300;
  memcpy (a, copy, sizeof (double) * (gsize) (n * n));
  return cj_cholesky (a, n);
}

gboolean
cj_solve_symmetric (double *a, double *b, gint64 n, gint64 m)
{
  if (!factor_raised (a, n))
    return FALSE;
  for (gint64 r = 0; r < m; r++)
    {
      double *x = b + r * n;

      for (gint64 i = 0; i < n; i++)
        {
          for (gint64 k = 0; k < i; k++)
            x[i] -= a[i * n + k] * x[k];
          x[i] /= a[i * n + i];
        }
      for (gint64 i = n; i-- > 0;)
        {
          for (gint64 k = i + 1; k < n; k++)
            x[i] -= a[k * n + i] * x[k];
          x[i] /= a[i * n + i];
        }
    }
  return TRUE;
}
