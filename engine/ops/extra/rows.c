/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers that are weighed against each other: softmax and its kin. Since version 13 along one axis, before
 * along all from the axis on together. */
#include "cj-extra-private.h"

#include <glib/gi18n-lib.h>

typedef enum
{
  SOFTMAX,
  LOG_SOFTMAX,
  HARDMAX
} Kind;

/* One row of `n` numbers, `step` apart. */
static void
weigh (const CjArray *x, CjArray *y, gint64 first, gint64 step, gint64 n, Kind kind)
{
  double top = -INFINITY, sum = 0;
  gint64 place = 0;

  for (gint64 i = 0; i < n; i++)
    {
      const double one = cj_array_get (x, first + i * step);

      if (one > top)
        {
          top = one;
          place = i;
        }
    }
  for (gint64 i = 0; kind != HARDMAX && i < n; i++)
    sum += exp (cj_array_get (x, first + i * step) - top);
  for (gint64 i = 0; i < n; i++)
    {
      const double one = cj_array_get (x, first + i * step) - top;

      cj_array_set (y, first + i * step,
                    kind == HARDMAX   ? i == place
                    : kind == SOFTMAX ? exp (one) / sum
                                      : one - log (sum));
    }
}

static gboolean
run_weigh (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0];
  const gboolean old = call->node->opset < 13;
  const Kind kind = g_str_equal (call->node->op, "Softmax")   ? SOFTMAX
                    : g_str_equal (call->node->op, "Hardmax") ? HARDMAX
                                                              : LOG_SOFTMAX;
  gint64 n, inner;
  CjArray *y;
  guint axis;

  if (!cj_extra_axis (cj_extra_int (call, "axis", old ? 1 : -1), MAX (x->dims.n, old ? 2 : 1),
                      &axis, error))
    return FALSE;
  y = cj_extra_out (call, 0, x->type, &x->dims, error);
  if (y == NULL || y->size == 0)
    return y != NULL;
  n = old ? cj_dims_size (&x->dims, MIN (axis, x->dims.n), x->dims.n)
          : (x->dims.n > 0 ? x->dims.d[axis] : 1);
  inner = old ? 1 : cj_dims_size (&x->dims, MIN (axis + 1, x->dims.n), x->dims.n);
  for (gint64 o = 0; o < x->size / n; o++)
    weigh (x, y, o / inner * n * inner + o % inner, inner, n, kind);
  return TRUE;
}

const CjExtraInfo cj_extra_rows[] = {
  { "Hardmax", 1, 0, 1, 1, run_weigh },
  { "LogSoftmax", 1, 0, 1, 1, run_weigh },
  { "Softmax", 1, 0, 1, 1, run_weigh },
  { NULL, 0, 0, 0, 0, NULL },
};
