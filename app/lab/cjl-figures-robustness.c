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

/* Measures a network and adds what was found. */
static gboolean
add (CjlProject *project, CjdDataset *dataset, const CjlRobustnessOptions *options, GPtrArray *all,
     GPtrArray *names, GError **error)
{
  CjlRobustness *one = cjl_robustness_project (project, dataset, options, error);

  if (one == NULL)
    return FALSE;
  g_ptr_array_add (all, one);
  g_ptr_array_add (names, g_strdup (project->title));
  return TRUE;
}

/* Paths of other projects: one, or several with commas. You free. */
static GStrv
list_others (const char *other)
{
  if (other == NULL)
    return g_new0 (char *, 1);
  if (g_file_test (other, G_FILE_TEST_EXISTS))
    return g_strdupv ((char *[]){ (char *) other, NULL });
  return g_strsplit (other, ",", -1);
}

CjvFrame *
cjl_figure_of_robustness (const CjlFigureRequest *r, GError **error)
{
  CjlRobustnessOptions options;
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) cjl_robustness_free);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) others = NULL;

  cjl_robustness_options_init (&options);
  if (!read_method (r->choice->method, &options.what, &options.order, error)
      || !cjl_settings_apply (cjl_robustness_params, &options, r->choice->settings, error))
    return NULL;
  options.node = r->choice->node;
  options.split = r->choice->split;
  if (r->choice->n_samples > 0)
    options.n_samples = r->choice->n_samples;
  if (!add (r->project, r->dataset, &options, all, names, error))
    return NULL;
  others = list_others (r->choice->other);
  for (guint i = 0; others[i] != NULL && all->len < CJL_ROBUSTNESS_MAX_LINES; i++)
    {
      g_autoptr (CjlProject) project = cjl_project_load (others[i], error);
      g_autoptr (CjdDataset) dataset
          = project != NULL ? cjl_data_load (&project->data, error) : NULL;

      if (dataset == NULL || !add (project, dataset, &options, all, names, error))
        return NULL;
    }
  return cjl_robustness_frame ((const CjlRobustness *const *) all->pdata,
                               all->len > 1 ? (const char *const *) names->pdata : NULL, all->len);
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
