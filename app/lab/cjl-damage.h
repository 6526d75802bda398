/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A network that has learned and is then damaged: what it still gets right. The network itself stays as it
 * is; damage is done to a compiled copy. */
#pragma once

#include "cj-damage.h"
#include "cjl-attack.h"

G_BEGIN_DECLS

typedef struct _CjlDamaged CjlDamaged;

/* Ready to be damaged. `node` says where units or weights are hit (its id); NULL: in all hidden layers,
 * or all weights. Units are silenced where the answers of their layer leave for the next, behind its
 * activation and normalisation. `params` is a struct of the damage's table, NULL: its presets; it is
 * copied. Borrows the network. The error says why this network, layer or data cannot be damaged so. Slow:
 * for a worker. You free. */
CjlDamaged *cjl_damaged_new (const CjlNetwork *network, const CjDamageInfo *info,
                             gconstpointer params, const char *node, GError **error);
void cjl_damaged_free (CjlDamaged *self);

/* The first `n` samples of a split (0: all) at a dose. `go_on` as in CjAttackCall. FALSE: stopped, or
 * samples could not be read, with an error. Slow: for a worker. */
gboolean cjl_damaged_measure (CjlDamaged *self, CjdSplit split, gsize n, double dose, guint64 seed,
                              gboolean (*go_on) (double progress, gpointer data), gpointer data,
                              CjlAttacked *score, GError **error);

/* Does the damage of a dose without measuring anything, for those who train the network under it. */
void cjl_damaged_draw (CjlDamaged *self, double dose, guint64 seed);

/* What was drawn last. Of damage to units: layers, and what becomes of the answers of one where they leave for the
 * next, behind node `node` of the network: gain · a + offset, borrowed until the next is drawn. */
typedef struct
{
  const char *node;
  const float *gain, *offset; /* n_units each */
  gint64 n_units;
} CjlDamagedUnits;

/* How the units that are to be hit share the work, over samples: population sparseness, 0 (all answer alike) to 1
 * (one unit a sample), and the participation ratio, in how many dimensions their answers spread, of `n_units`
 * (cj-code.h). Of several layers means and sums. FALSE: no units are to be hit. */
typedef struct
{
  double sparseness, dimensions;
  gint64 n_units;
} CjlCode;

gboolean cjl_damaged_get_code (const CjlDamaged *self, CjlCode *code);

guint cjl_damaged_count_layers (const CjlDamaged *self);
CjlDamagedUnits cjl_damaged_get_units (const CjlDamaged *self, guint layer);
/* Of damage to weights and heads: the numbers of a parameter as they are left; borrowed. NULL: it has none
 * such. */
const float *cjl_damaged_get_weights (CjlDamaged *self, const CjProgramParam *param);

/* Whether a layer has units that can be silenced, as "node" above. */
gboolean cjl_damage_suits (const CjGraph *graph, const CjNode *node);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlDamaged, cjl_damaged_free)

G_END_DECLS
