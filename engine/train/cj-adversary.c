/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-adversary.h"

#include <math.h>
#include <string.h>

struct _CjAdversary
{
  CjProgram *program; /* that is asked for slopes */
  gint64 d;
  float *low, *high, *unit; /* D each */
  float *x, *out;           /* a batch */
  gint32 *y;
};

void
cj_feed_get_range (const CjFeed *feed, float *low, float *high, float *unit)
{
  const gint64 d = cj_shape_size (&feed->x_shape), plane = d / MAX (feed->n_channels, 1);
  const gboolean pictures = feed->x_shape.n_dims == 3 && feed->n_channels > 0;

  for (gint64 i = 0; i < d; i++)
    {
      const gint64 c = i / MAX (plane, 1);
      const float mean = feed->n_channels > 0 ? feed->mean[c] : 0;
      const float deviation = feed->n_channels > 0 ? feed->deviation[c] : 1;

      unit[i] = 1 / deviation;
      low[i] = pictures ? -mean / deviation : -INFINITY;
      high[i] = pictures ? (1 - mean) / deviation : INFINITY;
    }
}

void
cj_adversary_free (CjAdversary *self)
{
  g_clear_pointer (&self->program, cj_program_free);
  g_free (self->low);
  g_free (self->high);
  g_free (self->unit);
  g_free (self->x);
  g_free (self->out);
  g_free (self->y);
  g_free (self);
}

CjAdversary *
cj_adversary_new (const CjGraph *graph, const CjTrainSetup *setup, const CjFeed *feed,
                  guint n_threads, GError **error)
{
  const CjDataSpec spec = { .batch = setup->batch,
                            .x_shape = feed->x_shape,
                            .x_dtype = feed->x_dtype,
                            .y_shape = feed->y_shape,
                            .y_dtype = feed->y_dtype,
                            .n_classes = feed->n_classes,
                            .n_words = feed->n_words,
                            .heads = feed->heads,
                            .has_y = TRUE };
  g_autoptr (CjAdversary) self = g_new0 (CjAdversary, 1);

  self->program = cj_program_new (graph, CJ_PURPOSE_EXPLAIN, &spec, n_threads, error);
  if (self->program == NULL || !cj_attack_check (self->program, error))
    return NULL;
  self->d = cj_shape_size (&feed->x_shape);
  self->low = g_new (float, self->d + 1);
  self->high = g_new (float, self->d + 1);
  self->unit = g_new (float, self->d + 1);
  self->x = g_new (float, self->d * setup->batch + 1);
  self->out = g_new (float, self->d * setup->batch + 1);
  self->y = g_new (gint32, setup->batch + 1);
  cj_feed_get_range (feed, self->low, self->high, self->unit);
  return g_steal_pointer (&self);
}

/* The weights and states that the network has now. */
static void
take_weights (CjAdversary *self, CjProgram *from)
{
  for (guint i = 0; i < cj_program_get_n_params (self->program); i++)
    {
      const CjProgramParam *to = cj_program_get_param (self->program, i);
      const CjProgramParam *same = cj_program_find_param (from, to->name);

      if (same != NULL && cj_shape_equal (&same->shape, &to->shape))
        memcpy (cj_program_get_param_data (self->program, to),
                cj_program_get_param_data (from, same), sizeof (float) * (gsize) to->size);
    }
}

void
cj_adversary_attack (CjAdversary *self, CjProgram *program, const CjTrainSetup *setup, guint64 step)
{
  const CjAttackInfo *info = cj_attack_find (cj_train_attacks[setup->attack]);
  const gint64 batch = cj_program_get_batch (program);
  g_autofree gpointer params = cj_attack_new_params (info);
  CjTensor *x = cj_program_get_x (program);
  const CjAttackCall call
      = { self->program,
          self->x,
          self->y,
          batch,
          self->low,
          self->high,
          self->unit,
          params,
          (guint64) setup->seed * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) + step,
          NULL,
          NULL };
  g_autofree char *steps = g_strdup_printf ("%d", setup->attack_steps);

  cj_params_set_float (info->params, params, "epsilon", setup->attack_strength);
  if (cj_params_find (info->params, "steps") != NULL)
    {
      cj_params_parse (info->params, params, "steps", steps, NULL);
      /* so that the steps can cross the reach and more, as the paper has it */
      cj_params_set_float (info->params, params, "step", MIN (2.5 / setup->attack_steps, 1));
    }
  take_weights (self, program);
  memcpy (self->x, x->data, sizeof (float) * (gsize) (self->d * batch));
  memcpy (self->y, cj_program_get_y (program)->data, sizeof (gint32) * (gsize) batch);
  info->run (&call, self->out);
  memcpy (x->data, self->out, sizeof (float) * (gsize) (self->d * batch));
}
