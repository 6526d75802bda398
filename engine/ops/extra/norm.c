/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Norms: numbers of a channel, a sample or a row brought to mean 0 and variance 1, or to length 1. Sums are in
 * double precision. */
#include "cj-extra-private.h"

#include <glib/gi18n-lib.h>

/* --- batches --- */

/* y = (x - mean[c]) / sqrt (var[c] + ε) · scale[c] + bias[c] */
static gboolean
normalise_channels (CjExtraCall *call, const double *mean, const double *var, double epsilon,
                    gint64 channels, gint64 inner, GError **error)
{
  const CjArray *x = call->in[0];
  CjArray *y = cj_extra_out (call, 0, x->type, &x->dims, error);

  for (gint64 i = 0; y != NULL && i < x->size; i++)
    {
      const gint64 c = i / inner % channels;

      cj_array_set (y, i,
                    (cj_array_get (x, i) - mean[c]) / sqrt (var[c] + epsilon)
                            * cj_array_get (call->in[1], c)
                        + cj_array_get (call->in[2], c));
    }
  return y != NULL;
}

/* Mean and variance of the channels of the batch itself. */
static void
measure_channels (const CjArray *x, gint64 channels, gint64 inner, double *mean, double *var)
{
  const double n = (double) (x->size / channels);

  for (gint64 i = 0; i < x->size; i++)
    mean[i / inner % channels] += cj_array_get (x, i) / n;
  for (gint64 i = 0; i < x->size; i++)
    {
      const double away = cj_array_get (x, i) - mean[i / inner % channels];

      var[i / inner % channels] += away * away / n;
    }
}

/* In training the running numbers move towards those of the batch. */
static gboolean
give_running (CjExtraCall *call, const double *mean, const double *var, GError **error)
{
  const double momentum = cj_extra_float (call, "momentum", 0.9);

  for (guint k = 1; k < call->n_out && k < 3; k++)
    {
      const CjArray *old = call->in[2 + k];
      CjArray *next = cj_extra_out (call, k, old->type, &old->dims, error);

      if (next == NULL)
        return FALSE;
      for (gint64 c = 0; c < old->size; c++)
        cj_array_set (next, c,
                      cj_array_get (old, c) * momentum + (k == 1 ? mean : var)[c] * (1 - momentum));
    }
  return TRUE;
}

static gboolean
run_batch_norm (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0];
  const gboolean trains = call->node->opset >= 14 && cj_extra_int (call, "training_mode", 0) != 0;
  /* before version 9 every feature could have numbers of its own */
  const gboolean each = call->node->opset < 9 && cj_extra_int (call, "spatial", 1) == 0;
  g_autofree double *mean = NULL, *var = NULL;
  gint64 channels, inner;

  if (x->dims.n < 1)
    return cj_extra_refuse_shapes (error);
  channels = each ? cj_dims_size (&x->dims, 1, x->dims.n) : x->dims.n > 1 ? x->dims.d[1] : 1;
  inner = each ? 1 : x->dims.n > 2 ? cj_dims_size (&x->dims, 2, x->dims.n) : 1;
  for (guint i = 1; i < 5; i++)
    if (call->in[i]->size != channels)
      return cj_extra_refuse_shapes (error);
  mean = g_new0 (double, MAX (channels, 1));
  var = g_new0 (double, MAX (channels, 1));
  if (trains && x->size > 0)
    measure_channels (x, channels, inner, mean, var);
  else
    {
      cj_array_read (call->in[3], 0, 1, channels, mean);
      cj_array_read (call->in[4], 0, 1, channels, var);
    }
  if (trains && !give_running (call, mean, var, error))
    return FALSE;
  return normalise_channels (call, mean, var, cj_extra_float (call, "epsilon", 1e-5), channels,
                             MAX (inner, 1), error);
}

/* --- rows --- */

/* Mean and 1 / sqrt (variance + ε) of n numbers. */
static void
measure (const CjArray *x, gint64 first, gint64 n, double epsilon, double *mean, double *scale)
{
  double sum = 0, squares = 0;

  for (gint64 i = 0; i < n; i++)
    sum += cj_array_get (x, first + i);
  *mean = sum / (double) n;
  for (gint64 i = 0; i < n; i++)
    {
      const double away = cj_array_get (x, first + i) - *mean;

      squares += away * away;
    }
  *scale = 1 / sqrt (squares / (double) n + epsilon);
}

static gboolean
run_instance_norm (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0], *scale = call->in[1], *bias = call->in[2];
  const double epsilon = cj_extra_float (call, "epsilon", 1e-5);
  gint64 inner;
  CjArray *y;

  if (x->dims.n < 3 || scale->size != x->dims.d[1] || bias->size != x->dims.d[1])
    return cj_extra_refuse_shapes (error);
  y = cj_extra_out (call, 0, x->type, &x->dims, error);
  inner = cj_dims_size (&x->dims, 2, x->dims.n);
  for (gint64 r = 0; y != NULL && y->size > 0 && r < x->size / inner; r++)
    {
      const gint64 c = r % x->dims.d[1];
      double mean, by;

      measure (x, r * inner, inner, epsilon, &mean, &by);
      for (gint64 i = r * inner; i < (r + 1) * inner; i++)
        cj_array_set (y, i,
                      (cj_array_get (x, i) - mean) * by * cj_array_get (scale, c)
                          + cj_array_get (bias, c));
    }
  return y != NULL;
}

/* Wu and He (2018), "Group normalization"; scale and bias are one a group before version 21. */
static gboolean
run_group_norm (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0], *scale = call->in[1], *bias = call->in[2];
  const double epsilon = cj_extra_float (call, "epsilon", 1e-5);
  const gint64 groups = cj_extra_int (call, "num_groups", 0);
  gint64 channels, inner, own, space;
  CjArray *y;

  channels = x->dims.n > 1 ? x->dims.d[1] : 0;
  if (groups < 1 || channels < 1 || channels % groups != 0
      || scale->size != (call->node->opset < 21 ? groups : channels) || bias->size != scale->size)
    return cj_extra_refuse_shapes (error);
  y = cj_extra_out (call, 0, x->type, &x->dims, error);
  own = channels / scale->size;
  space = cj_dims_size (&x->dims, 2, x->dims.n);
  inner = channels / groups * space;
  for (gint64 r = 0; y != NULL && y->size > 0 && r < x->size / inner; r++)
    {
      double mean, by;

      measure (x, r * inner, inner, epsilon, &mean, &by);
      for (gint64 i = r * inner; i < (r + 1) * inner; i++)
        {
          const gint64 c = i / space % channels / own;

          cj_array_set (y, i,
                        (cj_array_get (x, i) - mean) * by * cj_array_get (scale, c)
                            + cj_array_get (bias, c));
        }
    }
  return y != NULL;
}

/* One row of layer normalisation; scale and bias are stretched to the row. */
static void
normalise_row (CjExtraCall *call, CjArray *y, gint64 first, gint64 n, double mean, double by)
{
  const CjArray *x = call->in[0], *scale = cj_extra_in (call, 1), *bias = cj_extra_in (call, 2);

  for (gint64 i = 0; i < n; i++)
    {
      double one = (cj_array_get (x, first + i) - mean) * by;

      if (scale != NULL)
        one *= cj_array_get (scale, i % scale->size);
      if (bias != NULL)
        one += cj_array_get (bias, i % bias->size);
      cj_array_set (y, first + i, one);
    }
}

/* Ba et al. (2016), "Layer normalization"; Zhang and Sennrich (2019) without the mean. */
static gboolean
run_layer_norm (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0], *scale = cj_extra_in (call, 1), *bias = cj_extra_in (call, 2);
  const gboolean rms = g_str_equal (call->node->op, "RMSNormalization");
  const double epsilon = cj_extra_float (call, "epsilon", 1e-5);
  g_autoptr (CjArray) means = NULL, scales = NULL;
  CjDims dims = x->dims;
  CjArray *y;
  guint axis;
  gint64 n;

  if (!cj_extra_axis (cj_extra_int (call, "axis", -1), x->dims.n, &axis, error))
    return FALSE;
  n = cj_dims_size (&x->dims, axis, x->dims.n);
  if ((scale != NULL && (scale->size == 0 || n % scale->size != 0))
      || (bias != NULL && (bias->size == 0 || n % bias->size != 0)))
    return cj_extra_refuse_shapes (error);
  for (guint k = axis; k < dims.n; k++)
    dims.d[k] = 1;
  y = cj_extra_out (call, 0, x->type, &x->dims, error);
  means = cj_array_new (x->type, &dims, error);
  scales = cj_array_new (x->type, &dims, error);
  if (y == NULL || means == NULL || scales == NULL)
    return FALSE;
  for (gint64 r = 0; y->size > 0 && r < x->size / n; r++)
    {
      double mean = 0, by, squares = 0;

      if (rms)
        for (gint64 i = r * n; i < (r + 1) * n; i++)
          squares += cj_array_get (x, i) * cj_array_get (x, i);
      else
        measure (x, r * n, n, epsilon, &mean, &by);
      if (rms)
        by = 1 / sqrt (squares / (double) n + epsilon);
      normalise_row (call, y, r * n, n, mean, by);
      cj_array_set (means, r, mean);
      cj_array_set (scales, r, by);
    }
  return cj_extra_give (call, 1, g_steal_pointer (&means))
         && cj_extra_give (call, 2, g_steal_pointer (&scales));
}

/* Over the axes, with 1e-9 in the root as the standard's function has it. */
static gboolean
run_mean_variance (CjExtraCall *call, GError **error)
{
  CjArray *x = call->in[0];
  gint64 axes[CJ_ARRAY_MAX_DIMS] = { 0, 2, 3 }, n = 1;
  guint order[CJ_ARRAY_MAX_DIMS], back[CJ_ARRAY_MAX_DIMS], n_axes, bits;
  g_autoptr (CjArray) turned = NULL, y = NULL;

  if (!cj_extra_ints (call, "axes", CJ_ARRAY_MAX_DIMS, axes, &n_axes, error)
      || !cj_extra_axes (axes, n_axes > 0 ? n_axes : 3, x->dims.n, &bits, error))
    return FALSE;
  cj_extra_order_last (x->dims.n, bits, order);
  for (guint k = 0; k < x->dims.n; k++)
    {
      back[order[k]] = k;
      n *= bits & 1u << k ? x->dims.d[k] : 1;
    }
  turned = cj_array_permute (x, order, error);
  y = turned != NULL ? cj_array_new (x->type, &turned->dims, error) : NULL;
  if (y == NULL)
    return FALSE;
  for (gint64 r = 0; y->size > 0 && r < y->size / n; r++)
    {
      double mean, by;

      measure (turned, r * n, n, 0, &mean, &by);
      for (gint64 i = r * n; i < (r + 1) * n; i++)
        cj_array_set (y, i, (cj_array_get (turned, i) - mean) / (1 / by + 1e-9));
    }
  return cj_extra_give (call, 0, cj_array_permute (y, back, error));
}

static gboolean
run_lp_norm (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0];
  const gint64 p = cj_extra_int (call, "p", 2);
  gint64 n, inner;
  CjArray *y;
  guint axis;

  if (!cj_extra_axis (cj_extra_int (call, "axis", -1), x->dims.n, &axis, error))
    return FALSE;
  if (p != 1 && p != 2)
    return cj_extra_refuse_attr ("p", error);
  y = cj_extra_out (call, 0, x->type, &x->dims, error);
  if (y == NULL || y->size == 0)
    return y != NULL;
  n = x->dims.d[axis];
  inner = cj_dims_size (&x->dims, axis + 1, x->dims.n);
  for (gint64 o = 0; o < x->size / n; o++)
    {
      const gint64 first = o / inner * n * inner + o % inner;
      double sum = 0;

      for (gint64 i = 0; i < n; i++)
        {
          const double one = cj_array_get (x, first + i * inner);

          sum += p == 1 ? fabs (one) : one * one;
        }
      sum = p == 1 ? sum : sqrt (sum);
      for (gint64 i = 0; i < n; i++)
        cj_array_set (y, first + i * inner,
                      sum == 0 ? 0 : cj_array_get (x, first + i * inner) / sum);
    }
  return TRUE;
}

/* Krizhevsky et al. (2012): divided by what the neighbouring channels do. */
static gboolean
run_lrn (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0];
  const double alpha = cj_extra_float (call, "alpha", 1e-4);
  const double beta = cj_extra_float (call, "beta", 0.75), bias = cj_extra_float (call, "bias", 1);
  const gint64 size = cj_extra_int (call, "size", 0);
  gint64 channels, inner;
  CjArray *y;

  if (x->dims.n < 2 || size < 1)
    return cj_extra_refuse_shapes (error);
  y = cj_extra_out (call, 0, x->type, &x->dims, error);
  channels = x->dims.d[1];
  inner = cj_dims_size (&x->dims, 2, x->dims.n);
  for (gint64 i = 0; y != NULL && i < x->size; i++)
    {
      const gint64 c = i / inner % channels;
      const gint64 from = MAX (0, c - (size - 1) / 2);
      const gint64 to = MIN (channels - 1, c + size / 2);
      double sum = 0;

      for (gint64 k = from; k <= to; k++)
        {
          const double one = cj_array_get (x, i + (k - c) * inner);

          sum += one * one;
        }
      cj_array_set (y, i, cj_array_get (x, i) / pow (bias + alpha / (double) size * sum, beta));
    }
  return y != NULL;
}

const CjExtraInfo cj_extra_norm[] = {
  { "BatchNormalization", 1, 0, 5, 5, run_batch_norm },
  { "GroupNormalization", 18, 0, 3, 3, run_group_norm },
  { "InstanceNormalization", 1, 0, 3, 3, run_instance_norm },
  /* of the standard since version 17; onnxruntime wrote it under the same name before */
  { "LayerNormalization", 1, 0, 2, 3, run_layer_norm },
  { "LpNormalization", 1, 0, 1, 1, run_lp_norm },
  { "LRN", 1, 0, 1, 1, run_lrn },
  { "MeanVarianceNormalization", 9, 0, 1, 1, run_mean_variance },
  { "RMSNormalization", 23, 0, 2, 2, run_layer_norm },
  { NULL, 0, 0, 0, 0, NULL },
};
