/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Networks compiled and run: every layer against its slow twin's gradient by central differences,
 * the same bits for any number of threads, and learning that learns. */
#include "cj-program.h"
#include "cj-trainer.h"

#include <math.h>
#include <string.h>

static CjProgram *
compile (const char *chain, CjShape x, gint64 batch, guint threads)
{
  g_autoptr (CjGraph) graph = cj_graph_new ();
  g_autoptr (GError) error = NULL;
  CjProgram *program;

  cj_graph_add_chain (graph, chain, &error);
  g_assert_no_error (error);
  program = cj_program_new (graph, &x, batch, threads, &error);
  g_assert_no_error (error);
  return program;
}

static void
fill (CjProgram *program, gint32 n_classes)
{
  const CjTensor *x = cj_program_get_x (program), *y = cj_program_get_y (program);
  CjRng rng;

  cj_rng_init (&rng, 3, CJ_RNG_TEST, 1);
  for (gint64 i = 0; i < cj_shape_size (&x->shape); i++)
    cj_tensor_f32 (x)[i] = cj_rng_normal (&rng);
  for (gint64 i = 0; i < cj_shape_size (&y->shape); i++)
    cj_tensor_i32 (y)[i] = (gint32) cj_rng_below (&rng, (guint32) n_classes);
}

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
};

/* Along a random direction v: (L (w + hv) - L (w - hv)) / 2h against the gradient times v. */
static void
test_gradients (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (networks); i++)
    {
      g_autoptr (CjProgram) program
          = compile (networks[i].chain, cj_shape3 (networks[i].c, networks[i].h, networks[i].w),
                     networks[i].batch, 2);

      cj_program_init (program, 5);
      fill (program, 3);
      for (guint p = 0; p < cj_program_get_n_params (program); p++)
        {
          const CjProgramParam *param = cj_program_get_param (program, p);
          float *w = cj_program_get_weights (program, NULL) + param->offset;
          const float *g = cj_program_get_gradients (program) + param->offset;
          g_autofree float *start = g_memdup2 (w, sizeof (float) * param->size);
          g_autofree float *v = g_new (float, param->size);
          double expected = 0, above, below;
          const float h = 2e-3f;
          CjRng rng;

          cj_rng_init (&rng, 11, CJ_RNG_TEST, p);
          cj_program_forward (program, TRUE, 1, 1);
          cj_program_backward (program);
          for (gint64 j = 0; j < param->size; j++)
            {
              v[j] = cj_rng_normal (&rng) / sqrtf ((float) param->size);
              expected += (double) v[j] * g[j];
            }
          for (gint64 j = 0; j < param->size; j++)
            w[j] = start[j] + h * v[j];
          above = cj_program_forward (program, TRUE, 1, 1);
          for (gint64 j = 0; j < param->size; j++)
            w[j] = start[j] - h * v[j];
          below = cj_program_forward (program, TRUE, 1, 1);
          memcpy (w, start, sizeof (float) * param->size);
          g_test_message ("%s %s: %g against %g", networks[i].chain, param->name, expected,
                          (above - below) / (2 * h));
          g_assert_cmpfloat_with_epsilon (expected, (above - below) / (2 * h),
                                          2e-3 * (1 + fabs (expected)));
        }
    }
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
                          cj_builder_add_param (builder, "c", "w", &w, 1) };
      const int y = cj_builder_emit (builder, &cj_op_conv2d, &cases[i].a, in, 2, &error);
      const CjStep *step = &g_array_index (builder->steps, CjStep, builder->steps->len - 1);
      const gint64 size = cj_shape_size (&step->op.out_shape);
      g_autoptr (CjTensor) xt = cj_tensor_new (CJ_FLOAT32, &x);
      g_autoptr (CjTensor) last = cj_tensor_new (CJ_FLOAT32, &x);
      g_autoptr (CjTensor) wt = cj_tensor_new (CJ_FLOAT32, &w);
      g_autofree float *fast = g_new0 (float, size), *slow = g_new0 (float, size);
      g_autofree float *scratch = g_new0 (float, 256 * (96 + 256));
      const void *inputs[2] = { xt->data, wt->data };
      CjOpCall call
          = { .op = &step->op, .in = { last->data, wt->data }, .out = fast, .scratch = scratch };
      const gint64 *d = step->op.out_shape.dims;
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
      for (guint chunk = 0; chunk < (guint) x.dims[0]; chunk++)
        cj_op_conv2d.forward[0].run (&call, chunk);
      cj_op_conv2d.twin (&step->op, inputs, slow);
      for (gint64 j = 0; j < size; j++)
        {
          const gint64 p = j % (d[2] * d[3]), o = j / (d[2] * d[3]) % d[1];
          const gint64 n = j / (d[1] * d[2] * d[3]);

          g_assert_cmpfloat_with_epsilon (fast[(n * d[2] * d[3] + p) * d[1] + o], slow[j],
                                          1e-4 * (1 + fabsf (slow[j])));
        }
    }
}

/* A feed of two noisy prototypes a class: learnable, and nothing to load. */
static void
fill_prototypes (CjFeed *feed, const guint32 *indices, guint n, guint64 epoch, guint64 seed,
                 CjTensor *x, CjTensor *y)
{
  const gint64 size = cj_shape_size (&feed->x_shape);

  (void) epoch;
  (void) seed;
  for (guint i = 0; i < n; i++)
    {
      const gint32 class = (gint32) (indices[i] % feed->n_classes);
      CjRng prototype, noise;

      cj_rng_init (&prototype, 1, CJ_RNG_TEST, 100 + (guint64) class);
      cj_rng_init (&noise, 2, CJ_RNG_TEST, 1000 + indices[i]);
      cj_tensor_i32 (y)[i] = class;
      for (gint64 j = 0; j < size; j++)
        cj_tensor_f32 (x)[i * size + j]
            = cj_rng_normal (&prototype) + 0.5f * cj_rng_normal (&noise);
    }
}

static CjFeed prototypes = { .n_samples = 200,
                             .x_shape = { 3, { 1, 9, 9 } },
                             .y_dtype = CJ_INT32,
                             .n_classes = 4,
                             .fill = fill_prototypes };

/* Trains the same network for two epochs and returns its weights. You free. */
static float *
train (guint threads, CjScore *score, gint64 *size)
{
  const CjTrainSetup setup = { .epochs = 2, .batch = 10, .learning_rate = 0.003, .seed = 4 };
  g_autoptr (CjProgram) program = compile (
      "conv-2d filters=6 kernel=3 padding=1, relu, max-pool-2d, flatten, dropout rate=0.2, "
      "dense units=40, relu, dense units=4",
      prototypes.x_shape, setup.batch, threads);
  g_autoptr (CjTrainer) trainer = cj_trainer_new (program, &setup);
  g_autoptr (GError) error = NULL;
  float *weights;

  cj_program_init (program, (guint64) setup.seed);
  for (int epoch = 0; epoch < setup.epochs; epoch++)
    {
      cj_trainer_run_epoch (trainer, &prototypes, NULL, NULL, score, &error);
      g_assert_no_error (error);
    }
  *score = cj_trainer_evaluate (trainer, &prototypes, NULL);
  weights = cj_program_get_weights (program, size);
  return g_memdup2 (weights, sizeof (float) * *size);
}

static void
test_threads (void)
{
  CjScore score;
  gint64 size;
  g_autofree float *one = train (1, &score, &size);

  g_assert_cmpfloat (score.accuracy, >, 0.95);
  for (guint threads = 2; threads <= 4; threads++)
    {
      CjScore again;
      g_autofree float *many = train (threads, &again, &size);

      g_assert_cmpmem (one, sizeof (float) * size, many, sizeof (float) * size);
      g_assert_true (again.loss == score.loss);
    }
}

static void
test_refusals (void)
{
  static const struct
  {
    const char *chain, *says;
  } cases[] = {
    { "conv-2d kernel=9, flatten, dense units=2", "*“conv-2d1”*larger than its padded input*" },
    { "dense units=2", "*“dense1”*Add Flatten*" },
    { "conv-2d filters=3 groups=2, flatten, dense units=2", "*“conv-2d1”*groups*" },
    { "relu", "*The loss*Flatten and Dense*" },
  };
  const CjShape x = cj_shape3 (1, 4, 4);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CjGraph) graph = cj_graph_new ();
      g_autoptr (GError) error = NULL;

      g_assert_true (cj_graph_add_chain (graph, cases[i].chain, NULL));
      g_assert_null (cj_program_new (graph, &x, 2, 1, &error));
      g_test_message ("%s", error->message);
      g_assert_true (g_pattern_match_simple (cases[i].says, error->message));
    }
}

static void
test_loops (void)
{
  g_autoptr (CjGraph) graph = cj_graph_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (cj_graph_add_chain (graph, "relu, relu, relu", NULL));
  g_assert_false (cj_graph_connect (graph, 2, 0, 0, &error));
  g_assert_true (g_pattern_match_simple ("*“relu1”*loop*", error->message));
  g_assert_true (cj_graph_connect (graph, 0, 2, 0, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/ops/conv2d/twin", test_conv_twin);
  g_test_add_func ("/engine/program/gradients", test_gradients);
  g_test_add_func ("/engine/program/refusals", test_refusals);
  g_test_add_func ("/engine/graph/loops", test_loops);
  g_test_add_func ("/engine/train/same-bits-for-any-threads", test_threads);
  return g_test_run ();
}
