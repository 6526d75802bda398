/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-explain-report.h"

#include "cj-error.h"
#include "cjl-explain.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define BACKGROUND 32 /* training samples that methods may compare with */

/* Shares of the progress of one map. */
#define SHARE_MAP 0.1
#define SHARE_CURVES 0.15
#define SHARE_INFIDELITY 0.2
#define SHARE_SENSITIVITY 0.4

const char *const cjl_report_columns[CJL_REPORT_N_COLUMNS]
    = { "deletion-auc", "insertion-auc", "infidelity", "sensitivity",
        "cascade",      "rank",          "ssim",       "milliseconds" };

void
cjl_report_options_init (CjlReportOptions *options)
{
  *options = (CjlReportOptions){ .split = CJD_SPLIT_VAL, .n_samples = 16 };
}

/* --- results --- */

static void
row_clear (CjlReportRow *row)
{
  g_clear_pointer (&row->cascade, g_free);
  g_clear_pointer (&row->alone, g_free);
  g_clear_pointer (&row->problem, g_free);
}

void
cjl_report_free (CjlReport *self)
{
  for (guint i = 0; i < self->n_rows; i++)
    row_clear (&self->rows[i]);
  g_free (self->rows);
  g_strfreev (self->layers);
  g_free (self->data);
  g_free (self);
}

static CjlReport *
report_dup (const CjlReport *from)
{
  CjlReport *self = g_memdup2 (from, sizeof *from);

  self->rows = g_memdup2 (from->rows, sizeof *from->rows * MAX (from->n_rows, 1));
  self->layers = g_strdupv (from->layers);
  self->data = g_strdup (from->data);
  for (guint i = 0; i < from->n_rows; i++)
    {
      const CjlReportRow *row = &from->rows[i];

      self->rows[i].cascade = g_memdup2 (row->cascade, sizeof *row->cascade * (from->n_layers + 1));
      self->rows[i].alone = g_memdup2 (row->alone, sizeof *row->alone * (from->n_layers + 1));
      self->rows[i].problem = g_strdup (row->problem);
    }
  return self;
}

/* While rows are measured `mean` is the sum and `error` the sum of squares. */
static void
value_add (CjlReportValue *value, double number)
{
  if (!isfinite (number))
    return;
  value->n++;
  value->mean += number;
  value->error += number * number;
}

static void
value_end (CjlReportValue *value)
{
  const double n = value->n, sum = value->mean, square = value->error;

  value->mean = n > 0 ? sum / n : NAN;
  value->error = n > 1 ? sqrt (MAX (square / n - sum / n * (sum / n), 0) / (n - 1)) : NAN;
}

/* --- samples --- */

typedef struct
{
  const CjlReportOptions *options;
  CjExplained *network;
  CjdDataset *dataset;
  guint n;           /* samples */
  float *x;          /* [n, D] */
  CjTensor *samples; /* the words that these are vectors of, or NULL */
  gint64 *targets;   /* n */
  float *black;      /* [D] or NULL */
  float *background;
  guint n_background;
  CjlReport *report;
  CjlJob *job; /* or NULL, then perhaps: */
  gboolean (*go_on) (double progress, gpointer data);
  gpointer data;
  double from, to; /* of the progress: what is measured now */
} Work;

static void
work_clear (Work *work)
{
  g_clear_pointer (&work->network, cj_explained_free);
  g_clear_pointer (&work->report, cjl_report_free);
  g_clear_pointer (&work->x, g_free);
  g_clear_pointer (&work->samples, cj_tensor_unref);
  g_clear_pointer (&work->targets, g_free);
  g_clear_pointer (&work->black, g_free);
  g_clear_pointer (&work->background, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

/* `*n` evenly spaced samples of the split, or all there are, as features [*n, D]. NULL with the reason if
 * they cannot be read. You free. */
static float *
read_samples (Work *work, guint *n, GError **error)
{
  g_autoptr (CjFeed) feed = cjd_dataset_new_feed (work->dataset, work->options->split);
  g_autofree guint32 *indices = NULL;
  g_autofree float *features = NULL;
  g_autoptr (CjTensor) samples = NULL;
  CjShape shape = feed->x_shape;

  *n = (guint) MIN (*n, feed->n_samples);
  indices = g_new (guint32, *n + 1);
  for (guint i = 0; i < *n; i++)
    indices[i] = (guint32) ((guint64) i * feed->n_samples / *n);
  memmove (shape.dims + 1, shape.dims, sizeof (gint64) * shape.n_dims);
  shape.dims[0] = MAX (*n, 1);
  shape.n_dims++;
  samples = cj_tensor_new (feed->x_dtype, &shape);
  if (*n > 0)
    feed->fill (feed, indices, *n, 0, 0, samples, NULL);
  if (feed->problem != NULL)
    {
      g_set_error_literal (error, CJ_ERROR, CJ_ERROR_FILE, feed->problem);
      return NULL;
    }
  features = g_new (float, (gsize) (MAX (*n, 1) * cj_explained_get_n_features (work->network)));
  cj_explained_read (work->network, samples->data, *n, features);
  if (cj_explained_has_words (work->network))
    work->samples = g_steal_pointer (&samples);
  return g_steal_pointer (&features);
}

/* The largest score of each sample; of a sequence of the last moment. */
static void
find_targets (Work *work)
{
  const gint64 size = cj_explained_get_n_scores (work->network);
  const CjShape shape = cj_explained_get_score_shape (work->network);
  const gint64 k = shape.n_dims == 2 ? shape.dims[1] : size;
  g_autofree float *scores = g_new (float, (gsize) (work->n * size));

  if (work->samples != NULL)
    cj_explained_stand_on (work->network, work->samples->data, work->n);
  cj_explained_score (work->network, work->x, work->n, scores);
  work->targets = g_new (gint64, work->n);
  for (guint i = 0; i < work->n; i++)
    {
      const float *row = scores + i * size;

      work->targets[i] = size - k;
      for (gint64 j = size - k; j < size; j++)
        if (row[j] > row[work->targets[i]])
          work->targets[i] = j;
    }
}

static gboolean
gather (Work *work, GError **error)
{
  work->n = work->options->n_samples;
  work->x = read_samples (work, &work->n, error);
  if (work->x == NULL)
    return FALSE;
  if (work->n == 0)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("This split of %s has no samples. Choose another one."), work->dataset->name);
      return FALSE;
    }
  work->n_background = BACKGROUND;
  work->background = cjl_explain_dup_background (work->network, work->dataset, &work->n_background);
  work->black = cjl_explain_dup_black (work->network, work->dataset);
  find_targets (work);
  return TRUE;
}

/* --- methods --- */

static gboolean
add_row (GArray *rows, const Work *work, const char *id, GError **error)
{
  const CjExplainerInfo *info = cj_explainer_find (id);
  CjlReportRow row = { .info = info };

  if (info == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("There is no explainer “%s”. “cajal-cli list explainers” names them."), id);
      return FALSE;
    }
  row.problem = cj_explainer_refuse (info, work->network);
  g_array_append_val (rows, row);
  return TRUE;
}

/* Rows of the methods that are to be measured; NULL: one of them is not there. */
static GArray *
choose_rows (const Work *work, GError **error)
{
  const CjlReportOptions *options = work->options;
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (CjlReportRow));

  for (guint i = 0; options->methods != NULL && options->methods[i] != NULL; i++)
    if (!add_row (rows, work, options->methods[i], error))
      {
        for (guint k = 0; k < rows->len; k++)
          row_clear (&g_array_index (rows, CjlReportRow, k));
        return NULL;
      }
  for (const CjExplainerInfo *const *e = cj_explainers (); options->methods == NULL && *e != NULL;
       e++)
    {
      g_autofree char *refusal = cj_explainer_refuse (*e, work->network);

      if (refusal == NULL && (options->slow || ((*e)->traits & CJ_EXPLAIN_SLOW) == 0))
        add_row (rows, work, (*e)->id, NULL);
    }
  return g_steal_pointer (&rows);
}

static gboolean
start_report (Work *work, GError **error)
{
  g_autoptr (GArray) rows = choose_rows (work, error);
  CjlReport *report;

  if (rows == NULL)
    return FALSE;
  work->report = report = g_new0 (CjlReport, 1);
  report->n_rows = rows->len;
  report->rows = g_memdup2 (rows->data, sizeof (CjlReportRow) * MAX (rows->len, 1));
  report->layers = cj_faithful_list_layers (work->network);
  report->n_layers = g_strv_length (report->layers);
  report->n_samples = work->n;
  report->split = work->options->split;
  report->seed = work->options->seed;
  report->data = g_strdup (work->dataset->name);
  for (guint i = 0; i < report->n_rows; i++)
    {
      report->rows[i].cascade = g_new0 (CjlReportValue, report->n_layers + 1);
      report->rows[i].alone = g_new0 (CjlReportValue, report->n_layers + 1);
    }
  return TRUE;
}

/* --- measuring --- */

static gboolean
tell (double progress, gpointer data)
{
  Work *work = data;
  const double at = work->from + (work->to - work->from) * progress;

  if (work->job == NULL)
    return work->go_on == NULL || work->go_on (at, work->data);
  return cjl_job_go_on (work->job, at);
}

/* The next part of the progress of a map is `share` of all of it. */
static void
go_to (Work *work, double begin, double whole, double *done, double share)
{
  work->from = begin + whole * *done;
  *done += share;
  work->to = begin + whole * *done;
}

static void
add_sanity (const Work *work, CjlReportRow *row, const CjSanity *sanity)
{
  const guint n = work->report->n_layers;

  value_add (&row->cascade[0], 1);
  for (guint k = 0; k < n; k++)
    {
      value_add (&row->cascade[k + 1], sanity->cascade_rank[k]);
      value_add (&row->alone[k], sanity->alone_rank[k]);
    }
  if (n == 0)
    return;
  value_add (&row->values[CJL_REPORT_CASCADE], cj_sanity_get_mean (sanity));
  value_add (&row->values[CJL_REPORT_RANK], sanity->cascade_rank[n - 1]);
  value_add (&row->values[CJL_REPORT_SSIM], sanity->cascade_ssim[n - 1]);
}

/* All measures of one map. FALSE: stopped, or refused with an error. */
static gboolean
measure_map (Work *work, CjlReportRow *row, gconstpointer params, guint sample, double begin,
             double whole, GError **error)
{
  const gint64 d = cj_explained_get_n_features (work->network);
  const CjExplainCall call = { .network = work->network,
                               .x = work->x + sample * d,
                               .target = { CJ_NO_VALUE, work->targets[sample] },
                               .layer = CJ_NO_VALUE,
                               .black = work->black,
                               .background = work->background,
                               .n_background = work->n_background,
                               .params = params,
                               .seed = work->options->seed,
                               .go_on = tell,
                               .data = work };
  g_auto (CjExplanation) explanation = { 0 };
  g_auto (CjFaithfulCurves) curves = { 0 };
  g_auto (CjSanity) sanity = { 0 };
  double done = 0, infidelity, sensitivity;
  gint64 start = g_get_monotonic_time (), end;

  go_to (work, begin, whole, &done, SHARE_MAP);
  if (!cj_explainer_run (row->info, &call, &explanation, error))
    return FALSE;
  end = g_get_monotonic_time ();
  go_to (work, begin, whole, &done, SHARE_CURVES);
  if (!cj_faithful_curves (&call, explanation.map, CJ_FAITHFUL_STEPS, &curves))
    return FALSE;
  go_to (work, begin, whole, &done, SHARE_INFIDELITY);
  if (!cj_faithful_infidelity (row->info, &call, explanation.map, CJ_FAITHFUL_PERTURBATIONS,
                               &infidelity))
    return FALSE;
  go_to (work, begin, whole, &done, SHARE_SENSITIVITY);
  if (!cj_faithful_sensitivity (row->info, &call, explanation.map, CJ_FAITHFUL_NEIGHBOURS,
                                CJ_FAITHFUL_RADIUS, &sensitivity, error))
    return FALSE;
  go_to (work, begin, whole, &done, 1 - done);
  if (!cj_faithful_sanity (row->info, &call, explanation.map, TRUE, &sanity))
    return FALSE;
  value_add (&row->values[CJL_REPORT_DELETION], curves.deletion_area);
  value_add (&row->values[CJL_REPORT_INSERTION], curves.insertion_area);
  value_add (&row->values[CJL_REPORT_INFIDELITY], infidelity);
  value_add (&row->values[CJL_REPORT_SENSITIVITY], sensitivity);
  value_add (&row->values[CJL_REPORT_MILLISECONDS], (double) (end - start) / 1000);
  add_sanity (work, row, &sanity);
  return TRUE;
}

/* One method on all samples; those that it refuses are left out. FALSE: stopped. */
static gboolean
measure_row (Work *work, CjlReportRow *row, double begin, double whole)
{
  g_autofree gpointer params = cj_explainer_new_params (row->info);
  const guint n_layers = work->report->n_layers;

  for (guint i = 0; i < work->n && row->problem == NULL; i++)
    {
      g_autoptr (GError) error = NULL;

      if (work->samples != NULL)
        cj_explained_stand_on (work->network,
                               (const gint32 *) work->samples->data
                                   + i * (cj_shape_size (&work->samples->shape) / work->n),
                               1);
      if (!measure_map (work, row, params, i, begin + whole * i / work->n, whole / work->n, &error)
          && error == NULL)
        return FALSE;
      if (error != NULL && i + 1 == work->n && row->values[CJL_REPORT_DELETION].n == 0)
        row->problem = g_strdup (error->message);
    }
  for (guint c = 0; c < CJL_REPORT_N_COLUMNS; c++)
    value_end (&row->values[c]);
  for (guint k = 0; k <= n_layers; k++)
    value_end (&row->cascade[k]);
  for (guint k = 0; k < n_layers; k++)
    value_end (&row->alone[k]);
  row->verdict = cj_sanity_judge (row->values[CJL_REPORT_CASCADE].mean);
  return TRUE;
}

/* Measures; leaves what there is after every method. NULL with the reason, or stopped. */
static CjlReport *
measure (Work *work, GError **error)
{
  if (!gather (work, error) || !start_report (work, error))
    return NULL;
  for (guint i = 0; i < work->report->n_rows; i++)
    {
      const double whole = 1.0 / work->report->n_rows;

      if (!measure_row (work, &work->report->rows[i], whole * i, whole))
        return NULL;
      work->report->n_done = i + 1;
      cjl_job_leave_copy (work->job, work->report, (CjlDupFunc) report_dup);
    }
  return g_steal_pointer (&work->report);
}

/* --- doors --- */

typedef struct
{
  CjlNetwork *network;
  CjlReportOptions options;
  GStrv methods;
} Order;

static void
order_free (gpointer data)
{
  Order *order = data;

  cjl_network_free (order->network);
  g_strfreev (order->methods);
  g_free (order);
}

static gpointer
run_order (CjlJob *job, gpointer data, GError **error)
{
  const Order *order = data;
  const CjlNetwork *network = order->network;
  const CjDataSpec spec = cjl_data_spec (network->dataset, 1);
  g_auto (Work) work = { .options = &order->options, .dataset = network->dataset, .job = job };
  CjlReport *report;

  work.network = cj_explained_new (network->graph, &spec, 1, error);
  if (work.network == NULL)
    return NULL;
  if (!cj_checkpoint_apply (network->weights, cj_explained_get_program (work.network)))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                   _ ("The weights are of another network. Train it for a step."));
      return NULL;
    }
  cj_explained_forget (work.network);
  report = measure (&work, error);
  if (report != NULL)
    report->step = network->weights->at.step;
  return report;
}

CjlJob *
cjl_report_start (CjlNetwork *network, const CjlReportOptions *options)
{
  Order *order = g_new0 (Order, 1);

  order->network = network;
  order->options = *options;
  order->methods = g_strdupv ((GStrv) options->methods);
  order->options.methods = (const char *const *) order->methods;
  return cjl_job_new (run_order, order, order_free, (GDestroyNotify) cjl_report_free);
}

CjlReport *
cjl_report_project (CjlProject *project, CjdDataset *dataset, const CjlReportOptions *options,
                    gboolean (*go_on) (double progress, gpointer data), gpointer data,
                    GError **error)
{
  g_auto (Work) work = { .options = options, .dataset = dataset, .go_on = go_on, .data = data };

  work.network = cjl_explained_new_project (project, dataset, error);
  return work.network != NULL ? measure (&work, error) : NULL;
}
