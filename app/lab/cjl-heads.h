/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each head of attention is worth: the loss of validation samples when it is silenced (Michel et al.,
 * "Are sixteen heads really better than one?", 2019, section 3.2). The network that is trained is not
 * touched. L layers, H heads. */
#pragma once

#include "cjl-job.h"
#include "cjl-network.h"

G_BEGIN_DECLS

/* Immutable. */
typedef struct
{
  guint64 step; /* of the weights */
  double whole; /* mean loss with all heads */
  CjTensor
      *change; /* [L, H] loss without the head minus whole; NAN: not known yet, or no such head */
  gsize n_samples; /* evenly out of the split */
  guint n_done, n; /* heads */
} CjlHeads;

void cjl_heads_free (CjlHeads *heads);

/* A job whose results are CjlHeads: one after each head. `n_samples` are at most taken of the split.
 * Takes the network. The error says what is missing. You free. */
CjlJob *cjl_heads_start (CjlNetwork *network, CjdSplit split, gsize n_samples);
/* The same at once, with the weights of a project. Slow. Main thread. You free. */
CjlHeads *cjl_heads_project (CjlProject *project, CjdDataset *dataset, CjdSplit split,
                             gsize n_samples, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlHeads, cjl_heads_free)

G_END_DECLS
