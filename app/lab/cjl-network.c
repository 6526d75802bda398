/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-network.h"

#include "cj-error.h"
#include "cj-program-sparse.h"
#include "cj-runner.h"
#include "safetensors.h"

#include <glib/gi18n-lib.h>
#include <string.h>

CjlNetwork *
cjl_network_new (const CjGraph *graph, CjdDataset *dataset, CjCheckpoint *weights)
{
  CjlNetwork *self = g_new0 (CjlNetwork, 1);

  self->graph = cj_graph_dup (graph);
  self->dataset = cjd_dataset_ref (dataset);
  self->weights = cj_checkpoint_ref (weights);
  return self;
}

void
cjl_network_free (CjlNetwork *self)
{
  cj_graph_free (self->graph);
  cjd_dataset_unref (self->dataset);
  cj_checkpoint_unref (self->weights);
  g_free (self);
}

/* The weights that are mostly pruned. You free. */
static GStrv
list_sparse (const CjCheckpoint *weights)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  const float *w = cj_checkpoint_get_best_weights (weights);

  for (guint i = 0; i < weights->table->entries->len; i++)
    {
      const CjTableEntry *entry = cj_table_get (weights->table, i);

      if (!entry->state && entry->shape.n_dims == 2
          && cj_sparse_pays (w + entry->offset, entry->size))
        g_strv_builder_add (names, entry->name);
    }
  return g_strv_builder_end (names);
}

CjProgram *
cjl_network_compile (const CjlNetwork *self, CjPurpose purpose, gint64 batch, GError **error)
{
  const CjDataSpec spec = cjl_data_spec (self->dataset, batch);
  g_auto (GStrv) sparse = purpose == CJ_PURPOSE_INFER ? list_sparse (self->weights) : NULL;
  g_autoptr (CjProgram) program
      = sparse != NULL
            ? cj_program_new_sparse (self->graph, &spec, 1, (const char *const *) sparse, error)
            : cj_program_new (self->graph, purpose, &spec, 1, error);

  if (program == NULL)
    return NULL;
  if (!cj_checkpoint_apply (self->weights, program))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                   _ ("The weights are of another network. Train it for a step."));
      return NULL;
    }
  return g_steal_pointer (&program);
}

CjProgram *
cjl_network_compile_project (CjlProject *project, const CjdDataset *dataset, CjPurpose purpose,
                             gint64 batch, GError **error)
{
  const CjDataSpec spec = cjl_data_spec (dataset, batch);
  CjProgram *program = cj_program_new (project->graph, purpose, &spec, 2, error);

  if (program == NULL)
    return NULL;
  cj_program_init (program, (guint64) project->setup->seed);
  cjl_project_apply_weights (project, program);
  return program;
}

/* Whether the project has learned all that the program has; of another shape of samples it has not. */
static gboolean
fits (CjlProject *project, const CjProgram *program, GError **error)
{
  const GPtrArray *weights = cjl_project_get_weights (project);
  const guint n = cj_program_get_n_params (program);
  gboolean good = weights->len == 0 || n > 0;

  for (guint i = 0; weights->len > 0 && i < n && good; i++)
    {
      const CjProgramParam *param = cj_program_get_param (program, i);
      const CjTensor *tensor = cjd_named_tensors_find (weights, param->name);

      good = tensor != NULL && cj_shape_equal (&tensor->shape, &param->shape);
    }
  if (!good)
    /* Translators: the title of a project */
    g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                 _ ("What “%s” has learned does not fit its network on these samples. Train it "
                    "for a step, or choose a project for the same data."),
                 project->title);
  return good;
}

CjlNetwork *
cjl_network_new_project (CjlProject *project, CjdDataset *dataset, GError **error)
{
  g_autoptr (CjProgram) program
      = cjl_network_compile_project (project, dataset, CJ_PURPOSE_INFER, 1, error);
  g_autoptr (CjTable) table = program != NULL ? cj_table_new (program) : NULL;
  g_autoptr (CjCheckpoint) weights = table != NULL ? cj_checkpoint_new (table, 0, FALSE) : NULL;
  g_autoptr (GArray) epochs = cjl_project_read_history (project);

  if (weights == NULL || !fits (project, program, error))
    return NULL;
  for (guint i = 0; i < cj_program_get_n_params (program); i++)
    {
      const CjProgramParam *param = cj_program_get_param (program, i);
      const CjTableEntry *entry = cj_table_find (table, param->name);

      memcpy (cj_checkpoint_get_data (weights, entry), cj_program_get_param_data (program, param),
              sizeof (float) * (gsize) cj_shape_size (&param->shape));
    }
  if (epochs->len > 0)
    weights->at.step = g_array_index (epochs, CjRunEpoch, epochs->len - 1).step;
  return cjl_network_new (project->graph, dataset, weights);
}

CjlProject *
cjl_network_make_project (const CjlNetwork *self, CjlProject *project, const char *title,
                          GError **error)
{
  g_autoptr (CjlProject) copy = cjl_project_dup_for_worker (project);
  g_autoptr (GVariant) nodes = g_variant_ref_sink (cj_graph_save (self->graph));
  g_autoptr (GVariant) blocks = g_variant_ref_sink (cj_graph_save_blocks (self->graph));

  cjl_project_begin (copy);
  if (!cj_graph_load (copy->graph, nodes, error)
      || !cj_graph_load_blocks (copy->graph, blocks, error))
    {
      cjl_project_commit (copy, NULL, NULL);
      return NULL;
    }
  cjl_project_set_title (copy, title);
  cjl_project_commit (copy, title, NULL);
  cjl_project_forget (copy);
  cjl_project_store (copy, self->weights);
  return g_steal_pointer (&copy);
}

GPtrArray *
cjl_network_list_run (const CjRunLog *log, CjRing *ring, CjdDataset *dataset, guint64 end,
                      guint most)
{
  GPtrArray *networks = g_ptr_array_new_with_free_func ((GDestroyNotify) cjl_network_free);
  guint n = 0, taken = 0;

  while (n < cj_ring_get_n (ring) && cj_ring_get_step (ring, n) < end)
    n++;
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (CjCheckpoint) weights = NULL;
      g_autoptr (CjGraph) graph = NULL;

      if (i * (guint64) MIN (most, n) / n < taken)
        continue;
      taken++;
      weights = cj_ring_dup (ring, i);
      if (weights != NULL)
        graph = cj_run_log_make_graph (log, weights->at.n_commands, NULL);
      if (graph != NULL)
        g_ptr_array_add (networks, cjl_network_new (graph, dataset, weights));
    }
  return networks;
}
