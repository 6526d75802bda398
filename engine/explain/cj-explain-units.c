/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-explain-units.h"

#include <math.h>
#include <string.h>

static int
compare_shares (gconstpointer a, gconstpointer b)
{
  const double x = fabs (((const CjUnitShare *) a)->share);
  const double y = fabs (((const CjUnitShare *) b)->share);

  return x > y ? -1 : x < y;
}

/* Appends the strongest units of one value, of which row 0 of the batch is x, row 1 what it is without. */
static void
add_strongest (CjProgram *program, int value, guint most, GArray *all)
{
  g_autoptr (CjTensor) a = cj_program_dup_value (program, value);
  g_autoptr (CjTensor) slopes = cj_program_dup_value_gradient (program, value);
  g_autoptr (GArray) own = g_array_new (FALSE, FALSE, sizeof (CjUnitShare));
  gint64 n;

  if (a == NULL || slopes == NULL)
    return;
  n = cj_shape_size (&a->shape) / a->shape.dims[0];
  for (gint64 i = 0; i < n; i++)
    {
      const double change = (double) cj_tensor_f32 (a)[i] - cj_tensor_f32 (a)[n + i];
      const CjUnitShare unit = { value, i, change * cj_tensor_f32 (slopes)[i] };

      if (isfinite (unit.share) && unit.share != 0)
        g_array_append_val (own, unit);
    }
  g_array_sort (own, compare_shares);
  g_array_append_vals (all, own->data, MIN (own->len, most));
}

GArray *
cj_explain_units (CjExplained *network, const float *x, const float *without,
                  const CjExplainTarget *target, const int *values, guint n_values, guint most)
{
  const gsize d = (gsize) cj_explained_get_n_features (network);
  g_autofree float *rows = g_new (float, 2 * d), *slopes = g_new (float, 2 * d);
  GArray *all = g_array_new (FALSE, FALSE, sizeof (CjUnitShare));

  memcpy (rows, x, sizeof (float) * d);
  memcpy (rows + d, without, sizeof (float) * d);
  cj_explained_slope (network, rows, 2, target, NULL, slopes, NULL);
  for (guint i = 0; i < n_values; i++)
    add_strongest (cj_explained_get_program (network), values[i], most, all);
  return all;
}
