/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Layers that are lesioned, and the weights that act where layers make them of what they learn. */
#include "cj-acting.h"
#include "network.h"

#include <math.h>
#include <string.h>

#define BATCH 6

static CjProgram *
compile (const CjGraph *graph, CjPurpose purpose)
{
  const CjDataSpec spec = { .batch = BATCH,
                            .x_shape = cj_shape1 (5),
                            .x_dtype = CJ_FLOAT32,
                            .y_dtype = CJ_INT32,
                            .n_classes = 3,
                            .has_y = TRUE };
  g_autoptr (GError) error = NULL;
  CjProgram *program = cj_program_new (graph, purpose, &spec, 1, &error);

  g_assert_no_error (error);
  cj_program_init (program, 1);
  network_fill (program, 3);
  cj_program_forward (program, FALSE, BATCH, 1, 1);
  return program;
}

static CjTensor *
get_output (const CjGraph *graph, const CjProgram *program, const char *id)
{
  return cj_program_dup_output (program,
                                (guint) cj_graph_get_index (graph, cj_graph_find (graph, id)), 0);
}

/* All answers are 0, also of a layer whose bias is not; what is behind it hears only its own bias; no gradient
 * reaches it or what is before it; restored, everything is as before. */
static void
test_silent (void)
{
  g_autoptr (CjGraph) graph
      = network_new_graph ("dense 7, sigmoid, dense 4, dense 3, cross-entropy");
  g_autoptr (CjProgram) before = compile (graph, CJ_PURPOSE_EXPLAIN), silent = NULL, after = NULL;
  g_autoptr (CjTensor) whole = get_output (graph, before, "dense3"), zeros = NULL, again = NULL;
  const float *g;

  cj_graph_set_lesioned (graph, cj_graph_find (graph, "sigmoid1"), TRUE);
  silent = compile (graph, CJ_PURPOSE_EXPLAIN);
  zeros = get_output (graph, silent, "sigmoid1");
  for (gint64 i = 0; i < cj_shape_size (&zeros->shape); i++)
    g_assert_cmpfloat (cj_tensor_f32 (zeros)[i], ==, 0);
  cj_program_backward (silent);
  g = cj_program_get_param_gradient (silent, cj_program_find_param (silent, "dense1.weight"));
  for (int i = 0; i < 35; i++)
    g_assert_cmpfloat (g[i], ==, 0);
  g = cj_program_get_param_gradient (silent, cj_program_find_param (silent, "dense2.weight"));
  for (int i = 0; i < 28; i++)
    g_assert_cmpfloat (g[i], ==, 0);
  g = cj_program_get_param_gradient (silent, cj_program_find_param (silent, "dense3.bias"));
  g_assert_cmpfloat (fabsf (g[0]) + fabsf (g[1]) + fabsf (g[2]), >, 0);
  cj_graph_set_lesioned (graph, cj_graph_find (graph, "sigmoid1"), FALSE);
  after = compile (graph, CJ_PURPOSE_EXPLAIN);
  again = get_output (graph, after, "dense3");
  g_assert_cmpmem (whole->data, cj_tensor_bytes (whole), again->data, cj_tensor_bytes (again));
}

/* It is part of the drawing: undone with it, named as a parameter, and written only where it is so. */
static void
test_drawing (void)
{
  g_autoptr (CjGraph) graph = network_new_graph ("dense 3, cross-entropy"), copy = NULL;
  g_autoptr (GVariant) plain = g_variant_ref_sink (cj_graph_save (graph));
  g_autofree char *text = g_variant_print (plain, FALSE);
  g_autoptr (CjPatch) patch = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (strstr (text, "lesioned"));
  cj_graph_begin (graph);
  g_assert_true (
      cj_graph_set_param (graph, cj_graph_find (graph, "dense1"), "lesioned", "true", &error));
  patch = cj_graph_commit (graph);
  copy = cj_graph_dup (graph);
  g_assert_true (cj_graph_find (copy, "dense1")->lesioned);
  g_assert_true (cj_graph_apply (graph, patch, TRUE, &error));
  g_assert_no_error (error);
  g_assert_false (cj_graph_find (graph, "dense1")->lesioned);
}

/* --- weights that act --- */

static const float *
read_param (const char *name, gpointer data)
{
  const CjProgramParam *param = cj_program_find_param (data, name);

  return param != NULL ? cj_program_get_param_data (data, param) : NULL;
}

/* Of layers under Dale's law the weights that act are those that the op of the product was given. */
static void
test_acting (void)
{
  static const char *const chains[]
      = { "dale-dense 3 inhibition=senders, cross-entropy",
          "dale-dense 3 inhibition=interneurons bias=false, cross-entropy" };

  for (guint c = 0; c < G_N_ELEMENTS (chains); c++)
    {
      g_autoptr (CjGraph) graph = network_new_graph (chains[c]);
      g_autoptr (CjProgram) program = compile (graph, CJ_PURPOSE_EXPLAIN);
      const CjLowered *lowered = cj_program_get_lowered (program);
      g_autoptr (CjActing) acting = cj_acting_new (lowered, "dale1.weight");
      const float *v = read_param ("dale1.weight", program), *w, *factors, *used = NULL;

      g_assert_nonnull (acting);
      w = cj_acting_run (acting, read_param, program);
      for (guint s = 0; s < lowered->builder->steps->len && used == NULL; s++)
        {
          const CjStep *step = &g_array_index (lowered->builder->steps, CjStep, s);

          if (g_str_equal (step->op.info->id, "dense"))
            used = cj_program_get_call (program, s)->in[1];
        }
      g_assert_nonnull (used);
      for (int i = 0; i < 15; i++)
        g_assert_cmpfloat_with_epsilon (w[i], used[i], 1e-6);
      factors = cj_acting_get_factors (acting);
      for (int i = 0; i < 15; i++)
        {
          g_assert_cmpfloat (c == 0 && i % 5 == 4 ? -factors[i] : factors[i], >, 0);
          g_assert_cmpfloat_with_epsilon (factors[i] * fabsf (v[i]), used[i], 1e-6);
        }
    }
}

/* A weight that multiplies as it was learned acts itself. */
static void
test_plain (void)
{
  g_autoptr (CjGraph) graph = network_new_graph ("dense 3, cross-entropy");
  g_autoptr (CjProgram) program = compile (graph, CJ_PURPOSE_EXPLAIN);

  g_assert_null (cj_acting_new (cj_program_get_lowered (program), "dense1.weight"));
  g_assert_null (cj_acting_new (cj_program_get_lowered (program), "nothing"));
}

/* A synapse that was cut under Dale's law learns again from 0. */
static void
test_regrow (void)
{
  g_autoptr (CjGraph) graph = network_new_graph ("dale-dense 3 inhibition=senders, cross-entropy");
  g_autoptr (CjProgram) program = compile (graph, CJ_PURPOSE_TRAIN);
  const CjProgramParam *param = cj_program_find_param (program, "dale1.weight");
  const float *g = cj_program_get_param_gradient (program, param);

  memset (cj_program_get_param_data (program, param), 0, sizeof (float) * (gsize) param->size);
  cj_program_forward (program, TRUE, BATCH, 1, 1);
  cj_program_backward (program);
  for (gint64 i = 0; i < param->size; i++)
    g_assert_cmpfloat (fabsf (g[i]), >, 0);
}

/* Weights that excite and those that inhibit go different ways: what acts are all of them, as
 * they were learned. */
static void
test_acting_apart (void)
{
  const CjDataSpec spec = { .batch = 1, .x_shape = cj_shape2 (6, 5) };
  g_autoptr (CjGraph) graph = cj_graph_new ();
  g_autoptr (CjLowered) lowered = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (cj_graph_add_chain (graph, NULL, "input, conductance-lif 3", &error));
  g_assert_no_error (error);
  lowered = cj_lower (graph, &spec);
  g_assert_null (cj_acting_new (lowered, "conductance1.weight"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/lesions/silent", test_silent);
  g_test_add_func ("/engine/lesions/drawing", test_drawing);
  g_test_add_func ("/engine/lesions/acting", test_acting);
  g_test_add_func ("/engine/lesions/acting-apart", test_acting_apart);
  g_test_add_func ("/engine/lesions/regrow", test_regrow);
  g_test_add_func ("/engine/lesions/plain", test_plain);
  return g_test_run ();
}
