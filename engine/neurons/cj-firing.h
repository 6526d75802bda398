/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recognises ways to fire by their features, as a person who looks at the trace would: how many spikes, in what
 * groups, when, and how the distances between them change. */
#pragma once

#include "cj-neuron.h"

G_BEGIN_DECLS

/* Whether a trace, of the published current, shows the pattern of the Izhikevich neuron with this id. FALSE also
 * where there is no such pattern. Any thread. */
gboolean cj_firing_is (const char *pattern, const CjNeuronTrace *trace);

G_END_DECLS
