/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Another size by interpolation: nearest, linear and cubic, with the standard's ways to lay the new grid over
 * the old one. All of them work axis by axis, so an axis is a small table of taps. Cubic: Keys (1981), "Cubic
 * convolution interpolation for digital image processing". */
#include "cj-extra-private.h"

#include <glib/gi18n-lib.h>

typedef enum
{
  NEAREST,
  LINEAR,
  CUBIC
} Mode;

typedef struct
{
  Mode mode;
  const char *transform; /* of coordinates */
  const char *nearest;
  double cubic;
  double outside; /* for what lies outside, with tf_crop_and_resize */
  gboolean exclude_outside, antialias;
  CjDims out;
  double scale[CJ_ARRAY_MAX_DIMS];
  double roi_start[CJ_ARRAY_MAX_DIMS], roi_end[CJ_ARRAY_MAX_DIMS];
} Resize;

/* Place x of the new grid on the old one. In float32, as everybody does it: 17 / 1.7 is 10 then. */
static double
transform (const Resize *r, guint axis, gint64 size, gint64 new_size, double place)
{
  const float scale = (float) r->scale[axis], length = (float) size, x = (float) place;
  /* the new size as the scale has it, before it was cut to a whole number */
  const float exact = (float) (r->scale[axis] * (double) size);

  if (g_str_equal (r->transform, "asymmetric"))
    return (double) (x / scale);
  if (g_str_equal (r->transform, "align_corners"))
    return exact == 1 ? 0 : (double) (x * (length - 1) / (exact - 1));
  if (g_str_equal (r->transform, "pytorch_half_pixel"))
    return new_size > 1 ? (double) ((x + 0.5f) / scale - 0.5f) : 0;
  if (g_str_equal (r->transform, "tf_half_pixel_for_nn"))
    return (double) ((x + 0.5f) / scale);
  if (g_str_equal (r->transform, "half_pixel_symmetric"))
    {
      const float adjust = (float) new_size / exact, center = length / 2;

      return (double) (center * (1 - adjust) + (x + 0.5f) / scale - 0.5f);
    }
  if (g_str_equal (r->transform, "tf_crop_and_resize"))
    {
      const double start = r->roi_start[axis], end = r->roi_end[axis], last = (double) size - 1;

      return new_size > 1 ? start * last + place * (end - start) * last / ((double) new_size - 1)
                          : 0.5 * (start + end) * last;
    }
  return (double) ((x + 0.5f) / scale - 0.5f);
}

/* Weight of an old place `away` from the point. */
static double
kernel (const Resize *r, double away)
{
  const double d = fabs (away), a = r->cubic;

  if (r->mode == LINEAR)
    return d < 1 ? 1 - d : 0;
  if (d <= 1)
    return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
}

static gint64
nearest_to (const Resize *r, double x)
{
  if (g_str_equal (r->nearest, "floor"))
    return (gint64) floor (x);
  if (g_str_equal (r->nearest, "ceil"))
    return (gint64) ceil (x);
  if (g_str_equal (r->nearest, "round_prefer_ceil"))
    return (gint64) floor (x + 0.5);
  return (gint64) ceil (x - 0.5);
}

/* The taps of one new place: from *first on, *n weights (at most `room`). */
static void
find_taps (const Resize *r, guint axis, double x, gint64 *first, gint64 *n, double *weights,
           gint64 size)
{
  const double scale = r->antialias && r->scale[axis] < 1 ? r->scale[axis] : 1;
  const gint64 reach = (gint64) ceil ((r->mode == LINEAR ? 1 : 2) / scale);
  double sum = 0;

  if (r->mode == NEAREST)
    {
      *first = nearest_to (r, x);
      *n = 1;
      weights[0] = 1;
      return;
    }
  *first = (gint64) floor (x) - reach + 1;
  *n = 2 * reach;
  for (gint64 i = 0; i < *n; i++)
    {
      const gint64 at = *first + i;

      weights[i] = kernel (r, (x - (double) at) * scale);
      if ((r->exclude_outside) && (at < 0 || at >= size))
        weights[i] = 0;
      sum += weights[i];
    }
  for (gint64 i = 0; sum != 0 && i < *n; i++)
    weights[i] /= sum;
}

/* One axis; `y` has the new size along it. */
static void
resize_axis (const Resize *r, const CjArray *x, CjArray *y, guint axis)
{
  const gint64 size = x->dims.d[axis], new_size = y->dims.d[axis];
  const gint64 outer = cj_dims_size (&x->dims, 0, axis);
  const gint64 inner = cj_dims_size (&x->dims, axis + 1, x->dims.n);
  const double scale = r->antialias && r->scale[axis] < 1 ? r->scale[axis] : 1;
  g_autofree double *weights = g_new (double, 2 * (gsize) ceil (2 / scale) + 2);
  gint64 first, n;

  for (gint64 p = 0; p < new_size; p++)
    {
      const double at = transform (r, axis, size, new_size, (double) p);

      find_taps (r, axis, isnan (at) ? 0 : CLAMP (at, -4.0e15, 4.0e15), &first, &n, weights, size);
      for (gint64 o = 0; o < outer; o++)
        for (gint64 i = 0; i < inner; i++)
          {
            double sum = 0;

            for (gint64 k = 0; k < n; k++)
              {
                const gint64 from = CLAMP (first + k, 0, size - 1);

                if (weights[k] != 0)
                  sum += weights[k] * cj_array_get (x, (o * size + from) * inner + i);
              }
            cj_array_set (y, (o * new_size + p) * inner + i, sum);
          }
    }
}

/* Places whose point lies outside of the old grid get a number of their own. */
static void
blank_outside (const Resize *r, const CjArray *x, CjArray *y)
{
  for (guint k = 0; k < x->dims.n; k++)
    {
      const gint64 inner = cj_dims_size (&y->dims, k + 1, y->dims.n), size = y->dims.d[k];

      for (gint64 p = 0; p < size; p++)
        {
          const double at = transform (r, k, x->dims.d[k], size, (double) p);

          if (at >= 0 && at <= (double) (x->dims.d[k] - 1))
            continue;
          for (gint64 i = 0; i < y->size; i++)
            if (i / inner % size == p)
              cj_array_set (y, i, r->outside);
        }
    }
}

static gboolean
resize (CjExtraCall *call, const Resize *r, GError **error)
{
  CjArray *x = call->in[0];
  const gboolean crops = g_str_equal (r->transform, "tf_crop_and_resize");
  const CjArrayType type
      = r->mode == NEAREST || cj_array_type_is_float (x->type) ? x->type : CJ_ARRAY_F64;
  g_autoptr (CjArray) now = cj_array_cast (x, type, error);

  if (now == NULL)
    return FALSE;
  for (guint k = 0; k < x->dims.n; k++)
    {
      CjDims dims = now->dims;
      CjArray *next;

      if (r->out.d[k] == dims.d[k] && r->scale[k] == 1 && !crops)
        continue;
      if ((dims.d[k] == 0 && r->out.d[k] != 0) || !(r->scale[k] > 1e-6))
        return cj_extra_refuse_shapes (error);
      dims.d[k] = r->out.d[k];
      next = cj_array_new (type, &dims, error);
      if (next == NULL)
        return FALSE;
      resize_axis (r, now, next, k);
      cj_array_unref (now);
      now = next;
    }
  if (crops && now->size > 0)
    {
      if (now == x)
        return cj_extra_give (call, 0, cj_array_ref (x));
      blank_outside (r, x, now);
    }
  for (gint64 i = 0; type != x->type && i < now->size; i++)
    cj_array_set (now, i, nearbyint (cj_array_get (now, i)));
  return cj_extra_give (call, 0, cj_array_cast (now, x->type, error));
}

/* --- what it is told --- */

static gboolean
read_mode (const CjExtraCall *call, Resize *r, GError **error)
{
  const char *mode = cj_extra_text (call, "mode", "nearest");

  if (g_str_equal (mode, "nearest"))
    r->mode = NEAREST;
  else if (g_str_equal (mode, "linear") || g_str_equal (mode, "bilinear"))
    r->mode = LINEAR;
  else if (g_str_equal (mode, "cubic"))
    r->mode = CUBIC;
  else
    return cj_extra_refuse_attr ("mode", error);
  return TRUE;
}

/* Sizes from scales, rounded down. */
static gboolean
take_scales (Resize *r, const CjArray *x, const double *scales, guint n, const guint *axes,
             GError **error)
{
  for (guint i = 0; i < n; i++)
    {
      const guint k = axes[i];
      const double size = floor (scales[i] * (double) x->dims.d[k]);

      if (!(size >= 0 && size < 1e12))
        return cj_extra_refuse_shapes (error);
      r->scale[k] = scales[i];
      r->out.d[k] = (gint64) size;
    }
  return TRUE;
}

/* Sizes as they are given, or the largest or smallest that keep the ratio of the sides. */
static void
take_sizes (const CjExtraCall *call, Resize *r, const CjArray *x, const gint64 *sizes, guint n,
            const guint *axes)
{
  const char *policy = cj_extra_text (call, "keep_aspect_ratio_policy", "stretch");
  const gboolean larger = g_str_equal (policy, "not_smaller");
  double common = larger ? 0 : INFINITY;

  for (guint i = 0; i < n; i++)
    {
      const double scale = (double) sizes[i] / (double) x->dims.d[axes[i]];

      r->out.d[axes[i]] = sizes[i];
      r->scale[axes[i]] = scale;
      common = larger ? fmax (common, scale) : fmin (common, scale);
    }
  for (guint i = 0; !g_str_equal (policy, "stretch") && i < n; i++)
    {
      r->scale[axes[i]] = common;
      r->out.d[axes[i]] = (gint64) fmin (floor (common * (double) x->dims.d[axes[i]] + 0.5), 1e12);
    }
}

static gboolean
read_axes (const CjExtraCall *call, const CjArray *x, guint *axes, guint *n, GError **error)
{
  gint64 given[CJ_ARRAY_MAX_DIMS];
  guint bits;

  if (!cj_extra_ints (call, "axes", CJ_ARRAY_MAX_DIMS, given, n, error)
      || !cj_extra_axes (given, *n, x->dims.n, &bits, error))
    return FALSE;
  for (guint i = 0; i < *n; i++)
    axes[i] = (guint) (given[i] < 0 ? given[i] + x->dims.n : given[i]);
  if (*n == 0)
    for (*n = 0; *n < x->dims.n; (*n)++)
      axes[*n] = *n;
  return TRUE;
}

/* Region, scales and sizes are inputs 1 to 3. */
static gboolean
read_inputs (const CjExtraCall *call, Resize *r, GError **error)
{
  const gboolean old = call->node->opset < 11;
  const CjArray *x = call->in[0], *roi = old ? NULL : cj_extra_in (call, 1);
  const CjArray *scales = cj_extra_in (call, old ? 1 : 2), *sizes = cj_extra_in (call, 3);
  double factors[CJ_ARRAY_MAX_DIMS];
  gint64 wanted[CJ_ARRAY_MAX_DIMS];
  guint axes[CJ_ARRAY_MAX_DIMS], n, n_sizes;

  if (!read_axes (call, x, axes, &n, error))
    return FALSE;
  if (roi != NULL && roi->size == 2 * n && g_str_equal (r->transform, "tf_crop_and_resize"))
    for (guint i = 0; i < n; i++)
      {
        r->roi_start[axes[i]] = cj_array_get (roi, i);
        r->roi_end[axes[i]] = cj_array_get (roi, n + i);
      }
  if (sizes != NULL && sizes->size > 0)
    {
      if (!cj_extra_ints_in (call, 3, CJ_ARRAY_MAX_DIMS, wanted, &n_sizes, error))
        return FALSE;
      if (n_sizes != n)
        return cj_extra_refuse_shapes (error);
      take_sizes (call, r, x, wanted, n, axes);
      return TRUE;
    }
  if (scales == NULL || scales->size != n)
    return cj_extra_refuse_shapes (error);
  cj_array_read (scales, 0, 1, n, factors);
  return take_scales (r, x, factors, n, axes, error);
}

static void
init (Resize *r, const CjArray *x)
{
  *r = (Resize){ .transform = "asymmetric", .nearest = "floor", .cubic = -0.75, .out = x->dims };
  for (guint k = 0; k < CJ_ARRAY_MAX_DIMS; k++)
    {
      r->scale[k] = 1;
      r->roi_end[k] = 1;
    }
}

static gboolean
run_resize (CjExtraCall *call, GError **error)
{
  static const char *const transforms[]
      = { "half_pixel",           "pytorch_half_pixel", "align_corners",       "asymmetric",
          "tf_half_pixel_for_nn", "tf_crop_and_resize", "half_pixel_symmetric" };
  gboolean found = FALSE;
  Resize r;

  init (&r, call->in[0]);
  if (call->node->opset >= 11)
    {
      r.transform = cj_extra_text (call, "coordinate_transformation_mode", "half_pixel");
      r.nearest = cj_extra_text (call, "nearest_mode", "round_prefer_floor");
    }
  for (guint i = 0; i < G_N_ELEMENTS (transforms); i++)
    found = found || g_str_equal (transforms[i], r.transform);
  if (!found)
    return cj_extra_refuse_attr ("coordinate_transformation_mode", error);
  r.cubic = cj_extra_float (call, "cubic_coeff_a", -0.75);
  r.outside = cj_extra_float (call, "extrapolation_value", 0);
  r.exclude_outside = cj_extra_int (call, "exclude_outside", 0) != 0;
  r.antialias = cj_extra_int (call, "antialias", 0) != 0;
  return read_mode (call, &r, error) && read_inputs (call, &r, error) && resize (call, &r, error);
}

/* The older operator; scales were an attribute before version 9. */
static gboolean
run_upsample (CjExtraCall *call, GError **error)
{
  const CjAttr *attr = cj_extra_node_find (call->node, "scales");
  const CjArray *x = call->in[0], *scales = cj_extra_in (call, 1);
  const guint axes[CJ_ARRAY_MAX_DIMS] = { 0, 1, 2, 3, 4, 5, 6, 7 };
  double factors[CJ_ARRAY_MAX_DIMS] = { 1, 1, 1, 1, 1, 1, 1, 1 };
  Resize r;

  init (&r, x);
  if (scales != NULL && scales->size == x->dims.n)
    cj_array_read (scales, 0, 1, x->dims.n, factors);
  else if (attr != NULL && attr->kind == CJ_ATTR_FLOATS && attr->n == x->dims.n)
    memcpy (factors, attr->floats, attr->n * sizeof *factors);
  else if (call->node->opset < 7 && x->dims.n == 4)
    {
      factors[2] = cj_extra_float (call, "height_scale", 1);
      factors[3] = cj_extra_float (call, "width_scale", 1);
    }
  else
    return cj_extra_refuse_shapes (error);
  return read_mode (call, &r, error) && take_scales (&r, x, factors, x->dims.n, axes, error)
         && resize (call, &r, error);
}

const CjExtraInfo cj_extra_resize[] = {
  { "Resize", 10, 0, 1, 4, run_resize },
  { "Upsample", 1, 0, 1, 2, run_upsample },
  { NULL, 0, 0, 0, 0, NULL },
};
