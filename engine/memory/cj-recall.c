/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-recall.h"

#include <math.h>

void
cj_recall_draw (gint8 *patterns, gint64 p, gint64 n, guint64 seed)
{
  for (gint64 k = 0; k < p; k++)
    {
      CjRng rng;

      cj_rng_init (&rng, seed, CJ_RNG_DATA, (guint64) k);
      for (gint64 i = 0; i < n; i++)
        patterns[k * n + i] = cj_rng_next (&rng) & 1 ? 1 : -1;
    }
}

double
cj_recall_overlap (const gint8 *a, const gint8 *b, gint64 n)
{
  gint64 sum = 0;

  for (gint64 i = 0; i < n; i++)
    sum += a[i] * b[i];
  return (double) sum / (double) n;
}

/* Field of neuron i without what it says itself; `sums` are x · s of every pattern, `sizes[k]` is
 * exp (k − N). */
static double
get_field (CjRecallKind kind, const gint8 *patterns, gint64 p, gint64 n, const gint8 *state,
           const gint64 *sums, const double *sizes, gint64 i)
{
  double field = 0;
  gint64 top = -n;

  if (kind == CJ_RECALL_HEBBIAN)
    {
      gint64 sum = 0;

      for (gint64 k = 0; k < p; k++)
        sum += patterns[k * n + i] * sums[k];
      return (double) (sum - p * state[i]);
    }
  for (gint64 k = 0; k < p; k++)
    top = MAX (top, sums[k] - patterns[k * n + i] * state[i]);
  for (gint64 k = 0; k < p; k++)
    {
      const gint64 rest = sums[k] - patterns[k * n + i] * state[i];

      field += patterns[k * n + i] * sizes[MAX (rest - top + n, 0)];
    }
  return field;
}

guint
cj_recall_settle (CjRecallKind kind, const gint8 *patterns, gint64 p, gint64 n, gint8 *state,
                  guint most, guint64 seed)
{
  g_autofree gint64 *sums = g_new0 (gint64, p + 1);
  g_autofree double *sizes = g_new (double, n + 2);
  g_autofree guint32 *order = g_new (guint32, n + 1);
  guint sweep = 0;
  gboolean changed = TRUE;

  for (gint64 k = 0; k < p; k++)
    for (gint64 i = 0; i < n; i++)
      sums[k] += patterns[k * n + i] * state[i];
  for (gint64 k = 0; k <= n + 1; k++)
    sizes[k] = exp ((double) (k - n));
  for (gint64 i = 0; i < n; i++)
    order[i] = (guint32) i;
  for (; sweep < most && changed; sweep++)
    {
      CjRng rng;

      cj_rng_init (&rng, seed, CJ_RNG_SHUFFLE, sweep);
      cj_rng_shuffle (&rng, order, (gsize) n);
      changed = FALSE;
      for (gint64 o = 0; o < n; o++)
        {
          const gint64 i = order[o];
          const double field = get_field (kind, patterns, p, n, state, sums, sizes, i);

          if (field * state[i] >= 0)
            continue;
          state[i] = (gint8) -state[i];
          changed = TRUE;
          for (gint64 k = 0; k < p; k++)
            sums[k] += 2 * patterns[k * n + i] * state[i];
        }
    }
  return sweep;
}
