/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The logit lens (nostalgebraist, "interpreting GPT: the logit lens", 2020): what a transformer would
 * answer if its last layers - the norm and the output behind the last block - read the stream of tokens
 * already after an earlier block. L places to read it, T tokens, K classes. */
#pragma once

#include "cj-checkpoint.h"
#include "cjl-project.h"
#include "cjv-frame.h"

G_BEGIN_DECLS

typedef struct _CjlLens CjlLens;

/* Wires what is behind the last block to each place in turn, and compiles each for one sample. NULL and
 * a sentence where the network is no stack of blocks. You free. Any thread. */
CjlLens *cjl_lens_new (const CjGraph *graph, const CjDataSpec *spec, GError **error);
void cjl_lens_free (CjlLens *lens);

/* FALSE if the weights are of another network. */
gboolean cjl_lens_apply (CjlLens *lens, const CjCheckpoint *weights);
/* The same with those of a project. Main thread. */
void cjl_lens_apply_project (CjlLens *lens, CjlProject *project);

/* The best guess at each place, and how likely it is held there. Immutable. */
typedef struct
{
  guint n_places;
  gint64 n_tokens, n_classes;
  GStrv places;     /* ids of the nodes after which it is read, from the input up */
  gint32 *guesses;  /* [L, T] */
  CjTensor *shares; /* [L, T] */
} CjlLensReading;

/* Shows `x` [1, T] (or [1, ...] of a network that answers once) at every place; of the answers the first
 * `n` tokens are kept. You free. */
CjlLensReading *cjl_lens_read (CjlLens *lens, const CjTensor *x, gint64 n);
void cjl_lens_reading_free (CjlLensReading *reading);

/* Sealed frame of the figure "logit-lens". `tokens` are those that were read; `truth` the classes that came
 * next, -1 or NULL: not known. The lists may be NULL. You free. */
CjvFrame *cjl_lens_frame (const CjlLensReading *reading, const CjdDataset *dataset,
                          const char *const *tokens, const gint32 *truth, const char *title,
                          const char *provenance);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlLens, cjl_lens_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlLensReading, cjl_lens_reading_free)

G_END_DECLS
