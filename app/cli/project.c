/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cajal-cli new, show, check and set: project files without running them. */
#include "cli.h"

#include "cj-error.h"
#include "cj-lower.h"
#include "cj-memory.h"
#include "cj-program.h"
#include "cj-runner.h"
#include "cjl-recovery.h"
#include "cjl-template.h"
#include "cjl-zoo.h"
#include "file.h"
#include "safetensors.h"

#include <glib/gi18n-lib.h>
#include <string.h>

CjlProject *
cli_load_trained (const char *path, GError **error)
{
  g_autoptr (CjlProject) project = cjl_project_load (path, error);

  if (project == NULL || cjl_project_get_weights (project)->len > 0)
    return g_steal_pointer (&project);
  g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
               _ ("%s has not learned anything yet. Train it first."), path);
  return NULL;
}

CjlProject *
cli_load_for_change (const char *path, GError **error)
{
  g_autoptr (CjlProject) project = cjl_project_load (path, error);
  g_autoptr (CjlRemains) remains = NULL;

  if (project == NULL)
    return NULL;
  if (cjl_project_get_read_only (project) != NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, "%s: %s", path,
                   cjl_project_get_read_only (project));
      return NULL;
    }
  remains = cjl_recovery_find (project->uuid);
  if (remains != NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   _ ("%s: A program ended before it saved what was done. “cajal-cli recover %s” "
                      "saves it, with --discard it is thrown away."),
                   path, remains->uuid);
      return NULL;
    }
  if (!cjl_project_keep (project, NULL)) /* a change without a journal is better than none */
    g_printerr ("cajal-cli: %s\n", cjl_project_get_keep_trouble (project));
  return g_steal_pointer (&project);
}

/* A project of a network of the zoo; on data of one's own it is made ready to learn them. */
static CjlProject *
make_from (const char *id, const char *data, GError **error)
{
  const CjlZooNet *net = cjl_zoo_find (id);
  g_autoptr (CjlProject) project = NULL;
  g_autoptr (CjdDataset) base = NULL;
  CjlDataChoice choice;

  if (net == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("There is no pre-trained network “%s”. “cajal-cli zoo” names them."), id);
      return NULL;
    }
  if (data == NULL)
    return cjl_zoo_load (net, error);
  project = cjl_project_new ();
  choice = cjl_data_choice_copy (&project->data);
  g_free (choice.source);
  choice.source = g_strdup (data);
  base = cjl_data_load_base (&choice, error);
  cjl_data_choice_clear (&choice);
  return base != NULL ? cjl_zoo_teach (net, data, base, error) : NULL;
}

static CjlProject *
make_new (const char *id, const char *from, const char *data, GError **error)
{
  const CjlTemplate *template = id != NULL ? cjl_template_find (id) : NULL;

  if (from != NULL)
    return make_from (from, data, error);
  if (template != NULL)
    return cjl_template_make (template, error);
  g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
               _ ("There is no template “%s”. “cajal-cli templates” names them."),
               id != NULL ? id : "");
  return NULL;
}

static int
run_new (int argc, char **argv)
{
  g_autofree char *output = NULL, *from = NULL, *data = NULL;
  gboolean json = FALSE;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output, N_ ("File to write"), "F.cajal" },
    { "from", 0, 0, G_OPTION_ARG_STRING, &from, N_ ("A pre-trained network, with its weights"),
      "ID" },
    { "data", 'd', 0, G_OPTION_ARG_FILENAME, &data,
      N_ ("With --from: pictures of your own, a folder a class, to be learned"), "FOLDER" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("One JSON object"), NULL },
    { NULL },
  };
  g_autoptr (CjlProject) project = NULL;
  GError *error = NULL;
  int status = 0;

  if (!cli_parse (&cli_new, entries, &argc, &argv, &status))
    return status;
  if (argc != (from == NULL) + 1 || (data != NULL && from == NULL))
    {
      g_printerr (_ ("cajal-cli new: give one template, or --from a pre-trained network, which may "
                     "have --data.\n"));
      return 2;
    }
  if (output == NULL)
    output = g_strconcat (from != NULL ? from : argv[1], ".cajal", NULL);
  if (g_file_test (output, G_FILE_TEST_EXISTS))
    {
      g_printerr (_ ("cajal-cli: “%s” is there already. Give another name with -o.\n"), output);
      return 1;
    }
  if (!cjd_file_can_write (output, &error))
    return cli_fail (error);
  project = make_new (from == NULL ? argv[1] : NULL, from, data, &error);
  if (project == NULL || !cjl_project_save (project, output, &error))
    return cli_fail (error);
  cli_print_file (output, json);
  return 0;
}

/* One node as `show` prints it. */
typedef struct
{
  const CjNode *node;
  char *shape;         /* of its output, or NULL */
  gint64 params, macs; /* learned numbers; multiply-adds of one sample */
  gint64 pruned;       /* of the learned numbers */
} Row;

static void
clear_row (gpointer row)
{
  g_free (((Row *) row)->shape);
}

/* How many weights of a parameter are pruned. */
static gint64
count_pruned (CjlProject *project, const CjProgramParam *param)
{
  const CjTensor *mask = cjd_named_tensors_find (cjl_project_get_masks (project), param->name);

  return mask != NULL && mask->dtype == CJ_UINT8 && cj_shape_equal (&mask->shape, &param->shape)
             ? cj_mask_count (mask->data, param->size)
             : 0;
}

static GArray *
make_rows (CjlProject *project, const CjLowered *lowered, const CjProgram *program, gint64 batch)
{
  g_autoptr (GPtrArray) order = cj_graph_sort (project->graph);
  GArray *rows = g_array_new (FALSE, FALSE, sizeof (Row));

  g_array_set_clear_func (rows, clear_row);
  for (guint i = 0; i < order->len; i++)
    {
      Row row = { .node = order->pdata[i] };
      const CjLoweredNode *l = &lowered->nodes[cj_graph_get_index (project->graph, row.node)];
      g_autofree char *prefix = g_strconcat (row.node->id, ".", NULL);

      row.macs = l->macs / batch;
      if (l->valid)
        {
          const CjShape *s = cj_builder_get_shape (lowered->builder, l->out[0]);
          const CjShape one = cj_shape (s->n_dims > 0 ? s->n_dims - 1 : 0, s->dims + 1);

          row.shape = cj_shape_print (&one);
        }
      for (guint k = 0; program != NULL && k < cj_program_get_n_params (program); k++)
        {
          const CjProgramParam *param = cj_program_get_param (program, k);

          if (param->state || !g_str_has_prefix (param->name, prefix))
            continue;
          row.params += param->size;
          row.pruned += count_pruned (project, param);
        }
      g_array_append_val (rows, row);
    }
  return rows;
}

/* A line for each block with the nodes drawn in it. */
static void
print_blocks (const CjGraph *graph)
{
  for (guint i = 0; i < graph->blocks->len; i++)
    {
      const CjBlock *block = graph->blocks->pdata[i];
      g_autoptr (GString) nodes = g_string_new (NULL);

      for (guint k = 0; k < graph->nodes->len; k++)
        if (cj_graph_is_within (graph, ((const CjNode *) graph->nodes->pdata[k])->block, block->id))
          g_string_append_printf (nodes, "%s%s", nodes->len > 0 ? ", " : "",
                                  ((const CjNode *) graph->nodes->pdata[k])->id);
      g_print (_ ("  block “%s”: %s\n"), block->title, nodes->str);
    }
}

/* Whether its weights learn, and at which part of the learning rate. */
static void
print_learning (const Row *row)
{
  if (row->node->frozen)
    g_print ("  %s", _ ("frozen"));
  else if (row->params > 0 && row->node->rate != 1)
    g_print ("  × %.3g", row->node->rate);
  else if (row->params > 0)
    g_print ("  %s", _ ("yes"));
}

static void
print_table (CjlProject *project, const CjdDataset *dataset, const GArray *rows,
             const CjProgramCost *cost, gint64 kept_bytes)
{
  g_autofree char *words = cjd_dataset_describe (dataset);

  g_print ("%s\n%s\n\n%s\n", project->title, words,
           /* Translators: heads of the columns of a table; keep each where it ends or begins */
           _ ("  node           layer              output           parameters  multiply-adds  "
              "learns"));
  for (guint i = 0; i < rows->len; i++)
    {
      const Row *row = &g_array_index (rows, Row, i);

      g_print ("  %-14s %-18s %-14s %12" G_GINT64_FORMAT " %14" G_GINT64_FORMAT, row->node->id,
               row->node->layer->id, row->shape != NULL ? row->shape : "?", row->params, row->macs);
      print_learning (row);
      if (row->pruned > 0)
        g_print (_ ("  %.1f %% pruned"), 100.0 * (double) row->pruned / (double) row->params);
      g_print ("\n");
    }
  print_blocks (project->graph);
  g_print (_ ("\n%lld parameters, %lld multiply-adds a sample, %.1f MiB to train at batch %d, at "
              "most %.1f MiB more of kept checkpoints\n"),
           (long long) cost->n_params, (long long) cost->macs,
           (double) cost->peak_bytes / (1 << 20), project->setup->batch,
           (double) kept_bytes / (1 << 20));
}

static void
print_table_json (CjlProject *project, const GArray *rows, const CjProgramCost *cost,
                  gint64 kept_bytes)
{
  GVariantDict dict;

  for (guint i = 0; i < rows->len; i++)
    {
      const Row *row = &g_array_index (rows, Row, i);
      const CjBlock *block = cj_graph_find_block (project->graph, row->node->block);

      g_variant_dict_init (&dict, NULL);
      g_variant_dict_insert (&dict, "node", "s", row->node->id);
      g_variant_dict_insert (&dict, "layer", "s", row->node->layer->id);
      if (row->shape != NULL)
        g_variant_dict_insert (&dict, "output", "s", row->shape);
      g_variant_dict_insert (&dict, "parameters", "x", row->params);
      g_variant_dict_insert (&dict, "pruned", "x", row->pruned);
      g_variant_dict_insert (&dict, "macs", "x", row->macs);
      g_variant_dict_insert (&dict, "frozen", "b", row->node->frozen);
      g_variant_dict_insert (&dict, "rate", "d", row->node->rate);
      if (block != NULL)
        g_variant_dict_insert (&dict, "block", "s", block->title);
      cli_print_json (g_variant_dict_end (&dict));
    }
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "title", "s", project->title);
  g_variant_dict_insert (&dict, "data", "s", project->data.source);
  g_variant_dict_insert (&dict, "parameters", "x", cost->n_params);
  g_variant_dict_insert (&dict, "macs", "x", cost->macs);
  g_variant_dict_insert (&dict, "peak-bytes", "x", cost->peak_bytes);
  g_variant_dict_insert (&dict, "checkpoint-bytes", "x", kept_bytes);
  g_variant_dict_insert (&dict, "batch", "x", (gint64) project->setup->batch);
  g_variant_dict_insert (&dict, "trained", "b", cjl_project_get_weights (project)->len > 0);
  cli_print_json (g_variant_dict_end (&dict));
}

static gboolean
show (CjlProject *project, gboolean json, GError **error)
{
  g_autoptr (CjdDataset) dataset = cjl_data_load (&project->data, error);
  g_autoptr (CjLowered) lowered = NULL;
  g_autoptr (CjProgram) program = NULL;
  g_autoptr (GArray) rows = NULL;
  const CjLearning learning = cj_train_setup_get_learning (project->setup);
  CjDataSpec spec;
  CjProgramCost cost = { 0 };
  gint64 kept_bytes = 0;

  if (dataset == NULL)
    return FALSE;
  spec = cjl_data_spec (dataset, project->setup->batch);
  lowered = cj_lower (project->graph, &spec);
  spec.learning = &learning;
  program = cj_program_new_sketch (project->graph, CJ_PURPOSE_TRAIN, &spec, 1, error);
  if (program != NULL)
    {
      cost = cj_program_get_cost (program);
      cost.peak_bytes = cj_trainer_count_bytes (program, project->setup);
      kept_bytes = cj_runner_count_kept_bytes (program, project->setup);
    }
  rows = make_rows (project, lowered, program, spec.batch);
  if (json)
    print_table_json (project, rows, &cost, kept_bytes);
  else
    print_table (project, dataset, rows, &cost, kept_bytes);
  return program != NULL && cj_memory_check (cost.peak_bytes, _ ("Training"), spec.batch, error);
}

static int
run_show (int argc, char **argv)
{
  gboolean json = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("One JSON object a layer, the last of the whole"),
      NULL },
    { NULL },
  };
  g_autoptr (CjlProject) project = NULL;
  GError *error = NULL;
  int status = 0;

  if (!cli_parse_words (&cli_show, entries, &argc, &argv, 1, 1, &status))
    return status;
  project = cjl_project_load (argv[1], &error);
  if (project == NULL || !show (project, json, &error))
    return cli_fail (error);
  return 0;
}

static void
print_problem (const CjProblem *problem, gboolean json)
{
  const char *kind = problem->kind == CJ_PROBLEM_ERROR ? "error" : "note";
  GVariantDict dict;

  if (!json)
    {
      g_print ("%s: %s\n", problem->kind == CJ_PROBLEM_ERROR ? _ ("error") : _ ("note"),
               problem->sentence);
      return;
    }
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "kind", "s", kind);
  g_variant_dict_insert (&dict, "sentence", "s", problem->sentence);
  if (problem->node != NULL)
    g_variant_dict_insert (&dict, "node", "s", problem->node);
  if (problem->mend != NULL)
    g_variant_dict_insert (&dict, "insert", "s", problem->mend);
  if (problem->set != NULL)
    g_variant_dict_insert (&dict, "set", "s", problem->set);
  cli_print_json (g_variant_dict_end (&dict));
}

static int
check (CjlProject *project, const CjdDataset *dataset, gboolean json)
{
  g_autoptr (CjLowered) lowered = cjl_project_lower (project, dataset, project->setup->batch);
  g_autoptr (GError) error = NULL;
  int status = 0;

  for (guint i = 0; i < lowered->problems->len; i++)
    {
      const CjProblem *problem = lowered->problems->pdata[i];

      print_problem (problem, json);
      status |= problem->kind == CJ_PROBLEM_ERROR;
    }
  if (lowered->losses->len == 0)
    {
      const CjProblem none
          = { .sentence
              = _ ("no valid path leads from the data to a loss. Add one, as cross-entropy.") };

      print_problem (&none, json);
      status = 1;
    }
  if (status == 0 && !cj_lowered_can_train (lowered, &error))
    {
      const CjProblem dam = { .node = lowered->dam, .sentence = error->message };

      print_problem (&dam, json);
      status = 1;
    }
  if (status == 0 && !json)
    g_print (_ ("The network can be trained.\n"));
  return status;
}

static int
run_check (int argc, char **argv)
{
  gboolean json = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("One JSON object a problem"), NULL },
    { NULL },
  };
  g_autoptr (CjlProject) project = NULL;
  g_autoptr (CjdDataset) dataset = NULL;
  GError *error = NULL;
  int status = 0;

  if (!cli_parse_words (&cli_check, entries, &argc, &argv, 1, 1, &status))
    return status;
  project = cjl_project_load (argv[1], &error);
  if (project != NULL)
    dataset = cjl_data_load (&project->data, &error);
  if (dataset == NULL)
    return cli_fail (error);
  return check (project, dataset, json);
}

static int
run_set (int argc, char **argv)
{
  g_autoptr (CjlProject) project = NULL;
  GError *error = NULL;
  int status = 0;

  if (!cli_parse_words (&cli_set, NULL, &argc, &argv, 2, 10000, &status))
    return status;
  project = cli_load_for_change (argv[1], &error); /* so that the window can undo it */
  if (project == NULL)
    return cli_fail (error);
  for (int i = 2; i < argc; i++)
    {
      char *value = strchr (argv[i], '=');

      if (value == NULL)
        {
          g_printerr (_ ("cajal-cli set: “%s” is not of the form node.param=value.\n"), argv[i]);
          status = 2;
          break;
        }
      *value++ = '\0';
      if (!cjl_project_set (project, argv[i], value, &error))
        {
          status = cli_fail (error);
          break;
        }
    }
  if (status == 0 && !cjl_project_save (project, argv[1], &error))
    status = cli_fail (error);
  if (status != 0)
    cjl_project_forget_unsaved (project);
  return status;
}

const CliCommand cli_new = { "new", "TEMPLATE", N_ ("Makes a project file of a template"), run_new,
                             N_ ("Without -o the file is TEMPLATE.cajal in this folder.") };
const CliCommand cli_show = {
  "show", "F.cajal", N_ ("Prints layers, shapes, parameters, cost and memory"), run_show,
  N_ ("The last column says which layers are frozen and by what factor the learning rate of\n"
      "others differs. Memory is what training takes at the project's batch size. Fails if the\n"
      "network cannot be compiled; “cajal-cli check” then says why.")
};
const CliCommand cli_check = {
  "check", "F.cajal", N_ ("Lists everything that keeps it from training"), run_check,
  N_ ("Each problem is a sentence with the way out. The exit status is 1 if one of them keeps\n"
      "the network from being trained; notes do not.")
};
const CliCommand cli_set = {
  "set",
  "F.cajal NAME=VALUE…",
  N_ ("Changes node.param, a training value, title or data"),
  run_set,
  N_ ("Either all values are set or none.\n\n"
      "  cajal-cli set F.cajal conv1.filters=32 optimizer=sgd optimizer.momentum=0.9 "
      "data=../mnist"),
};
