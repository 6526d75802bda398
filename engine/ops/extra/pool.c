/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pools over one to three spatial dimensions: a window becomes its largest number, its mean or its norm. */
#include "cj-extra-private.h"

#include <glib/gi18n-lib.h>

typedef enum
{
  POOL_MAX,
  POOL_AVERAGE,
  POOL_LP
} PoolKind;

typedef struct
{
  PoolKind kind;
  gboolean counts_padding; /* zeros of the padding are part of the mean */
  gboolean by_columns;     /* places count from the first spatial dimension */
  double p;
} Pool;

/* The part of a window that lies in the input, along dimension k: taps [first, end). */
static void
clip (const CjWindow *w, guint k, gint64 out, gint64 *first, gint64 *end)
{
  const gint64 start = out * w->stride[k] - w->before[k], d = w->dilation[k];

  *first = start < 0 ? (-start + d - 1) / d : 0;
  *end = w->in[k] > start ? MIN (w->kernel[k], (w->in[k] - start + d - 1) / d) : 0;
}

/* The taps along dimension k that lie within the input and its padding. */
static gint64
padded (const CjWindow *w, guint k, gint64 out)
{
  const gint64 start = out * w->stride[k] - w->before[k], d = w->dilation[k];
  const gint64 room = w->in[k] + w->after[k] - start;

  return CLAMP ((room + d - 1) / d, 0, w->kernel[k]);
}

static gint64
place_of (const CjWindow *w, const Pool *pool, gint64 a, gint64 b, gint64 c)
{
  if (!pool->by_columns)
    return (a * w->in[1] + b) * w->in[2] + c;
  if (w->n == 3)
    return (c * w->in[1] + b) * w->in[0] + a;
  return w->n == 2 ? b * w->in[0] + a : a;
}

/* One window of a channel that begins at element `from`; *place: where the largest is, within the channel. */
static double
pool_one (const CjArray *x, gint64 from, const CjWindow *w, const Pool *pool, const gint64 *out,
          gint64 *place)
{
  gint64 first[3], end[3], n = 0, all = 1;
  double sum = 0, top = -INFINITY;
  gboolean any = FALSE;

  for (guint k = 0; k < 3; k++)
    {
      clip (w, k, out[k], &first[k], &end[k]);
      all *= k < w->n ? padded (w, k, out[k]) : 1;
    }
  for (gint64 i = first[0]; i < end[0]; i++)
    for (gint64 j = first[1]; j < end[1]; j++)
      for (gint64 l = first[2]; l < end[2]; l++)
        {
          const gint64 a = out[0] * w->stride[0] - w->before[0] + i * w->dilation[0];
          const gint64 b = out[1] * w->stride[1] - w->before[1] + j * w->dilation[1];
          const gint64 c = out[2] * w->stride[2] - w->before[2] + l * w->dilation[2];
          const double one = cj_array_get (x, from + (a * w->in[1] + b) * w->in[2] + c);

          n++;
          sum += pool->kind == POOL_LP ? pow (fabs (one), pool->p) : one;
          if (!any || one > top || isnan (one))
            {
              any = TRUE;
              top = one;
              *place = place_of (w, pool, a, b, c);
            }
        }
  if (pool->kind == POOL_MAX)
    return top;
  if (pool->kind == POOL_LP)
    return pow (sum, 1 / pool->p);
  n = pool->counts_padding ? all : n;
  return n > 0 ? sum / (double) n : 0;
}

static gboolean
run_window (CjExtraCall *call, const CjWindow *w, const Pool *pool, GError **error)
{
  const CjArray *x = call->in[0];
  const gint64 channels = x->dims.d[0] * x->dims.d[1];
  const gint64 places = w->out[0] * w->out[1] * w->out[2];
  const gint64 volume = w->in[0] * w->in[1] * w->in[2];
  const CjDims dims = cj_window_dims (w, x->dims.d[0], x->dims.d[1], w->out);
  g_autoptr (CjArray) y = cj_array_new (x->type, &dims, error), where = NULL;

  if (y == NULL)
    return FALSE;
  if (pool->kind == POOL_MAX && call->n_out > 1)
    {
      where = cj_array_new (CJ_ARRAY_I64, &dims, error);
      if (where == NULL)
        return FALSE;
    }
  for (gint64 c = 0; y->size > 0 && c < channels; c++)
    for (gint64 i = 0; i < places; i++)
      {
        const gint64 out[3]
            = { i / w->out[2] / w->out[1], i / w->out[2] % w->out[1], i % w->out[2] };
        gint64 place = 0;

        cj_array_set (y, c * places + i, pool_one (x, c * volume, w, pool, out, &place));
        if (where != NULL)
          cj_array_set_int (where, c * places + i, c * volume + place);
      }
  if (where != NULL)
    cj_extra_give (call, 1, g_steal_pointer (&where));
  return cj_extra_give (call, 0, g_steal_pointer (&y));
}

static gboolean
run_pool (CjExtraCall *call, GError **error)
{
  const char *op = call->node->op;
  Pool pool = { .kind = g_str_equal (op, "MaxPool")       ? POOL_MAX
                        : g_str_equal (op, "AveragePool") ? POOL_AVERAGE
                                                          : POOL_LP };
  CjWindow w;

  if (cj_extra_node_find (call->node, "kernel_shape") == NULL)
    return cj_extra_refuse_attr ("kernel_shape", error);
  pool.counts_padding = cj_extra_int (call, "count_include_pad", 0) != 0;
  pool.by_columns = cj_extra_int (call, "storage_order", 0) != 0;
  pool.p = (double) cj_extra_int (call, "p", 2);
  if (call->node->opset < 2)
    pool.p = cj_extra_float (call, "p", 2);
  return cj_window_init (&w, call, call->in[0], NULL, error) && run_window (call, &w, &pool, error);
}

/* Over all of space, whatever its number of dimensions. */
static gboolean
run_global (CjExtraCall *call, GError **error)
{
  const char *op = call->node->op;
  CjArray *x = call->in[0];
  const Pool pool = { .kind = g_str_equal (op, "GlobalMaxPool")       ? POOL_MAX
                              : g_str_equal (op, "GlobalAveragePool") ? POOL_AVERAGE
                                                                      : POOL_LP,
                      .p = (double) cj_extra_int (call, "p", 2) };
  CjWindow w = { .n = 1 };
  CjDims dims = { .n = 3 }, out = x->dims;
  g_autoptr (CjArray) flat = NULL, one = NULL;
  CjExtraCall inner = *call;
  CjArray *result = NULL;

  if (x->dims.n < 2)
    return cj_extra_refuse_shapes (error);
  dims.d[0] = x->dims.d[0];
  dims.d[1] = x->dims.d[1];
  dims.d[2] = cj_dims_size (&x->dims, 2, x->dims.n);
  flat = cj_array_reshape (x, &dims);
  for (guint k = 0; k < CJ_EXTRA_MAX_SPACE; k++)
    w.in[k] = w.kernel[k] = w.out[k] = w.stride[k] = w.dilation[k] = 1;
  w.in[0] = w.kernel[0] = dims.d[2];
  inner.in = &flat;
  inner.n_in = 1;
  inner.n_out = 1;
  inner.out = &result;
  if (!run_window (&inner, &w, &pool, error))
    return FALSE;
  one = result;
  for (guint k = 2; k < out.n; k++)
    out.d[k] = 1;
  return cj_extra_give (call, 0, cj_array_reshape (one, &out));
}

/* The other way round: numbers go back to the places they came from, the rest is zero. */
static gboolean
run_unpool (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0], *where = call->in[1];
  gint64 kernel[3], strides[3] = { 1, 1, 1 }, pads[6] = { 0 };
  gint64 sizes[CJ_ARRAY_MAX_DIMS];
  guint n, n_strides, n_pads, n_sizes;
  CjDims natural = x->dims, dims;
  CjArray *y;

  if (!cj_extra_ints (call, "kernel_shape", 3, kernel, &n, error)
      || !cj_extra_ints (call, "strides", 3, strides, &n_strides, error)
      || !cj_extra_ints (call, "pads", 6, pads, &n_pads, error)
      || !cj_extra_ints_in (call, 2, CJ_ARRAY_MAX_DIMS, sizes, &n_sizes, error))
    return FALSE;
  if (n + 2 != x->dims.n || (n_strides != 0 && n_strides != n) || (n_pads != 0 && n_pads != 2 * n)
      || !cj_dims_equal (&x->dims, &where->dims) || (n_sizes != 0 && n_sizes != x->dims.n))
    return cj_extra_refuse_shapes (error);
  for (guint k = 0; k < n; k++)
    {
      if (ABS (strides[k]) > G_MAXINT32 || ABS (kernel[k]) > G_MAXINT32
          || natural.d[2 + k] > G_MAXINT32 || ABS (pads[k]) > G_MAXINT32
          || ABS (pads[n + k]) > G_MAXINT32)
        return cj_extra_refuse_shapes (error);
      natural.d[2 + k] = (natural.d[2 + k] - 1) * strides[k] - pads[k] - pads[n + k] + kernel[k];
    }
  dims = n_sizes > 0 ? cj_dims (n_sizes, sizes) : natural;
  y = cj_extra_out (call, 0, x->type, &dims, error);
  for (gint64 i = 0; y != NULL && i < x->size; i++)
    {
      gint64 place = cj_array_get_int (where, i), to = 0, stride = 1;

      if (place < 0)
        return cj_extra_refuse_index (error);
      /* the place counts in the natural shape, which may stand in the corner of a larger one */
      for (guint k = natural.n; k-- > 0;)
        {
          if (natural.d[k] < 1 || place % natural.d[k] >= dims.d[k])
            return cj_extra_refuse_index (error);
          to += place % natural.d[k] * stride;
          place /= natural.d[k];
          stride *= dims.d[k];
        }
      if (place != 0)
        return cj_extra_refuse_index (error);
      cj_array_set (y, to, cj_array_get (x, i));
    }
  return y != NULL;
}

const CjExtraInfo cj_extra_pool[] = {
  { "AveragePool", 1, 0, 1, 1, run_pool },    { "GlobalAveragePool", 1, 0, 1, 1, run_global },
  { "GlobalLpPool", 1, 0, 1, 1, run_global }, { "GlobalMaxPool", 1, 0, 1, 1, run_global },
  { "LpPool", 1, 0, 1, 1, run_pool },         { "MaxPool", 1, 0, 1, 1, run_pool },
  { "MaxUnpool", 9, 0, 2, 3, run_unpool },    { NULL, 0, 0, 0, 0, NULL },
};
