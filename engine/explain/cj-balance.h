/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Excitation and inhibition: what comes into each unit, split by sign. Input i gives unit u the current w_ui x_i;
 * those above 0 sum up to its excitation, those below to its inhibition. In balanced networks both are large,
 * nearly cancel and go together from moment to moment (C. van Vreeswijk, H. Sompolinsky, "Chaos in neuronal
 * networks with balanced excitatory and inhibitory activity", Science 274, 1996; S. Denève, C. Machens, "Efficient
 * codes and balanced networks", Nature Neuroscience 19, 2016). Offsets are not counted. Of neurons whose synapses are
 * conductances, these are what excites and inhibits, moment by moment and in units of the leak. U units, P places
 * or moments of each. */
#pragma once

#include "cj-program.h"

G_BEGIN_DECLS

#define CJ_BALANCE_MAX_POINTS 4096 /* units and places that are looked at; of more, evenly taken */

typedef struct
{
  gint64 n;           /* pairs: of units and places */
  gint64 n_units;     /* U */
  guint32 *unit;      /* n */
  float *excitation;  /* n, at least 0 */
  float *inhibition;  /* n, at least 0: its size */
  double mean[2];     /* of excitation and of inhibition */
  double ratio;       /* inhibition over excitation, of the means; NAN where nothing excites */
  double correlation; /* of both over the pairs; NAN where one does not vary */
  double
      rest; /* mean |excitation − inhibition| over mean (excitation + inhibition): 0 if all cancels */
} CjBalance;

/* What came into node number `node` for the first sample of the last forward of a probe program; NULL if the node
 * has no product with weights (dense layers, convolutions, Dale dense) and no conductances. You free. Any thread. */
CjBalance *cj_balance_measure (const CjProgram *program, guint node);
void cj_balance_free (CjBalance *balance);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjBalance, cj_balance_free)

G_END_DECLS
