/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cajal-cli data: what a source or path holds. */
#include "cli.h"

#include "cjl-project.h"

static void
print_balance (const CjdDataset *dataset)
{
  g_autofree gsize *count = g_new0 (gsize, dataset->n_classes + 1);

  for (gsize i = 0; i < cjd_dataset_get_n_samples (dataset); i++)
    {
      const gint32 y = cj_tensor_i32 (dataset->y)[i];

      if (y >= 0 && y < (gint32) dataset->n_classes)
        count[y]++;
    }
  for (guint k = 0; k < dataset->n_classes; k++)
    {
      g_autofree char *number = g_strdup_printf ("%u", k);

      g_print ("  %-12s %8" G_GSIZE_FORMAT "\n",
               dataset->class_names != NULL ? dataset->class_names[k] : number, count[k]);
    }
}

static int
run_data (int argc, char **argv)
{
  g_autoptr (CjlProject) project = cjl_project_new ();
  g_autoptr (CjdDataset) dataset = NULL;
  g_autofree char *words = NULL;
  GError *error = NULL;
  int status = 0;

  if (!cli_parse_words (&cli_data, NULL, &argc, &argv, 1, 1, &status))
    return status;
  cjl_project_set_data (project, argv[1], NULL);
  dataset = cjl_data_load (&project->data, &error);
  if (dataset == NULL)
    return cli_fail (error);
  words = cjd_dataset_describe (dataset);
  g_print ("%s\n", words);
  for (guint i = 0; i < MIN (dataset->n_channels, 8); i++)
    g_print ("  channel %u: mean %.4f, deviation %.4f in training\n", i + 1,
             (double) dataset->mean[i], (double) dataset->std[i]);
  if (dataset->n_classes > 0 && dataset->y->dtype == CJ_INT32 && dataset->y->shape.n_dims == 1)
    print_balance (dataset);
  return 0;
}

const CliCommand cli_data
    = { "data", "SOURCE or PATH", "Says what it holds: shapes, splits, classes", run_data };
