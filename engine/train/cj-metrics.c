/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-metrics.h"

#include <math.h>

/* The prediction as rows of K numbers, `step` apart. */
typedef struct
{
  const float *z;
  CjShape shape;
  gboolean last;  /* stored channels last */
  gint64 k, rows; /* rows a sample */
} View;

static View
get_view (CjProgram *program)
{
  const CjLowered *lowered = cj_program_get_lowered (program);
  View view = { .z = cj_program_get_prediction (program, &view.shape) };
  const CjShape *s = &view.shape;
  gint64 all;

  view.last
      = cj_builder_get_value (lowered->builder, lowered->prediction)->layout == CJ_LAYOUT_LAST;
  view.k = s->n_dims == 4 ? s->dims[1] : s->n_dims > 1 ? s->dims[s->n_dims - 1] : 1;
  all = s->n_dims > 0 ? MAX (s->dims[0] * view.k, 1) : 1;
  view.rows = cj_shape_size (s) / all;
  return view;
}

static CjTask
find_task (const View *view, const CjTensor *y)
{
  const gint64 size = cj_shape_size (&view->shape);

  if (y == NULL || view->shape.n_dims == 0)
    return CJ_TASK_NONE;
  if (y->dtype == CJ_INT32 && cj_shape_size (&y->shape) * view->k == size)
    return view->rows == 1 ? CJ_TASK_CLASSES : CJ_TASK_SEQUENCE;
  if (y->dtype == CJ_FLOAT32 && cj_shape_size (&y->shape) == size)
    return CJ_TASK_VALUES;
  return CJ_TASK_NONE;
}

void
cj_metrics_begin (CjMetrics *self, CjProgram *program)
{
  const View view = get_view (program);

  *self = (CjMetrics){ .task = find_task (&view, cj_program_get_y (program)) };
  if (self->task == CJ_TASK_CLASSES || self->task == CJ_TASK_SEQUENCE)
    self->n_classes = (guint) view.k;
}

CjMetrics *
cj_metrics_new (CjProgram *program)
{
  CjMetrics *self = g_new0 (CjMetrics, 1);

  cj_metrics_begin (self, program);
  if (self->n_classes > 0 && self->n_classes <= CJ_METRICS_MAX_CLASSES)
    self->confusion = g_new0 (gint64, (gsize) self->n_classes * self->n_classes);
  return self;
}

void
cj_metrics_free (CjMetrics *self)
{
  g_free (self->confusion);
  g_free (self);
}

/* One row of scores `step` apart. */
static void
add_class (CjMetrics *self, const float *z, gint64 step, gint32 target)
{
  const gint64 k = self->n_classes;
  gint64 best = 0, above = 0;

  if (target < 0 || target >= k)
    return;
  for (gint64 i = 1; i < k; i++)
    if (z[i * step] > z[best * step])
      best = i;
  self->count++;
  self->right += best == target;
  if (self->confusion == NULL)
    return;
  self->confusion[target * k + best]++;
  for (gint64 i = 0; i < k; i++)
    above += z[i * step] > z[target * step];
  self->top += above < CJ_METRICS_TOP;
}

static void
add_classes (CjMetrics *self, const View *view, const gint32 *targets, gint64 n)
{
  const gboolean apart = view->shape.n_dims == 4 && !view->last;

  for (gint64 r = 0; r < n * view->rows; r++)
    add_class (self,
               apart ? view->z + r / view->rows * view->k * view->rows + r % view->rows
                     : view->z + r * view->k,
               apart ? view->rows : 1, targets[r]);
}

static void
add_values (CjMetrics *self, const View *view, const float *targets, gint64 n)
{
  const gint64 size = view->k * view->rows; /* of a sample */
  const gboolean turned = view->shape.n_dims > 2 && view->last;
  const gint64 c = turned ? view->shape.dims[1] : 1, plane = size / c;

  for (gint64 i = 0; i < n * size; i++)
    {
      const gint64 from = turned ? (i / size * plane + i % plane) * c + i / plane % c : i;
      const double error = (double) view->z[from] - targets[i];

      self->residual += error * error;
      self->absolute += fabs (error);
      self->sum += targets[i];
      self->squares += (double) targets[i] * targets[i];
      self->count++;
    }
}

void
cj_metrics_add (CjMetrics *self, CjProgram *program, gint64 n)
{
  const View view = get_view (program);
  const CjTensor *y = cj_program_get_y (program);

  self->n_samples += n;
  if (self->task == CJ_TASK_VALUES)
    add_values (self, &view, cj_tensor_f32 (y), n);
  else if (self->task != CJ_TASK_NONE)
    add_classes (self, &view, cj_tensor_i32 (y), n);
}

/* `sum` over what was counted, if the task is one of classes, or one of values. */
static double
get_mean (const CjMetrics *self, gboolean classes, double sum)
{
  const gboolean fits = classes ? self->n_classes > 0 : self->task == CJ_TASK_VALUES;

  return fits && self->count > 0 ? sum / self->count : NAN;
}

double
cj_metrics_get_accuracy (const CjMetrics *self)
{
  return get_mean (self, TRUE, self->right);
}

double
cj_metrics_get_top (const CjMetrics *self)
{
  return self->confusion != NULL && self->n_classes > CJ_METRICS_TOP
             ? get_mean (self, TRUE, self->top)
             : NAN;
}

double
cj_metrics_get_mse (const CjMetrics *self)
{
  return get_mean (self, FALSE, self->residual);
}

double
cj_metrics_get_mae (const CjMetrics *self)
{
  return get_mean (self, FALSE, self->absolute);
}

double
cj_metrics_get_r2 (const CjMetrics *self)
{
  const double spread = self->squares - self->sum * self->sum / MAX (self->count, 1);

  return spread > 0 ? 1 - self->residual / spread : NAN;
}

CjClassMetrics
cj_metrics_get_class (const CjMetrics *self, guint class_number)
{
  const gint64 k = self->n_classes;
  CjClassMetrics m = { 0, NAN, NAN, NAN };
  gint64 hits, said = 0;

  if (self->confusion == NULL || class_number >= self->n_classes)
    return m;
  hits = self->confusion[class_number * k + class_number];
  for (gint64 i = 0; i < k; i++)
    {
      m.n += self->confusion[class_number * k + i];
      said += self->confusion[i * k + class_number];
    }
  if (said > 0)
    m.precision = (double) hits / (double) said;
  if (m.n > 0)
    m.recall = (double) hits / (double) m.n;
  if (said + m.n > 0)
    m.f1 = 2 * (double) hits / (double) (said + m.n);
  return m;
}

double
cj_metrics_get_f1 (const CjMetrics *self)
{
  double sum = 0;
  guint n = 0;

  for (guint i = 0; i < self->n_classes; i++)
    {
      const double f1 = cj_metrics_get_class (self, i).f1;

      if (isnan (f1))
        continue;
      sum += f1;
      n++;
    }
  return n > 0 ? sum / n : NAN;
}

double
cj_metrics_get_share (const CjMetrics *self)
{
  const double share
      = self->task == CJ_TASK_VALUES ? cj_metrics_get_r2 (self) : cj_metrics_get_accuracy (self);

  return isnan (share) && self->task != CJ_TASK_NONE ? 0 : share;
}

const CjMetricInfo cj_metric_infos[] = {
  { "loss", "Loss", "What training lowers; the mean over samples", "L = Σ loss / N", NULL, FALSE,
    NULL },
  { "accuracy", "Accuracy", "How often the class with the highest score is the right one",
    "right / N", "%", TRUE, cj_metrics_get_accuracy },
  { "top-5", "top 5", "How often the right class is among the five highest scores",
    "#{rank ≤ 5} / N", "%", TRUE, cj_metrics_get_top },
  { "precision", "Precision", "Of those given a class, how many belong to it", "TP / (TP + FP)",
    "%", TRUE, NULL },
  { "recall", "Recall", "Of those that belong to a class, how many are given it", "TP / (TP + FN)",
    "%", TRUE, NULL },
  { "f1", "F1", "Harmonic mean of precision and recall, one a class and their mean",
    "2 P R / (P + R)", "%", TRUE, cj_metrics_get_f1 },
  { "confusion", "Confusion matrix", "How many samples of each class are taken for which",
    "n[true, given]", NULL, FALSE, NULL },
  { "mse", "MSE", "Mean squared error of predicted values", "Σ (x − t)² / N", NULL, FALSE,
    cj_metrics_get_mse },
  { "mae", "MAE", "Mean absolute error of predicted values", "Σ |x − t| / N", NULL, FALSE,
    cj_metrics_get_mae },
  { "r2", "R²", "Share of the variance of the targets that is explained; may be below 0",
    "1 − Σ (x − t)² / Σ (t − mean t)²", NULL, TRUE, cj_metrics_get_r2 },
  { NULL },
};
