/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cajal-cli new, show, check and set: project files without running them. */
#include "cli.h"

#include "cj-lower.h"
#include "cj-program.h"
#include "cjl-template.h"

#include <string.h>

static int
run_new (int argc, char **argv)
{
  g_autofree char *output = NULL;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output, "File to write", "F.cajal" },
    { NULL },
  };
  const CjlTemplate *template;
  g_autoptr (CjlProject) project = NULL;
  GError *error = NULL;
  int status = 0;

  if (!cli_parse_words (&cli_new, entries, &argc, &argv, 1, 1, &status))
    return status;
  template = cjl_template_find (argv[1]);
  if (template == NULL)
    {
      g_printerr ("cajal-cli: there is no template “%s”. “cajal-cli templates” names them.\n",
                  argv[1]);
      return 1;
    }
  if (output == NULL)
    output = g_strconcat (argv[1], ".cajal", NULL);
  if (g_file_test (output, G_FILE_TEST_EXISTS))
    {
      g_printerr ("cajal-cli: “%s” is there already. Give another name with -o.\n", output);
      return 1;
    }
  project = cjl_template_make (template, &error);
  if (project == NULL || !cjl_project_save (project, output, &error))
    return cli_fail (error);
  g_print ("%s\n", output);
  return 0;
}

static void
print_nodes (const CjlProject *project, const CjLowered *lowered, gint64 batch)
{
  g_autoptr (GPtrArray) order = cj_graph_sort (project->graph);

  for (guint i = 0; i < order->len; i++)
    {
      const CjNode *node = order->pdata[i];
      const CjLoweredNode *l = &lowered->nodes[cj_graph_get_index (project->graph, node)];
      g_autofree char *shape = NULL;

      if (l->valid)
        {
          const CjShape *s = cj_builder_get_shape (lowered->builder, l->out[0]);
          const CjShape one = cj_shape (s->n_dims > 0 ? s->n_dims - 1 : 0, s->dims + 1);

          shape = cj_shape_print (&one);
        }
      g_print ("  %-12s %-14s %-14s %12" G_GINT64_FORMAT " multiply-adds\n", node->id,
               node->layer->id, shape != NULL ? shape : "?", l->macs / batch);
    }
}

static gboolean
show (CjlProject *project, GError **error)
{
  g_autoptr (CjdDataset) dataset = cjl_data_load (&project->data, error);
  g_autoptr (CjLowered) lowered = NULL;
  g_autoptr (CjProgram) program = NULL;
  g_autofree char *words = NULL;
  CjDataSpec spec;
  CjProgramCost cost;

  if (dataset == NULL)
    return FALSE;
  spec = cjl_data_spec (dataset, project->setup->batch);
  lowered = cj_lower (project->graph, &spec);
  words = cjd_dataset_describe (dataset);
  g_print ("%s\n%s\n\n", project->title, words);
  print_nodes (project, lowered, spec.batch);
  program = cj_program_new (project->graph, CJ_PURPOSE_TRAIN, &spec, 1, error);
  if (program == NULL)
    return FALSE;
  cost = cj_program_get_cost (program);
  g_print ("\n%" G_GINT64_FORMAT " parameters, %" G_GINT64_FORMAT
           " multiply-adds a sample, %.1f MiB to train at batch %d\n",
           cost.n_params, cost.macs,
           (double) cj_trainer_count_bytes (program, project->setup) / (1 << 20),
           project->setup->batch);
  return TRUE;
}

static int
run_show (int argc, char **argv)
{
  g_autoptr (CjlProject) project = NULL;
  GError *error = NULL;
  int status = 0;

  if (!cli_parse_words (&cli_show, NULL, &argc, &argv, 1, 1, &status))
    return status;
  project = cjl_project_load (argv[1], &error);
  if (project == NULL || !show (project, &error))
    return cli_fail (error);
  return 0;
}

static int
run_check (int argc, char **argv)
{
  g_autoptr (CjlProject) project = NULL;
  g_autoptr (CjdDataset) dataset = NULL;
  g_autoptr (CjLowered) lowered = NULL;
  CjDataSpec spec;
  GError *error = NULL;
  int status = 0;

  if (!cli_parse_words (&cli_check, NULL, &argc, &argv, 1, 1, &status))
    return status;
  project = cjl_project_load (argv[1], &error);
  if (project != NULL)
    dataset = cjl_data_load (&project->data, &error);
  if (dataset == NULL)
    return cli_fail (error);
  spec = cjl_data_spec (dataset, project->setup->batch);
  lowered = cj_lower (project->graph, &spec);
  for (guint i = 0; i < lowered->problems->len; i++)
    {
      const CjProblem *problem = lowered->problems->pdata[i];

      g_print ("%s: %s\n", problem->kind == CJ_PROBLEM_ERROR ? "error" : "note", problem->sentence);
      status |= problem->kind == CJ_PROBLEM_ERROR;
    }
  if (lowered->losses->len == 0)
    {
      g_print ("error: no valid path leads from the data to a loss.\n");
      return 1;
    }
  if (lowered->problems->len == 0)
    g_print ("The network can be trained.\n");
  return status;
}

static int
run_set (int argc, char **argv)
{
  g_autoptr (CjlProject) project = NULL;
  GError *error = NULL;
  int status = 0;

  if (!cli_parse_words (&cli_set, NULL, &argc, &argv, 2, 10000, &status))
    return status;
  project = cjl_project_load (argv[1], &error);
  if (project == NULL)
    return cli_fail (error);
  for (int i = 2; i < argc; i++)
    {
      char *value = strchr (argv[i], '=');

      if (value == NULL)
        {
          g_printerr ("cajal-cli set: “%s” is not of the form node.param=value.\n", argv[i]);
          return 2;
        }
      *value++ = '\0';
      if (!cjl_project_set (project, argv[i], value, &error))
        return cli_fail (error);
    }
  return cjl_project_save (project, argv[1], &error) ? 0 : cli_fail (error);
}

const CliCommand cli_new = { "new", "TEMPLATE [-o F.cajal]", "Makes a project file", run_new };
const CliCommand cli_show
    = { "show", "F.cajal", "Prints layers, shapes, parameters, cost and memory", run_show };
const CliCommand cli_check
    = { "check", "F.cajal", "Lists everything that keeps it from training", run_check };
const CliCommand cli_set = { "set", "F.cajal NAME=VALUE…",
                             "Changes node.param, a training value, title or data", run_set };
