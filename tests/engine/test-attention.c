/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-attention-flow.h"
#include "cj-attention-map.h"

#include "../data/files.h"
#include "network.h"
#include "npz.h"

#include <math.h>
#include <string.h>

/* Two blocks of attention that add to what was there, on tokens [N, 6, 8], with ids a1 and a2. */
static CjGraph *
new_residual (void)
{
  CjGraph *graph = network_new_graph ("multi-head-attention heads=2 bias=false");
  g_autoptr (GError) error = NULL;
  CjNode *before = graph->nodes->pdata[0], *attention = graph->nodes->pdata[1];

  for (guint i = 0; i < 2; i++)
    {
      CjNode *add = cj_graph_add_chain (graph, attention, "add", &error);

      g_assert_no_error (error);
      g_assert_true (cj_graph_connect (graph, before, 0, add, 1, &error));
      before = add;
      if (i == 0)
        attention
            = cj_graph_add_chain (graph, add, "multi-head-attention heads=2 bias=false", &error);
      g_assert_no_error (error);
    }
  return graph;
}

static CjProgram *
compile_residual (const CjGraph *graph, CjPurpose purpose, gint64 n)
{
  const CjDataSpec spec = { .batch = n, .x_shape = cj_shape2 (6, 8) };
  g_autoptr (GError) error = NULL;
  CjProgram *program = cj_program_new (graph, purpose, &spec, 2, &error);

  g_assert_no_error (error);
  return program;
}

static const CjdNpyArray *
find (const GPtrArray *arrays, const char *format, guint layer)
{
  g_autofree char *name = g_strdup_printf (format, layer);
  const CjdNpyArray *array = cjd_npz_find (arrays, name);

  g_assert_nonnull (array);
  return array;
}

/* The reference's matrices into a layer's. */
static void
set_weights (CjProgram *program, const GPtrArray *arrays, guint layer, guint node)
{
  static const char *const parts[] = { "param.layer%u.wq", "param.layer%u.wk", "param.layer%u.wv" };
  const CjBuilder *builder = cj_program_get_lowered (program)->builder;
  const CjdNpyArray *last = find (arrays, "param.layer%u.wo", layer);

  for (guint i = 0; i < cj_program_get_n_params (program); i++)
    {
      const CjProgramParam *param = cj_program_get_param (program, i);
      const gboolean in = g_str_has_suffix (param->name, "in_proj_weight");
      float *w = cj_program_get_param_data (program, param);
      gboolean ours = FALSE;

      for (guint v = 0; v < builder->values->len; v++)
        {
          const CjValue *value = &g_array_index (builder->values, CjValue, v);

          ours |= value->name == param->name && value->node == node;
        }
      for (gint64 j = 0; ours && j < param->size; j++)
        w[j] = (float) (in ? cjd_npy_array_get (find (arrays, parts[j / 64], layer), j % 64)
                           : cjd_npy_array_get (last, j));
    }
}

static void
assert_array (const CjTensor *tensor, const CjdNpyArray *array)
{
  double most = 0;

  g_assert_cmpint (cj_shape_size (&tensor->shape), ==, array->size);
  for (gint64 i = 0; i < array->size; i++)
    most = MAX (most, fabs (cjd_npy_array_get (array, i)));
  for (gint64 i = 0; i < array->size; i++)
    g_assert_cmpfloat_with_epsilon (cj_tensor_f32 (tensor)[i], cjd_npy_array_get (array, i),
                                    1e-5 * most);
}

/* The weights of both layers and their rollout, as PyTorch has them in double. */
static void
test_reference (void)
{
  g_autofree char *path = files_find ("attributions/vit.npz");
  g_autoptr (CjGraph) graph = new_residual ();
  g_autoptr (CjProgram) program = compile_residual (graph, CJ_PURPOSE_PROBE, 2);
  g_autoptr (GArray) all = cj_attention_find (program);
  g_autoptr (GPtrArray) arrays = NULL, layers = NULL;
  g_autoptr (CjTensor) rollout = NULL;
  g_autoptr (GError) error = NULL;

  if (path == NULL)
    return;
  arrays = cjd_npz_load (path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (all->len, ==, 2);
  layers = g_ptr_array_new_with_free_func ((GDestroyNotify) cj_tensor_unref);
  for (guint i = 0; i < 2; i++)
    set_weights (program, arrays, i, g_array_index (all, CjAttention, i).node);
  for (gint64 i = 0; i < 96; i++)
    cj_tensor_f32 (cj_program_get_x (program))[i]
        = (float) cjd_npy_array_get (cjd_npz_find (arrays, "x"), i);
  cj_program_forward (program, FALSE, 2, 0, 0);
  for (guint i = 0; i < 2; i++)
    {
      const CjAttention *attention = &g_array_index (all, CjAttention, i);

      g_assert_true (attention->self && attention->heads == 2 && attention->index == 0);
      g_ptr_array_add (layers, cj_attention_dup_weights (program, attention));
      assert_array (layers->pdata[i], find (arrays, "attention%u", i));
    }
  rollout = cj_attention_rollout ((CjTensor *const *) layers->pdata, 2);
  assert_array (rollout, cjd_npz_find (arrays, "rollout"));
}

/* The gradient of the weights belongs to what the op wrote and what came back to it.
 */
static void
test_gradient (void)
{
  g_autoptr (CjProgram) program
      = network_compile ("multi-head-attention heads=2 causal=true, transformer-block heads=4 "
                         "hidden=8, flatten, dense 3, cross-entropy",
                         CJ_PURPOSE_EXPLAIN, cj_shape2 (5, 8), 3, 3, 2);
  g_autoptr (GArray) all = cj_attention_find (program);

  cj_program_init (program, 4);
  network_fill (program, 3);
  cj_program_forward (program, FALSE, 3, 0, 0);
  cj_program_backward (program);
  g_assert_cmpuint (all->len, ==, 2);
  for (guint i = 0; i < all->len; i++)
    {
      const CjAttention *a = &g_array_index (all, CjAttention, i);
      const CjOpCall *call = cj_program_get_call (program, a->step);
      g_autoptr (CjTensor) weights = cj_attention_dup_weights (program, a);
      g_autoptr (CjTensor) gradient = cj_attention_dup_gradient (program, a);

      g_assert_cmpint (a->causal, ==, i == 0);
      /* y is linear in the weights, so Σ A dL/dA = Σ y dL/dy, head by head */
      for (gint64 h = 0; h < 3 * a->heads; h++)
        {
          const gint64 d = a->e / a->heads, n = h / a->heads;
          double ours = 0, theirs = 0;

          for (gint64 j = 0; j < 25; j++)
            ours += (double) cj_tensor_f32 (weights)[h * 25 + j]
                    * cj_tensor_f32 (gradient)[h * 25 + j];
          for (gint64 t = 0; t < 5; t++)
            for (gint64 c = 0; c < d; c++)
              {
                const gint64 at = (n * 5 + t) * a->e + h % a->heads * d + c;

                theirs += (double) call->out[0][at] * call->d_out[0][at];
              }
          g_assert_cmpfloat_with_epsilon (ours, theirs, 1e-6);
        }
    }
}

/* A head that is silenced says nothing, and the others what they said. */
static void
test_heads (void)
{
  g_autoptr (CjProgram) program = network_compile ("multi-head-attention heads=2 bias=false",
                                                   CJ_PURPOSE_PROBE, cj_shape2 (4, 6), 1, 0, 1);
  g_autoptr (GArray) all = cj_attention_find (program);
  const CjAttention *a = &g_array_index (all, CjAttention, 0);
  g_autofree float *sum = g_new0 (float, 24), *whole = NULL, *kept = NULL;
  gint64 size;
  float *weights;

  cj_program_init (program, 4);
  network_fill (program, 1);
  weights = cj_program_get_weights (program, &size);
  kept = g_memdup2 (weights, sizeof (float) * (gsize) size);
  cj_program_forward (program, FALSE, 1, 0, 0);
  whole = g_memdup2 (cj_program_get_prediction (program, NULL), sizeof (float) * 24);
  /* without biases, what the network says is the sum of what its heads say */
  for (guint head = 0; head < 2; head++)
    {
      g_assert_true (cj_attention_silence (program, a, head));
      cj_program_forward (program, FALSE, 1, 0, 0);
      for (guint i = 0; i < 24; i++)
        sum[i] += cj_program_get_prediction (program, NULL)[i];
      g_assert_cmpint (memcmp (kept, weights, sizeof (float) * (gsize) size), !=, 0);
      memcpy (weights, kept, sizeof (float) * (gsize) size);
    }
  for (guint i = 0; i < 24; i++)
    g_assert_cmpfloat_with_epsilon (sum[i], whole[i], 1e-6);
}

/* Random maps whose rows sum to 1, [1, 2, t, t]. */
static CjTensor *
new_map (gint64 t, guint64 seed)
{
  const CjShape shape = cj_shape4 (1, 2, t, t);
  CjTensor *map = cj_tensor_new (CJ_FLOAT32, &shape);
  CjRng rng;

  cj_rng_init (&rng, seed, CJ_RNG_TEST, 7);
  for (gint64 i = 0; i < 2 * t; i++)
    {
      float *row = cj_tensor_f32 (map) + i * t, sum = 0;

      for (gint64 j = 0; j < t; j++)
        sum += row[j] = expf (2 * cj_rng_normal (&rng));
      for (gint64 j = 0; j < t; j++)
        row[j] /= sum;
    }
  return map;
}

/* The width of the narrowest cut between `query` and `key`, by looking at all of them. */
static double
find_cut (CjTensor *const *layers, guint n_layers, gint64 t, gint64 query, gint64 key)
{
  const guint nodes = (guint) ((n_layers + 1) * t);
  double least = G_MAXDOUBLE;

  for (guint cut = 0; cut < 1u << nodes; cut++)
    {
      double sum = 0;

      if ((cut >> (n_layers * t + query) & 1) == 0 || (cut >> key & 1) != 0)
        continue;
      for (guint l = 0; l < n_layers; l++)
        for (gint64 i = 0; i < t * t; i++)
          {
            const float *maps = cj_tensor_f32 (layers[l]);
            const gint64 from = (l + 1) * t + i / t, to = l * t + i % t;

            if ((cut >> from & 1) != 0 && (cut >> to & 1) == 0)
              sum += ((maps[i] + maps[t * t + i]) / 2 + (i / t == i % t)) / 2;
          }
      least = MIN (least, sum);
    }
  return least;
}

/* The greatest flow is as wide as the narrowest cut (Ford and Fulkerson, 1956). */
static void
test_flow (void)
{
  g_autoptr (CjTensor) a = new_map (3, 1), b = new_map (3, 2), c = new_map (3, 3);
  CjTensor *const layers[] = { a, b, c };

  for (guint n = 1; n <= 3; n++)
    for (gint64 query = 0; query < 3; query++)
      {
        g_autoptr (CjTensor) flow = cj_attention_flow (layers, n, 0, query, NULL, NULL);

        for (gint64 key = 0; key < 3; key++)
          g_assert_cmpfloat_with_epsilon (cj_tensor_f32 (flow)[key],
                                          find_cut (layers, n, 3, query, key), 1e-6);
      }
}

static gboolean
say_yes (G_GNUC_UNUSED gpointer data)
{
  return TRUE;
}

static void
test_flow_cancelled (void)
{
  g_autoptr (CjTensor) a = new_map (4, 1);

  g_assert_null (cj_attention_flow (&a, 1, 0, 2, say_yes, NULL));
}

/* Heads of which everything is known: one looks at all alike, one at its left neighbour. */
static void
test_measures (void)
{
  const CjShape shape = cj_shape4 (1, 2, 5, 5);
  g_autoptr (CjTensor) map = cj_tensor_new (CJ_FLOAT32, &shape);
  double entropy[2], distance[2];

  for (gint64 i = 0; i < 5; i++)
    {
      for (gint64 j = 0; j < 5; j++)
        cj_tensor_f32 (map)[i * 5 + j] = 0.2f;
      cj_tensor_f32 (map)[25 + i * 5 + MAX (i - 1, 0)] = 1;
    }
  cj_attention_measure (map, (CjAttentionPlace){ 0, 0 }, entropy, distance);
  g_assert_cmpfloat_with_epsilon (entropy[0], log2 (5), 1e-6);
  g_assert_cmpfloat_with_epsilon (entropy[1], 0, 1e-9);
  g_assert_cmpfloat_with_epsilon (distance[0], 8 / 5.0, 1e-6); /* (10 + 7 + 6 + 7 + 10) / 25 */
  g_assert_cmpfloat_with_epsilon (distance[1], 4 / 5.0, 1e-6);
  /* a class token, then two by two: from each cell 0, 1, 1 and √2 away */
  cj_attention_measure (map, (CjAttentionPlace){ 1, 2 }, entropy, distance);
  g_assert_cmpfloat_with_epsilon (distance[0], (2 + sqrt (2)) / 4, 1e-6);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/explain/attention/reference", test_reference);
  g_test_add_func ("/engine/explain/attention/gradient", test_gradient);
  g_test_add_func ("/engine/explain/attention/heads", test_heads);
  g_test_add_func ("/engine/explain/attention/flow", test_flow);
  g_test_add_func ("/engine/explain/attention/flow-cancelled", test_flow_cancelled);
  g_test_add_func ("/engine/explain/attention/measures", test_measures);
  return g_test_run ();
}
