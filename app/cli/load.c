/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cajal-cli load: weights of other programs for a network. */
#include "cli.h"

#include "cjl-weights.h"
#include "file.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static const char *const fates[] = { "taken", "shape", "missing", "extra" };

/* Whether it goes without saying. */
static gboolean
is_plain (const CjlWeightsRow *row, const char *prefix)
{
  return row->fate == CJL_WEIGHTS_TAKEN && g_str_has_suffix (row->there, row->here)
         && strlen (row->there) == strlen (prefix) + strlen (row->here);
}

static void
print_row (const CjlWeightsRow *row, const char *prefix, gboolean json)
{
  g_autofree char *here = cj_shape_print (&row->shape_here);
  g_autofree char *there = cj_shape_print (&row->shape_there);
  g_autofree char *text = cjl_weights_row_print (row);
  GVariantDict dict;

  if (!json)
    {
      if (!is_plain (row, prefix))
        g_print ("%s\n", text);
      return;
    }
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "fate", "s", fates[row->fate]);
  if (row->here != NULL)
    {
      g_variant_dict_insert (&dict, "tensor", "s", row->here);
      g_variant_dict_insert (&dict, "shape", "s", here);
    }
  if (row->there != NULL)
    {
      g_variant_dict_insert (&dict, "file-tensor", "s", row->there);
      g_variant_dict_insert (&dict, "file-shape", "s", there);
    }
  cli_print_json (g_variant_dict_end (&dict));
}

static void
print_match (const CjlWeightsMatch *match, const char *output, gboolean json)
{
  g_autofree char *text = cjl_weights_match_print (match);
  GVariantDict dict;

  for (guint i = 0; i < match->rows->len; i++)
    print_row (&g_array_index (match->rows, CjlWeightsRow, i), match->prefix, json);
  if (!json)
    {
      g_print ("%s\n", text);
      cli_print_file (output, FALSE);
      return;
    }
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "taken", "x", (gint64) match->n_taken);
  g_variant_dict_insert (&dict, "tensors", "x", (gint64) match->table->entries->len);
  g_variant_dict_insert (&dict, "prefix", "s", match->prefix);
  g_variant_dict_insert (&dict, "file", "s", output);
  cli_print_json (g_variant_dict_end (&dict));
}

static gboolean
load (const char *path, const char *const *files, const char *output, gboolean by_order,
      gboolean json, GError **error)
{
  g_autoptr (GPtrArray) tensors = cjl_weights_load (files, error);
  g_autoptr (CjlProject) project = tensors != NULL ? cjl_project_load (path, error) : NULL;
  g_autoptr (CjdDataset) dataset = NULL;
  g_autoptr (CjlSession) session = NULL;
  g_autoptr (CjTable) table = NULL;
  g_autoptr (CjlWeightsMatch) match = NULL;

  if (project == NULL || !cjd_file_can_write (output, error))
    return FALSE;
  dataset = cjl_data_load (&project->data, error);
  if (dataset != NULL)
    session = cjl_session_new (project, dataset, cli_get_threads (0), error);
  if (session == NULL)
    return FALSE;
  table = cjl_session_dup_table (session);
  match = cjl_weights_match (table, tensors, by_order);
  if (!cjl_session_take_weights (session, match, error))
    return FALSE;
  cjl_session_store (session, FALSE);
  if (!cjl_project_save (project, output, error))
    return FALSE;
  print_match (match, output, json);
  return TRUE;
}

static int
run_load (int argc, char **argv)
{
  g_autofree char *output = NULL;
  gboolean json = FALSE, by_order = FALSE;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output, N_ ("Write there, not over the project"),
      "OUT" },
    { "by-order", 0, 0, G_OPTION_ARG_NONE, &by_order,
      N_ ("Layers without a match by name take the next of the file that has their shapes"), NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("One JSON object a line"), NULL },
    { NULL },
  };
  GError *error = NULL;
  int status = 0;

  if (!cli_parse_words (&cli_load, entries, &argc, &argv, 2, G_MAXINT, &status))
    return status;
  if (output == NULL)
    output = g_strdup (argv[1]);
  if (!load (argv[1], (const char *const *) argv + 2, output, by_order, json, &error))
    return cli_fail (error);
  return 0;
}

const CliCommand cli_load = {
  "load",
  "F.cajal X.{safetensors,npz,npy}…",
  N_ ("Loads weights from another program into a network"),
  run_load,
  N_ ("Names and shapes are those of PyTorch, as “cajal-cli export” writes them. A tensor is "
      "taken\n"
      "where both are the same; one prefix of all names, as “module.”, does not count. Floats of\n"
      "16 and 64 bits and whole numbers become float32. An .npy file is one tensor, named as the\n"
      "file. What is not taken is listed; if nothing fits, nothing is written.\n\n"
      "  cajal-cli load signs.cajal lenet.safetensors -o lenet.cajal\n"
      "  cajal-cli load signs.cajal sequential.npz --by-order\n"
      "  cajal-cli load signs.cajal dense1.weight.npy dense1.bias.npy"),
};
