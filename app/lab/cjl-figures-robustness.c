/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames of the figures "robustness", of a project at rest, alone or beside another, and "retraining". */
#include "cjl-figures-private.h"

#include "cj-error.h"
#include "cjl-retraining.h"
#include "cjl-robustness.h"
#include "cjl-settings.h"

#include <glib/gi18n-lib.h>

/* "unit-loss" or "unit-loss:strongest first". */
static gboolean
read_method (const char *method, const char **what, int *order, GError **error)
{
  g_auto (GStrv) words = g_strsplit (method != NULL ? method : "unit-loss", ":", 2);
  guint i = 0;

  *what = words[0] != NULL ? g_intern_string (words[0]) : "";
  if (cj_damage_find (*what) == NULL && cj_attack_find (*what) == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("There is no damage “%s”. “cajal-cli list damages” and “list attacks” name "
                      "what there is."),
                   *what);
      return FALSE;
    }
  if (words[0] == NULL || words[1] == NULL)
    return TRUE;
  while (cj_damage_orders[i] != NULL && !g_str_equal (cj_damage_orders[i], words[1]))
    i++;
  *order = (int) i;
  if (cj_damage_orders[i] != NULL && cjl_robustness_has_order (*what))
    return TRUE;
  g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
               _ ("Nothing is damaged “%s”. Lesions of units, stuck units and loss of synapses are "
                  "random, strongest first, weakest first or clustered."),
               words[1]);
  return FALSE;
}

CjvFrame *
cjl_figure_of_robustness (const CjlFigureRequest *r, GError **error)
{
  CjlRobustnessOptions options;
  g_autoptr (CjlProject) project = NULL;
  g_autoptr (CjdDataset) dataset = NULL;
  g_autoptr (CjlRobustness) one = NULL, other = NULL;

  cjl_robustness_options_init (&options);
  if (!read_method (r->choice->method, &options.what, &options.order, error)
      || !cjl_settings_apply (cjl_robustness_params, &options, r->choice->settings, error))
    return NULL;
  options.node = r->choice->node;
  options.split = r->choice->split;
  if (r->choice->n_samples > 0)
    options.n_samples = r->choice->n_samples;
  one = cjl_robustness_project (r->project, r->dataset, &options, error);
  if (one == NULL)
    return NULL;
  if (r->choice->other == NULL)
    return cjl_robustness_frame (one, NULL, NULL, NULL);
  project = cjl_project_load (r->choice->other, error);
  dataset = project != NULL ? cjl_data_load (&project->data, error) : NULL;
  other = dataset != NULL ? cjl_robustness_project (project, dataset, &options, error) : NULL;
  return other != NULL ? cjl_robustness_frame (one, r->project->title, other, project->title)
                       : NULL;
}

CjvFrame *
cjl_figure_of_retraining (const CjlFigureRequest *r, GError **error)
{
  CjlRetrainingOptions options;
  g_autoptr (CjlRetraining) retraining = NULL;

  cjl_retraining_options_init (&options);
  if (!read_method (r->choice->method, &options.what, &options.order, error)
      || !cjl_settings_apply (cjl_retraining_params, &options, r->choice->settings, error))
    return NULL;
  options.node = r->choice->node;
  options.split = r->choice->split;
  if (r->choice->n_samples > 0)
    options.n_samples = r->choice->n_samples;
  options.n_threads = 2;
  retraining = cjl_retraining_project (r->project, r->dataset, &options, error);
  return retraining != NULL ? cjl_retraining_frame (retraining) : NULL;
}
