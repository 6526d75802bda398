/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every optimizer and every schedule is asked for the same; what of a step can be told by hand. */
#include "network.h"

#include "cj-rig.h"

#include <math.h>
#include <string.h>

#define CHAIN "conv-2d 4, relu, flatten, dropout 0.2, dense 4, cross-entropy"

static void
check_words (const char *id, const char *title, const char *blurb, const char *formula)
{
  g_assert_true (g_regex_match_simple ("^[a-z0-9]+(-[a-z0-9]+)*$", id, 0, 0));
  g_assert_cmpuint (strlen (title), >, 1);
  g_assert_cmpuint (strlen (blurb), >, 20);
  g_assert_false (g_str_has_suffix (blurb, "."));
  g_assert_cmpuint (strlen (formula), >, 2);
}

/* Presets lie in their ranges and every value reads back as it was written. */
static void
check_table (const CjParam *table, gsize size)
{
  g_autofree gpointer values = g_malloc0 (size + 1), again = g_malloc0 (size + 1);

  cj_params_reset (table, values);
  cj_params_reset (table, again);
  for (const CjParam *p = table; p != NULL && p->name != NULL; p++)
    {
      g_autofree char *text = cj_params_print (p, values);
      g_autoptr (GError) error = NULL;

      g_assert_cmpuint (strlen (p->title), >, 1);
      g_assert_cmpuint (strlen (p->blurb), >, 8);
      cj_params_parse (table, again, p->name, text, &error);
      g_assert_no_error (error);
    }
  g_assert_cmpmem (values, size, again, size);
}

static CjTrainer *
new_trainer (CjProgram *program, const char *settings)
{
  g_autoptr (CjTrainSetup) setup = cj_train_setup_new ();
  g_auto (GStrv) pairs = g_strsplit (settings, " ", -1);
  g_autoptr (GError) error = NULL;
  CjTrainer *trainer;

  setup->batch = (int) cj_program_get_batch (program);
  for (guint i = 0; pairs[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (pairs[i], "=", 2);

      cj_train_setup_set (setup, pair[0], pair[1], &error);
      g_assert_no_error (error);
    }
  cj_program_init (program, 1);
  trainer = cj_trainer_new (program, setup, network_get_prototypes (), &error);
  g_assert_no_error (error);
  return trainer;
}

static CjProgram *
compile (guint threads)
{
  return network_compile (CHAIN, CJ_PURPOSE_TRAIN, network_get_prototypes ()->x_shape, 10, 4,
                          threads);
}

static void
run_to (CjTrainer *trainer, guint64 step)
{
  CjStepReport report;

  while (cj_trainer_get_place (trainer)->step < step)
    {
      g_autoptr (GError) error = NULL;

      cj_trainer_step (trainer, &report, &error);
      g_assert_no_error (error);
      if (report.epoch_ended)
        cj_trainer_set_validation (trainer,
                                   cj_trainer_evaluate (trainer, network_get_prototypes (), NULL));
    }
}

static void
assert_same (const CjCheckpoint *a, const CjCheckpoint *b)
{
  const gsize bytes = sizeof (float) * (gsize) a->table->n_weights;

  g_assert_cmpuint (a->n_slots, ==, b->n_slots);
  g_assert_cmpmem (a->weights, bytes, b->weights, bytes);
  g_assert_cmpmem (a->slots, bytes * a->n_slots, b->slots, bytes * b->n_slots);
}

/* The run of these settings learns, and is the same bits for any number of threads and after going
 * back to a checkpoint. */
static void
check_run (const char *settings)
{
  g_autoptr (CjProgram) program = compile (1);
  g_autoptr (CjTrainer) trainer = new_trainer (program, settings);
  g_autoptr (CjCheckpoint) middle = NULL, end = NULL, again = NULL;
  const double before = cj_trainer_evaluate (trainer, network_get_prototypes (), NULL).loss;

  run_to (trainer, 33);
  middle = cj_trainer_save (trainer);
  run_to (trainer, 90);
  end = cj_trainer_save (trainer);
  g_test_message ("%s: loss %g, before %g", settings,
                  cj_trainer_evaluate (trainer, network_get_prototypes (), NULL).loss, before);
  g_assert_cmpfloat (cj_trainer_evaluate (trainer, network_get_prototypes (), NULL).loss, <,
                     before);
  g_assert_true (cj_trainer_load (trainer, middle, NULL));
  run_to (trainer, 90);
  again = cj_trainer_save (trainer);
  assert_same (end, again);
  for (guint threads = 2; threads <= 4; threads++)
    {
      g_autoptr (CjProgram) other = compile (threads);
      g_autoptr (CjTrainer) twin = new_trainer (other, settings);
      g_autoptr (CjCheckpoint) there = NULL;

      run_to (twin, 90);
      there = cj_trainer_save (twin);
      assert_same (end, there);
    }
}

static void
test_optimizer (gconstpointer data)
{
  const CjOptimizerInfo *info = data;
  g_autofree char *settings
      = g_strdup_printf ("optimizer=%s learning-rate=%g", info->id, info->rate);

  check_words (info->id, info->title, info->blurb, info->formula);
  g_assert_cmpuint (strlen (info->source), >, 10);
  g_assert_cmpuint (info->n_slots, <=, CJ_OPTIMIZER_MAX_SLOTS);
  g_assert_cmpuint (info->n_scalars, <=, CJ_OPTIMIZER_MAX_SCALARS);
  g_assert_true (info->momentum == NULL || cj_params_find (info->params, info->momentum) != NULL);
  check_table (info->params, info->params_size);
  check_run (settings);
  for (const CjParam *p = info->params; p->name != NULL; p++)
    if (p->kind == CJ_PARAM_BOOL)
      {
        g_autofree char *switched = g_strdup_printf (
            "%s optimizer.%s=true optimizer.weight-decay=0.01", settings, p->name);

        check_run (switched);
      }
}

static CjTrainSetup *
new_setup (const char *schedule)
{
  CjTrainSetup *setup = cj_train_setup_new ();

  setup->learning_rate = 0.1;
  g_assert_true (cj_train_setup_set (setup, "schedule", schedule, NULL));
  return setup;
}

static void
test_schedule (gconstpointer data)
{
  static const guint lengths[] = { 1, 2, 7, 100 };
  const CjScheduleInfo *info = data;
  g_autoptr (CjTrainSetup) setup = new_setup (info->id);
  g_autofree char *settings = g_strdup_printf ("learning-rate=0.003 schedule=%s", info->id);

  check_words (info->id, info->title, info->blurb, info->formula);
  g_assert_cmpuint (info->n_state, <=, CJ_SCHEDULE_MAX_STATE);
  check_table (info->params, info->params_size);
  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    for (int warmup = 0; warmup < 9; warmup += 4)
      {
        double state[CJ_SCHEDULE_MAX_STATE] = { 0 }, most = 0;

        setup->warmup = warmup;
        for (guint step = 0; step < lengths[i]; step++)
          {
            const CjScheduleTime time = { .step = step,
                                          .n_steps = lengths[i],
                                          .steps_per_epoch = 1,
                                          .loss = 1,
                                          .validated = step > 0 };
            const CjRate rate = cj_train_setup_get_rate (setup, &time, state);

            g_assert_true (isfinite (rate.rate) && rate.rate >= 0 && rate.rate <= 0.1 + 1e-12);
            g_assert_true (isnan (rate.momentum) || (rate.momentum > 0 && rate.momentum < 1));
            most = MAX (most, rate.rate);
          }
        if (lengths[i] == 100)
          g_assert_cmpfloat (most, >, 0.099);
      }
  check_run (settings);
}

static double
rate_at (const CjTrainSetup *setup, guint64 step, guint64 n_steps)
{
  const CjScheduleTime time = { .step = step, .n_steps = n_steps, .steps_per_epoch = 10 };
  double state[CJ_SCHEDULE_MAX_STATE] = { 0 };

  return cj_train_setup_get_rate (setup, &time, state).rate;
}

/* A warm-up of half an epoch delays what comes after it by as much. */
static void
test_warmup (void)
{
  g_autoptr (CjTrainSetup) setup = new_setup ("cosine"), plain = new_setup ("cosine");

  setup->warmup = 0.5;
  setup->warmup_start = 0.2;
  for (guint step = 0; step < 5; step++)
    g_assert_cmpfloat_with_epsilon (rate_at (setup, step, 45), 0.02 + 0.016 * step, 1e-12);
  for (guint step = 5; step < 45; step++)
    g_assert_cmpfloat (rate_at (setup, step, 45), ==, rate_at (plain, step - 5, 40));
}

/* Words between milestones do not matter, nor does their order. */
static void
test_milestones (void)
{
  g_autoptr (CjTrainSetup) setup = new_setup ("multi-step");

  g_assert_true (cj_train_setup_set (setup, "schedule.milestones", "2.5 and then; 1", NULL));
  g_assert_true (cj_train_setup_set (setup, "schedule.gamma", "0.5", NULL));
  g_assert_cmpfloat (rate_at (setup, 9, 100), ==, 0.1);
  g_assert_cmpfloat (rate_at (setup, 10, 100), ==, 0.05);
  g_assert_cmpfloat (rate_at (setup, 24, 100), ==, 0.05);
  g_assert_cmpfloat (rate_at (setup, 25, 100), ==, 0.025);
}

/* Thousands of restarts cost no more than one. */
static void
test_restarts (void)
{
  g_autoptr (CjTrainSetup) setup = new_setup ("cosine");

  g_assert_true (cj_train_setup_set (setup, "schedule.period", "0.2", NULL));
  g_assert_true (cj_train_setup_set (setup, "schedule.restart", "true", NULL));
  for (guint step = 0; step < 20; step += 2)
    {
      g_assert_cmpfloat_with_epsilon (rate_at (setup, step, 100), 0.1, 1e-9);
      g_assert_cmpfloat_with_epsilon (rate_at (setup, step + 1, 100), 0.05, 1e-9);
    }
  g_assert_cmpfloat_with_epsilon (rate_at (setup, (guint64) 1 << 50, (guint64) 1 << 51), 0.1, 1e-9);
  g_assert_true (cj_train_setup_set (setup, "schedule.growth", "3", NULL));
  for (guint64 step = 0, length = 2; step < 10000; step += length, length *= 3)
    g_assert_cmpfloat_with_epsilon (rate_at (setup, step, 100), 0.1, 1e-9);
}

/* One weight, one step of an optimizer of these settings. */
static double
step_once (const char *optimizer, const char *settings, float w, float g, guint64 t)
{
  g_autoptr (CjTrainSetup) setup = cj_train_setup_new ();
  g_auto (GStrv) pairs = g_strsplit (settings, " ", -1);
  float memory[CJ_OPTIMIZER_MAX_SLOTS] = { 0 };
  double scalars[CJ_OPTIMIZER_MAX_SCALARS] = { 0 };
  CjOptimizerSlice slice = { .w = &w, .g = &g, .n = 1, .rate = 0.1, .t = t, .scalars = scalars };

  g_assert_true (cj_train_setup_set (setup, "optimizer", optimizer, NULL));
  for (guint i = 0; pairs[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (pairs[i], "=", 2);
      g_autofree char *name = g_strconcat ("optimizer.", pair[0], NULL);

      g_assert_true (cj_train_setup_set (setup, name, pair[1], NULL));
    }
  for (guint i = 0; i < CJ_OPTIMIZER_MAX_SLOTS; i++)
    slice.slots[i] = &memory[i];
  setup->optimizer->update (setup->optimizer_params, &slice);
  return w;
}

static void
test_by_hand (void)
{
  g_assert_cmpfloat_with_epsilon (step_once ("sgd", "momentum=0", 2, 3, 1), 1.7, 1e-6);
  g_assert_cmpfloat_with_epsilon (step_once ("sgd", "weight-decay=0.5", 2, 0, 1), 1.9, 1e-6);
  g_assert_cmpfloat_with_epsilon (step_once ("sgd", "dampening=0.5", 2, 1, 2), 1.95, 1e-6);
  g_assert_cmpfloat_with_epsilon (step_once ("lion", "weight-decay=0.5", 2, 3, 1), 1.8, 1e-6);
  g_assert_cmpfloat_with_epsilon (step_once ("lion", "weight-decay=0", 2, 0, 1), 2, 1e-9);
  g_assert_cmpfloat_with_epsilon (step_once ("adamw", "weight-decay=0.5", 2, 0, 1), 1.9, 1e-6);
  g_assert_cmpfloat_with_epsilon (step_once ("adam", "weight-decay=0.5", 2, 0, 1), 1.9, 1e-6);
  g_assert_cmpfloat_with_epsilon (
      step_once ("adagrad", "weight-decay=0.5 decoupled=true first=0.0001", 2, 0, 1), 1.9, 1e-6);
}

/* A frozen node keeps its weights, one of half the rate goes half as far. */
static void
test_rates (void)
{
  g_autoptr (CjGraph) graph = network_new_graph ("flatten, dense 6, relu, dense 4, cross-entropy");
  CjNode *first = cj_graph_find (graph, "dense1"), *second = cj_graph_find (graph, "dense2");
  const CjFeed *feed = network_get_prototypes ();
  const CjDataSpec spec = {
    .batch = 10, .x_shape = feed->x_shape, .has_y = TRUE, .y_dtype = CJ_INT32, .n_classes = 4
  };
  double moved[3];

  g_assert_true (cj_graph_set_param (graph, first, "frozen", "true", NULL));
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (CjProgram) program = NULL;
      g_autoptr (CjTrainer) trainer = NULL;
      g_autofree char *name = g_strconcat (second->id, ".weight", NULL);
      g_autofree char *other = g_strconcat (first->id, ".weight", NULL);
      g_autofree char *factor = g_strdup_printf ("%g", 0.5 * i);
      float w, frozen;

      g_assert_true (cj_graph_set_param (graph, second, "rate-factor", factor, NULL));
      program = cj_program_new (graph, CJ_PURPOSE_TRAIN, &spec, 1, NULL);
      trainer = new_trainer (program, "optimizer=sgd learning-rate=0.1");
      w = *cj_program_get_param_data (program, cj_program_find_param (program, name));
      frozen = *cj_program_get_param_data (program, cj_program_find_param (program, other));
      run_to (trainer, 1);
      moved[i] = *cj_program_get_param_data (program, cj_program_find_param (program, name)) - w;
      g_assert_cmpfloat (
          frozen, ==, *cj_program_get_param_data (program, cj_program_find_param (program, other)));
    }
  g_assert_cmpfloat (moved[0], ==, 0);
  g_assert_cmpfloat (fabs (moved[2]), >, 1e-5);
  g_assert_cmpfloat_with_epsilon (moved[1] * 2, moved[2], 1e-6);
}

/* Clipping bounds the step of plain SGD; the report tells the length before it. */
static void
test_clip (void)
{
  static const char *const settings[]
      = { "optimizer=sgd optimizer.momentum=0 learning-rate=1 clip-norm=0.01",
          "optimizer=sgd optimizer.momentum=0 learning-rate=1 clip-value=0.001" };

  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      g_autoptr (CjProgram) program = compile (2);
      g_autoptr (CjTrainer) trainer = new_trainer (program, settings[i]);
      g_autoptr (CjCheckpoint) before = cj_trainer_save (trainer), after = NULL;
      double squares = 0, most = 0;
      CjStepReport report;

      g_assert_true (cj_trainer_step (trainer, &report, NULL));
      after = cj_trainer_save (trainer);
      g_assert_cmpfloat (report.norm, >, 0.05);
      for (gint64 k = 0; k < before->table->n_weights; k++)
        {
          const double step = (double) after->weights[k] - before->weights[k];

          squares += step * step;
          most = MAX (most, fabs (step));
        }
      if (i == 0)
        g_assert_cmpfloat_with_epsilon (sqrt (squares), 0.01, 1e-4);
      else
        g_assert_cmpfloat_with_epsilon (most, 0.001, 1e-6);
    }
}

/* The average follows the weights and is what is measured. */
static void
test_average (void)
{
  g_autoptr (CjProgram) program = compile (2), plain = compile (2);
  g_autoptr (CjTrainer) trainer = new_trainer (program, "average=0.9 learning-rate=0.003");
  g_autoptr (CjTrainer) other = new_trainer (plain, "learning-rate=0.003");
  g_autoptr (CjCheckpoint) first = NULL, second = NULL, last = NULL;
  CjFeed *feed = network_get_prototypes ();
  CjScore score;

  run_to (trainer, 1);
  first = cj_trainer_save (trainer);
  run_to (trainer, 2);
  second = cj_trainer_save (trainer);
  g_assert_cmpuint (first->n_slots, ==, 3);
  for (gint64 i = 0; i < first->table->n_weights; i++)
    {
      const float *average = second->slots + 2 * second->table->n_weights;
      const double expected
          = (2 * (double) first->weights[i] + 9 * (double) second->weights[i]) / 11;

      g_assert_cmpfloat_with_epsilon (average[i], expected, 1e-6);
    }
  run_to (trainer, 40);
  run_to (other, 40);
  last = cj_trainer_save (trainer);
  g_assert_cmpmem (last->weights, 4 * (gsize) last->table->n_weights,
                   cj_program_get_weights (plain, NULL), 4 * (gsize) last->table->n_weights);
  score = cj_trainer_evaluate (trainer, feed, NULL);
  memcpy (cj_program_get_weights (plain, NULL), last->slots + 2 * last->table->n_weights,
          4 * (gsize) last->table->n_weights);
  g_assert_cmpfloat (score.loss, ==, cj_evaluate (plain, feed, NULL).loss);
  g_assert_cmpfloat (score.accuracy, >, 0.5);
}

/* What does not learn has itself as its average. */
static void
test_average_frozen (void)
{
  g_autoptr (CjGraph) graph = network_new_graph ("flatten, dense 5, relu, dense 4, cross-entropy");
  g_autoptr (CjTrainSetup) setup = cj_train_setup_new ();
  CjFeed *feed = network_get_prototypes ();
  g_autoptr (CjRig) rig = NULL;
  g_autoptr (CjCheckpoint) last = NULL;
  const CjTableEntry *entry;

  cj_graph_set_frozen (graph, cj_graph_find (graph, "dense1"), TRUE);
  setup->average = 0.9;
  setup->batch = 10;
  rig = cj_rig_new (graph, setup, feed, 1, NULL);
  run_to (rig->trainer, 5);
  last = cj_trainer_save (rig->trainer);
  entry = cj_table_find (last->table, "dense1.weight");
  g_assert_cmpmem (cj_checkpoint_get_data (last, entry), 4 * (gsize) entry->size,
                   cj_checkpoint_get_slot (last, entry, last->n_slots - 1),
                   4 * (gsize) entry->size);
}

/* Patience counts validations without a better one; what is better, the setup says. */
static void
test_patience (void)
{
  static const CjScore scores[] = { { 1, 0.5 }, { 0.8, 0.6 }, { 0.9, 0.7 }, { 0.85, 0.65 } };
  static const char *const judges[] = { "loss", "accuracy" };
  static const guint best[] = { 2, 3 };

  for (guint j = 0; j < G_N_ELEMENTS (judges); j++)
    {
      g_autofree char *settings = g_strdup_printf ("patience=2 judge=%s", judges[j]);
      g_autoptr (CjProgram) program = compile (1);
      g_autoptr (CjTrainer) trainer = new_trainer (program, settings);
      g_autoptr (CjCheckpoint) saved = NULL;

      for (guint i = 0; i < G_N_ELEMENTS (scores); i++)
        {
          g_assert_false (cj_trainer_has_ended (trainer));
          run_to (trainer, i + 1);
          g_assert_cmpint (cj_trainer_set_validation (trainer, scores[i]), ==, i < best[j]);
        }
      g_assert_cmpuint (cj_trainer_get_place (trainer)->best_step, ==, best[j]);
      g_assert_cmpint (cj_trainer_has_ended (trainer), ==, j == 0);
      saved = cj_trainer_save (trainer);
      g_assert_true (cj_trainer_set (trainer, "patience", "0", NULL));
      g_assert_false (cj_trainer_has_ended (trainer));
      g_assert_true (cj_trainer_set (trainer, "patience", "1", NULL));
      g_assert_true (cj_trainer_load (trainer, saved, NULL));
      g_assert_true (cj_trainer_has_ended (trainer));
    }
}

/* A validation that is no number is never the best, and those after it are judged as before. */
static void
test_bad_validation (void)
{
  static const double losses[] = { NAN, 1, NAN, 2, 0.5, INFINITY };
  static const gboolean best[] = { FALSE, TRUE, FALSE, FALSE, TRUE, FALSE };
  g_autoptr (CjProgram) program = compile (1);
  g_autoptr (CjTrainer) trainer = new_trainer (program, "patience=3");

  for (guint i = 0; i < G_N_ELEMENTS (losses); i++)
    {
      run_to (trainer, i + 1);
      g_assert_cmpint (cj_trainer_set_validation (trainer, (CjScore){ losses[i], 0.5 }), ==,
                       best[i]);
      g_assert_false (cj_trainer_has_ended (trainer));
    }
  g_assert_cmpuint (cj_trainer_get_place (trainer)->best_step, ==, 5);
  g_assert_cmpfloat (cj_trainer_get_place (trainer)->best_loss, ==, 0.5);
}

/* Momentum that a schedule gives is used: a one-cycle of SGD differs from one without it. */
static void
test_cycled_momentum (void)
{
  g_autoptr (CjProgram) a = compile (1), b = compile (1);
  const char *settings = "optimizer=sgd learning-rate=0.01 schedule=one-cycle schedule.momentum=%s";
  g_autofree char *with = g_strdup_printf (settings, "true");
  g_autofree char *without = g_strdup_printf (settings, "false");
  g_autoptr (CjTrainer) one = new_trainer (a, with), two = new_trainer (b, without);
  const gsize bytes = sizeof (float) * (gsize) cj_program_get_param (a, 0)->size;

  run_to (one, 1);
  run_to (two, 1);
  g_assert_cmpmem (cj_program_get_weights (a, NULL), bytes, cj_program_get_weights (b, NULL),
                   bytes);
  run_to (one, 20);
  run_to (two, 20);
  g_assert_cmpint (
      memcmp (cj_program_get_weights (a, NULL), cj_program_get_weights (b, NULL), bytes), !=, 0);
}

/* LIVE values act at the next step; the others are refused while a run goes on. */
static void
test_live (void)
{
  static const char *const fixed[]
      = { "optimizer",         "sgd", "batch", "5", "average", "0.5", "seed", "9",
          "optimizer.amsgrad", "true" };
  g_autoptr (CjProgram) program = compile (1);
  g_autoptr (CjTrainer) trainer = new_trainer (program, "learning-rate=0.001");
  CjStepReport report;

  for (guint i = 0; i < G_N_ELEMENTS (fixed); i += 2)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (cj_trainer_set (trainer, fixed[i], fixed[i + 1], &error));
      g_assert_nonnull (strstr (error->message, fixed[i]));
    }
  g_assert_true (cj_trainer_set (trainer, "learning-rate", "0.25", NULL));
  g_assert_true (cj_trainer_set (trainer, "optimizer.beta1", "0.5", NULL));
  g_assert_true (cj_trainer_step (trainer, &report, NULL));
  g_assert_cmpfloat (report.rate, ==, 0.25);
  g_assert_true (cj_trainer_set (trainer, "schedule", "exponential", NULL));
  g_assert_true (cj_trainer_set (trainer, "schedule.gamma", "0.5", NULL));
  g_assert_true (cj_trainer_step (trainer, &report, NULL));
  g_assert_cmpfloat_with_epsilon (report.rate, 0.25 * pow (0.5, 1 / 20.0), 1e-9);
}

/* A setup is a value: saved, loaded and copied it is the same. */
static void
test_setup (void)
{
  for (const CjOptimizerInfo *const *o = cj_optimizers (); *o != NULL; o++)
    for (const CjScheduleInfo *const *s = cj_schedules (); *s != NULL; s++)
      {
        g_autoptr (CjTrainSetup) setup = cj_train_setup_new (), again = cj_train_setup_new ();
        g_autoptr (CjTrainSetup) copy = NULL;
        g_autoptr (GVariant) saved = NULL, loaded = NULL, copied = NULL;

        g_assert_true (cj_train_setup_set (setup, "optimizer", (*o)->id, NULL));
        g_assert_true (cj_train_setup_set (setup, "schedule", (*s)->id, NULL));
        g_assert_true (cj_train_setup_set (setup, "warmup", "1.5", NULL));
        g_assert_true (cj_train_setup_set (setup, "judge", "accuracy", NULL));
        g_assert_true (cj_train_setup_set (setup, "optimizer.weight-decay", "0.125", NULL));
        saved = g_variant_ref_sink (cj_train_setup_save (setup));
        g_assert_true (cj_train_setup_load (again, saved, NULL));
        loaded = g_variant_ref_sink (cj_train_setup_save (again));
        copy = cj_train_setup_dup (again);
        copied = g_variant_ref_sink (cj_train_setup_save (copy));
        g_assert_true (g_variant_equal (saved, loaded));
        g_assert_true (g_variant_equal (saved, copied));
      }
}

/* What the deviation of a kind must be, fans 96 and 160, gain 2; 0: not random. */
static double
expect_deviation (CjInitKind kind)
{
  switch (kind)
    {
    case CJ_INIT_FAN_IN:
    case CJ_INIT_UNIFORM:
      return 2 / sqrt (3) / (kind == CJ_INIT_FAN_IN ? sqrt (96) : 1);
    case CJ_INIT_NORMAL:
      return 2;
    case CJ_INIT_TRUNCATED:
      return 2 * 0.8796; /* of a normal cut at two deviations */
    case CJ_INIT_GLOROT_UNIFORM:
    case CJ_INIT_GLOROT_NORMAL:
      return 2 * sqrt (2.0 / (96 + 160));
    case CJ_INIT_HE_UNIFORM:
    case CJ_INIT_HE_NORMAL:
      return 2 * sqrt (2.0 / 96);
    case CJ_INIT_HE_UNIFORM_OUT:
    case CJ_INIT_HE_NORMAL_OUT:
      return 2 * sqrt (2.0 / 160);
    case CJ_INIT_LECUN_UNIFORM:
    case CJ_INIT_LECUN_NORMAL:
      return 2 * sqrt (1.0 / 96);
    case CJ_INIT_ORTHOGONAL:
      return 2 / sqrt (160); /* the longer side */
    case CJ_INIT_ZEROS:
    case CJ_INIT_ONES:
    case CJ_INIT_CONSTANT:
    default:
      return 0;
    }
}

/* Chosen as a parameter of a layer, every initialiser has the moments of its formula. */
static void
test_inits (void)
{
  const double n = 160 * 96;

  for (int kind = 0; kind <= CJ_INIT_LAST; kind++)
    {
      g_autofree char *chain = g_strdup_printf (
          "dense 160 init=%s init-gain=2, dense 4, cross-entropy", cj_init_names[kind]);
      g_autoptr (CjProgram) program
          = network_compile (chain, CJ_PURPOSE_TRAIN, cj_shape1 (96), 4, 4, 1);
      const CjProgramParam *weight = cj_program_find_param (program, "dense1.weight");
      const CjProgramParam *bias = cj_program_find_param (program, "dense1.bias");
      const double expected = expect_deviation ((CjInitKind) kind);
      const float *w = cj_program_get_param_data (program, weight);
      double sum = 0, squares = 0, mean;

      cj_program_init (program, 5);
      for (gint64 i = 0; i < weight->size; i++)
        {
          sum += w[i];
          squares += (double) w[i] * w[i];
        }
      mean = sum / n;
      g_test_message ("%s: mean %g, deviation %g, expected %g", cj_init_names[kind], mean,
                      sqrt (MAX (squares / n - mean * mean, 0)), expected);
      g_assert_cmpfloat_with_epsilon (sqrt (MAX (squares / n - mean * mean, 0)), expected,
                                      expected * 0.03 + 1e-6);
      g_assert_cmpfloat_with_epsilon (mean,
                                      kind == CJ_INIT_ONES       ? 1
                                      : kind == CJ_INIT_CONSTANT ? 2
                                                                 : 0,
                                      5 * expected / sqrt (n) + 1e-6);
      if (kind != CJ_INIT_FAN_IN)
        for (gint64 i = 0; i < bias->size; i++)
          g_assert_cmpfloat (cj_program_get_param_data (program, bias)[i], ==, 0);
    }
}

/* Rows or columns, whichever are fewer, are at right angles and as long as the gain. */
static void
test_orthogonal (void)
{
  static const gint64 shapes[][2] = { { 3, 7 }, { 7, 3 }, { 5, 5 }, { 1, 4 }, { 1, 1 } };

  for (guint s = 0; s < G_N_ELEMENTS (shapes); s++)
    {
      const gint64 rows = shapes[s][0], columns = shapes[s][1], few = MIN (rows, columns);
      const CjShape shape = cj_shape2 (rows, columns);
      const CjInit init = { .kind = CJ_INIT_ORTHOGONAL, .scale = 3 };
      float w[49];
      CjRng rng;

      cj_rng_init (&rng, 1, CJ_RNG_TEST, s);
      cj_init_fill (&init, &shape, &rng, w);
      for (gint64 i = 0; i < few; i++)
        for (gint64 j = 0; j < few; j++)
          {
            double dot = 0;

            for (gint64 k = 0; k < MAX (rows, columns); k++)
              dot += rows <= columns ? (double) w[i * columns + k] * w[j * columns + k]
                                     : (double) w[k * columns + i] * w[k * columns + j];
            g_assert_cmpfloat_with_epsilon (dot, i == j ? 9 : 0, 1e-5);
          }
    }
}

static void
add_items (void)
{
  for (const CjOptimizerInfo *const *o = cj_optimizers (); *o != NULL; o++)
    {
      g_autofree char *path = g_strconcat ("/engine/train/optimizers/", (*o)->id, NULL);

      g_test_add_data_func (path, *o, test_optimizer);
    }
  for (const CjScheduleInfo *const *s = cj_schedules (); *s != NULL; s++)
    {
      g_autofree char *path = g_strconcat ("/engine/train/schedules/", (*s)->id, NULL);

      g_test_add_data_func (path, *s, test_schedule);
    }
}

/* Every way to begin has words for people, under the name that parameters use. */
static void
test_init_words (void)
{
  for (guint i = 0; i <= CJ_INIT_LAST; i++)
    {
      g_assert_cmpstr (cj_inits[i].id, ==, cj_init_names[i]);
      g_assert_cmpuint (strlen (cj_inits[i].blurb), >, 10);
      g_assert_nonnull (cj_inits[i].formula);
    }
  g_assert_null (cj_init_names[CJ_INIT_LAST + 1]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_items ();
  g_test_add_func ("/engine/train/optimizers/by-hand", test_by_hand);
  g_test_add_func ("/engine/train/schedules/warm-up", test_warmup);
  g_test_add_func ("/engine/train/schedules/milestones", test_milestones);
  g_test_add_func ("/engine/train/schedules/restarts", test_restarts);
  g_test_add_func ("/engine/train/trainer/rates-of-nodes", test_rates);
  g_test_add_func ("/engine/train/trainer/clip", test_clip);
  g_test_add_func ("/engine/train/trainer/average", test_average);
  g_test_add_func ("/engine/train/trainer/average-frozen", test_average_frozen);
  g_test_add_func ("/engine/train/trainer/patience", test_patience);
  g_test_add_func ("/engine/train/trainer/bad-validation", test_bad_validation);
  g_test_add_func ("/engine/train/trainer/cycled-momentum", test_cycled_momentum);
  g_test_add_func ("/engine/train/trainer/live", test_live);
  g_test_add_func ("/engine/graph/init/moments", test_inits);
  g_test_add_func ("/engine/graph/init/words", test_init_words);
  g_test_add_func ("/engine/graph/init/orthogonal", test_orthogonal);
  g_test_add_func ("/engine/train/setup/value", test_setup);
  return g_test_run ();
}
