/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cajal-cli export: weights for other programs. */
#include "cli.h"

#include "cjl-export.h"

#include <glib/gi18n-lib.h>

static int
run_export (int argc, char **argv)
{
  g_autofree char *output = NULL;
  gboolean json = FALSE;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output, N_ ("File to write: .safetensors or .npz"),
      "model.safetensors" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("One JSON object"), NULL },
    { NULL },
  };
  g_autoptr (CjlProject) project = NULL;
  GError *error = NULL;
  int status = 0;

  if (!cli_parse_words (&cli_export, entries, &argc, &argv, 1, 1, &status))
    return status;
  if (output == NULL)
    {
      g_printerr (_ ("cajal-cli export: name the file to write with -o model.safetensors.\n"));
      return 2;
    }
  project = cjl_project_load (argv[1], &error);
  if (project == NULL || !cjl_export_weights (project, output, &error))
    return cli_fail (error);
  cli_print_file (output, json);
  return 0;
}

const CliCommand cli_export = {
  "export",
  "F.cajal -o X.{safetensors,npz}",
  N_ ("Writes the weights for other programs"),
  run_export,
  N_ ("Names and layouts are those of PyTorch, below the id of the node: conv1.weight [O, I,\n"
      "H, W], dense1.weight [out, in], batch1.running_mean, lstm1.weight_ih_l0. The metadata\n"
      "of a .safetensors file say how samples are normalised (mean, std), their shape, and\n"
      "the names of the classes.\n\n"
      "  cajal-cli export signs.cajal -o signs.safetensors"),
};
