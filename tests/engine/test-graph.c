/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drawing: chains, loops, patches that undo to the byte, saving and loading, placeholders. */
#include "network.h"

#include <string.h>

static void
test_loops (void)
{
  g_autoptr (CjGraph) graph = network_new_graph ("relu, relu, relu");
  CjNode *first = cj_graph_find (graph, "relu1"), *last = cj_graph_find (graph, "relu3");
  g_autoptr (GError) error = NULL;

  g_assert_false (cj_graph_connect (graph, last, 0, first, 0, &error));
  g_assert_true (g_pattern_match_simple ("*“relu1”*loop*", error->message));
  g_assert_true (cj_graph_connect (graph, first, 0, last, 0, NULL));
}

/* Through sixty shortcuts in a row lead 2^60 ways; each node is looked at once. */
static void
test_shortcuts (void)
{
  g_autoptr (CjGraph) graph = cj_graph_new ();
  CjNode *node = cj_graph_add_chain (graph, NULL, "input", NULL), *first = node;
  g_autoptr (GPtrArray) order = NULL;

  for (guint i = 0; i < 60; i++)
    {
      CjNode *relu = cj_graph_add_chain (graph, node, "relu", NULL);
      CjNode *add = cj_graph_add_chain (graph, relu, "add", NULL);

      g_assert_true (cj_graph_connect (graph, node, 0, add, 1, NULL));
      node = add;
    }
  g_assert_false (cj_graph_connect (graph, node, 0, cj_graph_find (graph, "relu1"), 0, NULL));
  order = cj_graph_sort (graph);
  g_assert_cmpuint (order->len, ==, 121);
  g_assert_true (order->pdata[0] == first);
}

/* A loop that leads through a layer that is not there. */
static void
test_loop_of_unknown (void)
{
  g_autoptr (CjGraph) graph = cj_graph_new ();
  g_autoptr (GVariant) data = NULL;
  g_autoptr (GError) error = NULL;

  data = g_variant_ref_sink (g_variant_new_parsed (
      "[<{'id': <'a'>, 'layer': <'no-such-layer'>, 'from': <{'0': <'b:0'>}>}>,"
      " <{'id': <'b'>, 'layer': <'relu'>, 'from': <{'0': <'a:0'>}>}>]"));
  g_assert_false (cj_graph_load (graph, data, &error));
  g_assert_nonnull (strstr (error->message, "close a loop"));
}

static void
test_too_many (void)
{
  g_autoptr (CjGraph) graph = cj_graph_new ();
  g_autoptr (GVariant) data = NULL;
  g_autoptr (GError) error = NULL;
  GVariantBuilder nodes;

  g_variant_builder_init (&nodes, G_VARIANT_TYPE ("av"));
  for (guint i = 0; i < 10001; i++)
    {
      GVariantDict node;

      g_variant_dict_init (&node, NULL);
      g_variant_dict_insert (&node, "layer", "s", "relu");
      g_variant_dict_insert_value (&node, "id",
                                   g_variant_new_take_string (g_strdup_printf ("r%u", i)));
      g_variant_builder_add (&nodes, "v", g_variant_dict_end (&node));
    }
  data = g_variant_ref_sink (g_variant_builder_end (&nodes));
  g_assert_false (cj_graph_load (graph, data, &error));
  g_assert_nonnull (strstr (error->message, "more than 10000 nodes"));
}

static void
test_chain (void)
{
  g_autoptr (CjGraph) graph = cj_graph_new ();
  g_autoptr (GError) error = NULL;
  CjNode *conv;
  g_autofree char *text = NULL;

  g_assert_nonnull (cj_graph_add_chain (graph, NULL, "input, conv 6 5, pool, fc 120", &error));
  g_assert_no_error (error);
  conv = cj_graph_find (graph, "conv1");
  g_assert_nonnull (conv);
  text = cj_params_print (cj_params_find (conv->layer->params, "kernel"), conv->params);
  g_assert_cmpstr (text, ==, "5");
  g_assert_null (cj_graph_add_chain (graph, conv, "relu, nonsense", &error));
  g_assert_true (g_pattern_match_simple ("*“nonsense”*", error->message));
  g_assert_cmpuint (graph->nodes->len, ==, 4);
}

static void
random_edit (CjGraph *graph, CjRng *rng)
{
  static const char *const kinds[] = { "dense", "relu", "conv-2d", "flatten" };
  const guint n = graph->nodes->len, n_blocks = graph->blocks->len;
  CjBlock *block = n_blocks > 0 ? graph->blocks->pdata[cj_rng_below (rng, n_blocks)] : NULL;
  CjNode *node = n > 0 ? graph->nodes->pdata[cj_rng_below (rng, n)] : NULL;
  CjNode *other = n > 0 ? graph->nodes->pdata[cj_rng_below (rng, n)] : NULL;
  g_autofree char *name = g_strdup_printf ("n%u", cj_rng_below (rng, 1000));

  switch (node == NULL ? 0 : cj_rng_below (rng, 12))
    {
    case 0:
    case 1:
      cj_graph_add (graph, cj_layer_find (kinds[cj_rng_below (rng, 4)]), NULL, NULL);
      break;
    case 2:
      cj_graph_remove (graph, node);
      break;
    case 3:
    case 4:
      cj_graph_connect (graph, node, 0, other, 0, NULL);
      break;
    case 5:
      cj_graph_move (graph, node, cj_rng_below (rng, 500), 20);
      break;
    case 6:
      cj_graph_rename (graph, node, name, NULL);
      break;
    case 7:
      cj_graph_put_node (graph, node, cj_graph_add_block (graph, name, node->block, NULL)->id);
      break;
    case 8:
      cj_graph_put_node (graph, node, block != NULL ? block->id : NULL);
      break;
    case 9:
      if (block != NULL)
        cj_graph_remove_block (graph, block);
      break;
    case 10:
      if (block != NULL)
        {
          cj_graph_rename_block (graph, block, name, NULL);
          cj_graph_move_block (graph, block, cj_rng_below (rng, 500), 3);
          if (!cj_graph_is_within (graph, node->block, block->id))
            cj_graph_put_block (graph, block, node->block);
        }
      break;
    default:
      cj_graph_set_param (graph, node, "units", "7", NULL);
      cj_graph_set_muted (graph, node, !node->muted);
      cj_graph_set_lesioned (graph, node, !node->lesioned);
    }
}

static char *
print (const CjGraph *graph)
{
  g_autoptr (GVariant) data = g_variant_ref_sink (cj_graph_save (graph));
  g_autoptr (GVariant) blocks = g_variant_ref_sink (cj_graph_save_blocks (graph));
  g_autofree char *one = g_variant_print (data, TRUE), *two = g_variant_print (blocks, TRUE);

  return g_strconcat (one, two, NULL);
}

static void
test_undo (void)
{
  g_autoptr (CjGraph) graph = network_new_graph ("conv 4, relu, flatten, dense 3, cross-entropy");
  g_autoptr (GPtrArray) patches = g_ptr_array_new_with_free_func ((GDestroyNotify) cj_patch_free);
  g_autofree char *before = print (graph), *after = NULL, *again = NULL;
  g_autoptr (GError) error = NULL;
  CjRng rng;

  cj_rng_init (&rng, 1, CJ_RNG_TEST, 9);
  for (guint i = 0; i < 400; i++)
    {
      CjPatch *patch;

      cj_graph_begin (graph);
      random_edit (graph, &rng);
      if (i % 3 == 0)
        random_edit (graph, &rng);
      patch = cj_graph_commit (graph);
      if (patch != NULL)
        g_ptr_array_add (patches, patch);
    }
  g_assert_cmpuint (patches->len, >, 200);
  after = print (graph);
  for (guint i = patches->len; i-- > 0;)
    {
      cj_graph_apply (graph, patches->pdata[i], TRUE, &error);
      g_assert_no_error (error);
    }
  again = print (graph);
  g_assert_cmpstr (before, ==, again);
  for (guint i = 0; i < patches->len; i++)
    g_assert_true (cj_graph_apply (graph, patches->pdata[i], FALSE, NULL));
  g_free (again);
  again = print (graph);
  g_assert_cmpstr (after, ==, again);
}

static void
test_save (void)
{
  g_autoptr (CjGraph) graph = network_new_graph ("conv 4, relu, flatten, dense 3, cross-entropy");
  g_autoptr (CjGraph) copy = cj_graph_dup (graph);
  g_autofree char *one = print (graph), *two = print (copy);
  g_autoptr (GVariant) strange = NULL, refused = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (one, ==, two);
  strange = g_variant_parse (
      G_VARIANT_TYPE ("av"),
      "[<{'id': <'a'>, 'layer': <'relu'>}>, <{'id': <'b'>, 'layer': <'vendor:thing'>, 'extra': "
      "<'kept'>, 'from': <{'0': <'a:0'>}>}>]",
      NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (cj_graph_load (copy, strange, &error));
  g_free (two);
  two = print (copy);
  g_assert_nonnull (strstr (two, "'extra': <'kept'>"));
  refused = g_variant_parse (G_VARIANT_TYPE ("av"),
                             "[<{'id': <'a'>, 'layer': <'dense'>, 'params': <{'units': <'-4'>}>}>]",
                             NULL, NULL, NULL);
  g_assert_false (cj_graph_load (copy, refused, &error));
  g_assert_true (g_pattern_match_simple ("“a”: Units cannot be “-4”*", error->message));
  g_free (one);
  one = print (copy);
  g_assert_cmpstr (one, ==, two);
}

/* What is where, from every level; what is left when a block goes. */
static void
test_blocks (void)
{
  g_autoptr (CjGraph) graph = network_new_graph ("dense 4, relu, dense 3, cross-entropy");
  CjBlock *outer, *inner;
  CjNode *dense = cj_graph_find (graph, "dense1"), *relu = cj_graph_find (graph, "relu1");
  g_autoptr (CjGraph) copy = NULL;
  g_autofree char *one = NULL, *two = NULL;
  g_autoptr (GError) error = NULL;
  CjPatch *patch;

  cj_graph_begin (graph);
  outer = cj_graph_add_block (graph, "Outer", NULL, NULL);
  inner = cj_graph_add_block (graph, "Inner", outer->id, NULL);
  cj_graph_put_node (graph, dense, outer->id);
  cj_graph_put_node (graph, relu, inner->id);
  cj_graph_add_block (graph, "Nothing in it", NULL, NULL);
  patch = cj_graph_commit (graph);
  g_assert_cmpuint (graph->blocks->len, ==, 2);
  g_assert_true (cj_graph_find_card (graph, relu->block, NULL) == outer);
  g_assert_true (cj_graph_find_card (graph, relu->block, outer->id) == inner);
  g_assert_null (cj_graph_find_card (graph, relu->block, inner->id));
  g_assert_true (cj_graph_is_within (graph, inner->id, outer->id));
  g_assert_false (cj_graph_is_within (graph, outer->id, inner->id));
  g_assert_false (cj_graph_rename_block (graph, inner, "  ", &error));
  g_assert_nonnull (error);
  copy = cj_graph_dup (graph);
  one = print (graph);
  two = print (copy);
  g_assert_cmpstr (one, ==, two);
  cj_graph_remove_block (copy, cj_graph_find_block (copy, outer->id));
  g_assert_null (cj_graph_find (copy, "dense1")->block);
  g_assert_null (cj_graph_find_block (copy, inner->id)->parent);
  g_assert_true (cj_graph_apply (graph, patch, TRUE, NULL));
  g_assert_cmpuint (graph->blocks->len, ==, 0);
  g_assert_null (relu->block);
  cj_patch_free (patch);
}

/* Nodes that are loaded anew stay in their blocks, and the patch knows. */
static void
test_load_in_edit (void)
{
  g_autoptr (CjGraph) graph = network_new_graph ("dense 4, relu, dense 3, cross-entropy");
  g_autoptr (GVariant) early = g_variant_ref_sink (cj_graph_save (graph));
  g_autofree char *before = NULL, *after = NULL;
  CjPatch *patch;

  cj_graph_put_node (graph, cj_graph_find (graph, "relu1"),
                     cj_graph_add_block (graph, "Block", NULL, NULL)->id);
  cj_graph_add (graph, cj_layer_find ("relu"), "late", NULL);
  before = print (graph);
  cj_graph_begin (graph);
  g_assert_true (cj_graph_load (graph, early, NULL));
  patch = cj_graph_commit (graph);
  g_assert_nonnull (patch);
  g_assert_null (cj_graph_find (graph, "late"));
  g_assert_cmpstr (cj_graph_find (graph, "relu1")->block, ==, "block:1");
  g_assert_true (cj_graph_apply (graph, patch, TRUE, NULL));
  after = print (graph);
  g_assert_cmpstr (before, ==, after);
  cj_patch_free (patch);
}

/* A patch that is applied within an edit is part of it. */
static void
test_apply_in_edit (void)
{
  g_autoptr (CjGraph) graph = network_new_graph ("dense 4, relu, dense 3, cross-entropy");
  g_autofree char *before = NULL, *after = NULL;
  CjPatch *first, *second;

  cj_graph_begin (graph);
  cj_graph_set_param (graph, cj_graph_find (graph, "dense1"), "units", "9", NULL);
  first = cj_graph_commit (graph);
  before = print (graph);
  cj_graph_begin (graph);
  g_assert_true (cj_graph_apply (graph, first, TRUE, NULL));
  second = cj_graph_commit (graph);
  g_assert_nonnull (second);
  g_assert_true (cj_graph_apply (graph, second, TRUE, NULL));
  after = print (graph);
  g_assert_cmpstr (before, ==, after);
  cj_patch_free (first);
  cj_patch_free (second);
}

static void
test_damaged_blocks (void)
{
  static const char *const bad[] = {
    "[<{'id': <'relu1'>, 'title': <'A'>}>]",
    "[<{'title': <'A'>}>]",
    "[<3>]",
    "[<{'id': <'block:1'>, 'title': <'A'>, 'parent': <'block:1'>}>]",
    "[<{'id': <'block:1'>}>, <{'id': <'block:1'>}>]",
    "[<{'id': <'block:1'>, 'parent': <'block:2'>}>, <{'id': <'block:2'>, 'parent': <'block:1'>}>]",
  };
  g_autoptr (CjGraph) graph = network_new_graph ("dense 4, relu, dense 3, cross-entropy");
  g_autofree char *before = print (graph), *after = NULL;
  g_autoptr (GVariant) odd = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GVariant) data = g_variant_parse (G_VARIANT_TYPE ("av"), bad[i], NULL, NULL, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_false (cj_graph_load_blocks (graph, data, &error));
      g_assert_true (g_str_has_suffix (error->message, "The file is damaged."));
    }
  after = print (graph);
  g_assert_cmpstr (before, ==, after);
  odd = g_variant_parse (G_VARIANT_TYPE ("av"),
                         "[<{'id': <'block:7'>, 'parent': <'block:9'>, 'x': <int64 5>, 'nodes': "
                         "<[<'nobody'>, <int64 3>, <'relu1'>]>}>, <{'id': <'block:8'>}>]",
                         NULL, NULL, NULL);
  g_assert_true (cj_graph_load_blocks (graph, odd, NULL));
  g_assert_cmpuint (graph->blocks->len, ==, 1);
  g_assert_cmpstr (cj_graph_find (graph, "relu1")->block, ==, "block:7");
  g_assert_null (cj_graph_find_block (graph, "block:7")->parent);
  g_assert_cmpfloat (cj_graph_find_block (graph, "block:7")->x, ==, 5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/graph/loops", test_loops);
  g_test_add_func ("/engine/graph/shortcuts", test_shortcuts);
  g_test_add_func ("/engine/graph/loop-of-unknown", test_loop_of_unknown);
  g_test_add_func ("/engine/graph/too-many", test_too_many);
  g_test_add_func ("/engine/graph/chain", test_chain);
  g_test_add_func ("/engine/graph/undo-is-exact", test_undo);
  g_test_add_func ("/engine/graph/save", test_save);
  g_test_add_func ("/engine/graph/blocks", test_blocks);
  g_test_add_func ("/engine/graph/load-in-edit", test_load_in_edit);
  g_test_add_func ("/engine/graph/apply-in-edit", test_apply_in_edit);
  g_test_add_func ("/engine/graph/damaged-blocks", test_damaged_blocks);
  return g_test_run ();
}
