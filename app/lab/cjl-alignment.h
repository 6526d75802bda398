/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The angle between what the learning rules of a network change and the gradient, layer by layer along its
 * run: at its kept checkpoints and now. P moments, L layers. */
#pragma once

#include "cj-alignment.h"
#include "cjl-job.h"
#include "cjl-network.h"
#include "cjv-frame.h"

G_BEGIN_DECLS

/* Immutable. */
typedef struct
{
  CjdDataset *dataset;
  char *rule;      /* title of the network's */
  gsize n_samples; /* that it was measured on */
  char *sign;      /* of the network and its rules: moments of another one are no part of it */
  GStrv nodes;     /* [L] */
  GArray *steps;   /* double [P], rising */
  GArray *angles;  /* float [P, L], degrees; NAN: a layer that is not changed */
} CjlAlignment;

void cjl_alignment_free (CjlAlignment *self);

/* A job whose result is a CjlAlignment. Takes the network, and the run's log and kept checkpoints, which may
 * be NULL; copies the setup. What `known` (NULL: nothing) has of the same network is not measured again. You
 * free. */
CjlJob *cjl_alignment_start (CjlNetwork *network, const CjTrainSetup *setup, CjRunLog *log,
                             CjRing *ring, const CjlAlignment *known);
/* The same at once, of a project at rest. Slow. Main thread. You free. */
CjlAlignment *cjl_alignment_project (CjlProject *project, CjdDataset *dataset, GError **error);

/* The angle at layer `node` for one sample at a time, which is that of the error signal that comes to the layer,
 * as a mean over samples of training; NAN with the reason, or if the layer is not changed. Slow. */
double cjl_alignment_find_signal (const CjlNetwork *network, const CjTrainSetup *setup,
                                  const char *node, GError **error);

/* A sealed frame of figure "alignment". */
CjvFrame *cjl_alignment_frame (const CjlAlignment *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlAlignment, cjl_alignment_free)

G_END_DECLS
