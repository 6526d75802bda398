/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cajal-cli import: networks of other programs as projects. */
#include "cli.h"

#include "cjl-nir.h"
#include "file.h"

#include <glib/gi18n-lib.h>

static gboolean
import (const char *from, const char *to, const CjlNirOptions *options, GError **error)
{
  g_autofree char *note = NULL;
  g_autoptr (CjlProject) project = cjl_nir_load (from, options, &note, error);

  if (project == NULL || !cjl_project_save (project, to, error))
    return FALSE;
  if (note != NULL)
    g_printerr ("cajal-cli: %s\n", note);
  return TRUE;
}

/* One option as the table of parameters reads it; FALSE after the mistake was told. */
static gboolean
take (const CliCommand *command, CjlNirOptions *options, const char *name, const char *text)
{
  g_autoptr (GError) error = NULL;

  if (text == NULL || cj_params_parse (cjl_nir_params, options, name, text, &error))
    return TRUE;
  g_printerr ("cajal-cli %s: --%s: %s\n", command->name, name, error->message);
  return FALSE;
}

gboolean
cli_nir_take (const CliCommand *command, const CliNirWords *words, CjlNirOptions *options)
{
  cjl_nir_options_init (options);
  return take (command, options, "dt", words->dt)
         && take (command, options, "method", words->method)
         && take (command, options, "reset", words->reset);
}

void
cli_nir_clear (CliNirWords *words)
{
  g_free (words->dt);
  g_free (words->method);
  g_free (words->reset);
}

static int
run_import (int argc, char **argv)
{
  g_autofree char *output = NULL;
  g_auto (CliNirWords) words = { 0 };
  gboolean json = FALSE;
  int status = 0;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output, N_ ("File to write"), "F.cajal" },
    CLI_NIR_ENTRIES (words),
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("One JSON object"), NULL },
    { NULL },
  };
  CjlNirOptions options;
  GError *error = NULL;

  if (!cli_parse_words (&cli_import, entries, &argc, &argv, 1, 1, &status))
    return status;
  if (!cli_nir_take (&cli_import, &words, &options))
    return 2;
  if (!cjl_nir_is_file (argv[1]))
    {
      g_printerr (_ ("cajal-cli import: “%s” is no model that can be read. It takes NIR graphs, "
                     "files that end in .nir.\n"),
                  argv[1]);
      return 1;
    }
  if (output == NULL)
    {
      g_autofree char *name = g_path_get_basename (argv[1]);

      *g_strrstr (name, ".nir") = '\0';
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
  "X.nir",
  N_ ("Makes a project of a network from another program"),
  run_import,
  N_ ("NIR graphs tell spiking neurons by differential equations: --dt and --method say how they\n"
      "become moments. Programs that write NIR usually take Euler's step and mean the dt they\n"
      "were trained with. The data of the new project are made up; give it yours with “set”.\n\n"
      "  cajal-cli import braille.nir --dt 0.1 --method euler -o braille.cajal\n"
      "  cajal-cli set braille.cajal data=recordings.npz data.normalise=as-is"),
};
