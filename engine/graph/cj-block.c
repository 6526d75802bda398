/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blocks: how the nodes of a network are grouped on the canvas. */
#include "cj-graph-private.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define PREFIX "block:"
#define MAX_DIGITS 9
#define MAX_BLOCKS 1000 /* ways through them are walked for every node */
#define MAX_DEPTH 50

void
cj_block_free (gpointer data)
{
  CjBlock *block = data;

  g_free (block->id);
  g_free (block->title);
  g_free (block->parent);
  g_free (block);
}

gboolean
cj_block_is_id (const char *id)
{
  const char *number = g_str_has_prefix (id, PREFIX) ? id + strlen (PREFIX) : "";
  const gsize digits = strspn (number, "0123456789");

  return digits > 0 && digits <= MAX_DIGITS && number[digits] == '\0';
}

CjBlock *
cj_graph_find_block (const CjGraph *graph, const char *id)
{
  for (guint i = 0; i < graph->blocks->len && id != NULL; i++)
    if (g_str_equal (((CjBlock *) graph->blocks->pdata[i])->id, id))
      return graph->blocks->pdata[i];
  return NULL;
}

void
cj_graph_touch_block (CjGraph *graph, const CjBlock *block)
{
  if (graph->touched != NULL && !g_hash_table_contains (graph->touched, block->id))
    g_hash_table_insert (graph->touched, g_strdup (block->id),
                         g_variant_ref_sink (cj_block_save (block)));
}

static CjBlock *
append (CjGraph *graph, const char *id)
{
  CjBlock *block = g_new0 (CjBlock, 1);
  guint at = 0;

  block->id = g_strdup (id);
  block->title = g_strdup ("");
  while (at < graph->blocks->len && strcmp (((CjBlock *) graph->blocks->pdata[at])->id, id) < 0)
    at++;
  g_ptr_array_insert (graph->blocks, (int) at, block);
  return block;
}

static void
set_text (char **field, const char *text)
{
  char *copy = g_strdup (text);

  g_free (*field);
  *field = copy;
}

/* At most so many characters. */
static void
set_title (CjBlock *block, const char *title)
{
  g_free (block->title);
  block->title = g_utf8_strlen (title, -1) > CJ_BLOCK_TITLE_MAX
                     ? g_utf8_substring (title, 0, CJ_BLOCK_TITLE_MAX)
                     : g_strdup (title);
}

guint
cj_graph_get_depth (const CjGraph *graph, const char *block)
{
  const CjBlock *at = cj_graph_find_block (graph, block);
  guint depth = 0;

  for (; at != NULL && depth <= MAX_DEPTH; depth++)
    at = cj_graph_find_block (graph, at->parent);
  return depth;
}

CjBlock *
cj_graph_add_block (CjGraph *graph, const char *title, const char *parent, GError **error)
{
  CjBlock *block;
  g_autofree char *id = NULL;

  if (graph->blocks->len >= MAX_BLOCKS || cj_graph_get_depth (graph, parent) >= MAX_DEPTH)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                   _ ("There can be %d blocks, %d inside one another. Ungroup one first."),
                   MAX_BLOCKS, MAX_DEPTH);
      return NULL;
    }
  for (guint i = 1; id == NULL || cj_graph_find_block (graph, id) != NULL; i++)
    {
      g_free (id);
      id = g_strdup_printf (PREFIX "%u", i);
    }
  cj_graph_touch_new (graph, id);
  block = append (graph, id);
  set_title (block, title);
  block->parent = g_strdup (parent);
  return block;
}

void
cj_graph_put_node (CjGraph *graph, CjNode *node, const char *block)
{
  if (g_strcmp0 (node->block, block) == 0)
    return;
  cj_graph_touch (graph, node);
  set_text (&node->block, block);
}

void
cj_graph_put_block (CjGraph *graph, CjBlock *block, const char *parent)
{
  if (g_strcmp0 (block->parent, parent) == 0)
    return;
  g_return_if_fail (parent == NULL || !cj_graph_is_within (graph, parent, block->id));
  cj_graph_touch_block (graph, block);
  set_text (&block->parent, parent);
}

void
cj_graph_remove_block (CjGraph *graph, CjBlock *block)
{
  for (guint i = 0; i < graph->nodes->len; i++)
    if (g_strcmp0 (((CjNode *) graph->nodes->pdata[i])->block, block->id) == 0)
      cj_graph_put_node (graph, graph->nodes->pdata[i], block->parent);
  for (guint i = 0; i < graph->blocks->len; i++)
    if (g_strcmp0 (((CjBlock *) graph->blocks->pdata[i])->parent, block->id) == 0)
      cj_graph_put_block (graph, graph->blocks->pdata[i], block->parent);
  cj_graph_touch_block (graph, block);
  g_ptr_array_remove (graph->blocks, block);
}

gboolean
cj_graph_rename_block (CjGraph *graph, CjBlock *block, const char *title, GError **error)
{
  g_autofree char *text = g_strstrip (g_strdup (title));

  if (*text == '\0' || g_utf8_strlen (text, -1) > CJ_BLOCK_TITLE_MAX)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                   _ ("“%s” cannot name a block. Use 1 to %d characters."), text,
                   CJ_BLOCK_TITLE_MAX);
      return FALSE;
    }
  cj_graph_touch_block (graph, block);
  set_title (block, text);
  return TRUE;
}

void
cj_graph_move_block (CjGraph *graph, CjBlock *block, double x, double y)
{
  cj_graph_touch_block (graph, block);
  block->x = x;
  block->y = y;
}

/* Ways up are bounded, so that the loop of a damaged patch ends. */
gboolean
cj_graph_is_within (const CjGraph *graph, const char *block, const char *outer)
{
  const CjBlock *at = cj_graph_find_block (graph, block);

  if (outer == NULL)
    return TRUE;
  for (guint i = 0; at != NULL && i <= MAX_DEPTH; i++)
    {
      if (g_str_equal (at->id, outer))
        return TRUE;
      at = cj_graph_find_block (graph, at->parent);
    }
  return FALSE;
}

CjBlock *
cj_graph_find_card (const CjGraph *graph, const char *block, const char *level)
{
  CjBlock *at = cj_graph_find_block (graph, block);

  for (guint i = 0; at != NULL && i <= MAX_DEPTH; i++)
    {
      CjBlock *around = cj_graph_find_block (graph, at->parent);

      if (level != NULL && g_str_equal (at->id, level))
        return NULL;
      if (around == NULL ? level == NULL : g_strcmp0 (around->id, level) == 0)
        return at;
      at = around;
    }
  return NULL;
}

void
cj_graph_prune_blocks (CjGraph *graph)
{
  g_autoptr (GHashTable) used = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < graph->nodes->len && graph->blocks->len > 0; i++)
    {
      CjBlock *at = cj_graph_find_block (graph, ((CjNode *) graph->nodes->pdata[i])->block);

      while (at != NULL && g_hash_table_add (used, at))
        at = cj_graph_find_block (graph, at->parent);
    }
  for (guint i = graph->blocks->len; i-- > 0;)
    if (!g_hash_table_contains (used, graph->blocks->pdata[i]))
      {
        cj_graph_touch_block (graph, graph->blocks->pdata[i]);
        g_ptr_array_remove_index (graph->blocks, i);
      }
}

/* --- as dictionaries --- */

static void
fill_dict (GVariantDict *dict, const CjBlock *block)
{
  g_variant_dict_init (dict, NULL);
  g_variant_dict_insert (dict, "id", "s", block->id);
  g_variant_dict_insert (dict, "title", "s", block->title);
  if (block->parent != NULL)
    g_variant_dict_insert (dict, "parent", "s", block->parent);
  g_variant_dict_insert (dict, "x", "d", block->x);
  g_variant_dict_insert (dict, "y", "d", block->y);
}

GVariant *
cj_block_save (const CjBlock *block)
{
  GVariantDict dict;

  fill_dict (&dict, block);
  return g_variant_dict_end (&dict);
}

void
cj_block_apply (CjGraph *graph, const char *id, GVariant *state)
{
  CjBlock *block = cj_graph_find_block (graph, id);
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (state);
  const char *title = "", *parent = NULL;

  if (g_variant_n_children (state) == 0)
    {
      if (block != NULL)
        g_ptr_array_remove (graph->blocks, block);
      return;
    }
  if (block == NULL)
    block = append (graph, id);
  g_variant_dict_lookup (&dict, "title", "&s", &title);
  g_variant_dict_lookup (&dict, "parent", "&s", &parent);
  set_title (block, title);
  set_text (&block->parent, parent);
  block->x = CLAMP (cj_dict_lookup_number (&dict, "x", 0), -1e7, 1e7);
  block->y = CLAMP (cj_dict_lookup_number (&dict, "y", 0), -1e7, 1e7);
}

GVariant *
cj_graph_save_blocks (const CjGraph *graph)
{
  GVariantBuilder blocks;

  g_variant_builder_init (&blocks, G_VARIANT_TYPE ("av"));
  for (guint i = 0; i < graph->blocks->len; i++)
    {
      const CjBlock *block = graph->blocks->pdata[i];
      GVariantBuilder nodes;
      GVariantDict dict;

      g_variant_builder_init (&nodes, G_VARIANT_TYPE ("av"));
      for (guint k = 0; k < graph->nodes->len; k++)
        {
          const CjNode *node = graph->nodes->pdata[k];

          if (g_strcmp0 (node->block, block->id) == 0)
            g_variant_builder_add (&nodes, "v", g_variant_new_string (node->id));
        }
      fill_dict (&dict, block);
      g_variant_dict_insert_value (&dict, "nodes", g_variant_builder_end (&nodes));
      g_variant_builder_add (&blocks, "v", g_variant_dict_end (&dict));
    }
  return g_variant_builder_end (&blocks);
}

/* One block of a file, without its nodes. */
static gboolean
load_block (CjGraph *fresh, GVariant *item, GError **error)
{
  const char *id = NULL;

  if (g_variant_is_of_type (item, G_VARIANT_TYPE_VARDICT))
    g_variant_lookup (item, "id", "&s", &id);
  if (id == NULL || !cj_block_is_id (id) || cj_graph_find_block (fresh, id) != NULL
      || fresh->blocks->len >= MAX_BLOCKS)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   _ ("Block %u has no proper name of its own. The file is damaged."),
                   fresh->blocks->len + 1);
      return FALSE;
    }
  cj_block_apply (fresh, id, item);
  return TRUE;
}

/* A way up that leads to a block that is not there ends before it; none may go round. */
static gboolean
check_parents (CjGraph *fresh, GError **error)
{
  for (guint i = 0; i < fresh->blocks->len; i++)
    {
      CjBlock *block = fresh->blocks->pdata[i];

      if (cj_graph_find_block (fresh, block->parent) == NULL)
        g_clear_pointer (&block->parent, g_free);
      if (cj_graph_get_depth (fresh, block->id) <= MAX_DEPTH)
        continue;
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   _ ("The block “%s” is inside itself, or too deep. The file is damaged."),
                   block->title);
      return FALSE;
    }
  return TRUE;
}

static void
load_members (CjGraph *graph, GHashTable *by_id, GVariant *item)
{
  g_autoptr (GVariant) nodes = g_variant_lookup_value (item, "nodes", G_VARIANT_TYPE ("av"));
  const char *block = NULL;
  GVariantIter iter;
  GVariant *name;

  g_variant_lookup (item, "id", "&s", &block);
  if (nodes == NULL)
    return;
  g_variant_iter_init (&iter, nodes);
  while (g_variant_iter_next (&iter, "v", &name))
    {
      CjNode *node = g_variant_is_of_type (name, G_VARIANT_TYPE_STRING)
                         ? g_hash_table_lookup (by_id, g_variant_get_string (name, NULL))
                         : NULL;

      if (node != NULL)
        cj_graph_put_node (graph, node, block);
      g_variant_unref (name);
    }
}

gboolean
cj_graph_load_blocks (CjGraph *graph, GVariant *data, GError **error)
{
  g_autoptr (CjGraph) fresh = cj_graph_new ();
  g_autoptr (GHashTable) by_id = g_hash_table_new (g_str_hash, g_str_equal);
  const gsize n = data != NULL ? g_variant_n_children (data) : 0;

  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) boxed = g_variant_get_child_value (data, i);
      g_autoptr (GVariant) item = g_variant_get_variant (boxed);

      if (!load_block (fresh, item, error))
        return FALSE;
    }
  if (!check_parents (fresh, error))
    return FALSE;
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      cj_graph_put_node (graph, graph->nodes->pdata[i], NULL);
      g_hash_table_insert (by_id, ((CjNode *) graph->nodes->pdata[i])->id, graph->nodes->pdata[i]);
    }
  for (guint i = 0; i < graph->blocks->len; i++)
    cj_graph_touch_block (graph, graph->blocks->pdata[i]);
  for (guint i = 0; i < fresh->blocks->len; i++)
    cj_graph_touch_new (graph, ((CjBlock *) fresh->blocks->pdata[i])->id);
  g_ptr_array_unref (graph->blocks);
  graph->blocks = g_steal_pointer (&fresh->blocks);
  fresh->blocks = g_ptr_array_new ();
  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) boxed = g_variant_get_child_value (data, i);
      g_autoptr (GVariant) item = g_variant_get_variant (boxed);

      load_members (graph, by_id, item);
    }
  cj_graph_prune_blocks (graph);
  graph->revision++;
  return TRUE;
}
