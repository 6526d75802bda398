/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a network says of every sample of a split, and the figures that stand on it: confusion, ROC,
 * precision and recall, pictures with predictions, predicted against true values. N samples, K classes,
 * D values a target. */
#pragma once

#include "cjl-network.h"
#include "cjv-frame.h"

G_BEGIN_DECLS

/* Immutable. */
typedef struct
{
  guint64 step; /* of the weights */
  CjdSplit split;
  CjdDataset *dataset;
  gsize n;
  guint32 *index;    /* N: number of each sample in the data set */
  CjTensor *scores;  /* [N, K] probabilities, or [N, D] values */
  gint32 *predicted; /* N class numbers; NULL for values */
  gint32 *targets;   /* the same, -1: unknown */
  CjScore score;
} CjlEvaluation;

/* Runs the whole split. Slow: for a worker; the network is only read and must not change meanwhile.
 * Refuses networks that do not give one row of numbers a sample, and weights of another network. You
 * free. */
CjlEvaluation *cjl_evaluate (const CjlNetwork *network, CjdSplit split, GError **error);
/* The same with the weights of the project. Main thread. */
CjlEvaluation *cjl_evaluate_project (CjlProject *project, CjdDataset *dataset, CjdSplit split,
                                     GError **error);

void cjl_evaluation_free (CjlEvaluation *evaluation);

/* Whether sample `i` of N was given a wrong class. */
gboolean cjl_evaluation_is_mistake (const CjlEvaluation *evaluation, gsize i);
/* Numbers (0..N-1) of the mistakes, surest first; you free. */
guint32 *cjl_evaluation_list_mistakes (const CjlEvaluation *evaluation, gsize *n);

/* Sealed frames; NULL where the figure means nothing for this network. You unref. */
CjvFrame *cjl_evaluation_confusion (const CjlEvaluation *evaluation);
CjvFrame *cjl_evaluation_ranking (const CjlEvaluation *evaluation); /* ROC, precision and recall */
CjvFrame *cjl_evaluation_scatter (const CjlEvaluation *evaluation); /* predicted against true */
/* Up to `max` pictures; `samples` (numbers 0..N-1, n of them) chooses, NULL: the first. */
CjvFrame *cjl_evaluation_sheet (const CjlEvaluation *evaluation, const guint32 *samples, gsize n,
                                gsize max);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlEvaluation, cjl_evaluation_free)

G_END_DECLS
