/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-firing.h"

#include <math.h>

/* --- features --- */

guint
cj_firing_count (const GArray *spikes, double begin, double end)
{
  guint n = 0;

  for (guint i = 0; i < spikes->len; i++)
    n += g_array_index (spikes, double, i) >= begin && g_array_index (spikes, double, i) < end;
  return n;
}

double
cj_firing_interval (const GArray *spikes, guint i)
{
  return g_array_index (spikes, double, i + 1) - g_array_index (spikes, double, i);
}

guint
cj_firing_count_bursts (const GArray *spikes, double gap, guint least)
{
  guint bursts = 0, size = 1;

  for (guint i = 0; i + 1 < spikes->len; i++)
    {
      size = cj_firing_interval (spikes, i) <= gap ? size + 1 : 1;
      bursts += size == least;
    }
  return bursts;
}

/* Peaks of the membrane in [begin, end) ms. */
static guint
count_peaks (const CjNeuronTrace *trace, double begin, double end)
{
  guint n = 0;

  for (guint i = 1; i + 1 < trace->n; i++)
    {
      const double v = trace->state[i * trace->n_state];

      n += i * trace->dt >= begin && i * trace->dt < end && !trace->spiked[i]
           && v > trace->state[(i - 1) * trace->n_state]
           && v >= trace->state[(i + 1) * trace->n_state];
    }
  return n;
}

double
cj_firing_find_highest (const CjNeuronTrace *trace, double begin, double end)
{
  double highest = -INFINITY;

  for (guint i = 0; i < trace->n; i++)
    if (i * trace->dt >= begin && i * trace->dt < end)
      highest = MAX (highest, trace->state[i * trace->n_state]);
  return highest;
}

/* --- patterns --- */

static gboolean
is_tonic_spiking (const CjNeuronTrace *trace, const GArray *s)
{
  const guint n = s->len;

  (void) trace;
  return n >= 4 && fabs (cj_firing_interval (s, n - 2) - cj_firing_interval (s, n - 3)) < 1;
}

static gboolean
is_phasic_spiking (const CjNeuronTrace *trace, const GArray *s)
{
  const guint n = s->len;

  (void) trace;
  return n == 1;
}

static gboolean
is_tonic_bursting (const CjNeuronTrace *trace, const GArray *s)
{
  (void) trace;
  return cj_firing_count_bursts (s, 8, 2) >= 3;
}

static gboolean
is_phasic_bursting (const CjNeuronTrace *trace, const GArray *s)
{
  const guint n = s->len;

  (void) trace;
  return n >= 3 && cj_firing_count (s, 20, 100) == n && cj_firing_count_bursts (s, 15, 3) == 1;
}

static gboolean
is_mixed_mode (const CjNeuronTrace *trace, const GArray *s)
{
  const guint n = s->len;

  (void) trace;
  return n >= 5 && cj_firing_interval (s, 0) < 0.5 * cj_firing_interval (s, n - 2)
         && fabs (cj_firing_interval (s, n - 2) - cj_firing_interval (s, n - 3)) < 2;
}

static gboolean
is_adaptation (const CjNeuronTrace *trace, const GArray *s)
{
  const guint n = s->len;

  (void) trace;
  return n >= 5 && cj_firing_interval (s, n - 2) > 1.5 * cj_firing_interval (s, 0);
}

/* from slow to fast with the current */
static gboolean
is_class_1 (const CjNeuronTrace *trace, const GArray *s)
{
  const guint n = s->len;

  (void) trace;
  return n >= 6 && cj_firing_interval (s, 0) > 2.5 * cj_firing_interval (s, n - 2);
}

/* at once nearly as fast as later */
static gboolean
is_class_2 (const CjNeuronTrace *trace, const GArray *s)
{
  const guint n = s->len;

  (void) trace;
  return n >= 6 && cj_firing_interval (s, 0) < 2.5 * cj_firing_interval (s, n - 2);
}

static gboolean
is_latency (const CjNeuronTrace *trace, const GArray *s)
{
  const guint n = s->len;

  (void) trace;
  return n == 1 && g_array_index (s, double, 0) > 13 + 4;
}

static gboolean
is_oscillations (const CjNeuronTrace *trace, const GArray *s)
{
  const guint n = s->len;

  return n == 1 && count_peaks (trace, 40, 200) >= 3;
}

/* pulses 20 ms apart do nothing, pulses 40 ms apart do */
static gboolean
is_resonator (const CjNeuronTrace *trace, const GArray *s)
{
  (void) trace;
  return cj_firing_count (s, 0, 280) == 0 && cj_firing_count (s, 320, 400) == 1;
}

static gboolean
is_integrator (const CjNeuronTrace *trace, const GArray *s)
{
  (void) trace;
  return cj_firing_count (s, 0, 60) == 1 && cj_firing_count (s, 60, 100) == 0;
}

static gboolean
is_rebound_spike (const CjNeuronTrace *trace, const GArray *s)
{
  const guint n = s->len;

  (void) trace;
  return n == 1 && cj_firing_count (s, 25, 200) == 1;
}

static gboolean
is_rebound_burst (const CjNeuronTrace *trace, const GArray *s)
{
  const guint n = s->len;

  (void) trace;
  return n >= 3 && cj_firing_count (s, 25, 200) == n && cj_firing_count_bursts (s, 15, 3) == 1;
}

static gboolean
is_threshold_variability (const CjNeuronTrace *trace, const GArray *s)
{
  (void) trace;
  return cj_firing_count (s, 0, 70) == 0 && cj_firing_count (s, 80, 100) == 1;
}

static gboolean
is_bistability (const CjNeuronTrace *trace, const GArray *s)
{
  (void) trace;
  return cj_firing_count (s, 0, 37) == 0 && cj_firing_count (s, 43, 216) >= 4
         && cj_firing_count (s, 235, 300) == 0;
}

/* above the reset before it comes back to rest */
static gboolean
is_after_potential (const CjNeuronTrace *trace, const GArray *s)
{
  const guint n = s->len;
  const double spike = n > 0 ? g_array_index (s, double, 0) : 0;

  return n == 1 && cj_firing_find_highest (trace, spike + 1, spike + 20) > -60
         && trace->state[(trace->n - 1) * 2] < -62;
}

static gboolean
is_accommodation (const CjNeuronTrace *trace, const GArray *s)
{
  (void) trace;
  return cj_firing_count (s, 0, 300) == 0 && cj_firing_count (s, 300, 400) == 1;
}

static gboolean
is_inhibition_spiking (const CjNeuronTrace *trace, const GArray *s)
{
  (void) trace;
  return cj_firing_count (s, 50, 250) >= 3 && cj_firing_count (s, 0, 50) == 0
         && cj_firing_count (s, 265, 350) == 0;
}

static gboolean
is_inhibition_bursting (const CjNeuronTrace *trace, const GArray *s)
{
  (void) trace;
  return cj_firing_count_bursts (s, 15, 3) >= 2 && cj_firing_count (s, 0, 50) == 0
         && cj_firing_count (s, 275, 350) == 0;
}

static const struct
{
  const char *id;
  gboolean (*shows) (const CjNeuronTrace *trace, const GArray *spikes);
} features[] = {
  { "tonic-spiking", is_tonic_spiking },
  { "phasic-spiking", is_phasic_spiking },
  { "tonic-bursting", is_tonic_bursting },
  { "phasic-bursting", is_phasic_bursting },
  { "mixed-mode", is_mixed_mode },
  { "adaptation", is_adaptation },
  { "class-1", is_class_1 },
  { "class-2", is_class_2 },
  { "latency", is_latency },
  { "oscillations", is_oscillations },
  { "resonator", is_resonator },
  { "integrator", is_integrator },
  { "rebound-spike", is_rebound_spike },
  { "rebound-burst", is_rebound_burst },
  { "threshold-variability", is_threshold_variability },
  { "bistability", is_bistability },
  { "after-potential", is_after_potential },
  { "accommodation", is_accommodation },
  { "inhibition-spiking", is_inhibition_spiking },
  { "inhibition-bursting", is_inhibition_bursting },
};

gboolean
cj_firing_is (const char *pattern, const CjNeuronTrace *trace)
{
  g_autoptr (GArray) spikes = cj_neuron_trace_dup_spikes (trace);

  for (guint i = 0; i < G_N_ELEMENTS (features); i++)
    if (g_str_equal (features[i].id, pattern))
      return features[i].shows (trace, spikes);
  return FALSE;
}
