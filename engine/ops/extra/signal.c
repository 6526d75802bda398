/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signals in time and frequency: windows, discrete Fourier transforms, mel filters. Sums are taken as they are
 * written, in double precision. */
#include "cj-extra-private.h"

#include <glib/gi18n-lib.h>

/* --- windows --- */

/* Coefficients of a sum of cosines. */
static gboolean
run_window (CjExtraCall *call, GError **error)
{
  static const double hann[3] = { 0.5, 0.5, 0 }, blackman[3] = { 0.42, 0.5, 0.08 };
  static const double hamming[3] = { 25.0 / 46, 21.0 / 46, 0 };
  const char *op = call->node->op;
  const double *a = g_str_equal (op, "HannWindow")       ? hann
                    : g_str_equal (op, "BlackmanWindow") ? blackman
                                                         : hamming;
  const gboolean periodic = cj_extra_int (call, "periodic", 1) != 0;
  CjDims dims = { .n = 1 };
  CjArrayType type;
  CjArray *y;
  double length;

  if (call->in[0]->size != 1)
    return cj_extra_refuse_shapes (error);
  if (!cj_extra_type (call, "output_datatype", CJ_ARRAY_F32, &type, error))
    return FALSE;
  dims.d[0] = cj_array_get_int (call->in[0], 0);
  y = cj_extra_out (call, 0, type, &dims, error);
  length = (double) dims.d[0] - (periodic ? 0 : 1);
  for (gint64 i = 0; y != NULL && i < y->size; i++)
    {
      const double angle = length > 0 ? 2 * G_PI * (double) i / length : 0;

      cj_array_set (y, i, a[0] - a[1] * cos (angle) + a[2] * cos (2 * angle));
    }
  return y != NULL;
}

/* --- transforms --- */

/* Bin k of n numbers (pairs, if `pairs`) that are `step` apart, of which `there` exist; the rest is zero. */
static void
transform (const double *x, gint64 n, gint64 k, double direction, double *re, double *im)
{
  *re = *im = 0;
  for (gint64 i = 0; i < n; i++)
    {
      const double angle = direction * 2 * G_PI * (double) (i * k % n) / (double) n;

      *re += x[2 * i] * cos (angle) - x[2 * i + 1] * sin (angle);
      *im += x[2 * i] * sin (angle) + x[2 * i + 1] * cos (angle);
    }
}

static gboolean
run_dft (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0], *length = cj_extra_in (call, 1), *axis_in = cj_extra_in (call, 2);
  const gboolean inverse = cj_extra_int (call, "inverse", 0) != 0;
  const gboolean onesided = cj_extra_int (call, "onesided", 0) != 0;
  const gint64 given = axis_in != NULL && axis_in->size == 1
                           ? cj_array_get_int (axis_in, 0)
                           : cj_extra_int (call, "axis", call->node->opset < 20 ? 1 : -2);
  g_autofree double *row = NULL;
  gint64 pair, n, inner, out;
  CjDims dims = x->dims;
  CjArray *y;
  guint axis;

  if (x->dims.n < 2 || !cj_extra_axis (given, x->dims.n, &axis, error))
    return x->dims.n < 2 ? cj_extra_refuse_shapes (error) : FALSE;
  pair = x->dims.d[x->dims.n - 1];
  n = length != NULL && length->size == 1 ? cj_array_get_int (length, 0) : x->dims.d[axis];
  if (axis + 1 == x->dims.n || (pair != 1 && pair != 2) || n < 1 || n > G_MAXINT32
      || (onesided && inverse))
    return cj_extra_refuse_shapes (error);
  out = onesided ? n / 2 + 1 : n;
  dims.d[axis] = out;
  dims.d[dims.n - 1] = 2;
  y = cj_extra_out (call, 0, x->type, &dims, error);
  if (y == NULL)
    return FALSE;
  row = g_new0 (double, 2 * n);
  inner = cj_dims_size (&x->dims, axis + 1, x->dims.n - 1);
  for (gint64 o = 0; y->size > 0 && o < cj_dims_size (&x->dims, 0, axis) * inner; o++)
    {
      const gint64 first = o / inner * x->dims.d[axis] * inner + o % inner;

      for (gint64 i = 0; i < MIN (n, x->dims.d[axis]); i++)
        {
          row[2 * i] = cj_array_get (x, (first + i * inner) * pair);
          row[2 * i + 1] = pair == 2 ? cj_array_get (x, (first + i * inner) * pair + 1) : 0;
        }
      for (gint64 k = 0; k < out; k++)
        {
          const gint64 to = (o / inner * out * inner + k * inner + o % inner) * 2;
          double re, im;

          transform (row, n, k, inverse ? 1 : -1, &re, &im);
          cj_array_set (y, to, inverse ? re / (double) n : re);
          cj_array_set (y, to + 1, inverse ? im / (double) n : im);
        }
    }
  return y != NULL;
}

/* Frames of a signal [batch, length, 1 or 2], each under a window, transformed. */
static gboolean
run_stft (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0], *step_in = call->in[1], *window = cj_extra_in (call, 2);
  const CjArray *size_in = cj_extra_in (call, 3);
  const gboolean onesided = cj_extra_int (call, "onesided", 1) != 0;
  g_autofree double *row = NULL;
  gint64 pair, step, n, frames, bins;
  CjDims dims;
  CjArray *y;

  if (x->dims.n < 2 || x->dims.n > 3 || step_in->size != 1
      || (window == NULL && (size_in == NULL || size_in->size != 1)))
    return cj_extra_refuse_shapes (error);
  pair = x->dims.n == 3 ? x->dims.d[2] : 1;
  step = cj_array_get_int (step_in, 0);
  n = size_in != NULL && size_in->size == 1 ? cj_array_get_int (size_in, 0) : window->size;
  if (step < 1 || n < 1 || n > x->dims.d[1] || (pair != 1 && pair != 2)
      || (window != NULL && window->size != n))
    return cj_extra_refuse_shapes (error);
  frames = (x->dims.d[1] - n) / step + 1;
  bins = onesided ? n / 2 + 1 : n;
  dims = (CjDims){ 4, { x->dims.d[0], frames, bins, 2 } };
  y = cj_extra_out (call, 0, x->type, &dims, error);
  if (y == NULL)
    return FALSE;
  row = g_new0 (double, 2 * n);
  for (gint64 f = 0; f < x->dims.d[0] * frames; f++)
    {
      const gint64 first = f / frames * x->dims.d[1] + f % frames * step;

      for (gint64 i = 0; i < n; i++)
        for (gint64 part = 0; part < pair; part++)
          row[2 * i + part] = cj_array_get (x, (first + i) * pair + part)
                              * (window != NULL ? cj_array_get (window, i) : 1);
      for (gint64 k = 0; k < bins; k++)
        {
          double re, im;

          transform (row, n, k, -1, &re, &im);
          cj_array_set (y, (f * bins + k) * 2, re);
          cj_array_set (y, (f * bins + k) * 2 + 1, im);
        }
    }
  return TRUE;
}

/* Triangles that overlap, evenly apart on the mel scale. */
static gboolean
run_mel (CjExtraCall *call, GError **error)
{
  double in[5];
  g_autofree gint64 *edges = NULL;
  gint64 bands, bins;
  CjArrayType type;
  CjDims dims;
  CjArray *y;

  for (guint i = 0; i < 5; i++)
    {
      if (call->in[i]->size != 1)
        return cj_extra_refuse_shapes (error);
      in[i] = cj_array_get (call->in[i], 0);
    }
  if (!cj_extra_type (call, "output_datatype", CJ_ARRAY_F32, &type, error))
    return FALSE;
  if (!(in[0] >= 1 && in[0] < 1e6 && in[1] >= 1 && in[1] < 1e9 && in[2] > 0 && in[3] >= 0
        && in[4] > in[3]))
    return cj_extra_refuse_shapes (error);
  bands = (gint64) in[0];
  bins = (gint64) in[1] / 2 + 1;
  dims = (CjDims){ 2, { bins, bands } };
  y = cj_extra_out (call, 0, type, &dims, error);
  if (y == NULL)
    return FALSE;
  edges = g_new (gint64, bands + 2);
  for (gint64 i = 0; i < bands + 2; i++)
    {
      const double low = 2595 * log10 (1 + in[3] / 700), high = 2595 * log10 (1 + in[4] / 700);
      const double mel = low + (double) i * (high - low) / (double) (bands + 2);
      const double hz = 700 * (pow (10, mel / 2595) - 1);

      edges[i] = (gint64) fmin (floor (((double) (gint64) in[1] + 1) * hz / in[2]), 1e15);
    }
  for (gint64 b = 0; b < bands; b++)
    {
      const gint64 low = edges[b], center = edges[b + 1], high = edges[b + 2];

      for (gint64 k = low; k <= MIN (center, bins - 1) && k < bins; k++)
        if (low != center)
          cj_array_set (y, k * bands + b, (double) (k - low) / (double) (center - low));
        else if (k == center)
          cj_array_set (y, k * bands + b, 1);
      for (gint64 k = center; k < MIN (high, bins); k++)
        if (high != center)
          cj_array_set (y, k * bands + b, (double) (high - k) / (double) (high - center));
    }
  return TRUE;
}

const CjExtraInfo cj_extra_signal[] = {
  { "BlackmanWindow", 17, 0, 1, 1, run_window },
  { "DFT", 17, 0, 1, 3, run_dft },
  { "HammingWindow", 17, 0, 1, 1, run_window },
  { "HannWindow", 17, 0, 1, 1, run_window },
  { "MelWeightMatrix", 17, 0, 5, 5, run_mel },
  { "STFT", 17, 0, 2, 4, run_stft },
  { NULL, 0, 0, 0, 0, NULL },
};
