/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How alike the layers of a network see the samples: to one another, to themselves earlier in the run,
 * to the layers of another network; and which samples a layer tells apart. R rows, C columns. */
#pragma once

#include "cj-similarity.h"
#include "cjl-responses.h"
#include "cjv-frame.h"

G_BEGIN_DECLS

#define CJL_SIMILARITY_MAX 2000       /* samples; every pair is looked at */
#define CJL_SIMILARITY_MOMENTS 16     /* of a run */
#define CJL_DISSIMILARITY_SAMPLES 200 /* more cannot be seen apart */

/* With what the layers are compared. */
typedef enum
{
  CJL_COMPARE_LAYERS,  /* one another */
  CJL_COMPARE_RUN,     /* themselves, at moments of the run */
  CJL_COMPARE_OTHER,   /* those of another project on the same samples */
  CJL_COMPARE_SAMPLES, /* not layers: the samples, as one layer sees them */
  CJL_COMPARE_N_WAYS
} CjlCompare;

typedef struct
{
  CjlCompare with;
  CjSimilarity kind;
  CjDissimilarity apart; /* of samples */
  CjdSplit split;
  guint n_samples;   /* at most; of CJL_COMPARE_SAMPLES at most CJL_DISSIMILARITY_SAMPLES */
  const char *other; /* path of the other project */
  const char *node;  /* of CJL_COMPARE_SAMPLES */
} CjlSimilarityOptions;

void cjl_similarity_options_init (
    CjlSimilarityOptions *options); /* 500 of validation, CKA, layers */

/* "cka", "cka-unbiased", "rsa"; "correlation", "euclidean": the kind of that id. FALSE if there is none. */
gboolean cjl_similarity_find_kind (const char *id, CjSimilarity *kind);
gboolean cjl_dissimilarity_find_kind (const char *id, CjDissimilarity *kind);
/* "Linear CKA", "Correlation"; to be translated. */
const char *cjl_similarity_get_title (CjSimilarity kind);
const char *cjl_dissimilarity_get_title (CjDissimilarity kind);

/* Immutable. */
typedef struct
{
  CjlCompare with;
  CjSimilarity kind;
  CjDissimilarity apart;
  CjTensor *matrix;    /* [R, C]; NAN where a layer says nothing */
  GStrv rows, columns; /* names of layers and moments */
  GArray *classes;     /* float: of each sample, NULL for values */
  GArray *samples;     /* float: their numbers in the split; NULL for layers */
  char *other;         /* title of the other project */
  char *node, *origin;
  CjdDataset *dataset;
} CjlSimilarity;

/* A job whose result is a CjlSimilarity. Takes the network, and log and ring of its run, which may be NULL
 * but for CJL_COMPARE_RUN. You free. */
CjlJob *cjl_similarity_start (CjlNetwork *network, CjRunLog *log, CjRing *ring,
                              const CjlSimilarityOptions *options);
/* The same at once; slow. Borrows all. NULL with the reason. You free. */
CjlSimilarity *cjl_similarity_measure (const CjlNetwork *network, const CjRunLog *log, CjRing *ring,
                                       const CjlSimilarityOptions *options, GError **error);
void cjl_similarity_free (CjlSimilarity *self);

/* "similarity", or "dissimilarity" of samples, and a sealed frame of it. You unref. */
const char *cjl_similarity_get_figure (const CjlSimilarity *self);
CjvFrame *cjl_similarity_frame (const CjlSimilarity *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlSimilarity, cjl_similarity_free)

G_END_DECLS
