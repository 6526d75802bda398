/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-spiking.h"

#include "cj-error.h"
#include "cjl-arrange.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLES 2000 /* of training, whose activations balance the thresholds */
#define BATCH 100

/* A dense layer and where its ReLU gives its values. */
typedef struct
{
  CjNode *dense,
      *relu; /* relu: the dense layer itself, or a node behind it; NULL: the last layer */
  double threshold;
} Layer;

static gboolean
refuse (const CjNode *node, GError **error)
{
  g_set_error (
      error, CJ_ERROR, CJ_ERROR_GRAPH,
      _ ("“%s” has no counterpart among spikes. What can be converted is a chain of Flatten, "
         "Dense with ReLU, dropout, and Dense before the loss."),
      node->id);
  return FALSE;
}

static CjNode *
find_loss (const CjGraph *graph)
{
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      CjNode *node = graph->nodes->pdata[i];

      if (node->layer->role == CJ_ROLE_LOSS)
        return node;
    }
  return NULL;
}

static gboolean
has_relu (const CjNode *dense)
{
  const CjParam *param = cj_params_find (dense->layer->params, "activation");
  g_autofree char *text = param != NULL ? cj_params_print (param, dense->params) : NULL;

  return g_strcmp0 (text, "relu") == 0;
}

static gboolean
is_linear (const CjNode *dense)
{
  const CjParam *param = cj_params_find (dense->layer->params, "activation");
  g_autofree char *text = param != NULL ? cj_params_print (param, dense->params) : NULL;

  return text == NULL || g_str_equal (text, "none");
}

/* From the loss to the input. The dense layers, the last one first. */
static gboolean
find_layers (const CjGraph *graph, GArray *layers, GError **error)
{
  CjNode *loss = find_loss (graph), *relu = NULL;

  if (loss == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                   _ ("The network has no loss, so it is not clear what its answer is. Add one."));
      return FALSE;
    }
  for (CjNode *node = loss->from[0].node; node != NULL; node = node->from[0].node)
    {
      const char *id = node->layer->id;

      if (node->layer->role == CJ_ROLE_INPUT || node->muted || g_str_equal (id, "flatten")
          || g_str_equal (node->layer->category, "regularisation"))
        continue;
      if (g_str_equal (id, "relu") && relu == NULL && layers->len > 0)
        relu = node;
      else if (g_str_equal (id, "dense") && (is_linear (node) || (relu == NULL && has_relu (node)))
               && (layers->len == 0) == (relu == NULL && !has_relu (node)))
        {
          const Layer layer = { node, relu != NULL ? relu : has_relu (node) ? node : NULL, 0 };

          g_array_append_val (layers, layer);
          relu = NULL;
        }
      else
        return refuse (node, error);
    }
  if (relu != NULL || layers->len < 2)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                   _ ("The network has no ReLU behind a dense layer, so nothing would become a "
                      "neuron. Train one with a hidden layer."));
      return FALSE;
    }
  return TRUE;
}

static int
compare_floats (const void *a, const void *b)
{
  const float x = *(const float *) a, y = *(const float *) b;

  return x < y ? -1 : x > y;
}

/* The percentile of what was given, silent units counted as well. */
static double
find_threshold (GArray *values, double percentile)
{
  const double at = percentile / 100 * (double) (values->len - 1);

  qsort (values->data, values->len, sizeof (float), compare_floats);
  return (double) g_array_index (values, float, (guint) floor (at));
}

/* What the ReLUs give to training samples. */
static gboolean
balance (const CjlNetwork *network, GArray *layers, double percentile, GError **error)
{
  g_autoptr (CjProgram) program = cjl_network_compile (network, CJ_PURPOSE_PROBE, BATCH, error);
  g_autoptr (CjFeed) feed = cjd_dataset_new_feed (network->dataset, CJD_SPLIT_TRAIN);
  g_autoptr (GPtrArray) given = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  guint32 indices[BATCH];

  if (program == NULL)
    return FALSE;
  for (guint i = 0; i < layers->len; i++)
    g_ptr_array_add (given, g_array_new (FALSE, FALSE, sizeof (float)));
  for (gsize first = 0; first < MIN (SAMPLES, feed->n_samples); first += BATCH)
    {
      const guint n = (guint) MIN (BATCH, feed->n_samples - first);

      for (guint i = 0; i < n; i++)
        indices[i] = (guint32) (first + i);
      feed->fill (feed, indices, n, 0, 0, cj_program_get_x (program), cj_program_get_y (program));
      cj_program_forward (program, FALSE, n, 0, 0);
      for (guint k = 1; k < layers->len; k++)
        {
          const CjNode *relu = g_array_index (layers, Layer, k).relu;
          const int at
              = cj_graph_get_index (network->graph, cj_graph_find (network->graph, relu->id));
          g_autoptr (CjTensor) y = cj_program_dup_output (program, (guint) at, 0);

          g_array_append_vals (given->pdata[k], y->data,
                               n * (guint) (cj_shape_size (&y->shape) / y->shape.dims[0]));
        }
    }
  if (feed->problem != NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, "%s", feed->problem);
      return FALSE;
    }
  for (guint k = 1; k < layers->len; k++)
    {
      Layer *layer = &g_array_index (layers, Layer, k);

      layer->threshold = find_threshold (given->pdata[k], percentile);
      /* of units that are silent for all samples but few, what they give at all */
      if (!(layer->threshold > 0))
        layer->threshold = find_threshold (given->pdata[k], 100);
      layer->threshold = layer->threshold > 0 ? CLAMP (layer->threshold, 0.001, 1000) : 1;
    }
  return TRUE;
}

/* A node of a layer, put where `before` stands and wired behind `from`. */
static CjNode *
add_behind (CjGraph *graph, CjNode *from, const char *layer, GError **error)
{
  CjNode *node = cj_graph_add (graph, cj_layer_find (layer), NULL, error);

  if (node == NULL || !cj_graph_connect (graph, from, 0, node, 0, error))
    return NULL;
  cj_graph_put_node (graph, node, from->block);
  return node;
}

static gboolean
set_number (CjGraph *graph, CjNode *node, const char *name, double value, GError **error)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  return cj_graph_set_param (graph, node, name, g_ascii_dtostr (text, sizeof text, value), error);
}

/* Who hears a node. */
static CjNode *
find_next (const CjGraph *graph, const CjNode *node)
{
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      CjNode *other = graph->nodes->pdata[i];

      if (other->from[0].node == node)
        return other;
    }
  return NULL;
}

/* Puts neurons in place of a layer's ReLU; those of the first layer hear a current that lasts. */
static gboolean
put_neurons (CjGraph *graph, const Layer *layer, gboolean first, int steps, GError **error)
{
  CjNode *dense = cj_graph_find (graph, layer->dense->id), *last = dense;
  CjNode *relu = cj_graph_find (graph, layer->relu->id), *next = find_next (graph, relu);

  if (first)
    {
      last = add_behind (graph, last, "direct-current", error);
      if (last == NULL || !set_number (graph, last, "steps", steps, error))
        return FALSE;
    }
  last = add_behind (graph, last, "integrate-and-fire", error);
  if (last == NULL || !set_number (graph, last, "threshold", layer->threshold, error)
      || (next != NULL && !cj_graph_connect (graph, last, 0, next, 0, error)))
    return FALSE;
  if (relu != dense)
    cj_graph_remove (graph, relu);
  else if (!cj_graph_set_param (graph, dense, "activation", "none", error))
    return FALSE;
  return TRUE;
}

static gboolean
rebuild (CjGraph *graph, const GArray *layers, const CjlSpikingOptions *options, GError **error)
{
  CjNode *loss = find_loss (graph), *last;

  for (guint k = 1; k < layers->len; k++)
    if (!put_neurons (graph, &g_array_index (layers, Layer, k), k + 1 == layers->len,
                      options->steps, error))
      return FALSE;
  last = add_behind (graph, loss->from[0].node, "spike-readout", error);
  if (last == NULL || !cj_graph_set_param (graph, last, "measure", "rate", error)
      || !cj_graph_connect (graph, last, 0, loss, 0, error))
    return FALSE;
  cjl_arrange_levels (graph);
  return TRUE;
}

/* A spike of a neuron stands for its threshold: the weights of the layer behind it are scaled by it. */
static CjCheckpoint *
scale_weights (const CjCheckpoint *from, const GArray *layers)
{
  CjCheckpoint *to = cj_checkpoint_new (from->table, 0, FALSE);

  to->plan = from->plan;
  memcpy (to->weights, cj_checkpoint_get_best_weights (from),
          sizeof (float) * (gsize) from->table->n_weights);
  memcpy (to->states, from->states, sizeof (float) * (gsize) from->table->n_states);
  for (guint k = 0; k + 1 < layers->len; k++)
    {
      const Layer *layer = &g_array_index (layers, Layer, k);
      g_autofree char *name = g_strconcat (layer->dense->id, ".weight", NULL);
      const CjTableEntry *entry = cj_table_find (to->table, name);
      const float by = (float) g_array_index (layers, Layer, k + 1).threshold;

      for (gint64 i = 0; entry != NULL && i < entry->size; i++)
        cj_checkpoint_get_data (to, entry)[i] *= by;
    }
  return to;
}

CjlNetwork *
cjl_spiking_new (const CjlNetwork *network, const CjlSpikingOptions *options, GError **error)
{
  g_autoptr (GArray) layers = g_array_new (FALSE, FALSE, sizeof (Layer));
  g_autoptr (CjGraph) graph = cj_graph_dup (network->graph);
  g_autoptr (CjCheckpoint) weights = NULL;

  if (!find_layers (network->graph, layers, error)
      || !balance (network, layers, options->percentile, error)
      || !rebuild (graph, layers, options, error))
    return NULL;
  weights = scale_weights (network->weights, layers);
  return cjl_network_new (graph, network->dataset, weights);
}

CjlProject *
cjl_spiking_new_project (CjlProject *project, const CjlSpikingOptions *options, GError **error)
{
  g_autoptr (CjdDataset) dataset = cjl_data_load (&project->data, error);
  g_autoptr (CjlNetwork) network
      = dataset != NULL ? cjl_network_new_project (project, dataset, error) : NULL;
  g_autoptr (CjlNetwork) spiking
      = network != NULL ? cjl_spiking_new (network, options, error) : NULL;
  g_autofree char *title = NULL;

  if (spiking == NULL)
    return NULL;
  title = g_strdup_printf (/* Translators: %s is the title of a project */
                           _ ("%s, in spikes"), project->title);
  return cjl_network_make_project (spiking, project, title, error);
}
