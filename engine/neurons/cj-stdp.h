/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Spike-timing-dependent plasticity of pairs of spikes, and one neuron whose synapses learn by it. */
#pragma once

#include "cj-param.h"

G_BEGIN_DECLS

/* A synapse that spiked before the neuron did grows by up to a_plus, one that spiked after it shrinks by up to
 * a_minus, less the longer the time between; both as shares of the largest weight. G. Bi, M. Poo, Journal of
 * Neuroscience 18 (1998). */
typedef struct
{
  double a_plus, a_minus;
  double tau_plus, tau_minus; /* ms */
} CjStdp;

/* Of a CjStdp; the presets are those of Song, Miller and Abbott. */
extern const CjParam cj_stdp_params[];

/* The change by one pair, `delay` ms from the synapse's spike to the neuron's, as a share of the largest weight. */
double cj_stdp_window (const CjStdp *stdp, double delay);

/* S. Song, K. Miller, L. Abbott, "Competitive Hebbian learning through spike-timing-dependent synaptic
 * plasticity", Nature Neuroscience 3 (2000): a leaky integrate-and-fire neuron with synapses that are
 * conductances, tau v' = E_leak - v + g (E_synapse - v), tau_g g' = -g, driven by Poisson trains; all pairs of
 * spikes count, by a trace a synapse and one of the neuron. */
typedef struct
{
  guint n;                                /* synapses */
  double rate;                            /* of each train, Hz */
  double tau;                             /* ms, of the membrane */
  double tau_g;                           /* ms, of the conductance */
  double leak, synapse, threshold, reset; /* mV */
  double largest;                         /* weight, as a share of the leak conductance */
  CjStdp stdp;
  double dt; /* ms */
} CjStdpNeuron;

/* The numbers of that paper: 1,000 trains of 15 Hz. */
void cj_stdp_neuron_init (CjStdpNeuron *neuron);

/* Goes on for `seconds` from weights [n], shares of the largest, which it alters. `rates` takes the neuron's rate
 * (Hz) in each of `n_bins` equal stretches, NULL: not wanted. `stop` is asked a hundred times, and ends it
 * when it is TRUE; NULL: nobody is. The same seed draws the same trains. Any thread. */
void cj_stdp_neuron_run (const CjStdpNeuron *neuron, double seconds, guint64 seed, float *weights,
                         float *rates, guint n_bins, gboolean (*stop) (double share, gpointer data),
                         gpointer data);

/* Whether numbers from 0 to 1 lie at both ends: (skewness² + 1) / kurtosis with its correction for n, which is
 * 5/9 for even ones and larger for two heaps (SAS Institute, 1990). */
double cj_bimodality (const float *values, gsize n);

G_END_DECLS
