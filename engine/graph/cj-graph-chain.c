/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A chain of layers typed as text. */
#include "cj-graph-private.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define CARD_STEP 216.0

/* The layer that a typed word names best; a mere part of a name does not do. */
static const CjLayerInfo *
find_layer (const char *word)
{
  const CjLayerInfo *best = NULL;
  CjLayerMatch best_match = CJ_LAYER_MATCH_PART;

  for (const CjLayerInfo *const *layer = cj_layers (); *layer != NULL; layer++)
    {
      const CjLayerMatch match = word[0] != '\0' ? cj_layer_match (*layer, word) : 0;

      if (match > best_match)
        {
          best = *layer;
          best_match = match;
        }
    }
  return best;
}

static gboolean
set_words (CjGraph *graph, CjNode *node, char **words, GError **error)
{
  const CjParam *next = node->layer->params;

  for (guint i = 1; words[i] != NULL; i++)
    {
      char *value = strchr (words[i], '=');

      if (words[i][0] == '\0')
        continue;
      if (value != NULL)
        *value++ = '\0';
      else if (next == NULL || next->name == NULL)
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                       _ ("%s does not take “%s”. Write name=value."), _ (node->layer->title),
                       words[i]);
          return FALSE;
        }
      if (!cj_graph_set_param (graph, node, value != NULL ? words[i] : next->name,
                               value != NULL ? value : words[i], error))
        return FALSE;
      if (value == NULL)
        next++;
    }
  return TRUE;
}

static CjNode *
add_link (CjGraph *graph, CjNode *after, const char *text, GError **error)
{
  g_auto (GStrv) words = g_strsplit_set (text, " ", -1);
  const CjLayerInfo *layer = words[0] != NULL ? find_layer (words[0]) : NULL;
  CjNode *node;

  if (layer == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                   _ ("There is no layer “%s”. “cajal-cli list layers” names them all."),
                   words[0] != NULL ? words[0] : "");
      return NULL;
    }
  node = cj_graph_add (graph, layer, NULL, error);
  if (node == NULL)
    return NULL;
  if (after != NULL)
    cj_graph_move (graph, node, after->x + CARD_STEP, after->y);
  if (!set_words (graph, node, words, error)
      || (after != NULL && layer->role != CJ_ROLE_INPUT
          && !cj_graph_connect (graph, after, 0, node, 0, error)))
    {
      cj_graph_remove (graph, node);
      return NULL;
    }
  return node;
}

CjNode *
cj_graph_add_chain (CjGraph *graph, CjNode *after, const char *text, GError **error)
{
  g_auto (GStrv) links = g_strsplit (text, ",", -1);
  g_autoptr (GPtrArray) added = g_ptr_array_new ();

  for (guint i = 0; links[i] != NULL; i++)
    {
      CjNode *node = add_link (graph, after, g_strstrip (links[i]), error);

      if (node == NULL)
        {
          while (added->len > 0)
            cj_graph_remove (graph, g_ptr_array_steal_index (added, added->len - 1));
          return NULL;
        }
      g_ptr_array_add (added, node);
      after = node;
    }
  return after;
}
