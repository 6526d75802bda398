/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dose and response: what a network still gets right at growing doses of one kind of damage, or strengths of
 * an attack, several times over. S seeds, P doses. */
#pragma once

#include "cjl-curve.h"
#include "cjl-damage.h"
#include "cjl-job.h"

G_BEGIN_DECLS

#define CJL_ROBUSTNESS_MAX_SEEDS 50
#define CJL_ROBUSTNESS_MAX_DOSES 50

typedef struct
{
  const char *what; /* id of a damage or an attack */
  int order;        /* CjDamageOrder, where the damage has one */
  const char *node; /* of damage to units and weights: id of a layer; NULL: all */
  CjdSplit split;
  gsize n_samples; /* at most */
  double most;     /* the last dose; 0: the preset of the damage */
  guint n_doses, n_seeds;
  const char *other; /* path of a project: its network is damaged instead, on these data; or NULL */
} CjlRobustnessOptions;

/* What of it is set by name: the last dose, doses, seeds. */
extern const CjParam cjl_robustness_params[];

/* Lesion of units, all layers, 1,000 test samples, 10 doses, 5 seeds. */
void cjl_robustness_options_init (CjlRobustnessOptions *options);

/* All that can be done, "what" of the options: damage in the order of the catalogue, then attacks; and its
 * title, to be translated. NULL beyond the last. */
const char *cjl_robustness_get_what (guint index);
const char *cjl_robustness_get_title (const char *what);
/* Whether the damage can be aimed at one layer, and has an order. */
gboolean cjl_robustness_has_node (const char *what);
gboolean cjl_robustness_has_order (const char *what);

/* The network ready for a damage, in this order where it has one; `node` as of cjl_damaged_new.
 * NULL with the reason. You free. */
CjlDamaged *cjl_robustness_damage (const CjlNetwork *network, const char *what, int order,
                                   const char *node, GError **error);
/* "Lesion of units in conv1, strongest first"; NULL for all layers. You free. */
char *cjl_robustness_print (const char *what, int order, const char *node);

/* Immutable. */
typedef struct
{
  CjlRobustnessOptions options;
  char *node, *other; /* what options.node and options.other point to, or NULL */
  char *title;        /* of the other project; NULL: there is none */
  CjlCurve curve;     /* over doses */
  CjlCode code;       /* of the units that are lesioned; n_units 0: not known, or there are none */
} CjlRobustness;

void cjl_robustness_free (CjlRobustness *robustness);

/* A job whose results are CjlRobustness, one after every seed. Takes the network; copies the options. You
 * free. */
CjlJob *cjl_robustness_start (CjlNetwork *network, const CjlRobustnessOptions *options);
/* The same at once, of a project at rest. Slow. Main thread. You free. */
CjlRobustness *cjl_robustness_project (CjlProject *project, CjdDataset *dataset,
                                       const CjlRobustnessOptions *options, GError **error);

#define CJL_ROBUSTNESS_MAX_LINES 8

/* A sealed frame for the figure "robustness": a line each of `n`, at most CJL_ROBUSTNESS_MAX_LINES, which all have
 * the doses and seeds of the first; `names` tell them apart (NULL: of one). With the layer's code where units
 * are lesioned. You free. */
CjvFrame *cjl_robustness_frame (const CjlRobustness *const *all, const char *const *names, guint n);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlRobustness, cjl_robustness_free)

G_END_DECLS
