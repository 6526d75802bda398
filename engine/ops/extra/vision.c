/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Regions and boxes of pictures, and pictures sampled on a grid. */
#include "cj-extra-private.h"

#include <glib/gi18n-lib.h>
#include <stdlib.h>

/* --- boxes --- */

typedef struct
{
  double score;
  gint64 box;
} Candidate;

static int
compare_scores (const void *a, const void *b)
{
  const Candidate *x = a, *y = b;

  if (x->score != y->score)
    return x->score > y->score ? -1 : 1;
  return x->box < y->box ? -1 : x->box > y->box;
}

/* Corners low and high of box `index`, whichever way round they are given. */
static void
read_box (const CjArray *boxes, gint64 index, gboolean center, double *low, double *high)
{
  double b[4];

  cj_array_read (boxes, index * 4, 1, 4, b);
  for (guint k = 0; k < 2; k++)
    if (center)
      {
        low[k] = b[k] - b[2 + k] / 2;
        high[k] = b[k] + b[2 + k] / 2;
      }
    else
      {
        low[k] = fmin (b[k], b[2 + k]);
        high[k] = fmax (b[k], b[2 + k]);
      }
}

/* Intersection over union. */
static double
overlap (const CjArray *boxes, gint64 a, gint64 b, gboolean center)
{
  double low[2], high[2], low_b[2], high_b[2], common = 1, area_a = 1, area_b = 1;

  read_box (boxes, a, center, low, high);
  read_box (boxes, b, center, low_b, high_b);
  for (guint k = 0; k < 2; k++)
    {
      common *= fmax (0, fmin (high[k], high_b[k]) - fmax (low[k], low_b[k]));
      area_a *= high[k] - low[k];
      area_b *= high_b[k] - low_b[k];
    }
  return common > 0 ? common / (area_a + area_b - common) : 0;
}

static double
number_or (const CjExtraCall *call, guint input, double preset)
{
  const CjArray *value = cj_extra_in (call, input);

  return value != NULL && value->size > 0 ? cj_array_get (value, 0) : preset;
}

/* The boxes of one class of one picture that stay: best first, without those that overlap a better one. */
static void
suppress (const CjExtraCall *call, gint64 batch, gint64 class, GArray *chosen)
{
  const CjArray *boxes = call->in[0], *scores = call->in[1];
  const gint64 n = boxes->dims.d[1], classes = scores->dims.d[1];
  const double most = number_or (call, 2, 0), limit = number_or (call, 3, 0);
  const double least = number_or (call, 4, -INFINITY);
  const gboolean center = cj_extra_int (call, "center_point_box", 0) != 0;
  g_autofree Candidate *list = g_new (Candidate, MAX (n, 1));
  g_autoptr (GArray) kept = g_array_new (FALSE, FALSE, sizeof (gint64));
  gint64 count = 0;

  for (gint64 i = 0; i < n; i++)
    {
      const double score = cj_array_get (scores, (batch * classes + class) * n + i);

      if (score > least)
        list[count++] = (Candidate){ score, i };
    }
  qsort (list, (gsize) count, sizeof *list, compare_scores);
  for (gint64 i = 0; i < count && kept->len < most; i++)
    {
      gboolean stays = TRUE;

      for (guint k = 0; stays && k < kept->len; k++)
        stays = overlap (boxes, batch * n + g_array_index (kept, gint64, k),
                         batch * n + list[i].box, center)
                <= limit;
      if (stays)
        {
          const gint64 row[3] = { batch, class, list[i].box };

          g_array_append_val (kept, list[i].box);
          g_array_append_vals (chosen, row, 3);
        }
    }
}

static gboolean
run_suppression (CjExtraCall *call, GError **error)
{
  const CjArray *boxes = call->in[0], *scores = call->in[1];
  g_autoptr (GArray) chosen = g_array_new (FALSE, FALSE, sizeof (gint64));
  CjDims dims = { 2, { 0, 3 } };
  CjArray *y;

  if (boxes->dims.n != 3 || scores->dims.n != 3 || boxes->dims.d[2] != 4
      || scores->dims.d[0] != boxes->dims.d[0] || scores->dims.d[2] != boxes->dims.d[1])
    return cj_extra_refuse_shapes (error);
  for (gint64 b = 0; b < scores->dims.d[0]; b++)
    for (gint64 c = 0; c < scores->dims.d[1]; c++)
      suppress (call, b, c, chosen);
  dims.d[0] = chosen->len / 3;
  y = cj_extra_out (call, 0, CJ_ARRAY_I64, &dims, error);
  if (y != NULL && chosen->len > 0)
    memcpy (y->data, chosen->data, chosen->len * sizeof (gint64));
  return y != NULL;
}

/* --- regions --- */

/* A picture's plane at a point between its numbers; 0 beyond its border by more than a pixel. */
static double
sample_plane (const CjArray *x, gint64 plane, double row, double column, gboolean largest)
{
  const gint64 h = x->dims.d[2], w = x->dims.d[3];
  gint64 r0, c0, r1, c1;
  double a, b, n[4];

  if (!(row >= -1 && row <= (double) h && column >= -1 && column <= (double) w))
    return 0;
  row = CLAMP (row, 0, (double) (h - 1));
  column = CLAMP (column, 0, (double) (w - 1));
  r0 = (gint64) row;
  c0 = (gint64) column;
  r1 = MIN (r0 + 1, h - 1);
  c1 = MIN (c0 + 1, w - 1);
  a = row - (double) r0;
  b = column - (double) c0;
  n[0] = (1 - a) * (1 - b) * cj_array_get (x, (plane * h + r0) * w + c0);
  n[1] = (1 - a) * b * cj_array_get (x, (plane * h + r0) * w + c1);
  n[2] = a * (1 - b) * cj_array_get (x, (plane * h + r1) * w + c0);
  n[3] = a * b * cj_array_get (x, (plane * h + r1) * w + c1);
  if (largest)
    return fmax (fmax (n[0], n[1]), fmax (n[2], n[3]));
  return n[0] + n[1] + n[2] + n[3];
}

/* He et al. (2017), "Mask R-CNN". One bin of a region: samples on a grid of its own. */
static double
align_bin (const CjArray *x, gint64 plane, const double *start, const double *size,
           const gint64 *bin, const gint64 *grid, gboolean largest)
{
  double sum = 0, top = -INFINITY;

  for (gint64 i = 0; i < grid[0]; i++)
    for (gint64 j = 0; j < grid[1]; j++)
      {
        const double row
            = start[0] + ((double) bin[0] + ((double) i + 0.5) / (double) grid[0]) * size[0];
        const double column
            = start[1] + ((double) bin[1] + ((double) j + 0.5) / (double) grid[1]) * size[1];
        const double one = sample_plane (x, plane, row, column, largest);

        sum += one;
        top = fmax (top, one);
      }
  return largest ? top : sum / (double) (grid[0] * grid[1]);
}

static gboolean
run_roi_align (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0], *rois = call->in[1], *batch = call->in[2];
  const gboolean half
      = call->node->opset >= 16
        && cj_extra_text_is (call, "coordinate_transformation_mode", "half_pixel", "half_pixel");
  const gboolean largest = cj_extra_text_is (call, "mode", "avg", "max");
  const gint64 out[2]
      = { cj_extra_int (call, "output_height", 1), cj_extra_int (call, "output_width", 1) };
  const gint64 ratio = cj_extra_int (call, "sampling_ratio", 0);
  const double scale = cj_extra_float (call, "spatial_scale", 1), shift = half ? 0.5 : 0;
  CjDims dims = { 4, { rois->dims.d[0], x->dims.d[1], out[0], out[1] } };
  CjArray *y;

  if (x->dims.n != 4 || x->size == 0 || rois->dims.n != 2 || rois->dims.d[1] != 4
      || batch->size != rois->dims.d[0] || ratio < 0 || ratio > 1024)
    return cj_extra_refuse_shapes (error);
  y = cj_extra_out (call, 0, x->type, &dims, error);
  for (gint64 i = 0; y != NULL && i < y->size; i++)
    {
      const gint64 bin[2] = { i / out[1] % out[0], i % out[1] };
      const gint64 c = i / (out[0] * out[1]) % dims.d[1];
      const gint64 r = i / (out[0] * out[1]) / dims.d[1], n = cj_array_get_int (batch, r);
      double start[2], size[2];
      gint64 grid[2];

      if (n < 0 || n >= x->dims.d[0])
        return cj_extra_refuse_index (error);
      for (guint k = 0; k < 2; k++)
        {
          const double low = cj_array_get (rois, r * 4 + 1 - k) * scale - shift;
          double length = cj_array_get (rois, r * 4 + 3 - k) * scale - shift - low;

          length = half ? length : fmax (length, 1);
          start[k] = low;
          size[k] = length / (double) out[k];
          grid[k] = ratio > 0 ? ratio : (gint64) fmax (1, fmin (1024, ceil (size[k])));
        }
      cj_array_set (y, i, align_bin (x, n * dims.d[1] + c, start, size, bin, grid, largest));
    }
  return y != NULL;
}

/* Girshick (2015), "Fast R-CNN": the largest number of each bin. */
static gboolean
run_max_roi_pool (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0], *rois = call->in[1];
  const double scale = cj_extra_float (call, "spatial_scale", 1);
  gint64 out[2];
  CjDims dims;
  CjArray *y;
  guint n;

  if (!cj_extra_ints (call, "pooled_shape", 2, out, &n, error))
    return FALSE;
  if (n != 2 || x->dims.n != 4 || x->size == 0 || rois->dims.n != 2 || rois->dims.d[1] != 5)
    return cj_extra_refuse_shapes (error);
  dims = (CjDims){ 4, { rois->dims.d[0], x->dims.d[1], out[0], out[1] } };
  y = cj_extra_out (call, 0, x->type, &dims, error);
  for (gint64 i = 0; y != NULL && i < y->size; i++)
    {
      const gint64 bin[2] = { i / out[1] % out[0], i % out[1] };
      const gint64 c = i / (out[0] * out[1]) % dims.d[1];
      const gint64 r = i / (out[0] * out[1]) / dims.d[1], picture = cj_array_get_int (rois, r * 5);
      gint64 from[2], to[2];
      double top = -INFINITY;

      if (picture < 0 || picture >= x->dims.d[0])
        return cj_extra_refuse_index (error);
      for (guint k = 0; k < 2; k++)
        {
          const double low = round (cj_array_get (rois, r * 5 + 2 - k) * scale);
          const double high = round (cj_array_get (rois, r * 5 + 4 - k) * scale);
          const double bin_size = fmax (high - low + 1, 1) / (double) out[k];
          const double limit = (double) x->dims.d[2 + k];

          from[k] = (gint64) fmin (fmax (floor ((double) bin[k] * bin_size) + low, 0), limit);
          to[k] = (gint64) fmin (fmax (ceil ((double) (bin[k] + 1) * bin_size) + low, 0), limit);
        }
      for (gint64 a = from[0]; a < to[0]; a++)
        for (gint64 b = from[1]; b < to[1]; b++)
          top = fmax (
              top,
              cj_array_get (x, ((picture * dims.d[1] + c) * x->dims.d[2] + a) * x->dims.d[3] + b));
      cj_array_set (y, i, isinf (top) ? 0 : top);
    }
  return y != NULL;
}

/* --- grids --- */

typedef enum
{
  GRID_NEAREST,
  GRID_LINEAR,
  GRID_CUBIC
} GridMode;

typedef struct
{
  GridMode mode;
  gboolean border, reflection, corners;
} Grid;

/* A coordinate mirrored at the borders until it lies between them. */
static double
reflect (double x, double low, double high)
{
  const double range = high - low;
  double away;

  if (range <= 0)
    return low;
  if (x >= low && x <= high)
    return x;
  away = fmod (fabs (x - low), 2 * range);
  return low + (away > range ? 2 * range - away : away);
}

/* The number at whole places, as the padding has it. */
static double
look (const Grid *g, const CjArray *x, gint64 plane, const double *at)
{
  const guint n = x->dims.n - 2;
  gint64 place = plane;

  for (guint k = 0; k < n; k++)
    {
      const double size = (double) x->dims.d[2 + k];
      double one = at[k];

      if (g->border)
        one = CLAMP (one, 0, size - 1);
      else if (g->reflection)
        one = g->corners ? reflect (one, 0, size - 1) : reflect (one, -0.5, size - 0.5);
      one = g->reflection ? CLAMP (nearbyint (one), 0, size - 1) : one;
      if (!(one >= 0 && one < size))
        return 0;
      place = place * x->dims.d[2 + k] + (gint64) one;
    }
  return cj_array_get (x, place);
}

static double
cubic_weight (double d)
{
  const double a = -0.75, x = fabs (d);

  if (x <= 1)
    return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}

/* The sum over the taps of all dimensions: 1, 2 or 4 a dimension. */
static double
sample_grid (const Grid *g, const CjArray *x, gint64 plane, const double *at)
{
  const guint n = x->dims.n - 2, taps = g->mode == GRID_NEAREST  ? 1
                                        : g->mode == GRID_LINEAR ? 2
                                                                 : 4;
  guint all = 1;
  double sum = 0;

  for (guint k = 0; k < n; k++)
    all *= taps;
  for (guint t = 0; t < all; t++)
    {
      double weight = 1, place[CJ_EXTRA_MAX_SPACE];
      guint rest = t;

      for (guint k = 0; k < n; k++)
        {
          const double base = floor (at[k]), tap = rest % taps;

          rest /= taps;
          place[k] = g->mode == GRID_NEAREST  ? nearbyint (at[k])
                     : g->mode == GRID_LINEAR ? base + tap
                                              : base - 1 + tap;
          if (g->mode == GRID_LINEAR)
            weight *= 1 - fabs (at[k] - place[k]);
          else if (g->mode == GRID_CUBIC)
            weight *= cubic_weight (at[k] - place[k]);
        }
      if (weight != 0)
        sum += weight * look (g, x, plane, place);
    }
  return sum;
}

static gboolean
read_grid (const CjExtraCall *call, Grid *g, GError **error)
{
  const char *mode = cj_extra_text (call, "mode", call->node->opset >= 20 ? "linear" : "bilinear");
  const char *padding = cj_extra_text (call, "padding_mode", "zeros");

  *g = (Grid){ .mode = GRID_LINEAR,
               .border = g_str_equal (padding, "border"),
               .reflection = g_str_equal (padding, "reflection"),
               .corners = cj_extra_int (call, "align_corners", 0) != 0 };
  if (!g->border && !g->reflection && !g_str_equal (padding, "zeros"))
    return cj_extra_refuse_attr ("padding_mode", error);
  if (g_str_equal (mode, "nearest"))
    g->mode = GRID_NEAREST;
  else if (g_str_equal (mode, "bicubic") || g_str_equal (mode, "cubic"))
    g->mode = GRID_CUBIC;
  else if (!g_str_equal (mode, "bilinear") && !g_str_equal (mode, "linear"))
    return cj_extra_refuse_attr ("mode", error);
  return TRUE;
}

/* Jaderberg et al. (2015), "Spatial transformer networks". */
static gboolean
run_grid_sample (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0], *grid = call->in[1];
  const guint n = x->dims.n < 3 ? 0 : x->dims.n - 2;
  CjDims dims = x->dims;
  gint64 places, channels;
  CjArray *y;
  Grid g;

  if (n < 1 || n > CJ_EXTRA_MAX_SPACE || grid->dims.n != x->dims.n
      || grid->dims.d[0] != x->dims.d[0] || grid->dims.d[n + 1] != n || x->size == 0)
    return cj_extra_refuse_shapes (error);
  if (!read_grid (call, &g, error))
    return FALSE;
  for (guint k = 0; k < n; k++)
    dims.d[2 + k] = grid->dims.d[1 + k];
  y = cj_extra_out (call, 0, x->type, &dims, error);
  places = cj_dims_size (&dims, 2, dims.n);
  channels = dims.d[1];
  for (gint64 i = 0; y != NULL && i < y->size; i++)
    {
      const gint64 plane = i / places, p = plane / channels * places + i % places;
      double at[CJ_EXTRA_MAX_SPACE];

      for (guint k = 0; k < n; k++)
        {
          /* the grid names the last dimension first, from -1 to 1 */
          const double u = cj_array_get (grid, p * n + (n - 1 - k));
          const double size = (double) x->dims.d[2 + k];

          at[k] = g.corners ? (u + 1) / 2 * (size - 1) : ((u + 1) * size - 1) / 2;
          at[k] = isfinite (at[k]) ? CLAMP (at[k], -1e9, 1e9) : -1e9;
          if (g.border && g.mode != GRID_CUBIC)
            at[k] = CLAMP (at[k], 0, size - 1);
          if (g.reflection && g.mode != GRID_CUBIC)
            at[k] = g.corners ? reflect (at[k], 0, size - 1)
                              : CLAMP (reflect (at[k], -0.5, size - 0.5), 0, size - 1);
        }
      cj_array_set (y, i, sample_grid (&g, x, plane, at));
    }
  return y != NULL;
}

const CjExtraInfo cj_extra_vision[] = {
  { "GridSample", 16, 0, 2, 2, run_grid_sample },
  { "MaxRoiPool", 1, 0, 2, 2, run_max_roi_pool },
  { "NonMaxSuppression", 10, 0, 2, 5, run_suppression },
  { "RoiAlign", 10, 0, 3, 3, run_roi_align },
  { NULL, 0, 0, 0, 0, NULL },
};
