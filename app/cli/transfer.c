/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cajal-cli transfer: makes a network that learned something ready to learn something else. */
#include "cli.h"

#include "cjl-adopt.h"
#include "cjl-refit.h"
#include "cjl-transfer.h"
#include "file.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  char *output, *data, *up_to;
  int all_but;  /* depths that learn; 0: not given */
  double rates; /* factor; 0: not given */
  gboolean unfreeze, new_head, json;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->output);
  g_free (options->data);
  g_free (options->up_to);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* The project on its data, those of the options if there are some. */
static CjdDataset *
load_data (CjlProject *project, const Options *options, GPtrArray *said, GError **error)
{
  g_autoptr (CjdDataset) dataset = options->data != NULL
                                       ? cjl_refit_data (project, options->data, said, error)
                                       : cjl_data_load (&project->data, error);
  int batch;

  if (dataset == NULL)
    return NULL;
  batch = options->data != NULL ? cjl_project_fit_batch (project, dataset) : 0;
  if (batch > 0)
    g_ptr_array_add (said, g_strdup_printf (_ ("The batch size is %d now: there are fewer training "
                                               "samples than it was."),
                                            batch));
  if (cjl_project_refit (project, dataset))
    g_ptr_array_add (said, g_strdup (_ ("The last layer is set to fit the data.")));
  return g_steal_pointer (&dataset);
}

static gboolean
freeze (CjlProject *project, const CjLowered *lowered, const Options *options, GError **error)
{
  if (options->unfreeze)
    cjl_project_unfreeze (project);
  if (options->up_to != NULL && !cjl_project_freeze_up_to (project, lowered, options->up_to, error))
    return FALSE;
  if (options->all_but > 0
      && !cjl_project_freeze_all_but (project, lowered, (guint) options->all_but, error))
    return FALSE;
  return options->rates <= 0 || cjl_project_set_rates (project, lowered, options->rates, error);
}

/* A run of no steps yet, with all weights that fit: where training begins. */
static gboolean
begin_run (CjlProject *project, CjdDataset *dataset, gboolean new_head, GPtrArray *said,
           GError **error)
{
  g_autoptr (CjlSession) session = NULL;
  g_autofree char *names = NULL;

  cjl_project_forget_run (project);
  session = cjl_session_new (project, dataset, cli_get_threads (0), error);
  if (session == NULL || (new_head && !cjl_session_renew_head (session, &names, error)))
    return FALSE;
  if (new_head)
    g_ptr_array_add (said, g_strdup_printf (/* Translators: %s is names of layers, as dense3 */
                                            _ ("The last layer begins anew: %s."), names));
  cjl_session_store (session, FALSE);
  return TRUE;
}

static void
print (CjlProject *project, const CjLowered *lowered, GPtrArray *said, const Options *options)
{
  GVariantDict dict;

  g_ptr_array_add (said, cjl_transfer_print (project->graph, lowered));
  if (options->json)
    {
      GVariantBuilder rows;

      g_variant_builder_init (&rows, G_VARIANT_TYPE ("av"));
      for (guint i = 0; i < project->graph->nodes->len; i++)
        if (((const CjNode *) project->graph->nodes->pdata[i])->frozen)
          g_variant_builder_add (
              &rows, "v",
              g_variant_new_string (((const CjNode *) project->graph->nodes->pdata[i])->id));
      g_variant_dict_init (&dict, NULL);
      g_variant_dict_insert_value (&dict, "frozen", g_variant_builder_end (&rows));
      g_variant_dict_insert (&dict, "file", "s", options->output);
      cli_print_json (g_variant_dict_end (&dict));
      return;
    }
  for (guint i = 0; i < said->len; i++)
    g_print ("%s\n", (const char *) said->pdata[i]);
  cli_print_file (options->output, FALSE);
}

static gboolean
transfer (const char *path, const Options *options, GError **error)
{
  g_autoptr (GPtrArray) said = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (CjlProject) project = cli_load_trained (path, error);
  g_autoptr (CjdDataset) dataset = NULL;
  g_autoptr (CjLowered) before = NULL, lowered = NULL;

  if (project == NULL || !cjd_file_can_write (options->output, error))
    return FALSE;
  dataset = load_data (project, options, said, error);
  if (dataset == NULL)
    return FALSE;
  before = cjl_project_lower (project, dataset, project->setup->batch);
  if (!freeze (project, before, options, error))
    return FALSE;
  lowered = cjl_project_lower (project, dataset, project->setup->batch);
  if (!cj_lowered_can_train (lowered, error)
      || !begin_run (project, dataset, options->new_head, said, error)
      || !cjl_project_save (project, options->output, error))
    return FALSE;
  print (project, lowered, said, options);
  return TRUE;
}

static int
run_transfer (int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output,
      N_ ("Write there, not over the project"), "OUT" },
    { "data", 'd', 0, G_OPTION_ARG_FILENAME, &options.data,
      N_ ("Other data: a source's id or a path"), "PATH" },
    { "freeze-up-to", 0, 0, G_OPTION_ARG_STRING, &options.up_to,
      N_ ("This layer and all before it do not learn"), "NODE" },
    { "freeze-all-but", 0, 0, G_OPTION_ARG_INT, &options.all_but,
      N_ ("Only the last K layers that connect units learn"), "K" },
    { "unfreeze", 0, 0, G_OPTION_ARG_NONE, &options.unfreeze, N_ ("All layers learn"), NULL },
    { "new-head", 0, 0, G_OPTION_ARG_NONE, &options.new_head,
      N_ ("The last layer begins with new weights"), NULL },
    { "rates", 0, 0, G_OPTION_ARG_DOUBLE, &options.rates,
      N_ ("Learning rates fall by this factor from layer to layer towards the data"), "F" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("One JSON object"), NULL },
    { NULL },
  };
  GError *error = NULL;
  int status = 0;

  if (!cli_parse_words (&cli_transfer, entries, &argc, &argv, 1, 1, &status)
      || !cli_check_number (&cli_transfer, "--freeze-all-but", options.all_but, 0, 1, 10000,
                            &status)
      || !cli_check_number (&cli_transfer, "--rates", options.rates, 0, 1, 100, &status))
    return status;
  if ((options.up_to != NULL) + (options.all_but > 0) + options.unfreeze > 1)
    {
      g_printerr (_ ("cajal-cli transfer: choose one of --freeze-up-to, --freeze-all-but and "
                     "--unfreeze.\n"));
      return 2;
    }
  if (options.output == NULL)
    options.output = g_strdup (argv[1]);
  if (!transfer (argv[1], &options, &error))
    status = cli_fail (error);
  return status;
}

const CliCommand cli_transfer = {
  "transfer",
  "F.cajal",
  N_ ("Makes a trained network ready to learn something else"),
  run_transfer,
  N_ ("Frozen layers keep weights and running statistics and drop nothing at random; where all\n"
      "before a layer is frozen too, no gradient is computed for it. With --data pictures are\n"
      "resized to what the network took before and the last layer fits the new classes; its\n"
      "weights are new then, all others stay. Rates that fall by 2.6 a layer are those of\n"
      "Howard and Ruder (2018, section 3.1).\n\n"
      "  cajal-cli transfer signs.cajal --data pictures/ --freeze-all-but 1 -o mine.cajal\n"
      "  cajal-cli train mine.cajal\n"
      "  cajal-cli transfer mine.cajal --unfreeze --rates 2.6\n"
      "  cajal-cli train mine.cajal"),
};
