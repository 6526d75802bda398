/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Figures of the tuning of a layer and of what a unit wants, from a project at rest. */
#include "cjl-bench-figures.h"

#include "cj-energy.h"
#include "cj-error.h"
#include "cj-runner.h"
#include "cjl-ideal.h"
#include "cjl-network.h"
#include "cjl-retraining.h"
#include "cjl-robustness.h"
#include "cjl-settings.h"
#include "cjl-spike-record.h"
#include "cjl-tuning.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* The first layer with weights of four dimensions, or NULL. */
static const char *
find_first (const CjGraph *graph)
{
  g_autoptr (GPtrArray) order = cj_graph_sort (graph);

  for (guint i = 0; i < order->len; i++)
    {
      const CjNode *node = order->pdata[i];

      if (node->layer->role == CJ_ROLE_LAYER
          && (g_str_equal (node->layer->id, "conv-2d") || g_str_equal (node->layer->id, "dense")))
        return node->id;
    }
  return NULL;
}

static gboolean
read_show (const char *name, CjlShow *show, GError **error)
{
  *show = CJL_SHOW_DRIFTING;
  for (guint i = 0; name != NULL && i < CJL_SHOW_N_KINDS; i++)
    if (g_str_equal (name, cjl_show_names[i]))
      {
        *show = (CjlShow) i;
        return TRUE;
      }
  if (name != NULL)
    g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                 _ ("There is no stimulus “%s”. Choose drifting, static or bars."), name);
  return name == NULL;
}

static CjvFrame *
draw_gabors (CjlProject *project, CjdDataset *dataset, const char *node,
             const CjlFigureChoice *choice, GError **error)
{
  g_autoptr (CjlGaborFits) fits
      = cjl_gabor_project (project, dataset, node, choice->untrained, error);
  g_autoptr (CjlGaborFits) before = NULL;

  if (fits != NULL && choice->before)
    before = cjl_gabor_project (project, dataset, node, TRUE, error);
  if (fits == NULL || (choice->before && before == NULL))
    return NULL;
  return cjl_gabor_frame (fits, before);
}

#define MOST_OTHERS 3 /* layers beside the first */

/* The layer now, and beside it as it began, or other layers of the network: `with` names them, with commas
 * between. */
static CjvFrame *
draw_population (CjlProject *project, CjdDataset *dataset, CjlTuning *now, CjlTuningOptions options,
                 const char *with, GError **error)
{
  g_auto (GStrv) nodes = g_strsplit (with != NULL ? with : options.node, ",", -1);
  const guint n = g_strv_length (nodes);
  const CjlTuning *all[MOST_OTHERS + 1] = { now };
  g_autoptr (GPtrArray) others = g_ptr_array_new_with_free_func ((GDestroyNotify) cjl_tuning_free);

  if (now->untrained && with == NULL)
    return cjl_selectivity_frame (all, 1);
  if (n > MOST_OTHERS)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("At most %d layers can be compared with one. Name fewer."), MOST_OTHERS);
      return NULL;
    }
  options.untrained = with == NULL || now->untrained;
  for (guint i = 0; i < n; i++)
    {
      CjlTuning *other;

      options.node = g_strstrip (nodes[i]);
      other = cjl_tune_project (project, dataset, &options, error);
      if (other == NULL)
        return NULL;
      g_ptr_array_add (others, other);
      all[i + 1] = other;
    }
  return cjl_selectivity_frame (all, n + 1);
}

CjvFrame *
cjl_bench_figure (CjlProject *project, CjdDataset *dataset, const char *id,
                  const CjlFigureChoice *choice, GError **error)
{
  const char *node = choice->node != NULL ? choice->node : find_first (project->graph);
  g_autoptr (CjlTuning) tuning = NULL, before = NULL;
  CjlTuningOptions options;
  guint unit;

  cjl_tuning_options_init (&options);
  if (node == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                   _ ("The network has no convolution and no dense layer to test."));
      return NULL;
    }
  if (g_str_equal (id, "gabor"))
    return draw_gabors (project, dataset, node, choice, error);
  if (!read_show (choice->method, &options.show, error)
      || !cjl_settings_apply (cjl_tuning_params, &options, choice->settings, error))
    return NULL;
  options.node = node;
  options.untrained = choice->untrained;
  tuning = cjl_tune_project (project, dataset, &options, error);
  if (tuning == NULL)
    return NULL;
  if (choice->unit >= (gint64) tuning->n_units)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("“%s” has no unit %d. It has %u, counted from 0."), node, (int) choice->unit,
                   tuning->n_units);
      return NULL;
    }
  if (g_str_equal (id, "selectivity"))
    return draw_population (project, dataset, tuning, options, choice->other, error);
  options.untrained = TRUE;
  if (choice->before && (before = cjl_tune_project (project, dataset, &options, error)) == NULL)
    return NULL;
  unit = choice->unit >= 0 ? (guint) choice->unit : cjl_tuning_find_unit (tuning);
  return g_str_equal (id, "tuning") ? cjl_tuning_frame (tuning, before, unit)
                                    : cjl_orientation_frame (tuning, before, choice->unit);
}

/* The layer whose units are the classes, and which of them is called so, by name or by number. */
static gboolean
read_class (const CjlProject *project, const CjdDataset *dataset, const char *name,
            CjlIdealOptions *options, GError **error)
{
  char *end;

  for (guint i = 0; i < project->graph->nodes->len; i++)
    {
      const CjNode *node = project->graph->nodes->pdata[i];

      if (node->layer->role == CJ_ROLE_LOSS && node->from[0].node != NULL)
        options->node = node->from[0].node->id;
    }
  options->named = TRUE;
  options->unit = g_ascii_strtoll (name, &end, 10);
  if (end == name || *end != '\0')
    options->unit = -1;
  for (guint i = 0; dataset->class_names != NULL && i < dataset->n_classes; i++)
    if (g_str_equal (dataset->class_names[i], name))
      options->unit = i;
  if (options->node != NULL && options->unit >= 0 && options->unit < dataset->n_classes)
    return TRUE;
  g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
               _ ("There is no class “%s” in the data. Name one of its %u classes, or its number."),
               name, dataset->n_classes);
  return FALSE;
}

const CjParam *
cjl_figure_get_settings (const char *id, gsize *size)
{
  const struct
  {
    const char *id;
    const CjParam *params;
    gsize size;
  } tables[] = { { "ideal", cjl_ideal_params, sizeof (CjlIdealOptions) },
                 { "receptive-field", cjl_ideal_params, sizeof (CjlIdealOptions) },
                 { "tuning", cjl_tuning_params, sizeof (CjlTuningOptions) },
                 { "orientation-map", cjl_tuning_params, sizeof (CjlTuningOptions) },
                 { "selectivity", cjl_tuning_params, sizeof (CjlTuningOptions) },
                 { "robustness", cjl_robustness_params, sizeof (CjlRobustnessOptions) },
                 { "retraining", cjl_retraining_params, sizeof (CjlRetrainingOptions) },
                 { "isi", cjl_spike_params, sizeof (CjlSpikeOptions) },
                 { "cross-correlogram", cjl_spike_params, sizeof (CjlSpikeOptions) },
                 { "energy", cj_energy_params, sizeof (CjEnergyTable) },
                 { "accuracy-energy", cj_energy_params, sizeof (CjEnergyTable) } };

  if (size != NULL)
    *size = 0;
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    if (g_str_equal (tables[i].id, id))
      {
        if (size != NULL)
          *size = tables[i].size;
        return tables[i].params;
      }
  return NULL;
}

/* The classes are the units of the last layer; else what a convolution wants is asked first. */
CjvFrame *
cjl_unit_figure (CjlProject *project, CjdDataset *dataset, const char *id,
                 const CjlFigureChoice *choice, GError **error)
{
  g_autoptr (CjlIdeal) ideal = NULL;
  CjlIdealOptions options;
  CjvFrame *frame;

  cjl_ideal_options_init (&options);
  options.node = choice->node != NULL ? choice->node : find_first (project->graph);
  options.unit = MAX (choice->unit, 0);
  options.direction = choice->direction;
  options.split = options.on = choice->split;
  options.sample = choice->sample;
  options.mean = g_strcmp0 (choice->method, "mean") == 0;
  if (options.node == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                   _ ("The network has no convolution and no dense layer to test."));
      return NULL;
    }
  if (choice->method != NULL && !options.mean && !g_str_equal (choice->method, "middle"))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("There is no place “%s” on a map. Choose middle or mean."), choice->method);
      return NULL;
    }
  if ((choice->target != NULL && !read_class (project, dataset, choice->target, &options, error))
      || !cjl_settings_apply (cjl_ideal_params, &options, choice->settings, error))
    return NULL;
  if (g_str_equal (id, "receptive-field"))
    {
      options.climb.n_steps = 1;
      options.n_samples = 0;
    }
  ideal = cjl_ideal_project (project, dataset, &options, error);
  if (ideal == NULL)
    return NULL;
  if (g_str_equal (id, "ideal"))
    return cjl_ideal_frame (ideal);
  frame = cjl_field_frame (ideal);
  if (frame == NULL)
    g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                 _ ("Nothing that was shown moves this unit. Choose another one."));
  return frame;
}
