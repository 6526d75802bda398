/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-shrink.h"

#include "cjl-project.h"

#include <math.h>
#include <string.h>

#define N_SAMPLES 32
#define TOLERANCE 1e-4f /* of the largest answer */

/* Answers of a network to the first samples; NULL if it does not compile. */
static float *
answer (const CjGraph *graph, CjdDataset *dataset, const CjCheckpoint *weights, gint64 *n,
        GError **error)
{
  g_autoptr (CjFeed) feed = cjd_dataset_new_feed (dataset, CJD_SPLIT_TRAIN);
  const guint batch = (guint) MIN (N_SAMPLES, feed->n_samples);
  const CjDataSpec spec = cjl_data_spec (dataset, batch);
  g_autoptr (CjProgram) program = cj_program_new (graph, CJ_PURPOSE_INFER, &spec, 1, error);
  guint32 indices[N_SAMPLES];
  const float *z;
  CjShape shape;

  if (program == NULL || !cj_checkpoint_apply (weights, program))
    return NULL;
  for (guint i = 0; i < batch; i++)
    indices[i] = i;
  feed->fill (feed, indices, batch, 0, 0, cj_program_get_x (program), cj_program_get_y (program));
  cj_program_forward (program, FALSE, batch, 0, 0);
  z = cj_program_get_prediction (program, &shape);
  *n = z != NULL ? cj_shape_size (&shape) : 0;
  return z != NULL ? g_memdup2 (z, sizeof (float) * (gsize) *n) : NULL;
}

/* The weights as the surgery leaves them in the smaller network; NULL: it does not compile. */
static CjCheckpoint *
operate (const CjGraph *before, const CjGraph *after, CjdDataset *dataset,
         const CjCheckpoint *weights, const GArray *cuts)
{
  const CjDataSpec spec = cjl_data_spec (dataset, 1);
  g_autoptr (CjProgram) program = cj_program_new (after, CJ_PURPOSE_INFER, &spec, 1, NULL);
  g_autoptr (CjSurgery) surgery = NULL;
  g_autoptr (CjTable) table = NULL;
  CjCheckpoint *to;

  if (program == NULL)
    return NULL;
  surgery = cj_surgery_new (before, after, &spec, NULL, NULL, cuts);
  table = cj_table_new (program);
  to = cj_checkpoint_new (table, 0, 0);
  cj_surgery_apply (surgery, weights, to, FALSE);
  return to;
}

static gboolean
are_alike (const float *a, const float *b, gint64 n)
{
  float most = 1e-6f, apart = 0;

  for (gint64 i = 0; i < n; i++)
    {
      most = fmaxf (most, fabsf (a[i]));
      apart = fmaxf (apart, fabsf (a[i] - b[i]));
    }
  return apart <= TOLERANCE * most; /* FALSE for what is no number */
}

/* Whether every number of the tensor from `first` on is pruned; TRUE if there is none. */
static gboolean
is_gone (const CjCheckpoint *weights, const char *node, const char *name, gint64 unit)
{
  g_autofree char *full = g_strdup_printf ("%s.%s", node, name);
  const CjTableEntry *entry = cj_table_find (weights->table, full);
  gint64 width;

  if (entry == NULL || weights->flags == NULL || unit >= entry->shape.dims[0])
    return entry == NULL;
  width = entry->size / entry->shape.dims[0];
  return cj_mask_count (weights->flags + entry->offset + unit * width, width) == width;
}

/* Adds the silent units of a node, the last first, as cuts; how many. */
static guint
add_cuts (const CjNode *node, const CjCheckpoint *weights, GArray *cuts)
{
  g_autofree char *name = g_strconcat (node->id, ".weight", NULL);
  const CjTableEntry *entry = cj_table_find (weights->table, name);
  guint n = 0;

  if (entry == NULL || entry->shape.n_dims < 2)
    return 0;
  for (gint64 unit = entry->shape.dims[0]; unit-- > 0;)
    {
      if (!is_gone (weights, node->id, "weight", unit) || !is_gone (weights, node->id, "bias", unit)
          || n + 1 == (guint) entry->shape.dims[0])
        continue;
      cj_unit_cuts_add (cuts, node->id, (guint) unit);
      n++;
    }
  return n;
}

/* The parameter that says how many units a node has; NULL: it has none of its own. */
static const CjParam *
find_units (const CjNode *node)
{
  const CjParam *units = cj_params_find (node->layer->params, "units");

  return units != NULL ? units : cj_params_find (node->layer->params, "filters");
}

typedef struct
{
  const CjGraph *graph;
  CjdDataset *dataset;
  const CjCheckpoint *weights;
  const float *answers;
  gint64 n_answers;
} Old;

/* Tries the network without the silent units of a node; TRUE: it is the same. */
static gboolean
try_node (CjlShrunk *self, const Old *old, const char *id, guint n, GArray *cuts)
{
  g_autoptr (CjGraph) graph = cj_graph_dup (self->graph);
  CjNode *node = cj_graph_find (graph, id);
  const CjParam *param = find_units (node);
  g_autofree char *text = param != NULL ? cj_params_print (param, node->params) : NULL;
  g_autofree char *fewer
      = text != NULL ? g_strdup_printf ("%" G_GINT64_FORMAT, g_ascii_strtoll (text, NULL, 10) - n)
                     : NULL;
  const CjDataSpec spec = cjl_data_spec (old->dataset, 1);
  g_autoptr (CjCheckpoint) weights = NULL;
  g_autoptr (CjLowered) lowered = NULL;
  g_autofree float *answers = NULL;
  gint64 n_answers = 0;

  if (fewer == NULL || !cj_graph_set_param (graph, node, param->name, fewer, NULL))
    return FALSE;
  lowered = cj_lower (graph, &spec);
  if (!cj_lowered_can_train (lowered, NULL))
    return FALSE;
  weights = operate (old->graph, graph, old->dataset, old->weights, cuts);
  answers = weights != NULL ? answer (graph, old->dataset, weights, &n_answers, NULL) : NULL;
  if (answers == NULL || n_answers != old->n_answers
      || !are_alike (answers, old->answers, n_answers))
    return FALSE;
  cj_graph_free (self->graph);
  self->graph = g_steal_pointer (&graph);
  return TRUE;
}

CjlShrunk *
cjl_shrink (const CjGraph *graph, CjdDataset *dataset, const CjCheckpoint *weights, GError **error)
{
  g_autoptr (CjlShrunk) self = g_new0 (CjlShrunk, 1);
  g_autoptr (GString) kept = g_string_new (NULL);
  Old old = { graph, dataset, weights };
  g_autofree float *answers = answer (graph, dataset, weights, &old.n_answers, error);

  self->graph = cj_graph_dup (graph);
  self->cuts = cj_unit_cuts_new ();
  if (answers == NULL)
    return NULL;
  old.answers = answers;
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const CjNode *node = graph->nodes->pdata[i];
      const guint before = self->cuts->len;
      const guint n = add_cuts (node, weights, self->cuts);

      if (n == 0)
        continue;
      if (try_node (self, &old, node->id, n, self->cuts))
        {
          self->n_units += n;
          self->n_layers++;
          continue;
        }
      g_array_set_size (self->cuts, before);
      g_string_append_printf (kept, "%s%s", kept->len > 0 ? ", " : "", node->id);
    }
  if (kept->len > 0)
    self->kept = g_strdup (kept->str);
  return g_steal_pointer (&self);
}

void
cjl_shrunk_free (CjlShrunk *self)
{
  g_clear_pointer (&self->graph, cj_graph_free);
  g_clear_pointer (&self->cuts, g_array_unref);
  g_free (self->kept);
  g_free (self);
}
