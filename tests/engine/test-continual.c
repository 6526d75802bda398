/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tasks one after another: what holds earlier ones is what the papers say, and a run is the same bits however many
 * threads there are and after it was taken up in the middle of a task. */
#include "network.h"

#include "cj-rig.h"

#include <math.h>
#include <string.h>

#define N_TASKS 4
#define N_CLASSES 4
#define N 60 /* samples of a task */
#define D 12
#define BATCH 10
#define STEPS (N / BATCH) /* of an epoch */
#define CHAIN "dense 16, tanh, dropout 0.1, dense 4, cross-entropy"

/* Tasks are the same samples with features in another order; it notes what it is asked for. */
typedef struct
{
  CjFeed feed;
  gsize tasks[N_TASKS + 1];
  gint32 classes[N_TASKS * N];
  float x[N][D];
  guint32 asked[BATCH];
} Feed;

static void
fill (CjFeed *feed, const guint32 *indices, guint n, guint64 epoch, guint64 seed, CjTensor *x,
      CjTensor *y)
{
  Feed *self = (Feed *) feed;

  (void) epoch;
  (void) seed;
  for (guint i = 0; i < n; i++)
    {
      const guint task = indices[i] / N, sample = indices[i] % N;

      for (guint d = 0; d < D; d++)
        cj_tensor_f32 (x)[i * D + d] = self->x[sample][(d * (2 * task + 1) + 5 * task) % D];
      if (y != NULL)
        cj_tensor_i32 (y)[i] = self->classes[sample];
    }
  if (n == BATCH)
    memcpy (self->asked, indices, sizeof self->asked);
}

static Feed *
get_feed (void)
{
  static Feed self;
  CjRng rng;

  if (self.feed.n_samples > 0)
    return &self;
  cj_rng_init (&rng, 3, CJ_RNG_TEST, 11);
  self.feed = (CjFeed){ .n_samples = N_TASKS * N,
                        .x_shape = cj_shape1 (D),
                        .x_dtype = CJ_FLOAT32,
                        .y_shape = cj_shape (0, NULL),
                        .y_dtype = CJ_INT32,
                        .n_classes = N_CLASSES,
                        .n_tasks = N_TASKS,
                        .tasks = self.tasks,
                        .classes = self.classes,
                        .fill = fill };
  for (guint t = 0; t <= N_TASKS; t++)
    self.tasks[t] = t * N;
  for (guint i = 0; i < N_TASKS * N; i++)
    self.classes[i] = (gint32) (i % N % 7 % N_CLASSES); /* not as many of each */
  for (guint i = 0; i < N; i++)
    for (guint d = 0; d < D; d++)
      self.x[i][d] = cj_rng_normal (&rng) + (d % N_CLASSES == (guint) self.classes[i] ? 1.5f : 0);
  return &self;
}

static CjTrainSetup *
new_setup (const char *settings)
{
  CjTrainSetup *setup = cj_train_setup_new ();
  g_auto (GStrv) pairs = g_strsplit (settings, " ", -1);

  setup->batch = BATCH;
  setup->epochs = 2;
  for (guint i = 0; pairs[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (pairs[i], "=", 2);
      g_autoptr (GError) error = NULL;

      cj_train_setup_set (setup, pair[0], pair[1], &error);
      g_assert_no_error (error);
    }
  return setup;
}

static CjRig *
new_rig (const char *chain, const char *settings, guint threads)
{
  g_autoptr (CjTrainSetup) setup = new_setup (settings);
  g_autoptr (CjGraph) graph = network_new_graph (chain);
  g_autoptr (GError) error = NULL;
  CjRig *rig = cj_rig_new (graph, setup, &get_feed ()->feed, threads, &error);

  g_assert_no_error (error);
  return rig;
}

static const CjPlace *
get_place (CjRig *rig)
{
  return cj_trainer_get_place (rig->trainer);
}

static void
step (CjRig *rig)
{
  g_autoptr (GError) error = NULL;
  CjStepReport report;

  cj_trainer_step (rig->trainer, &report, &error);
  g_assert_no_error (error);
  if (report.epoch_ended)
    cj_trainer_set_validation (rig->trainer, report.epoch_score);
}

static void
run_to (CjRig *rig, guint64 end)
{
  while (get_place (rig)->step < end)
    step (rig);
}

static void
draw (float *numbers, guint n, guint64 index, gboolean positive)
{
  CjRng rng;

  cj_rng_init (&rng, 7, CJ_RNG_TEST, index);
  for (guint i = 0; i < n; i++)
    numbers[i] = positive ? fabsf (cj_rng_normal (&rng)) : cj_rng_normal (&rng);
}

/* --- penalties --- */

#define W 37

static void
test_penalty (void)
{
  float w[W], anchor[W], importance[W], g[W] = { 0 };
  const double factor = 3.5;

  draw (w, W, 1, FALSE);
  draw (anchor, W, 2, FALSE);
  draw (importance, W, 3, TRUE);
  cj_continual_add_gradient (factor, importance, anchor, w, g, W);
  for (guint i = 0; i < W; i++)
    {
      const float kept = w[i], h = 1e-2f;
      double up, down, way;

      w[i] = kept + h;
      way = w[i];
      up = cj_continual_get_penalty (factor, importance, anchor, w, W);
      w[i] = kept - h;
      way -= w[i];
      down = cj_continual_get_penalty (factor, importance, anchor, w, W);
      w[i] = kept;
      g_assert_cmpfloat_with_epsilon (g[i], (up - down) / way, 1e-3 * (1 + fabs (g[i])));
    }
}

/* Two tasks in one: the gradient is the sum of the gradients that each has by itself. */
static void
test_consolidate (void)
{
  float w[W], at[3][W], fisher[3][W], importance[W] = { 0 }, anchor[W] = { 0 };
  float g[W] = { 0 }, apart[W] = { 0 };

  draw (w, W, 4, FALSE);
  for (guint t = 0; t < 3; t++)
    {
      draw (at[t], W, 5 + t, FALSE);
      draw (fisher[t], W, 8 + t, TRUE);
      fisher[t][0] = 0; /* one that no task needs */
      cj_continual_consolidate (importance, anchor, fisher[t], at[t], W);
      cj_continual_add_gradient (0.5, fisher[t], at[t], w, apart, W);
    }
  cj_continual_add_gradient (0.5, importance, anchor, w, g, W);
  for (guint i = 0; i < W; i++)
    g_assert_cmpfloat_with_epsilon (g[i], apart[i], 1e-4);
  g_assert_cmpfloat (anchor[0], ==, at[2][0]);
  g_assert_cmpfloat (g[0], ==, 0);
}

static void
test_end_path (void)
{
  float w[3] = { 2, 1, 1 }, anchor[3] = { 1, 1, 0 }, path[3] = { 0.5f, 0.5f, -4 };
  float importance[3] = { 1, 0, 0 };

  cj_continual_end_path (importance, anchor, path, w, 0.25, 3);
  g_assert_cmpfloat_with_epsilon (importance[0], 1 + 0.5 / 1.25, 1e-6);
  g_assert_cmpfloat_with_epsilon (importance[1], 2, 1e-6);
  g_assert_cmpfloat (importance[2], ==, 0); /* what moved against the slope */
  for (guint i = 0; i < 3; i++)
    {
      g_assert_cmpfloat (anchor[i], ==, w[i]);
      g_assert_cmpfloat (path[i], ==, 0);
    }
}

/* The sum of what all weights did is by how much the loss fell, where steps are small. */
static void
test_path (void)
{
  g_autoptr (CjRig) rig
      = new_rig ("dense 16, tanh, dense 4, cross-entropy",
                 "batch=60 epochs=400 optimizer=sgd learning-rate=0.005 continual.remedy=si "
                 "continual.path-strength=7",
                 2);
  CjFeed *feed = &get_feed ()->feed;
  g_autoptr (CjCheckpoint) end = NULL;
  CjScore before, after;
  const float *path;
  double sum = 0;

  cj_trainer_evaluate_tasks (rig->trainer, feed, 1, NULL, &before);
  run_to (rig, 400);
  cj_trainer_evaluate_tasks (rig->trainer, feed, 1, NULL, &after);
  end = cj_trainer_save (rig->trainer);
  path = cj_checkpoint_get_kind (end, CJ_SLOT_PATH);
  for (gint64 i = 0; i < end->table->n_weights; i++)
    sum += path[i];
  g_assert_cmpfloat (before.loss - after.loss, >, 0.2);
  g_assert_cmpfloat_with_epsilon (sum, before.loss - after.loss, 0.01 * sum);
}

/* --- Fisher information --- */

#define SOFTMAX "dense 4, cross-entropy"

/* Probabilities of a softmax regression, whose weights are random. */
static void
predict (CjRig *rig, const float *x, double *p)
{
  const CjProgramParam *weight = cj_program_find_param (rig->program, "dense1.weight");
  const CjProgramParam *bias = cj_program_find_param (rig->program, "dense1.bias");
  const float *w = cj_program_get_param_data (rig->program, weight);
  double sum = 0;

  for (guint k = 0; k < N_CLASSES; k++)
    {
      double z = cj_program_get_param_data (rig->program, bias)[k];

      for (guint d = 0; d < D; d++)
        z += (double) w[k * D + d] * x[d];
      sum += p[k] = exp (z);
    }
  for (guint k = 0; k < N_CLASSES; k++)
    p[k] /= sum;
}

/* (p - e_y) x squared, by hand, for samples in the order that the stream has them. */
static void
test_fisher_of_targets (void)
{
  g_autoptr (CjRig) rig = new_rig (SOFTMAX, "continual.remedy=ewc", 2);
  Feed *feed = get_feed ();
  const CjContinual setting
      = { .remedy = CJ_REMEDY_EWC, .fisher_samples = 25, .fisher_labels = CJ_FISHER_TARGETS };
  const CjProgramParam *weight = cj_program_find_param (rig->program, "dense1.weight");
  gint64 size;
  g_autofree float *out = NULL;
  double expected[N_CLASSES * D] = { 0 };
  CjRng rng;

  cj_program_get_weights (rig->program, &size);
  out = g_new (float, size + 1);
  g_assert_true (
      cj_fisher_measure (rig->fisher, rig->program, &feed->feed, 0, N, &setting, 5, 2, out));
  cj_rng_init (&rng, 5, CJ_RNG_FISHER, 2);
  for (guint s = 0; s < 25; s++)
    {
      const guint sample = cj_rng_below (&rng, N);
      double p[N_CLASSES];

      predict (rig, feed->x[sample], p);
      for (guint i = 0; i < N_CLASSES * D; i++)
        {
          const double g
              = (p[i / D] - ((gint32) (i / D) == feed->classes[sample])) * feed->x[sample][i % D];

          expected[i] += g * g / 25;
        }
    }
  for (guint i = 0; i < N_CLASSES * D; i++)
    g_assert_cmpfloat_with_epsilon (out[weight->offset + i], expected[i],
                                    1e-4 * (0.01 + expected[i]));
}

/* Over many classes drawn for one sample: Σ p_c (p_k - [k = c])² x². */
static void
test_fisher_of_predictions (void)
{
  g_autoptr (CjRig) rig = new_rig (SOFTMAX, "continual.remedy=ewc", 1);
  Feed *feed = get_feed ();
  const CjContinual setting
      = { .remedy = CJ_REMEDY_EWC, .fisher_samples = 1, .fisher_labels = CJ_FISHER_PREDICTED };
  const CjProgramParam *weight = cj_program_find_param (rig->program, "dense1.weight");
  double found[N_CLASSES * D] = { 0 }, p[N_CLASSES];
  g_autofree float *out = NULL;
  gint64 size;
  const guint draws = 3000;

  cj_program_get_weights (rig->program, &size);
  out = g_new (float, size + 1);
  predict (rig, feed->x[9], p);
  for (guint i = 0; i < draws; i++)
    {
      cj_fisher_measure (rig->fisher, rig->program, &feed->feed, 9, 10, &setting, 5, i, out);
      for (guint j = 0; j < N_CLASSES * D; j++)
        found[j] += out[weight->offset + j] / draws;
    }
  for (guint j = 0; j < N_CLASSES * D; j++)
    {
      const double x = feed->x[9][j % D];
      double expected = 0;

      for (guint c = 0; c < N_CLASSES; c++)
        expected += p[c] * (p[j / D] - (c == j / D)) * (p[j / D] - (c == j / D)) * x * x;
      g_assert_cmpfloat_with_epsilon (found[j], expected, 0.1 * expected + 1e-4);
    }
}

/* --- memory --- */

static guint
count_of_task (const guint32 *memory, gsize n, guint task)
{
  guint count = 0;

  for (gsize i = 0; i < n; i++)
    count += memory[i] / N == task;
  return count;
}

static void
assert_different (const guint32 *memory, gsize n)
{
  gboolean seen[N_TASKS * N] = { FALSE };

  for (gsize i = 0; i < n; i++)
    {
      g_assert_cmpuint (memory[i], <, N_TASKS * N);
      g_assert_false (seen[memory[i]]);
      seen[memory[i]] = TRUE;
    }
}

static void
test_memory_by_class (void)
{
  const Feed *feed = get_feed ();
  const CjContinual setting = { .memory = 0.2, .keep = CJ_KEEP_CLASSES };
  const gsize room = cj_replay_count (&setting, &feed->feed);
  g_autofree guint32 *memory = g_new (guint32, room), *again = g_new (guint32, room);
  guint in_feed[N_CLASSES] = { 0 }, in_memory[N_CLASSES] = { 0 };
  gsize n, n_earlier;

  n = cj_replay_fill (&setting, &feed->feed, 2, 4, memory);
  n_earlier = cj_replay_fill (&setting, &feed->feed, 1, 4, again);
  assert_different (memory, n);
  g_assert_cmpmem (memory, n_earlier * sizeof *memory, again, n_earlier * sizeof *again);
  g_assert_cmpuint (count_of_task (memory, n, 0) + count_of_task (memory, n, 1), ==, n);
  for (guint i = 0; i < N; i++)
    in_feed[feed->classes[i]]++;
  for (gsize i = 0; i < n; i++)
    in_memory[feed->classes[memory[i]]] += memory[i] / N == 1;
  for (guint c = 0; c < N_CLASSES; c++)
    g_assert_cmpuint (in_memory[c], ==, MAX (in_feed[c] / 5, 1));
  g_assert_cmpuint (cj_replay_fill (&setting, &feed->feed, 0, 4, memory), ==, 0);
}

/* Full from the first task on, and then any sample that went by has the same chance. */
static void
test_reservoir (void)
{
  const Feed *feed = get_feed ();
  const CjContinual setting = { .memory = 0.1, .keep = CJ_KEEP_RESERVOIR };
  const gsize room = cj_replay_count (&setting, &feed->feed);
  g_autofree guint32 *memory = g_new (guint32, room), *again = g_new (guint32, room);
  guint counts[N_TASKS] = { 0 };

  g_assert_cmpuint (room, ==, 24);
  g_assert_cmpuint (cj_replay_fill (&setting, &feed->feed, 1, 4, memory), ==, room);
  for (guint64 seed = 0; seed < 200; seed++)
    {
      g_assert_cmpuint (cj_replay_fill (&setting, &feed->feed, 3, seed, memory), ==, room);
      assert_different (memory, room);
      for (guint t = 0; t < N_TASKS; t++)
        counts[t] += count_of_task (memory, room, t);
    }
  for (guint t = 0; t < 3; t++) /* 1600 of each are expected, with a deviation of 29 */
    g_assert_true (counts[t] > 1450 && counts[t] < 1750);
  g_assert_cmpuint (counts[3], ==, 0);
  cj_replay_fill (&setting, &feed->feed, 3, 199, again);
  g_assert_cmpmem (memory, room * sizeof *memory, again, room * sizeof *again);
}

/* --- runs --- */

/* Every sample of a task once an epoch, and of the memory the share that is asked for. */
static void
test_order (void)
{
  g_autoptr (CjRig) rig = new_rig (CHAIN, "epochs=1", 1);
  g_autoptr (CjRig) replays = new_rig (
      CHAIN, "epochs=1 continual.remedy=replay continual.memory=0.1 continual.mix=0.3", 1);
  gboolean seen[N_TASKS * N] = { FALSE };

  g_assert_cmpuint (cj_trainer_get_n_steps (rig->trainer), ==, N_TASKS * STEPS);
  for (guint s = 0; s < N_TASKS * STEPS; s++)
    {
      g_assert_false (cj_trainer_has_ended (rig->trainer));
      step (rig);
      for (guint i = 0; i < BATCH; i++)
        {
          const guint32 sample = get_feed ()->asked[i];

          g_assert_cmpuint (sample / N, ==, s / STEPS);
          g_assert_false (seen[sample]);
          seen[sample] = TRUE;
        }
      step (replays);
      g_assert_cmpuint (count_of_task (get_feed ()->asked, BATCH, s / STEPS), ==,
                        s < STEPS ? BATCH : 7);
      for (guint t = s / STEPS + 1; t < N_TASKS; t++)
        g_assert_cmpuint (count_of_task (get_feed ()->asked, BATCH, t), ==, 0);
    }
  g_assert_true (cj_trainer_has_ended (rig->trainer));
  g_assert_cmpuint (get_place (rig)->task, ==, N_TASKS - 1);
}

static const char *const remedies[]
    = { "continual.remedy=none", "continual.remedy=replay continual.memory=0.1",
        "continual.remedy=replay continual.memory=0.1 continual.keep=reservoir",
        "continual.remedy=si average=0.9",
        "continual.remedy=ewc continual.fisher-samples=20 schedule=cosine" };

/* The middle of the third task, from a checkpoint that went through its text, on another number of threads. */
static void
test_resume (void)
{
  const guint64 middle = 2 * 2 * STEPS + STEPS + 3, end = N_TASKS * 2 * STEPS;

  for (guint r = 0; r < G_N_ELEMENTS (remedies); r++)
    {
      g_autoptr (CjRig) whole = new_rig (CHAIN, remedies[r], 1);
      g_autoptr (CjRig) part = new_rig (CHAIN, remedies[r], 3);
      g_autoptr (CjCheckpoint) half = NULL, back = NULL, one = NULL, two = NULL;
      g_autoptr (GVariant) place = NULL;
      g_autoptr (GError) error = NULL;

      run_to (whole, middle);
      half = cj_trainer_save (whole->trainer);
      g_assert_cmpuint (half->at.task, ==, 2);
      g_assert_cmpuint (half->at.task_epoch, ==, 1);
      place = g_variant_ref_sink (cj_checkpoint_save_place (half));
      g_assert_cmpuint (cj_checkpoint_load_kinds (place), ==, half->kinds);
      back = cj_checkpoint_new (half->table, half->n_slots, half->kinds);
      memcpy (back->weights, half->weights, sizeof (float) * (gsize) half->table->n_weights);
      memcpy (back->slots, half->slots,
              sizeof (float) * (gsize) half->table->n_weights * half->n_slots);
      cj_checkpoint_load_place (back, place);
      run_to (part, 3); /* whatever it did before */
      cj_trainer_load (part->trainer, back, &error);
      g_assert_no_error (error);
      run_to (whole, end);
      run_to (part, end);
      one = cj_trainer_save (whole->trainer);
      two = cj_trainer_save (part->trainer);
      network_assert_same (one, two);
    }
}

/* Weights that mattered are held: they are nearer to where they were than without. */
static void
test_holds (void)
{
  double way[3] = { 0 };
  static const char *const settings[]
      = { "epochs=20 continual.remedy=none",
          "epochs=20 continual.remedy=ewc continual.strength=1e4 continual.fisher-samples=60",
          "epochs=20 continual.remedy=si continual.path-strength=100 continual.damping=0.01" };

  for (guint r = 0; r < 3; r++)
    {
      g_autoptr (CjRig) rig = new_rig ("dense 16, tanh, dense 4, cross-entropy", settings[r], 2);
      g_autoptr (CjCheckpoint) first = NULL, second = NULL;

      run_to (rig, 20 * STEPS);
      first = cj_trainer_save (rig->trainer);
      run_to (rig, 40 * STEPS);
      second = cj_trainer_save (rig->trainer);
      g_assert_cmpuint (second->at.task, ==, 1);
      g_assert_cmpuint (second->at.origin, ==, 20 * STEPS);
      for (gint64 i = 0; i < first->table->n_weights; i++)
        way[r] += pow (second->weights[i] - first->weights[i], 2);
    }
  g_assert_cmpfloat (way[1], <, 0.5 * way[0]);
  g_assert_cmpfloat (way[2], <, 0.5 * way[0]);
}

/* Epochs may change while a task is learned; it never goes back to a task. */
static void
test_epochs (void)
{
  g_autoptr (CjRig) rig = new_rig (CHAIN, "epochs=2", 1);

  run_to (rig, 3 * STEPS);
  g_assert_true (cj_trainer_set (rig->trainer, "epochs", "4", NULL));
  g_assert_cmpuint (cj_trainer_get_n_steps (rig->trainer), ==, (2 + 4 + 4 + 4) * STEPS);
  run_to (rig, 3 * STEPS + 2);
  g_assert_cmpuint (get_place (rig)->task, ==, 1);
  g_assert_true (cj_trainer_set (rig->trainer, "epochs", "1", NULL));
  g_assert_cmpuint (cj_trainer_get_n_steps (rig->trainer), ==, (2 + 2 + 1 + 1) * STEPS);
  while (!cj_trainer_has_ended (rig->trainer))
    step (rig);
  g_assert_cmpuint (get_place (rig)->step, ==, 6 * STEPS);
  g_assert_cmpuint (get_place (rig)->task, ==, N_TASKS - 1);
}

/* --- heads --- */

/* The loss is that of a softmax over the head, and other heads learn nothing. */
static void
test_heads (void)
{
  static const guint8 heads[N_CLASSES] = { 0, 0, 1, 1 };
  g_autoptr (CjGraph) graph = network_new_graph ("dense 4, softmax, cross-entropy");
  const CjDataSpec spec = { .batch = 1,
                            .x_shape = cj_shape1 (D),
                            .y_shape = cj_shape (0, NULL),
                            .x_dtype = CJ_FLOAT32,
                            .y_dtype = CJ_INT32,
                            .n_classes = N_CLASSES,
                            .has_y = TRUE,
                            .heads = heads };
  g_autoptr (GError) error = NULL;
  g_autoptr (CjProgram) program = cj_program_new (graph, CJ_PURPOSE_TRAIN, &spec, 1, &error);
  const CjProgramParam *bias;
  const float *z, *g;
  float loss;

  g_assert_no_error (error);
  cj_program_init (program, 3);
  draw (cj_tensor_f32 (cj_program_get_x (program)), D, 20, FALSE);
  cj_tensor_i32 (cj_program_get_y (program))[0] = 2;
  loss = cj_program_forward (program, TRUE, 1, 1, 0);
  z = cj_program_get_prediction (program, NULL);
  g_assert_cmpfloat (z[0], <=, -1e8);
  g_assert_cmpfloat (z[1], <=, -1e8);
  g_assert_cmpfloat_with_epsilon (loss, log (exp (z[2]) + exp (z[3])) - z[2], 1e-5);
  cj_program_backward (program);
  bias = cj_program_find_param (program, "dense1.bias");
  g = cj_program_get_param_gradient (program, bias);
  g_assert_cmpfloat (g[0], ==, 0);
  g_assert_cmpfloat (g[1], ==, 0);
  g_assert_cmpfloat_with_epsilon (g[2], -g[3], 1e-6);
  g_assert_cmpfloat (g[2], <, -0.01);
}

/* A loss that cannot be kept to a head says so. */
static void
test_heads_note (void)
{
  static const guint8 heads[N_CLASSES] = { 0, 0, 1, 1 };
  static const char *const chains[]
      = { "dense 4, cross-entropy smoothing=0.1", "dense 4, log-softmax, nll" };

  for (guint i = 0; i < G_N_ELEMENTS (chains); i++)
    {
      g_autoptr (CjGraph) graph = network_new_graph (chains[i]);
      const CjDataSpec spec = { .batch = 2,
                                .x_shape = cj_shape1 (D),
                                .y_shape = cj_shape (0, NULL),
                                .x_dtype = CJ_FLOAT32,
                                .y_dtype = CJ_INT32,
                                .n_classes = N_CLASSES,
                                .has_y = TRUE,
                                .heads = heads };
      g_autoptr (CjLowered) lowered = cj_lower (graph, &spec);
      gboolean told = FALSE;

      g_assert_true (cj_lowered_can_train (lowered, NULL));
      for (guint p = 0; p < lowered->problems->len; p++)
        told |= strstr (((CjProblem *) lowered->problems->pdata[p])->sentence, "head") != NULL;
      g_assert_true (told);
    }
}

/* --- the runner --- */

/* Epochs say how every task is done; a seek repeats them. */
static void
test_epoch_records (void)
{
  g_autoptr (CjTrainSetup) setup = new_setup ("continual.remedy=replay continual.memory=0.1");
  g_autoptr (CjGraph) graph = network_new_graph (CHAIN);
  Feed *training = g_memdup2 (get_feed (), sizeof (Feed)),
       *validation = g_memdup2 (get_feed (), sizeof (Feed));
  g_autoptr (GError) error = NULL;
  g_autoptr (CjRunner) runner = NULL;
  CjRunEpoch epochs[2 * N_TASKS];

  training->feed.free = validation->feed.free = (void (*) (CjFeed *)) g_free;
  training->feed.tasks = training->tasks;
  validation->feed.tasks = validation->tasks;
  training->feed.classes = training->classes;
  validation->feed.classes = validation->classes;
  runner = cj_runner_new (graph, setup, 1, &training->feed, &validation->feed, &error);
  g_assert_no_error (error);
  cj_runner_train (runner, G_MAXUINT64);
  cj_runner_wait (runner);
  g_assert_cmpint (cj_runner_get_state (runner).status, ==, CJ_RUN_FINISHED);
  g_assert_cmpuint (cj_runner_read_epochs (runner, 0, epochs, 2 * N_TASKS), ==, 2 * N_TASKS);
  for (guint e = 0; e < 2 * N_TASKS; e++)
    {
      double sum = 0;

      g_assert_cmpuint (epochs[e].n_tasks, ==, N_TASKS);
      g_assert_cmpuint (epochs[e].task, ==, e / 2);
      g_assert_cmpint (epochs[e].task_ended, ==, e % 2 == 1);
      for (guint t = 0; t < N_TASKS; t++)
        g_assert_cmpint (isfinite (epochs[e].tasks[t]) != 0, ==, e % 2 == 1 || t <= e / 2);
      for (guint t = 0; t <= e / 2; t++)
        sum += epochs[e].tasks[t] / (e / 2 + 1);
      g_assert_cmpfloat_with_epsilon (epochs[e].val.accuracy, sum, 1e-5);
    }
  g_assert_cmpuint (cj_runner_get_state (runner).n_tasks, ==, N_TASKS);
  g_assert_cmpuint (cj_runner_get_state (runner).task, ==, N_TASKS - 1);
}

/* Another remedy in the middle of a run begins to hold where the weights are. */
static void
test_other_remedy (void)
{
  g_autoptr (CjRig) old = new_rig (CHAIN, "continual.remedy=ewc continual.fisher-samples=20", 1);
  g_autoptr (CjRig) rig = new_rig (CHAIN, "continual.remedy=si", 1);
  g_autoptr (CjCheckpoint) now = NULL;
  const float *anchor, *importance;

  run_to (old, 3 * STEPS);
  cj_rig_take_over (rig, old, NULL);
  now = cj_trainer_save (rig->trainer);
  g_assert_cmpuint (now->at.task, ==, 1);
  anchor = cj_checkpoint_get_kind (now, CJ_SLOT_ANCHOR);
  importance = cj_checkpoint_get_kind (now, CJ_SLOT_IMPORTANCE);
  for (gint64 i = 0; i < now->table->n_weights; i++)
    {
      g_assert_cmpfloat (anchor[i], ==, now->weights[i]);
      g_assert_cmpfloat (importance[i], ==, 0);
    }
  run_to (rig, 5 * STEPS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/continual/penalty", test_penalty);
  g_test_add_func ("/engine/continual/consolidate", test_consolidate);
  g_test_add_func ("/engine/continual/end-path", test_end_path);
  g_test_add_func ("/engine/continual/path", test_path);
  g_test_add_func ("/engine/continual/fisher-of-targets", test_fisher_of_targets);
  g_test_add_func ("/engine/continual/fisher-of-predictions", test_fisher_of_predictions);
  g_test_add_func ("/engine/continual/memory-by-class", test_memory_by_class);
  g_test_add_func ("/engine/continual/reservoir", test_reservoir);
  g_test_add_func ("/engine/continual/order", test_order);
  g_test_add_func ("/engine/continual/resume", test_resume);
  g_test_add_func ("/engine/continual/holds", test_holds);
  g_test_add_func ("/engine/continual/epochs", test_epochs);
  g_test_add_func ("/engine/continual/heads", test_heads);
  g_test_add_func ("/engine/continual/heads-note", test_heads_note);
  g_test_add_func ("/engine/continual/epoch-records", test_epoch_records);
  g_test_add_func ("/engine/continual/other-remedy", test_other_remedy);
  return g_test_run ();
}
