/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-shrink.h"

#include "cj-heads.h"
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

static gboolean
set_number (CjGraph *graph, CjNode *node, const char *name, gint64 number)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, number);

  return cj_graph_set_param (graph, node, name, text, NULL);
}

/* Takes `n` units from what the node says it has, or `n` of `heads` (NULL: it is units that go). */
static gboolean
set_fewer (CjGraph *graph, CjNode *node, guint n, const CjHeads *heads)
{
  const CjParam *param = find_units (node);
  g_autofree char *text = NULL;

  if (heads != NULL)
    return set_number (graph, node, "heads", heads->n_heads - n)
           && set_number (graph, node, "head-width", heads->width);
  text = param != NULL ? cj_params_print (param, node->params) : NULL;
  return text != NULL
         && set_number (graph, node, param->name, g_ascii_strtoll (text, NULL, 10) - n);
}

/* Tries the network without silent units, or heads, of a node; TRUE: it is the same. */
static gboolean
try_node (CjlShrunk *self, const Old *old, const char *id, guint n, const CjHeads *heads,
          GArray *cuts)
{
  g_autoptr (CjGraph) graph = cj_graph_dup (self->graph);
  const CjDataSpec spec = cjl_data_spec (old->dataset, 1);
  g_autoptr (CjCheckpoint) weights = NULL;
  g_autoptr (CjLowered) lowered = NULL;
  g_autofree float *answers = NULL;
  gint64 n_answers = 0;

  if (!set_fewer (graph, cj_graph_find (graph, id), n, heads))
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

/* --- heads --- */

/* Whether nothing of what the head says is heard. */
static gboolean
is_silent (const CjCheckpoint *weights, const CjHeads *heads, gint64 head)
{
  const CjTableEntry *entry = cj_table_find (weights->table, heads->out);
  const float *w = entry != NULL ? cj_checkpoint_get_data (weights, entry) : NULL;

  for (gint64 e = 0; w != NULL && e < entry->shape.dims[0]; e++)
    {
      const CjHeadRun run = cj_heads_get_column_run (heads, head, e);

      for (gint64 i = run.first; i < run.first + run.n; i++)
        if (w[i] != 0
            && (weights->flags == NULL
                || (weights->flags[entry->offset + i] & CJ_MASK_PRUNED) == 0))
          return FALSE;
    }
  return w != NULL;
}

/* Adds what the silent heads hold as cuts, the last first; one head stays. How many go. */
static guint
add_head_cuts (const char *node, const CjHeads *heads, const CjCheckpoint *weights, GArray *cuts)
{
  guint n = 0;

  for (gint64 head = heads->n_heads; head-- > 0 && n + 1 < (guint) heads->n_heads;)
    {
      if (!is_silent (weights, heads, head))
        continue;
      for (gint64 i = heads->width; i-- > 0;)
        cj_unit_cuts_add (cuts, node, (guint) (head * heads->width + i));
      n++;
    }
  return n;
}

/* Whether another attention of the same layer has the same number of heads. */
static gboolean
shares_number (const GArray *all, guint i)
{
  for (guint k = 0; k < all->len; k++)
    if (k != i && g_array_index (all, CjHeads, k).node == g_array_index (all, CjHeads, i).node)
      return TRUE;
  return FALSE;
}

/* Adds a name to a list, once. */
static void
add_name (GString *names, const char *name)
{
  g_auto (GStrv) there = g_strsplit (names->str, ", ", -1);

  if (!g_strv_contains ((const char *const *) there, name))
    g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", name);
}

static void
shrink_heads (CjlShrunk *self, const Old *old, GString *kept, GString *shared)
{
  const CjDataSpec spec = cjl_data_spec (old->dataset, 1);
  g_autoptr (CjLowered) lowered = cj_lower (old->graph, &spec);
  g_autoptr (GArray) all = cj_heads_list (lowered);

  for (guint i = 0; i < all->len; i++)
    {
      const CjHeads *heads = &g_array_index (all, CjHeads, i);
      const CjNode *node = old->graph->nodes->pdata[heads->node];
      const guint before = self->cuts->len;
      const guint n = add_head_cuts (node->id, heads, old->weights, self->cuts);

      if (n == 0)
        continue;
      if (shares_number (all, i))
        {
          g_array_set_size (self->cuts, before);
          add_name (shared, node->id);
          continue;
        }
      if (try_node (self, old, node->id, n, heads, self->cuts))
        {
          self->n_heads += n;
          self->n_layers++;
          continue;
        }
      g_array_set_size (self->cuts, before);
      add_name (kept, node->id);
    }
}

CjlShrunk *
cjl_shrink (const CjGraph *graph, CjdDataset *dataset, const CjCheckpoint *weights, GError **error)
{
  g_autoptr (CjlShrunk) self = g_new0 (CjlShrunk, 1);
  g_autoptr (GString) kept = g_string_new (NULL), shared = g_string_new (NULL);
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
      if (try_node (self, &old, node->id, n, NULL, self->cuts))
        {
          self->n_units += n;
          self->n_layers++;
          continue;
        }
      g_array_set_size (self->cuts, before);
      add_name (kept, node->id);
    }
  shrink_heads (self, &old, kept, shared);
  if (kept->len > 0)
    self->kept = g_strdup (kept->str);
  if (shared->len > 0)
    self->shared = g_strdup (shared->str);
  return g_steal_pointer (&self);
}

void
cjl_shrunk_free (CjlShrunk *self)
{
  g_clear_pointer (&self->graph, cj_graph_free);
  g_clear_pointer (&self->cuts, g_array_unref);
  g_free (self->kept);
  g_free (self->shared);
  g_free (self);
}
