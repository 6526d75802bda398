/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Convolutions over one to three spatial dimensions and their transposes, as products of matrices whose right
 * side is made of the input as it is needed. */
#include "cj-extra-private.h"

#include "cj-gemm.h"

#include <glib/gi18n-lib.h>

#define MOST ((gint64) 1 << 30) /* of every number that describes a window */

/* --- windows --- */

/* Numbers of an attribute, one a dimension or none. */
static gboolean
read_each (const CjExtraCall *call, const char *name, guint n, gint64 least, gint64 *to,
           GError **error)
{
  gint64 ints[CJ_EXTRA_MAX_SPACE];
  guint given;

  if (!cj_extra_ints (call, name, CJ_EXTRA_MAX_SPACE, ints, &given, error))
    return FALSE;
  if (given != 0 && given != n)
    return cj_extra_refuse_shapes (error);
  for (guint k = 0; k < given; k++)
    {
      if (ints[k] < least || ints[k] > MOST)
        return cj_extra_refuse_attr (name, error);
      to[k] = ints[k];
    }
  return TRUE;
}

/* What both directions read. */
static gboolean
read_window (CjWindow *w, const CjExtraCall *call, const CjArray *x, const gint64 *kernel,
             GError **error)
{
  gint64 pads[2 * CJ_EXTRA_MAX_SPACE];
  guint n;

  *w = (CjWindow){ .n = x->dims.n - 2 };
  if (x->dims.n < 3 || w->n > CJ_EXTRA_MAX_SPACE)
    {
      g_set_error_literal (error, CJ_ERROR, CJ_ERROR_PARAM,
                           _ ("it is done for one to three spatial dimensions"));
      return FALSE;
    }
  for (guint k = 0; k < CJ_EXTRA_MAX_SPACE; k++)
    {
      w->in[k] = k < w->n ? x->dims.d[2 + k] : 1;
      w->kernel[k] = k < w->n && kernel != NULL ? kernel[k] : 1;
      w->out[k] = w->stride[k] = w->dilation[k] = 1;
      if (w->in[k] > MOST)
        return cj_extra_refuse_shapes (error);
    }
  if (!read_each (call, "kernel_shape", w->n, 1, w->kernel, error)
      || !read_each (call, "strides", w->n, 1, w->stride, error)
      || !read_each (call, "dilations", w->n, 1, w->dilation, error)
      || !cj_extra_ints (call, "pads", 2 * CJ_EXTRA_MAX_SPACE, pads, &n, error))
    return FALSE;
  if (n != 0 && n != 2 * w->n)
    return cj_extra_refuse_shapes (error);
  for (guint k = 0; k < w->n; k++)
    {
      if (kernel != NULL && kernel[k] != w->kernel[k])
        return cj_extra_refuse_shapes (error);
      if (w->kernel[k] < 1 || w->kernel[k] > MOST)
        return cj_extra_refuse_shapes (error);
      if (n > 0 && (pads[k] < 0 || pads[w->n + k] < 0 || pads[k] > MOST || pads[w->n + k] > MOST))
        return cj_extra_refuse_attr ("pads", error);
      w->before[k] = n > 0 ? pads[k] : 0;
      w->after[k] = n > 0 ? pads[w->n + k] : 0;
    }
  return TRUE;
}

/* Padding of `total` so that the odd one stands at the end, or at the start. */
static void
pad_same (CjWindow *w, guint k, gint64 total, gboolean upper)
{
  total = MAX (total, 0);
  w->before[k] = upper ? total / 2 : total - total / 2;
  w->after[k] = total - w->before[k];
}

gboolean
cj_window_init (CjWindow *w, const CjExtraCall *call, const CjArray *x, const gint64 *kernel,
                GError **error)
{
  const char *mode = cj_extra_text (call, "auto_pad", "NOTSET");
  const gboolean ceils = cj_extra_int (call, "ceil_mode", 0) != 0;
  const gboolean upper = g_str_equal (mode, "SAME_UPPER");

  if (!read_window (w, call, x, kernel, error))
    return FALSE;
  for (guint k = 0; k < w->n; k++)
    {
      const gint64 reach = (w->kernel[k] - 1) * w->dilation[k] + 1, stride = w->stride[k];
      gint64 room;

      if (upper || g_str_equal (mode, "SAME_LOWER"))
        {
          w->out[k] = (w->in[k] + stride - 1) / stride;
          pad_same (w, k, (w->out[k] - 1) * stride + reach - w->in[k], upper);
          continue;
        }
      if (g_str_equal (mode, "VALID"))
        w->before[k] = w->after[k] = 0;
      else if (!g_str_equal (mode, "NOTSET") && *mode != '\0')
        return cj_extra_refuse_attr ("auto_pad", error);
      room = w->in[k] + w->before[k] + w->after[k] - reach;
      if (room < 0)
        return cj_extra_refuse_shapes (error);
      w->out[k] = (ceils ? room + stride - 1 : room) / stride + 1;
      /* a window that would begin in the padding behind is none */
      if (ceils && (w->out[k] - 1) * stride >= w->in[k] + w->before[k])
        w->out[k]--;
    }
  return TRUE;
}

/* The sizes of a transposed one: `in` is the result's here and `out` the input's, as if it were the convolution
 * that it turns round. */
gboolean
cj_window_init_transposed (CjWindow *w, const CjExtraCall *call, const CjArray *x,
                           const gint64 *kernel, GError **error)
{
  const char *mode = cj_extra_text (call, "auto_pad", "NOTSET");
  const gboolean same = g_str_has_prefix (mode, "SAME");
  gint64 more[CJ_EXTRA_MAX_SPACE] = { 0 }, wanted[CJ_EXTRA_MAX_SPACE] = { 0 };

  if (!read_window (w, call, x, kernel, error)
      || !read_each (call, "output_padding", w->n, 0, more, error)
      || !read_each (call, "output_shape", w->n, 0, wanted, error))
    return FALSE;
  for (guint k = 0; k < w->n; k++)
    {
      const gint64 full
          = w->stride[k] * (w->in[k] - 1) + more[k] + (w->kernel[k] - 1) * w->dilation[k] + 1;

      w->out[k] = w->in[k];
      if (w->in[k] < 1)
        return cj_extra_refuse_shapes (error);
      if (g_str_equal (mode, "VALID"))
        w->before[k] = w->after[k] = 0;
      if (wanted[k] > 0 || same)
        {
          const gint64 size = wanted[k] > 0 ? wanted[k] : w->in[k] * w->stride[k];

          w->in[k] = size;
          pad_same (w, k, full - size, !g_str_equal (mode, "SAME_LOWER"));
        }
      else
        w->in[k] = full - w->before[k] - w->after[k];
      if (w->in[k] < 0)
        return cj_extra_refuse_shapes (error);
    }
  return TRUE;
}

CjDims
cj_window_dims (const CjWindow *w, gint64 n, gint64 c, const gint64 *space)
{
  CjDims dims = { .n = 2 + w->n, .d = { n, c } };

  for (guint k = 0; k < w->n; k++)
    dims.d[2 + k] = space[k];
  return dims;
}

/* --- forward --- */

/* Columns of the right side: a column is a place of the result, a row a channel and a place of the kernel. */
typedef struct
{
  const CjWindow *w;
  const float *x; /* channels of one group of one sample */
} Columns;

static void
pack_columns (gconstpointer source, gint64 first, int count, int width, gint64 k, int depth,
              float *panel)
{
  const Columns *columns = source;
  const CjWindow *w = columns->w;
  const gint64 volume = w->in[0] * w->in[1] * w->in[2];
  const gint64 kernel = w->kernel[0] * w->kernel[1] * w->kernel[2];
  gint64 at[CJ_GEMM_NR][3];

  for (int i = 0; i < count; i++)
    {
      const gint64 place = first + i;

      at[i][2] = place % w->out[2] * w->stride[2] - w->before[2];
      at[i][1] = place / w->out[2] % w->out[1] * w->stride[1] - w->before[1];
      at[i][0] = place / w->out[2] / w->out[1] * w->stride[0] - w->before[0];
    }
  for (int p = 0; p < depth; p++)
    {
      const gint64 channel = (k + p) / kernel, tap = (k + p) % kernel;
      const gint64 t2 = tap % w->kernel[2] * w->dilation[2];
      const gint64 t1 = tap / w->kernel[2] % w->kernel[1] * w->dilation[1];
      const gint64 t0 = tap / w->kernel[2] / w->kernel[1] * w->dilation[0];
      const float *x = columns->x + channel * volume;
      float *row = panel + (gint64) p * width;

      for (int i = 0; i < count; i++)
        {
          const gint64 a = at[i][0] + t0, b = at[i][1] + t1, c = at[i][2] + t2;
          const gboolean inside
              = a >= 0 && a < w->in[0] && b >= 0 && b < w->in[1] && c >= 0 && c < w->in[2];

          row[i] = inside ? x[(a * w->in[1] + b) * w->in[2] + c] : 0;
        }
      for (int i = count; i < width; i++)
        row[i] = 0;
    }
}

void
cj_extra_convolve (const CjWindow *w, gint64 n, gint64 channels, gint64 filters, gint64 groups,
                   const float *x, const float *weight, const float *b, float *y)
{
  const gint64 volume = w->in[0] * w->in[1] * w->in[2];
  const gint64 places = w->out[0] * w->out[1] * w->out[2];
  const gint64 taps = w->kernel[0] * w->kernel[1] * w->kernel[2];
  const gint64 depth = channels / groups * taps, rows = filters / groups;
  g_autofree float *scratch = g_new (float, CJ_GEMM_SCRATCH);

  for (gint64 i = 0; i < n; i++)
    for (gint64 g = 0; g < groups; g++)
      {
        const CjGemmMatrix left = { weight + g * rows * depth, depth, 1 };
        const Columns columns = { w, x + (i * channels + g * (channels / groups)) * volume };
        float *to = y + (i * filters + g * rows) * places;

        if (places > 0)
          cj_gemm (rows, places, depth, (CjGemmOperand){ cj_gemm_pack_matrix, &left },
                   (CjGemmOperand){ pack_columns, &columns }, to, places, FALSE, scratch);
        for (gint64 f = 0; b != NULL && f < rows; f++)
          for (gint64 p = 0; p < places; p++)
            to[f * places + p] += b[g * rows + f];
      }
}

/* Inputs x, w and b as float32; b may be NULL. */
typedef struct
{
  CjArray *x, *w, *b;
} Inputs;

static void
clear_inputs (Inputs *inputs)
{
  g_clear_pointer (&inputs->x, cj_array_unref);
  g_clear_pointer (&inputs->w, cj_array_unref);
  g_clear_pointer (&inputs->b, cj_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Inputs, clear_inputs)

static gboolean
read_inputs (const CjExtraCall *call, Inputs *inputs, GError **error)
{
  CjArray *b = cj_extra_in (call, 2);

  if (!cj_array_type_is_float (call->in[0]->type))
    return cj_extra_refuse_type (call->in[0]->type, error);
  if (call->in[1]->dims.n != call->in[0]->dims.n)
    return cj_extra_refuse_shapes (error);
  inputs->x = cj_array_cast (call->in[0], CJ_ARRAY_F32, error);
  inputs->w = inputs->x != NULL ? cj_array_cast (call->in[1], CJ_ARRAY_F32, error) : NULL;
  if (inputs->w == NULL)
    return FALSE;
  inputs->b = b != NULL ? cj_array_cast (b, CJ_ARRAY_F32, error) : NULL;
  return b == NULL || inputs->b != NULL;
}

static gboolean
run_conv (CjExtraCall *call, GError **error)
{
  const gint64 groups = cj_extra_int (call, "group", 1);
  g_auto (Inputs) in = { 0 };
  CjWindow w;
  CjDims dims;
  CjArray *y;
  gint64 channels, filters;

  if (!read_inputs (call, &in, error))
    return FALSE;
  if (in.w->dims.n < 3)
    return cj_extra_refuse_shapes (error);
  if (!cj_window_init (&w, call, in.x, in.w->dims.d + 2, error))
    return FALSE;
  channels = in.x->dims.d[1];
  filters = in.w->dims.d[0];
  if (groups < 1 || channels % groups != 0 || filters % groups != 0
      || in.w->dims.d[1] != channels / groups || (in.b != NULL && in.b->size != filters))
    return cj_extra_refuse_shapes (error);
  dims = cj_window_dims (&w, in.x->dims.d[0], filters, w.out);
  y = cj_array_new (CJ_ARRAY_F32, &dims, error);
  if (y == NULL)
    return FALSE;
  if (y->size > 0 && in.w->size > 0)
    cj_extra_convolve (&w, in.x->dims.d[0], channels, filters, groups, in.x->data, in.w->data,
                       in.b != NULL ? in.b->data : NULL, y->data);
  return cj_extra_give_as (call, 0, y, call->in[0]->type, error);
}

/* --- transposed --- */

void
cj_extra_add_columns (const CjWindow *w, const float *columns, gint64 rows, float *y)
{
  const gint64 places = w->out[0] * w->out[1] * w->out[2];
  const gint64 taps = w->kernel[0] * w->kernel[1] * w->kernel[2];
  const gint64 volume = w->in[0] * w->in[1] * w->in[2];

  for (gint64 r = 0; r < rows; r++)
    {
      const gint64 tap = r % taps;
      const gint64 t2 = tap % w->kernel[2] * w->dilation[2] - w->before[2];
      const gint64 t1 = tap / w->kernel[2] % w->kernel[1] * w->dilation[1] - w->before[1];
      const gint64 t0 = tap / w->kernel[2] / w->kernel[1] * w->dilation[0] - w->before[0];
      float *to = y + r / taps * volume;

      for (gint64 p = 0; p < places; p++)
        {
          const gint64 c = p % w->out[2] * w->stride[2] + t2;
          const gint64 b = p / w->out[2] % w->out[1] * w->stride[1] + t1;
          const gint64 a = p / w->out[2] / w->out[1] * w->stride[0] + t0;

          if (a >= 0 && a < w->in[0] && b >= 0 && b < w->in[1] && c >= 0 && c < w->in[2])
            to[(a * w->in[1] + b) * w->in[2] + c] += columns[r * places + p];
        }
    }
}

static gboolean
transpose (const CjWindow *w, const Inputs *in, gint64 groups, CjArray *y, GError **error)
{
  const gint64 places = w->out[0] * w->out[1] * w->out[2];
  const gint64 volume = w->in[0] * w->in[1] * w->in[2];
  const gint64 taps = w->kernel[0] * w->kernel[1] * w->kernel[2];
  const gint64 channels = in->x->dims.d[1], own = channels / groups, filters = in->w->dims.d[1];
  const gint64 rows = filters * taps;
  const CjDims dims = { 2, { rows, places } };
  g_autoptr (CjArray) columns = cj_array_new (CJ_ARRAY_F32, &dims, error);

  if (columns == NULL)
    return FALSE;
  for (gint64 n = 0; n < in->x->dims.d[0]; n++)
    for (gint64 g = 0; g < groups; g++)
      {
        const float *x = cj_array_f32 (in->x) + (n * channels + g * own) * places;
        const float *weight = cj_array_f32 (in->w) + g * own * rows;
        float *to = cj_array_f32 (y) + (n * groups + g) * filters * volume;

        cj_extra_multiply (rows, places, own, weight, 1, rows, x, places, 1, columns->data, places);
        cj_extra_add_columns (w, columns->data, rows, to);
        for (gint64 f = 0; in->b != NULL && f < filters; f++)
          for (gint64 i = 0; i < volume; i++)
            to[f * volume + i] += cj_array_f32 (in->b)[g * filters + f];
      }
  return TRUE;
}

static gboolean
run_conv_transpose (CjExtraCall *call, GError **error)
{
  const gint64 groups = cj_extra_int (call, "group", 1);
  g_auto (Inputs) in = { 0 };
  g_autoptr (CjArray) y = NULL;
  CjWindow w;
  CjDims dims;

  if (!read_inputs (call, &in, error))
    return FALSE;
  if (in.w->dims.n < 3)
    return cj_extra_refuse_shapes (error);
  if (!cj_window_init_transposed (&w, call, in.x, in.w->dims.d + 2, error))
    return FALSE;
  if (groups < 1 || groups > MOST || in.x->dims.d[1] % groups != 0
      || in.w->dims.d[0] != in.x->dims.d[1] || in.w->dims.d[1] > MOST
      || (in.b != NULL && in.b->size != in.w->dims.d[1] * groups))
    return cj_extra_refuse_shapes (error);
  dims = cj_window_dims (&w, in.x->dims.d[0], in.w->dims.d[1] * groups, w.in);
  y = cj_array_new (CJ_ARRAY_F32, &dims, error);
  if (y == NULL || (y->size > 0 && !transpose (&w, &in, groups, y, error)))
    return FALSE;
  return cj_extra_give_as (call, 0, g_steal_pointer (&y), call->in[0]->type, error);
}

const CjExtraInfo cj_extra_conv[] = {
  { "Conv", 1, 0, 2, 3, run_conv },
  { "ConvTranspose", 1, 0, 2, 3, run_conv_transpose },
  { NULL, 0, 0, 0, 0, NULL },
};
