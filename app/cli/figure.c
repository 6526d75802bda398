/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cajal-cli figure: pictures out of a project. */
#include "cli.h"

#include "cj-error.h"
#include "cjl-figures.h"
#include "cjv-export.h"

static gboolean
draw (const char *path, const char *id, const char *node, gboolean dark, const char *output,
      GError **error)
{
  const CjvFigureInfo *info = cjv_figure_find (id);
  g_autoptr (CjlProject) project = cjl_project_load (path, error);
  g_autoptr (CjdDataset) dataset = NULL;
  g_autoptr (CjvFrame) frame = NULL;
  g_autofree gpointer params = NULL;
  CjvStyle style;

  if (project == NULL)
    return FALSE;
  if (info == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   "There is no figure “%s”. “cajal-cli list figures” names them.", id);
      return FALSE;
    }
  if (!g_str_equal (id, "curves") && !g_str_equal (id, "filters") && !g_str_equal (id, "histogram"))
    {
      dataset = cjl_data_load (&project->data, error);
      if (dataset == NULL)
        return FALSE;
    }
  frame = cjl_figure_frame (project, dataset, id, node, error);
  if (frame == NULL)
    return FALSE;
  params = cjv_figure_new_params (info);
  cjv_style_init (&style, dark);
  style.scale = 2;
  return cjv_export (info, frame, params, &style, info->preset_width, info->preset_height, output,
                     error);
}

static int
run_figure (int argc, char **argv)
{
  g_autofree char *output = NULL, *node = NULL;
  gboolean dark = FALSE;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output, "File to write: .svg, .pdf, .png or .csv",
      "X.svg" },
    { "node", 'n', 0, G_OPTION_ARG_STRING, &node, "Layer whose weights are drawn", "ID" },
    { "dark", 0, 0, G_OPTION_ARG_NONE, &dark, "Light ink on a dark ground", NULL },
    { NULL },
  };
  GError *error = NULL;
  int status = 0;

  if (!cli_parse_words (&cli_figure, entries, &argc, &argv, 2, 2, &status))
    return status;
  if (output == NULL)
    output = g_strconcat (argv[2], ".svg", NULL);
  return draw (argv[1], argv[2], node, dark, output, &error) ? 0 : cli_fail (error);
}

const CliCommand cli_figure
    = { "figure", "F.cajal ID -o X.{svg,pdf,png,csv}",
        "Draws curves, confusion, contact-sheet, filters or histogram", run_figure };
