/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is pruned is part of the project: through a file, in a run that goes on from it, and in undo. */
#include "cj-error.h"
#include "cjl-session.h"
#include "cjl-template.h"
#include "safetensors.h"
#include "zip.h"

#include <string.h>

static CjlProject *
new_project (const char *settings)
{
  g_autoptr (GError) error = NULL;
  CjlProject *project = cjl_template_make (cjl_template_find ("playground"), &error);
  g_auto (GStrv) pairs = g_strsplit (settings, " ", -1);

  g_assert_no_error (error);
  for (guint i = 0; pairs[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (pairs[i], "=", 2);

      cjl_project_set (project, pair[0], pair[1], &error);
      g_assert_no_error (error);
    }
  return project;
}

static CjdDataset *
load (CjlProject *project)
{
  g_autoptr (GError) error = NULL;
  CjdDataset *dataset = cjl_data_load (&project->data, &error);

  g_assert_no_error (error);
  return dataset;
}

static CjlSession *
open_session (CjlProject *project, CjdDataset *dataset, guint threads)
{
  g_autoptr (GError) error = NULL;
  CjlSession *session = cjl_session_new (project, dataset, threads, &error);

  g_assert_no_error (error);
  return session;
}

static void
run (CjlSession *session, guint n)
{
  cj_runner_train (cjl_session_get_runner (session), n);
  cj_runner_wait (cjl_session_get_runner (session));
}

static CjlProject *
reopen (CjlProject *project)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = cjl_project_print (project, &error);
  CjlProject *again = cjl_project_parse (bytes, &error);

  g_assert_no_error (error);
  return again;
}

/* Through a file after every few steps, with all that pruning keeps: the same bits as without. */
static void
test_resume (void)
{
  const char *settings
      = "batch=200 epochs=8 average=0.9 pruning.method=movement pruning.schedule=rounds "
        "pruning.sparsity=0.7 pruning.begin=1 pruning.rounds=3 pruning.rewind=start "
        "pruning.rewind-to=0.5";
  g_autoptr (CjlProject) whole = new_project (settings);
  CjlProject *project = new_project (settings);
  g_autoptr (CjdDataset) dataset = load (whole);
  g_autoptr (CjlSession) straight = open_session (whole, dataset, 2);
  g_autoptr (CjCheckpoint) a = NULL, b = NULL;

  run (straight, 30);
  a = cj_runner_save (cjl_session_get_runner (straight));
  g_assert_nonnull (a->flags);
  g_assert_cmpuint (a->at.origin, >, 0);
  for (guint step = 0; step < 30; step += 3)
    {
      g_autoptr (CjlSession) session = open_session (project, dataset, 1 + step % 3);
      CjlProject *again;

      run (session, 3);
      cjl_session_store (session, FALSE);
      g_clear_pointer (&b, cj_checkpoint_unref);
      b = cj_runner_save (cjl_session_get_runner (session));
      again = reopen (project);
      cjl_project_unref (project);
      project = again;
    }
  g_assert_cmpuint (b->at.origin, ==, a->at.origin);
  g_assert_cmpfloat (b->at.sparsity, ==, a->at.sparsity);
  g_assert_cmpmem (a->weights, 4 * (gsize) a->table->n_weights, b->weights,
                   4 * (gsize) b->table->n_weights);
  g_assert_cmpmem (a->slots, 4 * (gsize) a->table->n_weights * a->n_slots, b->slots,
                   4 * (gsize) b->table->n_weights * b->n_slots);
  g_assert_cmpmem (a->flags, (gsize) a->table->n_weights, b->flags, (gsize) b->table->n_weights);
  cjl_project_unref (project);
}

/* Weights without a run bring their mask; training goes on under it. */
static void
test_without_run (void)
{
  g_autoptr (CjlProject) project = new_project ("pruning.method=magnitude pruning.sparsity=0.5");
  g_autoptr (CjlProject) again = NULL;
  g_autoptr (CjdDataset) dataset = load (project);
  g_autoptr (CjlSession) session = open_session (project, dataset, 1), later = NULL;
  g_autoptr (CjTensor) mask = NULL, after = NULL, w = NULL;

  run (session, 5);
  mask = cjl_session_dup_flags (session, "dense1.weight");
  cjl_session_store (session, FALSE);
  cjl_project_forget_run (project);
  again = reopen (project);
  g_assert_true (cjl_project_set (again, "pruning.method", "none", NULL));
  later = open_session (again, dataset, 1);
  run (later, 7);
  after = cjl_session_dup_flags (later, "dense1.weight");
  w = cjl_session_dup_param (later, "dense1.weight");
  g_assert_cmpint (cj_mask_count (mask->data, cj_shape_size (&mask->shape)), >, 0);
  g_assert_cmpmem (mask->data, cj_tensor_bytes (mask), after->data, cj_tensor_bytes (after));
  for (gint64 i = 0; i < cj_shape_size (&w->shape); i++)
    g_assert_true (((const guint8 *) mask->data)[i] == 0 || cj_tensor_f32 (w)[i] == 0);
}

/* A file of before there was pruning has no masks, and gets none by training without. */
static void
test_none (void)
{
  g_autoptr (CjlProject) project = new_project ("epochs=2"), again = NULL;
  g_autoptr (CjdDataset) dataset = load (project);
  g_autoptr (CjlSession) session = open_session (project, dataset, 1);
  g_autoptr (GBytes) bytes = NULL, masks = NULL;
  g_autoptr (GPtrArray) pieces = NULL;

  run (session, 3);
  cjl_session_store (session, FALSE);
  bytes = cjl_project_print (project, NULL);
  pieces = cjd_zip_parse (bytes, 1 << 30, NULL);
  masks = cjd_pieces_dup (pieces, "masks.safetensors");
  g_assert_null (masks);
  g_assert_cmpuint (cjl_project_get_masks (project)->len, ==, 0);
}

/* Masks whose bytes were changed: a project or a sentence. */
static void
test_damaged (void)
{
  g_autoptr (CjlProject) project = new_project ("pruning.method=random pruning.sparsity=0.5");
  g_autoptr (CjdDataset) dataset = load (project);
  g_autoptr (CjlSession) session = open_session (project, dataset, 1);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GPtrArray) pieces = NULL;

  run (session, 2);
  cjl_session_store (session, FALSE);
  cjl_project_forget_run (project);
  bytes = cjl_project_print (project, NULL);
  pieces = cjd_zip_parse (bytes, 1 << 30, NULL);
  for (guint k = 0; k < 60; k++)
    {
      g_autoptr (GPtrArray) other = cjd_pieces_new ();
      g_autoptr (GBytes) good = cjd_pieces_dup (pieces, "masks.safetensors"), whole = NULL;
      guint8 *copy = g_memdup2 (g_bytes_get_data (good, NULL), g_bytes_get_size (good));
      g_autoptr (CjlProject) again = NULL;
      g_autoptr (GError) error = NULL;

      copy[k * 5] ^= (guint8) (1 + k);
      for (guint i = 0; i < pieces->len; i++)
        {
          const CjdPiece *piece = pieces->pdata[i];

          if (g_str_equal (piece->name, "masks.safetensors"))
            cjd_pieces_add (other, piece->name, g_bytes_new (copy, g_bytes_get_size (good)));
          else
            cjd_pieces_share (other, piece->name, piece);
        }
      g_free (copy);
      whole = cjd_zip_print (other, NULL);
      again = cjl_project_parse (whole, &error);
      g_assert_true (again != NULL || strstr (error->message, "masks.safetensors") != NULL);
      if (again != NULL)
        {
          g_autoptr (CjlSession) later = open_session (again, dataset, 1);

          run (later, 2);
        }
    }
}

/* Pruning by hand is an edit like any other. */
static void
test_undo (void)
{
  g_autoptr (CjlProject) project = new_project ("epochs=2");
  g_autoptr (CjdDataset) dataset = load (project);
  g_autoptr (CjlSession) session = open_session (project, dataset, 1);
  g_autoptr (CjTensor) before = NULL, pruned = NULL, undone = NULL, redone = NULL, flags = NULL;
  g_autoptr (GError) error = NULL;
  guint8 *bytes;

  run (session, 3);
  before = cjl_session_dup_param (session, "dense1.weight");
  flags = cjl_session_dup_flags (session, "dense1.weight");
  bytes = flags->data;
  bytes[1] = CJ_MASK_PRUNED;
  g_assert_false (
      cjl_session_put_flags (session, "dense9.weight", bytes, 16, "Prune", NULL, &error));
  g_assert_true (g_error_matches (error, CJ_ERROR, CJ_ERROR_PARAM));
  g_clear_error (&error);
  g_assert_true (cjl_session_put_flags (session, "dense1.weight", bytes,
                                        (gsize) cj_shape_size (&flags->shape), "Prune", NULL,
                                        &error));
  pruned = cjl_session_dup_param (session, "dense1.weight");
  g_assert_cmpfloat (cj_tensor_f32 (pruned)[1], ==, 0);
  g_assert_cmpfloat (cj_tensor_f32 (pruned)[0], ==, cj_tensor_f32 (before)[0]);
  g_assert_cmpstr (cjl_project_get_undo_title (project), ==, "Prune");
  g_assert_true (cjl_project_undo (project));
  cj_runner_wait (cjl_session_get_runner (session));
  undone = cjl_session_dup_param (session, "dense1.weight");
  g_assert_cmpmem (before->data, cj_tensor_bytes (before), undone->data, cj_tensor_bytes (undone));
  g_clear_pointer (&flags, cj_tensor_unref);
  flags = cjl_session_dup_flags (session, "dense1.weight");
  g_assert_cmpint (((guint8 *) flags->data)[1], ==, 0);
  g_assert_true (cjl_project_redo (project));
  cj_runner_wait (cjl_session_get_runner (session));
  run (session, 4);
  redone = cjl_session_dup_param (session, "dense1.weight");
  g_assert_cmpfloat (cj_tensor_f32 (redone)[1], ==, 0);
}

/* A setting that changes while a run goes on arrives at its next chance; with no pruning left synapses
 * that are gone stay gone. */
static void
test_live (void)
{
  g_autoptr (CjlProject) project = new_project ("epochs=9");
  g_autoptr (CjdDataset) dataset = load (project);
  g_autoptr (CjlSession) session = open_session (project, dataset, 1);
  g_autoptr (CjTensor) flags = NULL, more = NULL;
  gint64 n;

  run (session, 7);
  g_assert_true (cjl_project_set (project, "pruning.method", "magnitude", NULL));
  g_assert_true (cjl_project_set (project, "pruning.sparsity", "0.25", NULL));
  g_assert_true (cjl_session_refresh (session, NULL));
  cj_runner_wait (cjl_session_get_runner (session));
  run (session, 2);
  flags = cjl_session_dup_flags (session, "dense2.weight");
  n = cj_mask_count (flags->data, cj_shape_size (&flags->shape));
  g_assert_cmpint (n, >, 0);
  g_assert_true (cjl_project_set (project, "pruning.sparsity", "0.5", NULL));
  g_assert_true (cjl_session_refresh (session, NULL));
  run (session, 2);
  more = cjl_session_dup_flags (session, "dense2.weight");
  g_assert_cmpint (cj_mask_count (more->data, cj_shape_size (&more->shape)), >, n);
}

/* --- shrinking --- */

/* A project with this network on small pictures. */
static CjlProject *
new_drawing (const char *chain, const char *settings)
{
  CjlProject *project = new_project (settings);
  g_autoptr (CjGraph) graph = cj_graph_new ();
  g_autoptr (GVariant) data = NULL;
  g_autoptr (GError) error = NULL;

  cjl_graph_add_text (graph, chain, &error);
  g_assert_no_error (error);
  data = g_variant_ref_sink (cj_graph_save (graph));
  cjl_project_begin (project);
  g_assert_true (cj_graph_load (project->graph, data, &error));
  cjl_project_commit (project, "Draw", NULL);
  return project;
}

/* Answers to the first samples. */
static float *
answer (CjlSession *session, CjlProject *project, CjdDataset *dataset, gsize *n)
{
  g_autoptr (CjCheckpoint) now = cj_runner_save (cjl_session_get_runner (session));
  const CjDataSpec spec = cjl_data_spec (dataset, 20);
  g_autoptr (GError) error = NULL;
  g_autoptr (CjProgram) program
      = cj_program_new (project->graph, CJ_PURPOSE_INFER, &spec, 1, &error);
  g_autoptr (CjFeed) feed = cjd_dataset_new_feed (dataset, CJD_SPLIT_VAL);
  guint32 indices[20];
  const float *z;
  CjShape shape;

  g_assert_no_error (error);
  for (guint i = 0; i < 20; i++)
    indices[i] = i;
  g_assert_true (cj_checkpoint_apply (now, program));
  feed->fill (feed, indices, 20, 0, 0, cj_program_get_x (program), cj_program_get_y (program));
  cj_program_forward (program, FALSE, 20, 0, 0);
  z = cj_program_get_prediction (program, &shape);
  *n = (gsize) cj_shape_size (&shape);
  return g_memdup2 (z, sizeof (float) * *n);
}

/* Half the units go, the network is smaller, and answers the same; undo brings all back. */
static void
check_shrinking (const char *chain, const char *settings, const char *unit, guint n_left)
{
  g_autoptr (CjlProject) project = new_drawing (chain, settings);
  g_autoptr (CjdDataset) dataset = load (project);
  g_autoptr (CjlSession) session = open_session (project, dataset, 1);
  g_autofree float *before = NULL, *after = NULL, *undone = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *said = NULL;
  gsize n_before, n_after, n_undone;

  run (session, 12);
  before = answer (session, project, dataset, &n_before);
  g_assert_true (cjl_session_shrink (session, &said, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (cjl_session_count_units (session, unit), ==, n_left);
  after = answer (session, project, dataset, &n_after);
  g_assert_cmpuint (n_before, ==, n_after);
  for (gsize i = 0; i < n_before; i++)
    g_assert_cmpfloat_with_epsilon (before[i], after[i], 1e-4);
  run (session, 3);
  g_assert_true (cjl_project_undo (project));
  cj_runner_wait (cjl_session_get_runner (session));
  while (cjl_session_count_units (session, unit) == n_left && cjl_project_undo (project))
    cj_runner_wait (cjl_session_get_runner (session));
  undone = answer (session, project, dataset, &n_undone);
  for (gsize i = 0; i < n_before; i++)
    g_assert_cmpfloat_with_epsilon (before[i], undone[i], 1e-6);
}

static void
test_shrink_dense (void)
{
  check_shrinking ("input, dense 12 relu, dense 8 tanh, dense 2, cross-entropy",
                   "batch=200 pruning.method=magnitude pruning.pattern=unit pruning.scope=layer "
                   "pruning.sparsity=0.5 pruning.last-share=0",
                   "dense1", 6);
}

/* Through batch normalisation, a pool and Flatten. */
static void
test_shrink_conv (void)
{
  check_shrinking (
      "input, conv-2d 8 kernel=3, batch-norm, relu, max-pool-2d, conv-2d 4 kernel=3, relu, "
      "flatten, dense 36, cross-entropy",
      "data=glyphs data.samples=300 batch=20 pruning.method=magnitude "
      "pruning.pattern=unit pruning.scope=layer pruning.sparsity=0.5 "
      "pruning.last-share=0",
      "conv1", 4);
}

/* What a sigmoid makes of nothing is not nothing: the units stay, and the sentence says so. */
static void
test_shrink_refused (void)
{
  g_autoptr (CjlProject) project
      = new_drawing ("input, dense 6 sigmoid, dense 2, cross-entropy",
                     "batch=200 pruning.method=magnitude pruning.pattern=unit pruning.scope=layer "
                     "pruning.sparsity=0.5 pruning.last-share=0");
  g_autoptr (CjlProject) whole = new_project ("batch=200");
  g_autoptr (CjdDataset) dataset = load (project);
  g_autoptr (CjlSession) session = open_session (project, dataset, 1), other = NULL;
  g_autoptr (GError) error = NULL;

  run (session, 4);
  g_assert_false (cjl_session_shrink (session, NULL, &error));
  g_assert_nonnull (strstr (error->message, "answer otherwise"));
  g_assert_cmpuint (cjl_session_count_units (session, "dense1"), ==, 6);
  g_clear_error (&error);
  other = open_session (whole, dataset, 1);
  run (other, 2);
  g_assert_false (cjl_session_shrink (other, NULL, &error));
  g_assert_nonnull (strstr (error->message, "pattern"));
}

/* Half the heads go as a whole, with all that they hear and say; then they are gone from the drawing, their width
 * stays, and the answers are the same; training goes on; undo brings all back. */
static void
check_heads (const char *layer, const char *node, const char *prefix)
{
  g_autofree char *chain = g_strdup_printf ("input, patch-embedding 16 patch=7, %s, layer-norm, "
                                            "pick-token 0, dense 36, cross-entropy",
                                            layer);
  g_autofree char *in = g_strconcat (node, prefix, "in_proj_weight", NULL);
  g_autofree char *out = g_strconcat (node, prefix, "out_proj.weight", NULL);
  g_autoptr (CjlProject) project
      = new_drawing (chain, "data=glyphs data.samples=300 batch=20 pruning.method=magnitude "
                            "pruning.pattern=head pruning.scope=layer pruning.sparsity=0.5");
  g_autoptr (CjdDataset) dataset = load (project);
  g_autoptr (CjlSession) session = open_session (project, dataset, 1);
  g_autofree float *before = NULL, *after = NULL, *undone = NULL;
  g_autoptr (CjTensor) flags = NULL, small = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *said = NULL;
  gint64 gone = 0;
  gsize n;

  run (session, 12);
  flags = cjl_session_dup_flags (session, in);
  for (gint64 row = 0; row < 48; row++)
    {
      const gint64 held = cj_mask_count ((const guint8 *) flags->data + row * 16, 16);

      g_assert_true (held == 0 || held == 16);
      gone += held == 16;
    }
  g_assert_cmpint (gone, ==, 24);
  before = answer (session, project, dataset, &n);
  g_assert_true (cjl_session_shrink (session, &said, &error));
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (said, "2 heads are taken out."));
  after = answer (session, project, dataset, &n);
  for (gsize i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (before[i], after[i], 1e-6);
  small = cjl_session_dup_param (session, in);
  g_assert_cmpint (small->shape.dims[0], ==, 24);
  g_clear_pointer (&small, cj_tensor_unref);
  small = cjl_session_dup_param (session, out);
  g_assert_cmpint (small->shape.dims[0], ==, 16);
  g_assert_cmpint (small->shape.dims[1], ==, 8);
  g_assert_true (cjl_project_undo (project));
  cj_runner_wait (cjl_session_get_runner (session));
  undone = answer (session, project, dataset, &n);
  for (gsize i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (before[i], undone[i], 1e-6);
}

/* A decoder has two attentions with one number of heads, and the sentence says why they stay. */
static void
test_shrink_decoder (void)
{
  g_autoptr (CjlProject) project = new_drawing (
      "input, patch-embedding 16 patch=7, transformer-decoder 4 32, layer-norm, pick-token 0, "
      "dense 36, cross-entropy; patch1 > transformer1:1",
      "data=glyphs data.samples=300 batch=20 pruning.method=magnitude pruning.pattern=head "
      "pruning.scope=layer pruning.sparsity=0.5");
  g_autoptr (CjdDataset) dataset = load (project);
  g_autoptr (CjlSession) session = open_session (project, dataset, 1);
  g_autoptr (GError) error = NULL;

  run (session, 12);
  g_assert_false (cjl_session_shrink (session, NULL, &error));
  g_test_message ("%s", error->message);
  g_assert_true (g_str_has_prefix (error->message, "transformer1 keeps its silent heads"));
}

static void
test_shrink_heads (void)
{
  check_heads ("multi-head-attention 4", "multi1", ".");
  check_heads ("transformer-block 4 32", "transformer1", ".self_attn.");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/pruning/resume", test_resume);
  g_test_add_func ("/lab/pruning/without-run", test_without_run);
  g_test_add_func ("/lab/pruning/none", test_none);
  g_test_add_func ("/lab/pruning/damaged", test_damaged);
  g_test_add_func ("/lab/pruning/undo", test_undo);
  g_test_add_func ("/lab/pruning/live", test_live);
  g_test_add_func ("/lab/pruning/shrink-dense", test_shrink_dense);
  g_test_add_func ("/lab/pruning/shrink-heads", test_shrink_heads);
  g_test_add_func ("/lab/pruning/shrink-decoder", test_shrink_decoder);
  g_test_add_func ("/lab/pruning/shrink-conv", test_shrink_conv);
  g_test_add_func ("/lab/pruning/shrink-refused", test_shrink_refused);
  return g_test_run ();
}
