/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cajal-cli train: trains a network and evaluates it once on the test samples. */
#include "cli.h"

#include "cj-trainer.h"
#include "cjd-dataset.h"
#include "idx.h"

#include <string.h>
#include <unistd.h>

/* LeNet-5 in the shape of LeCun et al., 1998, with ReLU and max pooling; the last layer is added to
 * fit the classes of the data. */
#define LENET_5                                                                                    \
  "conv-2d filters=6 kernel=5 padding=2, relu, max-pool-2d, conv-2d filters=16 kernel=5, relu, "   \
  "max-pool-2d, flatten, dense units=120, relu, dense units=84, relu"

#define VALIDATION_SHARE 0.1

typedef struct
{
  const char *data, *network;
  char **settings;
  int threads;
} Options;

typedef struct
{
  gint64 started;
  int batch;
  gboolean terminal;
} Progress;

static gboolean
show_progress (gpointer data, guint epoch, guint step, guint n_steps, CjScore score)
{
  const Progress *p = data;
  const double seconds = (double) (g_get_monotonic_time () - p->started) / G_USEC_PER_SEC;

  if (p->terminal && (step % 16 == 0 || step == n_steps))
    g_printerr ("\repoch %2u  %3u %%  loss %.4f  accuracy %5.2f %%  %6.0f samples/s  %4.1f s left ",
                epoch + 1, step * 100 / n_steps, score.loss, score.accuracy * 100,
                step * (double) p->batch / seconds, seconds / step * (n_steps - step));
  return TRUE;
}

static CjdDataset *
load_data (const char *path, guint64 seed, GError **error)
{
  CjdDataset *dataset = cjd_idx_load (path, error);

  if (dataset != NULL)
    cjd_dataset_split (dataset, CJD_SPLIT_VAL, VALIDATION_SHARE, seed);
  return dataset;
}

static gboolean
apply_settings (char **settings, CjTrainSetup *setup, GError **error)
{
  cj_params_reset (cj_train_setup_params, setup);
  for (guint i = 0; settings != NULL && settings[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (settings[i], "=", 2);

      if (!cj_params_parse (cj_train_setup_params, setup, pair[0], pair[1] != NULL ? pair[1] : "",
                            error))
        return FALSE;
    }
  return TRUE;
}

/* Trains, keeps the weights of the epoch that was best on the validation samples, tests once. */
static gboolean
train (CjProgram *program, const CjTrainSetup *setup, CjdDataset *dataset, GError **error)
{
  g_autoptr (CjTrainer) trainer = cj_trainer_new (program, setup);
  g_autoptr (CjFeed) samples = cjd_dataset_new_feed (dataset, CJD_SPLIT_TRAIN);
  g_autoptr (CjFeed) validation = cjd_dataset_new_feed (dataset, CJD_SPLIT_VAL);
  g_autoptr (CjFeed) test = cjd_dataset_new_feed (dataset, CJD_SPLIT_TEST);
  g_autofree float *best = NULL;
  double best_accuracy = -1;
  gint64 size;
  float *weights = cj_program_get_weights (program, &size);
  CjScore score;

  for (int epoch = 0; epoch < setup->epochs; epoch++)
    {
      Progress progress = { g_get_monotonic_time (), setup->batch, isatty (STDERR_FILENO) };
      CjScore checked;

      if (!cj_trainer_run_epoch (trainer, samples, show_progress, &progress, &score, error))
        return FALSE;
      checked = cj_trainer_evaluate (trainer, validation, NULL);
      if (checked.accuracy > best_accuracy)
        {
          best_accuracy = checked.accuracy;
          g_free (best);
          best = g_memdup2 (weights, sizeof (float) * (gsize) size);
        }
      if (progress.terminal)
        g_printerr ("\r\033[K");
      g_print ("epoch %2d  loss %.4f  accuracy %5.2f %%  validation loss %.4f  accuracy %5.2f %%\n",
               epoch + 1, score.loss, score.accuracy * 100, checked.loss, checked.accuracy * 100);
    }
  memcpy (weights, best, sizeof (float) * (gsize) size);
  score = cj_trainer_evaluate (trainer, test, NULL);
  g_print ("test      loss %.4f  accuracy %5.2f %% with the weights best on validation\n",
           score.loss, score.accuracy * 100);
  return TRUE;
}

static gboolean
run_options (const Options *options, GError **error)
{
  g_autoptr (CjdDataset) dataset = NULL;
  g_autoptr (CjFeed) feed = NULL;
  g_autoptr (CjGraph) graph = cj_graph_new ();
  g_autoptr (CjProgram) program = NULL;
  g_autofree char *chain = NULL, *words = NULL;
  CjTrainSetup setup;
  CjProgramCost cost;

  if (!apply_settings (options->settings, &setup, error))
    return FALSE;
  dataset = load_data (options->data, (guint64) setup.seed, error);
  if (dataset == NULL)
    return FALSE;
  feed = cjd_dataset_new_feed (dataset, CJD_SPLIT_TRAIN);
  words = cjd_dataset_describe (dataset);
  chain = g_strdup_printf ("%s, dense units=%u", options->network, feed->n_classes);
  if (!cj_graph_add_chain (graph, chain, error))
    return FALSE;
  program = cj_program_new (graph, &feed->x_shape, setup.batch, (guint) options->threads, error);
  if (program == NULL)
    return FALSE;
  cost = cj_program_get_cost (program);
  g_print ("%s\n%" G_GINT64_FORMAT " parameters, %" G_GINT64_FORMAT
           " multiply-adds a sample, %.1f MiB planned\n",
           words, cost.n_params, cost.macs, (double) cost.peak_bytes / (1 << 20));
  cj_program_init (program, (guint64) setup.seed);
  return train (program, &setup, dataset, error);
}

static int
run (int argc, char **argv)
{
  g_auto (GStrv) settings = NULL;
  g_autofree char *data = NULL, *network = NULL;
  int threads = 0, status = 0;
  const GOptionEntry entries[] = {
    { "data", 'd', 0, G_OPTION_ARG_FILENAME, &data, "Folder of IDX files in the layout of MNIST",
      "PATH" },
    { "network", 'n', 0, G_OPTION_ARG_STRING, &network,
      "Layers before the last Dense, as “conv-2d filters=6, relu, flatten”; none: LeNet-5",
      "CHAIN" },
    { "set", 's', 0, G_OPTION_ARG_STRING_ARRAY, &settings,
      "Training setup: epochs, batch, learning-rate or seed", "NAME=VALUE" },
    { "threads", 't', 0, G_OPTION_ARG_INT, &threads, "Threads; none: as many as processors", "N" },
    { NULL },
  };
  GError *error = NULL;

  if (!cli_parse (&cli_train, entries, &argc, &argv, &status))
    return status;
  if (argc > 1)
    {
      g_printerr ("cajal-cli train: “%s” is not an option. Data goes after --data.\n", argv[1]);
      return 2;
    }
  if (data == NULL)
    {
      g_printerr ("cajal-cli train: give a folder of pictures with --data.\n");
      return 2;
    }
  if (threads < 1)
    threads = (int) MIN (g_get_num_processors (), 64);
  if (!run_options (
          &(Options){ data, network != NULL ? network : LENET_5, settings, MIN (threads, 64) },
          &error))
    return cli_fail (error);
  return 0;
}

const CliCommand cli_train = { "train", "[OPTION…]", "Trains a network and tests it", run };
