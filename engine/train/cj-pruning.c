/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-pruning.h"

#include <math.h>
#include <stddef.h>

/* In the order of the catalogue; a test compares them. */
static const char *const methods[]
    = { "none", "gradient", "magnitude", "movement", "random", NULL };
static const char *const patterns[] = { "synapse", "unit", "head", NULL };
static const char *const scopes[] = { "global", "layer", "erdos-renyi", NULL };
static const char *const courses[] = { "one-shot", "rounds", "gradual", NULL };
static const char *const rewinds[] = { "none", "start", "redraw", NULL };
static const char *const regrows[] = { "none", "random", "gradient", "sign", NULL };

#define ROW(name_, field, title_, blurb_)                                                          \
  .name = name_, .title = title_, .blurb = blurb_, .offset = offsetof (CjPruning, field)

const CjParam cj_pruning_params[] = {
  { ROW ("method", method, "Pruning",
         "Which synapses go: weakest product with the gradient, weakest, pushed to zero, any"),
    .kind = CJ_PARAM_CHOICE, .max = 4, .choices = methods },
  { ROW ("sparsity", sparsity, "Sparsity", "Share of the synapses that is gone in the end"),
    .kind = CJ_PARAM_FLOAT, .preset = 0.8, .max = 0.9999, .digits = 4, .when = "method!=none",
    .flags = CJ_PARAM_LIVE },
  { ROW ("schedule", course, "Course",
         "All at once, in rounds of training, or gradually along a cubic"),
    .kind = CJ_PARAM_CHOICE, .max = 2, .choices = courses, .when = "method!=none",
    .flags = CJ_PARAM_LIVE },
  { ROW ("begin", begin, "Begin", "Epochs before the first synapse goes"), .unit = "epochs",
    .kind = CJ_PARAM_FLOAT, .max = 1e6, .soft_max = 20, .digits = 3, .when = "method!=none",
    .flags = CJ_PARAM_LIVE },
  { ROW ("end", end, "End",
         "Epochs after which a gradual course and regrowth are done; 0: three quarters of the run"),
    .unit = "epochs", .kind = CJ_PARAM_FLOAT, .max = 1e6, .soft_max = 100, .digits = 3,
    .when = "method!=none", .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { ROW ("every", every, "Every", "Epochs from one round, cut or regrowth to the next"),
    .unit = "epochs", .kind = CJ_PARAM_FLOAT, .preset = 1, .max = 1e6, .soft_max = 10, .digits = 3,
    .when = "method!=none", .flags = CJ_PARAM_LIVE },
  { ROW ("rounds", rounds, "Rounds", "Number of rounds; each takes the same share of what is left"),
    .kind = CJ_PARAM_INT, .preset = 5, .min = 1, .max = 1000, .soft_max = 20,
    .when = "schedule=rounds", .flags = CJ_PARAM_LIVE },
  { ROW ("rewind", rewind, "Rewind",
         "What a round begins with: weights as they are, of an early step, or drawn anew"),
    .kind = CJ_PARAM_CHOICE, .max = 2, .choices = rewinds, .when = "schedule=rounds" },
  { ROW ("rewind-to", rewind_to, "Rewind to", "Epochs of training that are kept"), .unit = "epochs",
    .kind = CJ_PARAM_FLOAT, .max = 1e6, .soft_max = 5, .digits = 3, .when = "rewind=start",
    .flags = CJ_PARAM_LIVE },
  { ROW ("regrow", regrow, "Regrowth",
         "As many synapses grow again: anywhere, where the gradient is largest, for changed signs"),
    .kind = CJ_PARAM_CHOICE, .max = 3, .choices = regrows, .when = "schedule=one-shot",
    .flags = CJ_PARAM_LIVE },
  { ROW ("drop", drop, "Exchanged", "Share of the synapses that is exchanged at first"),
    .kind = CJ_PARAM_FLOAT, .preset = 0.3, .max = 1, .digits = 3, .when = "regrow!=none",
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { ROW ("pattern", pattern, "Goes as",
         "What goes together: a synapse, a unit with all it hears, or a head of attention"),
    .kind = CJ_PARAM_CHOICE, .max = 2, .choices = patterns, .when = "method!=none",
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { ROW ("scope", scope, "Compared",
         "Across the whole network, within each layer, or more spared in narrow layers"),
    .kind = CJ_PARAM_CHOICE, .max = 2, .choices = scopes, .when = "method!=none",
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { ROW ("last-share", last_share, "Last layer",
         "Share of the rate at which the layer nearest to the loss is pruned"),
    .kind = CJ_PARAM_FLOAT, .preset = 1, .max = 1, .digits = 3, .when = "scope=layer",
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { ROW ("biases", biases, "Biases too", "Prunes biases as well as synapses"),
    .kind = CJ_PARAM_BOOL, .max = 1, .when = "pattern=synapse",
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { NULL },
};

const CjPrunerInfo *
cj_pruning_get_method (const CjPruning *self)
{
  return self->method > 0 ? cj_pruners ()[self->method - 1] : NULL;
}

static guint64
count_steps (double epochs, const CjPruneTime *time)
{
  return (guint64) round (MIN (epochs * (double) time->steps_per_epoch, 1e15));
}

static guint64
get_end (const CjPruning *self, const CjPruneTime *time)
{
  return self->end > 0 ? count_steps (self->end, time) : time->n_steps - time->n_steps / 4;
}

/* The share that is gone after `done` of `rounds`, where each takes `rate` of the whole rate. */
static double
lose (const CjPruning *self, double rate, guint done)
{
  const double once = 1 - pow (1 - self->sparsity, 1.0 / MAX (self->rounds, 1));

  return 1 - pow (1 - once * rate, done);
}

static void
set_shares (const CjPruning *self, double sparsity, CjPruneDue *due)
{
  due->prunes = TRUE;
  due->sparsity = sparsity;
  due->last = sparsity * (self->scope == CJ_PRUNE_LAYER ? self->last_share : 1);
}

/* s = s_f (1 - (1 - (t - t_0) / (n Δt))³), from nothing. */
static void
get_gradual (const CjPruning *self, const CjPruneTime *time, guint64 since, guint64 every,
             CjPruneDue *due)
{
  const guint64 begin = count_steps (self->begin, time), end = get_end (self, time);
  const guint64 n = MAX ((end > begin ? end - begin : 0) / every, 1);
  const double done = (double) (since / every) / (double) n;

  if (since % every == 0)
    set_shares (self, self->sparsity * (1 - pow (1 - MIN (done, 1), 3)), due);
}

static void
get_round (const CjPruning *self, guint64 since, guint64 every, CjPruneDue *due)
{
  const guint done = (guint) MIN (since / every + 1, (guint64) self->rounds);

  if (since % every != 0)
    return;
  due->prunes = TRUE;
  due->sparsity = lose (self, 1, done);
  due->last = lose (self, self->scope == CJ_PRUNE_LAYER ? self->last_share : 1, done);
  due->rewinds = self->rewind != CJ_REWIND_NONE;
}

/* Drop fraction α/2 (1 + cos (t π / T_end)). */
static void
get_exchange (const CjPruning *self, const CjPruneTime *time, guint64 since, guint64 every,
              CjPruneDue *due)
{
  const guint64 end = get_end (self, time);

  if (self->regrow == CJ_REGROW_NONE || since == 0 || since % every != 0)
    return;
  if (self->regrow == CJ_REGROW_SIGN)
    due->exchange = 1;
  else if (time->step < end)
    due->exchange = self->drop / 2 * (1 + cos (G_PI * (double) time->step / (double) MAX (end, 1)));
}

/* What the course wants before the step, however much is gone. */
static void
follow_course (const CjPruning *self, const CjPruneTime *time, guint64 since, guint64 every,
               CjPruneDue *due)
{
  if (self->course == CJ_PRUNE_ROUNDS)
    get_round (self, since, every, due);
  else if (self->course == CJ_PRUNE_GRADUAL)
    get_gradual (self, time, since, every, due);
  else
    set_shares (self, self->sparsity, due);
  if (due->prunes && due->sparsity > time->reached)
    return;
  due->prunes = due->rewinds = FALSE;
  if (self->course == CJ_PRUNE_ONE_SHOT)
    get_exchange (self, time, since, every, due);
}

gboolean
cj_pruning_get_due (const CjPruning *self, const CjPruneTime *time, CjPruneDue *due)
{
  const guint64 begin = count_steps (self->begin, time);
  const guint64 every = MAX (count_steps (self->every, time), 1);

  *due = (CjPruneDue){ 0 };
  if (self->method == 0)
    return FALSE;
  due->remember = self->course == CJ_PRUNE_ROUNDS && self->rewind == CJ_REWIND_START
                  && time->step == count_steps (self->rewind_to, time);
  if (time->step >= begin)
    follow_course (self, time, time->step - begin, every, due);
  return due->remember || due->prunes || due->exchange > 0;
}

guint64
cj_pruning_get_round_end (const CjPruning *self, const CjPruneTime *time)
{
  const guint64 begin = count_steps (self->begin, time);
  const guint64 every = MAX (count_steps (self->every, time), 1);
  const guint64 done = time->step < begin ? 0 : (time->step - begin) / every + 1;

  if (self->method == 0 || self->course != CJ_PRUNE_ROUNDS || self->rewind == CJ_REWIND_NONE
      || done >= (guint64) self->rounds)
    return time->n_steps;
  return MIN (begin + done * every, time->n_steps);
}
