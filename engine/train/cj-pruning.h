/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is asked of pruning while a network trains: which synapses go, when, how many, and whether
 * others grow in their place. Values with names, part of the training setup. */
#pragma once

#include "cj-param.h"
#include "cj-pruner.h"

G_BEGIN_DECLS

typedef enum
{
  CJ_PRUNE_GLOBAL, /* all are compared with all */
  CJ_PRUNE_LAYER,  /* every layer loses the same share */
  CJ_PRUNE_ERDOS   /* a layer keeps more the fewer synapses its units have */
} CjPruneScope;

typedef enum
{
  CJ_PRUNE_SYNAPSE, /* one by one */
  CJ_PRUNE_UNIT,    /* a unit or filter with all that it hears */
  CJ_PRUNE_HEAD     /* a head of attention with all that it hears and says; nothing else goes */
} CjPrunePattern;

typedef enum
{
  CJ_PRUNE_ONE_SHOT,
  CJ_PRUNE_ROUNDS,
  CJ_PRUNE_GRADUAL
} CjPruneCourse;

typedef enum
{
  CJ_REWIND_NONE,
  CJ_REWIND_START, /* weights go back to those of a step of the run */
  CJ_REWIND_REDRAW /* weights are drawn anew */
} CjPruneRewind;

typedef enum
{
  CJ_REGROW_NONE,
  CJ_REGROW_RANDOM,
  CJ_REGROW_GRADIENT,
  CJ_REGROW_SIGN
} CjPruneRegrow;

typedef struct
{
  int method; /* 0: none, else an index into cj_pruners, plus one */
  int pattern, scope;
  double sparsity; /* share that is gone in the end */
  int course;
  double begin, end, every; /* epochs; end 0: three quarters of the run */
  int rounds;
  int rewind;
  double rewind_to; /* epochs */
  int regrow;
  double drop;       /* share that is exchanged at the start */
  double last_share; /* of the rate, for the layer nearest to the loss */
  gboolean biases;
} CjPruning;

extern const CjParam cj_pruning_params[];

/* The criterion, NULL: nothing is pruned by itself. */
const CjPrunerInfo *cj_pruning_get_method (const CjPruning *pruning);

/* Where a run is. */
typedef struct
{
  guint64 step, n_steps;
  guint64 steps_per_epoch; /* at least 1 */
  double reached;          /* the share that was pruned to so far */
} CjPruneTime;

/* What is to be done before a step. */
typedef struct
{
  gboolean prunes;   /* to `sparsity` */
  double sparsity;   /* of every layer that takes its whole share */
  double last;       /* of the layer nearest to the loss */
  double exchange;   /* share of the synapses that are dropped and grown elsewhere, 0: none */
  gboolean rewinds;  /* after pruning, weights and optimizer begin again */
  gboolean remember; /* these are the weights to go back to */
} CjPruneDue;

/* Whether anything is due before the step. What was reached already is not due again; so who asks for more
 * while a run goes on gets it at the next chance. Gradual: Zhu and Gupta, To prune, or not to prune, ICLR workshop 2018, equation 1. Rounds:
 * every round takes the same share of what is left (Frankle and Carbin, The lottery ticket hypothesis,
 * ICLR 2019). The exchanged share falls along half a cosine (Evci et al., Rigging the lottery, ICML 2020,
 * section 3); signs are watched without end. */
gboolean cj_pruning_get_due (const CjPruning *pruning, const CjPruneTime *time, CjPruneDue *due);

/* The step at which weights and optimizer are next put back, after `time`; at most its n_steps. */
guint64 cj_pruning_get_round_end (const CjPruning *pruning, const CjPruneTime *time);

G_END_DECLS
