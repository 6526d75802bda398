/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Axes that shrink to one number: sums, norms, extremes and their places. The axes are turned to the end, so
 * that each result is a function of a row. */
#include "cj-extra-private.h"

#include <glib/gi18n-lib.h>

typedef enum
{
  SUM,
  MEAN,
  PROD,
  MAX_OF,
  MIN_OF,
  L1,
  L2,
  LOG_SUM,
  LOG_SUM_EXP,
  SUM_SQUARE
} Kind;

static const char *const names[]
    = { "ReduceSum", "ReduceMean", "ReduceProd",   "ReduceMax",       "ReduceMin",
        "ReduceL1",  "ReduceL2",   "ReduceLogSum", "ReduceLogSumExp", "ReduceSumSquare" };

/* The function of n numbers from `start` on. */
static double
reduce_floats (const CjArray *x, gint64 start, gint64 n, Kind kind)
{
  const gboolean extreme = kind == MAX_OF || kind == MIN_OF || kind == LOG_SUM_EXP;
  double block[CJ_EXTRA_BLOCK];
  double sum = kind == PROD ? 1 : 0, top = kind == MIN_OF ? INFINITY : -INFINITY;

  for (gint64 i = 0; extreme && i < n; i++)
    {
      const double one = cj_array_get (x, start + i);

      if (isnan (one) || (kind == MIN_OF ? one < top : one > top))
        top = one;
    }
  if (kind == MAX_OF || kind == MIN_OF)
    return top;
  if (kind == LOG_SUM_EXP && isinf (top))
    return top;
  for (gint64 i = 0; i < n; i += CJ_EXTRA_BLOCK)
    {
      const gint64 some = MIN (CJ_EXTRA_BLOCK, n - i);

      cj_array_read (x, start + i, 1, some, block);
      for (gint64 k = 0; k < some; k++)
        {
          const double one = block[k];

          if (kind == PROD)
            sum *= one;
          else
            sum += kind == L1                         ? fabs (one)
                   : kind == L2 || kind == SUM_SQUARE ? one * one
                   : kind == LOG_SUM_EXP              ? exp (one - top)
                                                      : one;
        }
    }
  switch (kind)
    {
    case MEAN:
      return sum / (double) n;
    case L2:
      return sqrt (sum);
    case LOG_SUM:
      return log (sum);
    case LOG_SUM_EXP:
      return log (sum) + top;
    default:
      return sum;
    }
}

/* The same of whole numbers, for what stays whole. */
static gint64
reduce_ints (const CjArray *x, gint64 start, gint64 n, Kind kind)
{
  const gboolean positive = x->type == CJ_ARRAY_U64;
  guint64 sum = kind == PROD ? 1 : 0;

  for (gint64 i = 0; i < n; i++)
    {
      const gint64 one = cj_array_get_int (x, start + i);
      const guint64 bits = (guint64) one;

      switch (kind)
        {
        case PROD:
          sum *= bits;
          break;
        case MAX_OF:
          if (i == 0 || (positive ? bits > sum : one > (gint64) sum))
            sum = bits;
          break;
        case MIN_OF:
          if (i == 0 || (positive ? bits < sum : one < (gint64) sum))
            sum = bits;
          break;
        case L1:
          sum += one < 0 && !positive ? 0 - bits : bits;
          break;
        case SUM_SQUARE:
          sum += bits * bits;
          break;
        default:
          sum += bits;
        }
    }
  if (kind == MEAN)
    return n == 0 ? 0 : positive ? (gint64) (sum / (guint64) n) : (gint64) sum / n;
  return (gint64) sum;
}

/* Which axes a reduction takes; FALSE in *some: none, it is the identity. */
static gboolean
read_axes (const CjExtraCall *call, const CjArray *x, guint *bits, gboolean *some, GError **error)
{
  gint64 axes[CJ_ARRAY_MAX_DIMS];
  guint n;

  if (!cj_extra_ints_of (call, 1, "axes", CJ_ARRAY_MAX_DIMS, axes, &n, error)
      || !cj_extra_axes (axes, n, x->dims.n, bits, error))
    return FALSE;
  *some = n > 0 || cj_extra_int (call, "noop_with_empty_axes", 0) == 0;
  if (n == 0)
    *bits = (1u << x->dims.n) - 1;
  return TRUE;
}

static CjDims
reduced_dims (const CjArray *x, guint bits, gboolean keep)
{
  CjDims dims = { 0 };

  for (guint k = 0; k < x->dims.n; k++)
    if ((bits & 1u << k) == 0)
      dims.d[dims.n++] = x->dims.d[k];
    else if (keep)
      dims.d[dims.n++] = 1;
  return dims;
}

/* The extreme of no whole numbers at all: the end of the type that every number lies on this side of. */
static void
set_end (CjArray *y, gint64 i, Kind kind)
{
  if (y->type == CJ_ARRAY_BOOL)
    cj_array_set_int (y, i, kind == MIN_OF);
  else
    cj_array_set (y, i, kind == MIN_OF ? INFINITY : -INFINITY);
}

static gboolean
run_reduce (CjExtraCall *call, GError **error)
{
  CjArray *x = call->in[0];
  const gboolean floats = cj_array_type_is_float (x->type);
  guint order[CJ_ARRAY_MAX_DIMS], bits;
  g_autoptr (CjArray) turned = NULL;
  gboolean some;
  Kind kind = SUM;
  gint64 n = 1;
  CjDims dims;
  CjArray *y;

  while (!g_str_equal (names[kind], call->node->op))
    kind++;
  if (!read_axes (call, x, &bits, &some, error))
    return FALSE;
  if (!some)
    return cj_extra_give (call, 0, cj_array_ref (x));
  cj_extra_order_last (x->dims.n, bits, order);
  turned = cj_array_permute (x, order, error);
  dims = reduced_dims (x, bits, cj_extra_int (call, "keepdims", 1) != 0);
  y = turned != NULL ? cj_extra_out (call, 0, x->type, &dims, error) : NULL;
  if (y == NULL)
    return FALSE;
  for (guint k = 0; k < x->dims.n; k++)
    n *= bits & 1u << k ? x->dims.d[k] : 1;
  for (gint64 i = 0; i < y->size; i++)
    if (!floats && n == 0 && (kind == MAX_OF || kind == MIN_OF))
      set_end (y, i, kind);
    else if (floats || kind == L2 || kind == LOG_SUM || kind == LOG_SUM_EXP)
      cj_array_set (y, i, reduce_floats (turned, i * n, n, kind));
    else
      cj_array_set_int (y, i, reduce_ints (turned, i * n, n, kind));
  return TRUE;
}

static gboolean
run_arg (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0];
  const double sign = g_str_equal (call->node->op, "ArgMax") ? 1 : -1;
  const gboolean last = cj_extra_int (call, "select_last_index", 0) != 0;
  gint64 length, inner;
  CjDims dims;
  CjArray *y;
  guint axis;

  if (!cj_extra_axis (cj_extra_int (call, "axis", 0), x->dims.n, &axis, error))
    return FALSE;
  length = x->dims.d[axis];
  inner = cj_dims_size (&x->dims, axis + 1, x->dims.n);
  dims = reduced_dims (x, 1u << axis, cj_extra_int (call, "keepdims", 1) != 0);
  y = cj_extra_out (call, 0, CJ_ARRAY_I64, &dims, error);
  if (y == NULL)
    return FALSE;
  if (length == 0 && y->size > 0)
    return cj_extra_refuse_shapes (error);
  for (gint64 o = 0; o < y->size; o++)
    {
      const gint64 first = o / inner * length * inner + o % inner;
      double top = sign * cj_array_get (x, first);
      gint64 place = 0;

      for (gint64 i = 1; i < length; i++)
        {
          const double one = sign * cj_array_get (x, first + i * inner);

          if (last ? one >= top : one > top)
            {
              top = one;
              place = i;
            }
        }
      cj_array_set_int (y, o, place);
    }
  return TRUE;
}

const CjExtraInfo cj_extra_reduce[] = {
  { "ArgMax", 1, 0, 1, 1, run_arg },
  { "ArgMin", 1, 0, 1, 1, run_arg },
  { "ReduceL1", 1, 0, 1, 2, run_reduce },
  { "ReduceL2", 1, 0, 1, 2, run_reduce },
  { "ReduceLogSum", 1, 0, 1, 2, run_reduce },
  { "ReduceLogSumExp", 1, 0, 1, 2, run_reduce },
  { "ReduceMax", 1, 0, 1, 2, run_reduce },
  { "ReduceMean", 1, 0, 1, 2, run_reduce },
  { "ReduceMin", 1, 0, 1, 2, run_reduce },
  { "ReduceProd", 1, 0, 1, 2, run_reduce },
  { "ReduceSum", 1, 0, 1, 2, run_reduce },
  { "ReduceSumSquare", 1, 0, 1, 2, run_reduce },
  { NULL, 0, 0, 0, 0, NULL },
};
