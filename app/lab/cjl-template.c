/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-template.h"

#include <string.h>

#define CARD_WIDTH 216.0
#define CARD_HEIGHT 230.0
#define ROW 6 /* cards in a row of a long chain */

static const CjlTemplate templates[] = {
  { .id = "lenet-5",
    .title = "Handwritten signs",
    .category = "Vision",
    .blurb = "A convolutional network learns to read digits and letters",
    .teaches = "Watch edges become strokes and strokes become letters, layer by layer",
    .expected = "98.5 %",
    .task = "lenet",
    .source = "glyphs",
    .chain = "conv-2d 6 kernel=5 padding=2 activation=relu, max-pool-2d, "
             "conv-2d 16 kernel=5 activation=relu, max-pool-2d, flatten, "
             "dense 120 activation=relu, dense 84 activation=relu, dense 36",
    .setup = "epochs=8 batch=64" },
  { .id = "mlp",
    .title = "No convolution",
    .category = "First steps",
    .blurb = "Three dense layers learn the same signs, without knowing what a neighbour is",
    .teaches = "Compare its units with the filters of the convolutional network",
    .expected = "96 %",
    .task = "mlp",
    .source = "glyphs",
    .chain = "flatten, dense 300 relu, dense 100 relu, dense 36",
    .setup = "epochs=8 batch=128" },
  { .id = "playground",
    .title = "Two spirals",
    .category = "First steps",
    .blurb = "Bend a line until it separates two arms, and see what every unit draws",
    .teaches = "Each hidden unit cuts the plane once; the next layer folds the cuts together",
    .expected = "99 %",
    .source = "spirals",
    .chain = "dense 32 relu, dense 32 relu, dense 2",
    .setup = "epochs=200 batch=32 learning-rate=0.005" },
  { NULL },
};

const CjlTemplate *
cjl_templates (void)
{
  return templates;
}

const CjlTemplate *
cjl_template_find (const char *id)
{
  for (const CjlTemplate *t = templates; t->id != NULL; t++)
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

CjlProject *
cjl_template_make (const CjlTemplate *info, GError **error)
{
  g_autoptr (CjlProject) project = cjl_project_new ();
  g_auto (GStrv) settings = g_strsplit (info->setup, " ", -1);
  g_autofree char *chain = NULL;

  cjl_project_set_title (project, info->title);
  cjl_project_set_data (project, info->source, NULL);
  chain = info->chain != NULL ? g_strdup_printf ("input, %s, cross-entropy", info->chain) : NULL;
  if (chain != NULL ? cj_graph_add_chain (project->graph, NULL, chain, error) == NULL
                    : !info->draw (project->graph, error))
    return NULL;
  for (guint i = 0; settings[i] != NULL; i++)
    {
      char *value = strchr (settings[i], '=');

      if (value == NULL)
        continue;
      *value++ = '\0';
      if (!cj_train_setup_set (project->setup, settings[i], value, error))
        return NULL;
    }
  cjl_layout_graph (project->graph);
  return g_steal_pointer (&project);
}
