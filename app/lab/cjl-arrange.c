/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-arrange.h"

#include "cj-error.h"
#include "cjl-json.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define FORMAT "cajal-network"

gboolean
cjl_arrange_get_place (const CjGraph *graph, const char *id, double *x, double *y)
{
  const CjBlock *block = cj_block_is_id (id) ? cj_graph_find_block (graph, id) : NULL;
  const CjNode *node = cj_block_is_id (id) ? NULL : cj_graph_find (graph, id);

  *x = block != NULL ? block->x : node != NULL ? node->x : 0;
  *y = block != NULL ? block->y : node != NULL ? node->y : 0;
  return block != NULL || node != NULL;
}

void
cjl_arrange_move (CjGraph *graph, const char *id, double x, double y)
{
  CjBlock *block = cj_block_is_id (id) ? cj_graph_find_block (graph, id) : NULL;
  CjNode *node = cj_block_is_id (id) ? NULL : cj_graph_find (graph, id);

  if (block != NULL)
    cj_graph_move_block (graph, block, x, y);
  else if (node != NULL)
    cj_graph_move (graph, node, x, y);
}

static gboolean
is_listed (const CjGraph *graph, const char *const *ids, const char *block)
{
  for (guint i = 0; ids[i] != NULL; i++)
    if (cj_block_is_id (ids[i]) && cj_graph_is_within (graph, block, ids[i]))
      return TRUE;
  return FALSE;
}

GPtrArray *
cjl_arrange_find_nodes (const CjGraph *graph, const char *const *ids)
{
  GPtrArray *nodes = g_ptr_array_new ();

  for (guint i = 0; i < graph->nodes->len; i++)
    {
      CjNode *node = graph->nodes->pdata[i];

      if (g_strv_contains (ids, node->id)
          || (node->block != NULL && is_listed (graph, ids, node->block)))
        g_ptr_array_add (nodes, node);
    }
  return nodes;
}

void
cjl_arrange_remove (CjGraph *graph, const char *const *ids)
{
  g_autoptr (GPtrArray) nodes = cjl_arrange_find_nodes (graph, ids);

  for (guint k = 0; k < nodes->len; k++)
    {
      CjNode *node = nodes->pdata[k];
      const CjWire source = node->from[0];

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

/* The middle of what is drawn in a block, as the place of one card; FALSE if there is nothing. */
static gboolean
find_middle (const CjGraph *graph, const char *const *ids, double *x, double *y)
{
  double left = INFINITY, top = INFINITY, right = -INFINITY, bottom = -INFINITY;

  for (guint i = 0; ids[i] != NULL; i++)
    {
      double px, py;

      if (!cjl_arrange_get_place (graph, ids[i], &px, &py))
        continue;
      left = MIN (left, px);
      right = MAX (right, px);
      top = MIN (top, py);
      bottom = MAX (bottom, py);
    }
  *x = round ((left + right) / 2);
  *y = round ((top + bottom) / 2);
  return left <= right;
}

static char *
make_title (const CjGraph *graph)
{
  for (guint n = graph->blocks->len + 1;; n++)
    {
      char *title = g_strdup_printf (_ ("Block %u"), n);
      gboolean taken = FALSE;

      for (guint i = 0; i < graph->blocks->len; i++)
        taken |= g_str_equal (((CjBlock *) graph->blocks->pdata[i])->title, title);
      if (!taken)
        return title;
      g_free (title);
    }
}

const char *
cjl_arrange_group (CjGraph *graph, const char *const *ids, const char *level, GError **error)
{
  g_autofree char *title = make_title (graph);
  CjBlock *block;
  double x, y;

  if (!find_middle (graph, ids, &x, &y))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                   _ ("There is nothing to group. Select some cards first."));
      return NULL;
    }
  block = cj_graph_add_block (graph, title, level, error);
  if (block == NULL)
    return NULL;
  cj_graph_move_block (graph, block, x, y);
  for (guint i = 0; ids[i] != NULL; i++)
    {
      CjBlock *inner = cj_block_is_id (ids[i]) ? cj_graph_find_block (graph, ids[i]) : NULL;
      CjNode *node = cj_block_is_id (ids[i]) ? NULL : cj_graph_find (graph, ids[i]);

      if (inner != NULL && cj_graph_get_depth (graph, inner->id) > 0)
        cj_graph_put_block (graph, inner, block->id);
      if (node != NULL)
        cj_graph_put_node (graph, node, block->id);
    }
  return block->id;
}

GStrv
cjl_arrange_ungroup (CjGraph *graph, CjBlock *block)
{
  g_autoptr (CjlScene) inside = cjl_scene_new (graph, block->id);
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();
  double x, y;

  for (guint i = 0; i < inside->cards->len; i++)
    g_ptr_array_add (ids, g_strdup (cjl_scene_get (inside, i)->id));
  g_ptr_array_add (ids, NULL);
  if (find_middle (graph, (const char *const *) ids->pdata, &x, &y))
    for (guint i = 0; i < inside->cards->len; i++)
      {
        const CjlCard *card = cjl_scene_get (inside, i);

        cjl_arrange_move (graph, card->id, cjl_card_get_x (card) + block->x - x,
                          cjl_card_get_y (card) + block->y - y);
      }
  cj_graph_remove_block (graph, block);
  return (GStrv) g_ptr_array_free (g_steal_pointer (&ids), FALSE);
}

/* Nodes and blocks alone, in a graph of their own. */
static CjGraph *
dup_part (const CjGraph *graph, const char *const *ids)
{
  CjGraph *part = cj_graph_dup (graph);
  g_autoptr (GPtrArray) nodes = cjl_arrange_find_nodes (part, ids);

  for (guint i = part->nodes->len; i-- > 0;)
    if (!g_ptr_array_find (nodes, part->nodes->pdata[i], NULL))
      cj_graph_remove (part, part->nodes->pdata[i]);
  for (guint i = part->blocks->len; i-- > 0;)
    {
      CjBlock *block = part->blocks->pdata[i];

      if (!is_listed (graph, ids, block->id))
        cj_graph_remove_block (part, block);
    }
  return part;
}

char *
cjl_arrange_copy (const CjGraph *graph, const char *const *ids)
{
  g_autoptr (CjGraph) part = dup_part (graph, ids);
  GVariantDict root;
  g_autoptr (GVariant) whole = NULL;

  g_variant_dict_init (&root, NULL);
  g_variant_dict_insert (&root, "format", "s", FORMAT);
  g_variant_dict_insert_value (&root, "nodes", cj_graph_save (part));
  if (part->blocks->len > 0)
    g_variant_dict_insert_value (&root, "blocks", cj_graph_save_blocks (part));
  whole = g_variant_ref_sink (g_variant_dict_end (&root));
  return cjl_json_print (whole, TRUE);
}

CjGraph *
cjl_arrange_parse (const char *text, GError **error)
{
  g_autoptr (GVariant) root = cjl_json_parse (text, -1, NULL);
  g_autoptr (GVariant) nodes = NULL, blocks = NULL;
  g_autoptr (CjGraph) graph = cj_graph_new ();
  const char *format = NULL;

  if (root != NULL && g_variant_is_of_type (root, G_VARIANT_TYPE_VARDICT)
      && g_variant_lookup (root, "format", "&s", &format) && g_str_equal (format, FORMAT))
    nodes = g_variant_lookup_value (root, "nodes", G_VARIANT_TYPE ("av"));
  if (nodes == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                   _ ("This text holds no layers copied from a network."));
      return NULL;
    }
  blocks = g_variant_lookup_value (root, "blocks", G_VARIANT_TYPE ("av"));
  if (!cj_graph_load (graph, nodes, error) || !cj_graph_load_blocks (graph, blocks, error))
    return NULL;
  return g_steal_pointer (&graph);
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
  cj_graph_set_lesioned (graph, to, from->lesioned);
  cj_graph_set_frozen (graph, to, from->frozen);
  cj_graph_set_rate (graph, to, from->rate);
}

static gint
compare_depths (gconstpointer a, gconstpointer b, gpointer part)
{
  return (gint) cj_graph_get_depth (part, (*(CjBlock *const *) a)->id)
         - (gint) cj_graph_get_depth (part, (*(CjBlock *const *) b)->id);
}

/* The blocks of a copy, outer ones first: old id to new id. NULL and none made if one cannot be. */
static GHashTable *
paste_blocks (CjGraph *graph, CjGraph *part, const char *level, double dx, double dy,
              GError **error)
{
  g_autoptr (GHashTable) fresh = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  g_autoptr (GPtrArray) order = g_ptr_array_copy (part->blocks, NULL, NULL);

  g_ptr_array_set_free_func (order, NULL);
  g_ptr_array_sort_with_data (order, compare_depths, part);
  for (guint i = 0; i < order->len; i++)
    {
      const CjBlock *old = order->pdata[i];
      const gboolean outer = old->parent == NULL;
      CjBlock *block = cj_graph_add_block (
          graph, old->title, outer ? level : g_hash_table_lookup (fresh, old->parent), error);

      if (block == NULL)
        {
          GHashTableIter iter;
          gpointer id;

          g_hash_table_iter_init (&iter, fresh);
          while (g_hash_table_iter_next (&iter, NULL, &id))
            cj_graph_remove_block (graph, cj_graph_find_block (graph, id));
          return NULL;
        }
      cj_graph_move_block (graph, block, old->x + (outer ? dx : 0), old->y + (outer ? dy : 0));
      g_hash_table_insert (fresh, old->id, g_strdup (block->id));
    }
  return g_steal_pointer (&fresh);
}

GStrv
cjl_arrange_put (CjGraph *graph, CjGraph *part, const char *level, double dx, double dy,
                 GError **error)
{
  g_autoptr (GHashTable) fresh = g_hash_table_new (NULL, NULL), blocks = NULL;
  g_autoptr (GPtrArray) order = cj_graph_sort (part);
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);

  blocks = paste_blocks (graph, part, level, dx, dy, error);
  if (blocks == NULL)
    return NULL;
  for (guint i = 0; i < order->len; i++)
    {
      const CjNode *old = order->pdata[i];
      const gboolean outer = old->block == NULL;
      CjNode *node = cj_graph_add (graph, old->layer, NULL, error);

      if (node == NULL)
        return NULL;
      copy_settings (graph, node, old);
      if (old->kept != NULL) /* its layer is not installed */
        node->kept = g_variant_ref (old->kept);
      cj_graph_put_node (graph, node, outer ? level : g_hash_table_lookup (blocks, old->block));
      cj_graph_move (graph, node, old->x + (outer ? dx : 0), old->y + (outer ? dy : 0));
      for (guint port = 0; port < CJ_LAYER_MAX_IN; port++)
        if (old->from[port].node != NULL)
          cj_graph_connect (graph, g_hash_table_lookup (fresh, old->from[port].node),
                            old->from[port].port, node, port, NULL);
      g_hash_table_insert (fresh, (gpointer) old, node);
      if (outer)
        g_ptr_array_add (ids, g_strdup (node->id));
    }
  for (guint i = 0; i < part->blocks->len; i++)
    {
      const CjBlock *old = part->blocks->pdata[i];

      if (old->parent == NULL)
        g_ptr_array_add (ids, g_strdup (g_hash_table_lookup (blocks, old->id)));
    }
  g_ptr_array_add (ids, NULL);
  return (GStrv) g_ptr_array_free (g_steal_pointer (&ids), FALSE);
}

GStrv
cjl_arrange_paste (CjGraph *graph, const char *text, const char *level, double dx, double dy,
                   GError **error)
{
  g_autoptr (CjGraph) part = cjl_arrange_parse (text, NULL);

  if (part != NULL)
    return cjl_arrange_put (graph, part, level, dx, dy, error);
  g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
               _ ("The clipboard holds no layers. Copy some cards first."));
  return NULL;
}

gboolean
cjl_arrange_insert (CjGraph *graph, const CjlCard *card, CjNode *to, guint port, GError **error)
{
  const CjWire source = to->from[port];
  CjWire in, out;

  if (source.node == NULL || card->in->len == 0 || card->out->len == 0)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                   _ ("%s cannot stand on a wire. Wire it by hand."),
                   card->node != NULL ? _ (card->node->layer->title) : card->block->title);
      return FALSE;
    }
  in = g_array_index (card->in, CjWire, 0);
  out = g_array_index (card->out, CjWire, 0);
  return cj_graph_connect (graph, source.node, source.port, in.node, in.port, error)
         && cj_graph_connect (graph, out.node, out.port, to, port, error);
}

typedef struct
{
  const char *id;
  double x, y;
} Place;

static int
compare_x (gconstpointer a, gconstpointer b)
{
  const Place *m = a, *n = b;

  return m->x < n->x ? -1 : m->x > n->x;
}

static int
compare_y (gconstpointer a, gconstpointer b)
{
  const Place *m = a, *n = b;

  return m->y < n->y ? -1 : m->y > n->y;
}

void
cjl_arrange_align (CjGraph *graph, const char *const *ids, CjlAlign how)
{
  const gboolean across = how == CJL_ALIGN_LEFT || how == CJL_DISTRIBUTE_ACROSS;
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (Place));
  double first, step;

  for (guint i = 0; ids[i] != NULL; i++)
    {
      Place place = { .id = ids[i] };

      if (cjl_arrange_get_place (graph, ids[i], &place.x, &place.y))
        g_array_append_val (places, place);
    }
  if (places->len < 2)
    return;
  g_array_sort (places, across ? compare_x : compare_y);
  {
    const Place *a = &g_array_index (places, Place, 0);
    const Place *b = &g_array_index (places, Place, places->len - 1);

    first = across ? a->x : a->y;
    step = how < CJL_DISTRIBUTE_ACROSS ? 0 : ((across ? b->x : b->y) - first) / (places->len - 1);
  }
  for (guint i = 0; i < places->len; i++)
    {
      const Place *place = &g_array_index (places, Place, i);
      const double at = round (first + step * i);

      cjl_arrange_move (graph, place->id, across ? at : place->x, across ? place->y : at);
    }
}
