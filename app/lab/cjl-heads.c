/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-heads.h"

#include "cj-attention-map.h"
#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define BATCH 16

void
cjl_heads_free (CjlHeads *self)
{
  g_clear_pointer (&self->change, cj_tensor_unref);
  g_free (self);
}

typedef struct
{
  CjProgram *program;
  CjdDataset *dataset;
  CjdSplit split;
  gsize n_samples;
  guint64 step;
} Work;

/* Mean loss of samples that stand evenly in the split; NAN if it was stopped. */
static double
measure (const Work *work, CjFeed *feed, gsize n, CjlJob *job)
{
  double sum = 0;

  for (gsize begin = 0; begin < n; begin += BATCH)
    {
      const gsize some = MIN (BATCH, n - begin);
      guint32 indices[BATCH];

      if (cjl_job_is_cancelled (job))
        return NAN;
      for (gsize i = 0; i < BATCH; i++)
        indices[i] = (guint32) ((begin + MIN (i, some - 1)) * feed->n_samples / n);
      feed->fill (feed, indices, BATCH, 0, 0, cj_program_get_x (work->program),
                  cj_program_get_y (work->program));
      sum += (double) cj_program_forward (work->program, FALSE, (gint64) some, 0, 0)
             * (double) some;
    }
  return sum / (double) n;
}

/* No number is known yet. */
static CjlHeads *
heads_new (const Work *work, const GArray *all, gsize n_samples)
{
  CjlHeads *self = g_new0 (CjlHeads, 1);
  gint64 most = 0;
  CjShape shape;

  for (guint i = 0; i < all->len; i++)
    {
      most = MAX (most, g_array_index (all, CjAttention, i).heads);
      self->n += (guint) g_array_index (all, CjAttention, i).heads;
    }
  shape = cj_shape2 (all->len, most);
  self->step = work->step;
  self->n_samples = n_samples;
  self->change = cj_tensor_new (CJ_FLOAT32, &shape);
  for (gint64 i = 0; i < all->len * most; i++)
    cj_tensor_f32 (self->change)[i] = NAN;
  return self;
}

static CjlHeads *
heads_dup (const CjlHeads *from)
{
  CjlHeads *self = g_memdup2 (from, sizeof *from);

  self->change = cj_tensor_dup (from->change);
  return self;
}

/* Silences one head after the other, each time on the weights as they are. */
static void
silence_all (const Work *work, CjFeed *feed, const GArray *all, CjlHeads *self, CjlJob *job)
{
  gint64 size;
  float *weights = cj_program_get_weights (work->program, &size);
  g_autofree float *kept = g_memdup2 (weights, sizeof (float) * (gsize) size);
  const gint64 most = self->change->shape.dims[1];

  for (guint i = 0; i < all->len; i++)
    for (gint64 h = 0; h < g_array_index (all, CjAttention, i).heads; h++)
      {
        double loss = NAN;

        if (cj_attention_silence (work->program, &g_array_index (all, CjAttention, i), (guint) h))
          loss = measure (work, feed, self->n_samples, job);
        memcpy (weights, kept, sizeof (float) * (gsize) size);
        if (cjl_job_is_cancelled (job))
          return;
        cj_tensor_f32 (self->change)[i * most + h] = (float) (loss - self->whole);
        self->n_done++;
        cjl_job_set_progress (job, (double) self->n_done / self->n);
        cjl_job_leave_copy (job, self, (CjlDupFunc) heads_dup);
      }
}

static gpointer
run (CjlJob *job, const Work *work, GError **error)
{
  g_autoptr (CjFeed) feed = cjd_dataset_new_feed (work->dataset, work->split);
  g_autoptr (GArray) all = cj_attention_find (work->program);
  const CjLowered *lowered = cj_program_get_lowered (work->program);
  const gsize n = MIN (work->n_samples, feed->n_samples);
  CjlHeads *self;

  if (all->len == 0 || lowered->losses->len == 0)
    g_set_error_literal (error, CJ_ERROR, CJ_ERROR_GRAPH,
                         all->len == 0
                             ? _ ("The network has no attention whose heads could be "
                                  "silenced. Put a Transformer block into it.")
                             : _ ("The network has no loss to measure. End it with one."));
  else if (n == 0)
    g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                 _ ("This split of %s has no samples. Choose another one."), work->dataset->name);
  if (all->len == 0 || lowered->losses->len == 0 || n == 0)
    return NULL;
  self = heads_new (work, all, n);
  self->whole = measure (work, feed, n, job);
  if (isfinite (self->whole))
    silence_all (work, feed, all, self, job);
  if (feed->problem == NULL)
    return self;
  g_set_error_literal (error, CJ_ERROR, CJ_ERROR_FILE, feed->problem);
  cjl_heads_free (self);
  return NULL;
}

typedef struct
{
  CjlNetwork *network;
  CjdSplit split;
  gsize n_samples;
} Order;

static void
order_free (gpointer data)
{
  Order *order = data;

  cjl_network_free (order->network);
  g_free (order);
}

static gpointer
run_order (CjlJob *job, gpointer data, GError **error)
{
  const Order *order = data;
  g_autoptr (CjProgram) program
      = cjl_network_compile (order->network, CJ_PURPOSE_PROBE, BATCH, error);
  const Work work = { .program = program,
                      .dataset = order->network->dataset,
                      .split = order->split,
                      .n_samples = order->n_samples,
                      .step = order->network->weights->at.step };

  return program != NULL ? run (job, &work, error) : NULL;
}

CjlJob *
cjl_heads_start (CjlNetwork *network, CjdSplit split, gsize n_samples)
{
  Order *order = g_new0 (Order, 1);

  order->network = network;
  order->split = split;
  order->n_samples = n_samples;
  return cjl_job_new (run_order, order, order_free, (GDestroyNotify) cjl_heads_free);
}

CjlHeads *
cjl_heads_project (CjlProject *project, CjdDataset *dataset, CjdSplit split, gsize n_samples,
                   GError **error)
{
  g_autoptr (CjProgram) program
      = cjl_network_compile_project (project, dataset, CJ_PURPOSE_PROBE, BATCH, error);
  const Work work
      = { .program = program, .dataset = dataset, .split = split, .n_samples = n_samples };

  return program != NULL ? run (NULL, &work, error) : NULL;
}
