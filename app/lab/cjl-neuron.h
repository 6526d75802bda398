/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One neuron on the bench: a model with its parameters, patched with an injected current, and the frames of
 * what it does. Times in ms, potentials in mV, currents in the unit of the model. One owner; any thread. */
#pragma once

#include "cj-neuron.h"
#include "cjv-frame.h"

G_BEGIN_DECLS

typedef struct
{
  const CjNeuronInfo *info;
  const CjFiringPattern *pattern; /* that it began as; NULL: the presets of the model */
  gpointer params;                /* of info->params; yours to change */
  CjCurrent current;
  double dt, duration;
} CjlNeuron;

/* As a pattern is published; NULL: as the first of the model, or its presets and no current where it has
 * none. You free. */
CjlNeuron *cjl_neuron_new (const CjNeuronInfo *info, const CjFiringPattern *pattern);
CjlNeuron *cjl_neuron_dup (const CjlNeuron *self); /* you free */
void cjl_neuron_free (CjlNeuron *self);

/* The first pulse or ramp of the current: what it comes to, when it begins and when it ends, which is within
 * the duration. 0 for all three where the current rests. */
void cjl_neuron_get_pulse (const CjlNeuron *self, double *amplitude, double *begin, double *end);
/* One rectangle of current over what flows at rest, in place of whatever was injected. */
void cjl_neuron_set_pulse (CjlNeuron *self, double amplitude, double begin, double end);

typedef enum
{
  CJL_CURRENT_STEP,
  CJL_CURRENT_RAMP,   /* from rest up to the amplitude */
  CJL_CURRENT_PULSES, /* as many rectangles as a current can have, as long as the pauses between */
  CJL_CURRENT_NOISE,  /* a step with noise on it that deviates by half of the amplitude */
  CJL_N_CURRENTS
} CjlCurrentShape;

/* Ids for files and commands; ends with NULL. */
extern const char *const cjl_current_shapes[];

/* The same in another shape. */
void cjl_neuron_set_current (CjlNeuron *self, CjlCurrentShape shape, double amplitude, double begin,
                             double end);

/* What it does. NULL and a sentence where the step is too small for the duration, or too long for the model, so
 * that its numbers grow beyond bounds. You free. */
CjNeuronTrace *cjl_neuron_run (const CjlNeuron *self, GError **error);

typedef struct
{
  guint n;      /* spikes */
  double rate;  /* Hz, over the whole time */
  double first; /* ms; NAN: it never fires */
  double cv; /* of the intervals: their standard deviation by their mean; NAN: under three spikes */
} CjlFiring;

CjlFiring cjl_neuron_measure (const CjNeuronTrace *trace);

/* A sealed frame of the figure "traces". You free. */
CjvFrame *cjl_neuron_frame_traces (const CjlNeuron *self, const CjNeuronTrace *trace);

/* Names of the current and the neuron, and where the numbers come from, into a frame that is not sealed. */
void cjl_neuron_put_words (const CjlNeuron *self, CjvFrame *frame);

/* What a picture of it comes from, a{sv}: "neuron", "settings" of all its parameters, "current", "dt",
 * "duration", "cajal" (the version). Floating. */
GVariant *cjl_neuron_print_source (const CjlNeuron *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlNeuron, cjl_neuron_free)

G_END_DECLS
