/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-trainer-private.h"

#include "cj-error.h"
#include "cj-math.h"
#include "cj-memory.h"

#include <float.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define BLOCK 16384 /* weights a slice; fixed, so that sums over slices have a fixed order */

typedef struct
{
  gint64 offset, n;
  double rate;
} Slice;

/* A tensor is cut into eighths, or eighths of eighths, as its gradient is made: then a thread updates what
 * it has computed, and finds it in its cache. */
static void
cut_param (const CjProgramParam *param, GArray *slices)
{
  const gint64 parts = CJ_POOL_PARTS * ((param->size - 1) / (CJ_POOL_PARTS * BLOCK) + 1);
  const gint64 n = param->size > BLOCK ? (param->size / parts + 15) / 16 * 16 : param->size;

  for (gint64 at = 0; at < param->size; at += n)
    {
      const Slice slice = { param->offset + at, MIN (n, param->size - at), param->rate };

      g_array_append_val (slices, slice);
    }
}

/* Small neighbours that learn alike go together: the zeros between them stay zeros. */
static gboolean
join_slices (Slice *last, const CjProgramParam *param)
{
  if (last->rate != param->rate || last->offset > param->offset
      || param->offset - (last->offset + last->n) >= CJ_PROGRAM_ALIGN
      || param->offset + param->size - last->offset > BLOCK)
    return FALSE;
  last->n = param->offset + param->size - last->offset;
  return TRUE;
}

/* Puts the slices so that an eighth of the list has an eighth of every tensor. */
static void
make_slices (CjTrainer *self)
{
  const guint n_params = cj_program_get_n_params (self->program);
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (Slice));
  g_autofree guint *begins = g_new0 (guint, n_params + 1);

  for (guint i = 0; i < n_params; i++)
    {
      const CjProgramParam *param = cj_program_get_param (self->program, i);
      Slice *last = all->len > 0 ? &g_array_index (all, Slice, all->len - 1) : NULL;

      begins[i] = all->len;
      if (!param->state && !param->frozen && (last == NULL || !join_slices (last, param)))
        cut_param (param, all);
      begins[i + 1] = all->len;
    }
  for (guint share = 0; share < CJ_POOL_PARTS; share++)
    for (guint i = 0; i < n_params; i++)
      {
        const guint n = begins[i + 1] - begins[i];

        g_array_append_vals (self->slices,
                             &g_array_index (all, Slice, begins[i] + n * share / CJ_POOL_PARTS),
                             n * (share + 1) / CJ_POOL_PARTS - n * share / CJ_POOL_PARTS);
      }
}

/* The optimizer's memory and the weights put aside while the average is in place. */
gint64
cj_trainer_count_bytes (const CjProgram *program, const CjTrainSetup *setup)
{
  const CjProgramCost cost = cj_program_get_cost (program);
  const gint64 arrays = cj_train_setup_count_slots (setup) + (setup->average > 0 ? 1 : 0)
                        + (setup->pruning.method > 0 ? 3 : 0) /* scores, keys and bytes */
                        + (setup->continual.remedy == CJ_REMEDY_EWC  ? 1
                           : setup->continual.remedy == CJ_REMEDY_SI ? 2
                                                                     : 0);

  return cost.peak_bytes + (gint64) sizeof (float) * cost.n_params * arrays;
}

CjTrainer *
cj_trainer_new (CjProgram *program, const CjTrainSetup *setup, CjFeed *feed, GError **error)
{
  const gsize batch = (gsize) cj_program_get_batch (program);
  const gsize n_samples = feed->n_samples / MAX (feed->n_tasks, 1);
  gsize room = n_samples;
  CjTrainer *self;

  if (n_samples < batch)
    {
      g_set_error (
          error, CJ_ERROR, CJ_ERROR_PARAM,
          _ ("Batch size %d is larger than the %zu training samples. Choose a smaller one."),
          setup->batch, n_samples);
      return NULL;
    }
  if (!cj_memory_check (cj_trainer_count_bytes (program, setup), _ ("Training"), setup->batch,
                        error))
    return NULL;
  self = g_new0 (CjTrainer, 1);
  self->program = program;
  self->feed = feed;
  self->setup = cj_train_setup_dup (setup);
  self->slices = g_array_new (FALSE, FALSE, sizeof (Slice));
  make_slices (self);
  self->squares = g_new0 (double, self->slices->len + 1);
  for (guint t = 0; t < feed->n_tasks; t++)
    room = MAX (room, feed->tasks[t + 1] - feed->tasks[t]);
  self->order = g_new (guint32, room + 1);
  self->rows = g_new (guint32, 2 * batch);
  self->table = cj_table_new (program);
  cj_metrics_begin (&self->nothing_seen, program);
  self->at.val_loss = NAN;
  self->at.best_loss = INFINITY;
  self->n_slots = cj_train_setup_count_slots (setup);
  self->slots = g_new0 (float, self->table->n_weights * self->n_slots + 1);
  self->states_before = g_new (float, self->table->n_states + 1);
  self->params = g_malloc0 (setup->optimizer->params_size + 1);
  if (setup->average > 0)
    self->spare = g_new (float, self->table->n_weights + 1);
  if (setup->pruning.method > 0)
    self->mask = cj_mask_new (program);
  if (setup->continual.remedy == CJ_REMEDY_EWC)
    self->measured = g_new0 (float, self->table->n_weights + 1);
  if (setup->continual.remedy == CJ_REMEDY_SI)
    {
      self->slope = g_new0 (float, self->table->n_weights + 1);
      self->before = g_new0 (float, self->table->n_weights + 1);
    }
  return self;
}

void
cj_trainer_free (CjTrainer *self)
{
  cj_train_setup_free (self->setup);
  g_array_unref (self->slices);
  cj_table_unref (self->table);
  g_clear_pointer (&self->mask, cj_mask_free);
  g_free (self->squares);
  g_free (self->params);
  g_free (self->order);
  g_free (self->rows);
  g_free (self->memory);
  g_free (self->measured);
  g_free (self->slope);
  g_free (self->before);
  g_free (self->slots);
  g_free (self->spare);
  g_free (self->states_before);
  g_free (self->features.network);
  g_free (self->features.rows);
  g_free (self);
}

void
cj_trainer_set_adversary (CjTrainer *self, CjAdversary *adversary)
{
  self->adversary = adversary;
  cj_trainer_forget_features (self);
}

void
cj_trainer_set_fisher (CjTrainer *self, CjFisher *fisher)
{
  self->fisher = fisher;
}

gboolean
cj_trainer_set (CjTrainer *self, const char *name, const char *text, GError **error)
{
  g_autofree char *before = cj_train_setup_print (self->setup, name);

  if (g_strcmp0 (before, text) == 0)
    return TRUE;
  if (!cj_train_setup_is_live (self->setup, name))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("“%s” cannot change while a run goes on. Reset the run first."), name);
      return FALSE;
    }
  if (!cj_train_setup_set (self->setup, name, text, error))
    return FALSE;
  cj_trainer_forget_features (self);
  if (g_str_equal (name, "schedule"))
    memset (self->at.schedule, 0, sizeof self->at.schedule);
  return TRUE;
}

gboolean
cj_trainer_set_setup (CjTrainer *self, const CjTrainSetup *setup)
{
  if (!cj_train_setup_learns_alike (setup, self->setup)
      || setup->optimizer != self->setup->optimizer || setup->batch != self->setup->batch
      || cj_train_setup_get_slots (setup) != cj_train_setup_get_slots (self->setup)
      || (setup->pruning.method > 0 && self->mask == NULL)
      || (setup->attack > 0) != (self->adversary != NULL)
      || cj_train_setup_count_slots (setup) != self->n_slots)
    return FALSE;
  if (setup->schedule != self->setup->schedule)
    memset (self->at.schedule, 0, sizeof self->at.schedule);
  cj_train_setup_free (self->setup);
  self->setup = cj_train_setup_dup (setup);
  self->order_epoch = self->memory_task = 0;
  cj_trainer_forget_features (self);
  return TRUE;
}

const CjPlace *
cj_trainer_get_place (const CjTrainer *self)
{
  return &self->at;
}

const CjTrainSetup *
cj_trainer_get_setup (const CjTrainer *self)
{
  return self->setup;
}

guint
cj_trainer_get_steps_per_epoch (const CjTrainer *self)
{
  return (guint) (self->feed->n_samples / MAX (self->feed->n_tasks, 1)
                  / (gsize) cj_program_get_batch (self->program));
}

guint64
cj_trainer_get_n_steps (const CjTrainer *self)
{
  const guint64 steps = (guint64) self->setup->epochs * cj_trainer_get_steps_per_epoch (self);

  return cj_trainer_has_tasks (self)
             ? cj_trainer_get_task_end (self) + (self->feed->n_tasks - 1 - self->at.task) * steps
             : steps;
}

gboolean
cj_trainer_has_ended (const CjTrainer *self)
{
  return self->at.step >= cj_trainer_get_n_steps (self)
         || (self->setup->patience > 0 && self->at.n_worse >= (guint) self->setup->patience);
}

/* Squares are summed in lanes, so that the loop becomes vector code with one fixed order. */
#define LANES 16

CJ_CLONES static double
sum_squares (const float *g, gint64 n)
{
  double lanes[LANES] = { 0 }, sum = 0;
  gint64 i = 0;

  for (; i + LANES <= n; i += LANES)
    for (guint k = 0; k < LANES; k++)
      lanes[k] += (double) g[i + k] * g[i + k];
  for (; i < n; i++)
    sum += (double) g[i] * g[i];
  for (guint width = LANES / 2; width > 0; width /= 2)
    for (guint k = 0; k < width; k++)
      lanes[k] += lanes[k + width];
  return sum + lanes[0];
}

CJ_CLONES static gboolean
are_finite (const float *w, gint64 n)
{
  int bad = 0;

  for (gint64 i = 0; i < n; i++)
    bad |= !(fabsf (w[i]) <= FLT_MAX);
  return !bad;
}

CJ_CLONES static void
clip (float *g, gint64 n, float scale, float limit)
{
  for (gint64 i = 0; i < n && scale < 1; i++)
    g[i] *= scale;
  for (gint64 i = 0; i < n && limit > 0; i++)
    g[i] = g[i] > limit ? limit : g[i] < -limit ? -limit : g[i];
}

CJ_CLONES static void
add_to_average (float *restrict average, const float *restrict w, gint64 n, float keep)
{
  for (gint64 i = 0; i < n; i++)
    average[i] = keep * average[i] + (1 - keep) * w[i];
}

/* A young average forgets faster, so that the first weights do not linger in it; as in TensorFlow's
 * ExponentialMovingAverage with num_updates. */
static float
find_keep (double decay, guint64 step)
{
  return step == 0 ? 0 : (float) MIN (decay, (1.0 + (double) step) / (10.0 + (double) step));
}

static float *
get_average (const CjTrainer *self)
{
  return cj_trainer_get_kind (self, CJ_SLOT_AVERAGE);
}

/* What is held about a slice, NULL: nothing. */
static const guint8 *
get_flags (const CjTrainer *self, gint64 offset)
{
  return self->masked ? cj_mask_get_flags (self->mask) + offset : NULL;
}

CJ_CLONES static void
add_movement (float *restrict moved, const float *restrict w, const float *restrict g, gint64 n)
{
  for (gint64 i = 0; i < n; i++)
    moved[i] -= w[i] * g[i];
}

static void
square_slice (gpointer data, guint chunk, guint thread)
{
  CjTrainer *self = data;
  const Slice *slice = &g_array_index (self->slices, Slice, chunk);
  float *g = cj_program_get_gradients (self->program) + slice->offset;
  const guint8 *flags = get_flags (self, slice->offset);

  (void) thread;
  cj_trainer_hold_slice (self, slice->offset, slice->n);
  if (flags != NULL)
    cj_mask_hold_gradients (flags, g, slice->n);
  self->squares[chunk] = sum_squares (g, slice->n);
}

static void
update_slice (gpointer data, guint chunk, guint thread)
{
  CjTrainer *self = data;
  const Slice *slice = &g_array_index (self->slices, Slice, chunk);
  const CjOptimizerInfo *info = self->setup->optimizer;
  float *g = cj_program_get_gradients (self->program) + slice->offset;
  CjOptimizerSlice s = { .w = cj_program_get_weights (self->program, NULL) + slice->offset,
                         .g = g,
                         .n = slice->n,
                         .rate = self->rate * slice->rate,
                         .t = self->at.step - self->at.origin + 1,
                         .scalars = self->at.scalars };
  const guint8 *flags = get_flags (self, slice->offset);
  float *moved = cj_trainer_get_kind (self, CJ_SLOT_MOVEMENT);

  (void) thread;
  if (moved != NULL)
    add_movement (moved + slice->offset, s.w, g, s.n);
  clip (g, s.n, (float) self->clip, (float) self->setup->clip_value);
  for (guint k = 0; k < cj_trainer_count_kept (self); k++)
    s.slots[k] = self->slots + k * self->table->n_weights + slice->offset;
  info->update (self->params, &s);
  if (flags != NULL)
    cj_mask_hold_weights (flags, s.w, s.n);
  for (guint k = 0; flags != NULL && k < cj_trainer_count_kept (self); k++)
    cj_mask_hold_gradients (flags, s.slots[k], s.n);
  cj_trainer_follow_slice (self, slice->offset, slice->n);
  /* while they are at hand: it costs next to nothing */
  self->squares[chunk] = are_finite (s.w, s.n) ? 0 : NAN;
  if (self->spare != NULL)
    add_to_average (get_average (self) + slice->offset, s.w, s.n,
                    find_keep (self->setup->average, self->at.step - self->at.origin));
}

static void
find_order (CjTrainer *self)
{
  const gsize first = cj_trainer_get_first (self), n = cj_trainer_count_samples (self);
  CjRng rng;

  if (self->order_epoch == self->at.epoch + 1)
    return;
  for (gsize i = 0; i < n; i++)
    self->order[i] = (guint32) (first + i);
  cj_rng_init (&rng, (guint64) self->setup->seed, CJ_RNG_SHUFFLE, self->at.epoch);
  cj_rng_shuffle (&rng, self->order, n);
  self->order_epoch = self->at.epoch + 1;
}

/* Learning rate and momentum of the step; a round that begins with old weights is a run of its own. */
static void
find_rate (CjTrainer *self)
{
  const CjTrainSetup *setup = self->setup;
  const CjPruneTime now = cj_trainer_get_time (self);
  const guint64 round_end = cj_pruning_get_round_end (&setup->pruning, &now);
  const guint64 end
      = cj_trainer_has_tasks (self) ? MIN (round_end, cj_trainer_get_task_end (self)) : round_end;
  const CjScheduleTime time = { .step = self->at.step - self->at.origin,
                                .n_steps = end - self->at.origin,
                                .steps_per_epoch = cj_trainer_get_steps_per_epoch (self),
                                .loss = self->at.val_loss,
                                .validated = self->at.validated };
  const CjRate rate = cj_train_setup_get_rate (setup, &time, self->at.schedule);

  self->rate = rate.rate;
  self->at.validated = FALSE;
  memcpy (self->params, setup->optimizer_params, setup->optimizer->params_size);
  if (setup->optimizer->momentum != NULL && isfinite (rate.momentum))
    cj_params_set_float (setup->optimizer->params, self->params, setup->optimizer->momentum,
                         rate.momentum);
}

static gboolean
update (CjTrainer *self, CjStepReport *report, GError **error)
{
  CjPool *pool = cj_program_get_pool (self->program);
  const CjOptimizerInfo *info = self->setup->optimizer;
  double squares = 0;

  cj_pool_run (pool, self->slices->len, square_slice, self);
  for (guint i = 0; i < self->slices->len; i++)
    squares += self->squares[i];
  report->norm = sqrt (squares);
  if (!isfinite (squares))
    {
      const CjProgramParam *bad = cj_program_find_bad_gradient (self->program);

      g_set_error (error, CJ_ERROR, CJ_ERROR_NUMBER,
                   _ ("The gradient of “%s” is no longer a number in step %llu. Go back to an "
                      "earlier step and use a smaller learning rate, or clip the gradient."),
                   bad != NULL ? bad->name : _ ("the loss"),
                   (unsigned long long) (self->at.step + 1));
      return FALSE;
    }
  self->clip
      = self->setup->clip_norm > 0 ? MIN (1, self->setup->clip_norm / (report->norm + 1e-6)) : 1;
  find_rate (self);
  if (info->begin != NULL)
    info->begin (self->params, self->at.step - self->at.origin + 1, self->rate, self->at.scalars);
  cj_pool_run (pool, self->slices->len, update_slice, self);
  for (guint i = 0; i < self->slices->len; i++)
    report->burst |= isnan (self->squares[i]) != 0;
  report->rate = self->rate;
  return TRUE;
}

static void
count_step (CjTrainer *self, CjStepReport *report)
{
  CjPlace *now = &self->at;

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
      now->task_epoch += cj_trainer_has_tasks (self);
      now->position = 0;
      now->sum = (CjScore){ 0 };
    }
}

/* Fills the batch of this step, and tells the feed which comes next in the epoch. */
static gboolean
fetch (CjTrainer *self, GError **error)
{
  const guint batch = (guint) cj_program_get_batch (self->program);
  const guint64 seed = (guint64) self->setup->seed;
  const guint32 *rows = cj_trainer_find_rows (self, self->at.position, self->at.step, FALSE);
  CjFeed *feed = self->feed;

  self->features.used
      = cj_trainer_ask_features (self, feed) && cj_trainer_recall (self, feed, rows);
  if (!self->features.used)
    feed->fill (feed, rows, batch, self->at.epoch, seed, cj_program_get_x (self->program),
                cj_program_get_y (self->program));
  if (feed->problem != NULL)
    {
      g_set_error_literal (error, CJ_ERROR, CJ_ERROR_FILE, feed->problem);
      return FALSE;
    }
  if (feed->expect != NULL && self->at.position + 1 < cj_trainer_get_steps_per_epoch (self))
    feed->expect (feed, cj_trainer_find_rows (self, self->at.position + 1, self->at.step + 1, TRUE),
                  batch, self->at.epoch, seed);
  return TRUE;
}

/* The loss of the batch; what frozen layers made of it is remembered, unless it was. */
static float
forward (CjTrainer *self)
{
  const guint batch = (guint) cj_program_get_batch (self->program);
  const guint64 seed = (guint64) self->setup->seed;
  float loss;

  if (self->features.used)
    return cj_program_forward_from_border (self->program, TRUE, batch, seed, self->at.step);
  loss = cj_program_forward (self->program, TRUE, batch, seed, self->at.step);
  if (self->features.kept && isfinite (loss))
    cj_trainer_keep (self, self->feed,
                     cj_trainer_find_rows (self, self->at.position, self->at.step, FALSE));
  return loss;
}

gboolean
cj_trainer_step (CjTrainer *self, CjStepReport *report, GError **error)
{
  const guint batch = (guint) cj_program_get_batch (self->program);
  const gsize states = sizeof (float) * (gsize) self->table->n_states;
  float *now = cj_program_get_states (self->program, NULL);
  CjMetrics metrics;
  float loss;

  if (!cj_trainer_turn (self, error))
    return FALSE;
  find_order (self);
  if (self->spare != NULL && self->at.step == 0) /* what is frozen has its average from here */
    memcpy (get_average (self), cj_program_get_weights (self->program, NULL),
            sizeof (float) * (gsize) self->table->n_weights);
  memcpy (self->states_before, now, states);
  if (!fetch (self, error))
    return FALSE;
  if (self->mask != NULL)
    cj_trainer_prune (self);
  if (self->adversary != NULL)
    cj_adversary_attack (self->adversary, self->program, self->setup, self->at.step);
  loss = forward (self);
  if (!isfinite (loss))
    {
      memcpy (now, self->states_before, states);
      g_set_error (error, CJ_ERROR, CJ_ERROR_NUMBER,
                   _ ("The loss is no longer a number in step %llu. Go back to an earlier step and "
                      "use a smaller learning rate."),
                   (unsigned long long) (self->at.step + 1));
      return FALSE;
    }
  metrics = self->nothing_seen;
  cj_metrics_add (&metrics, batch);
  report->score = (CjScore){ loss, cj_metrics_get_share (&metrics) };
  report->burst = FALSE;
  cj_program_backward (self->program);
  if (!update (self, report, error))
    {
      memcpy (now, self->states_before, states);
      return FALSE;
    }
  count_step (self, report);
  return TRUE;
}

/* The mean loss of a batch, of which `n` samples count. `trainer`, NULL: the feed remembers nothing. */
static double
evaluate_batch (CjProgram *program, CjFeed *feed, CjTrainer *trainer, const guint32 *indices,
                guint n)
{
  float loss;

  if (trainer != NULL && cj_trainer_recall (trainer, feed, indices))
    return (double) cj_program_forward_from_border (program, FALSE, n, 0, 0);
  feed->fill (feed, indices, (guint) cj_program_get_batch (program), 0, 0,
              cj_program_get_x (program), cj_program_get_y (program));
  loss = cj_program_forward (program, FALSE, n, 0, 0);
  if (trainer != NULL && feed->problem == NULL && isfinite (loss))
    cj_trainer_keep (trainer, feed, indices);
  return (double) loss;
}

/* Adds samples [begin, end) of a feed to `metrics`, and to `also` unless it is NULL; their mean loss. */
static double
evaluate (CjProgram *program, CjFeed *feed, CjTrainer *trainer, gsize begin, gsize end,
          CjMetrics *metrics, CjMetrics *also)
{
  const guint batch = (guint) cj_program_get_batch (program);
  g_autofree guint32 *indices = g_new0 (guint32, batch);
  double loss = 0;

  for (gsize at = begin; at < end; at += batch)
    {
      const guint n = (guint) MIN (batch, end - at);

      for (guint i = 0; i < batch; i++)
        indices[i] = (guint32) (at + MIN (i, n - 1));
      loss += evaluate_batch (program, feed, trainer, indices, n) * n;
      cj_metrics_add (metrics, n);
      if (also != NULL)
        cj_metrics_add (also, n);
    }
  return loss / (double) MAX (end - begin, 1);
}

static CjScore
evaluate_all (CjProgram *program, CjFeed *feed, CjTrainer *trainer, CjMetrics *metrics)
{
  CjScore score;
  CjMetrics own;

  if (metrics == NULL)
    {
      metrics = &own;
      cj_metrics_begin (metrics, program);
    }
  score.loss = evaluate (program, feed, trainer, 0, feed->n_samples, metrics, NULL);
  if (feed->problem != NULL)
    return (CjScore){ NAN, NAN };
  score.accuracy = cj_metrics_get_share (metrics);
  return score;
}

CjScore
cj_evaluate (CjProgram *program, CjFeed *feed, CjMetrics *metrics)
{
  return evaluate_all (program, feed, NULL, metrics);
}

CjScore
cj_evaluate_tasks (CjProgram *program, CjFeed *feed, guint n_tasks, CjMetrics *metrics,
                   CjScore *scores)
{
  CjScore mean = { 0 };

  for (guint t = 0; t < n_tasks; t++)
    {
      CjMetrics own;

      cj_metrics_begin (&own, program);
      scores[t].loss
          = evaluate (program, feed, NULL, feed->tasks[t], feed->tasks[t + 1], &own, metrics);
      scores[t].accuracy = cj_metrics_get_share (&own);
      mean.loss += scores[t].loss / n_tasks;
      mean.accuracy += scores[t].accuracy / n_tasks;
    }
  return feed->problem != NULL ? (CjScore){ NAN, NAN } : mean;
}

/* Puts the averaged weights, if there are any, in the place of the weights; and back. */
static void
use_average (CjTrainer *self, gboolean use)
{
  float *weights = cj_program_get_weights (self->program, NULL);
  const gsize size = sizeof (float) * (gsize) self->table->n_weights;

  if (self->spare == NULL || self->at.step == 0)
    return;
  if (use)
    memcpy (self->spare, weights, size);
  memcpy (weights, use ? get_average (self) : self->spare, size);
}

CjScore
cj_trainer_evaluate (CjTrainer *self, CjFeed *feed, CjMetrics *metrics)
{
  CjScore score;

  use_average (self, TRUE);
  score = evaluate_all (self->program, feed, cj_trainer_ask_features (self, feed) ? self : NULL,
                        metrics);
  use_average (self, FALSE);
  return score;
}

CjScore
cj_trainer_evaluate_tasks (CjTrainer *self, CjFeed *feed, guint n_tasks, CjMetrics *metrics,
                           CjScore *scores)
{
  CjScore score;

  use_average (self, TRUE);
  score = cj_evaluate_tasks (self->program, feed, n_tasks, metrics, scores);
  use_average (self, FALSE);
  return score;
}

gboolean
cj_trainer_set_validation (CjTrainer *self, CjScore score)
{
  const double loss = self->setup->judge == CJ_JUDGE_LOSS ? score.loss : 1 - score.accuracy;
  const gboolean best = loss < self->at.best_loss; /* never what is no number */

  self->at.val_loss = loss;
  self->at.validated = TRUE;
  if (cj_trainer_has_tasks (self))
    return FALSE;
  self->at.n_worse = best ? 0 : self->at.n_worse + 1;
  if (best)
    {
      self->at.best_loss = loss;
      self->at.best_step = self->at.step;
    }
  return best;
}

void
cj_trainer_set_n_commands (CjTrainer *self, guint n_commands)
{
  self->at.n_commands = n_commands;
}

static void
copy_program (CjTrainer *self, CjCheckpoint *to)
{
  to->at = self->at;
  to->plan = cj_program_get_plan (self->program);
  memcpy (to->weights, cj_program_get_weights (self->program, NULL),
          sizeof (float) * (gsize) self->table->n_weights);
  memcpy (to->states, cj_program_get_states (self->program, NULL),
          sizeof (float) * (gsize) self->table->n_states);
  if (self->masked)
    memcpy (cj_checkpoint_add_flags (to), cj_mask_get_flags (self->mask),
            (gsize) self->table->n_weights);
}

CjCheckpoint *
cj_trainer_make_checkpoint (const CjTrainer *self)
{
  return cj_checkpoint_new (self->table, self->n_slots, cj_train_setup_get_slots (self->setup));
}

CjCheckpoint *
cj_trainer_save_weights (CjTrainer *self)
{
  CjCheckpoint *copy = cj_checkpoint_new (self->table, 0, 0);

  copy_program (self, copy);
  return copy;
}

CjCheckpoint *
cj_trainer_save (CjTrainer *self)
{
  CjCheckpoint *copy = cj_trainer_make_checkpoint (self);

  copy_program (self, copy);
  memcpy (copy->slots, self->slots,
          sizeof (float) * (gsize) (self->table->n_weights * self->n_slots));
  return copy;
}

gboolean
cj_trainer_load (CjTrainer *self, const CjCheckpoint *from, GError **error)
{
  if (!cj_table_equal (from->table, self->table) || from->n_slots != self->n_slots
      || from->kinds != cj_train_setup_get_slots (self->setup))
    {
      g_set_error (
          error, CJ_ERROR, CJ_ERROR_GRAPH,
          _ ("The checkpoint is of another network or optimizer. Undo the changes made since, "
             "or start a new run."));
      return FALSE;
    }
  self->at = from->at;
  self->at.position = MIN (self->at.position,
                           MAX (cj_trainer_get_steps_per_epoch (self), 1) - 1); /* other data */
  self->at.task = MIN (self->at.task, MAX (self->feed->n_tasks, 1) - 1);
  memcpy (cj_program_get_weights (self->program, NULL), from->weights,
          sizeof (float) * (gsize) self->table->n_weights);
  memcpy (cj_program_get_states (self->program, NULL), from->states,
          sizeof (float) * (gsize) self->table->n_states);
  memcpy (self->slots, from->slots,
          sizeof (float) * (gsize) (self->table->n_weights * self->n_slots));
  self->order_epoch = self->memory_task = 0;
  cj_trainer_forget_features (self);
  cj_trainer_load_mask (self, from->flags);
  return TRUE;
}

gboolean
cj_trainer_put (CjTrainer *self, const char *name, GBytes *numbers)
{
  const CjTableEntry *entry = cj_table_find (self->table, name);
  const gsize size = entry != NULL ? sizeof (float) * (gsize) entry->size : 0;
  gconstpointer from = g_bytes_get_data (numbers, NULL);

  if (entry == NULL || g_bytes_get_size (numbers) != size)
    return FALSE;
  cj_trainer_forget_features (self);
  if (entry->state)
    {
      memcpy (cj_program_get_states (self->program, NULL) + entry->offset, from, size);
      return TRUE;
    }
  memcpy (cj_program_get_weights (self->program, NULL) + entry->offset, from, size);
  if (self->spare != NULL)
    memcpy (get_average (self) + entry->offset, from, size);
  if (self->masked)
    cj_trainer_settle_mask (self);
  return TRUE;
}
