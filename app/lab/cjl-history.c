/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The epochs of a run, in the project's file. */
#include "cj-runner.h"
#include "cj-variant.h"
#include "cjl-project.h"

#include <math.h>
#include <stddef.h>

/* Measures that only some tasks have. */
static const struct
{
  const char *name;
  gsize offset;
} more[] = {
  { "validation-top-5", offsetof (CjRunEpoch, val_top) },
  { "validation-f1", offsetof (CjRunEpoch, val_f1) },
  { "validation-mse", offsetof (CjRunEpoch, val_mse) },
};

GArray *
cjl_project_read_history (CjlProject *project)
{
  GVariantIter iter;
  GVariant *item;
  GArray *epochs = g_array_new (FALSE, FALSE, sizeof (CjRunEpoch));

  g_variant_iter_init (&iter, project->history);
  while (g_variant_iter_next (&iter, "v", &item))
    {
      g_autoptr (GVariant) owned = item;
      CjRunEpoch epoch = {
        .train.accuracy = NAN, .val = { NAN, NAN }, .val_top = NAN, .val_f1 = NAN, .val_mse = NAN
      };
      gint64 number = 0, step = 0;

      if (!g_variant_is_of_type (item, G_VARIANT_TYPE_VARDICT))
        continue;
      g_variant_lookup (item, "epoch", "x", &number);
      g_variant_lookup (item, "step", "x", &step);
      g_variant_lookup (item, "loss", "d", &epoch.train.loss);
      g_variant_lookup (item, "accuracy", "d", &epoch.train.accuracy);
      g_variant_lookup (item, "validation-loss", "d", &epoch.val.loss);
      g_variant_lookup (item, "validation-accuracy", "d", &epoch.val.accuracy);
      for (guint k = 0; k < G_N_ELEMENTS (more); k++)
        g_variant_lookup (item, more[k].name, "d", (double *) ((char *) &epoch + more[k].offset));
      g_variant_lookup (item, "sparsity", "d", &epoch.sparsity);
      epoch.epoch = (guint) number;
      epoch.step = (guint64) step;
      g_array_append_val (epochs, epoch);
    }
  return epochs;
}

void
cjl_project_write_history (CjlProject *project, const GArray *epochs)
{
  GVariantBuilder list;

  g_variant_builder_init (&list, G_VARIANT_TYPE ("av"));
  for (guint i = 0; i < epochs->len; i++)
    {
      const CjRunEpoch *epoch = &g_array_index (epochs, CjRunEpoch, i);
      GVariantDict dict;

      g_variant_dict_init (&dict, NULL);
      g_variant_dict_insert (&dict, "epoch", "x", (gint64) epoch->epoch);
      g_variant_dict_insert (&dict, "step", "x", (gint64) epoch->step);
      g_variant_dict_insert (&dict, "loss", "d", epoch->train.loss);
      if (isfinite (epoch->train.accuracy))
        g_variant_dict_insert (&dict, "accuracy", "d", epoch->train.accuracy);
      if (isfinite (epoch->val.loss))
        g_variant_dict_insert (&dict, "validation-loss", "d", epoch->val.loss);
      if (isfinite (epoch->val.accuracy))
        g_variant_dict_insert (&dict, "validation-accuracy", "d", epoch->val.accuracy);
      if (epoch->sparsity > 0)
        g_variant_dict_insert (&dict, "sparsity", "d", epoch->sparsity);
      for (guint k = 0; k < G_N_ELEMENTS (more); k++)
        {
          const double value = *(const double *) ((const char *) epoch + more[k].offset);

          if (isfinite (value))
            g_variant_dict_insert (&dict, more[k].name, "d", value);
        }
      g_variant_builder_add (&list, "v", g_variant_dict_end (&dict));
    }
  g_variant_unref (project->history);
  project->history = cj_variant_settle (g_variant_ref_sink (g_variant_builder_end (&list)));
}
