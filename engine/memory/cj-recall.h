/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Associative memories of neurons that are +1 or −1: N neurons, P stored patterns. A state settles to the
 * pattern that it is most like, as long as there are not too many. Any thread. */
#pragma once

#include "cj-rng.h"

G_BEGIN_DECLS

typedef enum
{
  /* Field Σ x (x · s): J. Hopfield, "Neural networks and physical systems with emergent collective
   * computational abilities" (1982); Hebbian weights without self-connections. */
  CJ_RECALL_HEBBIAN,
  /* Field Σ x exp (x · s): the exponential energy of M. Demircigil et al., "On a model of associative memory
   * with huge storage capacity" (2017), after D. Krotov, J. Hopfield, "Dense associative memory for
   * pattern recognition" (2016). */
  CJ_RECALL_DENSE
} CjRecallKind;

/* P random patterns, each number +1 or −1 as likely; out [P, N]. */
void cj_recall_draw (gint8 *patterns, gint64 p, gint64 n, guint64 seed);

/* Lets the state s [N] settle among patterns [P, N]: neurons are asked one by one, in a new random order every
 * sweep, and each takes the sign of its field (none at 0), until a sweep changes nothing or `most` sweeps
 * are done. How many were. */
guint cj_recall_settle (CjRecallKind kind, const gint8 *patterns, gint64 p, gint64 n, gint8 *state,
                        guint most, guint64 seed);

/* (1 / N) Σ a b: 1 where two states are the same. */
double cj_recall_overlap (const gint8 *a, const gint8 *b, gint64 n);

G_END_DECLS
