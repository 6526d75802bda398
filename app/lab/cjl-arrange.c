/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-arrange.h"

#include "cj-error.h"
#include "cjl-json.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define SWEEPS 6
#define ROW 6        /* cards in a row of a long chain, at most */
#define ROW_GAP 40.0 /* for the wires that go from row to row */
#define FORMAT "cajal-network"

void
cjl_arrange_remove (CjGraph *graph, const char *const *ids)
{
  for (guint k = 0; ids[k] != NULL; k++)
    {
      CjNode *node = cj_graph_find (graph, ids[k]);
      const CjWire source = node != NULL ? node->from[0] : (CjWire){ 0 };

      if (node == NULL)
        continue;
      for (guint i = 0; i < graph->nodes->len && source.node != NULL; i++)
        for (guint port = 0; port < CJ_LAYER_MAX_IN; port++)
          {
            CjNode *other = graph->nodes->pdata[i];

            if (other->from[port].node == node)
              cj_graph_connect (graph, source.node, source.port, other, port, NULL);
          }
      cj_graph_remove (graph, node);
    }
}

char *
cjl_arrange_copy (const CjGraph *graph, const char *const *ids)
{
  g_autoptr (CjGraph) part = cj_graph_dup (graph);
  GVariantDict root;
  g_autoptr (GVariant) whole = NULL;

  for (guint i = part->nodes->len; i-- > 0;)
    {
      CjNode *node = part->nodes->pdata[i];

      if (!g_strv_contains (ids, node->id))
        cj_graph_remove (part, node);
    }
  g_variant_dict_init (&root, NULL);
  g_variant_dict_insert (&root, "format", "s", FORMAT);
  g_variant_dict_insert_value (&root, "nodes", cj_graph_save (part));
  whole = g_variant_ref_sink (g_variant_dict_end (&root));
  return cjl_json_print (whole, TRUE);
}

/* The nodes of a copied text, in a graph of their own. */
static CjGraph *
read_copy (const char *text, GError **error)
{
  g_autoptr (GVariant) root = cjl_json_parse (text, -1, NULL);
  g_autoptr (GVariant) nodes = NULL;
  g_autoptr (CjGraph) graph = cj_graph_new ();
  const char *format = NULL;

  if (root != NULL && g_variant_is_of_type (root, G_VARIANT_TYPE_VARDICT)
      && g_variant_lookup (root, "format", "&s", &format) && g_str_equal (format, FORMAT))
    nodes = g_variant_lookup_value (root, "nodes", G_VARIANT_TYPE ("av"));
  if (nodes == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                   _ ("The clipboard holds no layers. Copy some cards first."));
      return NULL;
    }
  return cj_graph_load (graph, nodes, error) ? g_steal_pointer (&graph) : NULL;
}

static void
copy_settings (CjGraph *graph, CjNode *to, const CjNode *from)
{
  for (const CjParam *p = from->layer->params; p != NULL && p->name != NULL; p++)
    {
      g_autofree char *value = cj_params_print (p, from->params);

      cj_graph_set_param (graph, to, p->name, value, NULL);
    }
  cj_graph_set_muted (graph, to, from->muted);
  cj_graph_set_frozen (graph, to, from->frozen);
  cj_graph_set_rate (graph, to, from->rate);
}

GStrv
cjl_arrange_paste (CjGraph *graph, const char *text, double dx, double dy, GError **error)
{
  g_autoptr (CjGraph) part = read_copy (text, error);
  g_autoptr (GHashTable) fresh = g_hash_table_new (NULL, NULL);
  g_autoptr (GPtrArray) order = NULL;
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);

  if (part == NULL)
    return NULL;
  order = cj_graph_sort (part);
  for (guint i = 0; i < order->len; i++)
    {
      const CjNode *old = order->pdata[i];
      CjNode *node = cj_graph_add (graph, old->layer, NULL, error);

      if (node == NULL)
        return NULL;
      copy_settings (graph, node, old);
      cj_graph_move (graph, node, old->x + dx, old->y + dy);
      for (guint port = 0; port < CJ_LAYER_MAX_IN; port++)
        if (old->from[port].node != NULL)
          cj_graph_connect (graph, g_hash_table_lookup (fresh, old->from[port].node),
                            old->from[port].port, node, port, NULL);
      g_hash_table_insert (fresh, (gpointer) old, node);
      g_ptr_array_add (ids, g_strdup (node->id));
    }
  g_ptr_array_add (ids, NULL);
  return (GStrv) g_ptr_array_free (g_steal_pointer (&ids), FALSE);
}

gboolean
cjl_arrange_insert (CjGraph *graph, CjNode *node, CjNode *to, guint port, GError **error)
{
  const CjWire source = to->from[port];

  if (source.node == NULL || cj_layer_get_n_in (node->layer) == 0
      || node->layer->role == CJ_ROLE_LOSS)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                   _ ("%s cannot stand on a wire. Wire it by hand."), _ (node->layer->title));
      return FALSE;
    }
  return cj_graph_connect (graph, source.node, source.port, node, 0, error)
         && cj_graph_connect (graph, node, 0, to, port, error);
}

static int
compare_x (gconstpointer a, gconstpointer b)
{
  const CjNode *m = *(CjNode *const *) a, *n = *(CjNode *const *) b;

  return m->x < n->x ? -1 : m->x > n->x;
}

static int
compare_y (gconstpointer a, gconstpointer b)
{
  const CjNode *m = *(CjNode *const *) a, *n = *(CjNode *const *) b;

  return m->y < n->y ? -1 : m->y > n->y;
}

void
cjl_arrange_align (CjGraph *graph, const char *const *ids, CjlAlign how)
{
  const gboolean across = how == CJL_ALIGN_LEFT || how == CJL_DISTRIBUTE_ACROSS;
  g_autoptr (GPtrArray) nodes = g_ptr_array_new ();
  double first, step;

  for (guint i = 0; ids[i] != NULL; i++)
    if (cj_graph_find (graph, ids[i]) != NULL)
      g_ptr_array_add (nodes, cj_graph_find (graph, ids[i]));
  if (nodes->len < 2)
    return;
  g_ptr_array_sort (nodes, across ? compare_x : compare_y);
  {
    const CjNode *a = nodes->pdata[0], *b = nodes->pdata[nodes->len - 1];

    first = across ? a->x : a->y;
    step = how < CJL_DISTRIBUTE_ACROSS ? 0 : ((across ? b->x : b->y) - first) / (nodes->len - 1);
  }
  for (guint i = 0; i < nodes->len; i++)
    {
      CjNode *node = nodes->pdata[i];
      const double place = round (first + step * i);

      cj_graph_move (graph, node, across ? place : node->x, across ? node->y : place);
    }
}

/* --- layers --- */

typedef struct
{
  CjNode *node;
  guint layer;
  double place; /* in its layer */
} Spot;

typedef struct
{
  const CjGraph *graph;
  Spot *spots; /* by place in graph->nodes */
  guint n, n_layers;
} Plan;

static Spot *
find_spot (Plan *plan, const CjNode *node)
{
  return &plan->spots[cj_graph_get_index (plan->graph, node)];
}

/* Each node one layer behind the last of its sources; sources stand just before what they feed. */
static void
find_layers (Plan *plan)
{
  g_autoptr (GPtrArray) order = cj_graph_sort (plan->graph);
  g_autofree guint *filled = g_new0 (guint, plan->n + 1);

  for (guint i = 0; i < order->len; i++)
    {
      const CjNode *node = order->pdata[i];
      Spot *spot = find_spot (plan, node);

      for (guint port = 0; port < CJ_LAYER_MAX_IN; port++)
        if (node->from[port].node != NULL)
          spot->layer = MAX (spot->layer, find_spot (plan, node->from[port].node)->layer + 1);
      spot->place = filled[spot->layer]++;
      plan->n_layers = MAX (plan->n_layers, spot->layer + 1);
    }
}

static double
mean_of_neighbours (Plan *plan, const Spot *spot, gboolean sources)
{
  double sum = 0;
  guint n = 0;

  for (guint port = 0; port < CJ_LAYER_MAX_IN && sources; port++)
    if (spot->node->from[port].node != NULL)
      {
        sum += find_spot (plan, spot->node->from[port].node)->place;
        n++;
      }
  for (guint i = 0; i < plan->n && !sources; i++)
    for (guint port = 0; port < CJ_LAYER_MAX_IN; port++)
      if (plan->spots[i].node->from[port].node == spot->node)
        {
          sum += plan->spots[i].place;
          n++;
        }
  return n > 0 ? sum / n : spot->place;
}

typedef struct
{
  Spot *spot;
  double wish;
} Wish;

static int
compare_wishes (gconstpointer a, gconstpointer b)
{
  const Wish *m = a, *n = b;

  if (m->wish != n->wish)
    return m->wish < n->wish ? -1 : 1;
  return m->spot->place < n->spot->place ? -1 : 1;
}

/* Orders one layer by the mean place of the neighbours on one side, centred on 0. */
static void
order_layer (Plan *plan, guint layer, gboolean sources)
{
  g_autoptr (GArray) wishes = g_array_new (FALSE, FALSE, sizeof (Wish));

  for (guint i = 0; i < plan->n; i++)
    if (plan->spots[i].layer == layer)
      {
        const Wish wish = { &plan->spots[i], mean_of_neighbours (plan, &plan->spots[i], sources) };

        g_array_append_val (wishes, wish);
      }
  g_array_sort (wishes, compare_wishes);
  for (guint i = 0; i < wishes->len; i++)
    g_array_index (wishes, Wish, i).spot->place = i - (wishes->len - 1) / 2.0;
}

/* Long chains are broken into rows of about equal length, one below the other. */
static void
place_rows (const Plan *plan, CjGraph *graph)
{
  const guint n_rows = (plan->n_layers + ROW - 1) / ROW;
  const guint in_row = n_rows > 0 ? (plan->n_layers + n_rows - 1) / n_rows : 1;
  double top = 0;

  for (guint row = 0; row < n_rows; row++)
    {
      double low = G_MAXDOUBLE, high = -G_MAXDOUBLE;

      for (guint i = 0; i < plan->n; i++)
        if (plan->spots[i].layer / in_row == row)
          {
            low = MIN (low, plan->spots[i].place);
            high = MAX (high, plan->spots[i].place);
          }
      for (guint i = 0; i < plan->n; i++)
        if (plan->spots[i].layer / in_row == row)
          cj_graph_move (graph, plan->spots[i].node,
                         plan->spots[i].layer % in_row * CJL_CARD_STEP_X,
                         round (top + (plan->spots[i].place - low) * CJL_CARD_STEP_Y));
      top += (high - low + 1) * CJL_CARD_STEP_Y + ROW_GAP;
    }
}

void
cjl_arrange_layers (CjGraph *graph)
{
  Plan plan = { .graph = graph, .n = graph->nodes->len };

  plan.spots = g_new0 (Spot, plan.n + 1);
  for (guint i = 0; i < plan.n; i++)
    plan.spots[i].node = graph->nodes->pdata[i];
  find_layers (&plan);
  for (guint sweep = 0; sweep < SWEEPS; sweep++)
    for (guint i = 0; i < plan.n_layers; i++)
      order_layer (&plan, sweep % 2 == 0 ? i : plan.n_layers - 1 - i, sweep % 2 == 0);
  place_rows (&plan, graph);
  g_free (plan.spots);
}
