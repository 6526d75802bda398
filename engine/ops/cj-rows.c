/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-rows.h"

CJ_CLONES void
cj_row_copy_above (const float *x, const float *y, gint64 n, float *to)
{
  if (y == NULL)
    memcpy (to, x, sizeof (float) * (gsize) n);
  else
    for (gint64 i = 0; i < n; i++)
      to[i] = y[i] > 0 ? x[i] : 0;
}

CJ_CLONES void
cj_row_add (const float *restrict from, gint64 n, float *restrict to)
{
  for (gint64 i = 0; i < n; i++)
    to[i] += from[i];
}
