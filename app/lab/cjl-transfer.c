/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-transfer.h"

#include "cj-error.h"
#include "cj-ops.h"
#include "cjl-session-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* What a node has that freezing changes. */
typedef struct
{
  gboolean learns;   /* it has parameters */
  gboolean connects; /* units with units */
  gboolean other;    /* running statistics, or chance */
  gint64 n_weights;
} Kind;

static Kind *
find_kinds (const CjGraph *graph, const CjLowered *lowered)
{
  Kind *kinds = g_new0 (Kind, graph->nodes->len + 1);
  const CjBuilder *builder = lowered->builder;

  for (guint i = 0; i < builder->values->len; i++)
    {
      const CjValue *v = &g_array_index (builder->values, CjValue, i);
      Kind *kind = &kinds[MIN (v->node, graph->nodes->len)];

      kind->learns |= v->kind == CJ_VALUE_PARAM;
      kind->connects
          |= v->kind == CJ_VALUE_PARAM && v->shape.n_dims > 1 && cj_init_connects (&v->init);
      kind->other |= v->kind == CJ_VALUE_STATE;
      kind->n_weights += v->kind == CJ_VALUE_PARAM ? cj_shape_size (&v->shape) : 0;
    }
  for (guint i = 0; i < builder->steps->len; i++)
    {
      const CjStep *step = &g_array_index (builder->steps, CjStep, i);
      const CjValue *v = &g_array_index (builder->values, CjValue, step->out);

      kinds[MIN (v->node, graph->nodes->len)].other |= step->op.info == &cj_op_noise;
    }
  return kinds;
}

static guint
find_depths (const CjGraph *graph, const Kind *kinds, guint *depths)
{
  g_autoptr (GPtrArray) nodes = cj_graph_sort (graph);
  guint most = 0;

  for (guint i = 0; i < nodes->len; i++)
    {
      const CjNode *node = nodes->pdata[i];
      const int at = cj_graph_get_index (graph, node);

      depths[at] = 0;
      for (guint port = 0; port < cj_node_get_n_in (node); port++)
        if (node->from[port].node != NULL)
          depths[at] = MAX (depths[at], depths[cj_graph_get_index (graph, node->from[port].node)]);
      depths[at] += kinds[at].connects;
      most = MAX (most, depths[at]);
    }
  return most;
}

guint
cjl_transfer_find_depths (const CjGraph *graph, const CjLowered *lowered, guint *depths)
{
  g_autofree Kind *kinds = find_kinds (graph, lowered);

  return find_depths (graph, kinds, depths);
}

gboolean
cjl_transfer_has_weights (const CjGraph *graph, const CjLowered *lowered, const CjNode *node)
{
  g_autofree Kind *kinds = find_kinds (graph, lowered);

  return kinds[cj_graph_get_index (graph, node)].connects;
}

char *
cjl_transfer_print (const CjGraph *graph, const CjLowered *lowered)
{
  g_autofree Kind *kinds = find_kinds (graph, lowered);
  guint n = 0, frozen = 0;
  gint64 weights = 0, held = 0;

  for (guint i = 0; i < graph->nodes->len; i++)
    if (kinds[i].learns)
      {
        const gboolean is = ((const CjNode *) graph->nodes->pdata[i])->frozen;

        n++;
        frozen += is;
        weights += kinds[i].n_weights;
        held += is ? kinds[i].n_weights : 0;
      }
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                       /* Translators: numbers of layers, then of weights */
                                       "%u of %u layer with weights is frozen, %'lld of %'lld "
                                       "weights.",
                                       "%u of %u layers with weights are frozen, %'lld of %'lld "
                                       "weights.",
                                       n),
                          frozen, n, (long long) held, (long long) weights);
}

/* --- freezing --- */

/* Freezes the nodes that are chosen, where it means something, and no others. */
static void
freeze (CjlProject *project, const Kind *kinds, const gboolean *chosen)
{
  cjl_project_begin (project);
  for (guint i = 0; i < project->graph->nodes->len; i++)
    cj_graph_set_frozen (project->graph, project->graph->nodes->pdata[i],
                         chosen[i] && (kinds[i].learns || kinds[i].other));
  cjl_project_commit (project, _ ("Freeze layers"), NULL);
}

/* Whether anything of what is chosen has weights. */
static gboolean
has_weights (const CjGraph *graph, const Kind *kinds, const gboolean *chosen)
{
  for (guint i = 0; i < graph->nodes->len; i++)
    if (chosen[i] && kinds[i].learns)
      return TRUE;
  return FALSE;
}

gboolean
cjl_project_freeze_up_to (CjlProject *project, const CjLowered *lowered, const char *id,
                          GError **error)
{
  const CjGraph *graph = project->graph;
  const CjNode *node = cj_graph_find (graph, id);
  g_autofree Kind *kinds = find_kinds (graph, lowered);
  g_autofree gboolean *chosen = g_new0 (gboolean, graph->nodes->len + 1);
  g_autoptr (GPtrArray) nodes = cj_graph_sort (graph);

  if (node == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("There is no node “%s” in the network. “cajal-cli show” lists them."), id);
      return FALSE;
    }
  chosen[cj_graph_get_index (graph, node)] = TRUE;
  for (guint i = nodes->len; i-- > 0;)
    {
      const CjNode *after = nodes->pdata[i];

      for (guint port = 0; port < cj_node_get_n_in (after); port++)
        if (after->from[port].node != NULL && chosen[cj_graph_get_index (graph, after)])
          chosen[cj_graph_get_index (graph, after->from[port].node)] = TRUE;
    }
  if (!has_weights (graph, kinds, chosen))
    {
      g_set_error (
          error, CJ_ERROR, CJ_ERROR_PARAM,
          _ ("Neither “%s” nor anything before it has weights that could be frozen. Choose "
             "a layer further on."),
          id);
      return FALSE;
    }
  freeze (project, kinds, chosen);
  return TRUE;
}

gboolean
cjl_project_freeze_all_but (CjlProject *project, const CjLowered *lowered, guint n, GError **error)
{
  const CjGraph *graph = project->graph;
  g_autofree Kind *kinds = find_kinds (graph, lowered);
  g_autofree guint *depths = g_new0 (guint, graph->nodes->len + 1);
  g_autofree gboolean *chosen = g_new0 (gboolean, graph->nodes->len + 1);
  const guint most = find_depths (graph, kinds, depths);

  for (guint i = 0; i < graph->nodes->len; i++)
    chosen[i] = depths[i] + n <= most;
  if (n < 1 || !has_weights (graph, kinds, chosen))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   g_dngettext (GETTEXT_PACKAGE,
                                "The network has %u layer that connects units, one after another, "
                                "so all but %u cannot be frozen.",
                                "The network has %u layers that connect units, one after another, "
                                "so all but %u cannot be frozen.",
                                most),
                   most, n);
      return FALSE;
    }
  freeze (project, kinds, chosen);
  return TRUE;
}

gboolean
cjl_project_is_frozen (const CjlProject *project)
{
  for (guint i = 0; i < project->graph->nodes->len; i++)
    if (((const CjNode *) project->graph->nodes->pdata[i])->frozen)
      return TRUE;
  return FALSE;
}

void
cjl_project_unfreeze (CjlProject *project)
{
  cjl_project_begin (project);
  for (guint i = 0; i < project->graph->nodes->len; i++)
    cj_graph_set_frozen (project->graph, project->graph->nodes->pdata[i], FALSE);
  cjl_project_commit (project, _ ("Unfreeze layers"), NULL);
}

/* --- rates --- */

gboolean
cjl_project_set_rates (CjlProject *project, const CjLowered *lowered, double factor, GError **error)
{
  CjGraph *graph = project->graph;
  g_autofree Kind *kinds = find_kinds (graph, lowered);
  g_autofree guint *depths = g_new0 (guint, graph->nodes->len + 1);
  const guint most = find_depths (graph, kinds, depths);

  if (!(factor >= 1 && factor <= 100))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("Rates cannot fall by %g a layer. Choose a factor from 1 to 100."), factor);
      return FALSE;
    }
  cjl_project_begin (project);
  for (guint i = 0; i < graph->nodes->len; i++)
    if (kinds[i].learns)
      cj_graph_set_rate (graph, graph->nodes->pdata[i], pow (factor, -(double) (most - depths[i])));
  cjl_project_commit (project, _ ("Rates by depth"), NULL);
  return TRUE;
}

/* --- the head --- */

/* New numbers for the parameters and state of a node. */
static void
renew (CjlSession *self, CjProgram *program, const char *id)
{
  g_autofree char *prefix = g_strconcat (id, ".", NULL);

  for (guint i = 0; i < cj_program_get_n_params (program); i++)
    {
      const CjProgramParam *param = cj_program_get_param (program, i);

      if (g_str_has_prefix (param->name, prefix))
        cjl_session_put (self, param->name, cj_program_get_param_data (program, param),
                         (gsize) param->size, "", NULL, NULL);
    }
}

gboolean
cjl_session_renew_head (CjlSession *self, char **names, GError **error)
{
  const CjGraph *graph = self->project->graph;
  const CjDataSpec spec = cjl_data_spec (self->dataset, 1);
  g_autoptr (CjProgram) program = cj_program_new (graph, CJ_PURPOSE_INFER, &spec, 1, error);
  g_autofree Kind *kinds = NULL;
  g_autofree guint *depths = g_new0 (guint, graph->nodes->len + 1);
  g_autoptr (GString) list = g_string_new (NULL);
  guint most;

  if (program == NULL)
    return FALSE;
  kinds = find_kinds (graph, cj_program_get_lowered (program));
  most = find_depths (graph, kinds, depths);
  if (most == 0)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("The network has no layer with weights that could begin anew."));
      return FALSE;
    }
  cj_program_init (program, (guint64) self->project->setup->seed);
  cjl_project_begin (self->project);
  for (guint i = 0; i < graph->nodes->len; i++)
    if (kinds[i].connects && depths[i] == most)
      {
        const char *id = ((const CjNode *) graph->nodes->pdata[i])->id;

        renew (self, program, id);
        g_string_append_printf (list, "%s%s", list->len > 0 ? ", " : "", id);
      }
  cjl_project_commit (self->project, _ ("Begin the last layer anew"), NULL);
  if (names != NULL)
    *names = g_strdup (list->str);
  return TRUE;
}
