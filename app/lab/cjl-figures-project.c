/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames of figures from a project at rest: its weights, its history, and what its network makes of
 * samples. K classes, P points of a plane. */
#include "cjl-acting.h"
#include "cjl-figures-private.h"

#include "cj-error.h"
#include "cjl-bench-figures.h"
#include "cjl-evaluation.h"
#include "cjl-explain-report.h"
#include "cjl-explain.h"
#include "cjl-layer-figures.h"
#include "cjl-probe.h"
#include "cjl-forgetting.h"
#include "cjl-pruning.h"
#include "cjl-synapses.h"
#include "cjl-write.h"
#include "safetensors.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define SHEET 64 /* samples on a contact sheet */
#define SIDE 192 /* points of a decision surface along each axis */

typedef CjlFigureRequest Request;

/* --- one sample --- */

CjProgram *
cjl_figure_run_sample (const Request *r, GError **error)
{
  g_autoptr (CjProgram) program
      = cjl_network_compile_project (r->project, r->dataset, CJ_PURPOSE_PROBE, 1, error);
  g_autoptr (CjFeed) feed = NULL;
  const guint32 index = (guint32) r->choice->sample;

  if (program == NULL)
    return NULL;
  feed = cjd_dataset_new_feed (r->dataset, r->choice->split);
  if (r->choice->sample >= feed->n_samples)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("There is no sample %zu in this split. It has %zu, counted from 0."),
                   r->choice->sample, feed->n_samples);
      return NULL;
    }
  feed->fill (feed, &index, 1, 0, 0, cj_program_get_x (program), cj_program_get_y (program));
  if (feed->problem != NULL)
    {
      g_set_error_literal (error, CJ_ERROR, CJ_ERROR_FILE, feed->problem);
      return NULL;
    }
  cj_program_forward (program, FALSE, 1, 0, 0);
  return g_steal_pointer (&program);
}

static gboolean
has_weights (const CjProgram *program, const CjNode *node)
{
  g_autofree char *name = g_strconcat (node->id, ".weight", NULL);

  return cj_program_find_param (program, name) != NULL;
}

/* What the chosen node, or the first that fits, made of the sample: maps [1, C, H, W] or units [1, U].
 * Sequences [1, T, C] are both. */
static CjTensor *
find_output (const Request *r, const CjProgram *program, const CjNode **of)
{
  const guint wanted = g_str_equal (r->id, "maps") ? 4 : 2;
  g_autoptr (GPtrArray) order = cj_graph_sort (r->project->graph);
  g_autoptr (CjTensor) sequence = NULL;
  const CjNode *sequence_node = NULL;

  for (guint i = 0; i < order->len; i++)
    {
      const CjNode *node = order->pdata[i];
      g_autoptr (CjTensor) values = NULL;

      if (node->layer->role != CJ_ROLE_LAYER
          || (r->choice->node != NULL && !g_str_equal (node->id, r->choice->node))
          || (r->choice->node == NULL && !has_weights (program, node)))
        continue;
      values = cj_program_dup_output (program, (guint) cj_graph_get_index (r->project->graph, node),
                                      0);
      if (values == NULL || values->dtype != CJ_FLOAT32)
        continue;
      if (values->shape.n_dims == wanted)
        {
          *of = node;
          return g_steal_pointer (&values);
        }
      if (values->shape.n_dims == 3 && sequence == NULL)
        {
          sequence = g_steal_pointer (&values);
          sequence_node = node;
        }
    }
  *of = sequence_node;
  return g_steal_pointer (&sequence);
}

CjTensor *
cjl_figure_find_picture (const Request *r, const CjProgram *program)
{
  const GPtrArray *nodes = r->project->graph->nodes;

  for (guint i = 0; i < nodes->len; i++)
    {
      const CjNode *node = nodes->pdata[i];
      g_autoptr (CjTensor) values = NULL;

      if (node->layer->role != CJ_ROLE_INPUT)
        continue;
      values = cj_program_dup_output (program, i, 0);
      if (values != NULL && values->dtype == CJ_FLOAT32 && values->shape.n_dims == 4)
        return g_steal_pointer (&values);
    }
  return NULL;
}

char *
cjl_figure_print_place (const Request *r)
{
  /* Translators: data set, “training”, “validation” or “test”, and the number of a sample */
  return g_strdup_printf (_ ("%s, %s split, sample %zu"), r->dataset->name,
                          cjl_split_get_title (r->choice->split), r->choice->sample);
}

/* The layer, or the whole network, gives nothing for the figure that was asked for. */
static void
refuse_values (const Request *r, GError **error)
{
  const gboolean maps = g_str_equal (r->id, "maps");

  if (r->choice->node == NULL)
    g_set_error_literal (
        error, CJ_ERROR, CJ_ERROR_PARAM,
        maps ? _ ("The network gives no feature maps. Choose another layer with --node, or figure "
                  "“units”.")
             : _ ("The network gives no row of units. Choose another layer with --node, or figure "
                  "“maps”."));
  else
    g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                 maps ? _ ("Layer “%s” gives no feature maps. Choose another layer with --node, or "
                           "figure “units”.")
                      : _ ("Layer “%s” gives no row of units. Choose another layer with --node, or "
                           "figure “maps”."),
                 r->choice->node);
}

static CjvFrame *
frame_of_node (const Request *r, GError **error)
{
  g_autoptr (CjProgram) program = cjl_figure_run_sample (r, error);
  g_autofree char *place = cjl_figure_print_place (r);
  const CjNode *node = NULL;
  CjTensor *values;
  CjvFrame *frame;

  if (program == NULL)
    return NULL;
  values = find_output (r, program, &node);
  if (values == NULL)
    {
      refuse_values (r, error);
      return NULL;
    }
  frame = cjv_frame_new ();
  if (g_str_equal (r->id, "units"))
    {
      /* of a sequence the last moment */
      const gint64 units = values->shape.dims[values->shape.n_dims - 1];
      const gint64 first = cj_shape_size (&values->shape) - units;

      cjv_frame_set_values (frame, "values", cj_tensor_f32 (values) + first, (gsize) units);
      cj_tensor_unref (values);
    }
  else
    {
      CjTensor *picture = cjl_figure_find_picture (r, program);

      if (values->shape.n_dims == 3)
        values->shape = cj_shape2 (values->shape.dims[1], values->shape.dims[2]);
      cjv_frame_take_array (frame, "maps", values);
      if (picture != NULL)
        cjv_frame_take_array (frame, "input", picture);
    }
  cjv_frame_set_text (frame, "title", node->id);
  cjv_frame_set_provenance (frame, place);
  return cjv_frame_seal (frame);
}

/* Probabilities of the classes, or the values, of the chosen sample. */
static CjvFrame *
frame_of_answer (const Request *r, GError **error)
{
  g_autoptr (CjProgram) program = cjl_figure_run_sample (r, error);
  g_autoptr (CjMetrics) metrics = program != NULL ? cj_metrics_new (program) : NULL;
  g_autofree char *place = cjl_figure_print_place (r);
  g_autofree float *values = NULL;
  const float *scores;
  CjvFrame *frame;
  CjShape shape;
  gint64 k, first;

  if (program == NULL)
    return NULL;
  scores = cj_program_get_prediction (program, &shape);
  if (scores == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                   _ ("The network has no answer to show. End it with a loss."));
      return NULL;
    }
  k = shape.dims[shape.n_dims - 1];
  first = cj_shape_size (&shape) - k; /* of a sequence the last moment */
  values = g_memdup2 (scores + first, sizeof *values * (gsize) k);
  frame = cjv_frame_new ();
  if (metrics->task == CJ_TASK_CLASSES || metrics->task == CJ_TASK_SEQUENCE)
    {
      const CjTensor *y = cj_program_get_y (program);
      double sum = 0;
      float largest = values[0];

      for (gint64 i = 1; i < k; i++)
        largest = MAX (largest, values[i]);
      for (gint64 i = 0; i < k; i++)
        sum += values[i] = expf (values[i] - largest);
      for (gint64 i = 0; i < k; i++)
        values[i] = (float) (values[i] / sum);
      if (y != NULL && y->dtype == CJ_INT32)
        cjv_frame_set_scalar (frame, "target", cj_tensor_i32 (y)[cj_shape_size (&y->shape) - 1]);
      if (r->dataset->class_names != NULL)
        cjv_frame_set_strings (frame, "classes", (const char *const *) r->dataset->class_names);
    }
  cjv_frame_set_values (frame, "values", values, (gsize) k);
  cjv_frame_set_text (frame, "title", place);
  cjv_frame_set_provenance (frame, place);
  return cjv_frame_seal (frame);
}

/* --- the plane --- */

/* Scores [P, K] of the points of the plane as [1, K, SIDE, SIDE], from the top. */
static CjTensor *
score_plane (CjProgram *program)
{
  float *x = cj_tensor_f32 (cj_program_get_x (program));
  const double step = 2 * CJL_SURFACE_REACH / SIDE;
  const float *scores;
  CjTensor *plane;
  CjShape shape;

  for (int row = 0; row < SIDE; row++)
    for (int column = 0; column < SIDE; column++)
      {
        *x++ = (float) (-CJL_SURFACE_REACH + step * (column + 0.5));
        *x++ = (float) (CJL_SURFACE_REACH - step * (row + 0.5));
      }
  cj_program_forward (program, FALSE, SIDE * SIDE, 0, 0);
  scores = cj_program_get_prediction (program, &shape);
  shape = cj_shape4 (1, shape.dims[1], SIDE, SIDE);
  plane = cj_tensor_new (CJ_FLOAT32, &shape);
  for (gint64 p = 0; p < SIDE * SIDE; p++)
    for (gint64 k = 0; k < shape.dims[1]; k++)
      cj_tensor_f32 (plane)[k * SIDE * SIDE + p] = scores[p * shape.dims[1] + k];
  return plane;
}

static CjvFrame *
frame_of_plane (const Request *r, GError **error)
{
  const CjShape sample = cjd_dataset_get_x_shape (r->dataset);
  g_autoptr (CjProgram) program = NULL;
  g_autoptr (CjTensor) plane = NULL;
  CjShape shape;

  if (sample.n_dims != 1 || sample.dims[0] != 2 || r->dataset->n_classes == 0
      || r->dataset->x_dtype != CJ_FLOAT32)
    {
      g_set_error (
          error, CJ_ERROR, CJ_ERROR_PARAM,
          _ ("A decision surface needs samples of two numbers and classes; %s has others."),
          r->dataset->name);
      return NULL;
    }
  program
      = cjl_network_compile_project (r->project, r->dataset, CJ_PURPOSE_INFER, SIDE * SIDE, error);
  if (program == NULL)
    return NULL;
  if (cj_program_get_prediction (program, &shape) == NULL || shape.n_dims != 2)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                   _ ("The network does not give one row of numbers a sample. End it with Dense."));
      return NULL;
    }
  plane = score_plane (program);
  return cjl_decision_frame (r->dataset, plane);
}

/* --- weights --- */

static CjvFrame *
frame_of_weights (const Request *r, GError **error)
{
  const char *node = r->choice->node;
  g_autofree char *prefix = node != NULL ? g_strconcat (node, ".", NULL) : NULL;

  if (node != NULL && cj_graph_find (r->project->graph, node) == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("There is no layer “%s”. “cajal-cli show” names them."), node);
      return NULL;
    }
  for (guint i = 0; i < cjl_project_get_weights (r->project)->len; i++)
    {
      const CjdNamedTensor *named = cjl_project_get_weights (r->project)->pdata[i];
      g_autofree char *owner = g_strndup (named->name, strcspn (named->name, "."));
      g_autoptr (CjLowered) lowered = NULL;
      g_autoptr (CjTensor) weights = NULL;

      if (named->tensor->shape.n_dims < 2
          || (g_str_equal (r->id, "heatmap") && named->tensor->shape.n_dims != 2)
          || (prefix != NULL && !g_str_has_prefix (named->name, prefix)))
        continue;
      lowered = cjl_project_lower_learned (r->project);
      weights = cjl_project_dup_acting (r->project, named->name);
      return cjl_weights_frame (weights, named->name, -1, r->project->graph,
                                cj_graph_find (r->project->graph, owner), lowered);
    }
  if (cjl_project_get_weights (r->project)->len == 0)
    g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                 _ ("There are no weights to draw yet. Train the project first."));
  else
    g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                 _ ("“%s” has no weights to draw. Choose a dense or convolution layer."),
                 node != NULL ? node : r->project->title);
  return NULL;
}

/* --- all samples of a split --- */

static CjvFrame *
frame_of_sheet (const Request *r, const CjlEvaluation *evaluation, GError **error)
{
  g_autofree guint32 *mistakes = NULL;
  gsize n = 0;

  if (!r->choice->mistakes || evaluation->predicted == NULL)
    return cjl_evaluation_sheet (evaluation, NULL, 0, SHEET);
  mistakes = cjl_evaluation_list_mistakes (evaluation, &n);
  if (n == 0)
    g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                 _ ("There is no mistake to show: every sample of the split is right."));
  return n > 0 ? cjl_evaluation_sheet (evaluation, mistakes, n, SHEET) : NULL;
}

static CjvFrame *
frame_of_evaluation (const Request *r, GError **error)
{
  g_autoptr (CjlEvaluation) evaluation = NULL;
  GError *local = NULL;
  CjvFrame *frame;

  if (cjd_dataset_count (r->dataset, r->choice->split) == 0)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("This split of %s has no samples. Choose another one."), r->dataset->name);
      return NULL;
    }
  evaluation = cjl_evaluate_project (r->project, r->dataset, r->choice->split, error);
  if (evaluation == NULL)
    return NULL;
  if (g_str_equal (r->id, "confusion"))
    frame = cjl_evaluation_confusion (evaluation);
  else if (g_str_equal (r->id, "contact-sheet"))
    frame = frame_of_sheet (r, evaluation, &local);
  else if (g_str_equal (r->id, "scatter"))
    frame = cjl_evaluation_scatter (evaluation);
  else
    frame = cjl_evaluation_ranking (evaluation);
  if (frame == NULL && local == NULL)
    g_set_error (&local, CJ_ERROR, CJ_ERROR_PARAM,
                 _ ("Figure “%s” means nothing for this data. Try confusion for classes, scatter "
                    "for values, contact-sheet for pictures."),
                 r->id);
  if (local != NULL)
    g_propagate_error (error, local);
  return frame;
}

/* Samples with classes lie on a map; values stand against what was predicted. */
static CjvFrame *
frame_of_points (const Request *r, GError **error)
{
  return r->dataset->n_classes == 0 ? frame_of_evaluation (r, error) : cjl_figure_of_map (r, error);
}

/* What the network writes from nothing. */
static CjvFrame *
frame_of_text (const Request *r, GError **error)
{
  g_autoptr (CjlWriting) writing = NULL;
  CjlWriteOptions options;

  cjl_write_options_init (&options);
  writing = cjl_write_project (r->project, r->dataset, &options, error);
  return writing != NULL ? cjl_writing_frame (writing) : NULL;
}

/* How faithful explanations are, of a few samples of the split. */
static CjvFrame *
frame_of_report (const Request *r, GError **error)
{
  g_autoptr (CjlReport) report = NULL;
  CjlReportOptions options;

  cjl_report_options_init (&options);
  options.split = r->choice->split;
  report = cjl_report_project (r->project, r->dataset, &options, NULL, NULL, error);
  if (report == NULL)
    return NULL;
  return g_str_equal (r->id, "trust") ? cjl_report_trust_frame (report)
                                      : cjl_report_sanity_frame (report);
}

/* The chosen sample by the methods that are looked at first. */
static CjvFrame *
frame_of_explanations (const Request *r, GError **error)
{
  static const char *const methods[]
      = { "gradient", "integrated-gradients", "grad-cam", "lrp", "occlusion", "attention-rollout" };
  g_autoptr (CjlExplainRequest) request = cjl_explain_request_new ();
  const CjDataSpec spec = cjl_data_spec (r->dataset, 1);
  g_autoptr (CjLowered) lowered = cj_lower (r->project->graph, &spec);
  g_autoptr (CjlExplanations) all = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    if (cjl_explain_suits (cj_explainer_find (methods[i]), lowered, r->dataset))
      cjl_explain_request_add_method (request, methods[i], NULL, NULL);
  cjl_explain_request_add_sample (request, r->choice->split, r->choice->sample,
                                  CJL_TARGET_PREDICTED);
  all = cjl_explain_project (r->project, r->dataset, request, error);
  return all != NULL ? cjl_explanations_frame (all) : NULL;
}

/* How units are tuned, and what their filters look like. */
static CjvFrame *
frame_of_bench (const Request *r, GError **error)
{
  return cjl_bench_figure (r->project, r->dataset, r->id, r->choice, error);
}

/* What a unit wants, and the pixels that it hears. */
static CjvFrame *
frame_of_unit (const Request *r, GError **error)
{
  return cjl_unit_figure (r->project, r->dataset, r->id, r->choice, error);
}

/* --- the catalogue --- */

static CjvFrame *
frame_of_history (const Request *r, GError **error)
{
  g_autoptr (GArray) epochs = cjl_project_read_history (r->project);

  if (epochs->len > 0)
    return cjl_curves_frame (NULL, epochs, 0, NAN);
  g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
               _ ("There is no epoch to draw yet. Train the project first."));
  return NULL;
}

static CjvFrame *
frame_of_forgetting (const Request *r, GError **error)
{
  g_autoptr (GArray) epochs = cjl_project_read_history (r->project);
  const GArray *const runs[] = { epochs };
  const char *const names[] = { r->project->title };
  CjvFrame *frame = cjl_forgetting_frame_of_runs (runs, names, 1);

  if (frame == NULL)
    g_set_error (
        error, CJ_ERROR, CJ_ERROR_PARAM,
        _ ("The run has no tasks. Give the data tasks, as “data.tasks=split”, and train the "
           "project."));
  return frame;
}

static CjvFrame *
frame_of_pruning (const Request *r, GError **error)
{
  (void) error;
  return cjl_pruning_frame_of_project (r->project);
}

static const struct
{
  const char *id;
  gboolean samples; /* needs the data set */
  CjvFrame *(*make) (const Request *r, GError **error);
} makers[] = {
  { "curves", FALSE, frame_of_history },
  { "filters", FALSE, frame_of_weights },
  { "histogram", FALSE, frame_of_weights },
  { "heatmap", FALSE, frame_of_weights },
  { "confusion", TRUE, frame_of_evaluation },
  { "contact-sheet", TRUE, frame_of_evaluation },
  { "roc", TRUE, frame_of_evaluation },
  { "precision-recall", TRUE, frame_of_evaluation },
  { "scatter", TRUE, frame_of_points },
  { "embedding", TRUE, cjl_figure_of_map },
  { "similarity", TRUE, cjl_figure_of_similarity },
  { "dissimilarity", TRUE, cjl_figure_of_similarity },
  { "layers", TRUE, cjl_figure_of_layers },
  { "concepts", TRUE, cjl_figure_of_concepts },
  { "text", TRUE, frame_of_text },
  { "maps", TRUE, frame_of_node },
  { "units", TRUE, frame_of_node },
  { "bars", TRUE, frame_of_answer },
  { "decision", TRUE, frame_of_plane },
  { "synapses", TRUE, cjl_figure_of_synapses },
  { "explanations", TRUE, frame_of_explanations },
  { "trust", TRUE, frame_of_report },
  { "sanity", TRUE, frame_of_report },
  { "attention", TRUE, cjl_figure_of_attention },
  { "attention-arcs", TRUE, cjl_figure_of_attention },
  { "attention-patches", TRUE, cjl_figure_of_attention },
  { "attention-heads", TRUE, cjl_figure_of_heads },
  { "logit-lens", TRUE, cjl_figure_of_lens },
  { "tuning", TRUE, frame_of_bench },
  { "orientation-map", TRUE, frame_of_bench },
  { "selectivity", TRUE, frame_of_bench },
  { "gabor", TRUE, frame_of_bench },
  { "ideal", TRUE, frame_of_unit },
  { "receptive-field", TRUE, frame_of_unit },
  { "landscape", TRUE, cjl_figure_of_landscape },
  { "interpolation", TRUE, cjl_figure_of_landscape },
  { "curvature", TRUE, cjl_figure_of_landscape },
  { "alignment", TRUE, cjl_figure_of_alignment },
  { "robustness", TRUE, cjl_figure_of_robustness },
  { "energy", TRUE, cjl_figure_of_energy },
  { "accuracy-energy", TRUE, cjl_figure_of_versions },
  { "balance", TRUE, cjl_figure_of_balance },
  { "retraining", TRUE, cjl_figure_of_retraining },
  { "pruning", FALSE, frame_of_pruning },
  { "raster", TRUE, cjl_figure_of_spikes },
  { "membrane", TRUE, cjl_figure_of_spikes },
  { "isi", TRUE, cjl_figure_of_spikes },
  { "cross-correlogram", TRUE, cjl_figure_of_spikes },
  { "spike-triggered-average", TRUE, cjl_figure_of_spikes },
  { "forgetting", FALSE, frame_of_forgetting },
};

/* The row of a figure. One of a plugin is filled as the built-in one that wants the same. */
static guint
find_maker (const char *id)
{
  static const struct
  {
    const char *wanted, *like;
  } kinds[] = { { "weights", "histogram" }, { "train-loss", "curves" } };
  const CjvFigureInfo *info = cjv_figure_find (id);
  guint found = 0;

  while (found < G_N_ELEMENTS (makers) && !g_str_equal (makers[found].id, id))
    found++;
  if (found < G_N_ELEMENTS (makers) || info == NULL)
    return found;
  for (const CjvWant *want = info->wants; want != NULL && want->name != NULL; want++)
    for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
      if (want->kind == CJV_WANT_ARRAY && g_str_equal (want->name, kinds[i].wanted))
        return find_maker (kinds[i].like);
  return found;
}

const char *
cjl_figure_find_like (const char *id)
{
  const guint i = find_maker (id);

  return i < G_N_ELEMENTS (makers) ? makers[i].id : NULL;
}

gboolean
cjl_figure_needs_data (const char *id)
{
  const guint i = find_maker (id);

  return i < G_N_ELEMENTS (makers) && makers[i].samples;
}

CjvFrame *
cjl_figure_frame (CjlProject *project, CjdDataset *dataset, const char *id,
                  const CjlFigureChoice *choice, GError **error)
{
  const Request request = { project, dataset, choice, id };
  const guint i = find_maker (id);

  if (i < G_N_ELEMENTS (makers) && (dataset != NULL || !makers[i].samples))
    return makers[i].make (&request, error);
  g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM, _ ("Figure “%s” cannot be drawn from a project."),
               id);
  return NULL;
}
