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

  fresh = cjl_arrange_paste (graph, text, 30, 40, &error);
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

      g_assert_null (cjl_arrange_paste (graph, bad[i], 0, 0, &error));
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

  g_assert_true (cjl_arrange_insert (graph, relu, last, 0, NULL));
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
  cjl_arrange_layers (graph);
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

  cjl_arrange_layers (graph);
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
  return g_test_run ();
}
