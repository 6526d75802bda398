/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-damage.h"

#include <glib/gi18n-lib.h>
#include <math.h>

const char *const cj_damage_orders[]
    = { N_ ("random"), N_ ("strongest first"), N_ ("weakest first"), N_ ("clustered"), NULL };

gpointer
cj_damage_new_params (const CjDamageInfo *info)
{
  gpointer params = g_malloc0 (MAX (info->params_size, 1));

  if (info->params != NULL)
    cj_params_reset (info->params, params);
  return params;
}

/* The most important first; equals in order of their numbers, so that the order is one. */
static int
compare (gconstpointer a, gconstpointer b, gpointer data)
{
  const float *importance = data;
  const guint32 i = *(const guint32 *) a, k = *(const guint32 *) b;

  if (importance[i] != importance[k])
    return importance[i] > importance[k] ? -1 : 1;
  return i < k ? -1 : i > k;
}

guint32 *
cj_damage_list (CjDamageOrder order, const float *importance, gint64 n, guint64 seed,
                guint64 stream)
{
  guint32 *list = g_new (guint32, n + 1);
  CjRng rng;

  for (gint64 i = 0; i < n; i++)
    list[i] = (guint32) i;
  cj_rng_init (&rng, seed, CJ_RNG_DAMAGE, stream);
  if (order == CJ_DAMAGE_CLUSTERED && n > 0)
    {
      const guint32 first = cj_rng_below (&rng, (guint32) n);

      for (gint64 i = 0; i < n; i++)
        list[i] = (guint32) ((first + i) % n);
    }
  else if (importance == NULL || order == CJ_DAMAGE_RANDOM)
    cj_rng_shuffle (&rng, list, (gsize) n);
  else
    g_qsort_with_data (list, (int) n, sizeof *list, compare, (gpointer) importance);
  for (gint64 i = 0; order == CJ_DAMAGE_WEAKEST && importance != NULL && i < n / 2; i++)
    {
      const guint32 other = list[n - 1 - i];

      list[n - 1 - i] = list[i];
      list[i] = other;
    }
  return list;
}

gint64
cj_damage_count (double share, gint64 n)
{
  return CLAMP ((gint64) floor (share * (double) n + 0.5), 0, n);
}

void
cj_damage_hold (const CjDamageCall *call, CjDamageOrder order, float answer)
{
  g_autofree guint32 *list
      = cj_damage_list (order, call->importance, call->n_units, call->seed, call->layer);

  for (gint64 i = 0; i < cj_damage_count (call->dose, call->n_units); i++)
    {
      call->gain[list[i]] = 0;
      if (call->offset != NULL)
        call->offset[list[i]] = answer;
    }
}

void
cj_damage_clip (const CjDamageCall *call, gint64 i)
{
  const gint64 d = cj_shape_size (call->sample);

  for (gint64 j = 0; j < d; j++)
    call->x[i * d + j] = CLAMP (call->x[i * d + j], call->low[j], call->high[j]);
}
