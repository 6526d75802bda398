/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A person's own blocks: kept in files, added as layers are, and files that are damaged. */
#include "cjl-blocks.h"
#include "cjl-template.h"
#include "../data/files.h"

#include <glib/gstdio.h>
#include <string.h>

static CjGraph *
make (const char *chain)
{
  CjGraph *graph = cj_graph_new ();

  g_assert_nonnull (cj_graph_add_chain (graph, NULL, chain, NULL));
  return graph;
}

/* dense1 and relu1 as the block “Bend”. */
static CjGraph *
make_block (CjBlock **block)
{
  CjGraph *graph = make ("input, dense 8, relu, dense 3");
  const char *id
      = cjl_arrange_group (graph, (const char *const[]){ "dense1", "relu1", NULL }, NULL, NULL);

  *block = cj_graph_find_block (graph, id);
  g_assert_true (cj_graph_rename_block (graph, *block, "Bend", NULL));
  return graph;
}

static void
test_keep (void)
{
  CjBlock *block;
  g_autoptr (CjGraph) graph = make_block (&block), other = make ("input, dropout");
  g_autoptr (GPtrArray) own = NULL, rest = NULL;
  g_autofree char *first = NULL, *second = NULL;
  g_autoptr (GError) error = NULL;
  const CjlOwnBlock *bend;
  const CjBlock *added;
  const CjNode *dense;

  g_assert_true (cjl_blocks_save (graph, block, &first, &error));
  g_assert_no_error (error);
  g_assert_true (cjl_blocks_save (graph, block, &second, &error));
  g_assert_cmpstr (first, ==, "Bend");
  g_assert_cmpstr (second, ==, "Bend 2");
  own = cjl_blocks_list ();
  g_assert_cmpuint (own->len, ==, 2);
  bend = own->pdata[0];
  g_assert_cmpstr (bend->title, ==, "Bend");
  added = cjl_blocks_add (other, bend, NULL, (CjWire){ cj_graph_find (other, "dropout1"), 0 }, 50,
                          60, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (added->x, ==, 50);
  dense = cj_graph_find (other, "dense1");
  g_assert_cmpstr (dense->block, ==, added->id);
  g_assert_cmpstr (dense->from[0].node->id, ==, "dropout1");
  g_assert_true (cjl_blocks_remove (bend->path, &error));
  rest = cjl_blocks_list ();
  g_assert_cmpuint (rest->len, ==, 1);
  g_assert_true (cjl_blocks_remove (((const CjlOwnBlock *) rest->pdata[0])->path, &error));
}

/* What was taken out comes back as it was, also beside a block that has its name by then; forgotten, it
 * does not. */
static void
test_put_back (void)
{
  CjBlock *block;
  g_autoptr (CjGraph) graph = make_block (&block);
  g_autoptr (GPtrArray) own = NULL, none = NULL, two = NULL;
  g_autofree char *path = NULL, *before = NULL, *after = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (cjl_blocks_save (graph, block, NULL, NULL));
  own = cjl_blocks_list ();
  path = g_strdup (((const CjlOwnBlock *) own->pdata[0])->path);
  g_assert_true (g_file_get_contents (path, &before, NULL, NULL));
  g_assert_true (cjl_blocks_remove (path, &error));
  none = cjl_blocks_list ();
  g_assert_cmpuint (none->len, ==, 0);
  g_assert_true (cjl_blocks_put_back (path, &error));
  g_assert_true (g_file_get_contents (path, &after, NULL, NULL));
  g_assert_cmpstr (before, ==, after);

  g_assert_true (cjl_blocks_remove (path, &error));
  g_assert_true (cjl_blocks_save (graph, block, NULL, NULL));
  g_assert_true (cjl_blocks_put_back (path, &error));
  g_assert_no_error (error);
  two = cjl_blocks_list ();
  g_assert_cmpuint (two->len, ==, 2);
  for (guint i = 0; i < two->len; i++)
    {
      const CjlOwnBlock *one = two->pdata[i];

      g_assert_true (cjl_blocks_remove (one->path, &error));
      cjl_blocks_forget (one->path);
      g_assert_false (cjl_blocks_put_back (one->path, NULL));
    }
  g_assert_false (cjl_blocks_remove (path, &error));
  g_assert_nonnull (error);
}

static void
test_chain (void)
{
  CjBlock *block;
  g_autoptr (CjGraph) graph = make_block (&block), other = make ("input");
  g_autoptr (GPtrArray) own = NULL;
  g_autofree char *last = NULL, *none = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (cjl_blocks_save (graph, block, NULL, NULL));
  last = cjl_blocks_add_chain (other, "dropout, bend, dense 4", NULL,
                               (CjWire){ cj_graph_find (other, "input1"), 0 }, 10, 20, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (last, ==, "dense2");
  g_assert_cmpstr (cj_graph_find (other, "dense2")->from[0].node->id, ==, "relu1");
  g_assert_cmpstr (cj_graph_find (other, "dense1")->from[0].node->id, ==, "dropout1");
  g_assert_cmpfloat (cj_graph_find (other, "dense2")->x, ==, 10 + 2 * CJL_CARD_STEP_X);
  none = cjl_blocks_add_chain (other, "bend, nonsense", NULL, (CjWire){ NULL, 0 }, 0, 0, &error);
  g_assert_null (none);
  g_assert_nonnull (error);
  g_assert_cmpuint (other->nodes->len, ==, 5);
  own = cjl_blocks_list ();
  g_assert_true (cjl_blocks_remove (((const CjlOwnBlock *) own->pdata[0])->path, NULL));
}

static void
test_damaged (void)
{
  static const char *const texts[] = {
    "",
    "{",
    "{\"format\": \"cajal-network\", \"nodes\": []}",
    "{\"format\": \"cajal-network\", \"nodes\": [{\"id\": \"relu1\", \"layer\": \"relu\"}]}",
    "{\"format\": \"cajal-network\", \"blocks\": [{\"id\": \"block:1\", \"nodes\": [\"a\"]}], "
    "\"nodes\": [{\"id\": \"a\", \"layer\": \"acme:gone\"}]}",
    "\xff\xfe"
  };
  g_autofree char *folder = cjl_blocks_dup_folder ();

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *path = g_build_filename (folder, "bad.json", NULL);
      g_autoptr (CjGraph) graph = make ("input");
      g_autoptr (GPtrArray) own = NULL;
      g_autoptr (GError) error = NULL;
      const CjlOwnBlock *bad;

      g_assert_true (g_file_set_contents (path, texts[i], -1, NULL));
      own = cjl_blocks_list ();
      g_assert_cmpuint (own->len, ==, 1);
      bad = own->pdata[0];
      g_assert_null (bad->part);
      g_assert_true (g_str_has_prefix (bad->trouble, "bad.json: "));
      g_assert_cmpstr (bad->title, ==, "bad");
      g_assert_null (cjl_blocks_add (graph, bad, NULL, (CjWire){ NULL, 0 }, 0, 0, &error));
      g_assert_cmpstr (error->message, ==, bad->trouble);
      g_assert_cmpuint (graph->nodes->len, ==, 1);
      g_assert_true (cjl_blocks_remove (path, NULL));
    }
}

/* The text of a template names blocks. */
static void
test_text (void)
{
  static const char *const bad[]
      = { "input, dense 2; [Bend dense1", "input, dense 2; [Bend] dense2", "input; [] input1", "[",
          "[]" };
  g_autoptr (CjGraph) graph = cj_graph_new ();
  g_autoptr (GError) error = NULL;
  const CjBlock *block;

  g_assert_true (cjl_graph_add_text (
      graph, "input, dense 8, relu; [Bend] dense1 relu1; relu1: dense 3, cross-entropy", &error));
  g_assert_no_error (error);
  g_assert_cmpuint (graph->blocks->len, ==, 1);
  block = graph->blocks->pdata[0];
  g_assert_cmpstr (block->title, ==, "Bend");
  g_assert_cmpstr (cj_graph_find (graph, "dense1")->block, ==, block->id);
  g_assert_cmpstr (cj_graph_find (graph, "relu1")->block, ==, block->id);
  g_assert_null (cj_graph_find (graph, "dense2")->block);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (CjGraph) other = cj_graph_new ();

      g_assert_false (cjl_graph_add_text (other, bad[i], &error));
      g_assert_nonnull (error);
      g_clear_error (&error);
    }
}

int
main (int argc, char **argv)
{
  g_autofree char *home = g_dir_make_tmp ("cajal-blocks-XXXXXX", NULL);
  int result;

  g_setenv ("XDG_DATA_HOME", home, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/blocks/keep", test_keep);
  g_test_add_func ("/lab/blocks/put-back", test_put_back);
  g_test_add_func ("/lab/blocks/chain", test_chain);
  g_test_add_func ("/lab/blocks/text", test_text);
  g_test_add_func ("/lab/blocks/damaged", test_damaged);
  result = g_test_run ();
  files_remove (g_steal_pointer (&home));
  return result;
}
