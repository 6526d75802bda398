/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is asked of a model of a neuron as a whole: its phase plane, and how its rate follows the current. */
#pragma once

#include "cj-neuron.h"

G_BEGIN_DECLS

/* How the neuron behaves near a fixed point, by the eigenvalues of its Jacobian there (E. Izhikevich, "Dynamical
 * Systems in Neuroscience", MIT Press 2007, section 4.2). */
typedef enum
{
  CJ_FIXED_STABLE_NODE,
  CJ_FIXED_STABLE_FOCUS,
  CJ_FIXED_UNSTABLE_NODE,
  CJ_FIXED_UNSTABLE_FOCUS,
  CJ_FIXED_SADDLE
} CjFixedKind;

typedef struct
{
  double v, w;
  CjFixedKind kind;
} CjFixedPoint;

/* A stretch of a nullcline. */
typedef struct
{
  double v0, w0, v1, w1;
} CjNullStretch;

/* Of the membrane v and the recovery variable w of a model, between bounds that were asked for. */
typedef struct
{
  GArray *v_null, *w_null; /* of CjNullStretch: where v, and where w, does not change */
  GArray *fixed;           /* of CjFixedPoint, v rising */
} CjPhasePlane;

/* Whether two variables of the model make a plane; the second is info->recovery. */
gboolean cj_neuron_has_plane (const CjNeuronInfo *info);

/* How fast v and w change at a place of the plane. */
void cj_neuron_find_flow (const CjNeuronInfo *info, gconstpointer params, double v, double w,
                          double current, double *dv, double *dw);

/* With a steady current; nullclines by marching squares on a grid of `side` cells along each axis, fixed points
 * from there by Newton's method. NULL if the model has no plane. Any thread. You free. */
CjPhasePlane *cj_phase_plane_new (const CjNeuronInfo *info, gconstpointer params, double current,
                                  double v_low, double v_high, double w_low, double w_high,
                                  guint side);
void cj_phase_plane_free (CjPhasePlane *self);

/* How fast it fires, Hz, with a current that begins at t = 0, when it is at rest, and stays: `onset` of the first
 * interval, `steady` of the later half of the intervals (0: it falls silent). It is watched for at most
 * `duration` ms or 40 spikes. Any thread. */
void cj_neuron_find_rates (const CjNeuronInfo *info, gconstpointer params, double current,
                           double dt, double duration, double *onset, double *steady);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjPhasePlane, cj_phase_plane_free)

G_END_DECLS
