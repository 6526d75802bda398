/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cajal-cli onnx-test and onnx-check: models of other programs against what they should answer. */
#include "cli.h"

#include "cjl-onnx-import.h"
#include "cjl-onnx-test.h"

#include <glib/gi18n-lib.h>

static const char *const words[] = { N_ ("pass"), N_ ("FAIL"), N_ ("unsupported") };
static const char *const json_words[] = { "pass", "fail", "unsupported" };

static void
print_row_json (const CjlOnnxRow *row)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "case", "s", row->name);
  g_variant_dict_insert (&dict, "verdict", "s", json_words[row->verdict]);
  if (row->compared)
    g_variant_dict_insert (&dict, "difference", "d", row->difference);
  if (row->note != NULL)
    g_variant_dict_insert (&dict, "note", "s", row->note);
  if (row->on_canvas)
    g_variant_dict_insert (&dict, "canvas", "s", json_words[row->canvas_verdict]);
  if (row->on_canvas && row->canvas_compared)
    g_variant_dict_insert (&dict, "canvas-difference", "d", row->canvas_difference);
  if (row->on_canvas && row->canvas_note != NULL)
    g_variant_dict_insert (&dict, "canvas-note", "s", row->canvas_note);
  cli_print_json (g_variant_dict_end (&dict));
}

static void
print_verdict (CjlOnnxVerdict verdict, gboolean compared, double difference, const char *note)
{
  g_print ("%s", _ (words[verdict]));
  if (compared)
    g_print ("  %.2e", difference);
  if (note != NULL)
    g_print ("  %s", note);
}

static void
print_row (const CjlOnnxRow *row, gpointer data)
{
  if (*(const gboolean *) data)
    {
      print_row_json (row);
      return;
    }
  g_print ("%-56s ", row->name);
  print_verdict (row->verdict, row->compared, row->difference, row->note);
  if (row->on_canvas)
    {
      /* Translators: what follows is how the model does once it is drawn as layers */
      g_print ("%s", _ ("  · on the canvas: "));
      print_verdict (row->canvas_verdict, row->canvas_compared, row->canvas_difference,
                     row->canvas_note);
    }
  g_print ("\n");
}

static int
run (const CliCommand *command, int argc, char **argv, CjlOnnxLimit limit, CjlOnnxAnswer canvas)
{
  gboolean json = FALSE;
  int status = 0;
  const GOptionEntry entries[]
      = { { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("One JSON object a case"), NULL },
          { NULL } };
  CjlOnnxCount count[2] = { { 0 } };
  GError *error = NULL;

  if (!cli_parse_words (command, entries, &argc, &argv, 1, 1, &status))
    return status;
  if (!cjl_onnx_test (argv[1], limit, canvas, print_row, &json, count, &error))
    return cli_fail (error);
  if (json)
    {
      GVariantDict dict;

      g_variant_dict_init (&dict, NULL);
      g_variant_dict_insert (&dict, "passed", "x", (gint64) count[0].n_passed);
      g_variant_dict_insert (&dict, "failed", "x", (gint64) count[0].n_failed);
      g_variant_dict_insert (&dict, "unsupported", "x", (gint64) count[0].n_unsupported);
      if (canvas != NULL)
        {
          g_variant_dict_insert (&dict, "canvas-passed", "x", (gint64) count[1].n_passed);
          g_variant_dict_insert (&dict, "canvas-failed", "x", (gint64) count[1].n_failed);
          g_variant_dict_insert (&dict, "canvas-unsupported", "x", (gint64) count[1].n_unsupported);
        }
      cli_print_json (g_variant_dict_end (&dict));
    }
  else
    {
      g_print (_ ("%u passed, %u failed, %u unsupported\n"), count[0].n_passed, count[0].n_failed,
               count[0].n_unsupported);
      if (canvas != NULL)
        g_print (_ ("on the canvas: %u passed, %u failed, %u unsupported\n"), count[1].n_passed,
                 count[1].n_failed, count[1].n_unsupported);
    }
  return count[0].n_failed == 0 && count[1].n_failed == 0 ? 0 : 1;
}

static int
run_test (int argc, char **argv)
{
  return run (&cli_onnx_test, argc, argv, CJL_ONNX_BY_NUMBER, NULL);
}

static int
run_check (int argc, char **argv)
{
  return run (&cli_onnx_check, argc, argv, CJL_ONNX_BY_TENSOR, cjl_onnx_answer_on_canvas);
}

const CliCommand cli_onnx_test = {
  "onnx-test",
  "FOLDER",
  N_ ("Runs the tests of operators of the ONNX standard"),
  run_test,
  N_ ("FOLDER holds cases, folders with model.onnx and test_data_set_K/input_J.pb and\n"
      "output_J.pb, at any depth to four, or archives (.tar.gz) of them; or it is one case.\n"
      "Shape, type and numbers are compared, |x − r| ≤ 1e-5 + 1e-3 |r|. An operator that is not\n"
      "there is named, and counts apart. The exit status is 0 unless a case failed."),
};

const CliCommand cli_onnx_check = {
  "onnx-check",
  "FOLDER",
  N_ ("Compares ONNX models with what they should answer"),
  run_check,
  N_ ("FOLDER holds NAME/model.onnx and NAME/test_data_set_K/input_J and output_J, each as .npy\n"
      "or .pb. A model passes if |x − r| ≤ 1e-4 (1e-2 + max |r|) for all its outputs. It is run\n"
      "as it is written, and once more as layers of the canvas, as “import” makes them.\n"
      "The exit status is 0 unless a model failed."),
};
