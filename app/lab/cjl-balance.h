/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Excitation and inhibition in all layers of a network for one sample (cj-balance.h). L layers. */
#pragma once

#include "cj-balance.h"
#include "cjl-job.h"
#include "cjl-network.h"
#include "cjv-frame.h"

G_BEGIN_DECLS

/* Immutable. */
typedef struct
{
  GStrv layers;        /* L, from the input on */
  GPtrArray *balances; /* CjBalance, L */
  CjdSplit split;
  gsize sample; /* number in the split */
  guint64 step; /* of the weights */
  CjdDataset *dataset;
} CjlBalance;

/* Shows the sample. For a worker. NULL with the reason; a network of no layer with weights is refused. You free. */
CjlBalance *cjl_balance_measure (const CjlNetwork *network, CjdSplit split, gsize sample,
                                 GError **error);
/* A job whose result is a CjlBalance. Takes the network. You free. */
CjlJob *cjl_balance_start (CjlNetwork *network, CjdSplit split, gsize sample);
void cjl_balance_free (CjlBalance *balance);

/* Sealed frame of the figure "balance" with the units of a layer; NULL or one without weights: of the first. You
 * unref. */
CjvFrame *cjl_balance_frame (const CjlBalance *balance, const char *layer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlBalance, cjl_balance_free)

G_END_DECLS
