/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes a network smaller by what was pruned from it: a unit or filter that hears nothing and says nothing
 * is taken out, with what listens to it; so is a head of attention that says nothing. */
#pragma once

#include "cj-checkpoint.h"
#include "cj-surgery.h"
#include "cjd-dataset.h"

G_BEGIN_DECLS

/* What a network would be without its silent units. */
typedef struct _CjlShrunk
{
  CjGraph *graph;
  GArray *cuts;   /* CjUnitCut, for the surgery from the old one */
  guint n_units;  /* that go */
  guint n_heads;  /* of attention, besides */
  guint n_layers; /* they are of */
  char *kept;     /* names of layers with silent units that have to keep them, or NULL */
  char *shared; /* of layers with silent heads whose attentions have one number of heads, or NULL */
} CjlShrunk;

/* Heads whose columns of the projection out are pruned or 0 go as well. Units all of whose weights, and whose bias, are pruned in `weights` go, a layer at a time, where the network
 * can still be trained and answers the same to samples of the data, to rounding; one unit of a layer
 * stays in any case. Heads of a decoder stay: both its attentions have as many, and may lack different ones. Slow. You
 * free. */
CjlShrunk *cjl_shrink (const CjGraph *graph, CjdDataset *dataset, const CjCheckpoint *weights,
                       GError **error);
void cjl_shrunk_free (CjlShrunk *shrunk);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlShrunk, cjl_shrunk_free)

G_END_DECLS
