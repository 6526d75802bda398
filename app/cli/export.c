/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cajal-cli export: weights, and graphs of spiking neurons, for other programs. */
#include "cli.h"

#include "cjl-export.h"
#include "cjl-onnx-export.h"

#include <glib/gi18n-lib.h>

static gboolean
export_project (CjlProject *project, const char *output, const CjlNirOptions *options,
                GError **error)
{
  if (cjl_onnx_is_file (output))
    return cjl_onnx_save (project, output, 0, error);
  return cjl_nir_is_file (output) ? cjl_nir_save (project, output, options, error)
                                  : cjl_export_weights (project, output, error);
}

static int
run_export (int argc, char **argv)
{
  g_autofree char *output = NULL;
  g_auto (CliNirWords) words = { 0 };
  gboolean json = FALSE;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output,
      N_ ("File to write: .safetensors, .npz or .nir"), "model.safetensors" },
    CLI_NIR_ENTRIES (words),
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("One JSON object"), NULL },
    { NULL },
  };
  g_autoptr (CjlProject) project = NULL;
  CjlNirOptions options;
  GError *error = NULL;
  int status = 0;

  if (!cli_parse_words (&cli_export, entries, &argc, &argv, 1, 1, &status))
    return status;
  if (!cli_nir_take (&cli_export, &words, &options))
    return 2;
  if (output == NULL)
    {
      g_printerr (_ ("cajal-cli export: name the file to write with -o model.safetensors.\n"));
      return 2;
    }
  project = cjl_project_load (argv[1], &error);
  if (project == NULL || !export_project (project, output, &options, &error))
    return cli_fail (error);
  cli_print_file (output, json);
  return 0;
}

const CliCommand cli_export = {
  "export",
  "F.cajal -o X.{safetensors,npz,nir}",
  N_ ("Writes the weights, or a graph of spiking neurons, for other programs"),
  run_export,
  N_ ("Names and layouts are those of PyTorch, below the id of the node: conv1.weight [O, I,\n"
      "H, W], dense1.weight [out, in], batch1.running_mean, lstm1.weight_ih_l0. The metadata\n"
      "of a .safetensors file say how samples are normalised (mean, std), their shape, and\n"
      "the names of the classes.\n\n"
      "A .nir file is the network as other programs and chips for spiking neurons read it, from\n"
      "the input to where moments are summed up. What NIR has no word for is refused by name.\n\n"
      "  cajal-cli export signs.cajal -o signs.safetensors\n"
      "  cajal-cli export spikes.cajal -o spikes.nir --method euler --reset subtract"),
};
