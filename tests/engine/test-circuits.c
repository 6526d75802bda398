/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The layers of circuits, against slow computations and against what they promise while training. */
#include "cj-rig.h"
#include "network.h"

#include <math.h>
#include <string.h>

#define BATCH 20

static const char *const all_senders = "flatten, dale-dense 12 inhibition=senders activation=relu, "
                                       "dale-dense 4 inhibition=senders, cross-entropy";

/* --- Dale's law --- */

/* Nodes are in the order of their names: these come before the input. */

/* What one input alone changes in the units of a dale-dense layer: its column of signed weights. */
static void
get_column (CjProgram *program, guint node, gint64 inputs, gint64 i, gint64 units, float *column)
{
  float *x = cj_program_get_x (program)->data;
  g_autoptr (CjTensor) with = NULL, without = NULL;

  memset (x, 0, sizeof (float) * (gsize) inputs);
  cj_program_forward (program, FALSE, 1, 1, 1);
  without = cj_program_dup_output (program, node, 0);
  x[i] = 1;
  cj_program_forward (program, FALSE, 1, 1, 1);
  with = cj_program_dup_output (program, node, 0);
  for (gint64 k = 0; k < units; k++)
    column[k] = cj_tensor_f32 (with)[k] - cj_tensor_f32 (without)[k];
}

/* The signs of the weights that act, seen from outside. */
static void
check_signs (const float *weight, gint64 size, double ratio)
{
  const gint64 inputs = 10, units = size / inputs, excite = (gint64) round (ratio * 10);
  g_autofree char *chain = g_strdup_printf ("dale-dense %d ratio=%g", (int) units, ratio);
  g_autoptr (CjProgram) program
      = network_compile (chain, CJ_PURPOSE_PROBE, cj_shape1 (inputs), 1, 4, 1);
  g_autofree float *column = g_new (float, units);
  const CjProgramParam *param = cj_program_get_param (program, 0);

  cj_program_init (program, 1);
  g_assert_cmpstr (param->name, ==, "dale1.weight");
  memcpy (cj_program_get_param_data (program, param), weight, sizeof (float) * (gsize) size);
  for (gint64 i = 0; i < inputs; i++)
    {
      get_column (program, 0, inputs, i, units, column);
      for (gint64 k = 0; k < units; k++)
        {
          const double each = i < excite ? sqrt ((10.0 - (double) excite) / (double) excite)
                                         : -sqrt ((double) excite / (10.0 - (double) excite));
          const double wanted = each * fabs ((double) weight[k * inputs + i]);

          g_assert_cmpfloat_with_epsilon (column[k], wanted, 1e-5 * (1 + fabs (wanted)));
        }
    }
}

/* Signs are those of the senders for weights of either sign, also wild ones. */
static void
test_signs (void)
{
  float weight[30];
  CjRng rng;

  cj_rng_init (&rng, 1, CJ_RNG_TEST, 0);
  for (int round = 0; round < 20; round++)
    {
      for (int i = 0; i < 30; i++)
        weight[i] = 3 * cj_rng_normal (&rng);
      check_signs (weight, 30, round % 2 == 0 ? 0.8 : 0.5);
    }
}

static CjRig *
new_rig (const char *chain, const char *optimizer, const char *rate)
{
  g_autoptr (CjTrainSetup) setup = cj_train_setup_new ();
  g_autoptr (CjGraph) graph = network_new_graph (chain);
  g_autoptr (GError) error = NULL;
  CjRig *rig;

  setup->batch = BATCH;
  cj_train_setup_set (setup, "epochs", "1000", &error);
  g_assert_no_error (error);
  cj_train_setup_set (setup, "optimizer", optimizer, &error);
  g_assert_no_error (error);
  cj_train_setup_set (setup, "learning-rate", rate, &error);
  g_assert_no_error (error);
  rig = cj_rig_new (graph, setup, network_get_prototypes (), 1, &error);
  g_assert_no_error (error);
  return rig;
}

static double
train (CjRig *rig, guint n_steps)
{
  CjStepReport report = { 0 };
  double mean = 0;

  for (guint i = 0; i < n_steps; i++)
    {
      g_autoptr (GError) error = NULL;

      cj_trainer_step (rig->trainer, &report, &error);
      g_assert_no_error (error);
      if (report.epoch_ended)
        cj_trainer_set_validation (rig->trainer, report.epoch_score);
      mean += i >= n_steps / 2 ? report.score.accuracy / (n_steps - n_steps / 2) : 0;
    }
  return mean;
}

/* A network of the signed weights of `rig`, one input at a time: nothing that excites ever inhibits. The output of
 * a unit may only rise with an input of the first kind, and only fall with one of the other. */
static void
assert_monotone (const CjRig *rig)
{
  enum
  {
    INPUTS = 81,
    UNITS = 12
  };
  g_autoptr (CjProgram) program = network_compile ("flatten, dale-dense 12 inhibition=senders",
                                                   CJ_PURPOSE_PROBE, cj_shape1 (INPUTS), 1, 4, 1);
  const CjProgramParam *from = cj_program_find_param (rig->program, "dale1.weight");
  const CjProgramParam *to = cj_program_find_param (program, "dale1.weight");
  float column[UNITS];

  cj_program_init (program, 1);
  g_assert_cmpint (from->size, ==, to->size);
  memcpy (cj_program_get_param_data (program, to), cj_program_get_param_data (rig->program, from),
          sizeof (float) * (gsize) to->size);
  for (gint64 i = 0; i < INPUTS; i++)
    {
      get_column (program, 0, INPUTS, i, UNITS, column);
      for (int k = 0; k < UNITS; k++)
        g_assert_true (i < 65 ? column[k] >= 0 : column[k] <= 0); /* 65: 0.8 of 81 */
    }
}

/* Thousands of steps with every optimizer: no synapse changes its kind, though V does its sign, and
 * something is learned. */
static void
test_training (gconstpointer data)
{
  const CjOptimizerInfo *optimizer = data;
  const gboolean large = g_str_equal (optimizer->id, "adadelta");
  g_autoptr (CjRig) rig = new_rig (all_senders, optimizer->id,
                                   large                                ? "1"
                                   : g_str_equal (optimizer->id, "sgd") ? "0.05"
                                                                        : "0.01");
  const CjProgramParam *param = cj_program_find_param (rig->program, "dale1.weight");
  g_autofree float *start = g_memdup2 (cj_program_get_param_data (rig->program, param),
                                       sizeof (float) * (gsize) param->size);
  const float *now = cj_program_get_param_data (rig->program, param);
  gint64 n_turned = 0;
  double accuracy = 0;

  for (int round = 0; round < 4; round++)
    {
      accuracy = train (rig, 500);
      assert_monotone (rig);
    }
  for (gint64 i = 0; i < param->size; i++)
    n_turned += start[i] * now[i] < 0;
  g_test_message ("%s: accuracy %g, %d of %d turned", optimizer->id, accuracy, (int) n_turned,
                  (int) param->size);
  g_assert_cmpfloat (accuracy, >, 0.5); /* of four classes */
  g_assert_cmpint (memcmp (start, now, sizeof (float) * (gsize) param->size), !=, 0);
}

/* Balance at first: with inputs that are alike, excitation and inhibition cancel in the mean; so do those of the
 * interneurons. */
static void
test_balance (void)
{
  static const char *const chains[]
      = { "dale-dense 400 bias=false", "dale-dense 400 inhibition=interneurons bias=false" };

  for (guint c = 0; c < G_N_ELEMENTS (chains); c++)
    {
      g_autoptr (CjProgram) program
          = network_compile (chains[c], CJ_PURPOSE_PROBE, cj_shape1 (100), 1, 4, 1);
      g_autoptr (CjTensor) y = NULL;
      float *x = cj_program_get_x (program)->data;
      double mean = 0, square = 0;

      cj_program_init (program, 5);
      for (int i = 0; i < 100; i++)
        x[i] = 1;
      cj_program_forward (program, FALSE, 1, 1, 1);
      y = cj_program_dup_output (program, 0, 0);
      for (int k = 0; k < 400; k++)
        {
          mean += (double) cj_tensor_f32 (y)[k] / 400;
          square += (double) cj_tensor_f32 (y)[k] * (double) cj_tensor_f32 (y)[k] / 400;
        }
      g_test_message ("%s: mean %g, deviation %g", chains[c], mean, sqrt (square));
      /* the excitation alone is near 2.5 and 10 */
      g_assert_cmpfloat (fabs (mean), <, 0.2);
      g_assert_cmpfloat (sqrt (square), <, 1.2);
    }
}

/* --- winners --- */

static void
test_winners (void)
{
  static const struct
  {
    const char *chain;
    gint64 row, per, k;
  } cases[] = { { "k-winners 7", 60, 1, 7 },
                { "k-winners 60", 60, 1, 60 },
                { "k-winners 2 among=channels", 5, 12, 2 } };

  for (guint c = 0; c < G_N_ELEMENTS (cases); c++)
    for (int equal = 0; equal < 2; equal++)
      {
        g_autoptr (CjProgram) program = network_compile (cases[c].chain, CJ_PURPOSE_PROBE,
                                                         (CjShape){ 3, { 5, 3, 4 } }, 3, 4, 1);
        g_autoptr (CjTensor) y = NULL;
        float *x = cj_program_get_x (program)->data;

        network_fill (program, 4);
        for (int i = 0; i < 180 && equal != 0; i++)
          x[i] = 1; /* all are equal: the first win */
        cj_program_forward (program, FALSE, 3, 1, 1);
        y = cj_program_dup_output (program, 1, 0);
        for (gint64 r = 0; r < 180 / cases[c].row; r++)
          {
            const gint64 at = r / cases[c].per * cases[c].per * cases[c].row + r % cases[c].per;
            gint64 n = 0;

            for (gint64 i = 0; i < cases[c].row; i++)
              {
                const float value = cj_tensor_f32 (y)[at + i * cases[c].per];

                n += value != 0;
                g_assert_true (value == 0 || value == x[at + i * cases[c].per]);
                g_assert_true (equal == 0 || (value != 0) == (i < cases[c].k));
              }
            g_assert_cmpint (n, ==, cases[c].k);
          }
      }
}

/* --- divisive normalisation --- */

static void
test_divisive (void)
{
  static const char *const chains[] = { "divisive-norm power=3 half=0.4 gain=2 pool=all",
                                        "divisive-norm power=1.5 half=0.4 gain=2 pool=channels" };

  for (guint c = 0; c < 2; c++)
    {
      const double power = c == 0 ? 3 : 1.5;
      g_autoptr (CjProgram) program
          = network_compile (chains[c], CJ_PURPOSE_PROBE, (CjShape){ 3, { 5, 3, 4 } }, 2, 4, 1);
      g_autoptr (CjTensor) y = NULL;
      const float *x = cj_program_get_x (program)->data;

      network_fill (program, 4);
      cj_program_forward (program, FALSE, 2, 1, 1);
      y = cj_program_dup_output (program, 0, 0);
      for (int i = 0; i < 120; i++)
        {
          double pool = 0, n = 0, wanted;

          for (int j = i / 60 * 60; j < i / 60 * 60 + 60; j++)
            if (c == 0 || j % 12 == i % 12)
              {
                pool += pow (MAX ((double) x[j], 0), power);
                n++;
              }
          wanted = 2 * pow (MAX ((double) x[i], 0), power) / (pow (0.4, power) + pool / n);
          g_assert_cmpfloat_with_epsilon (cj_tensor_f32 (y)[i], wanted, 1e-4 * (1 + wanted));
        }
    }
}

/* --- lateral inhibition --- */

static double
surround (const double *r, int y, int x, gboolean row)
{
  double sum = 0;

  for (int dy = row ? 0 : -1; dy <= (row ? 0 : 1); dy++)
    for (int dx = -1; dx <= 1; dx++)
      if ((dy != 0 || dx != 0) && y + dy >= 0 && y + dy < 4 && x + dx >= 0 && x + dx < 5)
        sum += r[(y + dy) * 5 + x + dx];
  return sum / (row ? 2 : 8);
}

/* Pictures of 4×5 and rows of 5, settled in 6 steps, and learned surrounds as they begin but for the middle. */
static void
test_lateral (void)
{
  for (int row = 0; row < 2; row++)
    {
      g_autoptr (CjProgram) program
          = network_compile ("lateral-inhibition 3 strength=0.6 steps=6", CJ_PURPOSE_PROBE,
                             row ? (CjShape){ 2, { 4, 5 } } : (CjShape){ 3, { 1, 4, 5 } }, 1, 4, 1);
      g_autoptr (CjTensor) y = NULL;
      const float *x = cj_program_get_x (program)->data;
      double r[20], next[20];

      network_fill (program, 4);
      cj_program_forward (program, FALSE, 1, 1, 1);
      y = cj_program_dup_output (program, 1, 0);
      for (int i = 0; i < 20; i++)
        r[i] = (double) x[i];
      for (int step = 0; step < 6; step++)
        {
          for (int i = 0; i < 20; i++)
            next[i] = MAX (0, (double) x[i] - 0.6 * surround (r, i / 5, i % 5, row != 0));
          memcpy (r, next, sizeof r);
        }
      for (int i = 0; i < 20; i++)
        g_assert_cmpfloat_with_epsilon (cj_tensor_f32 (y)[i], r[i], 1e-5);
    }
}

/* --- homeostasis --- */

/* Units whose drives differ a hundredfold all come to the target and stay there. */
static void
test_homeostasis (void)
{
  static const double drives[] = { 0.02, 0.1, 0.5, 2 };
  g_autoptr (CjProgram) program
      = network_compile ("homeostasis 0.2 rate=0.02, dense 4, cross-entropy", CJ_PURPOSE_TRAIN,
                         cj_shape1 (4), BATCH, 4, 1);
  const float *gain
      = cj_program_get_param_data (program, cj_program_find_param (program, "homeostasis1.gain"));
  float *x = cj_program_get_x (program)->data;
  double means[4] = { 0 };
  CjRng rng;

  cj_program_init (program, 1);
  network_fill (program, 4);
  cj_rng_init (&rng, 9, CJ_RNG_TEST, 0);
  for (guint64 step = 1; step <= 2000; step++)
    {
      for (int i = 0; i < BATCH * 4; i++)
        x[i] = (float) (2 * drives[i % 4] * cj_rng_uniform (&rng));
      for (int i = 0; i < BATCH * 4 && step > 1000; i++)
        means[i % 4] += (double) (gain[i % 4] * x[i]) / (BATCH * 1000);
      cj_program_forward (program, TRUE, BATCH, 1, step);
    }
  for (int u = 0; u < 4; u++)
    {
      g_test_message ("drive %g: gain %g, activity %g", drives[u], (double) gain[u], means[u]);
      g_assert_cmpfloat_with_epsilon (means[u], 0.2, 0.01);
    }
}

/* --- wrong wiring --- */

static void
test_refusals (void)
{
  static const struct
  {
    const char *chain, *pattern;
  } cases[] = {
    { "dale-dense 5, cross-entropy", "*Flatten*" },
    { "flatten, reshape 2x2x2x2x5, lateral-inhibition, flatten, dense 4, cross-entropy", "*" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CjGraph) graph = network_new_graph (cases[i].chain);
      g_autoptr (GError) error = NULL;
      const CjDataSpec spec = { .batch = 2,
                                .x_shape = { 3, { 1, 8, 10 } },
                                .has_y = TRUE,
                                .y_dtype = CJ_INT32,
                                .n_classes = 4 };
      g_autoptr (CjProgram) program = cj_program_new (graph, CJ_PURPOSE_TRAIN, &spec, 1, &error);

      g_assert_null (program);
      g_test_message ("%s", error->message);
      g_assert_true (g_pattern_match_simple (cases[i].pattern, error->message));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/circuits/dale/signs", test_signs);
  g_test_add_func ("/engine/circuits/dale/balance", test_balance);
  for (const CjOptimizerInfo *const *o = cj_optimizers (); *o != NULL; o++)
    {
      g_autofree char *path = g_strdup_printf ("/engine/circuits/dale/training/%s", (*o)->id);

      g_test_add_data_func (path, *o, test_training);
    }
  g_test_add_func ("/engine/circuits/winners", test_winners);
  g_test_add_func ("/engine/circuits/divisive-norm", test_divisive);
  g_test_add_func ("/engine/circuits/lateral-inhibition", test_lateral);
  g_test_add_func ("/engine/circuits/homeostasis", test_homeostasis);
  g_test_add_func ("/engine/circuits/refusals", test_refusals);
  return g_test_run ();
}
