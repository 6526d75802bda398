/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-trainer.h"

#include "cj-error.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define BLOCK 16384 /* weights a chunk of the optimizer */
#define BETA1 0.9
#define BETA2 0.999
#define EPSILON 1e-8

const CjParam cj_train_setup_params[] = {
  { .name = "epochs",
    .title = "Epochs",
    .blurb = "Passes over the training samples",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (CjTrainSetup, epochs),
    .preset = 5,
    .min = 1,
    .max = 100000,
    .soft_min = 1,
    .soft_max = 100,
    .flags = CJ_PARAM_LIVE },
  { .name = "batch",
    .title = "Batch size",
    .blurb = "Samples in one step",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (CjTrainSetup, batch),
    .preset = 64,
    .min = 1,
    .max = 65536,
    .soft_min = 1,
    .soft_max = 512,
    .flags = CJ_PARAM_RESHAPES | CJ_PARAM_LOG },
  { .name = "learning-rate",
    .title = "Learning rate",
    .blurb = "Size of a step",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (CjTrainSetup, learning_rate),
    .preset = 0.001,
    .min = 0,
    .max = 100,
    .soft_min = 1e-5,
    .soft_max = 1,
    .digits = 5,
    .flags = CJ_PARAM_LIVE | CJ_PARAM_LOG },
  { .name = "seed",
    .title = "Seed",
    .blurb = "Chooses all random numbers of the run",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (CjTrainSetup, seed),
    .preset = 1,
    .min = 0,
    .max = G_MAXINT32 },
  { NULL },
};

struct _CjTrainer
{
  CjProgram *program; /* borrowed */
  CjTrainSetup setup;
  guint epoch;
  guint64 step;
  gint64 n_weights;
  float *moment1, *moment2;
};

CjTrainer *
cj_trainer_new (CjProgram *program, const CjTrainSetup *setup)
{
  CjTrainer *trainer = g_new0 (CjTrainer, 1);

  trainer->program = program;
  trainer->setup = *setup;
  cj_program_get_weights (program, &trainer->n_weights);
  trainer->moment1 = g_new0 (float, trainer->n_weights + 1);
  trainer->moment2 = g_new0 (float, trainer->n_weights + 1);
  return trainer;
}

void
cj_trainer_free (CjTrainer *trainer)
{
  g_free (trainer->moment1);
  g_free (trainer->moment2);
  g_free (trainer);
}

static void
update_block (gpointer data, guint chunk)
{
  CjTrainer *t = data;
  const double correction2 = sqrt (1 - pow (BETA2, (double) t->step));
  const float rate = (float) (t->setup.learning_rate / (1 - pow (BETA1, (double) t->step)));
  const float beta1 = (float) BETA1, beta2 = (float) BETA2;
  const float scale = (float) (1 / correction2), epsilon = (float) EPSILON;
  float *w = cj_program_get_weights (t->program, NULL);
  const float *g = cj_program_get_gradients (t->program);
  const gint64 end = MIN ((gint64) (chunk + 1) * BLOCK, t->n_weights);

  for (gint64 i = (gint64) chunk * BLOCK; i < end; i++)
    {
      t->moment1[i] = beta1 * t->moment1[i] + (1 - beta1) * g[i];
      t->moment2[i] = beta2 * t->moment2[i] + (1 - beta2) * g[i] * g[i];
      w[i] -= rate * t->moment1[i] / (sqrtf (t->moment2[i]) * scale + epsilon);
    }
}

/* How many of the first n rows have their largest score at the target; fills `predicted` if given. */
static guint
count_correct (CjProgram *program, guint n, gint32 *predicted)
{
  gint64 k;
  const float *z = cj_program_get_logits (program, &k);
  const gint32 *target = cj_tensor_i32 (cj_program_get_y (program));
  guint correct = 0;

  for (guint i = 0; i < n; i++)
    {
      gint32 best = 0;

      for (gint32 j = 1; j < k; j++)
        if (z[i * k + j] > z[i * k + best])
          best = j;
      correct += best == target[i];
      if (predicted != NULL)
        predicted[i] = best;
    }
  return correct;
}

gboolean
cj_trainer_run_epoch (CjTrainer *t, CjFeed *feed, CjTrainProgress progress, gpointer data,
                      CjScore *score, GError **error)
{
  const guint batch = (guint) t->setup.batch, n_steps = (guint) (feed->n_samples / batch);
  g_autofree guint32 *order = g_new (guint32, feed->n_samples + 1);
  CjScore sum = { 0 };
  CjRng rng;

  if (n_steps == 0)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   "Batch size %u is larger than the %" G_GSIZE_FORMAT
                   " training samples. Choose a smaller one.",
                   batch, feed->n_samples);
      return FALSE;
    }
  for (gsize i = 0; i < feed->n_samples; i++)
    order[i] = (guint32) i;
  cj_rng_init (&rng, (guint64) t->setup.seed, CJ_RNG_SHUFFLE, t->epoch);
  cj_rng_shuffle (&rng, order, feed->n_samples);
  for (guint i = 0; i < n_steps; i++)
    {
      float loss;

      feed->fill (feed, order + (gsize) i * batch, batch, t->epoch, (guint64) t->setup.seed,
                  cj_program_get_x (t->program), cj_program_get_y (t->program));
      loss = cj_program_forward (t->program, TRUE, (guint64) t->setup.seed, t->step);
      if (!isfinite (loss))
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_NUMBER,
                       "The loss is no longer a number in step %" G_GUINT64_FORMAT
                       ". Try a smaller learning rate.",
                       t->step);
          return FALSE;
        }
      cj_program_backward (t->program);
      t->step++;
      cj_pool_run (cj_program_get_pool (t->program), (guint) ((t->n_weights + BLOCK - 1) / BLOCK),
                   update_block, t);
      sum.loss += loss;
      sum.accuracy += (double) count_correct (t->program, batch, NULL) / batch;
      *score = (CjScore){ sum.loss / (i + 1), sum.accuracy / (i + 1) };
      if (progress != NULL && !progress (data, t->epoch, i + 1, n_steps, *score))
        break;
    }
  t->epoch++;
  return TRUE;
}

CjScore
cj_trainer_evaluate (CjTrainer *t, CjFeed *feed, gint32 *predicted)
{
  const guint batch = (guint) t->setup.batch;
  g_autofree guint32 *indices = g_new0 (guint32, batch);
  g_autofree gint32 *classes = g_new0 (gint32, batch);
  CjScore score = { 0 };

  for (gsize begin = 0; begin < feed->n_samples; begin += batch)
    {
      const guint n = (guint) MIN (batch, feed->n_samples - begin);
      gint32 *y = cj_tensor_i32 (cj_program_get_y (t->program));

      for (guint i = 0; i < batch; i++)
        indices[i] = (guint32) (begin + MIN (i, n - 1));
      feed->fill (feed, indices, batch, 0, (guint64) t->setup.seed, cj_program_get_x (t->program),
                  cj_program_get_y (t->program));
      for (guint i = n; i < batch; i++)
        y[i] = -1; /* rows beyond the end count nothing in the loss */
      score.loss += (double) cj_program_forward (t->program, FALSE, 0, 0) * batch;
      score.accuracy += count_correct (t->program, n, classes);
      if (predicted != NULL)
        memcpy (predicted + begin, classes, sizeof (gint32) * n);
    }
  score.loss /= (double) MAX (feed->n_samples, 1);
  score.accuracy /= (double) MAX (feed->n_samples, 1);
  return score;
}
