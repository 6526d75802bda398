/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which units passed on what a part of the sample says. D features of a row. */
#pragma once

#include "cj-explained.h"

G_BEGIN_DECLS

typedef struct
{
  int value;   /* of cj_program_get_lowered */
  gint64 unit; /* counted in a row of the value */
  double share;
} CjUnitShare;

/* What the target would lose, to first order, if a unit had the activity that it has without that part:
 * (a (x) − a (without)) ∂f / ∂a at x (Syed, Rager and Conmy, 2023: Attribution patching). x and
 * `without` [D]. Of each of the values, the `most` units with the largest shares either way, the
 * strongest first; those whose share is 0 are left out. The shares of a layer that everything goes
 * through add up to about f (x) − f (without). You unref: CjUnitShare. */
GArray *cj_explain_units (CjExplained *network, const float *x, const float *without,
                          const CjExplainTarget *target, const int *values, guint n_values,
                          guint most);

G_END_DECLS
