/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjv-series.h"

#include "cjv-draw.h"

void
cjv_series_init (CjvSeries *series, const CjvFrame *frame, const char *y, const char *x,
                 gboolean by_epoch)
{
  const CjTensor *values = cjv_frame_get_array (frame, y);
  const CjTensor *steps = cjv_frame_get_array (frame, x);

  *series = (CjvSeries){ 0 };
  if (cjv_tensor_size (values) == 0 || values->shape.n_dims < 1 || values->shape.n_dims > 2)
    return;
  series->y = cjv_tensor_to_float (values);
  series->n_points = values->shape.dims[values->shape.n_dims - 1];
  series->n_runs = values->shape.n_dims == 2 ? MIN (values->shape.dims[0], CJV_SERIES_MAX_RUNS) : 1;
  if (steps != NULL && cjv_tensor_size (steps) == series->n_points)
    series->shared_x = TRUE;
  else if (steps == NULL || !cj_shape_equal (&steps->shape, &values->shape))
    steps = NULL;
  series->x = steps != NULL ? cjv_tensor_to_float (steps) : NULL;
  if (by_epoch)
    series->per_epoch = cjv_frame_get_scalar (frame, "steps-per-epoch", 0);
}

void
cjv_series_clear (CjvSeries *series)
{
  g_clear_pointer (&series->x, cj_tensor_unref);
  g_clear_pointer (&series->y, cj_tensor_unref);
}

double
cjv_series_y (const CjvSeries *series, gint64 run, gint64 i)
{
  return cj_tensor_f32 (series->y)[run * series->n_points + i];
}

double
cjv_series_step (const CjvSeries *series, gint64 run, gint64 i)
{
  if (series->x == NULL)
    return (double) i;
  return cj_tensor_f32 (series->x)[(series->shared_x ? 0 : run * series->n_points) + i];
}

double
cjv_series_x (const CjvSeries *series, gint64 run, gint64 i)
{
  const double step = cjv_series_step (series, run, i);

  return series->per_epoch > 0 ? step / series->per_epoch : step;
}
