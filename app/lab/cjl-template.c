/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-template.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define CARD_WIDTH 216.0
#define CARD_HEIGHT 230.0
#define ROW 6 /* cards in a row of a long chain */

const CjlTemplate *
cjl_template_find (const char *id)
{
  for (const CjlTemplate *t = cjl_templates (); t->id != NULL; t++)
    if (g_str_equal (t->id, id))
      return t;
  return NULL;
}

void
cjl_layout_graph (CjGraph *graph)
{
  g_autoptr (GPtrArray) order = cj_graph_sort (graph);
  g_autoptr (GHashTable) depth = g_hash_table_new (NULL, NULL);
  g_autofree guint *filled = g_new0 (guint, order->len + 1);
  guint deepest = 0;

  for (guint i = 0; i < order->len; i++)
    {
      const CjNode *node = order->pdata[i];
      guint d = 0;

      for (guint port = 0; port < CJ_LAYER_MAX_IN; port++)
        if (node->from[port].node != NULL)
          d = MAX (d, 1 + GPOINTER_TO_UINT (g_hash_table_lookup (depth, node->from[port].node)));
      g_hash_table_insert (depth, (gpointer) node, GUINT_TO_POINTER (d));
      deepest = MAX (deepest, d);
    }
  for (guint i = 0; i < order->len; i++)
    {
      CjNode *node = order->pdata[i];
      const guint d = GPOINTER_TO_UINT (g_hash_table_lookup (depth, node));
      const guint n_rows = deepest / ROW + 1, in_row = (deepest + n_rows) / n_rows;
      const guint row = d / in_row, column = d % in_row;

      cj_graph_move (graph, node, CARD_WIDTH * column,
                     CARD_HEIGHT * row + 24.0 * (column % 2) + 120.0 * filled[d]++);
    }
}

/* "relu3 > add1:1" */
static gboolean
add_wire (CjGraph *graph, const char *from, const char *to, GError **error)
{
  g_auto (GStrv) target = g_strsplit (to, ":", 2);
  const char *id = target[0] != NULL ? target[0] : "";
  CjNode *a = cj_graph_find (graph, from), *b = cj_graph_find (graph, id);

  if (a != NULL && b != NULL)
    return cj_graph_connect (graph, a, 0, b,
                             target[1] != NULL ? (guint) g_ascii_strtoull (target[1], NULL, 10) : 0,
                             error);
  g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
               "There is no node “%s” to wire. Name nodes as the chain numbers them, “relu3”.",
               a == NULL ? from : id);
  return FALSE;
}

gboolean
cjl_graph_add_text (CjGraph *graph, const char *text, GError **error)
{
  g_auto (GStrv) pieces = g_strsplit (text, ";", -1);
  CjNode *last = NULL;

  for (guint i = 0; pieces[i] != NULL; i++)
    {
      char *piece = g_strstrip (pieces[i]);
      g_auto (GStrv) wire = g_strsplit (piece, ">", 2);
      char *colon = strchr (piece, ':');

      if (wire[0] != NULL && wire[1] != NULL)
        {
          if (!add_wire (graph, g_strstrip (wire[0]), g_strstrip (wire[1]), error))
            return FALSE;
          continue;
        }
      if (*piece == '\0')
        continue;
      if (colon != NULL)
        {
          *colon = '\0';
          last = cj_graph_find (graph, g_strstrip (piece));
          if (last == NULL)
            {
              g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                           "There is no node “%s” to go on from. Name nodes as the chain numbers "
                           "them, “relu3”.",
                           piece);
              return FALSE;
            }
          piece = g_strstrip (colon + 1);
          if (*piece == '\0')
            continue;
        }
      last = cj_graph_add_chain (graph, last, piece, error);
      if (last == NULL)
        return FALSE;
    }
  return TRUE;
}

/* Calls `set` for every "name=value" of a line. */
static gboolean
for_each_setting (const char *line,
                  gboolean (*set) (gpointer, const char *, const char *, GError **),
                  gpointer target, GError **error)
{
  g_auto (GStrv) settings = g_strsplit (line != NULL ? line : "", " ", -1);

  for (guint i = 0; settings[i] != NULL; i++)
    {
      char *value = strchr (settings[i], '=');

      if (value == NULL)
        continue;
      *value++ = '\0';
      if (!set (target, settings[i], value, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
set_training (gpointer project, const char *name, const char *value, GError **error)
{
  return cj_train_setup_set (((CjlProject *) project)->setup, name, value, error);
}

static gboolean
add_data_param (gpointer params, const char *name, const char *value, GError **error)
{
  (void) error;
  g_variant_builder_add (params, "{sv}", name, g_variant_new_string (value));
  return TRUE;
}

CjlProject *
cjl_template_make (const CjlTemplate *info, GError **error)
{
  g_autoptr (CjlProject) project = cjl_project_new ();
  GVariantBuilder params;

  g_variant_builder_init (&params, G_VARIANT_TYPE_VARDICT);
  for_each_setting (info->data, add_data_param, &params, NULL);
  cjl_project_set_title (project, _ (info->title));
  cjl_project_set_data (project, info->source, g_variant_builder_end (&params));
  if (!cjl_graph_add_text (project->graph, info->network, error)
      || !for_each_setting (info->setup, set_training, project, error))
    return NULL;
  cjl_layout_graph (project->graph);
  return g_steal_pointer (&project);
}
