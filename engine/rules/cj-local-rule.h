/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules that look only at the activity on the two sides of a weight: what their files share. */
#pragma once

#include "cj-rule.h"

G_BEGIN_DECLS

/* Begins every parameter struct of these rules. */
typedef struct
{
  gboolean passes; /* errors of the layers behind go on through the layer */
} CjLocalParams;

#define CJ_LOCAL_PASSES                                                                            \
  .name = "passes", .title = "Passes errors",                                                      \
  .blurb = "Lets the error of the layers behind go on to those before; the layer itself makes no " \
           "use of it",                                                                            \
  .kind = CJ_PARAM_BOOL, .max = 1

/* Every dense layer of the region but the one that makes the scores changes so; its bias stays as it is.
 * Other layers with weights are refused. `columns` of the attributes is filled in where it is 0: a square
 * map, as far as that goes. */
void cj_local_rule_apply (CjRulePass *pass, const CjLocalAttrs *attrs);

G_END_DECLS
