/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cajal-cli quantise: a trained network in whole numbers of few bits. */
#include "cli.h"

#include "cjl-quantise.h"

#include <glib/gi18n-lib.h>

static gboolean
quantise (const char *from, const char *to, const CjlQuantiseOptions *options, GError **error)
{
  g_autoptr (CjlProject) project = cli_load_trained (from, error);
  g_autoptr (CjlProject) made = NULL;

  if (project == NULL)
    return FALSE;
  made = cjl_quantise_new_project (project, options, error);
  return made != NULL && cjl_project_save (made, to, error);
}

static int
run_quantise (int argc, char **argv)
{
  CjlQuantiseOptions options = { 8, 99.99 };
  g_autofree char *file = NULL;
  gboolean json = FALSE;
  int status = 0;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &file, N_ ("File to write"), "OUT.cajal" },
    { "bits", 0, 0, G_OPTION_ARG_INT, &options.bits, N_ ("Bits of a number, 8 unless given"), "N" },
    { "percentile", 0, 0, G_OPTION_ARG_DOUBLE, &options.percentile,
      N_ ("How many of a hundred activations lie within their range, 99.99 unless given"), "P" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("One JSON object"), NULL },
    { NULL },
  };
  GError *error = NULL;

  if (!cli_parse_words (&cli_quantise, entries, &argc, &argv, 1, 1, &status)
      || !cli_check_number (&cli_quantise, "--bits", options.bits, 8, 2, 8, &status)
      || !cli_check_number (&cli_quantise, "--percentile", options.percentile, 99.99, 50, 100,
                            &status))
    return status;
  if (file == NULL)
    {
      g_printerr (_ ("cajal-cli: quantise needs --output, for it does not write over what was "
                     "trained.\n"));
      return 2;
    }
  if (!quantise (argv[1], file, &options, &error))
    return cli_fail (error);
  cli_print_file (file, json);
  return 0;
}

const CliCommand cli_quantise = {
  "quantise",
  "F.cajal",
  N_ ("Makes a network of 8-bit numbers of a trained one"),
  run_quantise,
  N_ ("Weights are rounded to levels, with a scale for every channel; what goes into dense layers\n"
      "and convolutions passes a layer Quantise, whose range comes from training samples\n"
      "(Jacob et al. 2018). Nothing is trained anew, but the new network can be.\n\n"
      "  cajal-cli quantise digits.cajal -o digits-8.cajal\n"
      "  cajal-cli eval digits-8.cajal"),
};
