/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames of the figures of spikes, from a project at rest: "raster" and "membrane" of one sample, "isi",
 * "cross-correlogram" and "spike-triggered-average" of many. */
#include "cjl-figures-private.h"

#include "cj-error.h"
#include "cjl-settings.h"
#include "cjl-spike-figures.h"

#include <glib/gi18n-lib.h>

/* The layer that is asked for, or the first one with spikes; with membranes, if those are wanted. */
static const CjNode *
find_node (const CjlFigureRequest *r, gboolean membrane, GError **error)
{
  g_autoptr (GPtrArray) order = cj_graph_sort (r->project->graph);
  const char *wanted = r->choice->node;

  for (guint i = 0; i < order->len; i++)
    {
      const CjNode *node = order->pdata[i];
      const gboolean neurons = cjl_spikes_find_inside (node, CJL_INSIDE_MEMBRANE) > 0;

      if ((membrane ? neurons : cjl_spikes_suits (node))
          && (wanted != NULL ? g_str_equal (node->id, wanted) : neurons))
        return node;
    }
  if (wanted != NULL)
    g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                 _ ("“%s” gives no spikes. Choose a layer of spiking neurons, as LIF."), wanted);
  else
    g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                 _ ("The network has no spiking neurons. Put a layer of them into it, as LIF."));
  return NULL;
}

/* Borrowed from `kept`; NULL if there is no such port. */
static const CjTensor *
keep_output (GPtrArray *kept, const CjProgram *program, guint node, int port)
{
  CjTensor *found = port >= 0 ? cj_program_dup_output (program, node, (guint) port) : NULL;

  if (found != NULL)
    g_ptr_array_add (kept, found);
  return found;
}

static CjvFrame *
frame_of_sample (const CjlFigureRequest *r, const CjNode *node, GError **error)
{
  const guint index = (guint) cj_graph_get_index (r->project->graph, node);
  g_autoptr (CjProgram) program = cjl_figure_run_sample (r, error);
  g_autofree char *name = g_strconcat (node->id, ".threshold", NULL);
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func ((GDestroyNotify) cj_tensor_unref);
  const CjProgramParam *param;
  CjlSpikes what;

  if (program == NULL)
    return NULL;
  param = cj_program_find_param (program, name);
  what = (CjlSpikes){ .graph = r->project->graph,
                      .node = node,
                      .spikes = keep_output (kept, program, index, 0),
                      .thresholds
                      = param != NULL ? cj_program_get_param_data (program, param) : NULL,
                      .dataset = r->dataset,
                      .unit = r->choice->unit };
  for (guint k = 0; k < CJL_N_INSIDE; k++)
    what.inside[k]
        = keep_output (kept, program, index, cjl_spikes_find_inside (node, (CjlInside) k));
  return g_str_equal (r->id, "raster") ? cjl_spikes_raster (&what) : cjl_spikes_membranes (&what);
}

static CjvFrame *
frame_of_record (const CjlFigureRequest *r, const CjNode *node, GError **error)
{
  g_autoptr (CjlNetwork) network = cjl_network_new_project (r->project, r->dataset, error);
  const gsize n = r->choice->n_samples > 0 ? r->choice->n_samples : CJL_SPIKE_SAMPLES;
  g_autoptr (CjlSpikeRecord) record = NULL;
  CjlSpikeOptions options;

  cj_params_reset (cjl_spike_params, &options);
  if (network == NULL
      || !cjl_settings_apply (
          cjl_spike_params, &options,
          g_str_equal (r->id, "spike-triggered-average") ? NULL : r->choice->settings, error))
    return NULL;
  record = cjl_spike_record_new (network, node->id, r->choice->split, n, (guint) options.repeats,
                                 NULL, error);
  if (record == NULL)
    return NULL;
  if (g_str_equal (r->id, "isi"))
    return cjl_spike_record_intervals (record, r->choice->unit);
  if (g_str_equal (r->id, "cross-correlogram"))
    return cjl_spike_record_correlogram (record, r->choice->unit, -1);
  return cjl_spike_record_average (record, r->choice->unit);
}

CjvFrame *
cjl_figure_of_spikes (const CjlFigureRequest *r, GError **error)
{
  const gboolean membrane = g_str_equal (r->id, "membrane");
  const gboolean one = membrane || g_str_equal (r->id, "raster");
  const CjNode *node = find_node (r, membrane, error);
  GError *local = NULL;
  CjvFrame *frame;

  if (node == NULL)
    return NULL;
  frame = (one ? frame_of_sample : frame_of_record) (r, node, &local);
  if (frame == NULL && local == NULL)
    g_set_error (
        &local, CJ_ERROR, CJ_ERROR_PARAM,
        _ ("“%s” hardly fires: there is nothing to show in figure “%s”. Train the network, "
           "or choose another layer or unit."),
        node->id, r->id);
  if (local != NULL)
    g_propagate_error (error, local);
  return frame;
}
