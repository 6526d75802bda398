/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A network as a graph of NIR: layer by layer, from the input to where moments are summed up. What steps by moments
 * becomes a differential equation whose exact solution, or Euler's step, over a moment is that step. */
#include "cjl-format.h"
#include "cjl-nir-private.h"

#include "cj-error.h"
#include "cjl-network.h"
#include "file.h"

#include <glib/gi18n-lib.h>

/* Where moments are summed up, and what comes behind. */
static gboolean
is_end (const CjNode *node)
{
  return g_str_equal (node->layer->id, "spike-readout") || node->layer->role == CJ_ROLE_LOSS;
}

/* Spikes are what is heard of neurons. */
static gboolean
check_ports (const CjNode *node, GError **error)
{
  for (guint port = 0; port < cj_node_get_n_in (node); port++)
    if (node->from[port].node != NULL && node->from[port].port > 0)
      return cjl_nir_refuse (
          node->from[port].node, error,
          _ ("gives its membrane to “%s”, and neurons of NIR give spikes only. Put a "
             "Leaky integrator in its place, or wire its spikes."),
          node->id);
  return TRUE;
}

/* The one node whose result is the graph's: what readouts and losses hear, or the last. */
static const CjNode *
find_last (const CjlNirExport *e, const GPtrArray *order, GError **error)
{
  const CjGraph *graph = e->project->graph;
  const CjNode *found = NULL;

  for (guint i = 0; i < order->len; i++)
    {
      const CjNode *node = order->pdata[i], *last = NULL;
      gboolean heard = FALSE;

      for (guint k = 0; k < graph->nodes->len && !heard; k++)
        for (guint port = 0; port < CJ_LAYER_MAX_IN && !heard; port++)
          heard = ((const CjNode *) graph->nodes->pdata[k])->from[port].node == node;
      if (!cjl_nir_get_lowered (e, node)->valid)
        continue;
      if (is_end (node))
        last = node->from[0].node;
      else if (!heard && node->layer->role != CJ_ROLE_INPUT)
        last = node;
      if (last == NULL || is_end (last))
        continue;
      if (found != NULL && found != last)
        {
          cjl_nir_refuse (last, error,
                          _ ("is a second output beside “%s”. One is what can be written."),
                          found->id);
          return NULL;
        }
      found = last;
    }
  if (found == NULL)
    g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                 _ ("The network has no layers between its input and its readout."));
  return found;
}

/* Delays are told in the moments of the neurons, wherever these stand. */
static gboolean
find_dt (CjlNirExport *e, const GPtrArray *order, GError **error)
{
  for (guint i = 0; i < order->len; i++)
    {
      const CjNode *node = order->pdata[i];

      if (cj_params_find (node->layer->params, "dt") != NULL
          && g_str_equal (node->layer->category, "spiking") && !cjl_nir_take_dt (e, node, error))
        return FALSE;
    }
  if (e->dt == 0)
    e->dt = e->options->dt;
  return TRUE;
}

static gboolean
write_nodes (CjlNirExport *e, const GPtrArray *order, GError **error)
{
  gboolean *behind = g_newa0 (gboolean, e->lowered->n_nodes + 1);

  for (guint i = 0; i < order->len; i++)
    {
      const CjNode *node = order->pdata[i];
      const int at = cj_graph_get_index (e->project->graph, node);

      for (guint port = 0; port < CJ_LAYER_MAX_IN; port++)
        if (node->from[port].node != NULL)
          behind[at] |= behind[cj_graph_get_index (e->project->graph, node->from[port].node)];
      behind[at] |= is_end (node);
      if (!cjl_nir_get_lowered (e, node)->valid || !check_ports (node, error))
        {
          if (cjl_nir_get_lowered (e, node)->valid)
            return FALSE;
          continue;
        }
      if (node->layer->role == CJ_ROLE_INPUT)
        {
          e->from[at] = g_ptr_array_new_with_free_func (g_free);
          g_ptr_array_add (e->from[at], g_strdup ("input"));
        }
      else if (behind[at] && !is_end (node))
        return cjl_nir_refuse (node, error,
                               _ ("comes behind the readout, where there are no time steps any "
                                  "more. NIR has no word for it."));
      else if (!behind[at] && !cjl_nir_write_node (e, node, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
write_graph (CjlNirExport *e, GError **error)
{
  g_autoptr (GPtrArray) order = cj_graph_sort (e->project->graph);
  const CjNode *last;
  const GPtrArray *names;
  CjShape output;

  e->rows = cjl_nir_has_rows (e);
  if (!find_dt (e, order, error) || !write_nodes (e, order, error)
      || (last = find_last (e, order, error)) == NULL)
    return FALSE;
  names = e->from[cj_graph_get_index (e->project->graph, last)];
  for (guint i = 0; i < names->len; i++)
    cjl_nir_add_edge (e, names->pdata[i], "output");
  output = cjl_nir_get_moment (e, last);
  cjl_nir_put_text (e, "input", "type", "Input");
  cjl_nir_put_ints (e, "input", "shape", e->input.n_dims, e->input.dims);
  cjl_nir_put_text (e, "output", "type", "Output");
  cjl_nir_put_ints (e, "output", "shape", output.n_dims, output.dims);
  cjd_hdf5_out_add_texts (e->out, "node/edges", e->edges->len / 2, 2,
                          (const char *const *) e->edges->pdata);
  cjd_hdf5_out_add_texts (e->out, "node/type", 0, 0, (const char *const[]){ "NIRGraph" });
  cjd_hdf5_out_add_texts (e->out, "version", 0, 0, (const char *const[]){ "1.0" });
  return TRUE;
}

/* Names that are those of both ends would be two things. */
static gboolean
check_names (const CjGraph *graph, GError **error)
{
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const CjNode *node = graph->nodes->pdata[i];

      if ((g_str_equal (node->id, "input") && node->layer->role != CJ_ROLE_INPUT)
          || g_str_equal (node->id, "output"))
        return cjl_nir_refuse (node, error,
                               _ ("has the name of an end of a NIR graph. Rename it."));
    }
  return TRUE;
}

GBytes *
cjl_nir_print (CjlProject *project, const CjlNirOptions *options, GError **error)
{
  g_autoptr (CjdDataset) dataset = cjl_data_load (&project->data, error);
  g_autoptr (CjProgram) program
      = dataset != NULL && check_names (project->graph, error)
            ? cjl_network_compile_project (project, dataset, CJ_PURPOSE_INFER, 1, error)
            : NULL;
  CjlNirExport e = { .project = project, .options = options, .program = program };
  GBytes *bytes = NULL;

  if (program == NULL)
    return NULL;
  e.lowered = cj_program_get_lowered (program);
  e.out = cjd_hdf5_out_new ();
  e.from = g_new0 (GPtrArray *, e.lowered->n_nodes + 1);
  e.edges = g_ptr_array_new_with_free_func (g_free);
  if (write_graph (&e, error))
    bytes = cjd_hdf5_out_print (e.out, error);
  for (guint i = 0; i < e.lowered->n_nodes; i++)
    g_clear_pointer (&e.from[i], g_ptr_array_unref);
  g_free (e.from);
  g_ptr_array_unref (e.edges);
  cjd_hdf5_out_free (e.out);
  return bytes;
}

static gboolean
save (CjlProject *project, const char *path, gconstpointer options, CjlExported *done,
      GError **error)
{
  g_autoptr (GBytes) bytes = cjl_nir_print (project, options, error);

  (void) done;
  return bytes != NULL
         && cjd_file_write (path, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), error);
}

const CjlFormat cjl_format_nir = {
  .id = "nir",
  .title = N_ ("N_IR Graph…"),
  .heading = N_ ("Export NIR Graph"),
  .blurb = N_ ("Other programs and chips for spiking neurons read it. Say how time steps become "
               "differential equations: Euler's step is what most of them take."),
  .files = { { ".nir", N_ ("Graph of spiking neurons") } },
  .params = cjl_nir_params,
  .options_size = sizeof (CjlNirOptions),
  .save = save,
};
