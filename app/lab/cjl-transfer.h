/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A network that learned something learns something else: what it knows is frozen from the data up to a layer, the
 * last layer begins anew, and layers learn the slower the nearer they are to the data. */
#pragma once

#include "cjl-session.h"

G_BEGIN_DECLS

#define CJL_TRANSFER_FALL                                                                          \
  2.6 /* of the rates from layer to layer: Howard and Ruder 2018, section 3.1 */

/* The depth of every node, by its place in graph->nodes: how many layers that connect units are on the longest way
 * from the data to it, itself counted. Layers that only scale, as norms, have the depth of what is before them. Gives
 * the largest. */
guint cjl_transfer_find_depths (const CjGraph *graph, const CjLowered *lowered, guint *depths);

/* Whether a node has weights that connect units. */
gboolean cjl_transfer_has_weights (const CjGraph *graph, const CjLowered *lowered,
                                   const CjNode *node);

/* What is frozen, in a sentence: layers and weights. You free. */
char *cjl_transfer_print (const CjGraph *graph, const CjLowered *lowered);

/* Freezes a node and all that it hears of the data through, and no other, as one edit: those that learn, keep running
 * statistics or drop at random. Refuses a node that is not there, and one before which nothing learns. */
gboolean cjl_project_freeze_up_to (CjlProject *project, const CjLowered *lowered, const char *node,
                                   GError **error);
/* Freezes all but the last `n` depths; 0 refuses, a network of no more than n freezes nothing and is refused. */
gboolean cjl_project_freeze_all_but (CjlProject *project, const CjLowered *lowered, guint n,
                                     GError **error);
/* Whether anything is frozen; nothing is any more, as one edit. */
gboolean cjl_project_is_frozen (const CjlProject *project);
void cjl_project_unfreeze (CjlProject *project);

/* Gives layers rates that fall towards the data by a factor a depth, 1 at the last (discriminative fine-tuning: Howard
 * and Ruder 2018, section 3.1), as one edit. A factor of 1 makes them equal again. */
gboolean cjl_project_set_rates (CjlProject *project, const CjLowered *lowered, double factor,
                                GError **error);

/* Gives the weights of the last layers new numbers, as the seed of the training has them; the body keeps its own. As
 * one edit. Main thread. `names` (may be NULL) takes the layers, "dense3"; you free. */
gboolean cjl_session_renew_head (CjlSession *session, char **names, GError **error);

G_END_DECLS
