/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjd-tasks.h"

#include "cj-error.h"
#include "cjd-augment.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_CLASSES 256 /* that heads can be told apart of */

typedef struct
{
  CjFeed feed;
  CjFeed *base;
  CjdDataset *dataset;
  gsize n_base;
  guint32 *samples; /* of the base, task by task; NULL: all, once a task */
  guint32 *from;    /* [T, P]; NULL: places stay */
  gsize places, channels;
  guint32 *row; /* one sample, numbers of 32 bits of any kind */
  guint32 *asked;
  guint room;
  gsize *tasks;
  gint32 *classes;
} TaskFeed;

void
cjd_tasks_free (CjdTasks *self)
{
  g_free (self->of_class);
  g_free (self);
}

/* Whether every task has something to learn from. */
static gboolean
check_split (const CjdDataset *dataset, const CjdTasks *tasks, GError **error)
{
  gsize counts[CJ_TASKS_MAX] = { 0 };

  for (gsize i = 0; i < cjd_dataset_get_n_samples (dataset); i++)
    {
      const gint32 c = cjd_dataset_get_class (dataset, i);

      if (dataset->split[i] == CJD_SPLIT_TRAIN && c >= 0 && c < (gint32) dataset->n_classes)
        counts[tasks->of_class[c]]++;
    }
  for (guint t = 0; t < tasks->n; t++)
    if (counts[t] == 0)
      {
        g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                     _ ("Task %u has no training samples. Choose fewer tasks, or put samples of "
                        "its classes back."),
                     t + 1);
        return FALSE;
      }
  return TRUE;
}

static gboolean
can_split (const CjdDataset *dataset, int n, GError **error)
{
  if (dataset->n_classes == 0 || dataset->y->dtype != CJ_INT32 || dataset->y->shape.n_dims != 1
      || dataset->n_classes > MAX_CLASSES)
    g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                 _ ("%s cannot be split into tasks by classes: it needs one class a sample, of at "
                    "most %d. Choose permuted, or none."),
                 dataset->name, MAX_CLASSES);
  else if (dataset->n_classes < (guint) n)
    g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                 _ ("The %u classes of %s are too few for %d tasks. Choose fewer tasks."),
                 dataset->n_classes, dataset->name, n);
  else if (dataset->augmenter != NULL && cjd_augmenter_needs_other (dataset->augmenter))
    g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                 _ ("Mixing samples would bring classes of other tasks into a task. Take the "
                    "augmentation that mixes out."));
  else
    return TRUE;
  return FALSE;
}

static gboolean
can_permute (const CjdDataset *dataset, int n, GError **error)
{
  if ((guint64) cjd_dataset_get_n_samples (dataset) * (guint64) n < G_MAXUINT32)
    return TRUE;
  g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
               _ ("%s has too many samples for %d tasks. Choose fewer tasks."), dataset->name, n);
  return FALSE;
}

gboolean
cjd_dataset_set_tasks (CjdDataset *dataset, const CjdReadOptions *options, GError **error)
{
  CjdTasks *tasks;

  if (options->tasks == CJD_TASKS_NONE)
    return TRUE;
  if (options->tasks == CJD_TASKS_SPLIT ? !can_split (dataset, options->task_count, error)
                                        : !can_permute (dataset, options->task_count, error))
    return FALSE;
  tasks = g_new0 (CjdTasks, 1);
  tasks->kind = (CjdTasksKind) options->tasks;
  tasks->n = (guint) options->task_count;
  tasks->seed = (guint64) options->task_seed;
  tasks->apart = options->heads;
  if (tasks->kind == CJD_TASKS_SPLIT)
    tasks->of_class = g_new (guint8, dataset->n_classes);
  for (guint c = 0; tasks->of_class != NULL && c < dataset->n_classes; c++)
    tasks->of_class[c] = (guint8) (c * tasks->n / dataset->n_classes);
  if (tasks->of_class != NULL && !check_split (dataset, tasks, error))
    {
      cjd_tasks_free (tasks);
      return FALSE;
    }
  g_clear_pointer (&dataset->tasks, cjd_tasks_free);
  dataset->tasks = tasks;
  return TRUE;
}

void
cjd_tasks_permute (const CjdTasks *self, guint task, guint32 *from, gsize n)
{
  CjRng rng;

  for (gsize i = 0; i < n; i++)
    from[i] = (guint32) i;
  if (self->kind != CJD_TASKS_PERMUTED || task == 0)
    return;
  cj_rng_init (&rng, self->seed, CJ_RNG_TASKS, task);
  cj_rng_shuffle (&rng, from, n);
}

/* --- the feed --- */

/* The samples of the base that are meant, in a buffer that only the first batch of a run makes. */
static const guint32 *
translate (TaskFeed *self, const guint32 *indices, guint n)
{
  if (n > self->room)
    {
      g_free (self->asked);
      self->asked = g_new (guint32, n);
      self->room = n;
    }
  for (guint i = 0; i < n; i++)
    self->asked[i]
        = self->samples != NULL ? self->samples[indices[i]] : indices[i] % (guint32) self->n_base;
  return self->asked;
}

static void
permute (TaskFeed *self, const guint32 *from, guint32 *x)
{
  memcpy (self->row, x, sizeof *x * self->places * self->channels);
  for (gsize c = 0; c < self->channels; c++)
    for (gsize i = 0; i < self->places; i++)
      x[c * self->places + i] = self->row[c * self->places + from[i]];
}

static void
fill (CjFeed *feed, const guint32 *indices, guint n, guint64 epoch, guint64 seed, CjTensor *x,
      CjTensor *y)
{
  TaskFeed *self = (TaskFeed *) feed;

  self->base->fill (self->base, translate (self, indices, n), n, epoch, seed, x, y);
  feed->problem = self->base->problem;
  for (guint i = 0; self->from != NULL && i < n; i++)
    if (indices[i] >= self->n_base)
      permute (self, self->from + indices[i] / self->n_base * self->places,
               (guint32 *) x->data + i * self->places * self->channels);
}

static void
expect (CjFeed *feed, const guint32 *indices, guint n, guint64 epoch, guint64 seed)
{
  TaskFeed *self = (TaskFeed *) feed;

  self->base->expect (self->base, translate (self, indices, n), n, epoch, seed);
}

static void
free_feed (CjFeed *feed)
{
  TaskFeed *self = (TaskFeed *) feed;

  cj_feed_free (self->base);
  cjd_dataset_unref (self->dataset);
  g_free (self->samples);
  g_free (self->from);
  g_free (self->row);
  g_free (self->asked);
  g_free (self->tasks);
  g_free (self->classes);
  g_free (self);
}

/* The class of each sample of the base, -1: none. You free. */
static gint32 *
find_classes (const CjdDataset *dataset, CjdSplit split, gsize n)
{
  gint32 *classes = g_new (gint32, n + 1);
  gsize at = 0;

  for (gsize i = 0; i < cjd_dataset_get_n_samples (dataset) && at < n; i++)
    if (dataset->split[i] == split)
      classes[at++] = cjd_dataset_get_class (dataset, i);
  return classes;
}

/* Samples of the classes of the first task, then of the second ... */
static void
sort_by_task (TaskFeed *self, const gint32 *classes)
{
  const CjdTasks *tasks = self->dataset->tasks;
  gsize at = 0;

  self->samples = g_new (guint32, self->n_base + 1);
  for (guint t = 0; t < tasks->n; t++)
    {
      self->tasks[t] = at;
      for (gsize i = 0; i < self->n_base; i++)
        if (classes[i] >= 0 && classes[i] < (gint32) self->dataset->n_classes
            && tasks->of_class[classes[i]] == t)
          {
            self->classes[at] = classes[i];
            self->samples[at++] = (guint32) i;
          }
    }
  self->tasks[tasks->n] = self->feed.n_samples = at;
}

/* All samples once for every task. */
static void
repeat (TaskFeed *self, const gint32 *classes)
{
  const CjdTasks *tasks = self->dataset->tasks;
  const CjShape *x = &self->feed.x_shape;

  self->channels = x->n_dims == 3 ? (gsize) x->dims[0] : 1;
  self->places = (gsize) cj_shape_size (x) / MAX (self->channels, 1);
  self->from = g_new (guint32, self->places * tasks->n + 1);
  self->row = g_new (guint32, self->places * self->channels + 1);
  for (guint t = 0; t <= tasks->n; t++)
    self->tasks[t] = t * self->n_base;
  for (guint t = 0; t < tasks->n; t++)
    {
      cjd_tasks_permute (tasks, t, self->from + t * self->places, self->places);
      memcpy (self->classes + t * self->n_base, classes, sizeof *classes * self->n_base);
    }
  self->feed.n_samples = self->tasks[tasks->n];
}

CjFeed *
cjd_dataset_new_run_feed (CjdDataset *dataset, CjdSplit split)
{
  CjFeed *base = split == CJD_SPLIT_TRAIN ? cjd_dataset_new_training_feed (dataset)
                                          : cjd_dataset_new_feed (dataset, split);
  g_autofree gint32 *classes = NULL;
  TaskFeed *self;

  if (dataset->tasks == NULL)
    return base;
  self = g_new0 (TaskFeed, 1);
  self->feed = *base;
  self->base = base;
  self->dataset = cjd_dataset_ref (dataset);
  self->n_base = base->n_samples;
  self->tasks = g_new0 (gsize, dataset->tasks->n + 1);
  self->classes = g_new (gint32, self->n_base * dataset->tasks->n + 1);
  classes = find_classes (dataset, split, self->n_base);
  if (dataset->tasks->kind == CJD_TASKS_SPLIT)
    sort_by_task (self, classes);
  else
    repeat (self, classes);
  self->feed.n_tasks = dataset->tasks->n;
  self->feed.tasks = self->tasks;
  self->feed.classes = self->classes;
  self->feed.fill = fill;
  self->feed.expect = base->expect != NULL ? expect : NULL;
  self->feed.free = free_feed;
  return &self->feed;
}
