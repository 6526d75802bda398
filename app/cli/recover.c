/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cajal-cli recover: what was not saved when a program ended. */
#include "cli.h"

#include "cjl-recovery.h"

#include <glib/gi18n-lib.h>

static void
print_remains (const CjlRemains *remains, gboolean json)
{
  g_autoptr (GDateTime) when = g_date_time_new_from_unix_local (remains->when);
  g_autofree char *date = when != NULL ? g_date_time_format (when, "%Y-%m-%d %H:%M:%S") : NULL;
  GVariantDict dict;

  if (!json)
    {
      g_print (_ ("%s  %s  “%s”  %u edits, %lld steps of training, %s\n"), remains->uuid,
               date != NULL ? date : "", remains->title, remains->n_edits,
               (long long) remains->step,
               remains->path != NULL ? remains->path : _ ("never saved"));
      return;
    }
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "uuid", "s", remains->uuid);
  g_variant_dict_insert (&dict, "title", "s", remains->title);
  g_variant_dict_insert (&dict, "edits", "x", (gint64) remains->n_edits);
  g_variant_dict_insert (&dict, "step", "x", remains->step);
  g_variant_dict_insert (&dict, "when", "x", remains->when);
  if (remains->path != NULL)
    g_variant_dict_insert (&dict, "path", "s", remains->path);
  cli_print_json (g_variant_dict_end (&dict));
}

/* By uuid or by the file's name. */
static const CjlRemains *
find (const GPtrArray *all, const char *word)
{
  g_autofree char *path = g_canonicalize_filename (word, NULL);

  for (guint i = 0; i < all->len; i++)
    {
      const CjlRemains *remains = all->pdata[i];

      if (g_str_equal (remains->uuid, word) || g_strcmp0 (remains->path, path) == 0)
        return remains;
    }
  return NULL;
}

static int
recover (const CjlRemains *remains, const char *output, gboolean json)
{
  GError *error = NULL;
  g_autoptr (CjlProject) project = cjl_recovery_restore (remains->uuid, &error);
  g_autofree char *path = NULL;

  if (project == NULL)
    return cli_fail (error);
  path = g_strdup (output != NULL ? output : project->path);
  if (path == NULL)
    {
      g_printerr (
          _ ("cajal-cli: “%s” has no file, or another program changed it since. Give a name "
             "with -o.\n"),
          project->title);
      return 2;
    }
  if (!cjl_project_keep (project, &error) || !cjl_project_save (project, path, &error))
    return cli_fail (error);
  cli_print_file (path, json);
  return 0;
}

static int
run_recover (int argc, char **argv)
{
  g_autofree char *output = NULL;
  gboolean discard = FALSE, json = FALSE;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output, N_ ("Write there, not over the project"),
      "F.cajal" },
    { "discard", 0, 0, G_OPTION_ARG_NONE, &discard, N_ ("Throw it away; the file stays as it is"),
      NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("One JSON object a line"), NULL },
    { NULL },
  };
  g_autoptr (GPtrArray) all = NULL;
  const CjlRemains *remains;
  GError *error = NULL;
  int status = 0;

  if (!cli_parse_words (&cli_recover, entries, &argc, &argv, 0, 1, &status))
    return status;
  all = cjl_recovery_list (&error);
  if (all == NULL)
    return cli_fail (error);
  if (argc == 1)
    {
      for (guint i = 0; i < all->len; i++)
        print_remains (all->pdata[i], json);
      if (all->len == 0 && !json)
        g_print (_ ("Everything is saved.\n"));
      return 0;
    }
  remains = find (all, argv[1]);
  if (remains == NULL)
    {
      g_printerr (
          _ ("cajal-cli: there is nothing unsaved of “%s”. “cajal-cli recover” lists what there "
             "is.\n"),
          argv[1]);
      return 1;
    }
  if (!discard)
    return recover (remains, output, json);
  return cjl_recovery_discard (remains->uuid, &error) ? 0 : cli_fail (error);
}

const CliCommand cli_recover = {
  "recover",
  "[F.cajal or UUID]",
  N_ ("Lists or saves what a crash left unsaved"),
  run_recover,
  N_ ("Every edit, and every ten seconds the state of a training, lies in the user's state\n"
      "folder (CAJAL_STATE_DIR chooses another) until it is saved."),
};
