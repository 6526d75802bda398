/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-metrics.h"

#include <math.h>

static CjMetricsView
get_view (CjProgram *program, const CjShape *s)
{
  const CjLowered *lowered = cj_program_get_lowered (program);
  const gboolean last
      = cj_builder_get_value (lowered->builder, lowered->prediction)->layout == CJ_LAYOUT_LAST;
  const CjTensor *y = cj_program_get_y (program);
  const gint64 k = s->n_dims == 4 ? s->dims[1] : s->n_dims > 1 ? s->dims[s->n_dims - 1] : 1;
  const gint64 all = s->n_dims > 0 ? MAX (s->dims[0] * k, 1) : 1;

  return (CjMetricsView){ .z = cj_program_get_prediction (program, NULL),
                          .y = y != NULL ? y->data : NULL,
                          .k = k,
                          .rows = cj_shape_size (s) / all,
                          .channels = s->n_dims > 2 && last ? s->dims[1] : 1,
                          .apart = s->n_dims == 4 && !last };
}

static CjTask
find_task (const CjMetricsView *view, const CjShape *shape, const CjTensor *y)
{
  const gint64 size = cj_shape_size (shape);

  if (y == NULL || shape->n_dims == 0)
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
  CjShape shape;

  cj_program_get_prediction (program, &shape);
  *self = (CjMetrics){ .view = get_view (program, &shape) };
  self->task = find_task (&self->view, &shape, cj_program_get_y (program));
  if (self->task == CJ_TASK_CLASSES || self->task == CJ_TASK_SEQUENCE)
    self->n_classes = (guint) self->view.k;
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

/* The class with the highest of k scores `step` apart. */
static gint64
find_best (const float *z, gint64 k, gint64 step)
{
  gint64 best = 0;

  for (gint64 i = 1; i < k; i++)
    if (z[i * step] > z[best * step])
      best = i;
  return best;
}

static void
confuse (CjMetrics *self, const float *z, gint64 step, gint64 target, gint64 best)
{
  const gint64 k = self->view.k;
  gint64 above = 0;

  self->confusion[target * k + best]++;
  for (gint64 i = 0; i < k; i++)
    above += z[i * step] > z[target * step];
  self->top += above < CJ_METRICS_TOP;
}

static void
add_classes (CjMetrics *self, const gint32 *targets, gint64 n)
{
  const CjMetricsView view = self->view;
  const gint64 step = view.apart ? view.rows : 1;
  gint64 count = 0, right = 0;

  for (gint64 r = 0; r < n * view.rows; r++)
    {
      const float *z = view.apart ? view.z + r / view.rows * view.k * view.rows + r % view.rows
                                  : view.z + r * view.k;
      gint64 best;

      if (targets[r] < 0 || targets[r] >= view.k)
        continue;
      best = find_best (z, view.k, step);
      count++;
      right += best == targets[r];
      if (self->confusion != NULL)
        confuse (self, z, step, targets[r], best);
    }
  self->count += (double) count;
  self->right += (double) right;
}

static void
add_values (CjMetrics *self, const float *targets, gint64 n)
{
  const gint64 size = self->view.k * self->view.rows; /* of a sample */
  const gint64 c = self->view.channels, plane = size / c;

  for (gint64 i = 0; i < n * size; i++)
    {
      const gint64 from = c > 1 ? (i / size * plane + i % plane) * c + i / plane % c : i;
      const double error = (double) self->view.z[from] - targets[i];

      self->residual += error * error;
      self->absolute += fabs (error);
      self->sum += targets[i];
      self->squares += (double) targets[i] * targets[i];
      self->count++;
    }
}

void
cj_metrics_add (CjMetrics *self, gint64 n)
{
  self->n_samples += n;
  if (self->task == CJ_TASK_VALUES)
    add_values (self, self->view.y, n);
  else if (self->task != CJ_TASK_NONE)
    add_classes (self, self->view.y, n);
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
