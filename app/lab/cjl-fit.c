/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-fit.h"

struct _CjlFit
{
  const CjGraph *graph;
  const CjLowered *lowered;
  const CjDataSpec *spec;
  CjWire from;
  GHashTable *before; /* nodes that lead to the output, its own among them */
};

static void
add_before (CjlFit *self, CjNode *node)
{
  if (!g_hash_table_add (self->before, node))
    return;
  for (guint i = 0; i < CJ_LAYER_MAX_IN; i++)
    if (node->from[i].node != NULL)
      add_before (self, node->from[i].node);
}

CjlFit *
cjl_fit_new (const CjGraph *graph, const CjLowered *lowered, const CjDataSpec *spec, CjWire from)
{
  CjlFit *self = g_new0 (CjlFit, 1);

  self->graph = graph;
  self->lowered = lowered;
  self->spec = spec;
  self->from = from;
  self->before = g_hash_table_new (NULL, NULL);
  add_before (self, from.node);
  return self;
}

void
cjl_fit_free (CjlFit *self)
{
  g_hash_table_unref (self->before);
  g_free (self);
}

/* What an output gives, as an input of its own; FALSE: that is not known. */
static gboolean
describe (CjlFit *self, const CjWire *wire, CjInputSpec *input)
{
  const int index = cj_graph_get_index (self->graph, wire->node);
  const CjLoweredNode *node = index >= 0 ? &self->lowered->nodes[index] : NULL;
  const CjValue *value;

  if (node == NULL || !node->valid || wire->port >= node->n_out)
    return FALSE;
  value = cj_builder_get_value (self->lowered->builder, node->out[wire->port]);
  input->shape = value->shape;
  input->dtype = value->dtype;
  return TRUE;
}

/* A graph of nothing but the layer and inputs of the shapes that it gets. */
static gboolean
try (CjlFit *self, const CjLayerInfo *layer, gconstpointer params, const CjWire *wires)
{
  g_autoptr (CjGraph) trial = cj_graph_new ();
  g_autoptr (CjLowered) lowered = NULL;
  CjNode *node = cj_graph_add (trial, layer, "it", NULL);
  CjInputSpec inputs[CJ_LAYER_MAX_IN] = { 0 };
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  CjDataSpec spec = *self->spec;

  spec.inputs = inputs;
  spec.n_inputs = 0;
  for (const CjParam *p = layer->params; params != NULL && p != NULL && p->name != NULL; p++)
    {
      g_autofree char *value = cj_params_print (p, params);

      cj_graph_set_param (trial, node, p->name, value, NULL);
    }
  for (guint port = 0; port < CJ_LAYER_MAX_IN; port++)
    {
      CjInputSpec *input = &inputs[spec.n_inputs];
      char *name = g_strdup_printf ("from%u", port);

      g_ptr_array_add (names, name);
      if (wires[port].node == NULL || !describe (self, &wires[port], input))
        continue;
      input->node = name;
      if (!cj_graph_connect (trial, cj_graph_add (trial, cj_layer_find ("input"), name, NULL), 0,
                             node, port, NULL))
        return FALSE;
      spec.n_inputs++;
    }
  lowered = cj_lower (trial, &spec);
  for (guint i = 0; i < lowered->problems->len; i++)
    {
      const CjProblem *problem = lowered->problems->pdata[i];

      if (problem->kind == CJ_PROBLEM_ERROR && g_strcmp0 (problem->node, "it") == 0)
        return FALSE;
    }
  return TRUE;
}

gboolean
cjl_fit_input (CjlFit *self, const CjNode *to, guint port)
{
  CjWire wires[CJ_LAYER_MAX_IN];

  if (g_hash_table_contains (self->before, to))
    return FALSE;
  if (self->lowered == NULL)
    return TRUE;
  for (guint i = 0; i < CJ_LAYER_MAX_IN; i++)
    wires[i] = i == port ? self->from : to->from[i];
  return try (self, to->layer, to->params, wires);
}

gboolean
cjl_fit_layer (CjlFit *self, const CjLayerInfo *layer, gconstpointer params)
{
  const CjWire wires[CJ_LAYER_MAX_IN] = { self->from };

  if (cj_layer_get_n_in (layer) == 0)
    return FALSE;
  return self->lowered == NULL || try (self, layer, params, wires);
}
