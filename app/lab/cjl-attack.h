/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A network under attack: how many samples of its data it still gets right when each is changed a little
 * to make it wrong. */
#pragma once

#include "cj-attack.h"
#include "cjl-network.h"

G_BEGIN_DECLS

typedef struct
{
  gsize n;           /* samples with a class */
  double accuracy;   /* share that is right under attack */
  double confidence; /* mean probability of the answers that are wrong; NAN: none is */
} CjlAttacked;

/* Attacks the first `n` samples of a split (0: all; those that share a change 5,000 at most) and asks the network again. `params` is a struct of the
 * attack's table, NULL: its presets. `go_on` as in CjAttackCall. FALSE: stopped, without an error, or the
 * network or its data cannot be attacked, with one. Slow: for a worker. */
gboolean cjl_attack_measure (const CjlNetwork *network, CjdSplit split, gsize n,
                             const CjAttackInfo *info, gconstpointer params, guint64 seed,
                             gboolean (*go_on) (double progress, gpointer data), gpointer data,
                             CjlAttacked *attacked, GError **error);

G_END_DECLS
