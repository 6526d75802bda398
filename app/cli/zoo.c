/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cajal-cli zoo: the shipped networks, and their recipes followed again. */
#include "cli.h"

#include "cjl-zoo.h"
#include "file.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <unistd.h>

#define TOLERANCE 0.01 /* of an accuracy: where the plan is another, the bits are */

typedef struct
{
  char *output, *data;
  int threads;
  gboolean json;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->output);
  g_free (options->data);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static void
tell (gpointer data, double share)
{
  if (isatty (STDERR_FILENO))
    g_printerr ("\r\033[K%s  %3.0f %%", (const char *) data, share * 100);
}

static void
print_net (const CjlZooNet *net, gboolean json)
{
  g_autoptr (CjlProject) project = cjl_zoo_load (net, NULL);
  g_autoptr (GVariant) origin = project != NULL ? cjl_zoo_get_origin (project) : NULL;
  const CjlTemplate *t = &net->experiment;
  GVariantDict dict;

  if (!json)
    {
      g_print ("%-14s %-22s %s (%.1f %%)\n", t->id, _ (t->title), _ (t->blurb),
               net->accuracy * 100);
      return;
    }
  g_variant_dict_init (&dict, origin);
  g_variant_dict_insert (&dict, "id", "s", t->id);
  g_variant_dict_insert (&dict, "title", "s", t->title);
  g_variant_dict_insert (&dict, "blurb", "s", t->blurb);
  g_variant_dict_insert (&dict, "shipped", "b", project != NULL);
  cli_print_json (g_variant_dict_end (&dict));
}

/* Whether what was trained is what is shipped: the same bits where the plan is the same, else the accuracy. */
static gboolean
compare (const CjlZooNet *net, CjlProject *trained, CjScore score, gboolean json)
{
  g_autoptr (CjlProject) shipped = cjl_zoo_load (net, NULL);
  g_autoptr (GVariant) origin = shipped != NULL ? cjl_zoo_get_origin (shipped) : NULL;
  g_autoptr (GVariant) now = cjl_zoo_get_origin (trained);
  const gboolean same = shipped != NULL && cjl_zoo_is_same (shipped, trained);
  const char *old_plan = NULL, *new_plan = NULL;
  double accuracy = NAN;
  gboolean good;
  GVariantDict dict;

  if (origin != NULL)
    {
      g_variant_lookup (origin, "accuracy", "d", &accuracy);
      g_variant_lookup (origin, "plan", "&s", &old_plan);
    }
  g_variant_lookup (now, "plan", "&s", &new_plan);
  good = same
         || (g_strcmp0 (old_plan, new_plan) != 0 && fabs (accuracy - score.accuracy) <= TOLERANCE);
  if (json)
    {
      g_variant_dict_init (&dict, NULL);
      g_variant_dict_insert (&dict, "id", "s", net->experiment.id);
      g_variant_dict_insert (&dict, "accuracy", "d", score.accuracy);
      g_variant_dict_insert (&dict, "shipped-accuracy", "d", accuracy);
      g_variant_dict_insert (&dict, "same-bits", "b", same);
      g_variant_dict_insert (&dict, "same-plan", "b", g_strcmp0 (old_plan, new_plan) == 0);
      g_variant_dict_insert (&dict, "reproduced", "b", good);
      cli_print_json (g_variant_dict_end (&dict));
      return good;
    }
  g_print (_ ("%s: accuracy %.2f %%"), net->experiment.id, score.accuracy * 100);
  if (shipped == NULL)
    g_print (_ ("; none is shipped yet\n"));
  else if (same)
    g_print (_ (", bit for bit what is shipped\n"));
  else
    g_print (good ? _ ("; what is shipped has %.2f %%, by another plan of kernels\n")
                  : _ ("; what is shipped has %.2f %% and was NOT reproduced\n"),
             accuracy * 100);
  return good || shipped == NULL;
}

/* Follows a recipe; *good: what came out is what is shipped. */
static gboolean
train (const CjlZooNet *net, const Options *options, gboolean *good, GError **error)
{
  CjScore score = { 0 };
  g_autoptr (CjlProject) project
      = cjl_zoo_train (net, options->data, cli_get_threads (options->threads), tell,
                       (gpointer) net->experiment.id, &score, error);

  if (isatty (STDERR_FILENO))
    g_printerr ("\r\033[K");
  if (project == NULL)
    return FALSE;
  *good &= compare (net, project, score, options->json);
  return options->output == NULL || cjl_project_save (project, options->output, error);
}

static int
run_zoo (int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output,
      N_ ("File to write what was trained to, of one ID"), "F.cajal" },
    { "data", 'd', 0, G_OPTION_ARG_FILENAME, &options.data,
      N_ ("Folder of data sets; none: CAJAL_DATA_DIR"), "FOLDER" },
    { "threads", 't', 0, G_OPTION_ARG_INT, &options.threads, N_ ("Threads; none: all processors"),
      "N" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("One JSON object a line"), NULL },
    { NULL },
  };
  gboolean good = TRUE;
  GError *error = NULL;
  int status = 0;

  if (!cli_parse_words (&cli_zoo, entries, &argc, &argv, 0, options.output != NULL ? 1 : G_MAXINT,
                        &status))
    return status;
  for (const CjlZooNet *net = cjl_zoo (); argc == 1 && net->experiment.id != NULL; net++)
    print_net (net, options.json);
  for (int i = 1; i < argc; i++)
    {
      const CjlZooNet *net = cjl_zoo_find (argv[i]);

      if (net == NULL)
        {
          g_printerr (_ ("cajal-cli: there is no pre-trained network “%s”. “cajal-cli zoo” names "
                         "them.\n"),
                      argv[i]);
          return 1;
        }
      if (!train (net, &options, &good, &error))
        return cli_fail (error);
    }
  return good ? 0 : 1;
}

const CliCommand cli_zoo = {
  "zoo",
  "[ID…]",
  N_ ("Names the pre-trained networks, or trains them again"),
  run_zoo,
  N_ ("Without ID they are named; “cajal-cli new --from ID” makes a project of one. With ID the\n"
      "recipe is followed again, from its seed, and what comes out is compared with what is\n"
      "shipped: bit for bit where kernels and instruction set are the same, else within one\n"
      "point of accuracy. The exit status is 1 if it is not reproduced.\n\n"
      "  cajal-cli zoo zoo-letters\n"
      "  cajal-cli new --from zoo-letters -o mine.cajal"),
};
