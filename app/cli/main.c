/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli.h"

#include "cj-error.h"
#include "cjl-json.h"
#include "cjl-language.h"
#include "cjl-plugins.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>

static const CliCommand *const commands[]
    = { &cli_list,      &cli_describe,   &cli_templates, &cli_new,    &cli_show,     &cli_check,
        &cli_set,       &cli_data,       &cli_train,     &cli_eval,   &cli_predict,  &cli_convert,
        &cli_explain,   &cli_figure,     &cli_card,      &cli_neuron, &cli_load,     &cli_transfer,
        &cli_zoo,       &cli_export,     &cli_shrink,    &cli_energy, &cli_quantise, &cli_import,
        &cli_onnx_test, &cli_onnx_check, &cli_recover,   &cli_verify, &cli_bench,    &cli_plugins };

static const char exit_status[] = N_ ("Exit status: 0 done, 1 failed, 2 wrong use.");

static void
print_help (void)
{
  g_print (_ ("Usage: cajal-cli COMMAND [OPTION…] [ARGUMENT…]\n"
              "A lab for neural networks, without its window.\n\nCommands:\n"));
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    g_print ("  %-10s %s\n", commands[i]->name, _ (commands[i]->blurb));
  g_print (
      _ ("\n  --help     show this text; “cajal-cli COMMAND --help” says more about one command\n"
         "  --version  show the version\n\n"
         "A first run:\n"
         "  cajal-cli new lenet-5 -o signs.cajal\n"
         "  cajal-cli train signs.cajal\n"
         "  cajal-cli figure signs.cajal confusion -o confusion.pdf\n\n"
         "With --json a command prints one JSON object a line, in UTF-8, and nothing else, on its\n"
         "output, and speaks English; progress and mistakes go to the error stream.\n\n%s\n"),
      _ (exit_status));
}

gboolean
cli_parse (const CliCommand *command, const GOptionEntry *entries, int *argc, char ***argv,
           int *status)
{
  g_autofree char *usage = g_strdup_printf ("%s\n\n%s.", command->arguments, _ (command->blurb));
  g_autofree char *end
      = g_strconcat (command->details != NULL ? _ (command->details) : "",
                     command->details != NULL ? "\n\n" : "", _ (exit_status), NULL);
  g_autoptr (GOptionContext) context = g_option_context_new (usage);
  g_autofree char *program = g_strdup_printf ("cajal-cli %s", command->name);
  g_autoptr (GError) error = NULL;

  g_set_prgname (program);
  g_option_context_set_description (context, end);
  if (entries != NULL)
    g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (g_option_context_parse (context, argc, argv, &error))
    return TRUE;
  g_printerr ("%s: %s\n", program, error->message);
  *status = 2;
  return FALSE;
}

gboolean
cli_parse_words (const CliCommand *command, const GOptionEntry *entries, int *argc, char ***argv,
                 int least, int most, int *status)
{
  if (!cli_parse (command, entries, argc, argv, status))
    return FALSE;
  *status = 2;
  for (int i = 1; i < *argc; i++)
    if ((*argv)[i][0] == '\0')
      {
        g_printerr (_ ("cajal-cli %s: argument %d is empty.\n"), command->name, i);
        return FALSE;
      }
  if (*argc - 1 < least || *argc - 1 > most)
    {
      if (command->arguments[0] == '\0')
        g_printerr (_ ("cajal-cli %s: it takes no arguments. “cajal-cli %s --help” says more.\n"),
                    command->name, command->name);
      else
        g_printerr (_ ("cajal-cli %s: it takes %s. “cajal-cli %s --help” says more.\n"),
                    command->name, command->arguments, command->name);
      return FALSE;
    }
  *status = 0;
  return TRUE;
}

gboolean
cli_check_number (const CliCommand *command, const char *option, double value, double unset,
                  double least, double most, int *status)
{
  if (value == unset || (value >= least && value <= most))
    return TRUE;
  g_printerr (_ ("cajal-cli %s: %s cannot be %.10g. It takes a number from %.10g to %.10g.\n"),
              command->name, option, value, least, most);
  *status = 2;
  return FALSE;
}

int
cli_fail (GError *error)
{
  g_printerr ("cajal-cli: %s\n", error->message);
  g_error_free (error);
  return 1;
}

void
cli_print_text (const char *text)
{
  fputs (text, stdout);
  fflush (stdout);
}

void
cli_print_json (GVariant *object)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (object);
  g_autofree char *text = cjl_json_print (owned, FALSE);

  cli_print_text (text);
  cli_print_text ("\n");
}

void
cli_print_file (const char *path, gboolean json)
{
  GVariantDict dict;

  if (!json)
    {
      g_print ("%s\n", path);
      return;
    }
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "file", "s", path);
  cli_print_json (g_variant_dict_end (&dict));
}

gboolean
cli_parse_split (const char *text, CjdSplit preset, CjdSplit *split, GError **error)
{
  static const char *const splits[CJD_N_SPLITS] = { "train", "val", "test" };

  *split = preset;
  for (guint i = 0; text != NULL && i < CJD_N_SPLITS; i++)
    if (g_str_equal (splits[i], text))
      {
        *split = (CjdSplit) i;
        return TRUE;
      }
  if (text != NULL)
    g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                 _ ("There is no split “%s”. Choose train, val or test."), text);
  return text == NULL;
}

guint
cli_get_threads (int threads)
{
  return (guint) CLAMP (threads > 0 ? threads : (int) g_get_num_processors (), 1, CLI_MAX_THREADS);
}

/* The plugins, before anything else; what is wrong with one is said, and the command goes on. */
static void
load_plugins (const CliCommand *command)
{
  const GPtrArray *plugins = cjl_plugins_load ();

  for (guint i = 0; i < plugins->len && command != &cli_plugins; i++)
    {
      const CjlPlugin *plugin = plugins->pdata[i];

      if (plugin->sentence != NULL)
        g_printerr ("cajal-cli: %s: %s\n", plugin->path, plugin->sentence);
    }
}

int
main (int argc, char **argv)
{
  cjl_language_set ();
  if (g_strv_contains ((const char *const *) argv, "--json"))
    cjl_language_set_plain ();
  if (argc < 2 || g_str_equal (argv[1], "--help") || g_str_equal (argv[1], "help"))
    {
      print_help ();
      return argc < 2 ? 2 : 0;
    }
  if (g_str_equal (argv[1], "--version"))
    {
      g_print ("cajal-cli %s\n", CAJAL_VERSION);
      return 0;
    }
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (commands[i]->name, argv[1]))
      {
        load_plugins (commands[i]);
        return commands[i]->run (argc - 1, argv + 1);
      }
  g_printerr (_ ("cajal-cli: there is no command “%s”. “cajal-cli --help” lists them.\n"), argv[1]);
  return 2;
}
