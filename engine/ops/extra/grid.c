/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Grids that pictures are sampled by, windows that overlap or are bent, and rows that are put into a longer list. */
#include "cj-extra-private.h"

#include <glib/gi18n-lib.h>

/* --- grids --- */

/* Place i of `n` along a dimension, from -1 to 1: of the outermost numbers, or of their outer borders. */
static double
coordinate (gint64 i, gint64 n, gboolean corners)
{
  if (corners)
    return n > 1 ? 2 * (double) i / (double) (n - 1) - 1 : 0;
  return (2 * (double) i + 1) / (double) n - 1;
}

/* Jaderberg et al. (2015), "Spatial transformer networks", equation 1: theta [N, D, D + 1] times each place of a grid of
 * `size` [N, C, space], the last dimension first; the result is [N, space, D]. */
static gboolean
run_affine_grid (CjExtraCall *call, GError **error)
{
  const CjArray *theta = call->in[0];
  const gboolean corners = cj_extra_int (call, "align_corners", 0) != 0;
  gint64 size[CJ_EXTRA_MAX_SPACE + 2], places;
  CjDims dims = { 0 };
  guint n_size, n;
  CjArray *y;

  if (!cj_extra_ints_in (call, 1, CJ_EXTRA_MAX_SPACE + 2, size, &n_size, error))
    return FALSE;
  n = n_size > 2 ? n_size - 2 : 0;
  if (n < 2 || theta->dims.n != 3 || theta->dims.d[0] != size[0] || theta->dims.d[1] != n
      || theta->dims.d[2] != n + 1)
    return cj_extra_refuse_shapes (error);
  dims.n = n + 2;
  dims.d[0] = size[0];
  for (guint k = 0; k < n; k++)
    dims.d[1 + k] = size[2 + k];
  dims.d[n + 1] = n;
  y = cj_extra_out (call, 0, theta->type, &dims, error);
  places = y != NULL && y->size > 0 ? cj_dims_size (&dims, 1, n + 1) : 1;
  for (gint64 i = 0; y != NULL && i < y->size / n; i++)
    {
      const gint64 sample = i / places;
      gint64 rest = i % places;
      double at[CJ_EXTRA_MAX_SPACE + 1];

      at[n] = 1;
      for (guint k = 0; k < n; k++)
        {
          const gint64 length = dims.d[n - k];

          at[k] = coordinate (rest % length, length, corners);
          rest /= length;
        }
      for (guint row = 0; row < n; row++)
        {
          double sum = 0;

          for (guint k = 0; k <= n; k++)
            sum += cj_array_get (theta, (sample * n + row) * (n + 1) + k) * at[k];
          cj_array_set (y, i * n + row, sum);
        }
    }
  return y != NULL;
}

/* --- windows that overlap --- */

/* Columns [N, C · taps, places] are added up where their windows lie in a picture. */
static gboolean
run_col2im (CjExtraCall *call, GError **error)
{
  const gint64 most = (gint64) CJ_ARRAY_MAX_BYTES;
  gint64 image[CJ_EXTRA_MAX_SPACE], block[CJ_EXTRA_MAX_SPACE], taps = 1, places = 1;
  g_autoptr (CjArray) x = NULL, y = NULL;
  CjArray shape = { .dims = { .d = { 1, 1 } } };
  guint n, n_block;
  CjWindow w;
  CjDims dims;

  if (!cj_extra_ints_in (call, 1, CJ_EXTRA_MAX_SPACE, image, &n, error)
      || !cj_extra_ints_in (call, 2, CJ_EXTRA_MAX_SPACE, block, &n_block, error))
    return FALSE;
  if (n < 1 || n != n_block || call->in[0]->dims.n != 3)
    return cj_extra_refuse_shapes (error);
  shape.dims.n = 2 + n;
  for (guint k = 0; k < n; k++)
    {
      if (image[k] < 1)
        return cj_extra_refuse_shapes (error);
      shape.dims.d[2 + k] = image[k];
    }
  if (!cj_window_init (&w, call, &shape, block, error))
    return FALSE;
  for (guint k = 0; k < n; k++)
    {
      /* numbers of up to 30 bits each, three of them at most */
      if (block[k] > most / taps || w.out[k] > most / places)
        return cj_extra_refuse_shapes (error);
      taps *= block[k];
      places *= w.out[k];
    }
  if (call->in[0]->dims.d[1] % taps != 0 || call->in[0]->dims.d[2] != places)
    return cj_extra_refuse_shapes (error);
  dims = cj_window_dims (&w, call->in[0]->dims.d[0], call->in[0]->dims.d[1] / taps, image);
  x = cj_array_cast (call->in[0], CJ_ARRAY_F32, error);
  y = x != NULL ? cj_array_new (CJ_ARRAY_F32, &dims, error) : NULL;
  if (y == NULL)
    return FALSE;
  if (y->size > 0)
    cj_extra_add_columns (&w, x->data, x->dims.d[0] * x->dims.d[1], y->data);
  return cj_extra_give_as (call, 0, g_steal_pointer (&y), call->in[0]->type, error);
}

/* --- windows that are bent --- */

/* What a bent convolution is told: offsets [N, groups · taps · 2, H, W] and, or NULL, a mask [N, groups · taps, H, W]. */
typedef struct
{
  CjWindow w;
  CjArray *x, *weight, *offset, *bias, *mask; /* float32 */
  gint64 groups, offset_groups;
  gint64 filters, taps, places;
} Bent;

static void
bent_clear (Bent *b)
{
  g_clear_pointer (&b->x, cj_array_unref);
  g_clear_pointer (&b->weight, cj_array_unref);
  g_clear_pointer (&b->offset, cj_array_unref);
  g_clear_pointer (&b->bias, cj_array_unref);
  g_clear_pointer (&b->mask, cj_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Bent, bent_clear)

/* The number between those of a plane [height, width], which is zero outside. */
static double
between (const float *plane, gint64 height, gint64 width, double row, double column)
{
  const double top = floor (row), left = floor (column);
  double sum = 0;

  if (!(row > -1 && row < (double) height && column > -1 && column < (double) width))
    return 0;
  for (int k = 0; k < 4; k++)
    {
      const gint64 a = (gint64) top + k / 2, b = (gint64) left + k % 2;
      const double weight = (1 - fabs (row - (double) a)) * (1 - fabs (column - (double) b));

      if (a >= 0 && a < height && b >= 0 && b < width)
        sum += weight * (double) plane[a * width + b];
    }
  return sum;
}

/* Columns of sample n and group g: [channels of the group · taps, places]. */
static void
fill_columns (const Bent *b, gint64 n, gint64 g, float *columns)
{
  const CjWindow *w = &b->w;
  const gint64 all = b->x->dims.d[1], own = all / b->groups, bent = all / b->offset_groups;
  const gint64 volume = w->in[0] * w->in[1];

  for (gint64 r = 0; r < own * b->taps; r++)
    {
      const gint64 channel = g * own + r / b->taps, tap = r % b->taps;
      const gint64 slot = (n * b->offset_groups + channel / bent) * b->taps + tap;
      const float *plane = cj_array_f32 (b->x) + (n * all + channel) * volume;
      const float *down = cj_array_f32 (b->offset) + slot * 2 * b->places;
      const float *mask = b->mask != NULL ? cj_array_f32 (b->mask) + slot * b->places : NULL;

      for (gint64 p = 0; p < b->places; p++)
        {
          const gint64 row
              = p / w->out[1] * w->stride[0] - w->before[0] + tap / w->kernel[1] * w->dilation[0];
          const gint64 column
              = p % w->out[1] * w->stride[1] - w->before[1] + tap % w->kernel[1] * w->dilation[1];
          const double one = between (plane, w->in[0], w->in[1], (double) row + (double) down[p],
                                      (double) column + (double) down[b->places + p]);

          columns[r * b->places + p] = (float) (mask != NULL ? one * (double) mask[p] : one);
        }
    }
}

static gboolean
has_dims (const CjArray *x, gint64 n, gint64 channels, gint64 height, gint64 width)
{
  return x->dims.n == 4 && x->dims.d[0] == n && x->dims.d[1] == channels && x->dims.d[2] == height
         && x->dims.d[3] == width;
}

static gboolean
read_bent (const CjExtraCall *call, Bent *b, GError **error)
{
  CjArray **const to[] = { &b->x, &b->weight, &b->offset, &b->bias, &b->mask };
  const gint64 *d;

  for (guint i = 0; i < 5; i++)
    {
      CjArray *in = cj_extra_in (call, i);

      *to[i] = in != NULL ? cj_array_cast (in, CJ_ARRAY_F32, error) : NULL;
      if (in != NULL && *to[i] == NULL)
        return FALSE;
    }
  b->groups = cj_extra_int (call, "group", 1);
  b->offset_groups = cj_extra_int (call, "offset_group", 1);
  if (b->x->dims.n != 4 || b->weight->dims.n != 4)
    {
      g_set_error_literal (error, CJ_ERROR, CJ_ERROR_PARAM,
                           _ ("it is done for two spatial dimensions"));
      return FALSE;
    }
  d = b->x->dims.d;
  b->filters = b->weight->dims.d[0];
  if (!cj_window_init (&b->w, call, b->x, b->weight->dims.d + 2, error))
    return FALSE;
  b->taps = b->w.kernel[0] * b->w.kernel[1];
  b->places = b->w.out[0] * b->w.out[1];
  if (b->groups < 1 || b->offset_groups < 1 || b->offset_groups > d[1] || d[1] % b->groups != 0
      || d[1] % b->offset_groups != 0 || b->filters % b->groups != 0
      || b->weight->dims.d[1] != d[1] / b->groups || b->taps > G_MAXINT32
      || !has_dims (b->offset, d[0], b->offset_groups * b->taps * 2, b->w.out[0], b->w.out[1])
      || (b->bias != NULL && b->bias->size != b->filters)
      || (b->mask != NULL
          && !has_dims (b->mask, d[0], b->offset_groups * b->taps, b->w.out[0], b->w.out[1])))
    return cj_extra_refuse_shapes (error);
  return TRUE;
}

/* Dai et al. (2017), "Deformable convolutional networks"; with a mask, Zhu et al. (2019). */
static gboolean
run_deform_conv (CjExtraCall *call, GError **error)
{
  g_auto (Bent) b = { 0 };
  g_autoptr (CjArray) columns = NULL, y = NULL;
  gint64 depth, rows;
  CjDims dims;

  if (!read_bent (call, &b, error))
    return FALSE;
  depth = b.x->dims.d[1] / b.groups * b.taps;
  rows = b.filters / b.groups;
  dims = (CjDims){ 2, { depth, b.places } };
  columns = cj_array_new (CJ_ARRAY_F32, &dims, error);
  dims = cj_window_dims (&b.w, b.x->dims.d[0], b.filters, b.w.out);
  y = columns != NULL ? cj_array_new (CJ_ARRAY_F32, &dims, error) : NULL;
  if (y == NULL)
    return FALSE;
  for (gint64 n = 0; y->size > 0 && n < b.x->dims.d[0]; n++)
    for (gint64 g = 0; g < b.groups; g++)
      {
        float *to = cj_array_f32 (y) + (n * b.groups + g) * rows * b.places;

        fill_columns (&b, n, g, columns->data);
        cj_extra_multiply (rows, b.places, depth, cj_array_f32 (b.weight) + g * rows * depth, depth,
                           1, columns->data, b.places, 1, to, b.places);
        for (gint64 i = 0; b.bias != NULL && i < rows * b.places; i++)
          to[i] += cj_array_f32 (b.bias)[g * rows + i / b.places];
      }
  return cj_extra_give_as (call, 0, g_steal_pointer (&y), call->in[0]->type, error);
}

/* --- lists that grow --- */

/* Rows of `update` take places of the list along an axis, from an index of each sample on. */
static gboolean
run_tensor_scatter (CjExtraCall *call, GError **error)
{
  const CjArray *past = call->in[0], *update = call->in[1], *starts = cj_extra_in (call, 2);
  const gboolean round = cj_extra_text_is (call, "mode", "linear", "circular");
  const gsize bytes = cj_array_type_size (past->type);
  gint64 length, added, outer, inner;
  CjDims dims = past->dims;
  CjArray *y;
  guint axis;

  if (!cj_extra_axis (cj_extra_int (call, "axis", -2), dims.n, &axis, error))
    return FALSE;
  if (!round && !cj_extra_text_is (call, "mode", "linear", "linear"))
    return cj_extra_refuse_attr ("mode", error);
  length = dims.d[axis];
  added = update->dims.n == dims.n ? update->dims.d[axis] : 0;
  dims.d[axis] = added;
  if (axis == 0 || update->type != past->type || !cj_dims_equal (&dims, &update->dims)
      || added > length || (starts != NULL && starts->size != dims.d[0]))
    return cj_extra_refuse_shapes (error);
  y = cj_extra_out (call, 0, past->type, &past->dims, error);
  if (y == NULL || y->size == 0)
    return y != NULL;
  memcpy (y->data, past->data, (gsize) past->size * bytes);
  outer = cj_dims_size (&dims, 0, axis);
  inner = cj_dims_size (&dims, axis + 1, dims.n);
  for (gint64 o = 0; o < outer; o++)
    {
      const gint64 start = starts != NULL ? cj_array_get_int (starts, o / (outer / dims.d[0])) : 0;

      if (start < 0 || start >= length + (added == 0) || (!round && start > length - added))
        return cj_extra_refuse_index (error);
      for (gint64 i = 0; i < added; i++)
        memcpy ((guint8 *) y->data + (gsize) ((o * length + (start + i) % length) * inner) * bytes,
                (const guint8 *) update->data + (gsize) ((o * added + i) * inner) * bytes,
                (gsize) inner * bytes);
    }
  return TRUE;
}

const CjExtraInfo cj_extra_grid[] = {
  { "AffineGrid", 20, 0, 2, 2, run_affine_grid },
  { "Col2Im", 18, 0, 3, 3, run_col2im },
  { "DeformConv", 19, 0, 3, 5, run_deform_conv },
  { "TensorScatter", 24, 0, 2, 3, run_tensor_scatter },
  { NULL, 0, 0, 0, 0, NULL },
};
