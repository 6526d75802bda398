/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-loss-field.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_BYTES ((gsize) 64 << 20) /* of samples */

struct _CjLossField
{
  CjProgram *program;
  gint64 n_weights, n_states, batch;
  GPtrArray *x, *y; /* CjTensor, one a batch; y may be empty */
  float *states;    /* as the program had them */
};

void
cj_loss_field_free (CjLossField *self)
{
  cj_program_free (self->program);
  g_ptr_array_unref (self->x);
  g_ptr_array_unref (self->y);
  g_free (self->states);
  g_free (self);
}

static gboolean
read_batches (CjLossField *self, CjFeed *feed, guint n, GError **error)
{
  CjTensor *x = cj_program_get_x (self->program), *y = cj_program_get_y (self->program);
  g_autofree guint32 *indices = g_new (guint32, self->batch);
  const gsize all = (gsize) self->batch * n;

  for (guint b = 0; b < n; b++)
    {
      for (gint64 i = 0; i < self->batch; i++)
        indices[i] = (guint32) ((b * (gsize) self->batch + (gsize) i) * feed->n_samples / all);
      feed->fill (feed, indices, (guint) self->batch, 0, 0, x, y);
      if (feed->problem != NULL)
        {
          g_set_error_literal (error, CJ_ERROR, CJ_ERROR_FILE, feed->problem);
          return FALSE;
        }
      g_ptr_array_add (self->x, cj_tensor_dup (x));
      if (y != NULL)
        g_ptr_array_add (self->y, cj_tensor_dup (y));
    }
  return TRUE;
}

CjLossField *
cj_loss_field_new (CjProgram *program, CjFeed *feed, gsize n_samples, GError **error)
{
  g_autoptr (CjLossField) self = g_new0 (CjLossField, 1);
  const CjTensor *x = cj_program_get_x (program);
  const float *states;
  gsize n;

  self->program = program;
  self->x = g_ptr_array_new_with_free_func ((GDestroyNotify) cj_tensor_unref);
  self->y = g_ptr_array_new_with_free_func ((GDestroyNotify) cj_tensor_unref);
  self->batch = cj_program_get_batch (program);
  cj_program_get_weights (program, &self->n_weights);
  states = cj_program_get_states (program, &self->n_states);
  self->states = g_memdup2 (states, sizeof (float) * (gsize) MAX (self->n_states, 1));
  n = MIN (n_samples, feed->n_samples) / (gsize) self->batch;
  if (x != NULL)
    n = MIN (n, MAX (MAX_BYTES / MAX (cj_tensor_bytes (x), 1), 1));
  if (x == NULL || n == 0)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("There are too few samples to measure the loss: %d are needed at least."),
                   (int) self->batch);
      return NULL;
    }
  if (!read_batches (self, feed, (guint) n, error))
    return NULL;
  return g_steal_pointer (&self);
}

CjProgram *
cj_loss_field_get_program (CjLossField *self)
{
  return self->program;
}

gint64
cj_loss_field_get_n_weights (const CjLossField *self)
{
  return self->n_weights;
}

guint
cj_loss_field_get_n_batches (const CjLossField *self)
{
  return self->x->len;
}

gint64
cj_loss_field_get_batch (const CjLossField *self)
{
  return self->batch;
}

static void
put (CjLossField *self, const float *weights, const float *states)
{
  memcpy (cj_program_get_weights (self->program, NULL), weights,
          sizeof (float) * (gsize) self->n_weights);
  memcpy (cj_program_get_states (self->program, NULL), states != NULL ? states : self->states,
          sizeof (float) * (gsize) self->n_states);
}

static double
run (CjLossField *self, guint batch)
{
  const CjTensor *x = self->x->pdata[batch];

  memcpy (cj_program_get_x (self->program)->data, x->data, cj_tensor_bytes (x));
  if (batch < self->y->len)
    {
      const CjTensor *y = self->y->pdata[batch];

      memcpy (cj_program_get_y (self->program)->data, y->data, cj_tensor_bytes (y));
    }
  return cj_program_forward (self->program, FALSE, self->batch, 0, 0);
}

double
cj_loss_field_measure (CjLossField *self, const float *weights, const float *states)
{
  double sum = 0;

  put (self, weights, states);
  for (guint b = 0; b < self->x->len; b++)
    sum += run (self, b);
  return sum / self->x->len;
}

double
cj_loss_field_slope_batch (CjLossField *self, const float *weights, guint batch, float *gradient)
{
  double loss;

  put (self, weights, NULL);
  loss = run (self, batch);
  cj_program_backward (self->program);
  memcpy (gradient, cj_program_get_gradients (self->program),
          sizeof (float) * (gsize) self->n_weights);
  return loss;
}

double
cj_loss_field_slope (CjLossField *self, const float *weights, float *gradient)
{
  const float share = 1 / (float) self->x->len;
  double sum = 0;

  put (self, weights, NULL);
  memset (gradient, 0, sizeof (float) * (gsize) self->n_weights);
  for (guint b = 0; b < self->x->len; b++)
    {
      const float *g = cj_program_get_gradients (self->program);

      sum += run (self, b);
      cj_program_backward (self->program);
      for (gint64 i = 0; i < self->n_weights; i++)
        gradient[i] += share * g[i];
    }
  return sum / self->x->len;
}

void
cj_loss_field_multiply (CjLossField *self, const float *weights, const float *v, double h,
                        float *scratch, float *out)
{
  float *moved = scratch, *back = scratch + self->n_weights;

  for (gint64 i = 0; i < self->n_weights; i++)
    moved[i] = (float) (weights[i] - h * v[i]);
  cj_loss_field_slope (self, moved, back);
  for (gint64 i = 0; i < self->n_weights; i++)
    moved[i] = (float) (weights[i] + h * v[i]);
  cj_loss_field_slope (self, moved, out);
  for (gint64 i = 0; i < self->n_weights; i++)
    out[i] = (float) (((double) out[i] - back[i]) / (2 * h));
}
