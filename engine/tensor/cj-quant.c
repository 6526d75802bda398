/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-quant.h"

#include <math.h>
#include <stdlib.h>

#define NEAR 1e-3 /* of a level: weights that were rounded and stored as float are nearer */

static int
count_levels (int bits)
{
  return (1 << CLAMP (bits, 2, CJ_QUANT_MAX_BITS)) - 1;
}

CjQuant
cj_quant_fit (double low, double high, int bits)
{
  CjQuant quant = { .scale = 1, .bits = CLAMP (bits, 2, CJ_QUANT_MAX_BITS) };
  const int levels = count_levels (bits);

  low = MIN (low, 0);
  high = MAX (high, 0);
  if (!(high - low > 0) || !isfinite (high - low))
    return quant;
  quant.scale = (high - low) / levels;
  quant.zero = (int) CLAMP (rint (-low / quant.scale), 0, levels);
  return quant;
}

static int
compare (const void *a, const void *b)
{
  const float x = *(const float *) a, y = *(const float *) b;

  return x < y ? -1 : x > y;
}

CjQuant
cj_quant_fit_values (float *values, gsize n, double percentile, int bits)
{
  const double cut = (1 - CLAMP (percentile, 0, 100) / 100) * (double) (MAX (n, 1) - 1);
  const gsize k = (gsize) CLAMP (floor (cut), 0, (double) (MAX (n, 1) - 1));

  if (n == 0)
    return cj_quant_fit (0, 0, bits);
  qsort (values, n, sizeof *values, compare);
  return cj_quant_fit ((double) values[k], (double) values[n - 1 - k], bits);
}

double
cj_quant_get_low (const CjQuant *quant)
{
  return -quant->scale * quant->zero;
}

double
cj_quant_get_high (const CjQuant *quant)
{
  return quant->scale * (count_levels (quant->bits) - quant->zero);
}

void
cj_quant_store (const CjQuant *quant, const float *x, gsize n, guint8 *q)
{
  const double most = count_levels (quant->bits);

  for (gsize i = 0; i < n; i++)
    q[i] = (guint8) CLAMP (rint ((double) x[i] / quant->scale) + quant->zero, 0, most);
}

void
cj_quant_restore (const CjQuant *quant, const guint8 *q, gsize n, float *x)
{
  for (gsize i = 0; i < n; i++)
    x[i] = (float) (quant->scale * ((int) q[i] - quant->zero));
}

static double
find_most (const float *w, gsize width)
{
  double most = 0;

  for (gsize i = 0; i < width; i++)
    most = fmax (most, fabs ((double) w[i]));
  return most;
}

void
cj_quant_round_weights (float *w, gsize n_channels, gsize width, int bits, float *scales)
{
  const int most = (count_levels (bits) - 1) / 2;

  for (gsize u = 0; u < n_channels; u++, w += width)
    {
      const double large = find_most (w, width), scale = large > 0 ? large / most : 1;

      scales[u] = (float) scale;
      for (gsize i = 0; i < width; i++)
        w[i] = (float) (scale * rint ((double) w[i] / scale));
    }
}

gboolean
cj_quant_find_scales (const float *w, gsize n_channels, gsize width, int bits, float *scales)
{
  const int most = (count_levels (bits) - 1) / 2;

  for (gsize u = 0; u < n_channels; u++, w += width)
    {
      const double large = find_most (w, width), scale = large > 0 ? large / most : 1;

      for (gsize i = 0; i < width; i++)
        {
          const double level = (double) w[i] / scale;

          if (!(fabs (level - rint (level)) < NEAR))
            return FALSE;
        }
      if (scales != NULL)
        scales[u] = (float) scale;
    }
  return TRUE;
}

void
cj_quant_store_weights (const float *w, gsize n_channels, gsize width, const float *scales,
                        gint8 *q)
{
  for (gsize u = 0; u < n_channels; u++)
    for (gsize i = 0; i < width; i++)
      q[u * width + i]
          = (gint8) CLAMP (rint ((double) w[u * width + i] / (double) scales[u]), -127, 127);
}
