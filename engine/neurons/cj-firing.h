/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recognises ways to fire by their features, as a person who looks at the trace would: how many spikes, in what
 * groups, when, and how the distances between them change. */
#pragma once

#include "cj-neuron.h"

G_BEGIN_DECLS

/* Of the times of spikes (double, ms): how many lie in [begin, end) ms; the time from spike i to the next; groups
 * of at least `least` spikes that are at most `gap` ms apart. */
guint cj_firing_count (const GArray *spikes, double begin, double end);
double cj_firing_interval (const GArray *spikes, guint i);
guint cj_firing_count_bursts (const GArray *spikes, double gap, guint least);
/* The highest membrane potential in [begin, end) ms, mV. */
double cj_firing_find_highest (const CjNeuronTrace *trace, double begin, double end);

/* Whether a trace, of the published current, shows the pattern of the Izhikevich neuron with this id. FALSE also
 * where there is no such pattern. Any thread. */
gboolean cj_firing_is (const char *pattern, const CjNeuronTrace *trace);

G_END_DECLS
