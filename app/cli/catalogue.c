/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cajal-cli list and describe: the catalogue as text, from the descriptors. */
#include "cli.h"

#include "cj-layer.h"

static int
run_list (int argc, char **argv)
{
  int status = 0;

  if (!cli_parse (&cli_list, NULL, &argc, &argv, &status))
    return status;
  for (const CjLayerInfo *const *layer = cj_layers (); *layer != NULL; layer++)
    g_print ("%-14s %-15s %s\n", (*layer)->id, (*layer)->category, (*layer)->blurb);
  return 0;
}

static void
describe_param (const CjParam *param, gconstpointer values)
{
  g_autofree char *preset = cj_params_print (param, values);
  g_autofree char *choices
      = param->choices != NULL ? g_strjoinv (", ", (char **) param->choices) : NULL;

  g_print ("  %-12s %s", param->name, param->blurb);
  if (choices != NULL)
    g_print (" (%s; preset %s)\n", choices, preset);
  else if (param->kind == CJ_PARAM_BOOL)
    g_print (" (true or false; preset %s)\n", preset);
  else
    g_print (" (%g to %g%s%s; preset %s)\n", param->min, param->max, param->unit != NULL ? " " : "",
             param->unit != NULL ? param->unit : "", preset);
}

static int
run_describe (int argc, char **argv)
{
  const CjLayerInfo *layer;
  g_autofree gpointer values = NULL;
  int status = 0;

  if (!cli_parse (&cli_describe, NULL, &argc, &argv, &status))
    return status;
  if (argc != 2)
    {
      g_printerr ("cajal-cli describe: give the id of one layer; “cajal-cli list” names them.\n");
      return 2;
    }
  layer = cj_layer_find (argv[1]);
  if (layer == NULL)
    {
      g_printerr ("cajal-cli: there is no layer “%s”. “cajal-cli list” names them.\n", argv[1]);
      return 1;
    }
  values = g_malloc0 (MAX (layer->params_size, 1));
  cj_params_reset (layer->params, values);
  g_print ("%s (%s)\n%s.\n\n  %s\n", layer->title, layer->id, layer->blurb, layer->formula);
  if (layer->biology != NULL)
    g_print ("\nIn the brain: %s.\n", layer->biology);
  if (layer->params != NULL)
    g_print ("\nParameters:\n");
  for (const CjParam *p = layer->params; p != NULL && p->name != NULL; p++)
    describe_param (p, values);
  return 0;
}

const CliCommand cli_list = { "list", "", "Names every layer", run_list };
const CliCommand cli_describe
    = { "describe", "ID", "Shows one layer: formula, parameters, ranges", run_describe };
