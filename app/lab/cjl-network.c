/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-network.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>

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

CjProgram *
cjl_network_compile (const CjlNetwork *self, CjPurpose purpose, gint64 batch, GError **error)
{
  const CjDataSpec spec = cjl_data_spec (self->dataset, batch);
  g_autoptr (CjProgram) program = cj_program_new (self->graph, purpose, &spec, 1, error);

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
