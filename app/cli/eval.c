/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cajal-cli eval: measures a project on a split. */
#include "cli.h"

#include "cjl-figures.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* The measure's value where the task has it, beside loss and accuracy; else NAN. */
static double
get_measure (const CjMetricInfo *info, const CjMetrics *m)
{
  return info->get == NULL || info->get == cj_metrics_get_accuracy ? NAN : info->get (m);
}

static char *
get_class_name (const CjdDataset *dataset, guint k)
{
  const gboolean named = dataset->class_names != NULL && k < dataset->n_classes;

  return named ? g_strdup (dataset->class_names[k]) : g_strdup_printf ("%u", k);
}

static GVariant *
list_classes (const CjMetrics *m, const CjdDataset *dataset)
{
  GVariantBuilder list;

  g_variant_builder_init (&list, G_VARIANT_TYPE ("av"));
  for (guint k = 0; k < m->n_classes; k++)
    {
      const CjClassMetrics c = cj_metrics_get_class (m, k);
      g_autofree char *name = get_class_name (dataset, k);
      GVariantDict dict;

      g_variant_dict_init (&dict, NULL);
      g_variant_dict_insert (&dict, "class", "s", name);
      g_variant_dict_insert (&dict, "samples", "x", c.n);
      g_variant_dict_insert (&dict, "precision", "d", c.precision);
      g_variant_dict_insert (&dict, "recall", "d", c.recall);
      g_variant_dict_insert (&dict, "f1", "d", c.f1);
      g_variant_builder_add (&list, "v", g_variant_dict_end (&dict));
    }
  return g_variant_builder_end (&list);
}

/* Rows of true classes, columns of predicted ones. */
static GVariant *
list_confusion (const CjMetrics *m)
{
  GVariantBuilder rows;

  g_variant_builder_init (&rows, G_VARIANT_TYPE ("av"));
  for (guint i = 0; i < m->n_classes; i++)
    {
      GVariantBuilder row;

      g_variant_builder_init (&row, G_VARIANT_TYPE ("av"));
      for (guint k = 0; k < m->n_classes; k++)
        g_variant_builder_add (&row, "v", g_variant_new_int64 (m->confusion[i * m->n_classes + k]));
      g_variant_builder_add (&rows, "v", g_variant_builder_end (&row));
    }
  return g_variant_builder_end (&rows);
}

static void
print_score_json (const char *split, CjScore score, const CjMetrics *m, const CjdDataset *dataset)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "split", "s", split);
  if (isfinite (score.accuracy))
    g_variant_dict_insert (&dict, "accuracy", "d", score.accuracy);
  g_variant_dict_insert (&dict, "loss", "d", score.loss);
  g_variant_dict_insert (&dict, "samples", "x", m->n_samples);
  for (const CjMetricInfo *i = cj_metric_infos; i->id != NULL; i++)
    if (isfinite (get_measure (i, m)))
      g_variant_dict_insert (&dict, i->id, "d", get_measure (i, m));
  if (m->confusion != NULL)
    {
      g_variant_dict_insert_value (&dict, "classes", list_classes (m, dataset));
      g_variant_dict_insert_value (&dict, "confusion", list_confusion (m));
    }
  cli_print_json (g_variant_dict_end (&dict));
}

void
cli_print_score (const char *split, CjScore score, const CjMetrics *m, const CjdDataset *dataset,
                 gboolean json)
{
  if (json)
    {
      print_score_json (split, score, m, dataset);
      return;
    }
  g_print (_ ("%s  loss %.4f"), split, score.loss);
  if (m->task == CJ_TASK_CLASSES || m->task == CJ_TASK_SEQUENCE)
    g_print (_ ("  accuracy %.2f %%"), score.accuracy * 100);
  for (const CjMetricInfo *i = cj_metric_infos; i->id != NULL; i++)
    {
      const double value = get_measure (i, m);

      if (isfinite (value) && i->unit != NULL)
        g_print ("  %s %.2f %%", _ (i->title), value * 100);
      else if (isfinite (value))
        g_print ("  %s %.4g", _ (i->title), value);
    }
  g_print (g_dngettext (GETTEXT_PACKAGE, "  (%lld sample)\n", "  (%lld samples)\n",
                        (gulong) m->n_samples),
           (long long) m->n_samples);
}

/* The classes one by one, the worst first. */
static void
print_classes (const CjMetrics *m, const CjdDataset *dataset)
{
  g_autofree gboolean *done = g_new0 (gboolean, m->n_classes + 1);

  if (m->confusion == NULL)
    return;
  /* Translators: heads of the columns of a table; keep each where it ends or begins */
  g_print ("%s\n", _ ("class                precision    recall        F1   samples"));
  for (guint i = 0; i < m->n_classes; i++)
    {
      guint worst = m->n_classes;
      CjClassMetrics c = { 0 };
      g_autofree char *name = NULL;

      for (guint k = 0; k < m->n_classes; k++)
        {
          const CjClassMetrics other = cj_metrics_get_class (m, k);

          if (!done[k] && (worst == m->n_classes || other.f1 < c.f1))
            {
              worst = k;
              c = other;
            }
        }
      done[worst] = TRUE;
      name = get_class_name (dataset, worst);
      if (!isnan (c.f1))
        g_print ("%-20s %7.2f %% %7.2f %% %7.2f %% %9" G_GINT64_FORMAT "\n", name,
                 c.precision * 100, c.recall * 100, c.f1 * 100, c.n);
    }
}

static int
run_eval (int argc, char **argv)
{
  g_autofree char *split = NULL;
  gboolean json = FALSE;
  const GOptionEntry entries[] = {
    { "split", 0, 0, G_OPTION_ARG_STRING, &split, N_ ("train, val or test (the preset)"), "S" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("One JSON object"), NULL },
    { NULL },
  };
  g_autoptr (CjlProject) project = NULL;
  g_autoptr (CjdDataset) dataset = NULL;
  g_autoptr (CjMetrics) metrics = NULL;
  GError *error = NULL;
  CjScore score;
  CjdSplit which;
  int status = 0;

  if (!cli_parse_words (&cli_eval, entries, &argc, &argv, 1, 1, &status))
    return status;
  if (!cli_parse_split (split, CJD_SPLIT_TEST, &which, &error))
    {
      cli_fail (error);
      return 2;
    }
  project = cjl_project_load (argv[1], &error);
  if (project != NULL)
    dataset = cjl_data_load (&project->data, &error);
  if (dataset != NULL)
    metrics = cjl_score_split (project, dataset, which, &score, &error);
  if (metrics == NULL)
    return cli_fail (error);
  cli_print_score (split != NULL ? split : "test", score, metrics, dataset, json);
  if (!json)
    print_classes (metrics, dataset);
  return 0;
}

const CliCommand cli_eval = {
  "eval",
  "F.cajal",
  N_ ("Measures it on a split"),
  run_eval,
  N_ ("Prints loss and accuracy (or MSE, MAE and R²), then precision, recall and F1 of every\n"
      "class, the worst first. The JSON object holds “accuracy”, “loss”, the classes and the\n"
      "confusion matrix.\n\n"
      "  cajal-cli eval signs.cajal --split val --json"),
};
