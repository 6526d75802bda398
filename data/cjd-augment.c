/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjd-augment.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define MAX_STEPS 32

typedef struct
{
  const CjdAugmentInfo *info;
  gpointer params;
} Step;

struct _CjdAugmenter
{
  gint ref_count;
  guint n;
  Step steps[MAX_STEPS];
};

CjdAugmenter *
cjd_augmenter_ref (CjdAugmenter *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
cjd_augmenter_unref (CjdAugmenter *self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  for (guint i = 0; i < self->n; i++)
    g_free (self->steps[i].params);
  g_free (self);
}

/* Words of one step: the id, then name=value. */
static gboolean
parse_step (CjdAugmenter *self, const char *text, const CjShape *sample, GError **error)
{
  g_auto (GStrv) words = g_strsplit_set (text, " \t\n", -1);
  const CjdAugmentInfo *info = NULL;
  Step *step = &self->steps[self->n];

  for (guint i = 0; words[i] != NULL; i++)
    {
      char *value = strchr (words[i], '=');

      if (*words[i] == '\0')
        continue;
      if (info != NULL && value != NULL)
        {
          *value++ = '\0';
          if (cj_params_parse (info->params, step->params, words[i], value, error))
            continue;
          g_prefix_error (error, _ ("Augmentation “%s”: "), info->id);
          return FALSE;
        }
      if (info == NULL)
        info = cjd_augmentation_find (words[i]);
      if (info == NULL || step->info == info || self->n == MAX_STEPS)
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                       _ ("“%s” is no augmentation, or not of the form name=value. “cajal-cli list "
                          "augmentations” names them all; put commas between them."),
                       words[i]);
          return FALSE;
        }
      step->info = info;
      step->params = g_malloc0 (MAX (info->params_size, 1));
      cj_params_reset (info->params, step->params);
      self->n++;
    }
  if (info != NULL && info->pictures_only && sample->n_dims != 3)
    {
      g_set_error (
          error, CJ_ERROR, CJ_ERROR_PARAM,
          _ ("Augmentation “%s” is for pictures, which these samples are not. Leave it out."),
          info->id);
      return FALSE;
    }
  return TRUE;
}

CjdAugmenter *
cjd_augmenter_parse (const char *text, const CjShape *sample, GError **error)
{
  g_autoptr (CjdAugmenter) self = g_new0 (CjdAugmenter, 1);
  g_auto (GStrv) steps = g_strsplit (text, ",", -1);

  self->ref_count = 1;
  for (guint i = 0; steps[i] != NULL; i++)
    {
      if (self->n == MAX_STEPS)
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                       _ ("At most %d augmentations make a chain."), MAX_STEPS);
          return NULL;
        }
      if (!parse_step (self, steps[i], sample, error))
        return NULL;
    }
  return g_steal_pointer (&self);
}

guint
cjd_augmenter_get_n (const CjdAugmenter *self)
{
  return self->n;
}

const CjdAugmentInfo *
cjd_augmenter_get_info (const CjdAugmenter *self, guint step)
{
  return self->steps[step].info;
}

gconstpointer
cjd_augmenter_get_params (const CjdAugmenter *self, guint step)
{
  return self->steps[step].params;
}

gboolean
cjd_augmenter_needs_other (const CjdAugmenter *self)
{
  for (guint i = 0; i < self->n; i++)
    if (self->steps[i].info->needs_other)
      return TRUE;
  return FALSE;
}

void
cjd_augmenter_apply (const CjdAugmenter *self, CjRng *rng, CjdAugmentCall *call)
{
  for (guint i = 0; i < self->n; i++)
    self->steps[i].info->apply (self->steps[i].params, rng, call);
}

static float
sample_plane (const float *plane, gint64 h, gint64 w, double y, double x)
{
  const double top = CLAMP (y, 0, (double) (h - 1)), left = CLAMP (x, 0, (double) (w - 1));
  const gint64 y0 = (gint64) top, x0 = (gint64) left;
  const gint64 y1 = MIN (y0 + 1, h - 1), x1 = MIN (x0 + 1, w - 1);
  const float dy = (float) (top - (double) y0), dx = (float) (left - (double) x0);
  const float upper = plane[y0 * w + x0] * (1 - dx) + plane[y0 * w + x1] * dx;
  const float lower = plane[y1 * w + x0] * (1 - dx) + plane[y1 * w + x1] * dx;

  return upper * (1 - dy) + lower * dy;
}

void
cjd_augment_warp (CjdAugmentCall *call, const double m[6])
{
  const gint64 h = call->h, w = call->w;
  const double mid_y = (double) (h - 1) / 2, mid_x = (double) (w - 1) / 2;

  memcpy (call->scratch, call->x, sizeof (float) * (gsize) (call->c * h * w));
  for (gint64 c = 0; c < call->c; c++)
    for (gint64 i = 0; i < h; i++)
      for (gint64 j = 0; j < w; j++)
        {
          const double y = (double) i - mid_y, x = (double) j - mid_x;

          call->x[(c * h + i) * w + j]
              = sample_plane (call->scratch + c * h * w, h, w, m[0] * y + m[1] * x + m[2] + mid_y,
                              m[3] * y + m[4] * x + m[5] + mid_x);
        }
}
