/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cajal-cli convert: a trained network as a spiking one. */
#include "cli.h"

#include "cjl-spiking.h"

#include <glib/gi18n-lib.h>

static gboolean
convert (const char *from, const char *to, const CjlSpikingOptions *options, GError **error)
{
  g_autoptr (CjlProject) project = cli_load_trained (from, error);
  g_autoptr (CjlProject) spiking = NULL;

  if (project == NULL)
    return FALSE;
  spiking = cjl_spiking_new_project (project, options, error);
  return spiking != NULL && cjl_project_save (spiking, to, error);
}

static int
run_convert (int argc, char **argv)
{
  CjlSpikingOptions options = { 100, 99.9 };
  g_autofree char *file = NULL;
  gboolean json = FALSE;
  int status = 0;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &file, N_ ("File to write"), "OUT.cajal" },
    { "steps", 0, 0, G_OPTION_ARG_INT, &options.steps,
      N_ ("Time steps for which a sample is shown, 100 unless given"), "N" },
    { "percentile", 0, 0, G_OPTION_ARG_DOUBLE, &options.percentile,
      N_ ("Which activation of a layer becomes its threshold, 99.9 unless given; 100: the largest"),
      "P" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("One JSON object"), NULL },
    { NULL },
  };
  GError *error = NULL;

  if (!cli_parse_words (&cli_convert, entries, &argc, &argv, 1, 1, &status)
      || !cli_check_number (&cli_convert, "--steps", options.steps, 100, 1, CJL_SPIKING_MAX_STEPS,
                            &status)
      || !cli_check_number (&cli_convert, "--percentile", options.percentile, 99.9, 1, 100,
                            &status))
    return status;
  if (file == NULL)
    {
      g_printerr (_ ("cajal-cli: convert needs --output, for it does not write over what was "
                     "trained.\n"));
      return 2;
    }
  if (!convert (argv[1], file, &options, &error))
    return cli_fail (error);
  cli_print_file (file, json);
  return 0;
}

const CliCommand cli_convert = {
  "convert",
  "F.cajal",
  N_ ("Makes a spiking network of a trained one with ReLUs"),
  run_convert,
  N_ ("The weights stay what they are, but for a factor a layer; ReLUs become integrate-and-fire\n"
      "neurons, whose thresholds are balanced by what training samples make the ReLUs give\n"
      "(Diehl et al. 2015). Takes chains of dense layers.\n\n"
      "  cajal-cli convert digits.cajal -o spikes.cajal --steps 50\n"
      "  cajal-cli eval spikes.cajal"),
};
