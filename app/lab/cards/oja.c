/* SPDX-License-Identifier: GPL-3.0-or-later */
/* E. Oja, "A simplified neuron model as a principal component analyzer" (1982): a linear unit that learns by
 * his rule comes to the first eigenvector of the second moments of its inputs, with length 1. Here that is
 * found by plain power iteration on the same samples. */
#include "cjl-card.h"

#include <math.h>
#include <string.h>

#define ITERATIONS 60
#define BATCH 100

static const CjlCardValue values[] = {
  { "cosine", "Cosine with the component", FALSE, 1, 0.99, 1.0001 },
  { "length", "Length of the weights", FALSE, 1, 0.97, 1.03 },
  { NULL },
};

/* y [D] = mean of x (x · v) over the samples of the feed. */
static void
multiply (CjFeed *feed, CjTensor *x, const double *v, double *y)
{
  const gint64 d = cj_shape_size (&x->shape) / BATCH;
  guint32 indices[BATCH];

  for (gint64 j = 0; j < d; j++)
    y[j] = 0;
  for (gsize begin = 0; begin < feed->n_samples; begin += BATCH)
    {
      const guint n = (guint) MIN (BATCH, feed->n_samples - begin);

      for (guint i = 0; i < n; i++)
        indices[i] = (guint32) begin + i;
      feed->fill (feed, indices, n, 0, 0, x, NULL);
      for (guint i = 0; i < n; i++)
        {
          const float *row = cj_tensor_f32 (x) + (gint64) i * d;
          double dot = 0;

          for (gint64 j = 0; j < d; j++)
            dot += (double) row[j] * v[j];
          for (gint64 j = 0; j < d; j++)
            y[j] += dot * (double) row[j] / (double) feed->n_samples;
        }
    }
}

static double
normalise (double *v, gint64 d)
{
  double sum = 0;

  for (gint64 j = 0; j < d; j++)
    sum += v[j] * v[j];
  for (gint64 j = 0; j < d && sum > 0; j++)
    v[j] /= sqrt (sum);
  return sqrt (sum);
}

static gboolean
run (CjlCardRun *run, guint64 seed, GError **error)
{
  g_autoptr (CjlNetwork) network = cjl_card_run_train (run, 0, 0.6, error);
  g_autoptr (CjFeed) feed = NULL;
  g_autoptr (CjTensor) x = NULL;
  g_autofree double *v = NULL, *y = NULL, *w = NULL;
  const CjTableEntry *entry;
  double length, cosine = 0;
  CjShape shape;
  gint64 d;

  (void) seed;
  if (network == NULL)
    return cjl_card_run_is_cancelled (run);
  feed = cjd_dataset_new_feed (network->dataset, CJD_SPLIT_TRAIN);
  shape = cj_shape_batched (&feed->x_shape, BATCH);
  d = cj_shape_size (&feed->x_shape);
  x = cj_tensor_new (CJ_FLOAT32, &shape);
  v = g_new (double, d);
  y = g_new (double, d);
  w = g_new (double, d);
  entry = cj_table_find (network->weights->table, "dense1.weight");
  for (gint64 j = 0; j < d; j++)
    {
      w[j] = (double) cj_checkpoint_get_data (network->weights, entry)[j];
      v[j] = 1 + (double) (j % 7); /* not at right angles to anything that pictures have */
    }
  normalise (v, d);
  for (guint k = 0; k < ITERATIONS; k++)
    {
      if (cjl_card_run_is_cancelled (run))
        return TRUE;
      multiply (feed, x, v, y);
      normalise (y, d);
      memcpy (v, y, sizeof (double) * (gsize) d);
      cjl_card_run_progress (run, 0.6 + 0.4 * (k + 1) / ITERATIONS);
    }
  length = normalise (w, d);
  for (gint64 j = 0; j < d; j++)
    cosine += w[j] * v[j];
  cjl_card_run_set (run, "cosine", fabs (cosine));
  cjl_card_run_set (run, "length", length);
  return TRUE;
}

const CjlResultCard cjl_card_oja = {
  .abi = CJL_CARD_ABI,
  .size = sizeof (CjlResultCard),
  .version = 1,
  .experiment = {
    .id = "oja",
    .title = "One neuron finds the main axis",
    .category = CJL_CARD_CATEGORY,
    .blurb = "A linear unit that learns by Oja's rule comes to the first principal component of "
             "what it is shown",
    .teaches = "Nothing but what is there at the synapse, and yet it is principal component "
               "analysis",
    .expected = "cosine 1",
    .source = "glyphs",
    .data = "samples=6000 validation-share=0",
    .network = "input, flatten, dense 1 bias=false rule=oja, dense 36, cross-entropy",
    .setup = "epochs=20 batch=50 optimizer=sgd optimizer.momentum=0 learning-rate=0.0005",
  },
  .paper = "Oja, 1982: A simplified neuron model as a principal component analyzer",
  .passes = "A cosine over 0.99 with the first eigenvector of the second moments, and a length of 1",
  .values = values,
  .n_seeds = 3,
  .seconds = 5,
  .run = run,
};
