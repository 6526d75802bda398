/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-template.h"

#include "cj-error.h"
#include "cjl-arrange.h"

#include <glib/gi18n-lib.h>
#include <string.h>

const CjlTemplate *
cjl_template_find (const char *id)
{
  for (const CjlTemplate *t = cjl_templates (); t->id != NULL; t++)
    if (g_str_equal (t->id, id))
      return t;
  return NULL;
}

static guint
get_port (const char *text)
{
  return (guint) g_ascii_strtoull (text, NULL, 10);
}

/* "relu3 > add1:1", or "lif2:1 > mean1" from the second output */
static gboolean
add_wire (CjGraph *graph, const char *from, const char *to, GError **error)
{
  g_auto (GStrv) source = g_strsplit (from, ":", 2), target = g_strsplit (to, ":", 2);
  const char *first = source[0] != NULL ? source[0] : "";
  const char *id = target[0] != NULL ? target[0] : "";
  CjNode *a = cj_graph_find (graph, first), *b = cj_graph_find (graph, id);

  if (a != NULL && b != NULL)
    return cj_graph_connect (
        graph, a, source[0] != NULL && source[1] != NULL ? get_port (source[1]) : 0, b,
        target[0] != NULL && target[1] != NULL ? get_port (target[1]) : 0, error);
  g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
               _ ("There is no node “%s” to wire. Name nodes as the chain numbers them, “relu3”."),
               a == NULL ? first : id);
  return FALSE;
}

/* "[Residual 1] conv2 batch2 add1": these nodes are one card. */
static gboolean
add_block (CjGraph *graph, const char *piece, GError **error)
{
  const char *end = strchr (piece, ']');
  g_autofree char *title = end != NULL ? g_strndup (piece + 1, (gsize) (end - piece - 1)) : NULL;
  g_auto (GStrv) ids = g_strsplit (end != NULL ? end + 1 : "", " ", -1);
  CjBlock *block;

  if (title == NULL || *title == '\0')
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                   _ ("“%s” names no block. Write its name between “[” and “]”, then its nodes."),
                   piece);
      return FALSE;
    }
  block = cj_graph_add_block (graph, title, NULL, error);
  if (block == NULL)
    return FALSE;
  for (guint i = 0; ids[i] != NULL; i++)
    {
      CjNode *node = cj_graph_find (graph, ids[i]);

      if (*ids[i] == '\0')
        continue;
      if (node == NULL)
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                       _ ("There is no node “%s” for the block. Name nodes as the chain numbers "
                          "them, “relu3”."),
                       ids[i]);
          return FALSE;
        }
      cj_graph_put_node (graph, node, block->id);
    }
  return TRUE;
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
      if (*piece == '[')
        {
          if (!add_block (graph, piece, error))
            return FALSE;
          continue;
        }
      if (colon != NULL)
        {
          *colon = '\0';
          last = cj_graph_find (graph, g_strstrip (piece));
          if (last == NULL)
            {
              g_set_error (
                  error, CJ_ERROR, CJ_ERROR_GRAPH,
                  _ ("There is no node “%s” to go on from. Name nodes as the chain numbers "
                     "them, “relu3”."),
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

/* What is no parameter of the source or of reading files: shares of the split, and edits. */
static gboolean
is_of_choice (const char *name)
{
  return g_str_has_suffix (name, "-share") || g_str_equal (name, "edits");
}

static gboolean
add_data_param (gpointer params, const char *name, const char *value, GError **error)
{
  (void) error;
  if (!is_of_choice (name))
    g_variant_builder_add (params, "{sv}", name, g_variant_new_string (value));
  return TRUE;
}

static gboolean
set_choice (gpointer project, const char *name, const char *value, GError **error)
{
  g_autofree char *key = g_strconcat ("data.", name, NULL);

  return !is_of_choice (name) || cjl_project_set (project, key, value, error);
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
  if (!for_each_setting (info->data, set_choice, project, error))
    return NULL;
  if (info->augment != NULL && !cjl_project_set (project, "data.augment", info->augment, error))
    return NULL;
  if (!cjl_graph_add_text (project->graph, info->network, error)
      || !for_each_setting (info->setup, set_training, project, error))
    return NULL;
  cjl_arrange_levels (project->graph);
  return g_steal_pointer (&project);
}
