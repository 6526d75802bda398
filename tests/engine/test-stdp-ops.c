/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Learning by the times of spikes: changes of weights against sums over all pairs and triplets of spikes; neurons
 * that compete; a vote; and that all of it together learns, with a reward as well. */
#include "network.h"

#include "cj-rig.h"
#include "cj-rule.h"

#include <math.h>
#include <string.h>

enum
{
  N = 11,
  T = 13,
  I = 5,
  U = 19,
  K = 3
};

/* The spikes of a batch, and what came of it. */
typedef struct
{
  float x[N * T * I], y[N * T * U], w[U * I], scores[N * K], dw[U * I];
  gint32 classes[N];
} Batch;

static void
fill (Batch *b)
{
  CjRng rng;

  cj_rng_init (&rng, 4, CJ_RNG_TEST, 0);
  for (int i = 0; i < N * T * I; i++)
    b->x[i] = cj_rng_uniform (&rng) < 0.3f;
  for (int i = 0; i < N * T * U; i++)
    b->y[i] = cj_rng_uniform (&rng) < 0.15f;
  for (int i = 0; i < U * I; i++)
    b->w[i] = 0.5f * cj_rng_uniform (&rng);
  for (int n = 0; n < N; n++)
    {
      b->classes[n] = (gint32) cj_rng_below (&rng, K);
      for (int k = 0; k < K; k++)
        b->scores[n * K + k] = cj_rng_normal (&rng);
    }
}

static void
run_op (Batch *b, const CjStdpAttrs *attrs)
{
  CjOp op = {
    .info = &cj_op_stdp,
    .attrs = (gpointer) attrs,
    .n_in = attrs->rewarded ? 5 : 3,
    .in_shape
    = { { 3, { N, T, I } }, { 3, { N, T, U } }, cj_shape2 (U, I), cj_shape2 (N, K), cj_shape1 (N) }
  };
  float out = 0;
  g_autofree float *workspace = NULL, *scratch = NULL;
  CjOpCall call = { .op = &op,
                    .in = { b->x, b->y, b->w, b->scores, b->classes },
                    .out = { &out },
                    .d_in = { NULL, NULL, b->dw },
                    .training = TRUE };
  double spikes = 0;

  g_assert_true (op.info->infer (&op, NULL));
  call.workspace = workspace = g_malloc0 (op.workspace_bytes);
  call.scratch = scratch = g_malloc0 (op.scratch_bytes);
  op.info->forward[0].run (&call, 0);
  for (int i = 0; i < N * T * U; i++)
    spikes += b->y[i];
  g_assert_cmpfloat_with_epsilon (out, spikes / (N * U), 1e-5);
  for (const CjPhase *phase = op.info->backward; phase->run != NULL; phase++)
    for (guint c = 0; c < phase->n_chunks (&op); c++)
      phase->run (&call, c);
}

/* Sum over spikes before t (`same`: in the same moment as well) of what is left of each at t. */
static double
trace (const float *spikes, int stride, int t, gboolean same, double decay, gboolean nearest)
{
  double sum = 0;

  for (int s = same ? t : t - 1; s >= 0; s--)
    if (spikes[s * stride] != 0)
      {
        sum += pow (decay, t - s);
        if (nearest)
          break;
      }
  return sum;
}

static double
get_factor (const Batch *b, const CjStdpAttrs *a, int n)
{
  double mean = 0, own = 0;

  if (!a->rewarded)
    return 1;
  for (int m = 0; m < N; m++)
    {
      int best = 0;

      for (int k = 1; k < K; k++)
        best = b->scores[m * K + k] > b->scores[m * K + best] ? k : best;
      mean += (double) (best == b->classes[m]) / N;
      own = m == n ? best == b->classes[m] : own;
    }
  return own - mean;
}

/* The change of a synapse by all samples, spike by spike. */
static double
expect_change (const Batch *b, const CjStdpAttrs *a, int u, int i)
{
  double sum = 0;

  for (int n = 0; n < N; n++)
    for (int t = 0; t < T; t++)
      {
        const float *x = b->x + n * T * I + i, *y = b->y + n * T * U + u;
        const double waits
            = get_factor (b, a, n) * (a->rewarded ? pow (a->eligible, T - 1 - t) : 1);

        if (x[t * I] != 0)
          sum -= waits * a->minus * trace (y, U, t, FALSE, a->decay_minus, a->nearest);
        if (y[t * U] != 0)
          sum += waits * trace (x, I, t, TRUE, a->decay_plus, a->nearest)
                 * (a->plus + a->triplet * trace (y, U, t, FALSE, a->decay_slow, a->nearest));
      }
  return sum;
}

static void
test_changes (void)
{
  static const CjStdpAttrs kinds[] = {
    { 0.01, 0.012, 0, 0.8, 0.7, 0.9, FALSE, FALSE, 1, 10, 0 },
    { 0.01, 0.012, 0, 0.8, 0.7, 0.9, TRUE, FALSE, 1, 10, 0 },
    { 0, 0.012, 0.02, 0.8, 0.7, 0.9, FALSE, FALSE, 1, 10, 0 },
    { 0.01, 0.012, 0.02, 0.8, 0.7, 0.9, TRUE, FALSE, 1, 10, 0 },
    { 0.01, 0.012, 0, 0.8, 0.7, 0.9, FALSE, TRUE, 0.85, 10, 0 },
    { 0.02, 0.1, 0, 0.8, 0.7, 0.9, TRUE, FALSE, 1, 0.3, 0 },  /* cut at both ends */
    { 0.02, 0.1, 0, 0.8, 0.7, 0.9, TRUE, FALSE, 1, 0.3, 0.1 } /* and held at a mean */
  };

  for (guint kind = 0; kind < G_N_ELEMENTS (kinds); kind++)
    {
      const CjStdpAttrs *a = &kinds[kind];
      Batch b;

      fill (&b);
      if (a->largest > 1) /* so that nothing is cut */
        for (int i = 0; i < U * I; i++)
          b.w[i] += 3;
      run_op (&b, a);
      for (int u = 0; u < U; u++)
        {
          double wanted[I], sum = 0;

          for (int i = 0; i < I; i++)
            {
              wanted[i] = CLAMP (b.w[u * I + i] + expect_change (&b, a, u, i), 0, a->largest);
              sum += wanted[i];
            }
          for (int i = 0; i < I; i++)
            g_assert_cmpfloat_with_epsilon (
                b.w[u * I + i] - b.dw[u * I + i],
                wanted[i] * (a->mean > 0 && sum > 0 ? a->mean * I / sum : 1), 1e-5);
        }
    }
}

/* Whoever is furthest above its threshold fires and silences the others; its threshold rises, for the next batch. */
static void
test_rivals (void)
{
  g_autoptr (CjProgram) program = network_compile (
      "direct-current 6, competing-lif tau=1e5 threshold=1 inhibition=5 jump=0.25 refractory=1, "
      "spike-readout, class-vote 2, cross-entropy",
      CJ_PURPOSE_TRAIN, cj_shape1 (2), 2, 2, 1);
  const float x[4] = { 0.6f, 0.8f, 1.5f, 1.2f };
  float *raised
      = cj_program_get_param_data (program, cj_program_find_param (program, "competing1.raised"));
  float *usual
      = cj_program_get_param_data (program, cj_program_find_param (program, "class1.usual"));
  gint32 *y = cj_tensor_i32 (cj_program_get_y (program));

  memcpy (cj_program_get_x (program)->data, x, sizeof x);
  y[0] = 1;
  y[1] = 0;
  cj_program_forward (program, FALSE, 2, 1, 1);
  g_assert_cmpfloat (raised[0], ==, 0);
  cj_program_forward (program, TRUE, 2, 1, 1);
  /* the first sample: 1 fires at the moments 2, 5 (of which 3 is a pause); the other starts from −5 */
  g_assert_cmpfloat_with_epsilon (raised[1], 0.25 * 2, 1e-4);
  /* the second: 0 fires at 1, 3, 5 */
  g_assert_cmpfloat_with_epsilon (raised[0], 0.25 * 3, 1e-4);
  g_assert_cmpfloat_with_epsilon (usual[1 * 2 + 1], 0.01 * 2, 1e-6);
  g_assert_cmpfloat_with_epsilon (usual[0 * 2 + 0], 0.01 * 3, 1e-6);
  g_assert_cmpfloat (usual[0 * 2 + 1], ==, 0);
  /* the votes are now those of the labels, and samples in training are the only ones that count */
  g_assert_cmpfloat (cj_program_forward (program, FALSE, 2, 1, 1), <, 0.01);
  g_assert_cmpfloat_with_epsilon (usual[1 * 2 + 1], 0.01 * 2, 1e-6);
}

static CjTrainSetup *
new_setup (const char *const *values)
{
  CjTrainSetup *setup = cj_train_setup_new ();
  g_autoptr (GError) error = NULL;

  for (guint i = 0; values[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (values[i], "=", 2);

      cj_train_setup_set (setup, pair[0], pair[1], &error);
      g_assert_no_error (error);
    }
  return setup;
}

static double
learn (const char *chain, const char *const *values, guint threads, GByteArray **bits)
{
  g_autoptr (CjGraph) graph = network_new_graph (chain);
  g_autoptr (CjTrainSetup) setup = new_setup (values);
  g_autoptr (GError) error = NULL;
  g_autoptr (CjRig) rig = cj_rig_new (graph, setup, network_get_prototypes (), threads, &error);
  g_autoptr (CjCheckpoint) end = NULL;
  CjStepReport report;

  g_assert_no_error (error);
  while (!cj_trainer_has_ended (rig->trainer))
    {
      cj_trainer_step (rig->trainer, &report, &error);
      g_assert_no_error (error);
    }
  end = cj_trainer_save (rig->trainer);
  if (bits != NULL)
    {
      *bits = g_byte_array_new ();
      g_byte_array_append (*bits, (const guint8 *) end->weights,
                           (guint) (sizeof (float) * (gsize) end->table->n_weights));
      g_byte_array_append (*bits, (const guint8 *) end->states,
                           (guint) (sizeof (float) * (gsize) end->table->n_states));
    }
  return cj_trainer_evaluate (rig->trainer, network_get_prototypes (), NULL).accuracy;
}

#define COMMON                                                                                     \
  "optimizer=sgd", "optimizer.momentum=0", "learning-rate=1", "rule=stdp", "rule.largest=1",       \
      "batch=8", "epochs=12"

static void
test_learns (void)
{
  static const char *const pairs[] = { COMMON, "rule.kind=pair", "rule.a-plus=0.02", NULL };
  static const char *const triplets[]
      = { COMMON, "rule.kind=triplet", "rule.a-triplet=0.02", "rule.pairs=all", NULL };
  static const char *const chain
      = "flatten, divisive-norm power=1 gain=0.3, poisson-encoder 40 rate=0.5 range=fixed, "
        "dense 20 bias=false, competing-lif threshold=2 jump=0.05, spike-readout, class-vote 4, "
        "cross-entropy";
  g_autoptr (GByteArray) one = NULL, more = NULL;
  const double accuracy = learn (chain, pairs, 1, &one);

  g_test_message ("pairs: %g", accuracy);
  g_assert_cmpfloat (accuracy, >, 0.8);
  learn (chain, pairs, 3, &more);
  g_assert_cmpmem (one->data, one->len, more->data, more->len);
  g_assert_cmpfloat (learn (chain, triplets, 2, NULL), >, 0.7);
}

/* Neurons that are classes themselves, and only hear whether the answer was right. */
static void
test_reward (void)
{
  static const char *const values[]
      = { COMMON, "rule.a-plus=0.05", "rule.a-minus=0", "rule.kind=reward", NULL };
  static const char *const blind[]
      = { COMMON, "rule.a-plus=0.05", "rule.a-minus=0", "rule.kind=pair", NULL };
  static const char *const chain
      = "flatten, divisive-norm power=1 gain=0.3, poisson-encoder 40 rate=0.5 range=fixed, "
        "dense 4 bias=false, competing-lif threshold=0.3 jump=0 inhibition=4, spike-readout, "
        "cross-entropy";
  const double accuracy = learn (chain, values, 2, NULL);

  g_test_message ("reward: %g", accuracy);
  g_assert_cmpfloat (accuracy, >, 0.8);
  g_assert_cmpfloat (learn (chain, blind, 2, NULL), <, 0.6);
}

/* Layers that have no spikes on both sides are named, with the way out. */
static void
test_refuses (void)
{
  static const struct
  {
    const char *chain, *kind;
    gboolean has_y;
    const char *says;
  } cases[] = {
    { "dense 5, dense 3, cross-entropy", "pair", TRUE, "*dense1*encoder*" },
    { "direct-current, dense 5, spike-readout, class-vote 3, cross-entropy", "pair", TRUE,
      "*dense1*spiking neurons right behind it*" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CjGraph) graph = network_new_graph (cases[i].chain);
      g_autoptr (CjTrainSetup) setup = new_setup ((const char *[]){ "rule=stdp", NULL });
      const CjLearning learning = cj_train_setup_get_learning (setup);
      const CjDataSpec spec = { .batch = 4,
                                .x_shape = cj_shape1 (6),
                                .has_y = cases[i].has_y,
                                .y_dtype = CJ_INT32,
                                .n_classes = 3,
                                .learning = &learning };
      g_autoptr (GError) error = NULL;
      g_autoptr (CjProgram) program = cj_program_new (graph, CJ_PURPOSE_TRAIN, &spec, 1, &error);

      g_assert_null (program);
      g_assert_nonnull (error);
      if (!g_pattern_match_simple (cases[i].says, error->message))
        g_test_fail_printf ("%s", error->message);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/stdp/changes", test_changes);
  g_test_add_func ("/engine/stdp/rivals", test_rivals);
  g_test_add_func ("/engine/stdp/learns", test_learns);
  g_test_add_func ("/engine/stdp/reward", test_reward);
  g_test_add_func ("/engine/stdp/refuses", test_refuses);
  return g_test_run ();
}
