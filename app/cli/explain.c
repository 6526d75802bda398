/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cajal-cli explain: why a network said what it said. */
#include "cli.h"

#include "cj-error.h"
#include "cjl-explain-report.h"
#include "cjl-explain.h"
#include "cjl-figure-file.h"
#include "cjl-plate.h"
#include "file.h"
#include "npz.h"
#include "picture.h"
#include "safetensors.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

typedef struct
{
  char *output, *split, *layer;
  char **methods, **samples, **targets, **settings, **figure_settings;
  int baseline, width, height, n_samples;
  gint64 seed;
  double scale;
  gboolean dark, json, measured, report;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->output);
  g_free (options->split);
  g_free (options->layer);
  g_strfreev (options->methods);
  g_strfreev (options->samples);
  g_strfreev (options->targets);
  g_strfreev (options->settings);
  g_strfreev (options->figure_settings);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* --- what is asked for --- */

/* A class by its name or number, “predicted” or “true”. */
static gboolean
parse_target (const char *text, const CjdDataset *dataset, gint64 *target, GError **error)
{
  *target = CJL_TARGET_PREDICTED;
  if (g_str_equal (text, "predicted"))
    return TRUE;
  if (g_str_equal (text, "true"))
    {
      *target = CJL_TARGET_TRUE;
      return TRUE;
    }
  for (guint i = 0; dataset->class_names != NULL && i < dataset->n_classes; i++)
    if (g_str_equal (dataset->class_names[i], text))
      {
        *target = i;
        return TRUE;
      }
  if (g_ascii_string_to_signed (text, 10, 0, G_MAXINT32, target, NULL))
    return TRUE;
  g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
               _ ("There is no class “%s”. Give its name or number, “predicted” or “true”."), text);
  return FALSE;
}

/* A picture file as the network's data has pictures, 0..1. You unref. */
static CjTensor *
load_picture (const char *path, const CjdDataset *dataset, GError **error)
{
  const CjShape shape = cjd_dataset_get_x_shape (dataset);
  const gint64 *d = shape.dims;
  g_autofree guint8 *bytes = NULL;
  CjdPicture picture;
  CjTensor *tensor;

  if (shape.n_dims != 3 || (d[0] != 1 && d[0] != 3))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("“%s” is no number of a sample, and this network does not look at pictures."),
                   path);
      return NULL;
    }
  if (!cjd_picture_load (path, TRUE, &picture, error))
    return NULL;
  bytes = g_malloc ((gsize) cj_shape_size (&shape));
  cjd_picture_fit (&picture, (guint) d[0], (guint) d[1], (guint) d[2], bytes);
  cjd_picture_clear (&picture);
  tensor = cj_tensor_new (CJ_FLOAT32, &shape);
  for (gint64 i = 0; i < cj_shape_size (&shape); i++)
    cj_tensor_f32 (tensor)[i] = bytes[i] / 255.0f;
  return tensor;
}

/* The settings that a method has; others are some other method's. */
static gboolean
add_method (CjlExplainRequest *request, const char *id, char **settings, gboolean *used,
            GError **error)
{
  const CjExplainerInfo *info = cj_explainer_find (id);
  g_autoptr (GPtrArray) own = g_ptr_array_new ();

  for (guint i = 0; info != NULL && settings != NULL && settings[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (settings[i], "=", 2);

      if (pair[0] == NULL || info->params == NULL || cj_params_find (info->params, pair[0]) == NULL)
        continue;
      g_ptr_array_add (own, settings[i]);
      used[i] = TRUE;
    }
  g_ptr_array_add (own, NULL);
  return cjl_explain_request_add_method (request, id, (const char *const *) own->pdata, error);
}

static gboolean
add_methods (CjlExplainRequest *request, const Options *options, GError **error)
{
  static const char *const preset[] = { "gradient", NULL };
  const char *const *ids
      = options->methods != NULL ? (const char *const *) options->methods : preset;
  const guint n_settings = options->settings != NULL ? g_strv_length (options->settings) : 0;
  g_autofree gboolean *used = g_new0 (gboolean, n_settings + 1);

  for (guint i = 0; ids[i] != NULL; i++)
    if (g_str_equal (ids[i], "all"))
      {
        for (const CjExplainerInfo *const *info = cj_explainers (); *info != NULL; info++)
          if (!add_method (request, (*info)->id, options->settings, used, error))
            return FALSE;
      }
    else if (!add_method (request, ids[i], options->settings, used, error))
      return FALSE;
  for (guint i = 0; i < n_settings; i++)
    if (!used[i])
      {
        g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                     _ ("None of these explainers has “%s”. “cajal-cli describe %s” names what it "
                        "has."),
                     options->settings[i], ids[0]);
        return FALSE;
      }
  return TRUE;
}

/* A sample by its number, or a picture, and a class. */
static gboolean
add_row (CjlExplainRequest *request, CjdSplit split, const char *sample, gint64 target,
         const CjdDataset *dataset, GError **error)
{
  g_autofree char *name = NULL;
  CjTensor *picture;
  gint64 index;

  if (g_ascii_string_to_signed (sample, 10, 0, G_MAXINT32, &index, NULL))
    {
      cjl_explain_request_add_sample (request, split, (gsize) index, target);
      return TRUE;
    }
  picture = load_picture (sample, dataset, error);
  if (picture == NULL)
    return FALSE;
  name = g_path_get_basename (sample);
  cjl_explain_request_take_picture (request, picture, name, target);
  return TRUE;
}

/* Every sample with every class. */
static CjlExplainRequest *
make_request (const Options *options, const CjdDataset *dataset, GError **error)
{
  static char first[] = "0", answer[] = "predicted";
  char *const one_sample[] = { first, NULL }, *const one_target[] = { answer, NULL };
  char *const *samples = options->samples != NULL ? options->samples : one_sample;
  char *const *targets = options->targets != NULL ? options->targets : one_target;
  g_autoptr (CjlExplainRequest) request = cjl_explain_request_new ();
  CjdSplit split;
  gint64 target;

  if (!cli_parse_split (options->split, CJD_SPLIT_VAL, &split, error)
      || !add_methods (request, options, error))
    return NULL;
  for (guint i = 0; samples[i] != NULL; i++)
    for (guint k = 0; targets[k] != NULL; k++)
      if (!parse_target (targets[k], dataset, &target, error)
          || !add_row (request, split, samples[i], target, dataset, error))
        return NULL;
  request->layer = g_strdup (options->layer);
  request->measured = options->measured;
  request->baseline_split = split;
  request->baseline = options->baseline;
  request->seed = (guint64) options->seed;
  return g_steal_pointer (&request);
}

/* --- what comes of it --- */

static gboolean
write_bytes (const char *path, GBytes *bytes, GError **error)
{
  return bytes != NULL
         && cjd_file_write (path, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), error);
}

/* One map as it is. */
static gboolean
write_npy (const CjlExplanations *all, const char *path, GError **error)
{
  const CjlExplainCell *cell = cjl_explanations_get (all, 0, 0);
  g_autoptr (GBytes) bytes = NULL;

  if (all->n_rows * all->n_methods != 1)
    {
      g_set_error (
          error, CJ_ERROR, CJ_ERROR_PARAM,
          _ ("A .npy file holds one map. Write a .npz, or ask for one method and sample."));
      return FALSE;
    }
  bytes = cjd_npy_print (cell->map);
  return write_bytes (path, bytes, error);
}

/* A float32 array [R, ...] of what each row has. */
static CjTensor *
stack (CjTensor *const *rows, guint n)
{
  const CjShape shape = cj_shape_batched (&rows[0]->shape, n);
  const gsize size = (gsize) cj_shape_size (&rows[0]->shape);
  CjTensor *all = cj_tensor_new (CJ_FLOAT32, &shape);

  for (guint i = 0; i < n; i++)
    memcpy (cj_tensor_f32 (all) + i * size, rows[i]->data, sizeof (float) * size);
  return all;
}

/* x and target of all rows, and an array for every method that has an answer for all of them. */
static gboolean
write_npz (const CjlExplanations *all, const char *path, GError **error)
{
  g_autoptr (GPtrArray) tensors = cjd_named_tensors_new ();
  g_autofree CjTensor **rows = g_new0 (CjTensor *, all->n_rows);
  const CjShape shape = cj_shape1 (all->n_rows);
  CjTensor *targets = cj_tensor_new (CJ_INT32, &shape);
  g_autoptr (GBytes) bytes = NULL;

  for (guint r = 0; r < all->n_rows; r++)
    {
      rows[r] = all->rows[r].x;
      cj_tensor_i32 (targets)[r] = (gint32) all->rows[r].target;
    }
  g_ptr_array_add (tensors, cjd_named_tensor_new ("x", stack (rows, all->n_rows)));
  g_ptr_array_add (tensors, cjd_named_tensor_new ("target", targets));
  for (guint m = 0; m < all->n_methods; m++)
    {
      const CjExplainerInfo *info = g_array_index (all->request->methods, CjlExplainMethod, m).info;
      gboolean whole = TRUE;

      for (guint r = 0; r < all->n_rows; r++)
        whole = whole && (rows[r] = cjl_explanations_get (all, r, m)->map) != NULL;
      if (whole)
        g_ptr_array_add (tensors, cjd_named_tensor_new (info->id, stack (rows, all->n_rows)));
    }
  bytes = cjd_npz_print (tensors, error);
  return write_bytes (path, bytes, error);
}

/* What was asked for, as the picture keeps it. */
static GVariant *
describe_request (const Options *options)
{
  g_autofree char *methods
      = options->methods != NULL ? g_strjoinv (", ", options->methods) : g_strdup ("gradient");
  g_autofree char *samples
      = options->samples != NULL ? g_strjoinv (", ", options->samples) : g_strdup ("0");
  g_autofree char *targets = options->targets != NULL ? g_strjoinv (", ", options->targets) : NULL;
  g_autofree char *settings
      = options->settings != NULL ? g_strjoinv (", ", options->settings) : NULL;
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "methods", "s", methods);
  g_variant_dict_insert (&dict, "samples", "s", samples);
  g_variant_dict_insert (&dict, "split", "s", options->split != NULL ? options->split : "val");
  g_variant_dict_insert (&dict, "target", "s", targets != NULL ? targets : "predicted");
  g_variant_dict_insert (&dict, "seed", "x", options->seed);
  if (options->baseline >= 0)
    g_variant_dict_insert (&dict, "baseline", "x", (gint64) options->baseline);
  if (options->layer != NULL)
    g_variant_dict_insert (&dict, "node", "s", options->layer);
  if (settings != NULL)
    g_variant_dict_insert (&dict, "settings", "s", settings);
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

/* A picture of a frame, which is taken. */
static gboolean
write_figure (CjvFrame *frame, const char *id, CjlProject *project, const Options *options,
              GError **error)
{
  const CjvFigureInfo *info = cjv_figure_find (id);
  g_autoptr (GVariant) source = cjl_source_new (project, -1);
  g_autoptr (CjvPlate) plate = NULL;
  CjvPanel *panel;
  CjvStyle style;

  cjv_style_init (&style, options->dark);
  style.scale = options->scale;
  plate = cjv_plate_new (&style, options->width > 0 ? options->width : info->preset_width,
                         options->height > 0 ? options->height : info->preset_height);
  panel = cjv_plate_add (plate, info, frame, cjv_figure_new_params (info));
  panel->about = describe_request (options);
  for (guint i = 0; options->figure_settings != NULL && options->figure_settings[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (options->figure_settings[i], "=", 2);
      const char *name = pair[0] != NULL ? pair[0] : "";

      if (!cjl_panel_set (panel, name, *name != '\0' && pair[1] != NULL ? pair[1] : "", error))
        return FALSE;
    }
  return cjl_figure_save (plate, source, options->output, error);
}

static void
print_cell (const CjlExplanations *all, guint r, guint m, gboolean json)
{
  const CjlExplainCell *cell = cjl_explanations_get (all, r, m);
  const CjlExplainedRow *row = &all->rows[r];
  const CjExplainerInfo *info = g_array_index (all->request->methods, CjlExplainMethod, m).info;
  g_autofree char *target = cjl_explanations_dup_class (all, row->target);
  double sum = 0;

  for (gint64 i = 0; cell->map != NULL && i < cj_shape_size (&cell->map->shape); i++)
    sum += cj_tensor_f32 (cell->map)[i];
  if (!json && cell->map == NULL)
    g_printerr ("cajal-cli: %s: %s\n", row->title, cell->problem);
  else if (!json)
    {
      const double whole = cell->answer - cell->base_answer;

      /* Translators: a row of a table: sample, method, class, its score, what the map adds up to, time */
      g_print (_ ("%-16s %-22s %-12s %10.4f %10.4f %7.0f ms"), row->title, info->id, target,
               cell->answer, sum, cell->seconds * 1000);
      if ((info->traits & CJ_EXPLAIN_COMPLETE) != 0 && isfinite (whole) && whole != 0)
        /* Translators: so much of the difference of two answers the map's numbers add up to */
        g_print (_ ("  Σ %.2f %%"), 100 * sum / whole);
      g_print ("\n");
    }
  else
    {
      GVariantDict dict;

      g_variant_dict_init (&dict, NULL);
      g_variant_dict_insert (&dict, "sample", "s", row->title);
      g_variant_dict_insert (&dict, "method", "s", info->id);
      g_variant_dict_insert (&dict, "target", "x", row->target);
      g_variant_dict_insert (&dict, "class", "s", target);
      if (cell->map == NULL)
        g_variant_dict_insert (&dict, "error", "s", cell->problem);
      else
        {
          g_variant_dict_insert (&dict, "answer", "d", cell->answer);
          if (isfinite (cell->base_answer))
            {
              g_variant_dict_insert (&dict, "base-answer", "d", cell->base_answer);
              if ((info->traits & CJ_EXPLAIN_COMPLETE) != 0)
                g_variant_dict_insert (&dict, "convergence-delta", "d",
                                       sum - (cell->answer - cell->base_answer));
            }
          g_variant_dict_insert (&dict, "sum", "d", sum);
          g_variant_dict_insert (&dict, "seconds", "d", cell->seconds);
          if (isfinite (cell->deletion))
            {
              g_variant_dict_insert (&dict, "deletion-auc", "d", cell->deletion);
              g_variant_dict_insert (&dict, "insertion-auc", "d", cell->insertion);
            }
          if (isfinite (cell->infidelity))
            g_variant_dict_insert (&dict, "infidelity", "d", cell->infidelity);
          if (isfinite (cell->sensitivity))
            g_variant_dict_insert (&dict, "sensitivity", "d", cell->sensitivity);
          if (all->verdicts[m] != CJ_SANITY_UNKNOWN)
            g_variant_dict_insert (&dict, "sane", "b", all->verdicts[m] == CJ_SANITY_PASSES);
        }
      cli_print_json (g_variant_dict_end (&dict));
    }
}

static gboolean
any_map (const CjlExplanations *all)
{
  for (guint i = 0; i < all->n_rows * all->n_methods; i++)
    if (all->cells[i].map != NULL)
      return TRUE;
  return FALSE;
}

static gboolean
explain (const char *path, const Options *options, GError **error)
{
  g_autoptr (CjlProject) project = cjl_project_load (path, error);
  g_autoptr (CjdDataset) dataset = NULL;
  g_autoptr (CjlExplainRequest) request = NULL;
  g_autoptr (CjlExplanations) all = NULL;

  if (project == NULL || (options->output != NULL && !cjd_file_can_write (options->output, error)))
    return FALSE;
  dataset = cjl_data_load (&project->data, error);
  request = dataset != NULL ? make_request (options, dataset, error) : NULL;
  all = request != NULL ? cjl_explain_project (project, dataset, request, error) : NULL;
  if (all == NULL)
    return FALSE;
  if (!any_map (all))
    {
      g_set_error_literal (error, CJ_ERROR, CJ_ERROR_PARAM, all->cells[0].problem);
      return FALSE;
    }
  for (guint r = 0; r < all->n_rows; r++)
    for (guint m = 0; m < all->n_methods; m++)
      print_cell (all, r, m, options->json);
  if (options->output == NULL)
    return TRUE;
  if (g_str_has_suffix (options->output, ".npy"))
    return write_npy (all, options->output, error);
  if (g_str_has_suffix (options->output, ".npz"))
    return write_npz (all, options->output, error);
  return write_figure (cjl_explanations_frame (all), "explanations", project, options, error);
}

/* --- which method should be trusted --- */

static void
print_report (const CjlReport *report, gboolean json)
{
  g_autofree char *table = json ? NULL : cjl_report_print_table (report);

  if (!json)
    cli_print_text (table);
  for (guint i = 0; i < report->n_rows && json; i++)
    cli_print_json (cjl_report_row_to_data (report, i));
}

static gboolean
write_report (const CjlReport *report, CjlProject *project, const Options *options, GError **error)
{
  g_autofree char *csv = NULL;

  if (!g_str_has_suffix (options->output, ".csv"))
    return write_figure (cjl_report_trust_frame (report), "trust", project, options, error);
  csv = cjl_report_print_csv (report);
  return cjd_file_write (options->output, csv, strlen (csv), error);
}

static gboolean
report (const char *path, const Options *options, GError **error)
{
  g_autoptr (CjlProject) project = cjl_project_load (path, error);
  g_autoptr (CjdDataset) dataset = NULL;
  g_autoptr (CjlReport) all = NULL;
  CjlReportOptions wanted;

  cjl_report_options_init (&wanted);
  wanted.seed = (guint64) options->seed;
  if (options->methods != NULL && !g_str_equal (options->methods[0], "all"))
    wanted.methods = (const char *const *) options->methods;
  wanted.slow = options->methods != NULL && wanted.methods == NULL;
  if (options->n_samples > 0)
    wanted.n_samples = (guint) options->n_samples;
  if (project == NULL || (options->output != NULL && !cjd_file_can_write (options->output, error))
      || !cli_parse_split (options->split, CJD_SPLIT_VAL, &wanted.split, error))
    return FALSE;
  dataset = cjl_data_load (&project->data, error);
  all = dataset != NULL ? cjl_report_project (project, dataset, &wanted, NULL, NULL, error) : NULL;
  if (all == NULL)
    return FALSE;
  print_report (all, options->json);
  return options->output == NULL || write_report (all, project, options, error);
}

static int
run_explain (int argc, char **argv)
{
  g_auto (Options) options = { .scale = 2, .baseline = -1 };
  const GOptionEntry entries[] = {
    { "method", 'm', 0, G_OPTION_ARG_STRING_ARRAY, &options.methods,
      N_ ("One of “cajal-cli list explainers”, or all; may be given several times; none: gradient"),
      "ID" },
    { "index", 'i', 0, G_OPTION_ARG_FILENAME_ARRAY, &options.samples,
      N_ ("Number of a sample in the split, or a picture; may be given several times; none: 0"),
      "I|IMAGE" },
    { "split", 0, 0, G_OPTION_ARG_STRING, &options.split, N_ ("train, val (the preset) or test"),
      "S" },
    { "target", 't', 0, G_OPTION_ARG_STRING_ARRAY, &options.targets,
      N_ ("Class by name or number, predicted (the preset) or true; may be given several times"),
      "C" },
    { "layer", 'l', 0, G_OPTION_ARG_STRING, &options.layer,
      N_ ("Layer whose maps are looked at; none: the last that has any"), "NODE" },
    { "baseline", 0, 0, G_OPTION_ARG_INT, &options.baseline,
      N_ ("Sample of the split that is the baseline where a method's baseline is own"), "I" },
    { "set", 's', 0, G_OPTION_ARG_STRING_ARRAY, &options.settings,
      N_ ("A parameter of the methods that have it; “cajal-cli describe ID” names them"),
      "NAME=VALUE" },
    { "figure", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.figure_settings,
      N_ ("A parameter of the picture; “cajal-cli describe explanations” names them"),
      "NAME=VALUE" },
    { "measure", 0, 0, G_OPTION_ARG_NONE, &options.measured,
      N_ ("Says how true every map is: deletion, insertion, infidelity, sensitivity, sanity "
          "check"),
      NULL },
    { "report", 0, 0, G_OPTION_ARG_NONE, &options.report,
      N_ ("Which of the methods should be trusted: the same over many samples, as a table"), NULL },
    { "samples", 0, 0, G_OPTION_ARG_INT, &options.n_samples,
      N_ ("For --report: how many samples (the preset: 16)"), "N" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &options.seed, N_ ("Of methods that draw at random"), "N" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output,
      N_ ("File to write: .svg, .pdf, .png, .csv, .npz or .npy"), "X" },
    { "dark", 0, 0, G_OPTION_ARG_NONE, &options.dark, N_ ("Light ink on a dark ground"), NULL },
    { "width", 0, 0, G_OPTION_ARG_INT, &options.width, N_ ("Width; none: a good one"), "PX" },
    { "height", 0, 0, G_OPTION_ARG_INT, &options.height, N_ ("Height; none: a good one"), "PX" },
    { "scale", 0, 0, G_OPTION_ARG_DOUBLE, &options.scale,
      N_ ("Pixels of a .png for each of these (the preset: 2)"), "N" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("One JSON object a map"), NULL },
    { NULL },
  };
  GError *error = NULL;
  int status = 0;

  if (!cli_parse_words (&cli_explain, entries, &argc, &argv, 1, 1, &status)
      || !cli_check_number (&cli_explain, "--baseline", options.baseline, -1, 0, G_MAXINT, &status)
      || !cli_check_number (&cli_explain, "--samples", options.n_samples, 0, 1, 65536, &status)
      || !cli_check_number (&cli_explain, "--seed", (double) options.seed, 0, 0, 9e15, &status)
      || !cli_check_number (&cli_explain, "--width", options.width, 0, 40, 32000, &status)
      || !cli_check_number (&cli_explain, "--height", options.height, 0, 40, 32000, &status)
      || !cli_check_number (&cli_explain, "--scale", options.scale, 2, 0.25, 8, &status))
    return status;
  return (options.report ? report : explain) (argv[1], &options, &error) ? 0 : cli_fail (error);
}

const CliCommand cli_explain = {
  "explain",
  "F.cajal -m ID -i I|IMAGE -o X.{png,svg,pdf,csv,npz,npy}",
  N_ ("Says what an answer of a network leaned on"),
  run_explain,
  N_ ("Runs explainers on samples of the project's data, or on pictures. A row is printed for\n"
      "every map: sample, method, class, its score, what the map's numbers add up to, the time,\n"
      "and, where they are parts of the difference of two answers, how much of that it is. A\n"
      "picture shows all maps side by side, a .csv has one number a pixel, word or number of the\n"
      "table, a .npz the maps as the methods made them, with x and target.\n\n"
      "  cajal-cli explain signs.cajal -m gradient -m grad-cam -i 7 -o why.png\n"
      "  cajal-cli explain signs.cajal -m integrated-gradients -i 7 -i 8 -s steps=128 -o ig.npz\n"
      "  cajal-cli explain signs.cajal -m all -i photo.png -t 3 -o all.pdf\n"
      "  cajal-cli explain signs.cajal --report --samples 32 -o trust.pdf"),
};
