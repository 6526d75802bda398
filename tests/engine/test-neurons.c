/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Single neurons: exact where there is a solution, and each way to fire recognised by its features. */
#include "cj-firing.h"
#include "cj-stdp.h"

#include "cj-error.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static CjNeuronTrace *
run (const char *model, const char *pattern)
{
  const CjNeuronInfo *info = cj_neuron_find (model);

  g_assert_nonnull (info);
  g_assert_nonnull (cj_neuron_find_pattern (info, pattern));
  return cj_neuron_run_pattern (info, cj_neuron_find_pattern (info, pattern));
}

/* --- Izhikevich --- */

/* Each of the twenty is recognised, and as itself alone where two differ by what they do. */
static void
test_izhikevich (gconstpointer data)
{
  const char *id = data;
  g_autoptr (CjNeuronTrace) trace = run ("izhikevich", id);
  g_autoptr (CjNeuronTrace) silent = run ("lif", "subthreshold");
  g_autoptr (GArray) s = cj_neuron_trace_dup_spikes (trace);

  for (guint i = 0; i < s->len; i++)
    g_test_message ("%s: spike at %g ms", id, g_array_index (s, double, i));
  g_assert_true (cj_firing_is (id, trace));
  g_assert_false (cj_firing_is (id, silent));
  g_assert_false (cj_firing_is ("no-such-pattern", trace));
}

/* --- others --- */

static double
get_mean (const CjNeuronTrace *trace, guint variable)
{
  double sum = 0;

  for (guint i = trace->n / 10; i < trace->n; i++)
    sum += trace->state[i * trace->n_state + variable];
  return sum / (trace->n - trace->n / 10);
}

/* Conductances are on average rate, weight and time constant multiplied; what pulls has its bounds. */
static void
test_conductance (void)
{
  const CjNeuronInfo *info = cj_neuron_find ("conductance-lif");
  const CjFiringPattern ways[] = {
    { .id = "both",
      .settings = "rate-e=0.5 rate-i=1 threshold=1000",
      .dt = 0.1,
      .duration = 20000 },
    { .id = "strong",
      .settings = "rate-e=500 rate-i=0 threshold=1000",
      .dt = 0.1,
      .duration = 200 },
    { .id = "held", .settings = "rate-e=0 rate-i=500 threshold=1000", .dt = 0.1, .duration = 200 },
  };
  g_autoptr (CjNeuronTrace) both = cj_neuron_run_pattern (info, &ways[0]);
  g_autoptr (CjNeuronTrace) strong = cj_neuron_run_pattern (info, &ways[1]);
  g_autoptr (CjNeuronTrace) held = cj_neuron_run_pattern (info, &ways[2]);

  g_assert_cmpfloat_with_epsilon (get_mean (both, 2), 0.5 * 1 * 5, 0.1);
  g_assert_cmpfloat_with_epsilon (get_mean (both, 3), 1 * 5 * 10, 1.5);
  g_assert_cmpfloat_with_epsilon (get_mean (strong, 0), 0, 2);
  g_assert_cmpfloat_with_epsilon (get_mean (held, 0), -80, 0.5);
  for (guint i = 0; i < strong->n; i++)
    g_assert_cmpfloat (strong->state[i * strong->n_state], <=, 0);
  for (guint i = 0; i < held->n; i++)
    g_assert_cmpfloat (held->state[i * held->n_state], >=, -80);
}

/* Without spikes that come in it is a leaky neuron: C / g ln (I / (I − g 10 mV)) to the threshold, then 2 ms. */
static void
test_conductance_current (void)
{
  const CjNeuronInfo *info = cj_neuron_find ("conductance-lif");
  const CjFiringPattern way = { .id = "current",
                                .settings = "rate-e=0 rate-i=0 reset=-60",
                                .dt = 0.01,
                                .duration = 2000,
                                .current = { 200, { { 0 } }, 0 } };
  g_autoptr (CjNeuronTrace) trace = cj_neuron_run_pattern (info, &way);
  g_autoptr (GArray) s = cj_neuron_trace_dup_spikes (trace);

  g_assert_cmpuint (s->len, >, 20);
  for (guint i = 0; i + 1 < s->len; i++)
    g_assert_cmpfloat_with_epsilon (cj_firing_interval (s, i), 2 + 20 * log (2), 0.03);
}

/* Inhibition that pulls nowhere still makes a current leak away. */
static void
test_shunt (void)
{
  const CjNeuronInfo *info = cj_neuron_find ("conductance-lif");
  CjFiringPattern open = *cj_neuron_find_pattern (info, "shunt");
  g_autoptr (CjNeuronTrace) shunted = cj_neuron_run_pattern (info, &open);
  g_autoptr (GArray) few = cj_neuron_trace_dup_spikes (shunted);
  g_autoptr (CjNeuronTrace) free_trace = NULL;
  g_autoptr (GArray) many = NULL;

  open.settings = "rate-e=0 rate-i=0";
  free_trace = cj_neuron_run_pattern (info, &open);
  many = cj_neuron_trace_dup_spikes (free_trace);
  g_assert_cmpuint (few->len, ==, 0);
  g_assert_cmpuint (many->len, >, 10);
}

/* The closed solution of a published run: 1,000 rows of input, membrane and spike. */
static void
test_lif (void)
{
  static const guint spikes[] = { 460, 510, 710, 760 };
  const char *folder = g_getenv ("CAJAL_DATA_DIR");
  const CjNeuronInfo *info = cj_neuron_find ("lif");
  g_autofree gpointer params = cj_neuron_new_params (info, NULL);
  g_autofree char *path = NULL, *text = NULL;
  g_auto (GStrv) rows = NULL;
  double state[CJ_NEURON_MAX_STATE];
  guint n = 0;

  if (folder == NULL)
    {
      g_test_skip ("CAJAL_DATA_DIR is not set");
      return;
    }
  path = g_build_filename (folder, "nir", "lif_exact.csv", NULL);
  if (!g_file_get_contents (path, &text, NULL, NULL))
    {
      g_test_skip ("there is no nir/lif_exact.csv in CAJAL_DATA_DIR");
      return;
    }
  g_assert_true (cj_params_parse (info->params, params, "tau", "2.5", NULL));
  g_assert_true (cj_params_parse (info->params, params, "r", "1", NULL));
  g_assert_true (cj_params_parse (info->params, params, "leak", "0", NULL));
  g_assert_true (cj_params_parse (info->params, params, "threshold", "0.1", NULL));
  g_assert_true (cj_params_parse (info->params, params, "reset", "0", NULL));
  g_assert_true (cj_params_parse (info->params, params, "refractory", "0", NULL));
  info->rest (params, state);
  rows = g_strsplit (text, "\n", -1);
  for (guint i = 0; i < 1000; i++)
    {
      double input, membrane, spike;
      gboolean spiked;

      g_assert_nonnull (rows[i]);
      g_assert_cmpint (sscanf (rows[i], "%lf,%lf,%lf", &input, &membrane, &spike), ==, 3);
      spiked = info->step (params, state, input, 0.1);
      if (n == 0 && !spiked)
        g_assert_cmpfloat (fabs (state[0] - membrane), <, 1e-6);
      g_assert_cmpint (spiked, ==, spike > 0);
      if (spiked)
        {
          g_assert_cmpint (n, <, G_N_ELEMENTS (spikes));
          g_assert_cmpint (i, ==, spikes[n++]);
        }
    }
  g_assert_cmpint (n, ==, G_N_ELEMENTS (spikes));
}

/* T = tau ln ((RI) / (RI - (threshold - leak))) + refractory time; below the rheobase there is no spike. */
static void
test_lif_rate (void)
{
  g_autoptr (CjNeuronTrace) trace = run ("lif", "tonic-spiking");
  g_autoptr (CjNeuronTrace) below = run ("lif", "subthreshold");
  g_autoptr (GArray) spikes = cj_neuron_trace_dup_spikes (trace);
  g_autoptr (GArray) none = cj_neuron_trace_dup_spikes (below);

  g_assert_cmpint (none->len, ==, 0);
  g_assert_cmpint (spikes->len, >, 5);
  for (guint i = 0; i + 1 < spikes->len; i++)
    g_assert_cmpfloat (fabs (cj_firing_interval (spikes, i) - (10 * log (20 / 5.0) + 2)), <, 0.25);
}

static void
test_integrate (void)
{
  g_autoptr (CjNeuronTrace) trace = run ("integrate-and-fire", "memory");
  g_autoptr (GArray) spikes = cj_neuron_trace_dup_spikes (trace);

  /* two pulses of 6 mV are not enough for 15 mV, three are */
  g_assert_cmpint (spikes->len, ==, 1);
  g_assert_cmpint (cj_firing_count (spikes, 140, 146), ==, 1);
}

static void
test_adex (void)
{
  g_autoptr (CjNeuronTrace) tonic = run ("adex", "tonic-spiking");
  g_autoptr (CjNeuronTrace) adapting = run ("adex", "adaptation");
  g_autoptr (CjNeuronTrace) burst = run ("adex", "initial-burst");
  g_autoptr (CjNeuronTrace) bursting = run ("adex", "regular-bursting");
  g_autoptr (CjNeuronTrace) late = run ("adex", "delayed-accelerating");
  g_autoptr (CjNeuronTrace) transient = run ("adex", "transient-spiking");
  g_autoptr (GArray) a = cj_neuron_trace_dup_spikes (tonic);
  g_autoptr (GArray) b = cj_neuron_trace_dup_spikes (adapting);
  g_autoptr (GArray) c = cj_neuron_trace_dup_spikes (burst);
  g_autoptr (GArray) d = cj_neuron_trace_dup_spikes (bursting);
  g_autoptr (GArray) e = cj_neuron_trace_dup_spikes (late);
  g_autoptr (GArray) f = cj_neuron_trace_dup_spikes (transient);

  g_test_message ("%u %u %u %u %u %u spikes", a->len, b->len, c->len, d->len, e->len, f->len);
  g_assert_cmpint (a->len, >=, 5);
  g_assert_cmpfloat (fabs (cj_firing_interval (a, 2) - cj_firing_interval (a, a->len - 2)), <,
                     0.1 * cj_firing_interval (a, 2));
  g_assert_cmpint (b->len, >=, 4);
  g_assert_cmpfloat (cj_firing_interval (b, b->len - 2), >, 1.5 * cj_firing_interval (b, 0));
  g_assert_cmpint (c->len, >=, 4);
  g_assert_cmpfloat (cj_firing_interval (c, 0), <, 0.5 * cj_firing_interval (c, c->len - 2));
  g_assert_cmpint (cj_firing_count_bursts (d, 25, 2), >=, 2);
  g_assert_cmpint (e->len, >=, 3);
  g_assert_cmpfloat (cj_firing_interval (e, e->len - 2), <, cj_firing_interval (e, 0));
  g_assert_cmpint (f->len, >=, 1);
  g_assert_cmpint (cj_firing_count (f, 250, 500), ==, 0);
}

static void
test_hodgkin_huxley (void)
{
  const CjNeuronInfo *info = cj_neuron_find ("hodgkin-huxley");
  g_autofree gpointer params = cj_neuron_new_params (info, NULL);
  g_autoptr (CjNeuronTrace) one = run ("hodgkin-huxley", "action-potential");
  g_autoptr (CjNeuronTrace) many = run ("hodgkin-huxley", "tonic-spiking");
  g_autoptr (CjNeuronTrace) weak = run ("hodgkin-huxley", "single-spike");
  g_autoptr (CjNeuronTrace) rebound = run ("hodgkin-huxley", "anode-break");
  g_autoptr (CjNeuronTrace) block = run ("hodgkin-huxley", "block");
  g_autoptr (GArray) a = cj_neuron_trace_dup_spikes (one);
  g_autoptr (GArray) b = cj_neuron_trace_dup_spikes (many);
  g_autoptr (GArray) c = cj_neuron_trace_dup_spikes (weak);
  g_autoptr (GArray) d = cj_neuron_trace_dup_spikes (rebound);
  g_autoptr (GArray) e = cj_neuron_trace_dup_spikes (block);
  double state[CJ_NEURON_MAX_STATE], change[CJ_NEURON_MAX_STATE];

  /* at rest nothing moves */
  info->rest (params, state);
  info->slope (params, state, 0, change);
  for (guint i = 0; i < info->n_state; i++)
    g_assert_cmpfloat (fabs (change[i]), <, 0.02);
  g_assert_cmpint (a->len, ==, 1);
  g_assert_cmpfloat (cj_firing_find_highest (one, 0, 50), >, 30);
  g_assert_cmpfloat (cj_firing_find_highest (one, 0, 50), <, 50);
  /* about 68 spikes a second at 10 µA/cm² */
  g_assert_cmpint (b->len, >=, 6);
  g_assert_cmpfloat (cj_firing_interval (b, 3), >, 13);
  g_assert_cmpfloat (cj_firing_interval (b, 3), <, 16);
  g_assert_cmpint (c->len, ==, 1);
  g_assert_cmpint (d->len, ==, 1);
  g_assert_cmpint (cj_firing_count (d, 70, 150), ==, 1);
  g_assert_cmpint (cj_firing_count (e, 60, 120), ==, 0);
}

/* Smaller steps change nothing that can be seen. */
static void
test_steps (void)
{
  static const char *const models[] = { "lif", "adex", "hodgkin-huxley" };

  for (guint i = 0; i < G_N_ELEMENTS (models); i++)
    {
      const CjNeuronInfo *info = cj_neuron_find (models[i]);
      const CjFiringPattern *pattern = cj_neuron_find_pattern (info, "tonic-spiking");
      g_autofree gpointer params = cj_neuron_new_params (info, pattern);
      g_autoptr (CjNeuronTrace) coarse = cj_neuron_run_pattern (info, pattern);
      g_autoptr (CjNeuronTrace) fine
          = cj_neuron_run (info, params, pattern->start, &pattern->current, pattern->dt / 4,
                           pattern->duration, NULL);
      g_autoptr (GArray) a = cj_neuron_trace_dup_spikes (coarse);
      g_autoptr (GArray) b = cj_neuron_trace_dup_spikes (fine);

      g_assert_cmpint (a->len, ==, b->len);
      for (guint s = 0; s < a->len; s++)
        g_assert_cmpfloat (fabs (g_array_index (a, double, s) - g_array_index (b, double, s)), <,
                           1.0);
    }
}

/* Every model rests, moves by its slope where no spike falls, and knows its patterns. */
static void
test_every (void)
{
  for (const CjNeuronInfo *const *info = cj_neurons (); *info != NULL; info++)
    {
      g_autofree gpointer params = cj_neuron_new_params (*info, NULL);
      double state[CJ_NEURON_MAX_STATE] = { 0 }, change[CJ_NEURON_MAX_STATE] = { 0 };
      double before;

      (*info)->rest (params, state);
      (*info)->slope (params, state, 0.1, change);
      before = state[0];
      g_assert_false ((*info)->step (params, state, 0.1, 1e-4));
      g_assert_cmpfloat (fabs (state[0] - before - 1e-4 * change[0]), <, 1e-6);
      g_assert_nonnull ((*info)->patterns);
      for (const CjFiringPattern *p = (*info)->patterns; p->id != NULL; p++)
        {
          g_autoptr (CjNeuronTrace) trace = cj_neuron_run_pattern (*info, p);

          for (guint i = 0; i < trace->n * trace->n_state; i++)
            g_assert_true (isfinite (trace->state[i]));
        }
    }
}

static void
test_refusals (void)
{
  const CjNeuronInfo *info = cj_neuron_find ("lif");
  g_autofree gpointer params = cj_neuron_new_params (info, NULL);
  const CjCurrent none = { 0 };
  const double steps[][2] = { { 0, 10 }, { -1, 10 }, { 1e-9, 1e9 }, { 1, 0 }, { NAN, 10 } };

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (cj_neuron_run (info, params, NULL, &none, steps[i][0], steps[i][1], &error));
      g_assert_error (error, CJ_ERROR, CJ_ERROR_PARAM);
    }
}

/* The window, one pair at a time: a weight grows where its synapse spiked first. */
static void
test_stdp_window (void)
{
  const CjStdp stdp = { 0.01, 0.0105, 20, 10 };

  g_assert_cmpfloat (fabs (cj_stdp_window (&stdp, 20) - 0.01 * exp (-1)), <, 1e-12);
  g_assert_cmpfloat (fabs (cj_stdp_window (&stdp, -10) + 0.0105 * exp (-1)), <, 1e-12);
  g_assert_cmpfloat (cj_stdp_window (&stdp, 1), >, cj_stdp_window (&stdp, 2));
}

/* The same trains for the same seed; weights stay within bounds; without a stronger depression than
 * potentiation they do not part. */
static void
test_stdp_neuron (void)
{
  CjStdpNeuron neuron;
  float a[200], b[200], rates[4];

  cj_stdp_neuron_init (&neuron);
  neuron.n = G_N_ELEMENTS (a);
  neuron.rate = 75;
  for (guint i = 0; i < neuron.n; i++)
    a[i] = b[i] = (float) i / (float) neuron.n;
  cj_stdp_neuron_run (&neuron, 4, 3, a, rates, 4, NULL, NULL);
  cj_stdp_neuron_run (&neuron, 4, 3, b, NULL, 0, NULL, NULL);
  g_assert_cmpmem (a, sizeof a, b, sizeof b);
  for (guint i = 0; i < neuron.n; i++)
    g_assert_true (a[i] >= 0 && a[i] <= 1);
  g_assert_cmpfloat (rates[0] + rates[1] + rates[2] + rates[3], >, 0);
}

static void
test_bimodality (void)
{
  float even[1000], heaps[1000], one[1000];

  for (int i = 0; i < 1000; i++)
    {
      even[i] = (float) i / 1000;
      heaps[i] = (float) (i % 2) + (float) (i % 7) / 100;
      one[i] = (float) ((i % 10) + (i / 10 % 10) + (i / 100)) / 27;
    }
  g_assert_cmpfloat (fabs (cj_bimodality (even, 1000) - 5 / 9.0), <, 0.01);
  g_assert_cmpfloat (cj_bimodality (heaps, 1000), >, 0.9);
  g_assert_cmpfloat (cj_bimodality (one, 1000), <, 0.5);
}

int
main (int argc, char **argv)
{
  const CjNeuronInfo *izhikevich = cj_neuron_find ("izhikevich");
  guint n = 0;

  g_test_init (&argc, &argv, NULL);
  for (const CjFiringPattern *p = izhikevich->patterns; p->id != NULL; p++, n++)
    {
      g_autofree char *path = g_strdup_printf ("/engine/neurons/izhikevich/%s", p->id);

      g_test_add_data_func (path, p->id, test_izhikevich);
    }
  g_assert_cmpint (n, ==, 20);
  g_test_add_func ("/engine/neurons/lif/exact", test_lif);
  g_test_add_func ("/engine/neurons/lif/rate", test_lif_rate);
  g_test_add_func ("/engine/neurons/integrate-and-fire", test_integrate);
  g_test_add_func ("/engine/neurons/adex", test_adex);
  g_test_add_func ("/engine/neurons/hodgkin-huxley", test_hodgkin_huxley);
  g_test_add_func ("/engine/neurons/steps", test_steps);
  g_test_add_func ("/engine/neurons/every", test_every);
  g_test_add_func ("/engine/neurons/stdp/window", test_stdp_window);
  g_test_add_func ("/engine/neurons/stdp/neuron", test_stdp_neuron);
  g_test_add_func ("/engine/neurons/stdp/bimodality", test_bimodality);
  g_test_add_func ("/engine/neurons/refusals", test_refusals);
  g_test_add_func ("/engine/neurons/conductance-lif/mean", test_conductance);
  g_test_add_func ("/engine/neurons/conductance-lif/current", test_conductance_current);
  g_test_add_func ("/engine/neurons/conductance-lif/shunt", test_shunt);
  return g_test_run ();
}
