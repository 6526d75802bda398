/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nodes as dictionaries: patches, saving, loading. */
#include "cj-graph-private.h"

#include "cj-error.h"
#include "cj-rule.h"
#include "cj-variant.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_NODES 10000 /* of a drawing that is read; what walks along its wires calls itself */

/* It cannot be built: cj_lower says so. */
static const CjLayerInfo placeholder = {
  .id = "placeholder",
  .title = "Missing layer",
  .category = "placeholder",
  .blurb = "Stands for a layer that is not installed and keeps its data",
  .version = 1,
};

static GVariant *
save_params (const CjNode *node)
{
  GVariantBuilder params;

  g_variant_builder_init (&params, G_VARIANT_TYPE ("a{sv}"));
  for (const CjParam *p = node->layer->params; p != NULL && p->name != NULL; p++)
    {
      g_autofree char *text = cj_params_print (p, node->params);

      g_variant_builder_add (&params, "{sv}", p->name, g_variant_new_string (text));
    }
  return g_variant_builder_end (&params);
}

/* `placed`: with the block it is drawn in. */
static GVariant *
save_node (const CjNode *node, gboolean placed)
{
  GVariantDict dict;
  GVariantBuilder wires;

  g_variant_dict_init (&dict, node->kept); /* layer, version and parameters of a placeholder */
  if (node->kept == NULL)
    {
      g_variant_dict_insert (&dict, "layer", "s", node->layer->id);
      g_variant_dict_insert (&dict, "version", "x", (gint64) node->layer->version);
      g_variant_dict_insert_value (&dict, "params", save_params (node));
    }
  g_variant_builder_init (&wires, G_VARIANT_TYPE ("a{sv}"));
  for (guint i = 0; i < CJ_LAYER_MAX_IN; i++)
    if (node->from[i].node != NULL)
      {
        g_autofree char *port = g_strdup_printf ("%u", i);
        g_autofree char *source
            = g_strdup_printf ("%s:%u", node->from[i].node->id, node->from[i].port);

        g_variant_builder_add (&wires, "{sv}", port, g_variant_new_string (source));
      }
  g_variant_dict_insert (&dict, "id", "s", node->id);
  g_variant_dict_insert_value (&dict, "from", g_variant_builder_end (&wires));
  g_variant_dict_remove (&dict, "block");
  if (placed && node->block != NULL)
    g_variant_dict_insert (&dict, "block", "s", node->block);
  g_variant_dict_insert (&dict, "x", "d", node->x);
  g_variant_dict_insert (&dict, "y", "d", node->y);
  g_variant_dict_insert (&dict, "muted", "b", node->muted);
  g_variant_dict_remove (&dict, "lesioned");
  if (node->lesioned)
    g_variant_dict_insert (&dict, "lesioned", "b", TRUE);
  g_variant_dict_insert (&dict, "frozen", "b", node->frozen);
  g_variant_dict_insert (&dict, "rate", "d", node->rate);
  g_variant_dict_remove (&dict, "rule");
  if (node->rule > 0)
    g_variant_dict_insert (&dict, "rule", "s", cj_rule_names[node->rule]);
  return g_variant_dict_end (&dict);
}

double
cj_dict_lookup_number (GVariantDict *dict, const char *key, double preset)
{
  g_autoptr (GVariant) value = g_variant_dict_lookup_value (dict, key, NULL);

  if (value == NULL)
    return preset;
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    return g_variant_get_double (value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    return (double) g_variant_get_int64 (value);
  return preset;
}

static gboolean
lookup_flag (GVariantDict *dict, const char *key)
{
  gboolean flag = FALSE;

  return g_variant_dict_lookup (dict, key, "b", &flag) && flag;
}

/* Fills everything but the wires. */
static gboolean
fill_node (CjNode *node, GVariantDict *dict, GError **error)
{
  g_autoptr (GVariant) params
      = g_variant_dict_lookup_value (dict, "params", G_VARIANT_TYPE_VARDICT);
  GVariantIter iter;
  const char *name, *block = NULL, *rule = NULL;
  GVariant *value;

  g_variant_dict_lookup (dict, "block", "&s", &block);
  g_free (node->block);
  node->block = g_strdup (block);
  node->x = CLAMP (cj_dict_lookup_number (dict, "x", 0), -1e7, 1e7);
  node->y = CLAMP (cj_dict_lookup_number (dict, "y", 0), -1e7, 1e7);
  node->muted = lookup_flag (dict, "muted");
  node->lesioned = lookup_flag (dict, "lesioned");
  node->frozen = lookup_flag (dict, "frozen");
  node->rate = CLAMP (cj_dict_lookup_number (dict, "rate", 1), 0, 1e6);
  node->rule = 0;
  if (g_variant_dict_lookup (dict, "rule", "&s", &rule)
      && !cj_params_parse (cj_node_params, node, "rule", rule, error))
    {
      g_prefix_error (error, _ ("“%s”: "), node->id);
      return FALSE;
    }
  if (node->kept != NULL || params == NULL)
    return TRUE;
  g_variant_iter_init (&iter, params);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      g_autoptr (GVariant) owned = value;
      const gboolean known = cj_params_find (node->layer->params, name) != NULL;

      if (known && g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)
          && !cj_params_parse (node->layer->params, node->params, name,
                               g_variant_get_string (value, NULL), error))
        {
          g_prefix_error (error, _ ("“%s”: "), node->id);
          return FALSE;
        }
    }
  return TRUE;
}

/* Makes a node from its dictionary, without wires. */
static CjNode *
load_node (CjGraph *graph, GVariant *data, GError **error)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (data);
  const char *id = "", *kind = "";
  const CjLayerInfo *layer;
  CjNode *node;

  g_variant_dict_lookup (&dict, "id", "&s", &id);
  g_variant_dict_lookup (&dict, "layer", "&s", &kind);
  if (!cj_graph_check_id (graph, id, error))
    return NULL;
  layer = cj_layer_find (kind);
  node = cj_graph_append (graph, layer != NULL ? layer : &placeholder, id);
  if (layer == NULL)
    node->kept = cj_variant_settle (g_variant_ref (data));
  return fill_node (node, &dict, error) ? node : NULL;
}

static gboolean
load_wires (CjGraph *graph, CjNode *node, GVariant *data, GError **error)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (data);
  g_autoptr (GVariant) from = g_variant_dict_lookup_value (&dict, "from", G_VARIANT_TYPE_VARDICT);
  GVariantIter iter;
  const char *port;
  GVariant *value;

  memset (node->from, 0, sizeof node->from);
  if (from == NULL)
    return TRUE;
  g_variant_iter_init (&iter, from);
  while (g_variant_iter_next (&iter, "{&sv}", &port, &value))
    {
      g_autoptr (GVariant) owned = value;
      g_auto (GStrv) parts = g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)
                                 ? g_strsplit (g_variant_get_string (value, NULL), ":", 2)
                                 : g_new0 (char *, 1);
      CjNode *source = parts[0] != NULL ? cj_graph_find (graph, parts[0]) : NULL;
      const guint64 index = g_ascii_strtoull (port, NULL, 10);
      const guint64 output
          = source != NULL && parts[1] != NULL ? g_ascii_strtoull (parts[1], NULL, 10) : 0;

      if (source == NULL || index >= CJ_LAYER_MAX_IN)
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                       _ ("A wire of “%s” comes from a node that is not there."), node->id);
          return FALSE;
        }
      if (node->kept != NULL || source->kept != NULL)
        {
          if (!cj_graph_check_loop (source, node, error))
            return FALSE;
          node->from[index] = (CjWire){ source, (guint) MIN (output, CJ_LAYER_MAX_OUT - 1) };
        }
      else if (!cj_graph_connect (graph, source, (guint) output, node, (guint) index, error))
        return FALSE;
    }
  return TRUE;
}

void
cj_graph_touch (CjGraph *graph, const CjNode *node)
{
  if (graph->touched != NULL && !g_hash_table_contains (graph->touched, node->id))
    g_hash_table_insert (graph->touched, g_strdup (node->id),
                         g_variant_ref_sink (save_node (node, TRUE)));
}

void
cj_graph_touch_new (CjGraph *graph, const char *id)
{
  if (graph->touched != NULL && !g_hash_table_contains (graph->touched, id))
    g_hash_table_insert (graph->touched, g_strdup (id),
                         g_variant_ref_sink (g_variant_new ("a{sv}", NULL)));
}

void
cj_graph_begin (CjGraph *graph)
{
  g_return_if_fail (graph->touched == NULL);
  graph->touched
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_variant_unref);
}

/* The node or block of an id as patches have it. */
static GVariant *
save_any (const CjGraph *graph, const char *id)
{
  const CjBlock *block = cj_block_is_id (id) ? cj_graph_find_block (graph, id) : NULL;
  const CjNode *node = cj_block_is_id (id) ? NULL : cj_graph_find (graph, id);

  if (block != NULL)
    return cj_block_save (block);
  return node != NULL ? save_node (node, TRUE) : g_variant_new ("a{sv}", NULL);
}

/* Remembers the state before a change, whatever it is. */
static void
touch_any (CjGraph *graph, const char *id)
{
  if (graph->touched != NULL && !g_hash_table_contains (graph->touched, id))
    g_hash_table_insert (graph->touched, g_strdup (id), g_variant_ref_sink (save_any (graph, id)));
}

CjPatch *
cj_graph_commit (CjGraph *graph)
{
  g_autoptr (GHashTable) touched = NULL;
  g_autoptr (GList) ids = NULL;
  GVariantBuilder changes;
  guint n = 0;

  g_return_val_if_fail (graph->touched != NULL, NULL);
  cj_graph_prune_blocks (graph);
  touched = g_steal_pointer (&graph->touched);
  ids = g_list_sort (g_hash_table_get_keys (touched), (GCompareFunc) strcmp);
  g_variant_builder_init (&changes, G_VARIANT_TYPE ("a{sv}"));
  for (GList *l = ids; l != NULL; l = l->next)
    {
      GVariant *before = g_hash_table_lookup (touched, l->data);
      g_autoptr (GVariant) after = g_variant_ref_sink (save_any (graph, l->data));

      if (g_variant_equal (before, after))
        continue;
      g_variant_builder_add (&changes, "{sv}", (const char *) l->data,
                             g_variant_new ("(@a{sv}@a{sv})", before, after));
      n++;
    }
  if (n == 0)
    {
      g_variant_builder_clear (&changes);
      return NULL;
    }
  graph->revision++;
  return cj_patch_new (g_variant_builder_end (&changes));
}

CjPatch *
cj_patch_new (GVariant *changes)
{
  CjPatch *patch = g_new0 (CjPatch, 1);

  patch->changes = g_variant_ref_sink (changes);
  return patch;
}

void
cj_patch_free (CjPatch *patch)
{
  g_variant_unref (patch->changes);
  g_free (patch);
}

/* Brings one node or block to its wanted state but for the wires; existing nodes keep their place. */
static gboolean
apply_node (CjGraph *graph, const char *id, GVariant *state, GError **error)
{
  CjNode *node = cj_graph_find (graph, id);
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (state);

  if (cj_block_is_id (id))
    {
      cj_block_apply (graph, id, state);
      return TRUE;
    }
  if (g_variant_n_children (state) == 0)
    {
      if (node != NULL)
        cj_graph_remove (graph, node);
      return TRUE;
    }
  if (node == NULL)
    return load_node (graph, state, error) != NULL;
  return fill_node (node, &dict, error);
}

gboolean
cj_graph_apply (CjGraph *graph, const CjPatch *patch, gboolean reverse, GError **error)
{
  for (guint pass = 0; pass < 3; pass++)
    {
      GVariantIter iter;
      const char *id;
      GVariant *pair;

      g_variant_iter_init (&iter, patch->changes);
      while (g_variant_iter_next (&iter, "{&sv}", &id, &pair))
        {
          g_autoptr (GVariant) owned = pair;
          g_autoptr (GVariant) state = g_variant_get_child_value (pair, reverse ? 0 : 1);
          CjNode *node = cj_graph_find (graph, id);

          if (pass == 0)
            touch_any (graph, id);
          if (pass == 0 && !apply_node (graph, id, state, error))
            return FALSE;
          /* all wires of the touched nodes go before the new ones come: no loop on the way */
          if (pass == 1 && node != NULL)
            memset (node->from, 0, sizeof node->from);
          if (pass == 2 && node != NULL && !load_wires (graph, node, state, error))
            return FALSE;
        }
    }
  graph->revision++;
  return TRUE;
}

GVariant *
cj_graph_save (const CjGraph *graph)
{
  GVariantBuilder nodes;

  g_variant_builder_init (&nodes, G_VARIANT_TYPE ("av"));
  for (guint i = 0; i < graph->nodes->len; i++)
    g_variant_builder_add (&nodes, "v", save_node (graph->nodes->pdata[i], FALSE));
  return g_variant_builder_end (&nodes);
}

static CjNode *
find_saved (const CjGraph *graph, GVariant *data)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (data);
  const char *id = "";

  g_variant_dict_lookup (&dict, "id", "&s", &id);
  return cj_graph_find (graph, id);
}

/* All nodes are about to be those of another graph: that is remembered, and blocks keep their nodes. */
static void
take_places (CjGraph *graph, CjGraph *fresh)
{
  for (guint i = 0; i < graph->nodes->len; i++)
    cj_graph_touch (graph, graph->nodes->pdata[i]);
  for (guint i = 0; i < fresh->nodes->len; i++)
    {
      CjNode *node = fresh->nodes->pdata[i];
      const CjNode *old = cj_graph_find (graph, node->id);

      if (old == NULL)
        cj_graph_touch_new (graph, node->id);
      g_free (node->block);
      node->block = old != NULL ? g_strdup (old->block) : NULL;
    }
}

gboolean
cj_graph_load (CjGraph *graph, GVariant *data, GError **error)
{
  g_autoptr (CjGraph) fresh = cj_graph_new ();

  for (guint pass = 0; pass < 2; pass++)
    {
      GVariantIter iter;
      GVariant *item;
      guint i = 0;

      g_variant_iter_init (&iter, data);
      while (g_variant_iter_next (&iter, "v", &item))
        {
          g_autoptr (GVariant) owned = item;

          if (!g_variant_is_of_type (item, G_VARIANT_TYPE_VARDICT))
            {
              g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("Node %u is not a dictionary."),
                           i + 1);
              return FALSE;
            }
          if (i == MAX_NODES)
            {
              g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                           _ ("There are more than %d nodes. The file is damaged."), MAX_NODES);
              return FALSE;
            }
          if (pass == 0 && load_node (fresh, item, error) == NULL)
            return FALSE;
          if (pass == 1 && !load_wires (fresh, find_saved (fresh, item), item, error))
            return FALSE;
          i++;
        }
    }
  take_places (graph, fresh);
  g_ptr_array_unref (graph->nodes);
  graph->nodes = g_steal_pointer (&fresh->nodes);
  fresh->nodes = g_ptr_array_new ();
  graph->revision++;
  return TRUE;
}
