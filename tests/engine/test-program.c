/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Networks compiled and run: every layer against its slow twin's gradient by central differences,
 * the same bits for any number of threads, and learning that learns. */
#include "network.h"

#include "cj-gemm.h"
#include "cj-memory.h"

#include <math.h>
#include <string.h>

static const struct
{
  const char *chain;
  gint64 c, h, w, batch;
} networks[] = {
  { "flatten, dense units=3", 1, 1, 1, 1 },
  { "flatten, dense units=37, relu, dense units=3 bias=false", 1, 5, 7, 9 },
  { "conv-2d filters=5 kernel=3 padding=1, flatten, dense units=3", 2, 6, 5, 3 },
  { "conv-2d filters=4 kernel=3 stride=2 padding=1, flatten, dense units=3", 3, 7, 9, 11 },
  { "conv-2d filters=6 kernel=3 dilation=2 groups=2 bias=false, flatten, dense units=3", 4, 7, 6,
    2 },
  { "conv-2d filters=4 kernel=1 groups=4, max-pool-2d, flatten, dense units=3", 4, 5, 7, 2 },
  { "conv-2d filters=17 kernel=5 padding=2, max-pool-2d window=3 stride=2, conv-2d filters=3 "
    "kernel=2, flatten, dropout rate=0.3, dense units=3",
    1, 11, 13, 4 },
  { "conv-2d filters=4 kernel=3 bias=false, batch-norm, relu, group-norm groups=2, "
    "local-response-norm, instance-norm, flatten, layer-norm, dense units=5, rms-norm, "
    "softmax temperature=0.5, batch-norm affine=false, dense units=3",
    2, 7, 6, 5 },
  { "mean axes=2;3, dense units=3, log-softmax", 6, 3, 5, 4 },
  /* weights that are made, with as many rows as there are samples */
  { "flatten, drop-connect units=24 rate=0.4, dense units=3", 2, 20, 20, 24 },
};

static void
test_gradients (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (networks); i++)
    {
      g_autofree char *chain = g_strconcat (networks[i].chain, ", cross-entropy", NULL);
      const CjShape x = cj_shape3 (networks[i].c, networks[i].h, networks[i].w);

      for (guint purpose = 0; purpose < 2; purpose++)
        {
          g_autoptr (CjProgram) program
              = network_compile (chain, purpose == 0 ? CJ_PURPOSE_TRAIN : CJ_PURPOSE_EXPLAIN, x,
                                 networks[i].batch, 3, 2);

          cj_program_init (program, 5);
          network_fill (program, 3);
          network_check_gradients (program, chain, 2e-3);
        }
    }
}

/* Two ends of a residual block, of which the second goes past two layers as it is. */
static CjProgram *
compile_residual (CjPurpose purpose)
{
  static const char *const blocks[]
      = { "conv-2d filters=16 kernel=3 stride=2 padding=1, batch-norm",
          "conv-2d filters=16 kernel=3 padding=1, batch-norm" };
  const CjDataSpec spec = { .batch = 11,
                            .x_shape = cj_shape3 (1, 18, 18),
                            .has_y = TRUE,
                            .y_dtype = CJ_INT32,
                            .n_classes = 3 };
  g_autoptr (CjGraph) graph = network_new_graph ("conv-2d filters=9 kernel=3, batch-norm, relu");
  g_autoptr (GError) error = NULL;
  CjNode *node = cj_graph_find (graph, "relu1");
  CjProgram *program;

  for (guint i = 0; i < G_N_ELEMENTS (blocks); i++)
    {
      CjNode *past = i == 0
                         ? cj_graph_add_chain (graph, node, "shortcut filters=16 stride=2", &error)
                         : node;
      CjNode *add = cj_graph_add_chain (graph, cj_graph_add_chain (graph, node, blocks[i], &error),
                                        "add", &error);

      g_assert_true (cj_graph_connect (graph, past, 0, add, 1, &error));
      node = cj_graph_add_chain (graph, add, "relu", &error);
    }
  cj_graph_add_chain (graph, node, "global-avg-pool, dense 3, cross-entropy", &error);
  g_assert_no_error (error);
  program = cj_program_new (graph, purpose, &spec, 3, &error);
  g_assert_no_error (error);
  cj_program_init (program, 5);
  network_fill (program, 3);
  return program;
}

static void
assert_close (const float *a, const float *b, gint64 n)
{
  for (gint64 i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (a[i], b[i], 2e-5 * (1 + fabsf (b[i])));
}

/* What is joined gives what every op by itself gives: losses, gradients and running means of a
 * residual network, and what it predicts after. */
static void
test_joined (void)
{
  g_autoptr (CjProgram) train = compile_residual (CJ_PURPOSE_TRAIN);
  g_autoptr (CjProgram) apart = compile_residual (CJ_PURPOSE_EXPLAIN);
  g_autoptr (CjProgram) infer = compile_residual (CJ_PURPOSE_INFER);
  const guint steps = cj_program_get_lowered (apart)->builder->steps->len;
  gint64 n, n_states;

  g_assert_cmpuint (cj_program_get_lowered (train)->builder->steps->len, ==, steps - 8);
  g_assert_cmpfloat_with_epsilon (cj_program_forward (train, TRUE, 11, 1, 1),
                                  cj_program_forward (apart, TRUE, 11, 1, 1), 1e-5);
  cj_program_backward (train);
  cj_program_backward (apart);
  cj_program_get_weights (train, &n);
  assert_close (cj_program_get_gradients (train), cj_program_get_gradients (apart), n);
  cj_program_get_states (train, &n_states);
  assert_close (cj_program_get_states (train, NULL), cj_program_get_states (apart, NULL), n_states);
  memcpy (cj_program_get_states (infer, NULL), cj_program_get_states (apart, NULL),
          sizeof (float) * (gsize) n_states);
  cj_program_forward (infer, FALSE, 11, 0, 0);
  cj_program_forward (apart, FALSE, 11, 0, 0);
  cj_program_forward (train, FALSE, 11, 0, 0);
  assert_close (cj_program_get_prediction (infer, NULL), cj_program_get_prediction (apart, NULL),
                33);
  assert_close (cj_program_get_prediction (train, NULL), cj_program_get_prediction (apart, NULL),
                33);
}

/* Every op's fast kernel against its twin, on the layout the twin speaks. */
static void
test_conv_twin (void)
{
  static const struct
  {
    gint64 n, c, h, w, o;
    CjConv2dAttrs a;
  } cases[] = {
    { 1, 1, 1, 1, 1, { 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1 } },
    { 2, 3, 7, 8, 4, { 3, 3, 1, 1, 0, 0, 0, 0, 1, 1, 1 } },
    { 3, 4, 9, 8, 6, { 3, 2, 2, 1, 1, 1, 0, 1, 1, 2, 2 } },
    { 1, 35, 13, 11, 33, { 5, 5, 2, 3, 2, 2, 2, 2, 1, 1, 1 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CjBuilder) builder = cj_builder_new ();
      g_autoptr (GError) error = NULL;
      const CjShape x = cj_shape4 (cases[i].n, cases[i].c, cases[i].h, cases[i].w);
      const CjShape w = cj_shape4 (cases[i].o, cases[i].c / cases[i].a.groups, cases[i].a.kernel_h,
                                   cases[i].a.kernel_w);
      const int in[2] = { cj_builder_add_input (builder, CJ_FLOAT32, &x),
                          cj_builder_add_param (builder, "c", "w", &w, (CjInit){ 0 }) };
      const int y = cj_builder_emit (builder, &cj_op_conv2d, &cases[i].a, in, 2, &error);
      const CjStep *step = &g_array_index (builder->steps, CjStep, builder->steps->len - 1);
      const gint64 size = cj_shape_size (&step->op.out_shape[0]);
      g_autoptr (CjTensor) xt = cj_tensor_new (CJ_FLOAT32, &x);
      g_autoptr (CjTensor) last = cj_tensor_new (CJ_FLOAT32, &x);
      g_autoptr (CjTensor) wt = cj_tensor_new (CJ_FLOAT32, &w);
      g_autofree float *fast = g_new0 (float, size), *slow = g_new0 (float, size);
      g_autofree float *scratch
          = g_new0 (float, CJ_GEMM_SCRATCH + step->op.scratch_bytes / sizeof (float));
      g_autofree char *workspace = g_malloc0 (step->op.workspace_bytes);
      const void *inputs[2] = { xt->data, wt->data };
      float *outputs[1] = { slow };
      CjOpCall call = { .op = &step->op,
                        .in = { last->data, wt->data },
                        .out = { fast },
                        .scratch = scratch,
                        .workspace = (float *) workspace };
      const gint64 *d = step->op.out_shape[0].dims;
      const gint64 area = x.dims[2] * x.dims[3];
      CjRng rng;

      g_assert_no_error (error);
      g_assert_cmpint (y, >=, 0);
      cj_rng_init (&rng, i, CJ_RNG_TEST, 2);
      for (gint64 j = 0; j < cj_shape_size (&x); j++)
        cj_tensor_f32 (xt)[j] = cj_rng_normal (&rng);
      for (gint64 j = 0; j < cj_shape_size (&w); j++)
        cj_tensor_f32 (wt)[j] = cj_rng_normal (&rng);
      for (gint64 j = 0; j < cj_shape_size (&x); j++)
        {
          const gint64 n = j / (area * x.dims[1]), c = j / area % x.dims[1], p = j % area;

          cj_tensor_f32 (last)[(n * area + p) * x.dims[1] + c] = cj_tensor_f32 (xt)[j];
        }
      for (const CjPhase *phase = cj_op_conv2d.forward; phase->run != NULL; phase++)
        for (guint chunk = 0; chunk < phase->n_chunks (&step->op); chunk++)
          phase->run (&call, chunk);
      cj_op_conv2d.twin (&step->op, inputs, outputs);
      for (gint64 j = 0; j < size; j++)
        {
          const gint64 p = j % (d[2] * d[3]), o = j / (d[2] * d[3]) % d[1];
          const gint64 n = j / (d[1] * d[2] * d[3]);

          g_assert_cmpfloat_with_epsilon (fast[(n * d[2] * d[3] + p) * d[1] + o], slow[j],
                                          1e-4 * (1 + fabsf (slow[j])));
        }
    }
}

#define SMALL_CNN                                                                                  \
  "conv-2d filters=6 kernel=3 padding=1, batch-norm, relu, max-pool-2d, flatten, dropout 0.2, "    \
  "dense units=40, relu, dense units=4, cross-entropy"

static CjTrainSetup *
new_setup (void)
{
  CjTrainSetup *setup = cj_train_setup_new ();

  setup->epochs = 2;
  setup->batch = 10;
  setup->learning_rate = 0.003;
  setup->seed = 4;
  return setup;
}

/* Trains the same network for two epochs and returns its weights; stops at `pause` (0: never), takes
 * a checkpoint, and goes on in a fresh trainer with a fresh program. You free. */
static float *
train (guint threads, guint64 pause, CjScore *score, gint64 *size)
{
  g_autoptr (CjTrainSetup) setup = new_setup ();
  CjFeed *feed = network_get_prototypes ();
  CjProgram *program = network_compile (SMALL_CNN, CJ_PURPOSE_TRAIN, feed->x_shape, 10, 4, threads);
  CjTrainer *trainer = cj_trainer_new (program, setup, feed, NULL);
  g_autoptr (GError) error = NULL;
  float *weights;

  cj_program_init (program, (guint64) setup->seed);
  while (cj_trainer_get_place (trainer)->step < cj_trainer_get_n_steps (trainer))
    {
      CjStepReport report;

      g_assert_true (cj_trainer_step (trainer, &report, &error));
      if (cj_trainer_get_place (trainer)->step == pause)
        {
          g_autoptr (CjCheckpoint) checkpoint = cj_trainer_save (trainer);

          cj_trainer_free (trainer);
          cj_program_free (program);
          program = network_compile (SMALL_CNN, CJ_PURPOSE_TRAIN, feed->x_shape, 10, 4, 1);
          trainer = cj_trainer_new (program, setup, feed, NULL);
          g_assert_true (cj_trainer_load (trainer, checkpoint, &error));
        }
    }
  *score = cj_trainer_evaluate (trainer, feed, NULL);
  weights = cj_program_get_weights (program, size);
  weights = g_memdup2 (weights, sizeof (float) * (gsize) *size);
  cj_trainer_free (trainer);
  cj_program_free (program);
  return weights;
}

static void
test_threads (void)
{
  CjScore score;
  gint64 size;
  g_autofree float *one = train (1, 0, &score, &size);

  g_assert_cmpfloat (score.accuracy, >, 0.95);
  for (guint threads = 2; threads <= 4; threads++)
    {
      CjScore again;
      g_autofree float *many = train (threads, 0, &again, &size);

      g_assert_cmpmem (one, sizeof (float) * size, many, sizeof (float) * size);
      g_assert_true (again.loss == score.loss);
    }
}

static void
test_resume (void)
{
  static const guint64 pauses[] = { 1, 7, 20, 39 };
  CjScore score;
  gint64 size;
  g_autofree float *whole = train (2, 0, &score, &size);

  for (guint i = 0; i < G_N_ELEMENTS (pauses); i++)
    {
      g_autofree float *parts = train (2, pauses[i], &score, &size);

      g_assert_cmpmem (whole, sizeof (float) * size, parts, sizeof (float) * size);
    }
}

static void
test_refusals (void)
{
  static const struct
  {
    const char *chain, *says, *mend;
  } cases[] = {
    { "conv-2d kernel=9, flatten, dense 2, cross-entropy", "*“conv1”*larger than its padded input*",
      NULL },
    { "dense 2, cross-entropy", "*“dense1”*Add Flatten*", "flatten" },
    { "conv-2d filters=3 groups=2, flatten, dense 2, cross-entropy", "*“conv1”*groups*", NULL },
    { "relu, cross-entropy", "*Cross-entropy*Flatten and Dense*", NULL },
    { "flatten, dense 3, cross-entropy", "*3 scores*2 classes*", NULL },
    { "flatten, dense 2", "No path leads from the data to a loss*", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CjGraph) graph = network_new_graph (cases[i].chain);
      g_autoptr (GError) error = NULL;
      const CjDataSpec spec = { .batch = 2,
                                .x_shape = cj_shape3 (1, 4, 4),
                                .has_y = TRUE,
                                .y_dtype = CJ_INT32,
                                .n_classes = 2 };
      g_autoptr (CjLowered) lowered = cj_lower (graph, &spec);

      g_assert_null (cj_program_new (graph, CJ_PURPOSE_TRAIN, &spec, 1, &error));
      g_test_message ("%s", error->message);
      g_assert_true (g_pattern_match_simple (cases[i].says, error->message));
      if (cases[i].mend != NULL)
        g_assert_cmpstr (cj_lowered_get_error (lowered)->mend, ==, cases[i].mend);
    }
}

/* What a loss says of itself though nothing is wrong, and what it looks at. */
static void
test_notes (void)
{
  static const struct
  {
    const char *chain, *says;
  } cases[] = {
    { "flatten, dense 2, softmax, cross-entropy", "*“cross1”*softmax*folded*" },
    { "flatten, dense 2, softmax temperature=2, cross-entropy", "*“cross1”*folded*" },
    { "flatten, dense 2, cross-entropy reduction=none", "*losses apart*" },
    { "flatten, dense 2, log-softmax, nll", NULL },
    { "flatten, dense 2, cross-entropy", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CjGraph) graph = network_new_graph (cases[i].chain);
      const CjDataSpec spec = { .batch = 2,
                                .x_shape = cj_shape3 (1, 4, 4),
                                .has_y = TRUE,
                                .y_dtype = CJ_INT32,
                                .n_classes = 2 };
      g_autoptr (CjLowered) lowered = cj_lower (graph, &spec);
      const CjProblem *note = lowered->problems->len > 0 ? lowered->problems->pdata[0] : NULL;

      g_assert_null (cj_lowered_get_error (lowered));
      g_assert_true ((note != NULL) == (cases[i].says != NULL));
      if (note != NULL)
        g_assert_true (g_pattern_match_simple (cases[i].says, note->sentence));
    }
}

/* A softmax that is folded changes neither loss nor gradient: scores are scores. */
static void
test_folded_softmax (void)
{
  const CjShape x = cj_shape1 (5);
  g_autoptr (CjProgram) folded
      = network_compile ("dense 3, softmax, cross-entropy", CJ_PURPOSE_TRAIN, x, 4, 3, 1);
  g_autoptr (CjProgram) plain
      = network_compile ("dense 3, cross-entropy", CJ_PURPOSE_TRAIN, x, 4, 3, 1);

  cj_program_init (folded, 5);
  cj_program_init (plain, 5);
  network_fill (folded, 3);
  network_fill (plain, 3);
  g_assert_cmpfloat (cj_program_forward (folded, TRUE, 4, 1, 1), ==,
                     cj_program_forward (plain, TRUE, 4, 1, 1));
  g_assert_cmpmem (cj_program_get_prediction (folded, NULL), sizeof (float) * 12,
                   cj_program_get_prediction (plain, NULL), sizeof (float) * 12);
}

/* A sketch tells the same cost, and tells it of what could never run. */
static void
test_sketch (void)
{
  static const char *const chains[]
      = { "flatten, dense 30, relu, dense 3, cross-entropy",
          "conv-2d 8, batch-norm, relu, max-pool-2d, flatten, dense 3, cross-entropy" };
  const CjDataSpec spec = {
    .batch = 16, .x_shape = cj_shape3 (2, 8, 8), .has_y = TRUE, .y_dtype = CJ_INT32, .n_classes = 3
  };
  g_autoptr (CjGraph) large
      = network_new_graph ("flatten, dense 65536, dense 65536, dense 65536, dense 65536, dense "
                           "65536, dense 3, cross-entropy");
  g_autoptr (CjProgram) sketch = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (chains); i++)
    {
      g_autoptr (CjGraph) graph = network_new_graph (chains[i]);
      g_autoptr (CjProgram) real = cj_program_new (graph, CJ_PURPOSE_TRAIN, &spec, 2, NULL);
      g_autoptr (CjProgram) drawn = cj_program_new_sketch (graph, CJ_PURPOSE_TRAIN, &spec, 2, NULL);
      const CjProgramCost a = cj_program_get_cost (real), b = cj_program_get_cost (drawn);

      g_assert_cmpint (a.peak_bytes, ==, b.peak_bytes);
      g_assert_cmpint (a.macs, ==, b.macs);
      g_assert_cmpint (a.n_params, ==, b.n_params);
      g_assert_cmpuint (cj_program_get_n_params (real), ==, cj_program_get_n_params (drawn));
    }
  sketch = cj_program_new_sketch (large, CJ_PURPOSE_TRAIN, &spec, 1, &error);
  g_assert_no_error (error);
  g_assert_cmpint (cj_program_get_cost (sketch).peak_bytes, >,
                   (gint64) 4 * 4 * 65536 * 65536); /* weights and gradients of four */
  g_assert_false (cj_memory_check (G_GINT64_CONSTANT (1) << 60, "Training", 16, &error));
  g_assert_true (g_pattern_match_simple ("Training needs * GiB for a batch of 16, this machine has "
                                         "* GiB to spare. Make the batch or the network smaller.",
                                         error->message));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/ops/conv2d/twin", test_conv_twin);
  g_test_add_func ("/engine/program/gradients", test_gradients);
  g_test_add_func ("/engine/program/joined", test_joined);
  g_test_add_func ("/engine/program/refusals", test_refusals);
  g_test_add_func ("/engine/program/notes", test_notes);
  g_test_add_func ("/engine/program/folded-softmax", test_folded_softmax);
  g_test_add_func ("/engine/train/same-bits-for-any-threads", test_threads);
  g_test_add_func ("/engine/train/same-bits-after-resume", test_resume);
  g_test_add_func ("/engine/program/sketch", test_sketch);
  return g_test_run ();
}
