/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What keeps a network from forgetting earlier tasks while it learns the next: two penalties on weights that
 * mattered, and a memory of samples. Values with names, part of the training setup. They act where the
 * feed has tasks.
 *
 * Elastic weight consolidation: J. Kirkpatrick et al., "Overcoming catastrophic forgetting in neural networks", PNAS 114
 * (2017), equation 3: λ/2 Σ F (θ - θ*)², one sum for every earlier task. All of them together have the
 * gradient λ F (θ - a), with F the sum of the tasks' and a the mean of their θ* weighted by F, so two numbers a
 * weight are kept however many tasks there were.
 *
 * Synaptic intelligence: F. Zenke, B. Poole, S. Ganguli, "Continual learning through synaptic intelligence", ICML (2017),
 * equations 3 to 5: c Σ Ω (θ - a)², a the weights at the end of the last task, Ω += ω / (Δ² + ξ), and ω the sum of
 * -g Δθ over the steps of a task: how much of the fall of the loss came by this weight. An ω below 0 counts for
 * nothing.
 *
 * W weights. All functions for any thread. */
#pragma once

#include "cj-feed.h"
#include "cj-param.h"

G_BEGIN_DECLS

typedef enum
{
  CJ_REMEDY_NONE,
  CJ_REMEDY_EWC,
  CJ_REMEDY_SI,
  CJ_REMEDY_REPLAY
} CjRemedy;

typedef enum
{
  CJ_FISHER_PREDICTED, /* classes drawn from what the network says: the Fisher information */
  CJ_FISHER_TARGETS    /* those of the data: the empirical one */
} CjFisherLabels;

typedef enum
{
  CJ_KEEP_CLASSES,  /* the same share of every class of every task */
  CJ_KEEP_RESERVOIR /* as many for all samples together, any of those seen with the same chance */
} CjKeep;

typedef struct
{
  int remedy;      /* CjRemedy */
  double strength; /* λ of elastic weight consolidation */
  int fisher_samples, fisher_labels;
  double path_strength, damping; /* c and ξ of synaptic intelligence */
  double memory;                 /* share of the training samples */
  int keep;                      /* CjKeep */
  double mix;                    /* share of a batch that is from the memory */
} CjContinual;

extern const CjParam cj_continual_params[];

/* The factor k of the penalty k Σ importance (θ - anchor)² that the setting has; 0: there is none. */
double cj_continual_get_factor (const CjContinual *continual);

/* That penalty; and its gradient 2 k importance (θ - anchor), added to g. [W] each. */
double cj_continual_get_penalty (double factor, const float *importance, const float *anchor,
                                 const float *w, gint64 n);
void cj_continual_add_gradient (double factor, const float *importance, const float *anchor,
                                const float *w, float *g, gint64 n);

/* Adds one step to a path: what a gradient foretold of a change of the weights. [W] each. */
void cj_continual_add_path (float *path, const float *g, const float *before, const float *after,
                            gint64 n);

/* The end of a task with weights `w`. Consolidates elastic weights with the Fisher information of the task; or a
 * path, which begins anew. [W] each. */
void cj_continual_consolidate (float *importance, float *anchor, const float *fisher,
                               const float *w, gint64 n);
void cj_continual_end_path (float *importance, float *anchor, float *path, const float *w,
                            double damping, gint64 n);

/* What a memory holds when task `task` begins, of the tasks before it: samples of the feed, at most
 * cj_replay_count. It follows from setting, seed and the classes of the samples, so nothing of it has to be kept.
 * Reservoir: J. Vitter, "Random sampling with a reservoir", ACM TOMS 11 (1985), algorithm R. Gives how many. */
gsize cj_replay_count (const CjContinual *continual, const CjFeed *feed);
gsize cj_replay_fill (const CjContinual *continual, const CjFeed *feed, guint task, guint64 seed,
                      guint32 *memory);

G_END_DECLS
