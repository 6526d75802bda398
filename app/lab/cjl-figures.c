/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-figures.h"

#include "cj-error.h"
#include "cj-runner.h"
#include "cjl-probe.h"
#include "safetensors.h"

#include <math.h>
#include <string.h>

#define EVALUATION_BATCH 64

gboolean
cjl_predict_split (CjlProject *project, CjdDataset *dataset, CjdSplit split, gint32 **predicted,
                   gint32 **targets, gsize *n, CjScore *score, GError **error)
{
  const CjDataSpec spec = cjl_data_spec (dataset, EVALUATION_BATCH);
  g_autoptr (CjProgram) program
      = cj_program_new (project->graph, CJ_PURPOSE_INFER, &spec, 2, error);
  g_autoptr (CjFeed) feed = NULL;
  g_autofree gint32 *classes = NULL;
  CjScore found;
  gsize j = 0;

  if (program == NULL)
    return FALSE;
  cj_program_init (program, (guint64) project->setup->seed);
  cjl_project_apply_weights (project, program);
  feed = cjd_dataset_new_feed (dataset, split);
  classes = g_new0 (gint32, feed->n_samples + 1);
  found = cj_evaluate (program, feed, classes);
  if (score != NULL)
    *score = found;
  *n = feed->n_samples;
  if (targets != NULL)
    {
      *targets = g_new0 (gint32, feed->n_samples + 1);
      for (gsize i = 0; i < cjd_dataset_get_n_samples (dataset); i++)
        if (dataset->split[i] == split && dataset->y->dtype == CJ_INT32
            && dataset->y->shape.n_dims == 1)
          (*targets)[j++] = cj_tensor_i32 (dataset->y)[i];
    }
  if (predicted != NULL)
    *predicted = g_steal_pointer (&classes);
  return TRUE;
}

CjvFrame *
cjl_confusion_frame (const CjdDataset *dataset, const gint32 *predicted, const gint32 *targets,
                     gsize n)
{
  const gint64 k = MAX (dataset->n_classes, 1);
  const CjShape shape = cj_shape2 (k, k);
  CjTensor *matrix = cj_tensor_new (CJ_FLOAT32, &shape);
  CjvFrame *frame = cjv_frame_new ();

  for (gsize i = 0; i < n; i++)
    if (targets[i] >= 0 && targets[i] < k && predicted[i] >= 0 && predicted[i] < k)
      cj_tensor_f32 (matrix)[targets[i] * k + predicted[i]]++;
  cjv_frame_take_array (frame, "matrix", matrix);
  if (dataset->class_names != NULL)
    cjv_frame_set_strings (frame, "classes", (const char *const *) dataset->class_names);
  return cjv_frame_seal (frame);
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
cjl_curves_frame (const GArray *points, const GArray *epochs, guint steps_per_epoch)
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
  if (steps_per_epoch > 0)
    cjv_frame_set_scalar (frame, "steps-per-epoch", steps_per_epoch);
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
  g_autofree float *labels = g_new0 (float, n + 1);
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
      for (guint d = 0; d < 2; d++)
        cj_tensor_f32 (points)[2 * shown + d]
            = (((const float *) dataset->x->data)[2 * i + d] - dataset->mean[d]) / dataset->std[d];
      labels[shown] = (float) cj_tensor_i32 (dataset->y)[i];
    }
  cjv_frame_take_array (frame, "surface", surface);
  cjv_frame_take_array (frame, "points", points);
  cjv_frame_set_values (frame, "range", range, 4);
  cjv_frame_set_values (frame, "labels", labels, shown);
  if (dataset->class_names != NULL)
    cjv_frame_set_strings (frame, "classes", (const char *const *) dataset->class_names);
  return cjv_frame_seal (frame);
}

static CjvFrame *
frame_of_weights (CjlProject *project, const char *node, GError **error)
{
  CjvFrame *frame;

  for (guint i = 0; i < project->weights->len; i++)
    {
      const CjdNamedTensor *named = project->weights->pdata[i];
      g_autofree char *prefix = node != NULL ? g_strconcat (node, ".", NULL) : NULL;

      if (named->tensor->shape.n_dims < 2
          || (prefix != NULL && !g_str_has_prefix (named->name, prefix)))
        continue;
      frame = cjv_frame_new ();
      cjv_frame_set_array (frame, "weights", named->tensor);
      cjv_frame_set_text (frame, "title", named->name);
      return cjv_frame_seal (frame);
    }
  g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
               "There are no weights to draw%s%s. Train the project first.",
               node != NULL ? " in node " : "", node != NULL ? node : "");
  return NULL;
}

#define SHEET 64 /* samples on a contact sheet */

/* The first validation samples with what the network says of them. */
static CjvFrame *
frame_of_samples (CjlProject *project, CjdDataset *dataset, GError **error)
{
  const CjShape sample = cjd_dataset_get_x_shape (dataset);
  const gsize size = (gsize) cj_shape_size (&sample) * cj_dtype_size (dataset->x->dtype);
  g_autofree gint32 *predicted = NULL, *targets = NULL;
  g_autofree float *given = NULL, *labels = NULL;
  CjvFrame *frame;
  CjTensor *images;
  CjShape shape;
  gsize n, shown = 0;

  if (sample.n_dims != 3)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM, "%s holds no pictures for a contact sheet.",
                   dataset->name);
      return NULL;
    }
  if (!cjl_predict_split (project, dataset, CJD_SPLIT_VAL, &predicted, &targets, &n, NULL, error))
    return NULL;
  n = MIN (n, SHEET);
  shape = cj_shape_batched (&sample, (gint64) n);
  images = cj_tensor_new (dataset->x->dtype, &shape);
  given = g_new0 (float, n + 1);
  labels = g_new0 (float, n + 1);
  for (gsize i = 0; i < cjd_dataset_get_n_samples (dataset) && shown < n; i++)
    if (dataset->split[i] == CJD_SPLIT_VAL)
      {
        memcpy ((char *) images->data + shown * size, (const char *) dataset->x->data + i * size,
                size);
        given[shown] = (float) predicted[shown];
        labels[shown] = (float) targets[shown];
        shown++;
      }
  frame = cjv_frame_new ();
  cjv_frame_take_array (frame, "images", images);
  cjv_frame_set_values (frame, "predicted", given, n);
  cjv_frame_set_values (frame, "labels", labels, n);
  if (dataset->class_names != NULL)
    cjv_frame_set_strings (frame, "classes", (const char *const *) dataset->class_names);
  return cjv_frame_seal (frame);
}

CjvFrame *
cjl_figure_frame (CjlProject *project, CjdDataset *dataset, const char *id, const char *node,
                  GError **error)
{
  if (g_str_equal (id, "curves"))
    {
      g_autoptr (GArray) epochs = cjl_project_read_history (project);

      return cjl_curves_frame (NULL, epochs, 0);
    }
  if (g_str_equal (id, "filters") || g_str_equal (id, "histogram"))
    return frame_of_weights (project, node, error);
  if (g_str_equal (id, "confusion") && dataset != NULL)
    {
      g_autofree gint32 *predicted = NULL, *targets = NULL;
      gsize n;

      return cjl_predict_split (project, dataset, CJD_SPLIT_VAL, &predicted, &targets, &n, NULL,
                                error)
                 ? cjl_confusion_frame (dataset, predicted, targets, n)
                 : NULL;
    }
  if (g_str_equal (id, "contact-sheet") && dataset != NULL)
    return frame_of_samples (project, dataset, error);
  g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
               "Figure “%s” cannot be drawn from a project. There are curves, filters, histogram, "
               "confusion and contact-sheet.",
               id);
  return NULL;
}
