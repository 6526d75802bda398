/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-arrange.h"

static CjGraph *
make (const char *chain)
{
  CjGraph *graph = cj_graph_new ();

  cj_graph_add_chain (graph, NULL, chain, NULL);
  return graph;
}

static void
test_remove (void)
{
  g_autoptr (CjGraph) graph = make ("input, dense 8, relu, dropout, dense 3");

  cjl_arrange_remove (graph, (const char *const[]){ "relu1", "dropout1", "nobody", NULL });
  g_assert_cmpuint (graph->nodes->len, ==, 3);
  g_assert_true (cj_graph_find (graph, "dense2")->from[0].node == cj_graph_find (graph, "dense1"));
}

static void
test_copy (void)
{
  g_autoptr (CjGraph) graph = make ("input, dense 8, relu, dense 3");
  const char *const ids[] = { "dense1", "relu1", NULL };
  g_autofree char *text = cjl_arrange_copy (graph, ids), *again = NULL;
  g_auto (GStrv) fresh = NULL;
  g_autoptr (GError) error = NULL;
  const CjNode *copy;

  fresh = cjl_arrange_paste (graph, text, NULL, 30, 40, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (fresh), ==, 2);
  copy = cj_graph_find (graph, fresh[1]);
  g_assert_cmpstr (copy->layer->id, ==, "relu");
  g_assert_cmpstr (copy->from[0].node->id, ==, fresh[0]);
  g_assert_cmpfloat (copy->x, ==, cj_graph_find (graph, "relu1")->x + 30);
  g_assert_null (copy->from[0].node->from[0].node); /* the wire from outside is not copied */
  again = cjl_arrange_copy (graph, ids);
  g_assert_cmpstr (again, ==, text);
}

static void
test_refuse (void)
{
  const char *const bad[] = { "", "hello", "{}", "{\"format\": \"cajal-network\"}",
                              "{\"format\": \"cajal-network\", \"nodes\": 3}" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (CjGraph) graph = make ("input, relu");
      g_autoptr (GError) error = NULL;

      g_assert_null (cjl_arrange_paste (graph, bad[i], NULL, 0, 0, &error));
      g_assert_nonnull (error);
      g_assert_cmpuint (graph->nodes->len, ==, 2);
    }
}

static void
test_insert (void)
{
  g_autoptr (CjGraph) graph = make ("input, dense 8, dense 3");
  CjNode *relu = cj_graph_add_chain (graph, NULL, "relu", NULL);
  CjNode *last = cj_graph_find (graph, "dense2");
  g_autoptr (CjlScene) scene = cjl_scene_new (graph, NULL);

  g_assert_false (cjl_arrange_insert (graph, cjl_scene_find (scene, "input1"), last, 0, NULL));
  g_assert_true (cjl_arrange_insert (graph, cjl_scene_find (scene, "relu1"), last, 0, NULL));
  g_assert_true (last->from[0].node == relu);
  g_assert_true (relu->from[0].node == cj_graph_find (graph, "dense1"));
}

static void
test_align (void)
{
  g_autoptr (CjGraph) graph = make ("input, relu, dropout");
  const char *const ids[] = { "input1", "relu1", "dropout1", NULL };

  cj_graph_move (graph, cj_graph_find (graph, "input1"), 10, 5);
  cj_graph_move (graph, cj_graph_find (graph, "relu1"), 50, 90);
  cj_graph_move (graph, cj_graph_find (graph, "dropout1"), 210, 30);
  cjl_arrange_align (graph, ids, CJL_DISTRIBUTE_ACROSS);
  g_assert_cmpfloat (cj_graph_find (graph, "relu1")->x, ==, 110);
  cjl_arrange_align (graph, ids, CJL_ALIGN_TOP);
  g_assert_cmpfloat (cj_graph_find (graph, "relu1")->y, ==, 5);
}

/* Every wire runs from left to right, and no two cards lie on each other. */
static void
test_layers (void)
{
  g_autoptr (CjGraph) graph = make ("input, dense 8, relu, dense 3");
  CjNode *input = cj_graph_find (graph, "input1");

  for (guint i = 0; i < 4; i++)
    cj_graph_add_chain (graph, input, "dense 4, relu", NULL);
  cjl_arrange_layers (graph, NULL);
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const CjNode *a = graph->nodes->pdata[i];

      for (guint port = 0; port < CJ_LAYER_MAX_IN; port++)
        if (a->from[port].node != NULL)
          g_assert_cmpfloat (a->from[port].node->x, <, a->x);
      for (guint j = i + 1; j < graph->nodes->len; j++)
        {
          const CjNode *b = graph->nodes->pdata[j];

          g_assert_true (ABS (a->x - b->x) >= CJL_CARD_STEP_X
                         || ABS (a->y - b->y) >= CJL_CARD_STEP_Y - 1);
        }
    }
}

/* A long chain is broken into rows, as few columns wide as a window shows. */
static void
test_rows (void)
{
  g_autoptr (CjGraph) graph
      = make ("input, dense 8, relu, dense 8, relu, dense 8, relu, dense 8, relu, dense 3");
  double right = 0, bottom = 0;

  cjl_arrange_layers (graph, NULL);
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const CjNode *a = graph->nodes->pdata[i];

      right = MAX (right, a->x);
      bottom = MAX (bottom, a->y);
      for (guint j = i + 1; j < graph->nodes->len; j++)
        {
          const CjNode *b = graph->nodes->pdata[j];

          g_assert_true (a->x != b->x || ABS (a->y - b->y) >= CJL_CARD_STEP_Y);
        }
    }
  g_assert_cmpfloat (right, ==, 4 * CJL_CARD_STEP_X); /* ten cards: two rows of five */
  g_assert_cmpfloat (bottom, >, CJL_CARD_STEP_Y);
}

static guint
count_lines (const CjlScene *scene, int from, int to)
{
  guint n = 0;

  for (guint i = 0; i < scene->lines->len; i++)
    {
      const CjlLine *line = &g_array_index (scene->lines, CjlLine, i);

      n += line->from_card == from && line->to_card == to;
    }
  return n;
}

/* A block is one card whose ports are the wires that cross its border; inside, those end at it. */
static void
test_scene (void)
{
  g_autoptr (CjGraph) graph = make ("input, dense 8, relu, dropout, dense 3, cross-entropy");
  const char *id
      = cjl_arrange_group (graph, (const char *const[]){ "relu1", "dropout1", NULL }, NULL, NULL);
  g_autoptr (CjlScene) outside = cjl_scene_new (graph, NULL), inside = cjl_scene_new (graph, id);
  const CjlCard *card = cjl_scene_find (outside, id);

  g_assert_cmpuint (outside->cards->len, ==, 5);
  g_assert_cmpuint (outside->lines->len, ==, 4);
  g_assert_cmpuint (card->in->len, ==, 1);
  g_assert_cmpuint (card->out->len, ==, 1);
  g_assert_cmpstr (g_array_index (card->in, CjWire, 0).node->id, ==, "relu1");
  g_assert_cmpstr (g_array_index (card->out, CjWire, 0).node->id, ==, "dropout1");
  g_assert_cmpstr (card->last->id, ==, "dropout1");
  g_assert_cmpuint (card->n_nodes, ==, 2);
  g_assert_cmpuint (inside->cards->len, ==, 2);
  g_assert_cmpuint (inside->lines->len, ==, 3);
  g_assert_cmpuint (count_lines (inside, -1, 1), ==, 1); /* cards are in order of their ids */
  g_assert_cmpuint (count_lines (inside, 1, 0), ==, 1);
  g_assert_cmpuint (count_lines (inside, 0, -1), ==, 1);
}

/* Ungrouped, all stands where it stood; where the block was dragged, with it. */
static void
test_group (void)
{
  g_autoptr (CjGraph) graph = make ("input, dense 8, relu, dropout, dense 3");
  g_autofree char *outer = NULL, *inner = NULL;
  g_auto (GStrv) ids = NULL, rest = NULL;
  g_autoptr (GError) error = NULL;
  CjBlock *block;

  cj_graph_move (graph, cj_graph_find (graph, "relu1"), 100, 40);
  cj_graph_move (graph, cj_graph_find (graph, "dropout1"), 300, 80);
  inner = g_strdup (
      cjl_arrange_group (graph, (const char *const[]){ "relu1", "dropout1", NULL }, NULL, NULL));
  outer = g_strdup (
      cjl_arrange_group (graph, (const char *const[]){ inner, "dense1", NULL }, NULL, NULL));
  g_assert_cmpstr (cj_graph_find_block (graph, inner)->parent, ==, outer);
  g_assert_cmpfloat (cj_graph_find_block (graph, inner)->x, ==, 200);
  rest = cjl_arrange_ungroup (graph, cj_graph_find_block (graph, outer));
  g_assert_cmpuint (g_strv_length (rest), ==, 2);
  block = cj_graph_find_block (graph, inner);
  g_assert_null (block->parent);
  cj_graph_move_block (graph, block, block->x + 7, block->y);
  ids = cjl_arrange_ungroup (graph, block);
  g_assert_cmpuint (g_strv_length (ids), ==, 2);
  g_assert_cmpfloat (cj_graph_find (graph, "relu1")->x, ==, 107);
  g_assert_cmpfloat (cj_graph_find (graph, "dropout1")->y, ==, 80);
  g_assert_cmpuint (graph->blocks->len, ==, 0);
  g_assert_null (cjl_arrange_group (graph, (const char *const[]){ "nobody", NULL }, NULL, &error));
  g_assert_nonnull (error);
}

/* A copied block is a block with the same inside; deleted, the wire heals over it. */
static void
test_block_copy (void)
{
  g_autoptr (CjGraph) graph = make ("input, dense 8, relu, dropout, dense 3");
  const char *const members[] = { "relu1", "dropout1", NULL };
  g_autofree char *id = g_strdup (cjl_arrange_group (graph, members, NULL, NULL)), *text = NULL;
  const char *const ids[] = { id, NULL };
  g_auto (GStrv) fresh = NULL;
  g_autoptr (GPtrArray) nodes = NULL;

  cj_graph_rename_block (graph, cj_graph_find_block (graph, id), "Bend", NULL);
  text = cjl_arrange_copy (graph, ids);
  fresh = cjl_arrange_paste (graph, text, id, 5, 6, NULL);
  g_assert_cmpuint (g_strv_length (fresh), ==, 1);
  g_assert_cmpstr (cj_graph_find_block (graph, fresh[0])->title, ==, "Bend");
  g_assert_cmpstr (cj_graph_find_block (graph, fresh[0])->parent, ==, id);
  nodes = cjl_arrange_find_nodes (graph, ids);
  g_assert_cmpuint (nodes->len, ==, 4);
  cjl_arrange_remove (graph, ids);
  g_assert_cmpuint (graph->nodes->len, ==, 3);
  g_assert_true (cj_graph_find (graph, "dense2")->from[0].node == cj_graph_find (graph, "dense1"));
}

/* Cards that a block feeds and that feed it: no layout can put both right, but it ends. */
static void
test_ring (void)
{
  g_autoptr (CjGraph) graph = make ("input, dense 8, relu, dropout, dense 3");
  g_autoptr (CjlScene) scene = NULL;

  cjl_arrange_group (graph, (const char *const[]){ "dense1", "dropout1", NULL }, NULL, NULL);
  cjl_arrange_layers (graph, NULL);
  scene = cjl_scene_new (graph, NULL);
  for (guint i = 0; i < scene->cards->len; i++)
    for (guint j = i + 1; j < scene->cards->len; j++)
      {
        const CjlCard *a = cjl_scene_get (scene, i), *b = cjl_scene_get (scene, j);

        g_assert_true (ABS (cjl_card_get_x (a) - cjl_card_get_x (b)) >= CJL_CARD_STEP_X
                       || ABS (cjl_card_get_y (a) - cjl_card_get_y (b)) >= CJL_CARD_STEP_Y - 1);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/arrange/remove", test_remove);
  g_test_add_func ("/lab/arrange/copy", test_copy);
  g_test_add_func ("/lab/arrange/refuse", test_refuse);
  g_test_add_func ("/lab/arrange/insert", test_insert);
  g_test_add_func ("/lab/arrange/align", test_align);
  g_test_add_func ("/lab/arrange/layers", test_layers);
  g_test_add_func ("/lab/arrange/rows", test_rows);
  g_test_add_func ("/lab/arrange/scene", test_scene);
  g_test_add_func ("/lab/arrange/group", test_group);
  g_test_add_func ("/lab/arrange/block-copy", test_block_copy);
  g_test_add_func ("/lab/arrange/ring", test_ring);
  return g_test_run ();
}
