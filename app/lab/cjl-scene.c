/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-scene.h"

static void
free_card (gpointer data)
{
  CjlCard *card = data;

  g_array_unref (card->in);
  g_array_unref (card->out);
  g_free (card);
}

static CjlCard *
add_card (CjlScene *self, CjNode *node, CjBlock *block)
{
  CjlCard *card = g_new0 (CjlCard, 1);

  card->id = node != NULL ? node->id : block->id;
  card->node = card->last = node;
  card->block = block;
  card->in = g_array_new (FALSE, FALSE, sizeof (CjWire));
  card->out = g_array_new (FALSE, FALSE, sizeof (CjWire));
  g_ptr_array_add (self->cards, card);
  return card;
}

/* Cards, and for each node its card. */
static GHashTable *
find_cards (CjlScene *self, const CjGraph *graph)
{
  GHashTable *by_node = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) by_block = g_hash_table_new (NULL, NULL);
  const gboolean inside = self->level != NULL;

  for (guint i = 0; i < graph->nodes->len; i++)
    {
      CjNode *node = graph->nodes->pdata[i];
      const CjBlock *around = cj_graph_find_block (graph, node->block);

      if (around == NULL ? !inside : g_strcmp0 (around->id, self->level) == 0)
        g_hash_table_insert (by_node, node, add_card (self, node, NULL));
    }
  for (guint i = 0; i < graph->blocks->len; i++)
    {
      CjBlock *block = graph->blocks->pdata[i];
      const CjBlock *around = cj_graph_find_block (graph, block->parent);

      if (around == NULL ? !inside : g_strcmp0 (around->id, self->level) == 0)
        g_hash_table_insert (by_block, block, add_card (self, NULL, block));
    }
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      CjNode *node = graph->nodes->pdata[i];
      CjBlock *block = g_hash_table_contains (by_node, node)
                           ? NULL
                           : cj_graph_find_card (graph, node->block, self->level);
      CjlCard *card = block != NULL ? g_hash_table_lookup (by_block, block) : NULL;

      if (card != NULL)
        g_hash_table_insert (by_node, node, card);
    }
  return by_node;
}

static void
add_port (GArray *ports, CjNode *node, guint port)
{
  const CjWire wire = { node, port };

  g_array_append_val (ports, wire);
}

static int
find_port (const GArray *ports, const CjNode *node, guint port)
{
  for (guint i = 0; i < ports->len; i++)
    {
      const CjWire *wire = &g_array_index (ports, CjWire, i);

      if (wire->node == node && wire->port == port)
        return (int) i;
    }
  return -1;
}

/* Inputs that a card has because of a node that it stands for. */
static void
add_inputs (CjlCard *card, CjNode *node, GHashTable *by_node)
{
  for (guint i = 0; i < cj_node_get_n_in (node); i++)
    {
      const CjNode *source = node->from[i].node;
      const gboolean needed = cj_layer_get_input (node->layer, i)->kind != CJ_PORT_OPTIONAL;
      const gboolean open
          = source == NULL && needed && (node->layer->role != CJ_ROLE_LOSS || i == 0);
      const gboolean crosses = source != NULL && g_hash_table_lookup (by_node, source) != card;

      if (card->node != NULL || open || crosses)
        add_port (card->in, node, i);
    }
}

/* Outputs: of a block those that something outside takes, or nothing at all. */
static void
add_outputs (GPtrArray *order, GHashTable *by_node)
{
  g_autoptr (GHashTable) taken = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < order->len; i++)
    {
      CjNode *node = order->pdata[i];
      CjlCard *card = g_hash_table_lookup (by_node, node);

      for (guint k = 0; k < CJ_LAYER_MAX_IN; k++)
        {
          const CjWire *wire = &node->from[k];
          CjlCard *source = wire->node != NULL ? g_hash_table_lookup (by_node, wire->node) : NULL;

          if (wire->node != NULL)
            g_hash_table_add (taken, wire->node);
          if (source != NULL && source->block != NULL && source != card
              && find_port (source->out, wire->node, wire->port) < 0)
            add_port (source->out, wire->node, wire->port);
        }
    }
  for (guint i = 0; i < order->len; i++)
    {
      CjNode *node = order->pdata[i];
      CjlCard *card = g_hash_table_lookup (by_node, node);

      if (card == NULL || node->layer->role == CJ_ROLE_LOSS
          || (card->block != NULL && g_hash_table_contains (taken, node)))
        continue;
      for (guint k = 0; k < cj_layer_get_n_out (node->layer); k++)
        add_port (card->out, node, k);
    }
}

static void
add_lines (CjlScene *self, const CjGraph *graph, GHashTable *by_node)
{
  g_autoptr (GHashTable) places = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < self->cards->len; i++)
    g_hash_table_insert (places, self->cards->pdata[i], GUINT_TO_POINTER (i + 1));
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      CjNode *node = graph->nodes->pdata[i];
      CjlCard *to = g_hash_table_lookup (by_node, node);

      for (guint k = 0; k < CJ_LAYER_MAX_IN; k++)
        {
          const CjWire *wire = &node->from[k];
          CjlCard *from = wire->node != NULL ? g_hash_table_lookup (by_node, wire->node) : NULL;
          CjlLine line = { node, k, -1, -1, 0, 0 };
          int port;

          if (wire->node == NULL || from == to)
            continue;
          line.from_card = (int) GPOINTER_TO_UINT (g_hash_table_lookup (places, from)) - 1;
          line.to_card = (int) GPOINTER_TO_UINT (g_hash_table_lookup (places, to)) - 1;
          port = from != NULL ? find_port (from->out, wire->node, wire->port) : 0;
          line.from_port = (guint) MAX (port, 0);
          port = to != NULL ? find_port (to->in, node, k) : 0;
          line.to_port = (guint) MAX (port, 0);
          g_array_append_val (self->lines, line);
        }
    }
}

CjlScene *
cjl_scene_new (const CjGraph *graph, const char *level)
{
  CjlScene *self = g_new0 (CjlScene, 1);
  g_autoptr (GPtrArray) order = cj_graph_sort (graph);
  g_autoptr (GHashTable) by_node = NULL;

  self->level = g_strdup (level);
  self->cards = g_ptr_array_new_with_free_func (free_card);
  self->lines = g_array_new (FALSE, FALSE, sizeof (CjlLine));
  by_node = find_cards (self, graph);
  for (guint i = 0; i < order->len; i++)
    {
      CjNode *node = order->pdata[i];
      CjlCard *card = g_hash_table_lookup (by_node, node);

      if (card == NULL)
        continue;
      add_inputs (card, node, by_node);
      card->n_nodes++;
      if (card->block != NULL)
        card->last = node;
    }
  add_outputs (order, by_node);
  for (guint i = 0; i < self->cards->len; i++)
    {
      CjlCard *card = self->cards->pdata[i];

      if (card->block != NULL && card->out->len > 0)
        card->last = g_array_index (card->out, CjWire, 0).node;
    }
  add_lines (self, graph, by_node);
  return self;
}

void
cjl_scene_free (CjlScene *self)
{
  g_free (self->level);
  g_ptr_array_unref (self->cards);
  g_array_unref (self->lines);
  g_free (self);
}

const CjlCard *
cjl_scene_find (const CjlScene *self, const char *id)
{
  for (guint i = 0; i < self->cards->len; i++)
    if (g_str_equal (cjl_scene_get (self, i)->id, id))
      return self->cards->pdata[i];
  return NULL;
}
