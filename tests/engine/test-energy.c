/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an answer costs in energy, against closed forms of one architecture after another. */
#include "cj-energy.h"
#include "cj-quant.h"
#include "network.h"

#include <math.h>
#include <string.h>

#define BATCH 3
#define WORDS 7

/* What all layers of a network cost together, and one of them. */
typedef struct
{
  CjGraph *graph;
  CjProgram *program;
  CjEnergyTable table;
  CjEnergyCount counts[32], all;
} Bench;

static void
bench_clear (Bench *b)
{
  g_clear_pointer (&b->program, cj_program_free);
  g_clear_pointer (&b->graph, cj_graph_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Bench, bench_clear)

static void
bench_init (Bench *b, const char *chain, const char *set, CjShape x, CjDtype dtype)
{
  g_autoptr (GError) error = NULL;
  const CjDataSpec spec = { .batch = BATCH,
                            .x_shape = x,
                            .x_dtype = dtype,
                            .has_y = TRUE,
                            .y_dtype = CJ_INT32,
                            .n_classes = 4,
                            .n_words = WORDS };

  memset (b, 0, sizeof *b);
  cj_energy_table_init (&b->table);
  b->graph = network_new_graph (chain);
  if (set != NULL)
    {
      g_auto (GStrv) words = g_strsplit (set, " ", 3);

      cj_graph_set_param (b->graph, cj_graph_find (b->graph, words[0]), words[1], words[2], &error);
      g_assert_no_error (error);
    }
  b->program = cj_program_new (b->graph, CJ_PURPOSE_PROBE, &spec, 1, &error);
  g_assert_no_error (error);
  cj_program_init (b->program, 1);
  if (dtype == CJ_FLOAT32)
    network_fill (b->program, 4);
}

static void
bench_run (Bench *b)
{
  memset (b->counts, 0, sizeof b->counts);
  memset (&b->all, 0, sizeof b->all);
  cj_program_forward (b->program, FALSE, BATCH, 1, 1);
  cj_energy_count (b->program, b->graph, &b->table, BATCH, b->counts);
  for (guint i = 0; i < b->graph->nodes->len; i++)
    {
      const CjEnergyCount *c = &b->counts[i];

      b->all.multiply_adds += c->multiply_adds / BATCH;
      b->all.int8_multiply_adds += c->int8_multiply_adds / BATCH;
      b->all.additions += c->additions / BATCH;
      b->all.int8_additions += c->int8_additions / BATCH;
      b->all.operations += c->operations / BATCH;
      b->all.weight_bytes += c->weight_bytes / BATCH;
      b->all.activation_bytes += c->activation_bytes / BATCH;
      b->all.state_bytes += c->state_bytes / BATCH;
    }
}

static const CjEnergyCount *
find (const Bench *b, const char *id)
{
  return &b->counts[cj_graph_get_index (b->graph, cj_graph_find (b->graph, id))];
}

/* --- closed forms --- */

typedef struct
{
  const char *what, *chain, *set;
  CjShape x;
  CjDtype dtype;
  double macs, operations, weight_bytes, activation_bytes, state_bytes;
} Row;

/* Bytes are 4 a number. Operations of activations and pools: one for each number. What passes between layers is
 * written by one and read by the other. */
static const Row rows[] = {
  { "dense",
    "flatten, dense 300 activation=relu, dense 100 activation=relu, dense 4, cross-entropy",
    NULL,
    { 3, { 1, 28, 28 } },
    CJ_FLOAT32,
    784 * 300 + 300 * 100 + 100 * 4,
    300 + 100,
    4 * (784 * 300 + 300 + 300 * 100 + 100 + 100 * 4 + 4),
    4 * (784 + 2 * 300 + 2 * 100 + 4),
    0 },
  { "convolution",
    "conv-2d filters=6 kernel=5 padding=0, relu, flatten, dense 4, cross-entropy",
    NULL,
    { 3, { 2, 12, 10 } },
    CJ_FLOAT32,
    6 * 2 * 25 * 8 * 6 + 288 * 4,
    288,
    4 * (6 * 2 * 25 + 6 + 288 * 4 + 4),
    4 * (240 + 2 * 288 + 2 * 288 + 4),
    0 },
  { "depthwise convolution",
    "conv-2d filters=4 kernel=3 padding=1, global-avg-pool, cross-entropy",
    "conv1 groups 4",
    { 3, { 4, 8, 8 } },
    CJ_FLOAT32,
    4 * 9 * 64,
    4 * 64,
    4 * (4 * 9 + 4),
    4 * (256 + 2 * 256 + 4),
    0 },
  { "pooling",
    "max-pool-2d window=2, flatten, dense 4, cross-entropy",
    NULL,
    { 3, { 2, 8, 8 } },
    CJ_FLOAT32,
    32 * 4,
    128,
    4 * (32 * 4 + 4),
    4 * (128 + 2 * 32 + 4),
    0 },
  { "batch normalisation",
    "conv-2d filters=5 kernel=1 padding=0 bias=false, batch-norm, flatten, dense 4, cross-entropy",
    NULL,
    { 3, { 3, 4, 4 } },
    CJ_FLOAT32,
    5 * 3 * 16 + 80 + 80 * 4,
    0,
    4 * (15 + 4 * 5 + 80 * 4 + 4),
    4 * (48 + 2 * 80 + 2 * 80 + 4),
    0 },
  { "attention",
    "multi-head-attention heads=2, flatten, dense 4, cross-entropy",
    NULL,
    { 2, { 6, 8 } },
    CJ_FLOAT32,
    4 * 6 * 64 + 2 * 6 * 6 * 8 + 48 * 4,
    0,
    4 * (4 * 64 + 4 * 8 + 48 * 4 + 4),
    4 * (48 + 2 * 48 + 4),
    0 },
  { "LSTM",
    "lstm 5, flatten, dense 4, cross-entropy",
    NULL,
    { 2, { 6, 3 } },
    CJ_FLOAT32,
    6 * (3 * 20 + 5 * 20) + 30 * 4,
    0,
    4 * (3 * 20 + 20 + 6 * 5 * 20 + 20 + 30 * 4 + 4),
    4 * (18 + 2 * 30 + 4),
    4 * 2 * 2 * 5 * 6 },
  { "GRU",
    "gru 5, flatten, dense 4, cross-entropy",
    NULL,
    { 2, { 6, 3 } },
    CJ_FLOAT32,
    6 * (3 * 15 + 5 * 15) + 30 * 4,
    0,
    4 * (3 * 15 + 15 + 6 * 5 * 15 + 15 + 30 * 4 + 4),
    4 * (18 + 2 * 30 + 4),
    4 * 2 * 5 * 6 },
  { "embedding",
    "embedding features=5, flatten, dense 4, cross-entropy",
    NULL,
    { 1, { 6 } },
    CJ_INT32,
    30 * 4,
    0,
    4 * (30 + 30 * 4 + 4),
    4 * (6 + 2 * 30 + 4),
    0 },
};

static void
test_closed_forms (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const Row *row = &rows[i];
      g_auto (Bench) b = { 0 };

      bench_init (&b, row->chain, row->set, row->x, row->dtype);
      bench_run (&b);
      g_test_message ("%s: %g multiply-adds, %g operations, %g + %g + %g bytes", row->what,
                      b.all.multiply_adds, b.all.operations, b.all.weight_bytes,
                      b.all.activation_bytes, b.all.state_bytes);
      g_assert_cmpfloat_with_epsilon (b.all.multiply_adds, row->macs, 1e-6);
      g_assert_cmpfloat_with_epsilon (b.all.operations, row->operations, 1e-6);
      g_assert_cmpfloat_with_epsilon (b.all.weight_bytes, row->weight_bytes, 1e-6);
      g_assert_cmpfloat_with_epsilon (b.all.activation_bytes, row->activation_bytes, 1e-6);
      g_assert_cmpfloat_with_epsilon (b.all.state_bytes, row->state_bytes, 1e-6);
      g_assert_cmpfloat (b.all.additions + b.all.int8_multiply_adds, ==, 0);
    }
}

/* --- spikes --- */

/* Inputs of 0 and 1 that become spikes with certainty: rates are given. */
static guint
fill_spikes (const Bench *b)
{
  CjTensor *x = cj_program_get_x (b->program);
  guint n = 0;

  for (gint64 i = 0; i < cj_shape_size (&x->shape); i++)
    {
      cj_tensor_f32 (x)[i] = i % 3 == 0 || i % 7 == 0;
      n += cj_tensor_f32 (x)[i] != 0;
    }
  return n;
}

/* N. Rathi, K. Roy, "DIET-SNN" (2020), and many before them: 4.6 pJ a multiply-add, 0.9 pJ an addition, and an
 * addition for every spike and each of its synapses. */
static void
test_spikes (void)
{
  g_auto (Bench) b = { 0 };
  const char *chain = "poisson-encoder steps=9 rate=1, dense 6 bias=false, integrate-and-fire, "
                      "dense 4 bias=false, spike-readout, cross-entropy";
  const CjEnergyCount *first, *second, *neurons;
  CjEnergyCost cost;
  double spikes, out;

  bench_init (&b, chain, NULL, cj_shape1 (10), CJ_FLOAT32);
  spikes = fill_spikes (&b);
  bench_run (&b);
  first = find (&b, "dense1");
  second = find (&b, "dense2");
  neurons = find (&b, "integrate1");
  g_assert_cmpfloat (first->multiply_adds, ==, 0);
  g_assert_cmpfloat (first->spikes, ==, spikes * 9);
  g_assert_cmpfloat (first->additions, ==, spikes * 9 * 6);
  g_assert_cmpfloat (first->weight_bytes, ==, spikes * 9 * 6 * 4);
  g_assert_cmpfloat (first->inputs, ==, BATCH * 9 * 10);
  out = second->spikes;
  g_assert_cmpfloat (out, >, 0);
  g_assert_cmpfloat (second->additions, ==, out * 4);
  g_assert_cmpfloat (neurons->multiply_adds, ==, BATCH * 9 * 6);
  g_assert_cmpfloat (neurons->state_bytes, ==, BATCH * 9 * 6 * 2 * 4);
  /* spikes travel as bits */
  g_assert_cmpfloat_with_epsilon (first->activation_bytes, BATCH * 9 * (10 / 8.0 + 6 * 4), 1e-9);
  cost = cj_energy_price (&b.table, first, 1);
  g_assert_cmpfloat_with_epsilon (cost.compute, 0.9 * first->additions, 1e-9);
}

/* Of a weight above 0 a spike opens the excitatory side alone, of one below 0 the inhibitory: one event each. */
static void
test_conductances (void)
{
  g_auto (Bench) b = { 0 };
  const CjEnergyCount *neurons, *last;
  double spikes;

  bench_init (&b,
              "poisson-encoder steps=9 rate=1, conductance-lif 6 bias=false, dense 4 bias=false, "
              "spike-readout, cross-entropy",
              NULL, cj_shape1 (10), CJ_FLOAT32);
  spikes = fill_spikes (&b);
  bench_run (&b);
  neurons = find (&b, "conductance1");
  last = find (&b, "dense1");
  g_assert_cmpfloat_with_epsilon (neurons->additions, spikes * 9 * 6, 1e-6);
  g_assert_cmpfloat_with_epsilon (neurons->stored_bytes, 4 * 60, 1e-6);
  g_assert_cmpfloat (neurons->multiply_adds, ==, CJ_CONDUCTANCE_MACS * BATCH * 9 * 6);
  /* membrane and two conductances, read and written */
  g_assert_cmpfloat (neurons->state_bytes, ==, BATCH * 9 * 6 * 2 * 4 * 3);
  g_assert_cmpfloat (last->multiply_adds, ==, 0);
  g_assert_cmpfloat (last->additions, ==, last->spikes * 4);
}

/* In a convolution over time a spike at the edge meets fewer places than one in the middle. */
static void
test_spikes_of_convolution (void)
{
  g_auto (Bench) b = { 0 };
  const CjEnergyCount *second;
  double events = 0, spikes;
  const float *x;

  bench_init (&b,
              "poisson-encoder steps=9 rate=1, conv-1d filters=5 kernel=3 padding=1 stride=2, "
              "flatten, dense 4, cross-entropy",
              NULL, cj_shape1 (6), CJ_FLOAT32);
  spikes = fill_spikes (&b);
  x = cj_program_get_x (b.program)->data;
  bench_run (&b);
  second = find (&b, "conv1");
  for (guint i = 0; i < BATCH * 6; i++)
    for (int t = 0; t < 9 && x[i] != 0; t++)
      for (int k = -1; k <= 1; k++)
        events += t + k >= 0 && t + k < 9 && (t + k) % 2 == 0 ? 5 : 0;
  g_assert_cmpfloat (second->spikes, ==, spikes * 9);
  g_assert_cmpfloat (second->additions, ==, events);
  g_assert_cmpfloat (second->multiply_adds, ==, 0);
}

/* --- fewer weights, fewer bits --- */

static void
test_pruned (void)
{
  g_auto (Bench) b = { 0 };
  float *w;

  bench_init (&b, "flatten, dense 8 bias=false, dense 4 bias=false, cross-entropy", NULL,
              cj_shape1 (10), CJ_FLOAT32);
  w = cj_program_get_param_data (b.program, cj_program_find_param (b.program, "dense1.weight"));
  for (guint i = 0; i < 80; i++)
    w[i] = i % 4 == 0 ? w[i] : 0;
  bench_run (&b);
  g_assert_cmpfloat (b.all.multiply_adds, ==, 20 + 32);
  g_assert_cmpfloat (b.all.weight_bytes, ==, 20 * (4 + 2) + 32 * 4); /* with 16 bits of an index */
  b.table.skip_zeros = FALSE;
  bench_run (&b);
  g_assert_cmpfloat (b.all.multiply_adds, ==, 80 + 32);
  g_assert_cmpfloat (b.all.weight_bytes, ==, (80 + 32) * 4);
}

static void
test_int8 (void)
{
  g_auto (Bench) b = { 0 };
  const CjProgramParam *param;
  float scales[6];

  bench_init (&b, "flatten, quantise low=-4 high=4, dense 6 bias=false, dense 4, cross-entropy",
              NULL, cj_shape1 (10), CJ_FLOAT32);
  bench_run (&b);
  g_assert_cmpfloat (b.all.int8_multiply_adds, ==, 0); /* the weights are floats */
  param = cj_program_find_param (b.program, "dense1.weight");
  cj_quant_round_weights (cj_program_get_param_data (b.program, param), 6, 10, 8, scales);
  bench_run (&b);
  g_assert_cmpfloat (b.all.int8_multiply_adds, ==, 60);
  g_assert_cmpfloat (b.all.multiply_adds, ==, 24);
  g_assert_cmpfloat (find (&b, "dense1")->weight_bytes, ==, BATCH * 60);
  g_assert_cmpfloat (find (&b, "dense1")->activation_bytes, ==, BATCH * (10 + 6 * 4));
}

/* --- prices --- */

/* M. Horowitz (ISSCC 2014): a multiply-add of floats is 4.6 pJ, of 8 bits 0.3 with its sum in 32; 64 bits of an
 * SRAM of 8, 32 KB and 1 MB 10, 20 and 100 pJ. */
static void
test_prices (void)
{
  const CjEnergyCount one = { .multiply_adds = 1e6,
                              .weight_bytes = 800,
                              .stored_bytes = 100,
                              .working_bytes = 9000,
                              .activation_bytes = 80,
                              .state_bytes = 80 };
  const CjEnergyCount few
      = { .int8_multiply_adds = 10, .stored_bytes = 2 << 20, .weight_bytes = 8 };
  CjEnergyTable table;
  CjEnergyCost cost;

  cj_energy_table_init (&table);
  cost = cj_energy_price (&table, &one, 1);
  g_assert_cmpfloat_with_epsilon (cost.compute, 4.6e6, 1e-3);
  g_assert_cmpfloat_with_epsilon (cost.weights, 1000, 1e-9);
  g_assert_cmpfloat_with_epsilon (cost.activations, 400, 1e-9);
  cost = cj_energy_price (&table, &few, 1);
  g_assert_cmpfloat_with_epsilon (cost.compute, 3, 1e-9);
  g_assert_cmpfloat_with_epsilon (cost.weights, 1300, 1e-9);
  table.weights_in = CJ_MEMORY_1M;
  g_assert_cmpfloat_with_epsilon (cj_energy_price (&table, &one, 2).weights, 5000, 1e-9);
}

/* --- few bits --- */

static void
test_quant (void)
{
  const CjQuant q = cj_quant_fit (-0.3, 1.7, 8), relu = cj_quant_fit (0.2, 5, 8);
  float x[] = { -9, -0.3f, 0, 0.004f, 0.9f, 1.7f, 9 }, back[G_N_ELEMENTS (x)];
  guint8 levels[G_N_ELEMENTS (x)];

  cj_quant_store (&q, x, G_N_ELEMENTS (x), levels);
  cj_quant_restore (&q, levels, G_N_ELEMENTS (x), back);
  g_assert_cmpint (levels[0], ==, 0);
  g_assert_cmpint (levels[6], ==, 255);
  g_assert_cmpfloat (back[2], ==, 0);
  for (guint i = 1; i < 6; i++)
    g_assert_cmpfloat (fabs ((double) (back[i] - x[i])), <=, q.scale * 0.5001 + 1e-7);
  g_assert_cmpint (relu.zero, ==, 0);
  g_assert_cmpfloat_with_epsilon (cj_quant_get_high (&relu), 5, 1e-9);
  g_assert_cmpfloat (cj_quant_fit (0, 0, 8).scale, ==, 1);
}

static void
test_quant_weights (void)
{
  float w[] = { 0.5f, -1, 0.26f, 0, 0, 0, 3, 0.01f, -2.9f }, copy[G_N_ELEMENTS (w)], scales[3];
  gint8 levels[G_N_ELEMENTS (w)];

  memcpy (copy, w, sizeof w);
  g_assert_false (cj_quant_find_scales (w, 3, 3, 8, NULL));
  cj_quant_round_weights (w, 3, 3, 8, scales);
  g_assert_true (cj_quant_find_scales (w, 3, 3, 8, scales));
  g_assert_cmpfloat_with_epsilon (scales[0], 1 / 127.0, 1e-7);
  g_assert_cmpfloat (scales[1], ==, 1);
  cj_quant_store_weights (w, 3, 3, scales, levels);
  g_assert_cmpint (levels[1], ==, -127);
  g_assert_cmpint (levels[0], ==, 64); /* 63.5 goes to the even one */
  g_assert_cmpint (levels[6], ==, 127);
  for (guint i = 0; i < G_N_ELEMENTS (w); i++)
    {
      g_assert_cmpfloat_with_epsilon (w[i], scales[i / 3] * (float) levels[i], 1e-6);
      g_assert_cmpfloat (fabsf (w[i] - copy[i]), <=, scales[i / 3] * 0.5001f);
    }
}

/* What a quantised dense layer gives in floats is what whole numbers of 8 bits, summed up in 32, give. */
static void
test_integer_arithmetic (void)
{
  enum
  {
    I = 300,
    U = 17
  };
  g_auto (Bench) b = { 0 };
  const CjQuant q = cj_quant_fit (-3, 3, 8);
  g_autofree guint8 *x = g_new (guint8, BATCH * I);
  g_autofree gint8 *w = g_new (gint8, U * I);
  g_autoptr (CjTensor) y = NULL;
  float scales[U], *weights;
  double most = 0;

  bench_init (&b, "flatten, quantise low=-3 high=3, dense 17 bias=false, cross-entropy", NULL,
              cj_shape1 (I), CJ_FLOAT32);
  weights
      = cj_program_get_param_data (b.program, cj_program_find_param (b.program, "dense1.weight"));
  cj_quant_round_weights (weights, U, I, 8, scales);
  cj_quant_store_weights (weights, U, I, scales, w);
  cj_quant_store (&q, cj_tensor_f32 (cj_program_get_x (b.program)), BATCH * I, x);
  bench_run (&b);
  y = cj_program_dup_output (
      b.program, (guint) cj_graph_get_index (b.graph, cj_graph_find (b.graph, "dense1")), 0);
  for (guint n = 0; n < BATCH; n++)
    for (guint u = 0; u < U; u++)
      {
        gint32 sum = 0;
        double wanted;

        for (guint i = 0; i < I; i++)
          sum += ((gint32) x[n * I + i] - q.zero) * w[u * I + i];
        wanted = q.scale * (double) scales[u] * sum;
        most = fmax (most, fabs ((double) cj_tensor_f32 (y)[n * U + u] - wanted));
        g_assert_cmpfloat_with_epsilon (cj_tensor_f32 (y)[n * U + u], wanted, 2e-5);
      }
  g_test_message ("at most %g apart", most);
}

/* The gradient passes the rounding as it comes, and ends where the levels do. */
static void
test_straight_through (void)
{
  const float x[] = { 0.3f, -0.4f, 0.125f, 0.375f };
  g_auto (Bench) b = { 0 };
  g_autoptr (CjTensor) y = NULL;

  bench_init (&b, "quantise bits=8 low=-1 high=1, dense 4, cross-entropy", NULL, cj_shape1 (4),
              CJ_FLOAT32);
  memcpy (cj_program_get_x (b.program)->data, x, sizeof x);
  bench_run (&b);
  y = cj_program_dup_output (
      b.program, (guint) cj_graph_get_index (b.graph, cj_graph_find (b.graph, "quantise1")), 0);
  for (guint i = 0; i < 4; i++)
    {
      const double level = cj_tensor_f32 (y)[i] * 255.0 / 2;

      g_assert_cmpfloat_with_epsilon (level, rint (level), 1e-4);
      g_assert_cmpfloat_with_epsilon (cj_tensor_f32 (y)[i], x[i], 0.5 * 2 / 255 + 1e-6);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/energy/closed-forms", test_closed_forms);
  g_test_add_func ("/engine/energy/spikes", test_spikes);
  g_test_add_func ("/engine/energy/conductances", test_conductances);
  g_test_add_func ("/engine/energy/spikes-of-convolution", test_spikes_of_convolution);
  g_test_add_func ("/engine/energy/pruned", test_pruned);
  g_test_add_func ("/engine/energy/int8", test_int8);
  g_test_add_func ("/engine/energy/prices", test_prices);
  g_test_add_func ("/engine/quant/levels", test_quant);
  g_test_add_func ("/engine/quant/weights", test_quant_weights);
  g_test_add_func ("/engine/quant/integer-arithmetic", test_integer_arithmetic);
  g_test_add_func ("/engine/quant/levels-of-layer", test_straight_through);
  return g_test_run ();
}
