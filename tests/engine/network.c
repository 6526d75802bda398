/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "network.h"

#include <math.h>
#include <string.h>

CjGraph *
network_new_graph (const char *chain)
{
  CjGraph *graph = cj_graph_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *all = g_strconcat ("input, ", chain, NULL);

  cj_graph_add_chain (graph, NULL, all, &error);
  g_assert_no_error (error);
  return graph;
}

CjProgram *
network_compile (const char *chain, CjPurpose purpose, CjShape x, gint64 batch, guint n_classes,
                 guint threads)
{
  g_autoptr (CjGraph) graph = network_new_graph (chain);
  g_autoptr (GError) error = NULL;
  const CjDataSpec spec = {
    .batch = batch, .x_shape = x, .has_y = TRUE, .y_dtype = CJ_INT32, .n_classes = n_classes
  };
  CjProgram *program = cj_program_new (graph, purpose, &spec, threads, &error);

  g_assert_no_error (error);
  return program;
}

void
network_fill (CjProgram *program, guint n_classes)
{
  const CjTensor *x = cj_program_get_x (program), *y = cj_program_get_y (program);
  CjRng rng;

  cj_rng_init (&rng, 3, CJ_RNG_TEST, 1);
  for (gint64 i = 0; i < cj_shape_size (&x->shape); i++)
    cj_tensor_f32 (x)[i] = cj_rng_normal (&rng);
  for (gint64 i = 0; y != NULL && i < cj_shape_size (&y->shape); i++)
    cj_tensor_i32 (y)[i] = (gint32) cj_rng_below (&rng, n_classes);
}

void
network_check_gradients (CjProgram *program, const char *what, double tolerance)
{
  const gint64 batch = cj_program_get_batch (program);

  for (guint p = 0; p < cj_program_get_n_params (program); p++)
    {
      const CjProgramParam *param = cj_program_get_param (program, p);
      float *w = cj_program_get_param_data (program, param);
      const float *g = cj_program_get_param_gradient (program, param);
      g_autofree float *start = g_memdup2 (w, sizeof (float) * (gsize) param->size);
      g_autofree float *v = g_new (float, param->size);
      double expected = 0, above, below;
      const float h = 2e-3f;
      CjRng rng;

      if (g == NULL)
        continue;
      cj_rng_init (&rng, 11, CJ_RNG_TEST, p);
      cj_program_forward (program, TRUE, batch, 1, 1);
      cj_program_backward (program);
      for (gint64 j = 0; j < param->size; j++)
        {
          v[j] = cj_rng_normal (&rng) / sqrtf ((float) param->size);
          expected += (double) v[j] * g[j];
        }
      for (gint64 j = 0; j < param->size; j++)
        w[j] = start[j] + h * v[j];
      above = cj_program_forward (program, TRUE, batch, 1, 1);
      for (gint64 j = 0; j < param->size; j++)
        w[j] = start[j] - h * v[j];
      below = cj_program_forward (program, TRUE, batch, 1, 1);
      memcpy (w, start, sizeof (float) * (gsize) param->size);
      g_test_message ("%s %s: %g against %g", what, param->name, expected,
                      (above - below) / (2 * h));
      g_assert_cmpfloat_with_epsilon (expected, (above - below) / (2 * h),
                                      tolerance * (1 + fabs (expected)));
    }
}

static void
fill_prototypes (CjFeed *feed, const guint32 *indices, guint n, guint64 epoch, guint64 seed,
                 CjTensor *x, CjTensor *y)
{
  const gint64 size = cj_shape_size (&feed->x_shape);

  (void) epoch;
  (void) seed;
  for (guint i = 0; i < n; i++)
    {
      const gint32 class = (gint32) (indices[i] % feed->n_classes);
      CjRng prototype, noise;

      cj_rng_init (&prototype, 1, CJ_RNG_TEST, 100 + (guint64) class);
      cj_rng_init (&noise, 2, CJ_RNG_TEST, 1000 + indices[i]);
      cj_tensor_i32 (y)[i] = class;
      for (gint64 j = 0; j < size; j++)
        cj_tensor_f32 (x)[i * size + j]
            = cj_rng_normal (&prototype) + 0.5f * cj_rng_normal (&noise);
    }
}

static void
free_nothing (CjFeed *feed)
{
  (void) feed;
}

CjFeed *
network_get_prototypes (void)
{
  static CjFeed prototypes = { .n_samples = 205,
                               .x_shape = { 3, { 1, 9, 9 } },
                               .y_dtype = CJ_INT32,
                               .n_classes = 4,
                               .fill = fill_prototypes,
                               .free = free_nothing };

  return &prototypes;
}

void
network_assert_same (const CjCheckpoint *a, const CjCheckpoint *b)
{
  g_autoptr (GVariant) x = g_variant_ref_sink (cj_checkpoint_save_place (a));
  g_autoptr (GVariant) y = g_variant_ref_sink (cj_checkpoint_save_place (b));

  g_assert_true (cj_table_equal (a->table, b->table));
  g_assert_true (g_variant_equal (x, y));
  g_assert_cmpmem (a->weights, sizeof (float) * (gsize) a->table->n_weights, b->weights,
                   sizeof (float) * (gsize) b->table->n_weights);
  g_assert_cmpmem (a->states, sizeof (float) * (gsize) a->table->n_states, b->states,
                   sizeof (float) * (gsize) b->table->n_states);
  g_assert_cmpmem (a->slots, sizeof (float) * (gsize) a->table->n_weights * a->n_slots, b->slots,
                   sizeof (float) * (gsize) b->table->n_weights * b->n_slots);
  g_assert_true ((a->flags != NULL) == (b->flags != NULL));
  if (a->flags != NULL)
    g_assert_cmpmem (a->flags, (gsize) a->table->n_weights, b->flags, (gsize) b->table->n_weights);
}
