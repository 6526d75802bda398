/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-explained.h"

#include "cj-error.h"
#include "cj-ops.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define BATCH 8      /* rows that go forward and back together: one alone costs as much */
#define ASK_BATCH 32 /* rows that only go forward */

struct _CjExplained
{
  CjGraph *graph;
  CjDataSpec spec;
  guint n_threads;
  CjProgram *program;  /* forward and back */
  CjProgram *answers;  /* forward only, faster; NULL: not made yet, or of no use */
  gboolean is_current; /* the weights of `answers` are those of `program` */
  CjShape shape;       /* of a row of features */
  gint64 n_features, n_scores;
  int words; /* value of the words' vectors, CJ_NO_VALUE: samples are features already */
  gint64 first_word;
  float *held;     /* BATCH × D where words are held */
  gint32 *samples; /* that rows are made of, where words are held */
  gint64 n_samples;
  int prediction;
  guint seed_node, seed_port; /* where the prediction is a node's answer */
};

/* Where a gradient at a value can be given: the node and port that give it. */
static gboolean
find_port (const CjLowered *lowered, int value, guint *node, guint *port)
{
  for (guint i = 0; i < lowered->n_nodes; i++)
    for (guint k = 0; lowered->nodes[i].valid && k < lowered->nodes[i].n_out; k++)
      if (lowered->nodes[i].out[k] == value)
        {
          *node = i;
          *port = k;
          return TRUE;
        }
  return FALSE;
}

/* Whether a value is the input or a piece of its samples, and where that begins. */
static gboolean
is_of_input (const CjLowered *lowered, int value, gint64 *first)
{
  *first = 0;
  for (guint i = lowered->builder->steps->len; i-- > 0 && value != lowered->x;)
    {
      const CjStep *step = &g_array_index (lowered->builder->steps, CjStep, i);
      const CjSliceAttrs *slice = step->op.attrs;

      if (step->out != value)
        continue;
      if (step->op.info != &cj_op_slice || slice->axis != 1)
        return FALSE;
      *first += slice->begin;
      value = step->in[0];
    }
  return value == lowered->x;
}

/* What stands for words: the answer of the first op that reads them. */
static int
find_words (const CjLowered *lowered, gint64 *first)
{
  for (guint i = 0; i < lowered->builder->steps->len; i++)
    {
      const CjStep *step = &g_array_index (lowered->builder->steps, CjStep, i);

      if (step->op.info == &cj_op_embedding && is_of_input (lowered, step->in[0], first))
        return step->out;
    }
  return CJ_NO_VALUE;
}

CjShape
cj_explained_get_row_shape (const CjExplained *self, int value)
{
  CjShape shape = *cj_builder_get_shape (cj_program_get_lowered (self->program)->builder, value);

  g_return_val_if_fail (shape.n_dims > 0, shape);
  memmove (shape.dims, shape.dims + 1, sizeof (gint64) * (shape.n_dims - 1));
  shape.n_dims--;
  return shape;
}

static gboolean
look_around (CjExplained *self, GError **error)
{
  const CjLowered *lowered = cj_program_get_lowered (self->program);
  const CjShape *scores;

  self->prediction = lowered->prediction;
  scores = cj_builder_get_shape (lowered->builder, self->prediction);
  if (scores->n_dims < 1 || scores->dims[0] != BATCH
      || !find_port (lowered, self->prediction, &self->seed_node, &self->seed_port))
    {
      g_set_error (
          error, CJ_ERROR, CJ_ERROR_PARAM,
          _ ("This network does not give one answer a sample, so there is none to explain."));
      return FALSE;
    }
  self->words = CJ_NO_VALUE;
  self->shape = self->spec.x_shape;
  if (self->spec.x_dtype != CJ_FLOAT32)
    {
      self->words = find_words (lowered, &self->first_word);
      if (self->words == CJ_NO_VALUE)
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                       _ ("This network reads words without an Embedding, so nothing leads back to "
                          "them. Put an Embedding behind its input."));
          return FALSE;
        }
      self->shape = cj_explained_get_row_shape (self, self->words);
    }
  self->n_features = cj_shape_size (&self->shape);
  self->n_scores = cj_shape_size (scores) / BATCH;
  return TRUE;
}

CjExplained *
cj_explained_new (const CjGraph *graph, const CjDataSpec *spec, guint n_threads, GError **error)
{
  g_autoptr (CjExplained) self = g_new0 (CjExplained, 1);

  self->graph = cj_graph_dup (graph);
  self->spec = *spec;
  self->spec.batch = BATCH;
  self->spec.inputs = NULL;
  self->spec.n_inputs = 0;
  self->n_threads = n_threads;
  self->program = cj_program_new (self->graph, CJ_PURPOSE_EXPLAIN, &self->spec, n_threads, error);
  if (self->program == NULL || !look_around (self, error))
    return NULL;
  if (self->words != CJ_NO_VALUE)
    {
      self->held = g_new0 (float, BATCH * self->n_features);
      self->samples = g_new0 (gint32, cj_shape_size (&self->spec.x_shape));
      self->n_samples = 1;
    }
  return g_steal_pointer (&self);
}

void
cj_explained_free (CjExplained *self)
{
  g_clear_pointer (&self->program, cj_program_free);
  g_clear_pointer (&self->answers, cj_program_free);
  g_clear_pointer (&self->graph, cj_graph_free);
  g_free (self->held);
  g_free (self->samples);
  g_free (self);
}

CjProgram *
cj_explained_get_program (CjExplained *self)
{
  return self->program;
}

void
cj_explained_forget (CjExplained *self)
{
  self->is_current = FALSE;
}

gint64
cj_explained_get_batch (const CjExplained *self)
{
  (void) self;
  return BATCH;
}

const CjShape *
cj_explained_get_shape (const CjExplained *self)
{
  return &self->shape;
}

gint64
cj_explained_get_n_features (const CjExplained *self)
{
  return self->n_features;
}

gboolean
cj_explained_has_words (const CjExplained *self)
{
  return self->words != CJ_NO_VALUE;
}

CjShape
cj_explained_get_score_shape (const CjExplained *self)
{
  return cj_explained_get_row_shape (self, self->prediction);
}

gint64
cj_explained_get_n_scores (const CjExplained *self)
{
  return self->n_scores;
}

int
cj_explained_get_words (const CjExplained *self, gint64 *first)
{
  if (first != NULL)
    *first = self->first_word;
  return self->words;
}

void
cj_explained_stand_on (CjExplained *self, const gint32 *samples, gint64 n)
{
  const gsize bytes = sizeof (gint32) * (gsize) (n * cj_shape_size (&self->spec.x_shape));

  g_return_if_fail (n > 0);
  if (self->words == CJ_NO_VALUE)
    return;
  g_free (self->samples);
  self->samples = g_memdup2 (samples, bytes);
  self->n_samples = n;
}

/* Rows x [n, D] where the program looks for them, the first being row `begin` of the call; the rest of its batch is the
 * last of them again. */
static void
put_rows (CjExplained *self, CjProgram *program, gint64 batch, const float *x, gint64 begin,
          gint64 n)
{
  const gsize row = (gsize) self->n_features, size = (gsize) cj_shape_size (&self->spec.x_shape);
  CjTensor *in = cj_program_get_x (program);
  float *to = self->held != NULL ? self->held : cj_tensor_f32 (in);

  for (gint64 i = 0; i < batch; i++)
    memcpy (to + (gsize) i * row, x + (gsize) MIN (i, n - 1) * row, sizeof (float) * row);
  if (self->held == NULL)
    return;
  for (gint64 i = 0; i < batch; i++)
    memcpy ((gint32 *) in->data + (gsize) i * size,
            self->samples + (gsize) MIN (begin + MIN (i, n - 1), self->n_samples - 1) * size,
            sizeof (gint32) * size);
  cj_program_hold (program, self->words, self->held);
}

void
cj_explained_read (CjExplained *self, const void *samples, gint64 n, float *features)
{
  const gint64 size = cj_shape_size (&self->spec.x_shape);

  if (self->words == CJ_NO_VALUE)
    {
      memcpy (features, samples, sizeof (float) * (gsize) (n * size));
      return;
    }
  cj_program_hold (self->program, self->words, NULL);
  for (gint64 begin = 0; begin < n; begin += BATCH)
    {
      const gint64 rows = MIN (BATCH, n - begin);
      CjTensor *x = cj_program_get_x (self->program);
      g_autoptr (CjTensor) vectors = NULL;

      memset (x->data, 0, cj_tensor_bytes (x));
      memcpy (x->data, (const gint32 *) samples + begin * size,
              sizeof (gint32) * (gsize) (rows * size));
      cj_program_forward (self->program, FALSE, rows, 0, 0);
      vectors = cj_program_dup_value (self->program, self->words);
      memcpy (features + begin * self->n_features, vectors->data,
              sizeof (float) * (gsize) (rows * self->n_features));
    }
}

/* The program that only answers, with the weights as they are now; NULL where it would not do. */
static CjProgram *
get_answers (CjExplained *self)
{
  CjDataSpec spec = self->spec;

  if (self->words != CJ_NO_VALUE)
    return NULL;
  spec.batch = ASK_BATCH;
  if (self->answers == NULL)
    self->answers = cj_program_new (self->graph, CJ_PURPOSE_INFER, &spec, self->n_threads, NULL);
  if (self->answers == NULL || self->is_current)
    return self->answers;
  for (guint i = 0; i < cj_program_get_n_params (self->program); i++)
    {
      const CjProgramParam *from = cj_program_get_param (self->program, i);
      const CjProgramParam *to = cj_program_find_param (self->answers, from->name);

      if (to != NULL)
        memcpy (cj_program_get_param_data (self->answers, to),
                cj_program_get_param_data (self->program, from),
                sizeof (float) * (gsize) from->size);
    }
  self->is_current = TRUE;
  return self->answers;
}

/* Scores of rows of which the first is row `first` of the call. */
static void
score_rows (CjExplained *self, const float *x, gint64 first, gint64 n, float *scores)
{
  CjProgram *answers = get_answers (self), *program = answers != NULL ? answers : self->program;
  const gint64 batch = cj_program_get_batch (program);

  for (gint64 begin = 0; begin < n; begin += batch)
    {
      const gint64 rows = MIN (batch, n - begin);

      put_rows (self, program, batch, x + begin * self->n_features, first + begin, rows);
      cj_program_forward (program, FALSE, rows, 0, 0);
      if (answers != NULL)
        {
          memcpy (scores + begin * self->n_scores, cj_program_get_prediction (program, NULL),
                  sizeof (float) * (gsize) (rows * self->n_scores));
          continue;
        }
      g_autoptr (CjTensor) all = cj_program_dup_value (program, self->prediction);

      memcpy (scores + begin * self->n_scores, all->data,
              sizeof (float) * (gsize) (rows * self->n_scores));
    }
}

void
cj_explained_score (CjExplained *self, const float *x, gint64 n, float *scores)
{
  score_rows (self, x, 0, n, scores);
}

/* The target of the first n rows of the program's last forward. */
static void
take_answers (CjExplained *self, const CjExplainTarget *target, gint64 n, float *answers)
{
  const int value = target->value != CJ_NO_VALUE ? target->value : self->prediction;
  g_autoptr (CjTensor) all = cj_program_dup_value (self->program, value);
  const gint64 size = cj_shape_size (&all->shape) / BATCH;

  for (gint64 i = 0; i < n; i++)
    answers[i] = cj_tensor_f32 (all)[i * size + target->index];
}

void
cj_explained_ask (CjExplained *self, const float *x, gint64 n, const CjExplainTarget *target,
                  float *answers)
{
  if (target->value == CJ_NO_VALUE || target->value == self->prediction)
    {
      g_autofree float *scores = g_new (float, ASK_BATCH * self->n_scores);

      for (gint64 begin = 0; begin < n; begin += ASK_BATCH)
        {
          const gint64 rows = MIN (ASK_BATCH, n - begin);

          score_rows (self, x + begin * self->n_features, begin, rows, scores);
          for (gint64 i = 0; i < rows; i++)
            answers[begin + i] = scores[i * self->n_scores + target->index];
        }
      return;
    }
  for (gint64 begin = 0; begin < n; begin += BATCH)
    {
      const gint64 rows = MIN (BATCH, n - begin);

      put_rows (self, self->program, BATCH, x + begin * self->n_features, begin, rows);
      cj_program_forward (self->program, FALSE, rows, 0, 0);
      take_answers (self, target, rows, answers + begin);
    }
}

/* 1 at the target of the first n rows. */
static void
seed (CjExplained *self, const CjExplainTarget *target, gint64 n)
{
  const CjLowered *lowered = cj_program_get_lowered (self->program);
  const int value = target->value != CJ_NO_VALUE ? target->value : self->prediction;
  const CjShape *shape = cj_builder_get_shape (lowered->builder, value);
  const gint64 size = cj_shape_size (shape) / BATCH;
  g_autofree float *gradient = g_new0 (float, BATCH *size);
  guint node = self->seed_node, port = self->seed_port;

  if (value != self->prediction && !find_port (lowered, value, &node, &port))
    g_return_if_reached ();
  for (gint64 i = 0; i < n; i++)
    gradient[i * size + target->index] = 1;
  cj_program_seed_gradient (self->program, node, port, gradient);
  for (guint i = 0; i < lowered->losses->len; i++)
    {
      guint loss, loss_port;

      if (find_port (lowered, g_array_index (lowered->losses, int, i), &loss, &loss_port))
        cj_program_seed_gradient (self->program, loss, loss_port, NULL);
    }
}

/* The slopes of a batch of rows of which the first is row `first` of the call. */
static void
slope_rows (CjExplained *self, const float *x, gint64 first, gint64 n,
            const CjExplainTarget *target, const CjExplainPass *pass, float *slopes, float *answers)
{
  const int from
      = self->words != CJ_NO_VALUE ? self->words : cj_program_get_lowered (self->program)->x;
  g_autoptr (CjTensor) all = NULL;

  g_return_if_fail (n > 0 && n <= BATCH);
  put_rows (self, self->program, BATCH, x, first, n);
  cj_program_skip_parameters (self->program, TRUE);
  cj_program_set_rules (self->program, pass != NULL ? pass->rules : NULL,
                        pass != NULL ? pass->data : NULL);
  cj_program_forward (self->program, FALSE, n, 0, 0);
  seed (self, target, n);
  cj_program_backward (self->program);
  cj_program_set_rules (self->program, NULL, NULL);
  all = cj_program_dup_value_gradient (self->program, from);
  if (all != NULL)
    memcpy (slopes, all->data, sizeof (float) * (gsize) (n * self->n_features));
  else /* the network does not look at its input */
    memset (slopes, 0, sizeof (float) * (gsize) (n * self->n_features));
  if (answers != NULL)
    take_answers (self, target, n, answers);
}

void
cj_explained_slope (CjExplained *self, const float *x, gint64 n, const CjExplainTarget *target,
                    const CjExplainPass *pass, float *slopes, float *answers)
{
  slope_rows (self, x, 0, n, target, pass, slopes, answers);
}

void
cj_explained_slopes (CjExplained *self, const float *x, gint64 n, const CjExplainTarget *target,
                     float *slopes, float *answers)
{
  for (gint64 begin = 0; begin < n; begin += BATCH)
    slope_rows (self, x + begin * self->n_features, begin, MIN (BATCH, n - begin), target, NULL,
                slopes + begin * self->n_features, answers != NULL ? answers + begin : NULL);
}
