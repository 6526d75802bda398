/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Networks for sequences that learn: the loss falls, and the weights have the same bits for any number
 * of threads. */
#include "network.h"

#include <math.h>
#include <string.h>

#define LENGTH 12
#define WORDS 5

/* Rows in which every word follows from the two before it; the target is the next word. */
static void
fill_words (CjFeed *feed, const guint32 *indices, guint n, guint64 epoch, guint64 seed, CjTensor *x,
            CjTensor *y)
{
  (void) feed;
  (void) epoch;
  (void) seed;
  for (guint i = 0; i < n; i++)
    {
      gint32 word[LENGTH + 1]
          = { (gint32) (indices[i] % WORDS), (gint32) (indices[i] / 7 % WORDS) };

      for (int t = 2; t <= LENGTH; t++)
        word[t] = (word[t - 1] + 2 * word[t - 2] + 1) % WORDS;
      for (int t = 0; t < LENGTH; t++)
        {
          cj_tensor_i32 (x)[i * LENGTH + (guint) t] = word[t];
          cj_tensor_i32 (y)[i * LENGTH + (guint) t] = word[t + 1];
        }
    }
}

static void
free_nothing (CjFeed *feed)
{
  (void) feed;
}

static CjFeed words = { .n_samples = 203,
                        .x_shape = { 1, { LENGTH } },
                        .x_dtype = CJ_INT32,
                        .y_shape = { 1, { LENGTH } },
                        .y_dtype = CJ_INT32,
                        .n_classes = WORDS,
                        .fill = fill_words,
                        .free = free_nothing };

/* Trains for a few epochs; the weights, which you free. */
static float *
train (const char *chain, guint threads, CjScore *score, gint64 *size)
{
  g_autoptr (CjGraph) graph = network_new_graph (chain);
  g_autoptr (CjTrainSetup) setup = cj_train_setup_new ();
  g_autoptr (GError) error = NULL;
  const CjDataSpec spec = { .batch = 16,
                            .x_shape = words.x_shape,
                            .y_shape = words.y_shape,
                            .x_dtype = CJ_INT32,
                            .y_dtype = CJ_INT32,
                            .n_classes = WORDS,
                            .has_y = TRUE };
  CjProgram *program = cj_program_new (graph, CJ_PURPOSE_TRAIN, &spec, threads, &error);
  CjTrainer *trainer;
  float *weights;

  g_assert_no_error (error);
  setup->epochs = 8;
  setup->batch = 16;
  setup->learning_rate = 0.01;
  trainer = cj_trainer_new (program, setup, &words, NULL);
  cj_program_init (program, 1);
  while (cj_trainer_get_place (trainer)->step < cj_trainer_get_n_steps (trainer))
    {
      CjStepReport report;

      g_assert_true (cj_trainer_step (trainer, &report, &error));
    }
  *score = cj_trainer_evaluate (trainer, &words, NULL);
  weights = cj_program_get_weights (program, size);
  weights = g_memdup2 (weights, sizeof (float) * (gsize) *size);
  cj_trainer_free (trainer);
  cj_program_free (program);
  return weights;
}

static void
test_training (gconstpointer chain)
{
  CjScore score;
  gint64 size;
  g_autofree float *one = train (chain, 1, &score, &size);

  g_test_message ("%s: loss %g", (const char *) chain, score.loss);
  g_assert_cmpfloat (score.loss, <, 0.5); /* all words alike: log 5 = 1.6; the first is a guess */
  for (guint threads = 2; threads <= 4; threads++)
    {
      CjScore again;
      g_autofree float *many = train (chain, threads, &again, &size);

      g_assert_cmpmem (one, sizeof (float) * (gsize) size, many, sizeof (float) * (gsize) size);
      g_assert_true (again.loss == score.loss);
    }
}

/* The first words are padding; what stands in the rows of other paddings cannot be told from the
 * answers to the words that count. */
static void
test_padding (void)
{
  g_autoptr (CjGraph) graph = network_new_graph ("embedding 8, multi-head-attention heads=2 "
                                                 "padding-word=0, pick-token -1, dense 5");
  const CjDataSpec spec = {
    .batch = 2, .x_shape = cj_shape1 (6), .x_dtype = CJ_INT32, .n_classes = WORDS, .n_words = WORDS
  };
  static const gint32 rows[2][6] = { { 0, 0, 0, 3, 1, 4 }, { 3, 0, 1, 0, 0, 4 } };
  g_autoptr (CjProgram) program = NULL;
  g_autoptr (GError) error = NULL;
  const float *y;

  g_assert_true (cj_graph_connect (graph, cj_graph_find (graph, "input1"), 0,
                                   cj_graph_find (graph, "multi1"), 3, &error));
  program = cj_program_new (graph, CJ_PURPOSE_INFER, &spec, 1, &error);
  g_assert_no_error (error);
  cj_program_init (program, 3);
  memcpy (cj_program_get_x (program)->data, rows, sizeof rows);
  cj_program_forward (program, FALSE, 2, 0, 0);
  y = cj_program_get_prediction (program, NULL);
  for (guint i = 0; i < WORDS; i++) /* without places, a sum over the same words */
    g_assert_cmpfloat_with_epsilon (y[i], y[WORDS + i], 1e-5);
  cj_tensor_i32 (cj_program_get_x (program))[0] = 2;
  cj_program_forward (program, FALSE, 2, 0, 0);
  g_assert_cmpfloat (fabsf (y[0] - y[WORDS]), >, 1e-4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/engine/train/sequences/transformer",
                        "embedding 16, learned-position, transformer-block heads=4 hidden=32 "
                        "causal=true dropout=0.05, layer-norm, dense 5, cross-entropy",
                        test_training);
  g_test_add_data_func ("/engine/train/sequences/lstm",
                        "embedding 8, lstm 33 layers=2, dense 5, cross-entropy", test_training);
  g_test_add_data_func ("/engine/train/sequences/gru",
                        "embedding 8, sinusoidal-position, gru 24, dense 5, cross-entropy",
                        test_training);
  g_test_add_data_func ("/engine/train/sequences/rnn",
                        "embedding 8, rnn 24, dense 5, cross-entropy", test_training);
  g_test_add_func ("/engine/train/sequences/padding", test_padding);
  return g_test_run ();
}
