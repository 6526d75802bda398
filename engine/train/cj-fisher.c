/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-fisher.h"

#include "cj-math.h"
#include "cj-rig.h"

#include <math.h>
#include <string.h>

struct _CjFisher
{
  CjProgram *program; /* of one sample, in evaluation mode */
};

void
cj_fisher_free (CjFisher *self)
{
  g_clear_pointer (&self->program, cj_program_free);
  g_free (self);
}

CjFisher *
cj_fisher_new (const CjGraph *graph, const CjFeed *feed, guint n_threads, GError **error)
{
  const CjDataSpec spec = cj_feed_get_spec (feed, 1);
  g_autoptr (CjFisher) self = g_new0 (CjFisher, 1);

  self->program = cj_program_new (graph, CJ_PURPOSE_EXPLAIN, &spec, n_threads, error);
  return self->program != NULL ? g_steal_pointer (&self) : NULL;
}

/* The parameter of the same name that can take the same numbers, or NULL. */
static const CjProgramParam *
find_same (CjProgram *program, const CjProgramParam *param)
{
  const CjProgramParam *same = cj_program_find_param (program, param->name);

  return same != NULL && cj_shape_equal (&same->shape, &param->shape) ? same : NULL;
}

static void
take_weights (CjFisher *self, CjProgram *from)
{
  for (guint i = 0; i < cj_program_get_n_params (self->program); i++)
    {
      const CjProgramParam *to = cj_program_get_param (self->program, i);
      const CjProgramParam *same = find_same (from, to);

      if (same != NULL)
        memcpy (cj_program_get_param_data (self->program, to),
                cj_program_get_param_data (from, same), sizeof (float) * (gsize) to->size);
    }
}

/* A class by the softmax of the scores. */
static gint32
draw_class (const float *scores, gint64 k, CjRng *rng)
{
  float most = scores[0];
  double sum = 0, left;
  gint32 c = 0;

  for (gint64 i = 1; i < k; i++)
    most = MAX (most, scores[i]);
  for (gint64 i = 0; i < k; i++)
    sum += exp ((double) scores[i] - most);
  left = cj_rng_uniform (rng) * sum;
  for (gint64 i = 0; i < k; i++)
    {
      const double share = exp ((double) scores[i] - most);

      if (share > 0)
        c = (gint32) i; /* one that has a chance, whatever rounding leaves */
      left -= share;
      if (left < 0)
        break;
    }
  return c;
}

CJ_CLONES static void
add_squares (float *restrict sum, const float *restrict g, gint64 n, float share)
{
  for (gint64 i = 0; i < n; i++)
    sum[i] += share * g[i] * g[i];
}

/* The slopes of the sample that is in the program. */
static void
add_sample (CjFisher *self, CjProgram *program, const CjContinual *setting, CjRng *rng, float share,
            float *out)
{
  CjTensor *y = cj_program_get_y (self->program);
  CjShape shape;
  const float *scores = cj_program_get_prediction (self->program, &shape);

  cj_program_forward (self->program, FALSE, 1, 0, 0);
  if (setting->fisher_labels == CJ_FISHER_PREDICTED && y != NULL && y->dtype == CJ_INT32
      && cj_shape_size (&y->shape) == 1 && cj_shape_size (&shape) > 1)
    {
      cj_tensor_i32 (y)[0] = draw_class (scores, cj_shape_size (&shape), rng);
      cj_program_forward (self->program, FALSE, 1, 0, 0);
    }
  cj_program_backward (self->program);
  for (guint i = 0; i < cj_program_get_n_params (self->program); i++)
    {
      const CjProgramParam *from = cj_program_get_param (self->program, i);
      const CjProgramParam *to = find_same (program, from);
      const float *g = cj_program_get_param_gradient (self->program, from);

      if (to != NULL && !to->state && !to->frozen && g != NULL)
        add_squares (out + to->offset, g, to->size, share);
    }
}

gboolean
cj_fisher_measure (CjFisher *self, CjProgram *program, CjFeed *feed, gsize begin, gsize end,
                   const CjContinual *setting, guint64 seed, guint64 index, float *out)
{
  const gsize n = MIN ((gsize) setting->fisher_samples, end - begin);
  gint64 size;
  CjRng rng;

  cj_program_get_weights (program, &size);
  memset (out, 0, sizeof (float) * (gsize) size);
  take_weights (self, program);
  cj_rng_init (&rng, seed, CJ_RNG_FISHER, index);
  for (gsize i = 0; i < n; i++)
    {
      const guint32 sample = (guint32) (begin + cj_rng_below (&rng, (guint32) (end - begin)));

      feed->fill (feed, &sample, 1, 0, seed, cj_program_get_x (self->program),
                  cj_program_get_y (self->program));
      add_sample (self, program, setting, &rng, 1.0f / (float) n, out);
    }
  return feed->problem == NULL;
}
