/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Figures of the tuning of a layer and of what a unit wants, from a project at rest. */
#include "cjl-bench-figures.h"

#include "cj-error.h"
#include "cj-runner.h"
#include "cjl-ideal.h"
#include "cjl-network.h"
#include "cjl-tuning.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define SMALLEST 3 /* side of the kernels that are worth a fit */

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

/* The weights of a node's kernels, trained or as the seed has them. You unref. */
static CjTensor *
read_kernels (CjlProject *project, CjdDataset *dataset, const char *node, gboolean untrained,
              GError **error)
{
  g_autoptr (CjProgram) program
      = cjl_network_compile_project (project, dataset, CJ_PURPOSE_INFER, 1, error);
  g_autofree char *name = g_strconcat (node, ".weight", NULL);
  const CjProgramParam *param;
  CjTensor *kernels;

  if (program == NULL)
    return NULL;
  if (untrained)
    cj_program_init (program, (guint64) project->setup->seed);
  param = cj_program_find_param (program, name);
  if (param == NULL || param->shape.n_dims != 4 || param->shape.dims[2] < SMALLEST
      || param->shape.dims[3] < SMALLEST)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("“%s” has no kernels of 3×3 or more. Choose a convolution with --node."),
                   node);
      return NULL;
    }
  kernels = cj_tensor_new (CJ_FLOAT32, &param->shape);
  memcpy (kernels->data, cj_program_get_param_data (program, param), cj_tensor_bytes (kernels));
  return kernels;
}

static CjvFrame *
draw_gabors (CjlProject *project, CjdDataset *dataset, const char *node,
             const CjlFigureChoice *choice, GError **error)
{
  g_autoptr (CjTensor) kernels = read_kernels (project, dataset, node, choice->untrained, error);
  g_autoptr (GArray) epochs = cjl_project_read_history (project);
  g_autofree char *name = g_strconcat (node, ".weight", NULL);
  g_autoptr (CjlGaborFits) fits
      = kernels != NULL ? cjl_fit_gabors (kernels, name, NULL, error) : NULL;

  if (fits == NULL)
    return NULL;
  fits->untrained = choice->untrained;
  if (epochs->len > 0 && !choice->untrained)
    fits->step = g_array_index (epochs, CjRunEpoch, epochs->len - 1).step;
  return cjl_gabor_frame (fits);
}

/* The layer now, and beside it as it began, or another layer of the network. */
static CjvFrame *
draw_population (CjlProject *project, CjdDataset *dataset, CjlTuning *now, CjlTuningOptions options,
                 const char *with, GError **error)
{
  g_autoptr (CjlTuning) other = NULL;

  if (now->untrained && with == NULL)
    return cjl_selectivity_frame ((const CjlTuning *const *) &now, 1);
  options.untrained = with == NULL || now->untrained;
  options.node = with != NULL ? with : options.node;
  other = cjl_tune_project (project, dataset, &options, error);
  return other != NULL ? cjl_selectivity_frame ((const CjlTuning *const[]){ now, other }, 2) : NULL;
}

CjvFrame *
cjl_bench_figure (CjlProject *project, CjdDataset *dataset, const char *id,
                  const CjlFigureChoice *choice, GError **error)
{
  const char *node = choice->node != NULL ? choice->node : find_first (project->graph);
  g_autoptr (CjlTuning) tuning = NULL;
  CjlTuningOptions options;

  cjl_tuning_options_init (&options);
  if (node == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                   _ ("The network has no convolution and no dense layer to test."));
      return NULL;
    }
  if (g_str_equal (id, "gabor"))
    return draw_gabors (project, dataset, node, choice, error);
  if (!read_show (choice->method, &options.show, error))
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
  if (g_str_equal (id, "tuning"))
    return cjl_tuning_frame (tuning, choice->unit >= 0 ? (guint) choice->unit
                                                       : cjl_tuning_find_unit (tuning));
  if (g_str_equal (id, "orientation-map"))
    return cjl_orientation_frame (tuning, choice->unit);
  return draw_population (project, dataset, tuning, options, choice->other, error);
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
  options.split = choice->split;
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
