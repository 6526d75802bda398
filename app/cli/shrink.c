/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cajal-cli shrink: takes units that are pruned as a whole out of a network. */
#include "cli.h"

#include "cjl-session.h"
#include "file.h"

#include <glib/gi18n-lib.h>

static gboolean
shrink (const char *path, const char *output, char **said, GError **error)
{
  g_autoptr (CjlProject) project = cjl_project_load (path, error);
  g_autoptr (CjdDataset) dataset = NULL;
  g_autoptr (CjlSession) session = NULL;

  if (project == NULL || !cjd_file_can_write (output, error))
    return FALSE;
  dataset = cjl_data_load (&project->data, error);
  if (dataset != NULL)
    session = cjl_session_new (project, dataset, cli_get_threads (0), error);
  if (session == NULL || !cjl_session_shrink (session, said, error))
    return FALSE;
  cjl_session_store (session, FALSE);
  return cjl_project_save (project, output, error);
}

static int
run_shrink (int argc, char **argv)
{
  g_autofree char *output = NULL, *said = NULL;
  gboolean json = FALSE;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output, N_ ("Write there, not over the project"),
      "OUT" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("One JSON object"), NULL },
    { NULL },
  };
  GError *error = NULL;
  int status = 0;

  if (!cli_parse_words (&cli_shrink, entries, &argc, &argv, 1, 1, &status))
    return status;
  if (output == NULL)
    output = g_strdup (argv[1]);
  if (!shrink (argv[1], output, &said, &error))
    return cli_fail (error);
  if (!json)
    g_print ("%s\n", said);
  cli_print_file (output, json);
  return 0;
}

const CliCommand cli_shrink = {
  "shrink",
  "F.cajal",
  N_ ("Takes pruned units out of the network"),
  run_shrink,
  N_ ("A unit or filter that hears nothing any more, and whose bias is pruned with it, goes, and\n"
      "with it what listens to it; the layers have so many units less. The network answers\n"
      "the same to samples of its data, else the units stay.\n\n"
      "  cajal-cli train F.cajal --set pruning.method=magnitude --set pruning.pattern=unit \\\n"
      "    --set pruning.scope=layer --set pruning.last-share=0 --set pruning.begin=1\n"
      "  cajal-cli shrink F.cajal -o small.cajal"),
};
