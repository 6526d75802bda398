/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjv-fate.h"

#include <math.h>

const CjTensor *
cjv_fate_find (const CjvFrame *frame, gint64 n)
{
  const CjTensor *curves = cjv_frame_get_array (frame, "curves");
  const guint d = curves != NULL ? curves->shape.n_dims : 0;

  return d >= 2 && curves->shape.dims[d - 2] == 2 && curves->shape.dims[d - 1] >= 2
                 && cj_shape_size (&curves->shape) == n * 2 * curves->shape.dims[d - 1]
             ? curves
             : NULL;
}

void
cjv_fate_draw (const CjvScene *scene, cairo_t *cr, const CjvRect *at, const CjTensor *curves,
               gint64 which)
{
  static const double dashes[] = { 3, 2 };
  const gint64 n = curves->shape.dims[curves->shape.n_dims - 1], first = which * 2 * n;
  double low = 0, high = 1; /* what is no share of a softmax may go beyond */

  for (gint64 i = 0; i < 2 * n; i++)
    {
      const double v = cjv_tensor_at (curves, first + i);

      if (!isfinite (v))
        return;
      low = MIN (low, v);
      high = MAX (high, v);
    }
  cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_SURFACE));
  cairo_rectangle (cr, at->x, at->y, at->width, at->height);
  cairo_fill (cr);
  cairo_save (cr);
  cairo_set_line_width (cr, 1.2);
  for (int side = 0; side < 2; side++)
    {
      for (gint64 i = 0; i < n; i++)
        cairo_line_to (cr, at->x + at->width * (double) i / (double) (n - 1),
                       at->y + 1
                           + (at->height - 2)
                                 * (high - cjv_tensor_at (curves, first + side * n + i))
                                 / (high - low));
      cairo_set_dash (cr, dashes, side == 0 ? 2 : 0, 0);
      cjv_draw_set_color (cr, cjv_style_signed_ink (scene->style, side == 0 ? -1 : 1));
      cairo_stroke (cr);
    }
  cairo_restore (cr);
}
