/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a network is trained: batch, epochs, optimizer, schedule, rule. A value with names, as a node is. */
#pragma once

#include "cj-continual.h"
#include "cj-optimizer.h"
#include "cj-pruning.h"
#include "cj-rule.h"
#include "cj-schedule.h"

G_BEGIN_DECLS

typedef enum
{
  CJ_JUDGE_LOSS,
  CJ_JUDGE_ACCURACY /* R² where targets are values */
} CjJudge;

typedef struct
{
  int epochs, batch;
  double learning_rate;
  double warmup, warmup_start; /* epochs, 0: off; share of the rate to begin with */
  int seed;
  double clip_norm, clip_value; /* 0: off */
  int judge;                    /* CjJudge: what makes a validation better than another */
  int patience;                 /* epochs without a better validation before stopping, 0: off */
  gboolean keep_best;           /* the run ends with its best weights, not its last */
  gboolean keep_features;       /* what frozen layers make of a sample is remembered */
  double average;               /* of weights: decay of the moving average, 0: off */
  int attack;                   /* of cj_train_attacks: what batches are made harder by */
  double attack_strength;       /* in units of the data */
  int attack_steps;             /* where the attack has several */
  const CjOptimizerInfo *optimizer;
  gpointer optimizer_params; /* owned */
  const CjScheduleInfo *schedule;
  gpointer schedule_params; /* owned */
  const CjRuleInfo *rule;   /* of nodes that have none of their own */
  gpointer rule_params;     /* owned */
  CjPruning pruning;
  CjContinual continual;
} CjTrainSetup;

extern const CjParam cj_train_setup_params[];

/* Attacks that a network can be trained against, ids; the first is "none". NULL-terminated. */
extern const char *const cj_train_attacks[];

CjTrainSetup *cj_train_setup_new (void);
CjTrainSetup *cj_train_setup_dup (const CjTrainSetup *setup);
void cj_train_setup_free (CjTrainSetup *setup);

/* Sets by name: "epochs", ..., "optimizer", "schedule" and "rule" (ids; their own values are kept if the
 * id is the same), "optimizer.beta1", "schedule.gamma", "rule.scale", "pruning.method", "continual.remedy". On
 * refusal nothing changes. */
gboolean cj_train_setup_set (CjTrainSetup *setup, const char *name, const char *text,
                             GError **error);
/* Whether names may begin with this word and a point, as "optimizer" and "pruning". */
gboolean cj_train_setup_has_table (const char *word);
/* The row of a name in its table; NULL for choices and what is not there. */
const CjParam *cj_train_setup_find (const CjTrainSetup *setup, const char *name);
/* Whether a run takes a change of the name at its next step; the schedule is LIVE. */
gboolean cj_train_setup_is_live (const CjTrainSetup *setup, const char *name);
/* The value of a name as text, or NULL. You free. */
char *cj_train_setup_print (const CjTrainSetup *setup, const char *name);

/* How the network learns, for CjDataSpec; borrowed from the setup. */
CjLearning cj_train_setup_get_learning (const CjTrainSetup *setup);
/* Notes in a lowered network what of the setup does not go with how its nodes learn, each with a value of the setup
 * that would: "learning-rate=1". */
void cj_train_setup_check (const CjTrainSetup *setup, const CjGraph *graph, CjLowered *lowered);
/* Whether two setups have the same rule with the same values. */
gboolean cj_train_setup_learns_alike (const CjTrainSetup *a, const CjTrainSetup *b);

/* Arrays as long as the weights that a run keeps, in this order: the optimizer's, the movement of the
 * weights, those to go back to, their moving average, those that earlier tasks hold them at, how
 * firmly, and what they did for the task so far (cj-continual.h). */
typedef enum
{
  CJ_SLOT_MOVEMENT = 1 << 0,
  CJ_SLOT_START = 1 << 1,
  CJ_SLOT_AVERAGE = 1 << 2,
  CJ_SLOT_ANCHOR = 1 << 3,
  CJ_SLOT_IMPORTANCE = 1 << 4,
  CJ_SLOT_PATH = 1 << 5
} CjSlotKinds;

#define CJ_SLOT_LAST CJ_SLOT_PATH
#define CJ_SLOT_N_KINDS 6

/* Which a run has beside the optimizer's; how many there are with these. */
CjSlotKinds cj_train_setup_get_slots (const CjTrainSetup *setup);
guint cj_train_setup_count_slots (const CjTrainSetup *setup);
/* The place of one kind among n_slots of these kinds, -1: it has none. */
int cj_slots_find (guint n_slots, CjSlotKinds kinds, CjSlotKinds kind);
/* How many of these kinds there are. */
guint cj_slots_count (CjSlotKinds kinds);

typedef struct
{
  double rate, momentum; /* NAN: the optimizer's own */
} CjRate;

/* What is in force in a step: warm-up, then the schedule, which begins when the warm-up ends. Called
 * once a step, in order; `time->rate` is ignored, `state` is the schedule's. */
CjRate cj_train_setup_get_rate (const CjTrainSetup *setup, const CjScheduleTime *time,
                                double *state);

/* All names with values as a{sv} of strings, and back; names that are not known are skipped. */
GVariant *cj_train_setup_save (const CjTrainSetup *setup);
gboolean cj_train_setup_load (CjTrainSetup *setup, GVariant *data, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjTrainSetup, cj_train_setup_free)

G_END_DECLS
