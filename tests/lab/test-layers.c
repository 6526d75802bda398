/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is found out about single layers: what a place on a map sees, how units fare, what a network
 * writes. */
#include "cjl-layer-figures.h"
#include "cjl-receptive.h"
#include "cjl-runs.h"
#include "cjl-write.h"

#include "cj-error.h"
#include "cj-ops.h"

#include <math.h>
#include <string.h>

static CjDataSpec
picture_spec (gint64 side)
{
  return (CjDataSpec){ .batch = 1,
                       .x_shape = cj_shape3 (1, side, side),
                       .x_dtype = CJ_FLOAT32,
                       .y_shape = cj_shape (0, NULL),
                       .y_dtype = CJ_INT32,
                       .n_classes = 2,
                       .has_y = FALSE };
}

/* The box of pixels whose gradient is not 0 from row, column of the maps of `node`: all weights are
 * positive, so nothing cancels out. */
static gboolean
find_by_gradient (const CjGraph *graph, const CjDataSpec *spec, guint node, gint64 row,
                  gint64 column, CjlField *field)
{
  CjNode *input = graph->nodes->pdata[0];
  const CjInputSpec wanted
      = { input->id, cj_shape4 (1, 1, spec->x_shape.dims[1], spec->x_shape.dims[2]), CJ_FLOAT32,
          TRUE };
  CjDataSpec whole = *spec;
  g_autoptr (CjProgram) program = NULL;
  g_autoptr (CjTensor) out = NULL, gradient = NULL;
  g_autofree float *seed = NULL;
  GError *error = NULL;
  float *weights, *x;
  gint64 n, h, w;

  for (guint i = 0; i < graph->nodes->len; i++)
    if (((CjNode *) graph->nodes->pdata[i])->layer->role == CJ_ROLE_INPUT)
      input = graph->nodes->pdata[i];
  whole.inputs = &wanted;
  ((CjInputSpec *) whole.inputs)->node = input->id;
  whole.n_inputs = 1;
  program = cj_program_new (graph, CJ_PURPOSE_EXPLAIN, &whole, 1, &error);
  g_assert_no_error (error);
  weights = cj_program_get_weights (program, &n);
  for (gint64 i = 0; i < n; i++)
    weights[i] = 0.1f + 0.01f * (float) (i % 7);
  x = cj_tensor_f32 (cj_program_get_input (program, 0));
  h = spec->x_shape.dims[1];
  w = spec->x_shape.dims[2];
  for (gint64 i = 0; i < h * w; i++)
    x[i] = 1;
  cj_program_forward (program, FALSE, 1, 0, 0);
  out = cj_program_dup_output (program, node, 0);
  seed = g_new0 (float, cj_shape_size (&out->shape));
  seed[row * out->shape.dims[3] + column] = 1;
  cj_program_seed_gradient (program, node, 0, seed);
  cj_program_backward (program);
  gradient = cj_program_dup_input_gradient (program, 0);
  *field = (CjlField){ h, w, -1, -1 };
  for (gint64 i = 0; gradient != NULL && i < h * w; i++)
    if (cj_tensor_f32 (gradient)[i] != 0)
      {
        field->top = MIN (field->top, i / w);
        field->bottom = MAX (field->bottom, i / w);
        field->left = MIN (field->left, i % w);
        field->right = MAX (field->right, i % w);
      }
  return field->bottom >= 0;
}

/* Averages instead of maxima: a maximum has a gradient at one place alone. */
static void
test_receptive_gradient (void)
{
  static const char *const chains[] = {
    "input, conv-2d 2 kernel=5 padding=0",
    "input, conv-2d 2 kernel=3 padding=1, avg-pool-2d, conv-2d 3 kernel=3 padding=1",
    "input, conv-2d 2 kernel=3 stride=2 padding=1, batch-norm, conv-2d 2 kernel=3 dilation=2 "
    "padding=0",
    "input, conv-2d 1 kernel=3 padding=1, upsample, conv-2d 1 kernel=3 padding=1",
    "input, pad-2d, conv-2d 2 kernel=3 padding=0",
    "input, transposed-conv-2d 2 kernel=4 stride=2 padding=1, conv-2d 1 kernel=3 padding=1",
    "input, conv-2d 2 kernel=3 padding=1, adaptive-avg-pool-2d 3",
  };

  for (guint k = 0; k < G_N_ELEMENTS (chains); k++)
    {
      g_autoptr (CjGraph) graph = cj_graph_new ();
      const CjDataSpec spec = picture_spec (17);
      g_autoptr (CjLowered) lowered = NULL;
      GError *error = NULL;
      const CjNode *last = cj_graph_add_chain (graph, NULL, chains[k], &error);
      const CjShape *shape;
      guint node;

      g_assert_no_error (error);
      node = (guint) cj_graph_get_index (graph, last);
      lowered = cj_lower (graph, &spec);
      g_assert_true (lowered->nodes[node].valid);
      shape = cj_builder_get_shape (lowered->builder, lowered->nodes[node].out[0]);
      for (gint64 row = 0; row < shape->dims[2]; row += MAX (shape->dims[2] / 3, 1))
        for (gint64 column = 0; column < shape->dims[3]; column += MAX (shape->dims[3] / 3, 1))
          {
            CjlField mine, theirs;
            const gboolean some = find_by_gradient (graph, &spec, node, row, column, &theirs);

            g_test_message ("%s at %d, %d", chains[k], (int) row, (int) column);
            g_assert_cmpint (cjl_receptive_field (lowered, node, row, column, &mine), ==, some);
            if (!some)
              continue;
            g_assert_cmpint (mine.top, ==, theirs.top);
            g_assert_cmpint (mine.left, ==, theirs.left);
            g_assert_cmpint (mine.bottom, ==, theirs.bottom);
            g_assert_cmpint (mine.right, ==, theirs.right);
          }
    }
}

/* Branches unite, what mixes places sees everything, a maximum sees its window. */
static void
test_receptive_shapes (void)
{
  g_autoptr (CjGraph) graph = cj_graph_new ();
  const CjDataSpec spec = picture_spec (12);
  g_autoptr (CjLowered) lowered = NULL;
  CjNode *conv, *wide, *add, *pool, *dense;
  CjlField field;

  pool = cj_graph_add_chain (graph, NULL, "input, conv-2d 4 kernel=3 padding=1", NULL);
  conv = pool;
  wide = cj_graph_add_chain (graph, conv, "conv-2d 4 kernel=5 padding=2", NULL);
  add = cj_graph_add_chain (graph, wide, "add", NULL);
  cj_graph_connect (graph, conv, 0, add, 1, NULL);
  pool = cj_graph_add_chain (graph, add, "relu, max-pool-2d", NULL);
  dense = cj_graph_add_chain (graph, pool, "flatten, dense 3", NULL);
  lowered = cj_lower (graph, &spec);
  g_assert_true (
      cjl_receptive_field (lowered, (guint) cj_graph_get_index (graph, add), 6, 6, &field));
  g_assert_cmpint (field.top, ==, 3);
  g_assert_cmpint (field.right, ==, 9);
  g_assert_true (
      cjl_receptive_field (lowered, (guint) cj_graph_get_index (graph, pool), 3, 3, &field));
  g_assert_cmpint (field.top, ==, 3);
  g_assert_cmpint (field.bottom, ==, 10);
  g_assert_true (
      cjl_receptive_field (lowered, (guint) cj_graph_get_index (graph, dense), 0, 0, &field));
  g_assert_cmpint (field.top, ==, 0);
  g_assert_cmpint (field.bottom, ==, 11);
  g_assert_false (
      cjl_receptive_field (lowered, (guint) cj_graph_get_index (graph, pool), 6, 0, &field));
  g_assert_false (cjl_receptive_field (lowered, 1000, 0, 0, &field));
}

static CjlProject *
make_project (const char *network, const char *data)
{
  CjlProject *project = cjl_project_new ();
  GError *error = NULL;

  cj_graph_add_chain (project->graph, NULL, network, &error);
  g_assert_no_error (error);
  cjl_project_set (project, "data", data, &error);
  g_assert_no_error (error);
  return project;
}

static void
test_checkup (void)
{
  g_autoptr (CjlProject) project
      = make_project ("input, dense 6 relu, dense 5 tanh, dense 2, cross-entropy", "spirals");
  g_autoptr (CjdDataset) dataset = cjl_data_load (&project->data, NULL);
  const CjDataSpec spec = cjl_data_spec (dataset, 4);
  g_autoptr (CjProgram) program = cj_program_new (project->graph, CJ_PURPOSE_TRAIN, &spec, 1, NULL);
  g_autoptr (CjTable) table = cj_table_new (program);
  g_autoptr (CjCheckpoint) weights = cj_checkpoint_new (table, 0, FALSE);
  g_autoptr (CjlCheckup) checkup = NULL;
  g_autoptr (CjvFrame) frame = NULL;
  const CjlLayerHealth *layer;
  CjlJob *job;

  /* biases of -100 silence every ReLU, of 100 saturate every tanh */
  for (guint i = 0; i < table->entries->len; i++)
    {
      const CjTableEntry *entry = cj_table_get (table, i);
      float *data = cj_checkpoint_get_data (weights, entry);

      for (gint64 k = 0; k < entry->size; k++)
        data[k] = g_str_equal (entry->name, "dense1.bias")   ? -100
                  : g_str_equal (entry->name, "dense2.bias") ? 100
                                                             : 0.1f;
    }
  job = cjl_checkup_start (project->graph, dataset, weights);
  cjl_job_wait (job);
  checkup = cjl_job_take_result (job);
  g_assert_nonnull (checkup);
  cjl_job_free (job);
  g_assert_cmpuint (checkup->n_samples, ==, CJL_CHECKUP_BATCH);
  layer = cjl_checkup_find (checkup, "dense1");
  g_assert_cmpuint (layer->n_units, ==, 6);
  g_assert_true (layer->cut && !layer->bounded);
  g_assert_cmpuint (layer->n_silent, ==, 6);
  layer = cjl_checkup_find (checkup, "dense2");
  g_assert_true (layer->bounded && !layer->cut);
  g_assert_cmpuint (layer->n_full, ==, 5);
  g_assert_cmpuint (layer->n_silent, ==, 0);
  layer = cjl_checkup_find (checkup, "dense3");
  g_assert_true (!layer->bounded && !layer->cut);
  g_assert_nonnull (cjl_checkup_find_gradient (checkup, "dense3.weight"));
  g_assert_null (cjl_checkup_find (checkup, "cross1"));
  frame = cjl_answers_frame (checkup, "dense1");
  g_assert_cmpint (cjv_tensor_size (cjv_frame_get_array (frame, "weights")), ==,
                   6 * CJL_CHECKUP_BATCH);
}

/* Gradients of the batch are those of the loss: moving against them makes it smaller. */
static void
test_checkup_gradient (void)
{
  g_autoptr (CjlProject) project
      = make_project ("input, dense 8 tanh, dense 2, cross-entropy", "moons");
  g_autoptr (CjdDataset) dataset = cjl_data_load (&project->data, NULL);
  g_autoptr (CjlSession) session = cjl_session_new (project, dataset, 1, NULL);
  g_autoptr (CjCheckpoint) weights = cj_runner_save (cjl_session_get_runner (session));
  CjlJob *job = cjl_checkup_start (project->graph, dataset, weights);
  g_autoptr (CjlCheckup) checkup = NULL;
  double square = 0;
  CjTensor *gradient;

  cjl_job_wait (job);
  checkup = cjl_job_take_result (job);
  cjl_job_free (job);
  g_assert_nonnull (checkup);
  gradient = cjl_checkup_find_gradient (checkup, "dense1.weight");
  g_assert_cmpint (gradient->shape.dims[0], ==, 8);
  for (gint64 i = 0; i < cj_shape_size (&gradient->shape); i++)
    square += cj_tensor_f32 (gradient)[i] * cj_tensor_f32 (gradient)[i];
  g_assert_cmpfloat (square, >, 1e-12);
}

static void
test_write (void)
{
  g_autoptr (CjlProject) project
      = make_project ("input, embedding 16, rnn 24, dense 71, cross-entropy", "text");
  g_autoptr (CjdDataset) dataset = cjl_data_load (&project->data, NULL);
  g_autoptr (CjlWriting) first = NULL, again = NULL, sure = NULL, other = NULL;
  g_autoptr (CjvFrame) frame = NULL;
  CjlWriteOptions options;
  GError *error = NULL;
  g_autofree char *units = g_strdup_printf ("%u", dataset->n_classes);

  g_assert_true (cjl_write_suits (dataset));
  cjl_project_set (project, "dense1.units", units, NULL);
  cjl_write_options_init (&options);
  options.prompt = "The ☃"; /* no snow man in the book */
  options.length = 90;      /* more than the network sees at once */
  first = cjl_write_project (project, dataset, &options, &error);
  g_assert_no_error (error);
  again = cjl_write_project (project, dataset, &options, &error);
  g_assert_cmpstr (first->text, ==, again->text);
  g_assert_true (g_str_has_prefix (first->text, "The "));
  g_assert_cmpint (g_utf8_strlen (first->text, -1), ==, 4 + 90);
  g_assert_cmpuint (first->n_given, ==, 4);
  g_assert_true (isnan (first->probability[3]));
  for (guint i = 4; i < first->n; i++)
    g_assert_true (first->probability[i] > 0 && first->probability[i] <= 1);
  options.top_k = 1; /* the likeliest alone is as sure as can be */
  sure = cjl_write_project (project, dataset, &options, &error);
  g_assert_cmpfloat (sure->probability[10], ==, 1);
  options.top_k = 0;
  options.temperature = 0;
  other = cjl_write_project (project, dataset, &options, &error);
  g_assert_cmpstr (other->text, ==, sure->text);
  frame = cjl_writing_frame (first);
  g_assert_cmpstr (cjv_frame_get_text (frame, "text"), ==, first->text);
}

static void
test_write_refusals (void)
{
  g_autoptr (CjlProject) project
      = make_project ("input, embedding 8, lstm 8, dense 2, cross-entropy", "sequences");
  g_autoptr (CjlProject) short_project
      = make_project ("input, embedding 8, rnn 8, cross-entropy", "text");
  g_autoptr (CjdDataset) dataset = cjl_data_load (&project->data, NULL);
  g_autoptr (CjdDataset) text = cjl_data_load (&short_project->data, NULL);
  CjlWriteOptions options;
  GError *error = NULL;

  cjl_write_options_init (&options);
  g_assert_false (cjl_write_suits (dataset));
  g_assert_null (cjl_write_project (project, dataset, &options, &error));
  g_assert_error (error, CJ_ERROR, CJ_ERROR_PARAM);
  g_clear_error (&error);
  g_assert_null (cjl_write_project (short_project, text, &options, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
}

static void
test_weights (void)
{
  g_autoptr (CjGraph) graph = cj_graph_new ();
  const CjDataSpec spec = picture_spec (4);
  const CjShape matrix = cj_shape2 (3, 16), small = cj_shape2 (2, 3), time = cj_shape3 (2, 3, 5);
  g_autoptr (CjTensor) first = cj_tensor_new (CJ_FLOAT32, &matrix);
  g_autoptr (CjTensor) second = cj_tensor_new (CJ_FLOAT32, &small);
  g_autoptr (CjTensor) third = cj_tensor_new (CJ_FLOAT32, &time);
  g_autoptr (CjLowered) lowered = NULL;
  g_autoptr (CjvFrame) frame = NULL;
  const CjNode *dense1, *dense2;

  cj_graph_add_chain (graph, NULL, "input, flatten, dense 3, dense 2", NULL);
  lowered = cj_lower (graph, &spec);
  dense1 = cj_graph_find (graph, "dense1");
  dense2 = cj_graph_find (graph, "dense2");
  g_assert_cmpstr (cjl_weights_get_figure (first, graph, dense1, lowered), ==, "filters");
  g_assert_cmpstr (cjl_weights_get_figure (second, graph, dense2, lowered), ==, "heatmap");
  g_assert_cmpstr (cjl_weights_get_figure (third, graph, dense2, lowered), ==, "filters");
  frame = cjl_weights_frame (first, "dense1.weight", 2, graph, dense1, lowered);
  g_assert_cmpint (cjv_tensor_size (cjv_frame_get_array (frame, "input-shape")), ==, 3);
  g_assert_cmpfloat (cjv_frame_get_scalar (frame, "unit", -1), ==, 2);
}

/* A dense layer that hears spikes looks at the picture that was encoded, and one behind it does not. */
static void
test_weights_of_spikes (void)
{
  g_autoptr (CjGraph) graph = cj_graph_new ();
  const CjDataSpec spec = picture_spec (4);
  const CjShape matrix = cj_shape2 (3, 16), square = cj_shape2 (16, 3);
  g_autoptr (CjTensor) first = cj_tensor_new (CJ_FLOAT32, &matrix);
  g_autoptr (CjTensor) second = cj_tensor_new (CJ_FLOAT32, &square);
  g_autoptr (CjLowered) lowered = NULL;

  cj_graph_add_chain (graph, NULL,
                      "input, flatten, divisive-norm, poisson-encoder 5, dense 3, competing-lif, "
                      "dense 16, lif, dense 2",
                      NULL);
  lowered = cj_lower (graph, &spec);
  g_assert_cmpstr (cjl_weights_get_figure (first, graph, cj_graph_find (graph, "dense1"), lowered),
                   ==, "filters");
  g_assert_cmpstr (cjl_weights_get_figure (second, graph, cj_graph_find (graph, "dense2"), lowered),
                   ==, "heatmap");
  g_assert_cmpstr (cjl_weights_get_figure (first, graph, cj_graph_find (graph, "dense3"), lowered),
                   ==, "heatmap");
}

/* Runs of other lengths than each other end in NaN. */
static void
test_runs (void)
{
  g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (CjRunPoint));
  g_autoptr (GArray) epochs = g_array_new (FALSE, FALSE, sizeof (CjRunEpoch));
  g_autoptr (GPtrArray) past = g_ptr_array_new ();
  CjlPastRun run
      = { .name = (char *) "before", .epochs = g_array_new (FALSE, FALSE, sizeof (CjRunEpoch)) };
  g_autoptr (CjvFrame) frame = NULL, empty = NULL;
  const CjTensor *loss, *val;

  for (guint i = 0; i < 5; i++)
    {
      const CjRunPoint point = { .step = i + 1, .loss = 2.0f - 0.1f * (float) i };

      g_array_append_val (points, point);
    }
  for (guint i = 0; i < 2; i++)
    {
      const CjRunEpoch epoch = {
        .epoch = i + 1, .step = 10 * (i + 1), .train = { 1.0 - 0.2 * i, 0.5 }, .val = { 1.5, 0.25 }
      };

      g_array_append_val (run.epochs, epoch);
    }
  empty = cjl_runs_frame (points, epochs, NULL, 5, NAN);
  g_assert_cmpint (cjv_frame_get_array (empty, "train-loss")->shape.dims[0], ==, 1);
  g_assert_null (cjv_frame_get_array (empty, "val-loss"));
  g_ptr_array_add (past, &run);
  frame = cjl_runs_frame (points, epochs, past, 5, NAN);
  loss = cjv_frame_get_array (frame, "train-loss");
  val = cjv_frame_get_array (frame, "val-accuracy");
  g_assert_cmpint (loss->shape.dims[0], ==, 2);
  g_assert_cmpint (loss->shape.dims[1], ==, 5);
  g_assert_cmpfloat_with_epsilon (cj_tensor_f32 (loss)[4], 1.6, 1e-5);
  g_assert_cmpfloat_with_epsilon (cj_tensor_f32 (loss)[6], 0.8, 1e-5);
  g_assert_true (isnan (cj_tensor_f32 (loss)[7]));
  g_assert_true (isnan (cj_tensor_f32 (val)[0]));
  g_assert_cmpfloat (cj_tensor_f32 (val)[3], ==, 0.25);
  g_assert_cmpstr (cjv_frame_get_string (frame, "runs", 1), ==, "before");
  g_array_unref (run.epochs);
}

/* The outline stays: nothing that was larger or less than its neighbours is lost. */
static void
test_thin (void)
{
  g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (CjRunPoint));
  g_autoptr (GArray) thin = NULL, all = NULL;
  float largest = 0;

  for (guint i = 0; i < 10001; i++)
    {
      const CjRunPoint point = { .step = i, .loss = i == 7777 ? 99 : 1 + 0.1f * (float) (i % 7) };

      g_array_append_val (points, point);
    }
  thin = cjl_thin_points (points, 100);
  all = cjl_thin_points (points, 20000);
  g_assert_cmpuint (all->len, ==, points->len);
  g_assert_cmpuint (thin->len, <=, 100);
  g_assert_cmpuint (thin->len, >, 50);
  for (guint i = 0; i < thin->len; i++)
    {
      largest = MAX (largest, g_array_index (thin, CjRunPoint, i).loss);
      g_assert_true (i == 0
                     || g_array_index (thin, CjRunPoint, i).step
                            > g_array_index (thin, CjRunPoint, i - 1).step);
    }
  g_assert_cmpfloat (largest, ==, 99);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/receptive/gradient", test_receptive_gradient);
  g_test_add_func ("/lab/receptive/shapes", test_receptive_shapes);
  g_test_add_func ("/lab/checkup/health", test_checkup);
  g_test_add_func ("/lab/checkup/gradient", test_checkup_gradient);
  g_test_add_func ("/lab/write", test_write);
  g_test_add_func ("/lab/write/refusals", test_write_refusals);
  g_test_add_func ("/lab/runs", test_runs);
  g_test_add_func ("/lab/runs/thin", test_thin);
  g_test_add_func ("/lab/layer-figures/weights", test_weights);
  g_test_add_func ("/lab/layer-figures/weights-of-spikes", test_weights_of_spikes);
  return g_test_run ();
}
