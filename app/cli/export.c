/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cajal-cli export: projects for other programs, in the format of the file's ending. */
#include "cli.h"

#include "cjl-format.h"

#include <glib/gi18n-lib.h>

/* The tables of all formats. You free the array. */
static const CjParam **
dup_tables (void)
{
  GPtrArray *tables = g_ptr_array_new ();

  for (guint i = 0; cjl_formats[i] != NULL; i++)
    if (cjl_formats[i]->params != NULL)
      g_ptr_array_add (tables, (gpointer) cjl_formats[i]->params);
  g_ptr_array_add (tables, NULL);
  return (const CjParam **) g_ptr_array_free (tables, FALSE);
}

static GVariant *
print_list (const GPtrArray *texts)
{
  GVariantBuilder list;

  g_variant_builder_init (&list, G_VARIANT_TYPE ("av"));
  for (guint i = 0; i < texts->len; i++)
    g_variant_builder_add (&list, "v", g_variant_new_string (texts->pdata[i]));
  return g_variant_builder_end (&list);
}

/* The files that were written, and on the error stream what there is to say about them. */
static void
print_done (const char *path, const CjlExported *done, gboolean json)
{
  if (json)
    {
      g_auto (GVariantDict) object = G_VARIANT_DICT_INIT (NULL);

      g_variant_dict_insert (&object, "file", "s", path);
      if (done->files != NULL)
        g_variant_dict_insert_value (&object, "also", print_list (done->files));
      if (done->note != NULL)
        g_variant_dict_insert (&object, "note", "s", done->note);
      cli_print_json (g_variant_dict_end (&object));
      return;
    }
  cli_print_file (path, FALSE);
  for (guint i = 0; done->files != NULL && i < done->files->len; i++)
    cli_print_file (done->files->pdata[i], FALSE);
  if (done->note != NULL)
    g_printerr ("cajal-cli: %s\n", done->note);
}

static int
export_to (const char *from, const char *path, const CliOptions *words, gboolean json)
{
  const CjlFormat *format = cjl_format_of_file (path);
  g_autofree gpointer options = format != NULL ? cjl_format_new_options (format) : NULL;
  g_autoptr (CjlProject) project = NULL;
  g_auto (CjlExported) done = { 0 };
  GError *error = NULL;

  if (format != NULL && !cli_options_take (words, &cli_export, path, format->params, options))
    return 2;
  project = cjl_project_load (from, &error);
  if (project == NULL || !cjl_export (project, path, options, &done, &error))
    return cli_fail (error);
  print_done (path, &done, json);
  return 0;
}

static int
run_export (int argc, char **argv)
{
  g_autofree char *output = NULL;
  g_autofree const CjParam **tables = dup_tables ();
  g_auto (CliOptions) words = { 0 };
  gboolean json = FALSE;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output,
      N_ ("File to write; its ending says as what"), "model.safetensors" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("One JSON object"), NULL },
    { NULL },
  };
  int status = 0;

  cli_options_init (&words, entries, tables);
  if (!cli_parse_words (&cli_export, (const GOptionEntry *) words.entries->data, &argc, &argv, 1, 1,
                        &status))
    return status;
  if (output == NULL)
    {
      g_printerr (_ ("cajal-cli export: name the file to write with -o model.safetensors.\n"));
      return 2;
    }
  return export_to (argv[1], output, &words, json);
}

const CliCommand cli_export = {
  "export",
  "F.cajal -o FILE",
  N_ ("Writes a project for other programs"),
  run_export,
  N_ ("The ending of the file says what is written.\n\n"
      ".safetensors and .npz are the weights. Names and layouts are those of PyTorch, below the\n"
      "id of the node: conv1.weight [O, I, H, W], dense1.weight [out, in], batch1.running_mean,\n"
      "lstm1.weight_ih_l0. The metadata of a .safetensors file say how samples are normalised\n"
      "(mean, std), their shape, and the names of the classes.\n\n"
      ".py is a module of PyTorch that reads like the drawing: the network with its cards by "
      "name,\n"
      "its data pipeline and its training, also under torchrun. The weights stand beside it as\n"
      ".safetensors, and as .npz the samples that Cajal made, or how it split those of files. "
      "What\n"
      "PyTorch cannot say, as other learning rules than backprop, is refused by name.\n\n"
      ".onnx is the network with its weights for ONNX Runtime, OpenCV, PyTorch and others. It "
      "takes\n"
      "in N samples as they are stored, pixels from 0 to 255, and gives probabilities and scores;\n"
      "its metadata name the classes. --samples puts some beside it, with the right answers, in\n"
      "test_data_set_0; --int8 writes pairs of QuantizeLinear and DequantizeLinear.\n\n"
      ".nir is the network as other programs and chips for spiking neurons read it, from the\n"
      "input to where time steps are summed up. What NIR has no word for is refused by name.\n\n"
      ".c is the network for microcontrollers, with a .h beside it: no heap, no globals that "
      "change,\n"
      "one arena that the caller gives; with --int8 products of 8-bit whole numbers. .svg is the\n"
      "canvas as a picture, .dot the same as text for Graphviz.\n\n"
      "  cajal-cli export signs.cajal -o signs.safetensors\n"
      "  cajal-cli export signs.cajal -o signs.c --int8\n"
      "  cajal-cli export signs.cajal -o signs.py && python3 signs.py train\n"
      "  cajal-cli export signs.cajal -o signs.onnx --int8 --samples 8\n"
      "  cajal-cli export spikes.cajal -o spikes.nir --method euler --reset subtract"),
};
