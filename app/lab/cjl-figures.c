/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-figures.h"

#include "cj-error.h"
#include "cj-runner.h"
#include "cjl-network.h"
#include "cjl-probe.h"

#include <math.h>
#include <string.h>

#define EVALUATION_BATCH 64

CjMetrics *
cjl_score_split (CjlProject *project, CjdDataset *dataset, CjdSplit split, CjScore *score,
                 GError **error)
{
  g_autoptr (CjProgram) program
      = cjl_network_compile_project (project, dataset, CJ_PURPOSE_INFER, EVALUATION_BATCH, error);
  g_autoptr (CjFeed) feed = NULL;
  CjMetrics *metrics;

  if (program == NULL)
    return NULL;
  feed = cjd_dataset_new_feed (dataset, split);
  metrics = cj_metrics_new (program);
  *score = cj_evaluate (program, feed, metrics);
  if (feed->problem == NULL)
    return metrics;
  g_set_error_literal (error, CJ_ERROR, CJ_ERROR_FILE, feed->problem);
  cj_metrics_free (metrics);
  return NULL;
}

/* Column of an array of structs, as a frame's array. */
static void
put_column (CjvFrame *frame, const char *name, const GArray *rows, gsize stride, gsize offset,
            gboolean wide)
{
  g_autofree float *values = g_new (float, rows->len + 1);

  for (guint i = 0; i < rows->len; i++)
    {
      const char *field = rows->data + i * stride + offset;

      values[i] = wide ? (float) *(const double *) field : *(const float *) field;
    }
  cjv_frame_set_values (frame, name, values, rows->len);
}

static void
put_steps (CjvFrame *frame, const char *name, const GArray *rows, gsize stride, gsize offset)
{
  g_autofree float *values = g_new (float, rows->len + 1);

  for (guint i = 0; i < rows->len; i++)
    values[i] = (float) *(const guint64 *) (rows->data + i * stride + offset);
  cjv_frame_set_values (frame, name, values, rows->len);
}

CjvFrame *
cjl_curves_frame (const GArray *points, const GArray *epochs, guint steps_per_epoch, double now)
{
  CjvFrame *frame = cjv_frame_new ();
  const gboolean has_points = points != NULL && points->len > 0;

  if (has_points)
    {
      put_column (frame, "train-loss", points, sizeof (CjRunPoint), offsetof (CjRunPoint, loss),
                  FALSE);
      put_column (frame, "train-accuracy", points, sizeof (CjRunPoint),
                  offsetof (CjRunPoint, accuracy), FALSE);
      put_steps (frame, "step", points, sizeof (CjRunPoint), offsetof (CjRunPoint, step));
    }
  else if (epochs->len > 0)
    {
      put_column (frame, "train-loss", epochs, sizeof (CjRunEpoch),
                  offsetof (CjRunEpoch, train.loss), TRUE);
      put_column (frame, "train-accuracy", epochs, sizeof (CjRunEpoch),
                  offsetof (CjRunEpoch, train.accuracy), TRUE);
      put_steps (frame, "step", epochs, sizeof (CjRunEpoch), offsetof (CjRunEpoch, step));
    }
  if (epochs->len > 0)
    {
      put_column (frame, "val-loss", epochs, sizeof (CjRunEpoch), offsetof (CjRunEpoch, val.loss),
                  TRUE);
      put_column (frame, "val-accuracy", epochs, sizeof (CjRunEpoch),
                  offsetof (CjRunEpoch, val.accuracy), TRUE);
      put_steps (frame, "val-step", epochs, sizeof (CjRunEpoch), offsetof (CjRunEpoch, step));
    }
  if (epochs->len > 0 && isfinite (g_array_index (epochs, CjRunEpoch, epochs->len - 1).val_mse))
    cjv_frame_set_text (frame, "accuracy-title", "R²");
  if (steps_per_epoch > 0)
    cjv_frame_set_scalar (frame, "steps-per-epoch", steps_per_epoch);
  if (isfinite (now))
    cjv_frame_set_scalar (frame, "now", now);
  return cjv_frame_seal (frame);
}

#define MAX_POINTS 400 /* more hide the surface */

CjvFrame *
cjl_decision_frame (const CjdDataset *dataset, const CjTensor *scores)
{
  const gint64 k = scores->shape.dims[1], plane = scores->shape.dims[2] * scores->shape.dims[3];
  const CjShape shape = cj_shape3 (k, scores->shape.dims[2], scores->shape.dims[3]);
  const gsize n = cjd_dataset_get_n_samples (dataset), step = MAX (n / MAX_POINTS, 1);
  const CjShape point_shape = cj_shape2 ((gint64) ((n + step - 1) / step), 2);
  const float range[4] = { -(float) CJL_SURFACE_REACH, (float) CJL_SURFACE_REACH,
                           -(float) CJL_SURFACE_REACH, (float) CJL_SURFACE_REACH };
  CjTensor *surface = cj_tensor_new (CJ_FLOAT32, &shape);
  CjTensor *points = cj_tensor_new (CJ_FLOAT32, &point_shape);
  g_autofree float *labels = g_new0 (float, n + 1), *held = g_new0 (float, n + 1);
  CjvFrame *frame = cjv_frame_new ();
  gsize shown = 0;

  for (gint64 p = 0; p < plane; p++)
    {
      const float *z = cj_tensor_f32 (scores) + p;
      /* scores come from the top, the figure wants them from the lowest y */
      const gint64 at = (shape.dims[1] - 1 - p / shape.dims[2]) * shape.dims[2] + p % shape.dims[2];
      double sum = 0, largest = -INFINITY;

      for (gint64 c = 0; c < k; c++)
        largest = MAX (largest, z[c * plane]);
      for (gint64 c = 0; c < k; c++)
        sum += exp (z[c * plane] - largest);
      for (gint64 c = 0; c < k; c++)
        cj_tensor_f32 (surface)[c * plane + at] = (float) (exp (z[c * plane] - largest) / sum);
    }
  for (gsize i = 0; i < n; i += step, shown++)
    {
      float *point = cj_tensor_f32 (points) + 2 * shown;

      cjd_dataset_read (dataset, i, point, NULL);
      for (guint d = 0; d < 2; d++)
        point[d] = (point[d] - dataset->mean[d]) / dataset->std[d];
      labels[shown] = (float) cj_tensor_i32 (dataset->y)[i];
      held[shown] = dataset->split[i] != CJD_SPLIT_TRAIN;
    }
  cjv_frame_take_array (frame, "surface", surface);
  cjv_frame_take_array (frame, "points", points);
  cjv_frame_set_values (frame, "range", range, 4);
  cjv_frame_set_values (frame, "labels", labels, shown);
  cjv_frame_set_values (frame, "held", held, shown);
  if (dataset->class_names != NULL)
    cjv_frame_set_strings (frame, "classes", (const char *const *) dataset->class_names);
  return cjv_frame_seal (frame);
}
