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

/* "0.98 0.61 nan": accuracies in the order of the tasks. */
static char *
print_tasks (const CjRunEpoch *epoch)
{
  GString *text = g_string_new (NULL);
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  for (guint t = 0; t < epoch->n_tasks; t++)
    g_string_append_printf (text, "%s%s", t > 0 ? " " : "",
                            isfinite (epoch->tasks[t])
                                ? g_ascii_formatd (number, sizeof number, "%.7g", epoch->tasks[t])
                                : "-");
  return g_string_free (text, FALSE);
}

static void
read_tasks (CjRunEpoch *epoch, GVariant *item)
{
  const char *text = NULL;
  gint64 task = 0;
  g_auto (GStrv) numbers = NULL;

  g_variant_lookup (item, "tasks", "&s", &text);
  g_variant_lookup (item, "task", "x", &task);
  g_variant_lookup (item, "task-ended", "b", &epoch->task_ended);
  numbers = g_strsplit (text != NULL ? text : "", " ", CJ_TASKS_MAX + 1);
  epoch->n_tasks = MIN (g_strv_length (numbers), CJ_TASKS_MAX);
  if (epoch->n_tasks < 2 || task < 0 || task >= epoch->n_tasks)
    epoch->n_tasks = 0;
  epoch->task = (guint) task * (epoch->n_tasks > 0);
  for (guint t = 0; t < CJ_TASKS_MAX; t++)
    epoch->tasks[t] = t < epoch->n_tasks && !g_str_equal (numbers[t], "-")
                          ? (float) g_ascii_strtod (numbers[t], NULL)
                          : NAN;
}

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
      read_tasks (&epoch, item);
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
      if (epoch->n_tasks > 0)
        {
          g_autofree char *tasks = print_tasks (epoch);

          g_variant_dict_insert (&dict, "task", "x", (gint64) epoch->task);
          g_variant_dict_insert (&dict, "task-ended", "b", epoch->task_ended);
          g_variant_dict_insert (&dict, "tasks", "s", tasks);
        }
      g_variant_builder_add (&list, "v", g_variant_dict_end (&dict));
    }
  g_variant_unref (project->history);
  project->history = cj_variant_settle (g_variant_ref_sink (g_variant_builder_end (&list)));
}
