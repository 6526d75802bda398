/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "toy-2d.h"

CjdDataset *
cjd_toy_make (const char *name, gconstpointer params, guint n_classes,
              const char *const *class_names, CjdToyPlace place, GError **error)
{
  const CjdToy *toy = params;
  const CjShape shape = cj_shape2 (toy->samples, 2), labels = cj_shape1 (toy->samples);
  CjTensor *x = cjd_gen_tensor (CJ_FLOAT32, &shape, error), *y;

  if (x == NULL)
    return NULL;
  y = cj_tensor_new (CJ_INT32, &labels);
  for (gsize i = 0; i < (gsize) toy->samples; i++)
    {
      const guint class = (guint) (i % n_classes);
      double at[2];
      CjRng rng;

      cjd_gen_start (&rng, toy->seed, i);
      place (params, &rng, class, at);
      for (guint k = 0; k < 2; k++)
        cj_tensor_f32 (x)[2 * i + k] = (float) (at[k] + toy->noise * cjd_gen_normal (&rng));
      cj_tensor_i32 (y)[i] = (gint32) class;
    }
  return cjd_gen_finish (name, x, y, n_classes, class_names, toy->seed);
}

CjdDataset *
cjd_toy_make_numbered (const char *name, gconstpointer params, guint n_classes, const char *word,
                       CjdToyPlace place, GError **error)
{
  g_auto (GStrv) names = g_new0 (char *, n_classes + 1);

  for (guint i = 0; i < n_classes; i++)
    names[i] = g_strdup_printf ("%s %u", word, i + 1);
  return cjd_toy_make (name, params, n_classes, (const char *const *) names, place, error);
}
