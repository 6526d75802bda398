/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cajal-cli import: networks of other programs as projects. */
#include "cli.h"

#include "cjl-nir.h"
#include "cjl-onnx-import.h"
#include "file.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static gboolean
import (const char *from, const char *to, const CjlNirOptions *options, GError **error)
{
  g_autofree char *note = NULL;
  g_autoptr (CjlProject) project = cjl_onnx_is_file (from)
                                       ? cjl_onnx_load (from, &note, error)
                                       : cjl_nir_load (from, options, &note, error);

  if (project == NULL || !cjl_project_save (project, to, error))
    return FALSE;
  if (note != NULL)
    g_printerr ("cajal-cli: %s\n", note);
  return TRUE;
}

static int
run_import (int argc, char **argv)
{
  g_autofree char *output = NULL;
  g_auto (CliOptions) words = { 0 };
  gboolean json = FALSE;
  int status = 0;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output, N_ ("File to write"), "F.cajal" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("One JSON object"), NULL },
    { NULL },
  };
  static const CjParam *const tables[] = { cjl_nir_params, NULL };
  CjlNirOptions options;
  GError *error = NULL;

  cli_options_init (&words, entries, tables);
  if (!cli_parse_words (&cli_import, (GOptionEntry *) words.entries->data, &argc, &argv, 1, 1,
                        &status))
    return status;
  cjl_nir_options_init (&options);
  if (!cli_options_take (&words, &cli_import, ".nir", cjl_nir_params, &options))
    return 2;
  if (!cjl_nir_is_file (argv[1]) && !cjl_onnx_is_file (argv[1]))
    {
      g_printerr (
          _ ("cajal-cli import: “%s” is no model that can be read. It takes ONNX models and "
             "NIR graphs, files that end in .onnx or .nir.\n"),
          argv[1]);
      return 1;
    }
  if (output == NULL)
    {
      g_autofree char *name = g_path_get_basename (argv[1]);

      *strrchr (name, '.') = '\0';
      output = g_strconcat (name, ".cajal", NULL);
    }
  if (g_file_test (output, G_FILE_TEST_EXISTS))
    {
      g_printerr (_ ("cajal-cli: “%s” is there already. Give another name with -o.\n"), output);
      return 1;
    }
  if (!cjd_file_can_write (output, &error) || !import (argv[1], output, &options, &error))
    return cli_fail (error);
  cli_print_file (output, json);
  return 0;
}

const CliCommand cli_import = {
  "import",
  "X.onnx|X.nir",
  N_ ("Makes a project of a network from another program"),
  run_import,
  N_ ("What layers stand for in an ONNX model becomes those layers, from convolutions to "
      "recurrent\n"
      "cells, attention and whole Transformer blocks; all else a card of one operator, which\n"
      "answers but does not learn. Operators that are not known are named. Of a model with "
      "several\n"
      "inputs, a sample of the data holds all of them one behind the other, as is said.\n\n"
      "NIR graphs tell spiking neurons by differential equations: --dt and --method say how they\n"
      "become time steps. Programs that write NIR usually take Euler's step and mean the dt they\n"
      "were trained with. The data of the new project are made up; give it yours with “set”.\n\n"
      "  cajal-cli import braille.nir --dt 0.1 --method euler -o braille.cajal\n"
      "  cajal-cli set braille.cajal data=recordings.npz data.normalise=as-is"),
};
