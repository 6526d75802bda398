/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plasticity: a network is damaged, and what is left of it learns on while the lesion stays. What it gets right
 * over the steps of that training, several times over, each time with another lesion and another order of
 * samples. After G. Hinton, D. Plaut, T. Shallice, "Simulating brain damage", Scientific American 269 (1993),
 * and D. Plaut, "Relearning after damage in connectionist networks", Brain and Language 52 (1996). S seeds,
 * P points. */
#pragma once

#include "cjl-curve.h"
#include "cjl-damage.h"
#include "cjl-job.h"

G_BEGIN_DECLS

#define CJL_RETRAINING_MAX_POINTS 101
#define CJL_RETRAINING_MAX_SEEDS 50
#define CJL_RETRAINING_MAX_STEPS 1000000

typedef struct
{
  const char *what; /* id of a damage to units, heads or weights */
  int order;        /* CjDamageOrder, where the damage has one */
  const char *node; /* id of a layer; NULL: all */
  CjdSplit split;   /* that is judged on */
  gsize n_samples;  /* of it, at most */
  double dose;
  guint n_steps, n_points, n_seeds;
  guint n_threads;
} CjlRetrainingOptions;

/* What of it is set by name: dose, steps, points, seeds. */
extern const CjParam cjl_retraining_params[];

/* Half the units of all layers, 300 steps, 11 points, 1,000 test samples, 5 seeds. */
void cjl_retraining_options_init (CjlRetrainingOptions *options);

/* Whether a network can learn on under this damage: units, heads and weights are damaged, samples and attacks
 * are not. */
gboolean cjl_retraining_suits (const char *what);

/* Immutable. */
typedef struct
{
  CjlRetrainingOptions options;
  char *node;     /* what options.node points to, or NULL */
  CjlCurve curve; /* over steps, from 0: right after the damage */
  double before;  /* share that was right before the damage */
} CjlRetraining;

void cjl_retraining_free (CjlRetraining *retraining);

/* A job whose results are CjlRetraining, one after every point. Takes the network; copies setup and options. The
 * optimizer begins anew, and pruning rests. You free. */
CjlJob *cjl_retraining_start (CjlNetwork *network, const CjTrainSetup *setup,
                              const CjlRetrainingOptions *options);
/* The same at once, of a project at rest. Slow. Main thread. You free. */
CjlRetraining *cjl_retraining_project (CjlProject *project, CjdDataset *dataset,
                                       const CjlRetrainingOptions *options, GError **error);

/* A sealed frame for the figure "retraining". You free. */
CjvFrame *cjl_retraining_frame (const CjlRetraining *retraining);

/* For tests: the network of a seed after its last step, as it was trained: with nodes "lesion1", "lesion2" …
 * behind the layers whose units were hit. You free the checkpoint and the graph. */
CjCheckpoint *cjl_retraining_run_one (const CjlNetwork *network, const CjTrainSetup *setup,
                                      const CjlRetrainingOptions *options, guint64 seed,
                                      CjGraph **graph, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlRetraining, cjl_retraining_free)

G_END_DECLS
