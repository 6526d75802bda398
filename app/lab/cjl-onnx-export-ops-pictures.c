/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures [N, C, H, W]: pooling, padding, resampling. What ONNX pools or samples by other rules than ours is
 * written as a product with the matrix of one axis, which any program does alike. */
#include "cjl-onnx-export-private.h"

#include "cj-ops.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* One of the two axes of a picture. */
typedef struct
{
  gint64 n, m; /* numbers in and out */
  int kernel, stride, pad, dilation;
} Axis;

static Axis
get_axis (const CjStep *step, guint which)
{
  const CjPoolAttrs *a = step->op.attrs;
  const gint64 n = step->op.in_shape[0].dims[2 + which], m = step->op.out_shape[0].dims[2 + which];

  if (a->out_h > 0 && n % m == 0) /* adaptive with windows of one size */
    return (Axis){ n, m, (int) (n / m), (int) (n / m), 0, 1 };
  return which == 0 ? (Axis){ n, m, a->kernel_h, a->stride_h, a->pad_h, a->dilation_h }
                    : (Axis){ n, m, a->kernel_w, a->stride_w, a->pad_w, a->dilation_w };
}

/* What has to be put behind an axis so that the last window is there; a window that ceil adds may need more than
 * the padding. */
static gint64
get_end (const Axis *axis)
{
  const gint64 need
      = (axis->m - 1) * axis->stride + (gint64) (axis->kernel - 1) * axis->dilation + 1;

  return MAX (axis->pad, need - axis->n - axis->pad);
}

static void
set_windows (CjlOnnxExport *e, const Axis *rows, const Axis *columns)
{
  cjd_onnx_out_set_ints (e->out, "kernel_shape", (gint64[]){ rows->kernel, columns->kernel }, 2);
  cjd_onnx_out_set_ints (e->out, "strides", (gint64[]){ rows->stride, columns->stride }, 2);
  cjd_onnx_out_set_ints (
      e->out, "pads", (gint64[]){ rows->pad, columns->pad, get_end (rows), get_end (columns) }, 4);
}

static gboolean
is_uneven (const CjStep *step)
{
  const CjPoolAttrs *a = step->op.attrs;
  const gint64 *x = step->op.in_shape[0].dims, *y = step->op.out_shape[0].dims;

  return a->out_h > 0 && (x[2] % y[2] != 0 || x[3] % y[3] != 0);
}

/* The windows of an axis as a matrix [M, N]: what share of number n is in the mean m. */
static void
fill_means (const CjStep *step, guint which, float *matrix)
{
  const CjPoolAttrs *a = step->op.attrs;
  const Axis axis = get_axis (step, which);

  for (gint64 i = 0; i < axis.m; i++)
    {
      const gint64 begin = a->out_h > 0 ? i * axis.n / axis.m : i * axis.stride - axis.pad;
      const gint64 step_of = a->out_h > 0 ? 1 : axis.dilation;
      const gint64 end = a->out_h > 0 ? ((i + 1) * axis.n + axis.m - 1) / axis.m
                                      : begin + (gint64) (axis.kernel - 1) * axis.dilation + 1;
      gint64 inside = 0, padded = 0;

      for (gint64 k = begin; k < end; k += step_of)
        {
          inside += k >= 0 && k < axis.n;
          padded += k < axis.n + axis.pad;
        }
      for (gint64 k = begin; k < end; k += step_of)
        if (k >= 0 && k < axis.n)
          matrix[i * axis.n + k]
              += 1.0f / (float) (a->exclude_pad || a->out_h > 0 ? inside : padded);
    }
}

/* y = A x Bᵀ for A [H', H] and B [W', W] */
static void
write_product (CjlOnnxExport *e, const CjStep *step, const float *a, const float *b)
{
  const gint64 *x = step->op.in_shape[0].dims, *y = step->op.out_shape[0].dims;
  const CjShape rows = cj_shape2 (y[2], x[2]), columns = cj_shape2 (x[3], y[3]);
  g_autofree float *turned = g_new (float, x[3] * y[3] + 1);
  const char *name;

  for (gint64 i = 0; i < x[3] * y[3]; i++)
    turned[i] = b[i % y[3] * x[3] + i / y[3]];
  name = cjl_onnx_add (e, "MatMul", NULL, cjl_onnx_floats (e, "rows", &rows, a),
                       cjl_onnx_in (e, step, 0), NULL);
  cjl_onnx_add (e, "MatMul", cjl_onnx_result (e, step, 0), name,
                cjl_onnx_floats (e, "columns", &columns, turned), NULL);
}

/* The largest of windows of different sizes: numbers are laid out window by window, [M, K], the last one
 * again where a window is smaller, and the largest of each is taken. */
static const char *
write_largest (CjlOnnxExport *e, const char *x, const Axis *axis, guint which, const char *result)
{
  const gint64 most = (axis->n + axis->m - 1) / axis->m + 1;
  const CjShape shape = cj_shape2 (axis->m, most);
  g_autofree gint64 *at = g_new (gint64, axis->m * most);
  const gint64 inner = 3 + which;
  const char *windows;

  for (gint64 i = 0; i < axis->m * most; i++)
    {
      const gint64 m = i / most, last = ((m + 1) * axis->n + axis->m - 1) / axis->m - 1;

      at[i] = MIN (m * axis->n / axis->m + i % most, last);
    }
  windows = cjl_onnx_add (e, "Gather", NULL, x, cjl_onnx_whole (e, "windows", &shape, at), NULL);
  cjd_onnx_out_set_int (e->out, "axis", 2 + which);
  result = cjl_onnx_add (e, "ReduceMax", result, windows, NULL);
  cjd_onnx_out_set_ints (e->out, "axes", &inner, 1);
  cjd_onnx_out_set_int (e->out, "keepdims", 0);
  return result;
}

static gboolean
write_max_pool (CjlOnnxExport *e, const CjStep *step, GError **error)
{
  const Axis rows = get_axis (step, 0), columns = get_axis (step, 1);
  const char *result = cjl_onnx_result (e, step, 0), *x = cjl_onnx_in (e, step, 0);

  (void) error;
  if (is_uneven (step))
    {
      write_largest (e, write_largest (e, x, &rows, 0, NULL), &columns, 1, result);
      return TRUE;
    }
  if (rows.m == 1 && columns.m == 1 && rows.kernel == rows.n && columns.kernel == columns.n)
    {
      cjl_onnx_add (e, "GlobalMaxPool", result, x, NULL);
      return TRUE;
    }
  cjl_onnx_add (e, "MaxPool", result, x, NULL);
  set_windows (e, &rows, &columns);
  if (rows.dilation > 1 || columns.dilation > 1)
    cjd_onnx_out_set_ints (e->out, "dilations", (gint64[]){ rows.dilation, columns.dilation }, 2);
  return TRUE;
}

static gboolean
write_avg_pool (CjlOnnxExport *e, const CjStep *step, GError **error)
{
  const CjPoolAttrs *a = step->op.attrs;
  const Axis rows = get_axis (step, 0), columns = get_axis (step, 1);
  const char *result = cjl_onnx_result (e, step, 0), *x = cjl_onnx_in (e, step, 0);
  const gboolean hangs = get_end (&rows) > rows.pad || get_end (&columns) > columns.pad;

  (void) error;
  if (is_uneven (step) || (hangs && !a->exclude_pad) || rows.dilation > 1 || columns.dilation > 1)
    {
      g_autofree float *down = g_new0 (float, rows.m *rows.n + 1),
                       *across = g_new0 (float, columns.m *columns.n + 1);

      fill_means (step, 0, down);
      fill_means (step, 1, across);
      write_product (e, step, down, across);
      return TRUE;
    }
  if (rows.m == 1 && columns.m == 1 && rows.kernel == rows.n && columns.kernel == columns.n)
    {
      cjl_onnx_add (e, "GlobalAveragePool", result, x, NULL);
      return TRUE;
    }
  cjl_onnx_add (e, "AveragePool", result, x, NULL);
  set_windows (e, &rows, &columns);
  cjd_onnx_out_set_int (e->out, "count_include_pad", !a->exclude_pad);
  return TRUE;
}

/* --- padding and resampling --- */

/* Each pixel becomes a block of spread_h × spread_w, zero but for its corner. */
static const char *
write_spread (CjlOnnxExport *e, const CjStep *step, const char *x)
{
  const CjRemapAttrs *a = step->op.attrs;
  const gint64 *d = step->op.in_shape[0].dims;
  const CjShape apart = { 6, { CJD_ONNX_FREE, d[1], d[2], 1, d[3], 1 } };
  const CjShape whole = cj_shape4 (CJD_ONNX_FREE, d[1], d[2] * a->spread_h, d[3] * a->spread_w);
  const gint64 pads[12] = { [9] = a->spread_h - 1, [11] = a->spread_w - 1 };

  x = cjl_onnx_reshape (e, x, &apart, NULL);
  x = cjl_onnx_add (e, "Pad", NULL, x, cjl_onnx_list (e, 12, pads), NULL);
  return cjl_onnx_reshape (e, x, &whole, NULL);
}

/* `pads`: top, left, bottom, right; what is below 0 is cut off. */
static const char *
write_pad (CjlOnnxExport *e, const char *x, const gint64 *size, const gint64 *pads,
           const char *mode, const char *result)
{
  gint64 all[8] = { 0 };
  gboolean more = FALSE;

  for (guint which = 0; which < 2; which++)
    {
      const gint64 begin = MAX (-pads[which], 0), end = MAX (-pads[2 + which], 0);

      if (begin > 0 || end > 0)
        x = cjl_onnx_slice (e, x, 2 + which, begin, size[which] - end, NULL);
      all[2 + which] = MAX (pads[which], 0);
      all[6 + which] = MAX (pads[2 + which], 0);
      more |= all[2 + which] > 0 || all[6 + which] > 0;
    }
  if (!more)
    return cjl_onnx_add (e, "Identity", result, x, NULL);
  result = cjl_onnx_add (e, "Pad", result, x, cjl_onnx_list (e, 8, all), NULL);
  cjd_onnx_out_set_text (e->out, "mode", mode);
  return result;
}

/* What comes out on the other side goes in on this one. */
static const char *
write_wrap (CjlOnnxExport *e, const char *x, gint64 axis, gint64 n, gint64 m, gint64 before,
            const char *result)
{
  const CjShape shape = cj_shape1 (m);
  g_autofree gint64 *at = g_new (gint64, MAX (m, 1));

  for (gint64 i = 0; i < m; i++)
    at[i] = ((i - before) % n + n) % n;
  result = cjl_onnx_add (e, "Gather", result, x, cjl_onnx_whole (e, "around", &shape, at), NULL);
  cjd_onnx_out_set_int (e->out, "axis", axis);
  return result;
}

static const char *
write_nearest (CjlOnnxExport *e, const char *x, gint64 axis, gint64 n, gint64 m, const char *result)
{
  const CjShape shape = cj_shape1 (m);
  g_autofree gint64 *at = g_new (gint64, MAX (m, 1));

  for (gint64 i = 0; i < m; i++)
    at[i] = i * n / m;
  result = cjl_onnx_add (e, "Gather", result, x, cjl_onnx_whole (e, "nearest", &shape, at), NULL);
  cjd_onnx_out_set_int (e->out, "axis", axis);
  return result;
}

static void
write_resize (CjlOnnxExport *e, const char *x, const char *result, const float *scales,
              const char *mode, const char *positions)
{
  const CjShape four = cj_shape1 (4);

  cjl_onnx_add (e, "Resize", result, x, "", cjl_onnx_floats (e, "scales", &four, scales), NULL);
  cjd_onnx_out_set_text (e->out, "mode", mode);
  cjd_onnx_out_set_text (e->out, "coordinate_transformation_mode", positions);
  if (g_str_equal (mode, "nearest"))
    cjd_onnx_out_set_text (e->out, "nearest_mode", "floor");
}

static gboolean
write_remap (CjlOnnxExport *e, const CjStep *step, GError **error)
{
  const CjRemapAttrs *a = step->op.attrs;
  const gint64 *d = step->op.in_shape[0].dims, *y = step->op.out_shape[0].dims;
  const gint64 size[] = { d[2] * a->spread_h, d[3] * a->spread_w };
  const gint64 pads[]
      = { a->top, a->left, a->bottom - (a->spread_h - 1), a->right - (a->spread_w - 1) };
  const char *result = cjl_onnx_result (e, step, 0), *x = cjl_onnx_in (e, step, 0);

  (void) error;
  switch (a->mode)
    {
    case CJ_REMAP_CIRCULAR:
      x = write_wrap (e, x, 2, d[2], y[2], a->top, NULL);
      write_wrap (e, x, 3, d[3], y[3], a->left, result);
      return TRUE;
    case CJ_REMAP_NEAREST:
      if (y[2] % d[2] == 0 && y[3] % d[3] == 0)
        {
          const float scales[] = { 1, 1, (float) (y[2] / d[2]), (float) (y[3] / d[3]) };

          write_resize (e, x, result, scales, "nearest", "asymmetric");
          return TRUE;
        }
      x = write_nearest (e, x, 2, d[2], y[2], NULL);
      write_nearest (e, x, 3, d[3], y[3], result);
      return TRUE;
    default:
      if (a->spread_h > 1 || a->spread_w > 1)
        x = write_spread (e, step, x);
      write_pad (e, x, size, pads,
                 a->mode == CJ_REMAP_REFLECT ? "reflect"
                 : a->mode == CJ_REMAP_EDGE  ? "edge"
                                             : "constant",
                 result);
      return TRUE;
    }
}

/* Weights of the two neighbours of each number, [M, N]. */
static void
fill_line (gint64 n, gint64 m, gboolean aligned, float *matrix)
{
  const double scale
      = aligned ? (m > 1 ? (double) (n - 1) / (double) (m - 1) : 0) : (double) n / (double) m;

  for (gint64 i = 0; i < m; i++)
    {
      const double at = MAX (0, aligned ? (double) i * scale : ((double) i + 0.5) * scale - 0.5);
      const gint64 first = MIN ((gint64) at, n - 1), next = MIN (first + 1, n - 1);
      const float share = (float) (at - (double) first);

      matrix[i * n + first] += 1 - share;
      matrix[i * n + next] += share;
    }
}

static gboolean
write_bilinear (CjlOnnxExport *e, const CjStep *step, GError **error)
{
  const CjBilinearAttrs *a = step->op.attrs;
  const gint64 *d = step->op.in_shape[0].dims, *y = step->op.out_shape[0].dims;
  g_autofree float *down = g_new0 (float, y[2] * d[2] + 1),
                   *across = g_new0 (float, y[3] * d[3] + 1);

  (void) error;
  if (y[2] % d[2] == 0 && y[3] % d[3] == 0 && !a->align_corners)
    {
      const float scales[] = { 1, 1, (float) (y[2] / d[2]), (float) (y[3] / d[3]) };

      write_resize (e, cjl_onnx_in (e, step, 0), cjl_onnx_result (e, step, 0), scales, "linear",
                    "half_pixel");
      return TRUE;
    }
  fill_line (d[2], y[2], a->align_corners, down);
  fill_line (d[3], y[3], a->align_corners, across);
  write_product (e, step, down, across);
  return TRUE;
}

/* Every stride-th pixel, between empty channels. */
static gboolean
write_shortcut (CjlOnnxExport *e, const CjStep *step, GError **error)
{
  const CjShortcutAttrs *a = step->op.attrs;
  const gint64 *d = step->op.in_shape[0].dims;
  const gint64 begin[] = { 0, 0 }, end[] = { d[2], d[3] }, axes[] = { 2, 3 },
               steps[] = { a->stride, a->stride };
  const gint64 pads[8] = { [1] = a->before, [5] = a->behind };
  const gboolean more = a->before > 0 || a->behind > 0;
  const char *result = cjl_onnx_result (e, step, 0), *x = cjl_onnx_in (e, step, 0);

  (void) error;
  if (a->stride > 1)
    x = cjl_onnx_add (e, "Slice", more ? NULL : result, x, cjl_onnx_list (e, 2, begin),
                      cjl_onnx_list (e, 2, end), cjl_onnx_list (e, 2, axes),
                      cjl_onnx_list (e, 2, steps), NULL);
  if (more)
    cjl_onnx_add (e, "Pad", result, x, cjl_onnx_list (e, 8, pads), NULL);
  else if (a->stride == 1)
    cjl_onnx_add (e, "Identity", result, x, NULL);
  return TRUE;
}

/* [N, C, D, H, W] to [N D', C k, H, W]: slices of depth are laid out window by window. */
static gboolean
write_unfold (CjlOnnxExport *e, const CjStep *step, GError **error)
{
  static const gint64 turn[] = { 0, 2, 1, 3, 4, 5 };
  const CjUnfoldAttrs *a = step->op.attrs;
  const gint64 *d = step->op.in_shape[0].dims;
  const gint64 depth = step->op.out_shape[0].dims[0] / MAX (d[0], 1);
  const gint64 pads[10] = { [2] = a->pad, [7] = a->pad };
  const CjShape shape = cj_shape2 (depth, a->kernel),
                result = cj_shape4 (CJD_ONNX_FREE, d[1] * a->kernel, d[3], d[4]);
  g_autofree gint64 *at = g_new (gint64, MAX (depth * a->kernel, 1));
  const char *x = cjl_onnx_in (e, step, 0);

  (void) error;
  for (gint64 i = 0; i < depth * a->kernel; i++)
    at[i] = i / a->kernel * a->stride + i % a->kernel * a->dilation;
  if (a->pad > 0)
    x = cjl_onnx_add (e, "Pad", NULL, x, cjl_onnx_list (e, 10, pads), NULL);
  x = cjl_onnx_add (e, "Gather", NULL, x, cjl_onnx_whole (e, "windows", &shape, at), NULL);
  cjd_onnx_out_set_int (e->out, "axis", 2);
  x = cjl_onnx_transpose (e, x, 6, turn, NULL);
  cjl_onnx_reshape (e, x, &result, cjl_onnx_result (e, step, 0));
  return TRUE;
}

const CjlOnnxOp cjl_onnx_ops_pictures[] = {
  { &cj_op_max_pool2d, write_max_pool, NULL },
  { &cj_op_avg_pool2d, write_avg_pool, NULL },
  { &cj_op_remap2d, write_remap, NULL },
  { &cj_op_bilinear, write_bilinear, NULL },
  { &cj_op_shortcut, write_shortcut, NULL },
  { &cj_op_unfold_depth, write_unfold, NULL },
  { NULL },
};
