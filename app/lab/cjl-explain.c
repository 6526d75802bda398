/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-explain.h"

#include "cj-error.h"
#include "cj-explain-tools.h"
#include "cj-ops.h"
#include "cj-runner.h"
#include "cjl-write.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define N_THREADS 2

/* --- what comes of it --- */

static void
clear_explained_row (CjlExplainedRow *row)
{
  g_free (row->title);
  g_clear_pointer (&row->x, cj_tensor_unref);
  g_clear_pointer (&row->picture, cj_tensor_unref);
  g_clear_pointer (&row->sample, cj_tensor_unref);
  g_strfreev (row->words);
}

CjlExplanations *
cjl_explanations_ref (CjlExplanations *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
cjl_explanations_unref (CjlExplanations *self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  for (guint i = 0; i < self->n_rows; i++)
    clear_explained_row (&self->rows[i]);
  for (guint i = 0; i < self->n_rows * self->n_methods; i++)
    {
      g_clear_pointer (&self->cells[i].map, cj_tensor_unref);
      g_clear_pointer (&self->cells[i].curves, cj_tensor_unref);
      g_free (self->cells[i].problem);
    }
  cjl_explain_request_free (self->request);
  g_strfreev (self->classes);
  g_strfreev (self->features);
  g_free (self->rows);
  g_free (self->cells);
  g_free (self->verdicts);
  g_free (self->layer);
  g_free (self->data);
  g_free (self);
}

static CjTensor *
ref_any (CjTensor *tensor)
{
  return tensor != NULL ? cj_tensor_ref (tensor) : NULL;
}

/* As it is now, to be shown. */
static CjlExplanations *
take_still (const CjlExplanations *from)
{
  CjlExplanations *self = g_memdup2 (from, sizeof *from);

  self->ref_count = 1;
  self->request = cjl_explain_request_dup (from->request);
  self->classes = g_strdupv (from->classes);
  self->layer = g_strdup (from->layer);
  self->data = g_strdup (from->data);
  self->rows = g_memdup2 (from->rows, sizeof *from->rows * from->n_rows);
  self->cells = g_memdup2 (from->cells, sizeof *from->cells * from->n_rows * from->n_methods);
  self->verdicts = g_memdup2 (from->verdicts, sizeof *from->verdicts * from->n_methods);
  for (guint i = 0; i < self->n_rows; i++)
    {
      CjlExplainedRow *row = &self->rows[i];

      row->title = g_strdup (row->title);
      row->words = g_strdupv (row->words);
      row->x = ref_any (row->x);
      row->sample = ref_any (row->sample);
      row->picture = ref_any (row->picture);
    }
  for (guint i = 0; i < self->n_rows * self->n_methods; i++)
    {
      self->cells[i].map = ref_any (self->cells[i].map);
      self->cells[i].curves = ref_any (self->cells[i].curves);
      self->cells[i].problem = g_strdup (self->cells[i].problem);
    }
  return self;
}

const CjlExplainCell *
cjl_explanations_get (const CjlExplanations *self, guint row, guint method)
{
  g_return_val_if_fail (row < self->n_rows && method < self->n_methods, NULL);
  return &self->cells[row * self->n_methods + method];
}

char *
cjl_explanations_dup_class (const CjlExplanations *self, gint64 target)
{
  const guint n = self->classes != NULL ? g_strv_length (self->classes) : 0;

  if (n > 0 && target >= 0) /* of answers for each moment, the class within the moment */
    return g_strdup (self->classes[target % n]);
  return g_strdup_printf ("%lld", (long long) target);
}

/* --- the work --- */

/* Borrows everything. */
typedef struct
{
  CjExplained *network;
  const CjGraph *graph;
  CjdDataset *dataset;
  CjlExplanations *all;
  CjlJob *job; /* or NULL */
  float *black, *background, *baseline;
  guint n_background;
  int layer; /* value */
  guint done;
} Work;

float *
cjl_explain_dup_black (const CjExplained *network, const CjdDataset *dataset)
{
  const gint64 n = cj_explained_get_n_features (network);
  const gint64 c = dataset->n_channels;
  float *black;

  if (dataset->x_shape.n_dims != 4 || c < 1 || cj_explained_has_words (network))
    return NULL;
  black = g_new (float, (gsize) n);
  for (gint64 i = 0; i < n; i++)
    black[i] = -dataset->mean[i / (n / c)] / dataset->std[i / (n / c)];
  return black;
}

/* Sample `index` of a split as features; where words stand for these, as words as well, if `words` is not NULL. */
static gboolean
read_sample (CjExplained *network, CjdDataset *dataset, CjdSplit split, gsize index, float *x,
             CjTensor **words, GError **error)
{
  g_autoptr (CjFeed) feed = cjd_dataset_new_feed (dataset, split);
  const CjDataSpec spec = cjl_data_spec (dataset, 1);
  const CjShape x_shape = cj_shape_batched (&spec.x_shape, 1);
  const CjShape y_shape = cj_shape_batched (&spec.y_shape, 1);
  g_autoptr (CjTensor) in = cj_tensor_new (spec.x_dtype, &x_shape);
  g_autoptr (CjTensor) y = cj_tensor_new (spec.y_dtype, &y_shape);
  const guint32 at = (guint32) index;

  if (index >= feed->n_samples)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("There is no sample %zu in this split. It has %zu, counted from 0."), index,
                   feed->n_samples);
      return FALSE;
    }
  feed->fill (feed, &at, 1, 0, 0, in, y);
  if (feed->problem != NULL)
    {
      g_set_error_literal (error, CJ_ERROR, CJ_ERROR_FILE, feed->problem);
      return FALSE;
    }
  cj_explained_read (network, in->data, 1, x);
  if (words != NULL && cj_explained_has_words (network))
    *words = g_steal_pointer (&in);
  return TRUE;
}

float *
cjl_explain_dup_background (CjExplained *network, CjdDataset *dataset, guint *n)
{
  const gsize all = cjd_dataset_count (dataset, CJD_SPLIT_TRAIN);
  const gint64 d = cj_explained_get_n_features (network);
  float *rows;

  *n = (guint) MIN (*n, all);
  rows = g_new0 (float, (gsize) MAX (*n, 1) * (gsize) d);
  for (guint i = 0; i < *n; i++)
    if (!read_sample (network, dataset, CJD_SPLIT_TRAIN, i * all / *n, rows + i * d, NULL, NULL))
      *n = i; /* a file that cannot be read ends them */
  return rows;
}

/* The number of the sample in the data set. */
static gsize
find_sample (const CjdDataset *dataset, CjdSplit split, gsize index)
{
  gsize seen = 0;

  for (gsize i = 0; i < cjd_dataset_get_n_samples (dataset); i++)
    if (dataset->split[i] == split && seen++ == index)
      return i;
  return 0;
}

/* The characters of a text, or numbers where the data does not name its words: `n` from `first` on. */
static GStrv
dup_words (const CjdDataset *dataset, const CjTensor *sample, gint64 first, gint64 n)
{
  const gint32 *ids = (const gint32 *) sample->data + first;
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();
  const gboolean text = cjl_write_suits (dataset);

  for (gint64 i = 0; i < n; i++)
    if (text && ids[i] >= 0 && (guint) ids[i] < dataset->n_classes)
      g_strv_builder_add (words, dataset->class_names[ids[i]]);
    else
      {
        g_autofree char *number = g_strdup_printf ("%d", ids[i]);

        g_strv_builder_add (words, number);
      }
  return g_strv_builder_end (words);
}

/* Features of a picture 0..1, as training would see it. */
static gboolean
normalise (const Work *work, const CjlExplainRow *row, float *x, GError **error)
{
  const CjShape *shape = cj_explained_get_shape (work->network);
  const gint64 n = cj_shape_size (shape), c = work->dataset->n_channels;

  if (!cj_shape_equal (&row->picture->shape, shape) || c < 1)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
                   _ ("“%s” does not have the size of the pictures that this network looks at."),
                   row->name);
      return FALSE;
    }
  for (gint64 i = 0; i < n; i++)
    x[i] = (cj_tensor_f32 (row->picture)[i] - work->dataset->mean[i / (n / c)])
           / work->dataset->std[i / (n / c)];
  return TRUE;
}

/* The picture behind features; NULL where they are none. */
static CjTensor *
undo_normal (const Work *work, const CjTensor *x)
{
  const gint64 n = cj_shape_size (&x->shape), c = work->dataset->n_channels;
  CjTensor *picture;

  if (x->shape.n_dims != 3 || c < 1)
    return NULL;
  picture = cj_tensor_new (CJ_FLOAT32, &x->shape);
  for (gint64 i = 0; i < n; i++)
    cj_tensor_f32 (picture)[i]
        = cj_tensor_f32 (x)[i] * work->dataset->std[i / (n / c)] + work->dataset->mean[i / (n / c)];
  return picture;
}

/* Which score is explained: of answers for each moment, of the last one. */
static gboolean
find_target (const Work *work, const CjlExplainRow *row, CjlExplainedRow *out, GError **error)
{
  const CjShape shape = cj_explained_get_score_shape (work->network);
  const gint64 n = cj_explained_get_n_scores (work->network);
  const gint64 k = shape.n_dims > 0 ? shape.dims[shape.n_dims - 1] : 1, last = n - k;
  g_autofree float *scores = g_new (float, (gsize) n);

  cj_explained_score (work->network, cj_tensor_f32 (out->x), 1, scores);
  out->predicted = last;
  for (gint64 i = last; i < n; i++)
    if (scores[i] > scores[out->predicted])
      out->predicted = i;
  out->target = row->target == CJL_TARGET_PREDICTED ? out->predicted
                : row->target == CJL_TARGET_TRUE    ? (out->label >= 0 ? last + out->label : -1)
                                                    : row->target;
  if (row->target >= 0 && row->target < k)
    out->target = last + row->target;
  if (out->target < 0 || out->target >= n)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   row->target == CJL_TARGET_TRUE
                       ? _ ("It is not known which class this sample has. Choose a class.")
                       : _ ("There is no score %lld. The network gives %lld, counted from 0."),
                   (long long) row->target, (long long) n);
      return FALSE;
    }
  out->answer = scores[out->target];
  return TRUE;
}

static gboolean
open_row (Work *work, guint i, GError **error)
{
  const CjlExplainRow *row = &g_array_index (work->all->request->rows, CjlExplainRow, i);
  CjlExplainedRow *out = &work->all->rows[i];

  out->x = cj_tensor_new (CJ_FLOAT32, cj_explained_get_shape (work->network));
  out->label = -1;
  if (row->picture != NULL)
    {
      if (!normalise (work, row, cj_tensor_f32 (out->x), error))
        return FALSE;
      out->title = g_strdup (row->name);
    }
  else
    {
      if (!read_sample (work->network, work->dataset, row->split, row->index,
                        cj_tensor_f32 (out->x), &out->sample, error))
        return FALSE;
      out->title = g_strdup_printf (_ ("sample %zu"), row->index);
      out->label = work->dataset->n_classes > 0 && !cj_explained_has_words (work->network)
                       ? cjd_dataset_get_class (work->dataset,
                                                find_sample (work->dataset, row->split, row->index))
                       : -1;
      if (out->sample != NULL)
        {
          gint64 first;

          cj_explained_get_words (work->network, &first);
          out->words = dup_words (work->dataset, out->sample, first, out->x->shape.dims[0]);
          cj_explained_stand_on (work->network, out->sample->data, 1);
        }
    }
  out->picture = undo_normal (work, out->x);
  return find_target (work, row, out, error);
}

static gboolean
go_on (double progress, gpointer data)
{
  const Work *work = data;

  return cjl_job_go_on (work->job, (work->done + progress)
                                       / MAX (work->all->n_rows * work->all->n_methods
                                                  * (work->all->request->measured ? 2 : 1),
                                              1));
}

/* The call, whose rows are from now on those of this sample. */
static CjExplainCall
make_call (Work *work, guint row, guint method)
{
  if (work->all->rows[row].sample != NULL)
    cj_explained_stand_on (work->network, work->all->rows[row].sample->data, 1);
  return (CjExplainCall){
    .network = work->network,
    .x = cj_tensor_f32 (work->all->rows[row].x),
    .target = { CJ_NO_VALUE, work->all->rows[row].target },
    .layer = work->layer,
    .black = work->black,
    .baseline = work->baseline,
    .background = work->background,
    .n_background = work->n_background,
    .params = g_array_index (work->all->request->methods, CjlExplainMethod, method).params,
    .seed = work->all->request->seed,
    .go_on = go_on,
    .data = work,
  };
}

static const CjExplainerInfo *
get_info (const Work *work, guint method)
{
  return g_array_index (work->all->request->methods, CjlExplainMethod, method).info;
}

static CjlExplainCell *
get_cell (const Work *work, guint row, guint method)
{
  return &work->all->cells[row * work->all->n_methods + method];
}

static void
fill_cell (Work *work, guint row, guint method)
{
  const CjExplainCall call = make_call (work, row, method);
  CjlExplainCell *cell = get_cell (work, row, method);
  g_auto (CjExplanation) explanation = { 0 };
  g_autoptr (GError) error = NULL;
  const gint64 start = g_get_monotonic_time ();

  cell->deletion = cell->insertion = cell->infidelity = cell->sensitivity = NAN;
  if (cj_explainer_run (get_info (work, method), &call, &explanation, &error))
    {
      cell->map = g_steal_pointer (&explanation.map);
      cell->answer = explanation.answer;
      cell->base_answer = explanation.base_answer;
      cell->seconds = (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
    }
  else if (error != NULL)
    cell->problem = g_strdup (error->message);
  work->done++;
}

/* What there is so far, for who waits; FALSE: nobody does any more. */
static gboolean
leave (Work *work)
{
  if (cjl_job_is_cancelled (work->job))
    return FALSE;
  if (work->job != NULL)
    cjl_job_leave (work->job, take_still (work->all));
  return TRUE;
}

static gboolean
is_slow (const Work *work, guint method)
{
  return (get_info (work, method)->traits & CJ_EXPLAIN_SLOW) != 0;
}

/* Holds a map against the network. FALSE: stopped. */
static gboolean
measure_cell (Work *work, guint row, guint method)
{
  const CjExplainCall call = make_call (work, row, method);
  CjlExplainCell *cell = get_cell (work, row, method);
  const CjShape shape = cj_shape2 (2, CJ_FAITHFUL_STEPS + 1);
  g_auto (CjFaithfulCurves) curves = { 0 };
  g_autoptr (GError) error = NULL; /* of a neighbour that the method refuses: not measured */

  if (cell->map == NULL)
    return TRUE;
  if (!cj_faithful_curves (&call, cell->map, CJ_FAITHFUL_STEPS, &curves)
      || !cj_faithful_infidelity (get_info (work, method), &call, cell->map,
                                  CJ_FAITHFUL_PERTURBATIONS, &cell->infidelity))
    return FALSE;
  cell->deletion = curves.deletion_area;
  cell->insertion = curves.insertion_area;
  cell->curves = cj_tensor_new (CJ_FLOAT32, &shape);
  memcpy (cell->curves->data, curves.deletion, sizeof (float) * (CJ_FAITHFUL_STEPS + 1));
  memcpy (cj_tensor_f32 (cell->curves) + CJ_FAITHFUL_STEPS + 1, curves.insertion,
          sizeof (float) * (CJ_FAITHFUL_STEPS + 1));
  if (is_slow (work, method) && !leave (work)) /* what is quick need not wait */
    return FALSE;
  return cj_faithful_sensitivity (get_info (work, method), &call, cell->map, CJ_FAITHFUL_NEIGHBOURS,
                                  CJ_FAITHFUL_RADIUS, &cell->sensitivity, &error)
         || error != NULL;
}

/* Whether the method's map of the first row changes as what was learned is taken away. FALSE: stopped. */
static gboolean
judge_method (Work *work, guint method)
{
  const CjExplainCall call = make_call (work, 0, method);
  const CjExplainerInfo *info = get_info (work, method);
  g_auto (CjSanity) sanity = { 0 };

  if (get_cell (work, 0, method)->map == NULL)
    return TRUE;
  if (!cj_faithful_sanity (info, &call, get_cell (work, 0, method)->map, FALSE, &sanity))
    return FALSE;
  work->all->verdicts[method] = cj_sanity_judge (cj_sanity_get_mean (&sanity));
  return TRUE;
}

/* All measures of the slow methods, or of the others; FALSE: stopped. */
static gboolean
measure (Work *work, gboolean slow)
{
  for (guint m = 0; m < work->all->n_methods; m++)
    {
      if (is_slow (work, m) != slow)
        continue;
      for (guint r = 0; r < work->all->n_rows; r++)
        if (!measure_cell (work, r, m))
          return FALSE;
      if (work->all->n_rows > 0 && !judge_method (work, m))
        return FALSE;
      work->done += work->all->n_rows;
      if (!leave (work))
        return FALSE;
    }
  return TRUE;
}

/* All cells, the slow methods last; FALSE: stopped. */
static gboolean
fill_cells (Work *work)
{
  for (int slow = 0; slow < 2; slow++)
    for (guint m = 0; m < work->all->n_methods; m++)
      for (guint r = 0; r < work->all->n_rows; r++)
        {
          if (is_slow (work, m) != slow)
            continue;
          fill_cell (work, r, m);
          if (!leave (work))
            return FALSE;
        }
  return TRUE;
}

/* The value of the layer that is asked for, or of the last with maps; CJ_NO_VALUE where there is none. */
static gboolean
choose_layer (Work *work, GError **error)
{
  const CjLowered *lowered = cj_program_get_lowered (cj_explained_get_program (work->network));
  const CjExplainCall call = { .network = work->network, .layer = CJ_NO_VALUE };
  const char *id = work->all->request->layer;

  work->layer = CJ_NO_VALUE;
  if (id != NULL)
    {
      const CjNode *node = cj_graph_find (work->graph, id);
      const int at = node != NULL ? cj_graph_get_index (work->graph, node) : -1;

      if (at < 0 || !lowered->nodes[at].valid || lowered->nodes[at].n_out == 0
          || cj_builder_get_shape (lowered->builder, lowered->nodes[at].out[0])->n_dims != 4)
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                       _ ("“%s” is no layer that makes maps. Choose a convolution, or what follows "
                          "one."),
                       id);
          return FALSE;
        }
      work->layer = lowered->nodes[at].out[0];
    }
  else if (!cj_explain_find_layer (&call, &work->layer, NULL))
    work->layer = CJ_NO_VALUE;
  for (guint i = 0; i < lowered->n_nodes && work->layer != CJ_NO_VALUE; i++)
    if (lowered->nodes[i].valid && lowered->nodes[i].n_out > 0
        && lowered->nodes[i].out[0] == work->layer)
      work->all->layer = g_strdup (((CjNode *) work->graph->nodes->pdata[i])->id);
  return TRUE;
}

static gboolean
wants_background (const CjlExplainRequest *request)
{
  for (guint i = 0; i < request->methods->len; i++)
    if ((g_array_index (request->methods, CjlExplainMethod, i).info->traits & CJ_EXPLAIN_BACKGROUND)
        != 0)
      return TRUE;
  return FALSE;
}

/* The baseline of one's own, if there is one. */
static gboolean
read_baseline (Work *work, GError **error)
{
  const CjlExplainRequest *request = work->all->request;

  if (request->baseline < 0)
    return TRUE;
  work->baseline = g_new (float, (gsize) cj_explained_get_n_features (work->network));
  return read_sample (work->network, work->dataset, request->baseline_split,
                      (gsize) request->baseline, work->baseline, NULL, error);
}

static CjlExplanations *
explain (CjExplained *network, const CjGraph *graph, CjdDataset *dataset, guint64 step,
         const CjlExplainRequest *request, CjlJob *job, GError **error)
{
  g_autoptr (CjlExplanations) all = g_new0 (CjlExplanations, 1);
  Work work = { .network = network, .graph = graph, .dataset = dataset, .all = all, .job = job };
  gboolean good;

  all->ref_count = 1;
  all->request = cjl_explain_request_dup (request);
  all->n_rows = request->rows->len;
  all->n_methods = request->methods->len;
  all->rows = g_new0 (CjlExplainedRow, all->n_rows + 1);
  all->cells = g_new0 (CjlExplainCell, all->n_rows * all->n_methods + 1);
  all->verdicts = g_new0 (CjSanityVerdict, all->n_methods + 1);
  all->classes = g_strdupv (dataset->class_names);
  all->features = g_strdupv (dataset->feature_names);
  all->step = step;
  all->data = g_strdup (dataset->name);
  good = choose_layer (&work, error) && read_baseline (&work, error);
  for (guint i = 0; i < all->n_rows && good; i++)
    good = open_row (&work, i, error);
  if (good)
    {
      work.black = cjl_explain_dup_black (network, dataset);
      work.n_background = wants_background (request) ? request->n_background : 0;
      work.background = cjl_explain_dup_background (network, dataset, &work.n_background);
      good = fill_cells (&work);
      good = good && (!request->measured || (measure (&work, FALSE) && measure (&work, TRUE)));
    }
  g_free (work.black);
  g_free (work.background);
  g_free (work.baseline);
  return good ? g_steal_pointer (&all) : NULL;
}

typedef struct
{
  CjlNetwork *network;
  CjlExplainRequest *request;
} Order;

static void
order_free (gpointer data)
{
  Order *order = data;

  cjl_network_free (order->network);
  cjl_explain_request_free (order->request);
  g_free (order);
}

CjExplained *
cjl_explained_new_network (const CjlNetwork *from, GError **error)
{
  const CjDataSpec spec = cjl_data_spec (from->dataset, 1);
  g_autoptr (CjExplained) network = cj_explained_new (from->graph, &spec, N_THREADS, error);

  if (network == NULL)
    return NULL;
  if (cj_checkpoint_apply (from->weights, cj_explained_get_program (network)))
    return g_steal_pointer (&network);
  g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
               _ ("The weights are of another network. Train it for a step."));
  return NULL;
}

static gpointer
run_order (CjlJob *job, gpointer data, GError **error)
{
  const Order *order = data;
  const CjlNetwork *from = order->network;
  g_autoptr (CjExplained) network = cjl_explained_new_network (from, error);

  if (network == NULL)
    return NULL;
  return explain (network, from->graph, from->dataset, from->weights->at.step, order->request, job,
                  error);
}

CjlJob *
cjl_explain_start (const CjGraph *graph, CjdDataset *dataset, CjCheckpoint *weights,
                   const CjlExplainRequest *request)
{
  Order *order = g_new0 (Order, 1);

  order->network = cjl_network_new (graph, dataset, weights);
  order->request = cjl_explain_request_dup (request);
  return cjl_job_new (run_order, order, order_free, (GDestroyNotify) cjl_explanations_unref);
}

CjExplained *
cjl_explained_new_project (CjlProject *project, CjdDataset *dataset, GError **error)
{
  const CjDataSpec spec = cjl_data_spec (dataset, 1);
  CjExplained *network = cj_explained_new (project->graph, &spec, N_THREADS, error);

  if (network == NULL)
    return NULL;
  cj_program_init (cj_explained_get_program (network), (guint64) project->setup->seed);
  cjl_project_apply_weights (project, cj_explained_get_program (network));
  return network;
}

CjlExplanations *
cjl_explain_project (CjlProject *project, CjdDataset *dataset, const CjlExplainRequest *request,
                     GError **error)
{
  g_autoptr (CjExplained) network = cjl_explained_new_project (project, dataset, error);
  g_autoptr (GArray) epochs = cjl_project_read_history (project);
  const guint64 step
      = epochs->len > 0 ? g_array_index (epochs, CjRunEpoch, epochs->len - 1).step : 0;

  return network != NULL ? explain (network, project->graph, dataset, step, request, NULL, error)
                         : NULL;
}

gboolean
cjl_explain_suits (const CjExplainerInfo *info, const CjLowered *lowered, const CjdDataset *dataset)
{
  gboolean maps = FALSE, attends = FALSE;

  for (guint i = 0; i < lowered->builder->steps->len; i++)
    {
      const CjStep *step = &g_array_index (lowered->builder->steps, CjStep, i);
      const CjShape *shape = &step->op.out_shape[0];

      attends = attends || step->op.info == &cj_op_attention;
      maps = maps || (shape->n_dims == 4 && shape->dims[2] * shape->dims[3] > 1);
    }
  return ((info->traits & CJ_EXPLAIN_PICTURES) == 0 || dataset->x_shape.n_dims == 4)
         && ((info->traits & CJ_EXPLAIN_LAYER) == 0 || maps)
         && ((info->traits & CJ_EXPLAIN_ATTENTION) == 0 || attends);
}
