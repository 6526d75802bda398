/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tasks of a data set that are learned one after another: the same samples with their features in another order
 * (M. Srivastava, I. Goodfellow and others since Goodfellow et al., "An empirical investigation of catastrophic forgetting",
 * 2013: permuted), or the classes a few at a time (Zenke, Poole, Ganguli, 2017: split). T tasks, N samples, P places. */
#pragma once

#include "cjd-dataset.h"
#include "cjd-reader.h"

G_BEGIN_DECLS

/* Immutable. */
struct _CjdTasks
{
  CjdTasksKind kind;
  guint n;          /* T */
  guint64 seed;     /* of the permutations */
  gboolean apart;   /* every task has a head of its own */
  guint8 *of_class; /* n_classes: the task of each class, where classes are split; else NULL */
};

/* Gives the data set, which nobody else has yet, the tasks that the options ask for. Refuses what cannot be cut so,
 * with the way out. */
gboolean cjd_dataset_set_tasks (CjdDataset *dataset, const CjdReadOptions *options, GError **error);

/* Where each of `n` places of a sample comes from in task `task`: of the first, where it is. [n] */
void cjd_tasks_permute (const CjdTasks *tasks, guint task, guint32 *from, gsize n);

/* The feed that a run takes: training samples augmented, and in tasks where the data set has them. Places are
 * permuted once a sample is augmented and normalised; of a picture all channels alike. You free. */
CjFeed *cjd_dataset_new_run_feed (CjdDataset *dataset, CjdSplit split);

void cjd_tasks_free (CjdTasks *tasks);

G_END_DECLS
