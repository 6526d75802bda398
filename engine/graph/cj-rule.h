/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a file in rules/ fills in: how a region of the network learns. A rule works on the list of ops
 * that a network for training is, before that is planned: it stops gradients, has them pass another way,
 * adds ops whose backward is a change of weights, or numbers of its own to lower. What then runs knows
 * of no rule. Backpropagation is the one that leaves the list as it is.
 * N rows, I inputs, U units. */
#pragma once

#include "cj-catalogue.h"
#include "cj-lower.h"
#include "cj-ops.h"
#include "cj-param.h"

G_BEGIN_DECLS

#define CJ_RULE_ABI 1

typedef struct _CjRuleInfo CjRuleInfo;

/* A rule at work: on the nodes that learn by it. */
typedef struct
{
  CjLowered *lowered;
  const CjGraph *graph;
  const CjRuleInfo *rule;
  gconstpointer params;
  gboolean *nodes;   /* by position in graph->nodes: learns by this rule */
  gboolean *depends; /* by value, as it was at first: something before it may learn */
} CjRulePass;

struct _CjRuleInfo
{
  guint abi; /* CJ_RULE_ABI */
  const char *id;
  const char *title;
  const char *blurb;   /* one sentence */
  const char *formula; /* plain text */
  const char *source;  /* paper */
  const char *local;   /* what a synapse needs to know that is there where it is, a sentence */
  const char *distant; /* what has to come to it from elsewhere, a sentence */
  gsize params_size;
  const CjParam *params;
  /* Alters the list; NULL: nothing to do. What cannot be done becomes a problem. */
  void (*apply) (CjRulePass *pass);
  /* Its changes are to be made as they are: steps of plain sgd with learning rate 1. */
  gboolean whole;
};

extern CjCatalogue cj_rule_catalogue;

/* All rules, NULL-terminated, and one by id or NULL. */
const CjRuleInfo *const *cj_rules (void);
const CjRuleInfo *cj_rule_find (const char *id);

/* Their ids for CJ_PARAM_CHOICE after "network", which stands for that of the whole; NULL-terminated. */
extern const char *const cj_rule_names[];

/* The rule that a node learns by in a network that learns by `learning`. */
const CjRuleInfo *cj_rule_of_node (const CjNode *node, const CjLearning *learning);

/* Applies the rules of all nodes to a list that was just made; for cj_lower. A node whose rule is not
 * the network's learns by that rule's presets. */
void cj_rules_apply (CjLowered *lowered, const CjGraph *graph, const CjLearning *learning);

/* --- for rules --- */

/* The step at `i` if it is a product with weights (dense or conv2d) of a node of the region, else NULL.
 * Borrowed until a step is added. */
CjStep *cj_rule_get_product (const CjRulePass *pass, guint i);
const CjNode *cj_rule_get_node (const CjRulePass *pass, int value);

/* A state tensor of the node that made `value`, "NODE.NAME"; another one of that name gets a number. */
int cj_rule_add_state (CjRulePass *pass, int value, const char *name, const CjShape *shape,
                       CjInit init);
/* The same, learned. */
int cj_rule_add_param (CjRulePass *pass, int value, const char *name, const CjShape *shape,
                       CjInit init);

/* Appends an op of the node that made `value`; steps are put in order when all rules are done. */
int cj_rule_emit (CjRulePass *pass, int value, const CjOpInfo *info, gconstpointer attrs,
                  const int *in, guint n_in);

/* A row of a table of parameters, as all rules with feedback weights have it. */
#define CJ_RULE_FEEDBACK_SCALE                                                                     \
  .name = "scale", .title = "Feedback scale",                                                      \
  .blurb = "Size of the feedback weights at first, in those that a layer begins with",             \
  .kind = CJ_PARAM_FLOAT, .preset = 1, .max = 1000, .soft_max = 10, .digits = 3

/* A random matrix that stands for a weight of the product at `i` on the way back: uniform, of the variance
 * that weights begin with by habit (CJ_INIT_FAN_IN) times the square of `scale`. */
CjInit cj_rule_init_feedback (const CjStep *product, double scale);

/* --- the network once more, on other numbers --- */

/* Which value stands for each of the list as it is: itself, for a start. You free. */
int *cj_rule_new_map (const CjRulePass *pass);

/* Told of the result `out` of what was step `i`; what the steps behind it are to read in its place. */
typedef int (*CjRuleAgainFunc) (CjRulePass *pass, guint i, int out, gpointer data);

/* Emits the steps before `end` of nodes of `role` once more where something that they read has another value in
 * `at`, and notes there what they make. `func` may be NULL. FALSE after a problem, where a layer refuses. */
gboolean cj_rule_run_again (CjRulePass *pass, guint end, CjLayerRole role, int *at,
                            CjRuleAgainFunc func, gpointer data);

/* The step that alone reads a value, which is not what the network answers; -1: none. */
int cj_rule_find_reader (const CjRulePass *pass, int value);

/* What a product sends on: behind functions of single numbers that alone read it. */
int cj_rule_find_sent (const CjRulePass *pass, int value);

/* The function of one number that a step is, as far as rules know it; CJ_CHAIN_NONE: another one, or none. */
CjChainFunction cj_rule_get_function (const CjStep *step);

/* --- dense layers in a row --- */

/* For rules of dense layers in a row, two or more, each followed by a function or by nothing: puts one op in the
 * place of each such row of the region, with inputs x, weight, bias (or none), weight ..., and says of all other
 * layers with weights how they learn instead. `attrs` begin with CjDenseChainAttrs, which is filled in. */
void cj_rule_replace_rows (CjRulePass *pass, const CjOpInfo *info, gpointer attrs);

/* Says of the product at `i` that it learns by backpropagation. */
void cj_rule_note_product (CjRulePass *pass, guint i);

/* Says of every node of the region with weights that the rule leaves alone how it learns instead. */
void cj_rule_note_others (CjRulePass *pass);

/* A problem that keeps the network from training: `sentence` is taken. */
void cj_rule_refuse (CjRulePass *pass, const CjNode *node, char *sentence);

G_END_DECLS
