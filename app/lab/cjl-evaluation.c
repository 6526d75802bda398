/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-evaluation.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define BATCH 64

void
cjl_evaluation_free (CjlEvaluation *self)
{
  g_clear_pointer (&self->scores, cj_tensor_unref);
  cjd_dataset_unref (self->dataset);
  g_free (self->index);
  g_free (self->predicted);
  g_free (self->targets);
  g_free (self);
}

/* Scores of one sample become probabilities that sum to 1; returns the likeliest class. */
static gint32
soften (float *row, gint64 k)
{
  gint32 best = 0;
  double sum = 0;
  float largest;

  for (gint64 i = 1; i < k; i++)
    if (row[i] > row[best])
      best = (gint32) i;
  largest = row[best];
  for (gint64 i = 0; i < k; i++)
    sum += row[i] = expf (row[i] - largest);
  for (gint64 i = 0; i < k; i++)
    row[i] = (float) (row[i] / sum);
  return best;
}

/* Runs the feed through the program; scores [N, K] of the whole split. */
static void
run (CjlEvaluation *self, CjProgram *program, CjFeed *feed)
{
  const gint64 k = self->scores->shape.dims[1];
  guint32 indices[BATCH];

  self->score.loss = 0;
  for (gsize begin = 0; begin < self->n; begin += BATCH)
    {
      const guint n = (guint) MIN (BATCH, self->n - begin);

      for (guint i = 0; i < BATCH; i++)
        indices[i] = (guint32) (begin + MIN (i, n - 1));
      feed->fill (feed, indices, BATCH, 0, 0, cj_program_get_x (program),
                  cj_program_get_y (program));
      self->score.loss += (double) cj_program_forward (program, FALSE, n, 0, 0) * n;
      memcpy (cj_tensor_f32 (self->scores) + (gint64) begin * k,
              cj_program_get_prediction (program, NULL), sizeof (float) * n * (gsize) k);
    }
  self->score.loss /= (double) MAX (self->n, 1);
}

static void
judge (CjlEvaluation *self)
{
  const gint64 k = self->scores->shape.dims[1];
  gsize right = 0, known = 0;

  self->score.accuracy = NAN;
  if (self->dataset->n_classes == 0 || k != self->dataset->n_classes)
    return; /* values, whatever else the samples have: an autoencoder draws pictures with classes */
  self->predicted = g_new0 (gint32, self->n + 1);
  self->targets = g_new0 (gint32, self->n + 1);
  for (gsize i = 0; i < self->n; i++)
    {
      self->predicted[i] = soften (cj_tensor_f32 (self->scores) + (gint64) i * k, k);
      self->targets[i] = cj_tensor_i32 (self->dataset->y)[self->index[i]];
      known += self->targets[i] >= 0;
      right += self->targets[i] == self->predicted[i];
    }
  self->score.accuracy = (double) right / (double) MAX (known, 1);
}

static CjlEvaluation *
evaluate (CjProgram *program, CjdDataset *dataset, CjdSplit split, GError **error)
{
  CjlEvaluation *self;
  g_autoptr (CjFeed) feed = NULL;
  CjShape shape;
  gsize j = 0;

  if (cj_program_get_prediction (program, &shape) == NULL || shape.n_dims != 2)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                   _ ("The network does not give one row of numbers a sample. End it with Dense."));
      return NULL;
    }
  self = g_new0 (CjlEvaluation, 1);
  self->split = split;
  self->dataset = cjd_dataset_ref (dataset);
  feed = cjd_dataset_new_feed (dataset, split);
  self->n = feed->n_samples;
  self->index = g_new0 (guint32, self->n + 1);
  for (gsize i = 0; i < cjd_dataset_get_n_samples (dataset) && j < self->n; i++)
    if (dataset->split[i] == split)
      self->index[j++] = (guint32) i;
  shape = cj_shape2 ((gint64) MAX (self->n, 1), shape.dims[1]);
  self->scores = cj_tensor_new (CJ_FLOAT32, &shape);
  run (self, program, feed);
  if (feed->problem != NULL)
    {
      g_set_error_literal (error, CJ_ERROR, CJ_ERROR_FILE, feed->problem);
      cjl_evaluation_free (self);
      return NULL;
    }
  judge (self);
  return self;
}

CjlEvaluation *
cjl_evaluate (const CjlNetwork *network, CjdSplit split, GError **error)
{
  g_autoptr (CjProgram) program = cjl_network_compile (network, CJ_PURPOSE_INFER, BATCH, error);
  CjlEvaluation *self = program != NULL ? evaluate (program, network->dataset, split, error) : NULL;

  if (self != NULL)
    self->step = network->weights->at.step;
  return self;
}

CjlEvaluation *
cjl_evaluate_project (CjlProject *project, CjdDataset *dataset, CjdSplit split, GError **error)
{
  g_autoptr (CjProgram) program
      = cjl_network_compile_project (project, dataset, CJ_PURPOSE_INFER, BATCH, error);

  return program != NULL ? evaluate (program, dataset, split, error) : NULL;
}

gboolean
cjl_evaluation_is_mistake (const CjlEvaluation *self, gsize i)
{
  return self->predicted != NULL && self->targets[i] >= 0 && self->predicted[i] != self->targets[i];
}

static float
get_confidence (const CjlEvaluation *self, guint32 i)
{
  return cj_tensor_f32 (
      self->scores)[(gint64) i * self->scores->shape.dims[1] + self->predicted[i]];
}

static int
compare_confidence (gconstpointer a, gconstpointer b, gpointer data)
{
  const float x = get_confidence (data, *(const guint32 *) a);
  const float y = get_confidence (data, *(const guint32 *) b);

  return x > y ? -1 : x < y ? 1 : (int) (*(const guint32 *) a > *(const guint32 *) b);
}

guint32 *
cjl_evaluation_list_mistakes (const CjlEvaluation *self, gsize *n)
{
  guint32 *list = g_new (guint32, self->n + 1);

  *n = 0;
  for (gsize i = 0; i < self->n; i++)
    if (cjl_evaluation_is_mistake (self, i))
      list[(*n)++] = (guint32) i;
  g_qsort_with_data (list, (int) *n, sizeof *list, compare_confidence, (gpointer) self);
  return list;
}

static void
put_classes (CjvFrame *frame, const CjlEvaluation *self)
{
  if (self->dataset->class_names != NULL)
    cjv_frame_set_strings (frame, "classes", (const char *const *) self->dataset->class_names);
}

static CjvFrame *
seal (CjvFrame *frame, const CjlEvaluation *self)
{
  /* Translators: data set, “training”, “validation” or “test”, how many samples, step of training */
  g_autofree char *text
      = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%s, %s split, %zu sample, step %llu",
                                      "%s, %s split, %zu samples, step %llu", self->n),
                         self->dataset->name, cjl_split_get_title (self->split), self->n,
                         (unsigned long long) self->step);

  cjv_frame_set_provenance (frame, text);
  return cjv_frame_seal (frame);
}

CjvFrame *
cjl_evaluation_confusion (const CjlEvaluation *self)
{
  const gint64 k = self->dataset->n_classes;
  const CjShape shape = cj_shape2 (k, k);
  CjTensor *matrix;
  CjvFrame *frame;

  if (self->predicted == NULL)
    return NULL;
  matrix = cj_tensor_new (CJ_FLOAT32, &shape);
  for (gsize i = 0; i < self->n; i++)
    if (self->targets[i] >= 0 && self->targets[i] < k && self->predicted[i] < k)
      cj_tensor_f32 (matrix)[self->targets[i] * k + self->predicted[i]]++;
  frame = cjv_frame_new ();
  cjv_frame_take_array (frame, "matrix", matrix);
  put_classes (frame, self);
  return seal (frame, self);
}

static void
put_numbers (CjvFrame *frame, const char *name, const gint32 *values, const guint32 *which, gsize n)
{
  g_autofree float *numbers = g_new (float, n + 1);

  for (gsize i = 0; i < n; i++)
    numbers[i] = (float) values[which != NULL ? which[i] : i];
  cjv_frame_set_values (frame, name, numbers, n);
}

CjvFrame *
cjl_evaluation_ranking (const CjlEvaluation *self)
{
  CjvFrame *frame;

  if (self->predicted == NULL)
    return NULL;
  frame = cjv_frame_new ();
  cjv_frame_set_array (frame, "scores", self->scores);
  put_numbers (frame, "labels", self->targets, NULL, self->n);
  put_classes (frame, self);
  return seal (frame, self);
}

CjvFrame *
cjl_evaluation_scatter (const CjlEvaluation *self)
{
  const CjTensor *y = self->dataset->y;
  const gint64 d = self->scores->shape.dims[1];
  const CjShape shape = cj_shape2 ((gint64) self->n * d, 2);
  CjTensor *points;
  CjvFrame *frame;

  if (self->predicted != NULL || y->dtype != CJ_FLOAT32
      || cj_shape_size (&y->shape) != (gint64) cjd_dataset_get_n_samples (self->dataset) * d)
    return NULL;
  points = cj_tensor_new (CJ_FLOAT32, &shape);
  for (gint64 i = 0; i < (gint64) self->n * d; i++)
    {
      cj_tensor_f32 (points)[2 * i]
          = ((const float *) y->data)[(gint64) self->index[i / d] * d + i % d];
      cj_tensor_f32 (points)[2 * i + 1] = cj_tensor_f32 (self->scores)[i];
    }
  frame = cjv_frame_new ();
  cjv_frame_take_array (frame, "points", points);
  cjv_frame_set_axis_label (frame, "points", 0, _ ("true"));
  cjv_frame_set_axis_label (frame, "points", 1, _ ("predicted"));
  cjv_frame_set_scalar (frame, "diagonal", 1);
  return seal (frame, self);
}

CjvFrame *
cjl_evaluation_sheet (const CjlEvaluation *self, const guint32 *samples, gsize n, gsize max)
{
  const CjShape sample = cjd_dataset_get_x_shape (self->dataset);
  const gsize size = cjd_dataset_sample_bytes (self->dataset);
  g_autofree float *sure = NULL;
  g_autofree guint32 *which = NULL;
  CjTensor *images;
  CjvFrame *frame;
  CjShape shape;

  if (sample.n_dims != 3)
    return NULL;
  n = MIN (samples != NULL ? n : self->n, max);
  if (n == 0)
    return NULL;
  which = g_new (guint32, n + 1);
  sure = g_new (float, n + 1);
  shape = cj_shape_batched (&sample, (gint64) n);
  images = cj_tensor_new (self->dataset->x_dtype, &shape);
  for (gsize i = 0; i < n; i++)
    {
      which[i] = samples != NULL ? samples[i] : (guint32) i;
      sure[i] = self->predicted != NULL ? get_confidence (self, which[i]) : 0;
      cjd_dataset_read (self->dataset, self->index[which[i]], (char *) images->data + i * size,
                        NULL);
    }
  frame = cjv_frame_new ();
  cjv_frame_take_array (frame, "images", images);
  if (self->predicted != NULL)
    {
      put_numbers (frame, "predicted", self->predicted, which, n);
      put_numbers (frame, "labels", self->targets, which, n);
      cjv_frame_set_values (frame, "confidence", sure, n);
    }
  put_classes (frame, self);
  return seal (frame, self);
}
