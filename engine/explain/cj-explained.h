/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A network opened for questions: what it answers to rows of features, and how its answers lean on
 * them. Features are the numbers of a sample, or, where samples are words, the vectors that stand for
 * the words. N rows, D features of a row, K scores of a row. Used by one thread at a time. */
#pragma once

#include "cj-program.h"

G_BEGIN_DECLS

typedef struct _CjExplained CjExplained;

/* What is explained: a number of the answer, or of what a node gives, counted in its row. */
typedef struct
{
  int value;    /* of cj_program_get_lowered; CJ_NO_VALUE: what the network predicts */
  gint64 index; /* in a row */
} CjExplainTarget;

/* `spec` is of the data; its batch counts for nothing. Weights are not set: see cj_explained_load and
 * cj_explained_get_program. The error is that of the graph, or says why the network cannot be asked. You
 * free. */
CjExplained *cj_explained_new (const CjGraph *graph, const CjDataSpec *spec, guint n_threads,
                               GError **error);
void cj_explained_free (CjExplained *self);

/* The program behind it, of CJ_PURPOSE_EXPLAIN and a batch of cj_explained_get_batch rows: to write
 * weights, and for rules to look at. After writing, cj_explained_forget. Borrowed. */
CjProgram *cj_explained_get_program (CjExplained *self);
void cj_explained_forget (CjExplained *self);
gint64 cj_explained_get_batch (const CjExplained *self);

/* Features of one row as [C, H, W], [I], [T, E] ...; D numbers. */
const CjShape *cj_explained_get_shape (const CjExplained *self);
gint64 cj_explained_get_n_features (const CjExplained *self); /* D */
gboolean cj_explained_has_words (const CjExplained *self);
/* The value of the program that stands for the words, CJ_NO_VALUE: none; and which number of a sample is the first of
 * them, where samples hold other things besides, as marks of the padding. */
int cj_explained_get_words (const CjExplained *self, gint64 *first);
/* Scores of a row, [K] or [T, K], and their number. */
CjShape cj_explained_get_score_shape (const CjExplained *self);
gint64 cj_explained_get_n_scores (const CjExplained *self);
/* The row shape of a value. */
CjShape cj_explained_get_row_shape (const CjExplained *self, int value);

/* The features [n, D] of samples [n, ...] as the data delivers them, float32 or int32. */
void cj_explained_read (CjExplained *self, const void *samples, gint64 n, float *features);

/* What rows are made of, where their features are vectors of words: a network may read the words themselves as well, for
 * marks of the padding. Row i of every call from now on is of sample i of these [n, ...], as the data delivers them,
 * int32, and rows beyond are of the last one. Copied; nothing happens where samples are features. Before the first call
 * all words are 0. */
void cj_explained_stand_on (CjExplained *self, const gint32 *samples, gint64 n);

/* Target values of rows x [n, D], one a row; those of all K scores: [n, K]. */
void cj_explained_ask (CjExplained *self, const float *x, gint64 n, const CjExplainTarget *target,
                       float *answers);
void cj_explained_score (CjExplained *self, const float *x, gint64 n, float *scores);

/* How gradients pass, and how much a row counts. */
typedef struct
{
  const CjBackwardRule *rules; /* NULL: the gradient */
  gpointer data;
} CjExplainPass;

/* The slope of the target at rows x [n, D], [n, D]; answers [n] may be NULL. With `pass` what its rules
 * make of it. n is at most the batch, and what the program then holds is of these rows. */
void cj_explained_slope (CjExplained *self, const float *x, gint64 n, const CjExplainTarget *target,
                         const CjExplainPass *pass, float *slopes, float *answers);
/* The same for any n. */
void cj_explained_slopes (CjExplained *self, const float *x, gint64 n,
                          const CjExplainTarget *target, float *slopes, float *answers);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjExplained, cj_explained_free)

G_END_DECLS
