/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much a class of the network leans on concepts that a person shows by examples: folders of pictures,
 * classes of the data, or samples of it that were picked. L layers, C concepts. */
#pragma once

#include "cjl-job.h"
#include "cjl-network.h"
#include "cjv-frame.h"

G_BEGIN_DECLS

#define CJL_CONCEPTS_MAX 8

typedef struct
{
  /* Paths of folders, names of classes, or a name and samples by split and number in it, counted from 0,
   * "round=val:3,8,train:12"; NULL-terminated. */
  const char *const *concepts;
  const char *target; /* name of the class that is asked about */
  guint n_samples;    /* of a concept, of each random set and of the class, at most */
  guint n_random;     /* random sets */
  guint64 seed;
} CjlConceptOptions;

void cjl_concept_options_init (CjlConceptOptions *options); /* 50 samples, 16 random sets */

/* Immutable. */
typedef struct
{
  GStrv concepts, layers;
  char *target, *origin;
  CjTensor *scores, *deviations, *p; /* [C, L]: mean and deviation over random sets, and whether it
                                        could be chance; NAN where there is no vector */
  CjTensor *chance;                  /* [L]: mean score of vectors between random sets */
  CjTensor *accuracy;                /* [C, L]: how well the concept is told from random samples */
  guint n_done;                      /* layers */
  CjdDataset *dataset;
} CjlConcepts;

/* A job whose results are CjlConcepts: one after each layer. Takes the network. You free. */
CjlJob *cjl_concepts_start (CjlNetwork *network, const CjlConceptOptions *options);
/* The same at once; slow. NULL with the reason. You free. */
CjlConcepts *cjl_concepts_measure (const CjlNetwork *network, const CjlConceptOptions *options,
                                   GError **error);
void cjl_concepts_free (CjlConcepts *self);

/* Sealed frame of the figure "concepts". You unref. */
CjvFrame *cjl_concepts_frame (const CjlConcepts *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlConcepts, cjl_concepts_free)

G_END_DECLS
