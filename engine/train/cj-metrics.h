/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How well a network does, by what its data asks for: classes, classes at every moment or pixel, or
 * values. Counted batch by batch. K classes; a row is a sample, moment or pixel. */
#pragma once

#include "cj-program.h"

G_BEGIN_DECLS

#define CJ_METRICS_TOP 5            /* how many of the best classes count as found for `top` */
#define CJ_METRICS_MAX_CLASSES 1024 /* beyond, no confusion is counted */

typedef enum
{
  CJ_TASK_NONE, /* nothing to compare the prediction with */
  CJ_TASK_CLASSES,
  CJ_TASK_SEQUENCE, /* a class at every moment or pixel */
  CJ_TASK_VALUES
} CjTask;

/* Where a program's prediction and targets lie: of every sample `rows` rows of K numbers. */
typedef struct
{
  const float *z;
  const void *y;
  gint64 k, rows;
  gint64 channels; /* that lie together where values are stored channels last; else 1 */
  gboolean apart;  /* the numbers of a row are `rows` apart, not side by side */
} CjMetricsView;

typedef struct
{
  CjMetricsView view; /* the program's, which must not be freed before the last samples are added */
  CjTask task;
  guint n_classes;  /* K; 0 for values */
  gint64 n_samples; /* seen */
  double count;     /* rows of a known class, or values */
  double right, top;
  double residual, absolute; /* sums of (z - t)² and |z - t| */
  double sum, squares;       /* of targets */
  gint64 *confusion;         /* [K, K], true class first; NULL: not counted */
} CjMetrics;

/* One class against all others. What has no samples to be measured on is NAN. */
typedef struct
{
  gint64 n; /* rows of the class */
  double precision, recall, f1;
} CjClassMetrics;

/* One measure, for people. */
typedef struct
{
  const char *id, *title, *blurb, *formula;
  const char *unit;                         /* "%": a share from 0 to 1; NULL: a plain number */
  gboolean more;                            /* more is better */
  double (*get) (const CjMetrics *metrics); /* NULL: the loss, or one number a class or pair */
} CjMetricInfo;

/* All of them, ended by an id of NULL. */
extern const CjMetricInfo cj_metric_infos[];

/* Nothing seen yet. `begin` is for a metrics of one's own, allocates nothing and leaves the confusion
 * out; `new` counts it. The program must have a prediction. */
void cj_metrics_begin (CjMetrics *metrics, CjProgram *program);
CjMetrics *cj_metrics_new (CjProgram *program);
void cj_metrics_free (CjMetrics *metrics);

/* Adds the first `n` samples of the program's last forward. */
void cj_metrics_add (CjMetrics *metrics, gint64 n);

/* Shares from 0 to 1 of rows; R² may be below 0. NAN where the task has no such measure. */
double cj_metrics_get_accuracy (const CjMetrics *metrics);
double cj_metrics_get_top (const CjMetrics *metrics); /* with confusion and enough classes */
double cj_metrics_get_f1 (const CjMetrics *metrics);  /* mean over the classes that occur */
double cj_metrics_get_mse (const CjMetrics *metrics);
double cj_metrics_get_mae (const CjMetrics *metrics);
double cj_metrics_get_r2 (const CjMetrics *metrics);
CjClassMetrics cj_metrics_get_class (const CjMetrics *metrics, guint class_number);

/* Accuracy, or R² where targets are values; NAN where there is neither: an autoencoder draws its input
 * and has nothing to do with the classes of its samples. */
double cj_metrics_get_share (const CjMetrics *metrics);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjMetrics, cj_metrics_free)

G_END_DECLS
