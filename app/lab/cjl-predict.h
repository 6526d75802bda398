/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a trained network says of files it has never seen: pictures, folders of them, tables, arrays.
 * C channels, H W picture, K classes or values of an answer. */
#pragma once

#include "cjl-job.h"
#include "cjl-project.h"

G_BEGIN_DECLS

/* The shape, type and classes of a data set, as they travel with the weights learned from it
 * (project->learned); and when the run that learned them began, seconds since 1970, 0: not known.
 * Floating. */
GVariant *cjl_learned_print (const CjdDataset *dataset, gint64 began);

/* A network with its weights, ready to answer; independent of the project it was made from. For one
 * thread at a time, which may be any. */
typedef struct _CjlPredictor CjlPredictor;

/* Main thread; slow only if the project is of a version that did not note what its weights were
 * learned from, for then the data set is loaded. Refuses a project without weights, and networks that
 * do not give one row of numbers a sample. You free. */
CjlPredictor *cjl_predictor_new (CjlProject *project, guint n_threads, GError **error);
void cjl_predictor_free (CjlPredictor *predictor);

/* Numbers of an answer: classes, or values. */
guint cjl_predictor_get_n (const CjlPredictor *predictor);
gboolean cjl_predictor_has_classes (const CjlPredictor *predictor);
/* The name of a class or value; borrowed. */
const char *cjl_predictor_get_name (const CjlPredictor *predictor, guint k);

typedef struct
{
  const char *file; /* the picture, or “table.csv:3” for the third sample of a file of many */
  const float
      *scores;        /* K probabilities that sum to 1, or K values; NULL if it could not be read */
  const guint *order; /* K class numbers, the likeliest first; NULL for values */
  const char *problem; /* why it could not be read, or NULL */
} CjlPrediction;

typedef void (*CjlPredictFunc) (const CjlPrediction *prediction, gpointer data);

typedef struct
{
  gsize n_answered, n_failed;
} CjlPredictCount;

/* Answers every path in order: a picture; a folder, of which all pictures below it, sorted by name; any
 * other data set that can be read, of which every sample. Pictures are made grey or coloured, scaled to
 * the network's input and normalised as its training data was. What cannot be read is handed to `func`
 * with its problem, and the others go on. `job` (may be NULL) is told the progress; FALSE only if it was
 * cancelled. Slow: for a worker; `func` is called there. */
gboolean cjl_predict (CjlPredictor *predictor, const char *const *paths, CjlJob *job,
                      CjlPredictFunc func, gpointer data, CjlPredictCount *count);

/* Lines of a CSV with their line end: "file,prediction,probability" and one column a class,
 * or, with `top` > 0, the next likeliest classes; "file" and one column a value. You free; the row is
 * NULL for what could not be read. */
char *cjl_predict_print_header (const CjlPredictor *predictor, guint top);
char *cjl_predict_print_row (const CjlPredictor *predictor, guint top,
                             const CjlPrediction *prediction);

/* All of the paths as one CSV file, which is replaced as a whole at the end. `func` (may be NULL) sees
 * every prediction, and what could not be read, as it comes. FALSE without an error if `job` was
 * cancelled. */
gboolean cjl_predict_save (CjlPredictor *predictor, const char *const *paths, guint top,
                           const char *output, CjlJob *job, CjlPredictFunc func, gpointer data,
                           CjlPredictCount *count, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlPredictor, cjl_predictor_free)

G_END_DECLS
