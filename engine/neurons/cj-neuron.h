/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Models of a single neuron, for study: what its membrane does when a current is injected. Potentials in mV,
 * times in ms. The layers of spiking networks are made of ops and are not these. */
#pragma once

#include "cj-catalogue.h"
#include "cj-param.h"

G_BEGIN_DECLS

#define CJ_NEURON_MAX_STATE 6
#define CJ_NEURON_MAX_PIECES 6

/* A current over time: `rest`, and in its place during each piece a straight line from `first` to `last`;
 * the piece is the half-open (begin, end]. */
typedef struct
{
  double begin, end, first, last;
} CjCurrentPiece;

typedef struct
{
  double rest;
  CjCurrentPiece pieces[CJ_NEURON_MAX_PIECES];
  guint n_pieces;
  double
      noise; /* deviation of a normal number, another one each millisecond, that a piece has on top */
} CjCurrent;

/* A way to fire that is known by name: parameters that differ from the presets and the current that shows it. */
typedef struct
{
  const char *id, *title, *blurb;
  const char *settings; /* "a=0.1 b=0.26" */
  double dt, duration;
  const double *start; /* state at t = 0, or NULL: at rest */
  CjCurrent current;
} CjFiringPattern;

typedef struct
{
  guint abi;
  const char *id;
  const char *title;
  const char *blurb;
  const char *formula;
  const char *biology;
  const char *source;       /* paper */
  const char *current_unit; /* "pA" */
  gsize params_size;
  const CjParam *params;
  guint n_state;
  /* The first is the membrane potential; without a name, at the end, is what nobody is shown. */
  const char *state_names[CJ_NEURON_MAX_STATE];
  const char *state_units[CJ_NEURON_MAX_STATE];
  double dt;                       /* ms that it is exact or steady with */
  const CjFiringPattern *patterns; /* ends with an id of NULL; may be NULL */

  void (*rest) (gconstpointer params, double *state);
  /* Goes on by dt with the current during it. Whether a spike fell into it; `state` is then as after it. */
  gboolean (*step) (gconstpointer params, double *state, double current, double dt);
  /* How fast each variable changes in `state`: for phase planes. */
  void (*slope) (gconstpointer params, const double *state, double current, double *slope);
  double peak; /* mV that a spike is drawn up to, where the model itself has none; NAN: it has */
  /* The variable that makes a plane with the membrane; 0: there is none. `reduce` sets the other variables as they
   * go with these two; NULL: there are no others. */
  guint recovery;
  void (*reduce) (gconstpointer params, double *state);
} CjNeuronInfo;

const CjNeuronInfo *const *cj_neurons (void);
const CjNeuronInfo *cj_neuron_find (const char *id); /* or NULL */
const CjFiringPattern *cj_neuron_find_pattern (const CjNeuronInfo *info,
                                               const char *id); /* or NULL */

/* The current in the moment t. */
double cj_current_get (const CjCurrent *current, double t);

/* What a neuron did: S samples, dt apart, from t = 0 on. */
typedef struct
{
  guint n, n_state;
  double dt;
  double *current;  /* [S] */
  double *state;    /* [S, n_state] after the step */
  gboolean *spiked; /* [S] */
} CjNeuronTrace;

/* One step of dt by the classical method of fourth order (Kutta, 1901), in place; for models whose slope tells all
 * of what happens between spikes. */
void cj_neuron_runge_kutta (const CjNeuronInfo *info, gconstpointer params, double *state,
                            double current, double dt);

/* Parameters with the presets, or those of a pattern; you g_free. */
gpointer cj_neuron_new_params (const CjNeuronInfo *info, const CjFiringPattern *pattern);

/* Injects `current` for `duration` in steps of dt; sample i has the current at i dt. `start` may be NULL: from rest. NULL
 * and a sentence where that would be more than ten million samples, or not a number. Any thread. You free. */
CjNeuronTrace *cj_neuron_run (const CjNeuronInfo *info, gconstpointer params, const double *start,
                              const CjCurrent *current, double dt, double duration, GError **error);
/* A pattern as it is published. You free. */
CjNeuronTrace *cj_neuron_run_pattern (const CjNeuronInfo *info, const CjFiringPattern *pattern);
void cj_neuron_trace_free (CjNeuronTrace *trace);

/* Times of the spikes, double, ms. You unref. */
GArray *cj_neuron_trace_dup_spikes (const CjNeuronTrace *trace);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjNeuronTrace, cj_neuron_trace_free)

G_END_DECLS
