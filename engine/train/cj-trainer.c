/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-trainer.h"

#include "cj-error.h"
#include "cj-math.h"

#include <math.h>
#include <string.h>

#define BLOCK 16384 /* weights a slice; fixed, so that sums over slices have a fixed order */

typedef struct
{
  gint64 offset, n;
  double rate;
} Slice;

struct _CjTrainer
{
  CjProgram *program; /* borrowed */
  CjFeed *feed;       /* borrowed */
  CjTrainSetup *setup;
  GArray *slices;
  double *squares; /* by slice */
  guint32 *order;
  guint order_epoch; /* for which `order` is, plus one */
  CjCheckpoint *now; /* its weights and states are the program's own while training */
  float *spare;      /* weights put aside while the average is in place */
  double rate, clip; /* of the step under way */
};

CjCheckpoint *
cj_checkpoint_new (gint64 n_weights, gint64 n_states, guint n_slots)
{
  CjCheckpoint *self = g_new0 (CjCheckpoint, 1);

  self->ref_count = 1;
  self->n_weights = n_weights;
  self->n_states = n_states;
  self->n_slots = n_slots;
  self->weights = g_new0 (float, n_weights + 1);
  self->states = g_new0 (float, n_states + 1);
  self->slots = g_new0 (float, n_weights *n_slots + 1);
  self->val_loss = NAN;
  return self;
}

CjCheckpoint *
cj_checkpoint_ref (CjCheckpoint *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
cj_checkpoint_unref (CjCheckpoint *self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  g_free (self->weights);
  g_free (self->states);
  g_free (self->slots);
  g_free (self);
}

gsize
cj_checkpoint_get_bytes (const CjCheckpoint *self)
{
  return sizeof *self
         + sizeof (float) * (gsize) (self->n_weights * (1 + self->n_slots) + self->n_states);
}

static void
make_slices (CjTrainer *self)
{
  for (guint i = 0; i < cj_program_get_n_params (self->program); i++)
    {
      const CjProgramParam *param = cj_program_get_param (self->program, i);

      for (gint64 at = 0; at < param->size && !param->state && !param->frozen; at += BLOCK)
        {
          const Slice slice = { param->offset + at, MIN (BLOCK, param->size - at), param->rate };

          g_array_append_val (self->slices, slice);
        }
    }
}

CjTrainer *
cj_trainer_new (CjProgram *program, const CjTrainSetup *setup, CjFeed *feed, GError **error)
{
  CjTrainer *self;
  gint64 n_weights, n_states;

  if (feed->n_samples < (gsize) cj_program_get_batch (program))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   "Batch size %d is larger than the %" G_GSIZE_FORMAT
                   " training samples. Choose a smaller one.",
                   setup->batch, feed->n_samples);
      return NULL;
    }
  self = g_new0 (CjTrainer, 1);
  self->program = program;
  self->feed = feed;
  self->setup = cj_train_setup_dup (setup);
  self->slices = g_array_new (FALSE, FALSE, sizeof (Slice));
  make_slices (self);
  self->squares = g_new0 (double, self->slices->len + 1);
  self->order = g_new (guint32, feed->n_samples + 1);
  cj_program_get_weights (program, &n_weights);
  cj_program_get_states (program, &n_states);
  self->now = cj_checkpoint_new (n_weights, n_states,
                                 setup->optimizer->n_slots + (setup->average > 0 ? 1 : 0));
  if (setup->average > 0)
    self->spare = g_new (float, n_weights + 1);
  return self;
}

void
cj_trainer_free (CjTrainer *self)
{
  cj_train_setup_free (self->setup);
  g_array_unref (self->slices);
  cj_checkpoint_unref (self->now);
  g_free (self->squares);
  g_free (self->order);
  g_free (self->spare);
  g_free (self);
}

gboolean
cj_trainer_set (CjTrainer *self, const char *name, const char *text, GError **error)
{
  g_autofree char *before = cj_train_setup_print (self->setup, name);

  if (g_strcmp0 (before, text) == 0)
    return TRUE;
  if (g_str_equal (name, "optimizer") || g_str_equal (name, "batch")
      || g_str_equal (name, "average"))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   "“%s” cannot change while a run goes on. Reset the run first.", name);
      return FALSE;
    }
  return cj_train_setup_set (self->setup, name, text, error);
}

guint64
cj_trainer_get_step (const CjTrainer *self)
{
  return self->now->step;
}

guint
cj_trainer_get_epoch (const CjTrainer *self)
{
  return self->now->epoch;
}

guint
cj_trainer_get_steps_per_epoch (const CjTrainer *self)
{
  return (guint) (self->feed->n_samples / (gsize) cj_program_get_batch (self->program));
}

guint64
cj_trainer_get_n_steps (const CjTrainer *self)
{
  return (guint64) self->setup->epochs * cj_trainer_get_steps_per_epoch (self);
}

/* Eight sums side by side, added in a fixed order. */
CJ_CLONES static double
sum_squares (const float *g, gint64 n)
{
  double sums[8] = { 0 }, sum = 0;
  gint64 i = 0;

  for (; i + 8 <= n; i += 8)
    for (int k = 0; k < 8; k++)
      sums[k] += (double) g[i + k] * g[i + k];
  for (; i < n; i++)
    sum += (double) g[i] * g[i];
  for (int k = 0; k < 8; k++)
    sum += sums[k];
  return sum;
}

static void
square_slice (gpointer data, guint chunk)
{
  CjTrainer *self = data;
  const Slice *slice = &g_array_index (self->slices, Slice, chunk);

  self->squares[chunk]
      = sum_squares (cj_program_get_gradients (self->program) + slice->offset, slice->n);
}

static void
update_slice (gpointer data, guint chunk)
{
  CjTrainer *self = data;
  const Slice *slice = &g_array_index (self->slices, Slice, chunk);
  const CjOptimizerInfo *info = self->setup->optimizer;
  float *g = cj_program_get_gradients (self->program) + slice->offset;
  const float limit = (float) self->setup->clip_value, scale = (float) self->clip;
  CjOptimizerSlice s = { .w = cj_program_get_weights (self->program, NULL) + slice->offset,
                         .g = g,
                         .n = slice->n,
                         .rate = self->rate * slice->rate,
                         .t = self->now->step + 1,
                         .scalars = self->now->scalars };

  if (scale < 1)
    for (gint64 i = 0; i < s.n; i++)
      g[i] *= scale;
  if (limit > 0)
    for (gint64 i = 0; i < s.n; i++)
      g[i] = CLAMP (g[i], -limit, limit);
  for (guint k = 0; k < info->n_slots; k++)
    s.slots[k] = self->now->slots + k * self->now->n_weights + slice->offset;
  info->update (self->setup->optimizer_params, &s);
  if (self->spare != NULL)
    {
      float *average = self->now->slots + info->n_slots * self->now->n_weights + slice->offset;
      const float keep = self->now->step == 0 ? 0 : (float) self->setup->average;

      for (gint64 i = 0; i < s.n; i++)
        average[i] = keep * average[i] + (1 - keep) * s.w[i];
    }
}

/* Sums of a score over rows: what is right of how many, or what R² needs. */
typedef struct
{
  double right, count, residual, sum, squares;
} Tally;

static void
tally_classes (const float *z, const CjShape *shape, const gint32 *target, gint64 n,
               gint32 *classes, Tally *tally)
{
  const gint64 k = shape->dims[shape->n_dims - 1];
  const gint64 rows = n * (cj_shape_size (shape) / MAX (shape->dims[0] * k, 1));

  for (gint64 i = 0; i < rows; i++)
    {
      gint32 best = 0;

      for (gint32 j = 1; j < k; j++)
        if (z[i * k + j] > z[i * k + best])
          best = j;
      if (target[i] >= 0)
        {
          tally->right += best == target[i];
          tally->count++;
        }
      if (classes != NULL && rows == n)
        classes[i] = best;
    }
}

static void
tally_values (const float *z, const CjShape *shape, const float *target, gint64 n, Tally *tally)
{
  const gint64 size = n * (cj_shape_size (shape) / MAX (shape->dims[0], 1));

  for (gint64 i = 0; i < size; i++)
    {
      const double error = (double) z[i] - target[i];

      tally->residual += error * error;
      tally->sum += target[i];
      tally->squares += (double) target[i] * target[i];
      tally->count++;
    }
}

/* Adds the first `n` rows of the last forward. */
static void
tally_rows (CjProgram *program, gint64 n, gint32 *classes, Tally *tally)
{
  const CjTensor *y = cj_program_get_y (program);
  CjShape shape;
  const float *z = cj_program_get_prediction (program, &shape);

  if (y == NULL || shape.n_dims == 0)
    return;
  if (y->dtype == CJ_INT32
      && cj_shape_size (&y->shape) * shape.dims[shape.n_dims - 1] == cj_shape_size (&shape))
    tally_classes (z, &shape, cj_tensor_i32 (y), n, classes, tally);
  else if (y->dtype == CJ_FLOAT32 && cj_shape_size (&y->shape) == cj_shape_size (&shape))
    tally_values (z, &shape, cj_tensor_f32 (y), n, tally);
}

static double
get_share (const Tally *tally)
{
  const double spread = tally->squares - tally->sum * tally->sum / MAX (tally->count, 1);

  if (tally->squares > 0)
    return spread > 0 ? 1 - tally->residual / spread : 0;
  return tally->right / MAX (tally->count, 1);
}

static void
find_order (CjTrainer *self)
{
  CjRng rng;

  if (self->order_epoch == self->now->epoch + 1)
    return;
  for (gsize i = 0; i < self->feed->n_samples; i++)
    self->order[i] = (guint32) i;
  cj_rng_init (&rng, (guint64) self->setup->seed, CJ_RNG_SHUFFLE, self->now->epoch);
  cj_rng_shuffle (&rng, self->order, self->feed->n_samples);
  self->order_epoch = self->now->epoch + 1;
}

static void
find_rate (CjTrainer *self)
{
  const CjScheduleTime time = { .step = self->now->step,
                                .n_steps = cj_trainer_get_n_steps (self),
                                .steps_per_epoch = cj_trainer_get_steps_per_epoch (self),
                                .rate = self->setup->learning_rate,
                                .loss = self->now->val_loss,
                                .validated = self->now->validated };

  self->rate
      = self->setup->schedule->get_rate (self->setup->schedule_params, &time, self->now->schedule);
  self->now->validated = FALSE;
}

static void
update (CjTrainer *self, CjStepReport *report)
{
  CjPool *pool = cj_program_get_pool (self->program);
  const CjOptimizerInfo *info = self->setup->optimizer;
  double squares = 0;

  cj_pool_run (pool, self->slices->len, square_slice, self);
  for (guint i = 0; i < self->slices->len; i++)
    squares += self->squares[i];
  report->norm = sqrt (squares);
  self->clip
      = self->setup->clip_norm > 0 ? MIN (1, self->setup->clip_norm / (report->norm + 1e-6)) : 1;
  find_rate (self);
  if (info->begin != NULL)
    info->begin (self->setup->optimizer_params, self->now->step + 1, self->rate,
                 self->now->scalars);
  cj_pool_run (pool, self->slices->len, update_slice, self);
  report->rate = self->rate;
}

static void
count_step (CjTrainer *self, CjStepReport *report)
{
  CjCheckpoint *now = self->now;

  now->step++;
  now->position++;
  now->sum.loss += report->score.loss;
  now->sum.accuracy += report->score.accuracy;
  report->epoch_score
      = (CjScore){ now->sum.loss / now->position, now->sum.accuracy / now->position };
  report->epoch_ended = now->position == cj_trainer_get_steps_per_epoch (self);
  if (report->epoch_ended)
    {
      now->epoch++;
      now->position = 0;
      now->sum = (CjScore){ 0 };
    }
}

gboolean
cj_trainer_step (CjTrainer *self, CjStepReport *report, GError **error)
{
  const guint batch = (guint) cj_program_get_batch (self->program);
  const guint64 seed = (guint64) self->setup->seed;
  Tally tally = { 0 };
  float loss;

  find_order (self);
  self->feed->fill (self->feed, self->order + (gsize) self->now->position * batch, batch,
                    self->now->epoch, seed, cj_program_get_x (self->program),
                    cj_program_get_y (self->program));
  loss = cj_program_forward (self->program, TRUE, batch, seed, self->now->step);
  if (!isfinite (loss))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_NUMBER,
                   "The loss is no longer a number in step %" G_GUINT64_FORMAT
                   ". Go back to an earlier step and use a smaller learning rate.",
                   self->now->step + 1);
      return FALSE;
    }
  tally_rows (self->program, batch, NULL, &tally);
  report->score = (CjScore){ loss, get_share (&tally) };
  cj_program_backward (self->program);
  update (self, report);
  count_step (self, report);
  return TRUE;
}

CjScore
cj_evaluate (CjProgram *program, CjFeed *feed, gint32 *predicted)
{
  const guint batch = (guint) cj_program_get_batch (program);
  g_autofree guint32 *indices = g_new0 (guint32, batch);
  g_autofree gint32 *classes = g_new0 (gint32, batch);
  CjScore score = { 0 };
  Tally tally = { 0 };

  for (gsize begin = 0; begin < feed->n_samples; begin += batch)
    {
      const guint n = (guint) MIN (batch, feed->n_samples - begin);

      for (guint i = 0; i < batch; i++)
        indices[i] = (guint32) (begin + MIN (i, n - 1));
      feed->fill (feed, indices, batch, 0, 0, cj_program_get_x (program),
                  cj_program_get_y (program));
      score.loss += (double) cj_program_forward (program, FALSE, n, 0, 0) * n;
      tally_rows (program, n, classes, &tally);
      if (predicted != NULL)
        memcpy (predicted + begin, classes, sizeof (gint32) * n);
    }
  score.loss /= (double) MAX (feed->n_samples, 1);
  score.accuracy = get_share (&tally);
  return score;
}

CjScore
cj_trainer_evaluate (CjTrainer *self, CjFeed *feed, gint32 *predicted)
{
  float *weights = cj_program_get_weights (self->program, NULL);
  const gsize size = sizeof (float) * (gsize) self->now->n_weights;
  const gboolean average = self->spare != NULL && self->now->step > 0;
  CjScore score;

  if (average)
    {
      memcpy (self->spare, weights, size);
      memcpy (weights, self->now->slots + self->setup->optimizer->n_slots * self->now->n_weights,
              size);
    }
  score = cj_evaluate (self->program, feed, predicted);
  if (average)
    memcpy (weights, self->spare, size);
  return score;
}

void
cj_trainer_set_validation (CjTrainer *self, CjScore score)
{
  self->now->val_loss = score.loss;
  self->now->validated = TRUE;
}

CjCheckpoint *
cj_trainer_save (CjTrainer *self)
{
  const CjCheckpoint *now = self->now;
  CjCheckpoint *copy = cj_checkpoint_new (now->n_weights, now->n_states, now->n_slots);
  float *arrays[3] = { copy->weights, copy->states, copy->slots };

  *copy = *now;
  copy->ref_count = 1;
  copy->weights = arrays[0];
  copy->states = arrays[1];
  copy->slots = arrays[2];
  memcpy (copy->weights, cj_program_get_weights (self->program, NULL),
          sizeof (float) * (gsize) now->n_weights);
  memcpy (copy->states, cj_program_get_states (self->program, NULL),
          sizeof (float) * (gsize) now->n_states);
  memcpy (copy->slots, now->slots, sizeof (float) * (gsize) (now->n_weights * now->n_slots));
  return copy;
}

gboolean
cj_trainer_load (CjTrainer *self, const CjCheckpoint *from, GError **error)
{
  CjCheckpoint *now = self->now;
  float *arrays[3] = { now->weights, now->states, now->slots };

  if (from->n_weights != now->n_weights || from->n_states != now->n_states
      || from->n_slots != now->n_slots)
    {
      g_set_error (
          error, CJ_ERROR, CJ_ERROR_GRAPH,
          "The checkpoint is of another network or optimizer. Undo the changes made since, "
          "or start a new run.");
      return FALSE;
    }
  *now = *from;
  now->ref_count = 1;
  now->weights = arrays[0];
  now->states = arrays[1];
  now->slots = arrays[2];
  memcpy (cj_program_get_weights (self->program, NULL), from->weights,
          sizeof (float) * (gsize) from->n_weights);
  memcpy (cj_program_get_states (self->program, NULL), from->states,
          sizeof (float) * (gsize) from->n_states);
  memcpy (now->slots, from->slots, sizeof (float) * (gsize) (from->n_weights * from->n_slots));
  self->order_epoch = 0;
  return TRUE;
}
