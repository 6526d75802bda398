/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-continual.h"

#include "cj-math.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

static const char *const remedies[] = { "none", "ewc", "si", "replay", NULL };
static const char *const fisher_labels[] = { "predicted", "targets", NULL };
static const char *const keeps[] = { "per-class", "reservoir", NULL };

#define ROW(name_, field, title_, blurb_)                                                          \
  .name = name_, .title = title_, .blurb = blurb_, .offset = offsetof (CjContinual, field)

const CjParam cj_continual_params[] = {
  { ROW ("remedy", remedy, "Against forgetting",
         "What keeps earlier tasks: elastic weights by their Fisher information, synaptic "
         "intelligence by what each weight did, or samples seen again; for data with tasks"),
    .kind = CJ_PARAM_CHOICE, .max = CJ_REMEDY_REPLAY, .choices = remedies },
  { ROW ("strength", strength, "Strength λ",
         "How firmly weights that mattered are held where they were"),
    .kind = CJ_PARAM_FLOAT, .preset = 1000, .max = 1e9, .soft_min = 1, .soft_max = 1e5, .digits = 2,
    .when = "remedy=ewc", .flags = CJ_PARAM_LIVE | CJ_PARAM_LOG },
  { ROW ("fisher-samples", fisher_samples, "Fisher samples",
         "Training samples of a task from which it is learned which weights matter"),
    .kind = CJ_PARAM_INT, .preset = 500, .min = 1, .max = 100000, .soft_max = 5000,
    .when = "remedy=ewc", .flags = CJ_PARAM_LIVE | CJ_PARAM_LOG },
  { ROW ("fisher-labels", fisher_labels, "Fisher classes",
         "Drawn from what the network says, which is the Fisher information, or those of the data"),
    .kind = CJ_PARAM_CHOICE, .max = CJ_FISHER_TARGETS, .choices = fisher_labels,
    .when = "remedy=ewc", .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { ROW ("path-strength", path_strength, "Strength c",
         "How firmly weights by which the loss fell are held where they were"),
    .kind = CJ_PARAM_FLOAT, .preset = 0.5, .max = 1e6, .soft_min = 0.01, .soft_max = 10,
    .digits = 3, .when = "remedy=si", .flags = CJ_PARAM_LIVE | CJ_PARAM_LOG },
  { ROW (
        "damping", damping, "Damping ξ",
        "Added to the squared way of a weight, so that one that hardly moved is not held too fast"),
    .kind = CJ_PARAM_FLOAT, .preset = 0.1, .min = 1e-9, .max = 1e3, .soft_min = 1e-4, .soft_max = 1,
    .digits = 4, .when = "remedy=si", .flags = CJ_PARAM_LIVE | CJ_PARAM_LOG | CJ_PARAM_ADVANCED },
  { ROW ("memory", memory, "Memory", "Share of the training samples that is kept to be seen again"),
    .kind = CJ_PARAM_FLOAT, .preset = 0.01, .min = 1e-6, .max = 1, .soft_min = 0.001,
    .soft_max = 0.2, .digits = 4, .when = "remedy=replay", .flags = CJ_PARAM_LOG },
  { ROW ("keep", keep, "Kept",
         "That share of every class, or a reservoir in which any sample seen has the same chance"),
    .kind = CJ_PARAM_CHOICE, .max = CJ_KEEP_RESERVOIR, .choices = keeps, .when = "remedy=replay",
    .flags = CJ_PARAM_ADVANCED },
  { ROW ("mix", mix, "Share of a batch",
         "How much of a batch is from the memory, once there is one"),
    .kind = CJ_PARAM_FLOAT, .preset = 0.5, .max = 0.9, .digits = 2, .when = "remedy=replay",
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

double
cj_continual_get_factor (const CjContinual *self)
{
  return self->remedy == CJ_REMEDY_EWC  ? self->strength / 2
         : self->remedy == CJ_REMEDY_SI ? self->path_strength
                                        : 0;
}

double
cj_continual_get_penalty (double factor, const float *importance, const float *anchor,
                          const float *w, gint64 n)
{
  double sum = 0;

  for (gint64 i = 0; i < n; i++)
    {
      const double way = (double) w[i] - anchor[i];

      sum += importance[i] * way * way;
    }
  return factor * sum;
}

CJ_CLONES void
cj_continual_add_gradient (double factor, const float *restrict importance,
                           const float *restrict anchor, const float *restrict w, float *restrict g,
                           gint64 n)
{
  const float twice = (float) (2 * factor);

  for (gint64 i = 0; i < n; i++)
    g[i] += twice * importance[i] * (w[i] - anchor[i]);
}

CJ_CLONES void
cj_continual_add_path (float *restrict path, const float *restrict g, const float *restrict before,
                       const float *restrict after, gint64 n)
{
  for (gint64 i = 0; i < n; i++)
    path[i] += g[i] * (before[i] - after[i]);
}

CJ_CLONES void
cj_continual_consolidate (float *restrict importance, float *restrict anchor,
                          const float *restrict fisher, const float *restrict w, gint64 n)
{
  for (gint64 i = 0; i < n; i++)
    {
      const float sum = importance[i] + fisher[i];

      anchor[i] = sum > 0 ? anchor[i] + fisher[i] / sum * (w[i] - anchor[i]) : w[i];
      importance[i] = sum;
    }
}

CJ_CLONES void
cj_continual_end_path (float *restrict importance, float *restrict anchor, float *restrict path,
                       const float *restrict w, double damping, gint64 n)
{
  const float xi = (float) damping;

  for (gint64 i = 0; i < n; i++)
    {
      const float way = w[i] - anchor[i], gain = path[i] > 0 ? path[i] : 0;

      importance[i] += gain / (way * way + xi);
      anchor[i] = w[i];
      path[i] = 0;
    }
}

/* --- memory --- */

gsize
cj_replay_count (const CjContinual *self, const CjFeed *feed)
{
  const gsize share = (gsize) round (self->memory * (double) feed->n_samples);

  /* every class keeps one at least */
  return MAX (share, 1)
         + (self->keep == CJ_KEEP_CLASSES ? (gsize) feed->n_tasks * MAX (feed->n_classes, 1) : 0);
}

/* The samples of a task in an order of their own. You free. */
static guint32 *
shuffle (const CjFeed *feed, guint task, CjRng *rng)
{
  const gsize n = feed->tasks[task + 1] - feed->tasks[task];
  guint32 *order = g_new (guint32, n + 1);

  for (gsize i = 0; i < n; i++)
    order[i] = (guint32) (feed->tasks[task] + i);
  cj_rng_shuffle (rng, order, n);
  return order;
}

static guint
get_class (const CjFeed *feed, guint32 sample)
{
  const gint32 c = feed->classes != NULL ? feed->classes[sample] : 0;

  return c >= 0 && (guint) c < feed->n_classes ? (guint) c : 0;
}

/* The first of every class in an order by chance. */
static gsize
keep_classes (const CjContinual *self, const CjFeed *feed, guint task, guint64 seed,
              guint32 *memory)
{
  const gsize n = feed->tasks[task + 1] - feed->tasks[task];
  g_autofree gsize *left = g_new0 (gsize, MAX (feed->n_classes, 1));
  g_autofree guint32 *order = NULL;
  gsize kept = 0;
  CjRng rng;

  cj_rng_init (&rng, seed, CJ_RNG_REPLAY, task);
  order = shuffle (feed, task, &rng);
  for (gsize i = 0; i < n; i++)
    left[get_class (feed, order[i])]++;
  for (guint c = 0; c < MAX (feed->n_classes, 1); c++)
    if (left[c] > 0)
      left[c] = MAX ((gsize) (self->memory * (double) left[c]), 1);
  for (gsize i = 0; i < n; i++)
    {
      gsize *more = &left[get_class (feed, order[i])];

      if (*more == 0)
        continue;
      (*more)--;
      memory[kept++] = order[i];
    }
  return kept;
}

/* All samples of the task go by, in an order by chance; `seen` before them. */
static gsize
pass_by (const CjFeed *feed, guint task, guint64 seed, gsize room, gsize seen, guint32 *memory)
{
  const gsize n = feed->tasks[task + 1] - feed->tasks[task];
  g_autofree guint32 *order = NULL;
  CjRng rng;

  cj_rng_init (&rng, seed, CJ_RNG_REPLAY, task);
  order = shuffle (feed, task, &rng);
  for (gsize i = 0; i < n; i++, seen++)
    {
      const gsize place = seen < room ? seen : cj_rng_below (&rng, (guint32) (seen + 1));

      if (place < room)
        memory[place] = order[i];
    }
  return seen;
}

gsize
cj_replay_fill (const CjContinual *self, const CjFeed *feed, guint task, guint64 seed,
                guint32 *memory)
{
  const gsize room = cj_replay_count (self, feed);
  gsize n = 0;

  for (guint t = 0; t < task; t++)
    if (self->keep == CJ_KEEP_CLASSES)
      n += keep_classes (self, feed, t, seed, memory + n);
    else
      n = pass_by (feed, t, seed, room, n, memory);
  return MIN (n, room);
}
