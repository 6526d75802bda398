/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Layers of neurons whose synapses are conductances, held against the single neuron of the same equations. */
#include "cj-neuron.h"
#include "network.h"

#include <math.h>
#include <string.h>

/* Millivolts from rest to threshold of the single neuron, which are 1 of the layer. */
#define REST (-60.0)
#define UNIT 10.0
#define LEAK 10.0 /* nS */
#define SETTINGS "c=200 g=10 leak=-60 threshold=-50 reset=-60 refractory=%g rate-e=%g rate-i=%g"

/* The single neuron: membrane 20 ms, synapses 5 and 10 ms, reversal 0 and -80 mV. */
static CjNeuronTrace *
run_neuron (double current, double rate_e, double rate_i, double refractory, double dt,
            double duration)
{
  const CjNeuronInfo *info = cj_neuron_find ("conductance-lif");
  g_autofree char *settings = g_strdup_printf (SETTINGS, refractory, rate_e, rate_i);
  const CjFiringPattern pattern = { .settings = settings };
  g_autofree gpointer params = cj_neuron_new_params (info, &pattern);
  const CjCurrent steady = { .rest = current };
  g_autoptr (GError) error = NULL;
  CjNeuronTrace *trace = cj_neuron_run (info, params, NULL, &steady, dt, duration, &error);

  g_assert_no_error (error);
  return trace;
}

/* The layer: two inputs, of which one excites by 1 nS a spike and the other inhibits by 5. */
static CjProgram *
make_layer (gint64 moments, double dt, int pause, double bias)
{
  const float weights[] = { (float) (1 / LEAK), (float) (-5 / LEAK) };
  g_autofree char *chain = g_strdup_printf ("conductance-lif 1 dt=%g refractory=%d", dt, pause);
  CjProgram *program = network_compile (chain, CJ_PURPOSE_PROBE, cj_shape2 (moments, 2), 1, 0, 1);

  memcpy (
      cj_program_get_param_data (program, cj_program_find_param (program, "conductance1.weight")),
      weights, sizeof weights);
  *(float *) cj_program_get_param_data (program,
                                        cj_program_find_param (program, "conductance1.bias"))
      = (float) bias;
  memset (cj_program_get_x (program)->data, 0, sizeof (float) * 2 * (gsize) moments);
  return program;
}

static CjTensor *
dup_port (const CjProgram *program, guint port)
{
  const CjLowered *lowered = cj_program_get_lowered (program);

  for (guint i = 0; i < lowered->n_nodes; i++)
    if (lowered->nodes[i].n_out == 4)
      return cj_program_dup_output (program, i, port);
  g_assert_not_reached ();
}

static guint
count (const CjTensor *spikes)
{
  guint n = 0;

  for (gint64 t = 0; t < cj_shape_size (&spikes->shape); t++)
    n += cj_tensor_f32 (spikes)[t] > 0;
  return n;
}

/* Rates over steady currents, from below what makes it fire to far above; and what mathematics says of them: the
 * wait T of the refractory time and τ ln (v∞ / (v∞ − 1)). */
static void
test_rates (void)
{
  const double dt = 0.1, duration = 1000, pause = 5;

  for (double current = 80; current <= 400; current += 40)
    {
      const double v = current / LEAK / UNIT;
      g_autoptr (CjNeuronTrace) trace = run_neuron (current, 0, 0, pause, dt, duration);
      g_autoptr (GArray) times = cj_neuron_trace_dup_spikes (trace);
      g_autoptr (CjProgram) program
          = make_layer ((gint64) (duration / dt), dt, (int) (pause / dt), v);
      g_autoptr (CjTensor) spikes = NULL;
      const double expected = v > 1 ? duration / (pause + 20 * log (v / (v - 1))) : 0;
      guint n;

      cj_program_forward (program, FALSE, 1, 1, 1);
      spikes = dup_port (program, 0);
      n = count (spikes);
      g_test_message ("%g pA: %u spikes, single neuron %u, theory %.1f", current, n, times->len,
                      expected);
      g_assert_cmpint (ABS ((int) n - (int) times->len), <=, 1);
      g_assert_cmpfloat (fabs (n - expected), <=, 1.5);
    }
}

/* How many spikes of both trains the single neuron got in a step: what its conductances rose by. */
static void
read_trains (const CjNeuronTrace *trace, double dt, float *x)
{
  for (guint k = 0; k + 1 < trace->n; k++)
    {
      const double *now = trace->state + k * trace->n_state;
      const double *before = k > 0 ? now - trace->n_state : NULL;
      const double e = now[2] - (before != NULL ? before[2] : 0) * exp (-dt / 5);
      const double i = now[3] - (before != NULL ? before[3] : 0) * exp (-dt / 10);

      /* the neuron lets them act from the next step on, the layer at once */
      x[2 * (k + 1)] = (float) round (e);
      x[2 * (k + 1) + 1] = (float) round (i / 5);
    }
}

/* The same spikes of two Poisson trains give the same membrane, the same conductances and the same answer, whether
 * excitation wins, both all but cancel, or inhibition does. */
static void
test_trains (void)
{
  static const double rates[][2]
      = { { 1, 0 }, { 2, 0 }, { 3, 0.2 }, { 6, 0.6 }, { 6, 1.2 }, { 1, 1 } };
  const double dt = 0.1;
  const gint64 moments = 3000;
  guint last = G_MAXUINT;

  for (guint r = 0; r < G_N_ELEMENTS (rates); r++)
    {
      g_autoptr (CjNeuronTrace) trace
          = run_neuron (0, rates[r][0], rates[r][1], 2, dt, (double) moments * dt);
      g_autoptr (GArray) times = cj_neuron_trace_dup_spikes (trace);
      g_autoptr (CjProgram) program = make_layer (moments, dt, 20, 0);
      g_autoptr (CjTensor) spikes = NULL, v = NULL, e = NULL, i = NULL;

      g_assert_cmpint (trace->n, >=, moments);
      trace->n = (guint) moments;
      read_trains (trace, dt, cj_tensor_f32 (cj_program_get_x (program)));
      cj_program_forward (program, FALSE, 1, 1, 1);
      spikes = dup_port (program, 0);
      v = dup_port (program, 1);
      e = dup_port (program, 2);
      i = dup_port (program, 3);
      g_test_message ("%g and %g spikes a ms: %u spikes, single neuron %u", rates[r][0],
                      rates[r][1], count (spikes), times->len);
      for (gint64 t = 0; t + 1 < moments; t++)
        {
          const double *state = trace->state + t * trace->n_state;

          g_assert_cmpfloat_with_epsilon (cj_tensor_f32 (e)[t + 1], state[2] / LEAK, 1e-3);
          g_assert_cmpfloat_with_epsilon (cj_tensor_f32 (i)[t + 1], state[3] / LEAK, 1e-3);
          if (trace->spiked[t])
            g_assert_cmpfloat (cj_tensor_f32 (spikes)[t], ==, 1);
          else
            g_assert_cmpfloat_with_epsilon (cj_tensor_f32 (v)[t], (state[0] - REST) / UNIT, 2e-3);
        }
      g_assert_cmpint (ABS ((int) count (spikes) - (int) times->len), <=, 1);
      last = count (spikes);
    }
  g_assert_cmpuint (last, ==, 0);
}

/* At its reversal potential inhibition pulls nowhere, and still makes the membrane harder to move. */
static void
test_shunts (void)
{
  float depth[2];

  for (guint k = 0; k < 2; k++)
    {
      g_autoptr (CjProgram) program
          = network_compile ("conductance-lif 1 reversal-inhibitory=0 refractory=0",
                             CJ_PURPOSE_PROBE, cj_shape2 (40, 2), 1, 0, 1);
      const float weights[] = { 0.02f, -1 };
      g_autoptr (CjTensor) v = NULL;

      memcpy (cj_program_get_param_data (program,
                                         cj_program_find_param (program, "conductance1.weight")),
              weights, sizeof weights);
      for (guint t = 0; t < 40; t++)
        {
          cj_tensor_f32 (cj_program_get_x (program))[2 * t] = 1;
          cj_tensor_f32 (cj_program_get_x (program))[2 * t + 1] = (float) k;
        }
      cj_program_forward (program, FALSE, 1, 1, 1);
      v = dup_port (program, 1);
      depth[k] = cj_tensor_f32 (v)[39];
      g_assert_cmpfloat (depth[k], >, 0);
    }
  g_assert_cmpfloat (depth[1], <, depth[0] / 4);
}

/* A synapse at 0 hears as much as one above it: pruning with regrowth can bring it back. */
static void
test_regrows (void)
{
  g_autoptr (CjProgram) program
      = network_compile ("direct-current steps=12, conductance-lif 3 refractory=0, "
                         "spike-readout rate, cross-entropy",
                         CJ_PURPOSE_TRAIN, cj_shape1 (2), 4, 3, 1);
  const CjProgramParam *weight = cj_program_find_param (program, "conductance1.weight");
  const float *gradient;
  guint moved = 0;

  network_fill (program, 3);
  for (guint i = 0; i < 8; i++)
    cj_tensor_f32 (cj_program_get_x (program))[i] = 1;
  for (guint i = 0; i < 6; i++)
    ((float *) cj_program_get_param_data (program, weight))[i] = i % 2 == 0 ? 0 : 0.05f;
  cj_program_forward (program, TRUE, 4, 1, 1);
  cj_program_backward (program);
  gradient = cj_program_get_param_gradient (program, weight);
  for (guint i = 0; i < 6; i++)
    moved += gradient[i] != 0;
  g_assert_cmpuint (moved, ==, 6);
  g_assert_cmpfloat_with_epsilon (gradient[0], gradient[1], 1e-6);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/conductance/rates", test_rates);
  g_test_add_func ("/engine/conductance/trains", test_trains);
  g_test_add_func ("/engine/conductance/shunts", test_shunts);
  g_test_add_func ("/engine/conductance/regrows", test_regrows);
  return g_test_run ();
}
