/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Further frames of one neuron on the bench: its plane, its intervals, how its rate follows the current; and the
 * window of STDP. */
#pragma once

#include "cj-stdp.h"
#include "cjl-job.h"
#include "cjl-neuron.h"

G_BEGIN_DECLS

/* Sealed frames; NULL if there is nothing to show. You free. Of "phase-plane": with the current that is strongest. */
CjvFrame *cjl_neuron_frame_plane (const CjlNeuron *self, const CjNeuronTrace *trace);
CjvFrame *cjl_neuron_frame_intervals (const CjlNeuron *self, const CjNeuronTrace *trace);
CjvFrame *cjl_stdp_frame (const CjStdp *stdp);

/* Rates at currents from rest to twice what is injected. Immutable. */
typedef struct
{
  CjlNeuron *neuron;
  guint n;
  float *current, *onset, *steady; /* [n]; rates in Hz, NAN: not found yet */
} CjlRates;

/* A job whose results are CjlRates, coarse ones first. You free. */
CjlJob *cjl_neuron_start_rates (const CjlNeuron *self);
/* The same at once. You free. */
CjlRates *cjl_neuron_find_rates (const CjlNeuron *self);
void cjl_rates_free (CjlRates *self);
/* "f-i-curve". You free. */
CjvFrame *cjl_rates_frame (const CjlRates *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlRates, cjl_rates_free)

/* The frame of a figure of the bench by its id: "traces" and those above; NULL with a sentence if it has nothing to
 * show. Slow for "f-i-curve". You free. */
CjvFrame *cjl_neuron_frame (const CjlNeuron *self, const CjNeuronTrace *trace, const char *figure,
                            GError **error);
/* Their ids; ends with NULL. */
extern const char *const cjl_neuron_figures[];

G_END_DECLS
