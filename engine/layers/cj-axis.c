/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-axis.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>

int
cj_axis_find (const CjShape *shape, int axis, GError **error)
{
  const int found = axis < 0 ? axis + (int) shape->n_dims : axis;

  if (found >= 1 && found < (int) shape->n_dims)
    return found;
  g_set_error (
      error, CJ_ERROR, CJ_ERROR_SHAPE,
      _ ("is set to axis %d of samples that have %d. Choose 1 for the first, or -1 for the "
         "last."),
      axis, MAX ((int) shape->n_dims - 1, 0));
  return -1;
}
