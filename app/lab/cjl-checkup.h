/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the layers of a network fare on a batch of training samples: what their units answer, which never
 * do, which only ever answer the most they can, and what gradient reaches their weights. */
#pragma once

#include "cjl-job.h"
#include "cjl-project.h"

G_BEGIN_DECLS

#define CJL_CHECKUP_BATCH 64

/* Of one layer. */
typedef struct
{
  char *id;
  guint n_units;     /* channels of maps, features of rows and tokens */
  guint n_silent;    /* units that are 0 for every sample and place */
  guint n_full;      /* units that are within 1 % of an end of a bounded activation almost always */
  gboolean bounded;  /* it has such an activation: n_full means something */
  gboolean cut;      /* it cuts off below 0: n_silent means something */
  CjTensor *answers; /* [n]: the numbers themselves, at most 65536, evenly taken; NULL: none */
} CjlLayerHealth;

/* Immutable. */
typedef struct
{
  guint64 step; /* of the weights */
  guint n_samples;
  GPtrArray *layers;    /* CjlLayerHealth */
  GPtrArray *gradients; /* CjdNamedTensor by the name of the parameter */
} CjlCheckup;

/* A job whose result is a CjlCheckup, from the first samples of the training split. Copies the graph,
 * references data and weights. You free. */
CjlJob *cjl_checkup_start (const CjGraph *graph, CjdDataset *dataset, CjCheckpoint *weights);

void cjl_checkup_free (CjlCheckup *checkup);

/* Borrowed, or NULL. */
const CjlLayerHealth *cjl_checkup_find (const CjlCheckup *checkup, const char *node);
CjTensor *cjl_checkup_find_gradient (const CjlCheckup *checkup, const char *param);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlCheckup, cjl_checkup_free)

G_END_DECLS
