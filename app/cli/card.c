/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cajal-cli card: published results, run again. */
#include "cli.h"

#include "cj-error.h"
#include "cjl-card.h"
#include "cjl-figure-file.h"
#include "cjl-plate.h"
#include "file.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <signal.h>
#include <unistd.h>

#define NOT_REPRODUCED 3
#define NO_DATA 4
#define WAIT_US 50000

typedef struct
{
  char *data, *output;
  int seeds, threads;
  double under;
  gboolean json, dark;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->data);
  g_free (options->output);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static volatile sig_atomic_t interrupted;

static void
interrupt (int number)
{
  (void) number;
  interrupted = 1;
}

/* One line, written over. */
static void
print_progress (CjlJob *job, const CjlResultCard *card)
{
  const double left = cjl_job_get_seconds_left (job);

  g_printerr ("\r\033[K%s  %3.0f %%  ", _ (card->experiment.title),
              cjl_job_get_progress (job) * 100);
  if (isfinite (left))
    g_printerr (_ ("%d:%02d left"), (int) left / 60, (int) left % 60);
}

/* Waits for the end, or for Ctrl-C. NULL with the reason. */
static CjlCardResult *
wait_for (const CjlResultCard *card, const Options *options, GError **error)
{
  g_autoptr (CjlJob) job = cjl_card_start (card, options->data, (guint) options->seeds,
                                           cli_get_threads (options->threads));
  const gboolean terminal = isatty (STDERR_FILENO);
  CjlCardResult *result;

  while (!cjl_job_is_done (job))
    {
      g_usleep (WAIT_US);
      if (interrupted)
        cjl_job_cancel (job);
      if (terminal)
        print_progress (job, card);
    }
  if (terminal)
    g_printerr ("\r\033[K");
  result = cjl_job_take_result (job);
  *error = cjl_job_dup_error (job);
  if (*error == NULL && result != NULL)
    return result;
  g_clear_pointer (&result, cjl_card_result_free);
  if (*error == NULL)
    g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                 _ ("It was stopped before it measured anything."));
  return NULL;
}

static char *
print_number (const CjlCardValue *value, double number)
{
  if (!isfinite (number))
    return g_strdup ("–");
  return value->share ? g_strdup_printf ("%.2f %%", number * 100)
                      : g_strdup_printf ("%.4g", number);
}

static void
print_words (const CjlCardResult *result)
{
  const CjlResultCard *card = result->card;
  const gboolean done = result->n_done == result->n_seeds;

  g_print ("%s (%s)\n%s.\n%s\n\n", _ (card->experiment.title), card->experiment.id,
           _ (card->experiment.blurb), card->paper);
  for (guint i = 0; card->values[i].name != NULL; i++)
    {
      g_autofree char *measured = print_number (&card->values[i], result->medians[i]);
      g_autofree char *published = print_number (&card->values[i], card->values[i].published);
      const CjlCardValue *value = &card->values[i];
      const char *mark = isinf (value->low) && isinf (value->high) ? " "
                         : result->medians[i] >= value->low && result->medians[i] <= value->high
                             ? "✓"
                             : "✗";

      /* Translators: a tick or a cross, what was measured, its number, and the number in the paper */
      g_print (_ ("  %s %-36s %10s   published %s\n"), mark, _ (value->title), measured, published);
    }
  g_print (g_dngettext (GETTEXT_PACKAGE, "\n%s. %u of %u seed, %.0f s. %s: %s.\n",
                        "\n%s. %u of %u seeds, %.0f s. %s: %s.\n", result->n_seeds),
           !done                ? _ ("Not done")
           : result->reproduced ? _ ("Reproduced")
                                : _ ("Not reproduced"),
           result->n_done, result->n_seeds, result->seconds, _ ("It passes with"),
           _ (card->passes));
}

static void
print_json (const CjlCardResult *result)
{
  const CjlResultCard *card = result->card;
  GVariantDict dict, medians, published;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_init (&medians, NULL);
  g_variant_dict_init (&published, NULL);
  for (guint i = 0; card->values[i].name != NULL; i++)
    {
      g_variant_dict_insert (&medians, card->values[i].name, "d", result->medians[i]);
      g_variant_dict_insert (&published, card->values[i].name, "d", card->values[i].published);
    }
  g_variant_dict_insert (&dict, "card", "s", card->experiment.id);
  g_variant_dict_insert (&dict, "claim", "s", card->experiment.blurb);
  g_variant_dict_insert (&dict, "paper", "s", card->paper);
  g_variant_dict_insert (&dict, "passes", "s", card->passes);
  g_variant_dict_insert (&dict, "reproduced", "b", result->reproduced);
  g_variant_dict_insert (&dict, "seeds", "x", (gint64) result->n_done);
  g_variant_dict_insert (&dict, "seconds", "d", result->seconds);
  g_variant_dict_insert_value (&dict, "measured", g_variant_dict_end (&medians));
  g_variant_dict_insert_value (&dict, "published", g_variant_dict_end (&published));
  if (result->record != NULL)
    g_variant_dict_insert_value (&dict, "record", result->record);
  cli_print_json (g_variant_dict_end (&dict));
}

static gboolean
save (const CjlCardResult *result, const Options *options, GError **error)
{
  if (g_str_has_suffix (options->output, ".cajal"))
    {
      if (result->project == NULL)
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                       _ ("“%s” left no network, so there is no project to save. Write a picture "
                          "or its numbers: .svg, .pdf, .png, .csv or .npz."),
                       _ (result->card->experiment.title));
          return FALSE;
        }
      return cjl_project_save (result->project, options->output, error);
    }
  result->plate->style.dark = options->dark;
  return cjl_figure_save (result->plate, result->record, options->output, error);
}

/* Runs one card; its exit status. */
static int
run_one (const CjlResultCard *card, const Options *options)
{
  g_autoptr (CjlCardResult) result = NULL;
  g_autofree char *data = NULL;
  GError *error = NULL;

  data = cjl_card_find_data (card, options->data, &error);
  if (error != NULL)
    {
      cli_fail (error);
      return NO_DATA;
    }
  result = wait_for (card, options, &error);
  if (result == NULL)
    return cli_fail (error);
  if (options->json)
    print_json (result);
  else
    print_words (result);
  if (options->output != NULL && !save (result, options, &error))
    return cli_fail (error);
  if (options->output != NULL)
    cli_print_file (options->output, options->json);
  if (result->n_done < result->n_seeds)
    return 1;
  return result->reproduced ? 0 : NOT_REPRODUCED;
}

/* All cards that are quick enough, one after another; what was worst. */
static int
run_all (const Options *options)
{
  int status = 0;
  guint n = 0;

  for (const CjlResultCard *const *c = cjl_cards (); *c != NULL && !interrupted; c++)
    {
      if (options->under > 0 && (*c)->seconds > options->under)
        continue;
      if (n++ > 0 && !options->json)
        g_print ("\n");
      status = MAX (status, run_one (*c, options));
    }
  return status;
}

static int
run_card (int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  const GOptionEntry entries[] = {
    { "seeds", 0, 0, G_OPTION_ARG_INT, &options.seeds,
      N_ ("How many seeds; none: as many as the card wants"), "N" },
    { "data", 0, 0, G_OPTION_ARG_FILENAME, &options.data,
      N_ ("Folder of the data, or of the folder they are in; none: CAJAL_DATA_DIR"),
      N_ ("FOLDER") },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output,
      N_ ("Picture or numbers to write: .svg, .pdf, .png, .csv, .npz; or the trained project: "
          ".cajal"),
      "X.svg" },
    { "dark", 0, 0, G_OPTION_ARG_NONE, &options.dark, N_ ("Light lines on dark ground"), NULL },
    { "under", 0, 0, G_OPTION_ARG_DOUBLE, &options.under,
      N_ ("Of all cards those whose seed takes at most so many seconds"), "SECONDS" },
    { "threads", 't', 0, G_OPTION_ARG_INT, &options.threads, N_ ("How many threads train"), "N" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("One JSON object a card"), NULL },
    { NULL },
  };
  const CjlResultCard *card = NULL;
  GError *error = NULL;
  int status = 0;

  if (!cli_parse_words (&cli_card, entries, &argc, &argv, 0, 1, &status)
      || !cli_check_number (&cli_card, "--seeds", options.seeds, 0, 1, CJL_CARD_MAX_SEEDS, &status)
      || !cli_check_number (&cli_card, "--under", options.under, 0, 1, 1e6, &status)
      || !cli_check_number (&cli_card, "--threads", options.threads, 0, 1, CLI_MAX_THREADS,
                            &status))
    return status;
  if (argc > 1)
    card = cjl_card_find (argv[1]);
  if (argc > 1 && card == NULL)
    {
      g_printerr (_ ("cajal-cli card: there is no card “%s”. “cajal-cli list cards” names them.\n"),
                  argv[1]);
      return 2;
    }
  if (card == NULL && options.output != NULL)
    {
      g_printerr (_ ("cajal-cli card: -o writes what one card found. Name the card.\n"));
      return 2;
    }
  if (options.output != NULL && !cjd_file_can_write (options.output, &error))
    return cli_fail (error);
  signal (SIGINT, interrupt);
  return card != NULL ? run_one (card, &options) : run_all (&options);
}

const CliCommand cli_card = {
  "card",
  "[ID]",
  N_ ("Runs a published result again, and says whether it holds"),
  run_card,
  N_ ("ID is a name of “cajal-cli list cards”; without it all cards are run. A card trains and\n"
      "measures with several seeds; the medians stand beside the published numbers. What it\n"
      "writes carries its record: project, plan, seeds, data and version.\n\n"
      "The exit status is 3 if a result was not reproduced, and 4 if its data are not there.\n\n"
      "  cajal-cli card fgsm-softmax --seeds 1 --data ../data -o card.svg"),
};
