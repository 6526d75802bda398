/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cajal-cli predict: what a trained network says of files. */
#include "cli.h"

#include "cjl-predict.h"
#include "file.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  const CjlPredictor *predictor;
  guint top;
  gboolean json, quiet; /* quiet: the rows go to a file */
} Output;

static void
print_json (const Output *output, const CjlPrediction *p)
{
  GVariantDict dict, numbers;
  const guint n = cjl_predictor_get_n (output->predictor);
  const guint shown = p->order != NULL && output->top > 0 ? MIN (output->top, n) : n;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "file", "s", p->file);
  if (p->problem != NULL)
    {
      g_variant_dict_insert (&dict, "error", "s", p->problem);
      cli_print_json (g_variant_dict_end (&dict));
      return;
    }
  if (p->order != NULL)
    {
      g_variant_dict_insert (&dict, "prediction", "s",
                             cjl_predictor_get_name (output->predictor, p->order[0]));
      g_variant_dict_insert (&dict, "probability", "d", (double) p->scores[p->order[0]]);
    }
  g_variant_dict_init (&numbers, NULL);
  for (guint i = 0; i < shown; i++)
    {
      const guint k = p->order != NULL ? p->order[i] : i;

      g_variant_dict_insert (&numbers, cjl_predictor_get_name (output->predictor, k), "d",
                             (double) p->scores[k]);
    }
  g_variant_dict_insert_value (&dict, p->order != NULL ? "classes" : "values",
                               g_variant_dict_end (&numbers));
  cli_print_json (g_variant_dict_end (&dict));
}

static void
print_prediction (const CjlPrediction *p, gpointer data)
{
  const Output *output = data;
  g_autofree char *row = NULL;

  if (p->problem != NULL)
    g_printerr ("cajal-cli: %s\n", p->problem);
  if (output->json)
    print_json (output, p);
  else if (!output->quiet)
    {
      row = cjl_predict_print_row (output->predictor, output->top, p);
      if (row != NULL)
        cli_print_text (row);
    }
}

static gboolean
predict (const char *project_path, const char *const *paths, const char *file, int threads,
         Output *output, CjlPredictCount *count, GError **error)
{
  g_autoptr (CjlProject) project = cjl_project_load (project_path, error);
  g_autoptr (CjlPredictor) predictor
      = project != NULL ? cjl_predictor_new (project, cli_get_threads (threads), error) : NULL;

  if (predictor == NULL || (file != NULL && !cjd_file_can_write (file, error)))
    return FALSE;
  output->predictor = predictor;
  output->quiet = file != NULL;
  if (file != NULL)
    return cjl_predict_save (predictor, paths, output->top, file, NULL, print_prediction, output,
                             count, error);
  if (!output->json)
    {
      g_autofree char *header = cjl_predict_print_header (predictor, output->top);

      cli_print_text (header);
    }
  return cjl_predict (predictor, paths, NULL, print_prediction, output, count);
}

static int
run_predict (int argc, char **argv)
{
  g_autofree char *file = NULL;
  Output output = { 0 };
  int top = 0, threads = 0, status = 0;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &file, N_ ("Write the table there"), "X.csv" },
    { "top", 'k', 0, G_OPTION_ARG_INT, &top,
      N_ ("Only the K likeliest classes, by rank; none: a column for every class"), "K" },
    { "threads", 't', 0, G_OPTION_ARG_INT, &threads, N_ ("Threads; none: all processors"), "N" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &output.json, N_ ("One JSON object a sample"), NULL },
    { NULL },
  };
  CjlPredictCount count = { 0 };
  GError *error = NULL;

  if (!cli_parse_words (&cli_predict, entries, &argc, &argv, 2, G_MAXINT, &status)
      || !cli_check_number (&cli_predict, "--top", top, 0, 1, 65536, &status)
      || !cli_check_number (&cli_predict, "--threads", threads, 0, 1, CLI_MAX_THREADS, &status))
    return status;
  output.top = (guint) top;
  if (!predict (argv[1], (const char *const *) argv + 2, file, threads, &output, &count, &error))
    return cli_fail (error);
  if (count.n_failed > 0)
    g_printerr (_ ("cajal-cli: %zu answered, %zu could not be read.\n"), count.n_answered,
                count.n_failed);
  return count.n_failed == 0 ? 0 : 1;
}

const CliCommand cli_predict = {
  "predict",
  "F.cajal PATH…",
  N_ ("Says what pictures, folders, tables or arrays are"),
  run_predict,
  N_ ("PATH is a picture, a folder of pictures (with all folders in it), or any data that\n"
      "“cajal-cli data” can read. Pictures are made grey or coloured, scaled to the network's\n"
      "input and normalised as its training data was. The table has the columns file,\n"
      "prediction, probability, and one a class. A file that cannot be read is named on the\n"
      "error stream; the others are answered.\n\n"
      "  cajal-cli predict signs.cajal photos/ -o answers.csv\n"
      "  cajal-cli predict signs.cajal a.png b.jpeg --top 3"),
};
