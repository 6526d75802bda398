/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Projects as NIR graphs and back again. */
#include "cj-rng.h"
#include "cjl-network.h"
#include "cjl-template.h"
#include "run-nir.h"

#include <math.h>
#include <string.h>

static CjlProject *
make_project (const char *network)
{
  CjlProject *project = cjl_project_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (cjl_project_set (project, "data", "rate-patterns", &error));
  g_assert_true (cjl_project_set (project, "data.samples", "50", &error));
  g_assert_true (cjl_project_set (project, "data.fibres", "32", &error));
  g_assert_true (cjl_project_set (project, "data.steps", "30", &error));
  cjl_graph_add_text (project->graph, network, &error);
  g_assert_no_error (error);
  return project;
}

/* What goes out and comes in again fires as before. */
static void
check_round (const char *network, const char *last, const CjlNirOptions *options)
{
  g_autoptr (CjlProject) project = make_project (network);
  g_autoptr (CjdDataset) dataset = cjl_data_load (&project->data, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = cjl_nir_print (project, options, &error), again = NULL;
  g_autoptr (CjlProject) back = NULL;
  g_autoptr (CjProgram) first = NULL, second = NULL;
  g_autoptr (CjTensor) a = NULL, b = NULL;
  float x[30 * 32];
  double sum = 0;
  CjRng rng;

  g_assert_no_error (error);
  back = cjl_nir_parse (bytes, "back", options, NULL, &error);
  g_assert_no_error (error);
  again = cjl_nir_print (back, options, &error);
  g_assert_no_error (error);
  cj_rng_init (&rng, 11, CJ_RNG_TEST, 0);
  for (guint i = 0; i < G_N_ELEMENTS (x); i++)
    x[i] = cj_rng_uniform (&rng) < 0.4f;
  first = cjl_network_compile_project (project, dataset, CJ_PURPOSE_PROBE, 1, &error);
  g_assert_no_error (error);
  memcpy (cj_program_get_x (first)->data, x, sizeof x);
  cj_program_forward (first, FALSE, 1, 1, 1);
  second = run_nir (back, x, 30, 32);
  a = run_nir_get_output (project, first, last, 0);
  b = run_nir_get_output (back, second, last, 0);
  g_assert_true (cj_shape_equal (&a->shape, &b->shape));
  for (gint64 i = 0; i < cj_shape_size (&a->shape); i++)
    {
      g_assert_cmpfloat (fabsf (cj_tensor_f32 (a)[i] - cj_tensor_f32 (b)[i]), <, 1e-4f);
      sum += fabs ((double) cj_tensor_f32 (a)[i]);
    }
  g_assert_cmpfloat (sum, >, 1);
}

static void
test_round (void)
{
  static const struct
  {
    const char *network, *last;
  } cases[] = {
    { "input, dense 20, lif tau=5 reset=RESET threshold=0.3, dense 5, lif beta=0.8 reset=RESET "
      "threshold=0.2 scaled=true, spike-readout, cross-entropy",
      "lif2" },
    { "input, dense 20, cuba-lif tau=8 synapse=3 reset=RESET threshold=0.4, dense 5, "
      "leaky-integrator tau=20 scaled=true, spike-readout rate, cross-entropy",
      "leaky1" },
    { "input, dense 12, recurrent-lif beta=0.7 adapt-jump=0 synapse=4 threshold=0.4 reset=RESET, "
      "dropout 0.2, dense 5, integrate-and-fire reset=RESET threshold=0.5, spike-readout, "
      "cross-entropy",
      "integrate1" },
    { "input, reshape ?x2x4x4, conv-2d filters=3 kernel=3 padding=same, lif beta=0.9 reset=RESET "
      "threshold=0.2, avg-pool-2d 2, flatten moments=true, synaptic-delay 3, dense 5, "
      "leaky-integrator beta=1, spike-readout, cross-entropy",
      "leaky1" },
    { "input, reshape ?x2x1x16, conv-2d filters=3 kernel=1x5 padding=same, lif beta=0.9 "
      "reset=RESET threshold=0.2, flatten moments=true, dense 5, leaky-integrator beta=1, "
      "spike-readout, cross-entropy",
      "leaky1" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint k = 0; k < 4; k++)
      {
        CjlNirOptions options = run_nir_options (1, k % 2 == 0 ? CJL_NIR_EXACT : CJL_NIR_EULER);
        g_auto (GStrv) parts = g_strsplit (cases[i].network, "RESET", -1);
        g_autofree char *network = g_strjoinv (k / 2 == 0 ? "zero" : "subtract", parts);

        options.reset = k / 2 == 0 ? CJ_RESET_ZERO : CJ_RESET_SUBTRACT;
        g_test_message ("%s", network);
        check_round (network, cases[i].last, &options);
      }
}

/* What NIR has no word for, by name. */
static void
test_unspoken (void)
{
  static const struct
  {
    const char *network, *words;
  } cases[] = {
    { "input, dense 5, lif reset=subtract, spike-readout, cross-entropy",
      "“lif1” takes the threshold off" },
    { "input, dense 5 relu, lif reset=zero, spike-readout, cross-entropy",
      "“dense1” ends with relu" },
    { "input, dense 5, lif reset=zero refractory=2, spike-readout, cross-entropy", "refractory" },
    { "input, dense 5, adaptive-lif reset=zero, spike-readout, cross-entropy",
      "adapts its threshold" },
    { "input, dense 5, lif reset=zero, spike-readout, dense 5, cross-entropy",
      "“dense2” comes behind the readout" },
    { "input, dense 5, lif reset=zero, spike-readout, cross-entropy; lif1:1 > spike1",
      "gives its membrane to “spike1”" },
    { "input, dense 5, layer-norm, lif reset=zero, spike-readout, cross-entropy",
      "“layer1” is a layer that NIR has no word for" },
    { "input, dense 5, lif reset=zero dt=1, dense 5, leaky-integrator dt=2, spike-readout, "
      "cross-entropy",
      "time steps of 2 ms, and others of 1 ms" },
    { "input, dense 5, lif reset=zero beta=0.5, dense 5, lif reset=zero; lif1: dense 4, lif "
      "reset=zero",
      "second output" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const CjlNirOptions options = run_nir_options (1, CJL_NIR_EXACT);
      g_autoptr (GError) error = NULL;
      g_autoptr (CjlProject) project = NULL;
      g_autoptr (GBytes) bytes = NULL;

      project = make_project (cases[i].network);
      bytes = cjl_nir_print (project, &options, &error);
      g_assert_null (bytes);
      g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, cases[i].words));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/nir-back/round", test_round);
  g_test_add_func ("/lab/nir-back/unspoken", test_unspoken);
  return g_test_run ();
}
