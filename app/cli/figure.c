/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cajal-cli figure: pictures out of a project. */
#include "cli.h"

#include "cj-error.h"
#include "cjl-figures.h"
#include "cjv-export.h"
#include "file.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  char *output, *node, *split, *method;
  char **settings;
  int width, height, sample, unit;
  double scale;
  gboolean dark, bare, mistakes, untrained, json;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->output);
  g_free (options->node);
  g_free (options->split);
  g_free (options->method);
  g_strfreev (options->settings);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static gboolean
read_settings (const CjvFigureInfo *info, char **settings, gpointer params, GError **error)
{
  for (guint i = 0; settings != NULL && settings[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (settings[i], "=", 2);

      if (info->params == NULL || cj_params_find (info->params, pair[0]) == NULL)
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                       _ ("Figure “%s” has no “%s”. “cajal-cli describe %s” names what it has."),
                       info->id, pair[0], info->id);
          return FALSE;
        }
      if (!cj_params_parse (info->params, params, pair[0], pair[1] != NULL ? pair[1] : "", error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
draw (const char *path, const char *id, const Options *options, GError **error)
{
  const CjvFigureInfo *info = cjv_figure_find (id);
  g_autoptr (CjlProject) project = cjl_project_load (path, error);
  g_autoptr (CjdDataset) dataset = NULL;
  g_autoptr (CjvFrame) frame = NULL;
  g_autofree gpointer params = NULL;
  CjlFigureChoice choice = { .node = options->node,
                             .sample = (gsize) options->sample,
                             .mistakes = options->mistakes,
                             .unit = options->unit,
                             .method = options->method,
                             .untrained = options->untrained };
  CjvStyle style;

  if (project == NULL || !cjd_file_can_write (options->output, error)
      || !cli_parse_split (options->split, CJD_SPLIT_VAL, &choice.split, error))
    return FALSE;
  if (info == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("There is no figure “%s”. “cajal-cli list figures” names them."), id);
      return FALSE;
    }
  params = cjv_figure_new_params (info);
  if (g_str_equal (id, "curves")) /* a project keeps epochs, which are smooth already */
    cj_params_parse (info->params, params, "smoothing", "0", NULL);
  if (!read_settings (info, options->settings, params, error))
    return FALSE;
  if (cjl_figure_needs_data (id))
    {
      dataset = cjl_data_load (&project->data, error);
      if (dataset == NULL)
        return FALSE;
    }
  frame = cjl_figure_frame (project, dataset, id, &choice, error);
  if (frame == NULL)
    return FALSE;
  cjv_style_init (&style, options->dark);
  style.bare = options->bare;
  style.scale = options->scale;
  return cjv_export (
      info, frame, params, &style, options->width > 0 ? options->width : info->preset_width,
      options->height > 0 ? options->height : info->preset_height, options->output, error);
}

static int
run_figure (int argc, char **argv)
{
  g_auto (Options) options = { .scale = 2, .unit = -1 };
  gboolean light = FALSE;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output,
      N_ ("File to write: .svg, .pdf, .png or .csv; none: ID.svg"), "X.svg" },
    { "node", 'n', 0, G_OPTION_ARG_STRING, &options.node,
      N_ ("Layer that is drawn; none: the first that fits"), "ID" },
    { "split", 0, 0, G_OPTION_ARG_STRING, &options.split, N_ ("train, val (the preset) or test"),
      "S" },
    { "sample", 0, 0, G_OPTION_ARG_INT, &options.sample,
      N_ ("For maps, units and bars: its number in the split, from 0"), "N" },
    { "mistakes", 0, 0, G_OPTION_ARG_NONE, &options.mistakes,
      N_ ("For contact-sheet: only what got a wrong class, the surest first"), NULL },
    { "unit", 'u', 0, G_OPTION_ARG_INT, &options.unit,
      N_ ("For tuning and orientation-map: which unit of the layer, from 0; none: the most "
          "selective"),
      "N" },
    { "method", 'm', 0, G_OPTION_ARG_STRING, &options.method,
      N_ ("For tuning, orientation-map and selectivity: drifting (the preset) or static gratings, "
          "or bars"),
      "ID" },
    { "untrained", 0, 0, G_OPTION_ARG_NONE, &options.untrained,
      N_ ("For tuning, orientation-map, selectivity and gabor: with the weights before training"),
      NULL },
    { "set", 's', 0, G_OPTION_ARG_STRING_ARRAY, &options.settings,
      N_ ("A parameter of the figure; “cajal-cli describe ID” names them"), "NAME=VALUE" },
    { "dark", 0, 0, G_OPTION_ARG_NONE, &options.dark, N_ ("Light ink on a dark ground"), NULL },
    { "light", 0, 0, G_OPTION_ARG_NONE, &light, N_ ("Dark ink on a light ground (the preset)"),
      NULL },
    { "bare", 0, 0, G_OPTION_ARG_NONE, &options.bare,
      N_ ("The drawing alone, for a small picture: no heading, axes or scale"), NULL },
    { "width", 0, 0, G_OPTION_ARG_INT, &options.width, N_ ("Width; none: a good one"), "PX" },
    { "height", 0, 0, G_OPTION_ARG_INT, &options.height, N_ ("Height; none: a good one"), "PX" },
    { "scale", 0, 0, G_OPTION_ARG_DOUBLE, &options.scale,
      N_ ("Pixels of a .png for each of these (the preset: 2)"), "N" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("Name the file in a JSON object"), NULL },
    { NULL },
  };
  GError *error = NULL;
  int status = 0;

  if (!cli_parse_words (&cli_figure, entries, &argc, &argv, 2, 2, &status)
      || !cli_check_number (&cli_figure, "--sample", options.sample, 0, 0, G_MAXINT, &status)
      || !cli_check_number (&cli_figure, "--unit", options.unit, -1, 0, G_MAXINT, &status)
      || !cli_check_number (&cli_figure, "--width", options.width, 0, 40, 32000, &status)
      || !cli_check_number (&cli_figure, "--height", options.height, 0, 40, 32000, &status)
      || !cli_check_number (&cli_figure, "--scale", options.scale, 2, 0.25, 8, &status))
    return status;
  if (options.dark && light)
    {
      g_printerr (_ ("cajal-cli figure: choose one of --dark and --light.\n"));
      return 2;
    }
  if (options.output == NULL)
    options.output = g_strconcat (argv[2], ".svg", NULL);
  if (draw (argv[1], argv[2], &options, &error))
    cli_print_file (options.output, options.json);
  else
    status = cli_fail (error);
  return status;
}

const CliCommand cli_figure = {
  "figure",
  "F.cajal ID -o X.{svg,pdf,png,csv}",
  N_ ("Draws what a project learned and how well"),
  run_figure,
  N_ ("ID is one of “cajal-cli list figures”: curves; filters and histogram of a layer's\n"
      "weights; confusion, roc, precision-recall, contact-sheet and scatter of a split; maps,\n"
      "units and bars of one sample; decision for data of two numbers; tuning, orientation-map,\n"
      "selectivity and gabor of a layer that looks at pictures. A .csv holds the numbers of the\n"
      "picture.\n\n"
      "  cajal-cli figure signs.cajal maps --node conv2 --sample 7 --dark -o maps.png\n"
      "  cajal-cli figure signs.cajal tuning --node conv1 --unit 3 -o tuning.svg\n"
      "  cajal-cli figure signs.cajal contact-sheet --split test --mistakes -o mistakes.pdf"),
};
