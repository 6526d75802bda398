/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cajal-cli verify: the engine against a folder of reference vectors. */
#include "cli.h"

#include "cjl-verify.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  gboolean json, begun;
} Output;

static void
print_row (const CjlVerifyRow *row, gpointer data)
{
  Output *output = data;

  if (output->json)
    {
      GVariantDict dict;

      g_variant_dict_init (&dict, NULL);
      g_variant_dict_insert (&dict, "name", "s", row->name);
      g_variant_dict_insert (&dict, "pass", "b", row->pass);
      if (row->array != NULL)
        {
          g_variant_dict_insert (&dict, "error", "d", row->error);
          g_variant_dict_insert (&dict, "limit", "d", row->limit);
          g_variant_dict_insert (&dict, "array", "s", row->array);
        }
      if (row->note != NULL)
        g_variant_dict_insert (&dict, "note", "s", row->note);
      cli_print_json (g_variant_dict_end (&dict));
      return;
    }
  if (!output->begun)
    /* Translators: heads of the columns of a table; keep each where it ends or begins */
    g_print ("%s\n", _ ("case                                           error      limit"));
  output->begun = TRUE;
  g_print ("%-42s ", row->name);
  if (row->array != NULL)
    g_print ("%9.2e  %9.2e  ", row->error, row->limit);
  else
    g_print ("%9s  %9s  ", "", "");
  g_print ("%s%s%s\n", row->pass ? _ ("pass") : _ ("FAIL"), row->note != NULL ? "  " : "",
           row->note != NULL ? row->note : "");
}

static int
run_verify (int argc, char **argv)
{
  Output output = { FALSE, FALSE };
  int threads = 0, status = 0;
  const GOptionEntry entries[]
      = { { "json", 0, 0, G_OPTION_ARG_NONE, &output.json, N_ ("One JSON object a case"), NULL },
          { "threads", 0, 0, G_OPTION_ARG_INT, &threads, N_ ("How many threads compute"), "N" },
          { NULL } };
  CjlVerifyCount count = { 0 };
  GError *error = NULL;

  if (!cli_parse_words (&cli_verify, entries, &argc, &argv, 1, 1, &status)
      || !cli_check_number (&cli_verify, "--threads", threads, 0, 1, CLI_MAX_THREADS, &status))
    return status;
  if (!cjl_verify (argv[1], cli_get_threads (threads), print_row, &output, &count, &error))
    return cli_fail (error);
  if (!output.json)
    g_print (_ ("%u passed, %u failed\n"), count.n_passed, count.n_failed);
  return count.n_failed == 0 && count.n_passed > 0 ? 0 : 1;
}

const CliCommand cli_verify = {
  "verify",
  "FOLDER",
  N_ ("Compares the engine with reference vectors"),
  run_verify,
  N_ ("FOLDER holds manifest.json and one .npz a case. Every case is compiled and run as any\n"
      "network is; the largest error against its limit is printed. A case that no layer\n"
      "stands for counts as failed. The exit status is 0 only if all passed."),
};
