/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How alike the layers of a network see the samples: to one another, to themselves earlier in the run,
 * to the layers of another network; and which samples a layer tells apart. R rows, C columns. */
#pragma once

#include "cj-similarity.h"
#include "cjl-responses.h"
#include "cjv-frame.h"

G_BEGIN_DECLS

#define CJL_SIMILARITY_MAX 2000       /* samples; every pair is looked at */
#define CJL_SIMILARITY_MOMENTS 16     /* of a run, for all layers */
#define CJL_DISSIMILARITY_SAMPLES 200 /* more cannot be seen apart */
#define CJL_DISSIMILARITY_PANELS 12   /* matrices of samples side by side, at most */
#define CJL_DISSIMILARITY_MOMENTS 6   /* of them, of a run */

/* What is compared with what. */
typedef enum
{
  CJL_COMPARE_LAYERS,         /* layers with one another */
  CJL_COMPARE_RUN,            /* with themselves, at moments of the run */
  CJL_COMPARE_MOMENTS,        /* one layer at every kept moment of the run with every other */
  CJL_COMPARE_OTHER,          /* with those of another project on the same samples */
  CJL_COMPARE_SAMPLES,        /* not layers: the samples, as one layer sees them */
  CJL_COMPARE_SAMPLES_LAYERS, /* as each layer does */
  CJL_COMPARE_SAMPLES_RUN,    /* as one layer does at moments of the run */
  CJL_COMPARE_SAMPLES_OTHER,  /* as the layer of that name does here and in another project */
  CJL_COMPARE_N_WAYS
} CjlCompare;

/* What a way of comparing needs. */
typedef enum
{
  CJL_NEEDS_SAMPLES = 1 << 0, /* pairs of samples are measured, not of layers */
  CJL_NEEDS_NODE = 1 << 1,    /* one layer */
  CJL_NEEDS_RUN = 1 << 2,
  CJL_NEEDS_OTHER = 1 << 3 /* another project */
} CjlCompareNeeds;

CjlCompareNeeds cjl_compare_get_needs (CjlCompare with);

typedef struct
{
  CjlCompare with;
  CjSimilarity kind; /* of layers */
  CjPair pair;       /* of samples */
  CjdSplit split;
  guint n_samples;   /* at most; where samples are compared at most CJL_DISSIMILARITY_SAMPLES */
  const char *other; /* path of the other project */
  const char *node;  /* the layer */
} CjlSimilarityOptions;

void cjl_similarity_options_init (
    CjlSimilarityOptions *options); /* 500 of validation, CKA, layers */

/* "cka", "cka-unbiased", "rsa"; "correlation" (1 - r), "euclidean", "similarity" (r): the kind of that id.
 * FALSE if there is none. */
gboolean cjl_similarity_find_kind (const char *id, CjSimilarity *kind);
gboolean cjl_pair_find_kind (const char *id, CjPair *kind);
/* "Linear CKA", "1 − correlation"; to be translated. */
const char *cjl_similarity_get_title (CjSimilarity kind);
const char *cjl_pair_get_title (CjPair kind);

/* Immutable. */
typedef struct
{
  CjlCompare with;
  CjSimilarity kind;
  CjPair pair;
  /* [R, C] or, of samples, [P, N, N]; NAN where a layer says nothing, or it is not known yet */
  CjTensor *matrix;
  GStrv rows, columns; /* names of layers and moments; of samples rows are the P matrices */
  GArray *steps;       /* guint64: of the moments that are rows; NULL: they are none */
  GArray *classes;     /* float: of each sample, NULL for values */
  GArray *samples;     /* float: their numbers in the split; NULL for layers */
  char *other;         /* title of the other project */
  char *node, *origin;
  CjdDataset *dataset;
} CjlSimilarity;

/* A job whose results are CjlSimilarity: one after each moment of a run, and the final one. Takes the
 * network, and log and ring of its run, which may be NULL where it is not needed. You free. */
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
