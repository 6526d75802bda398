/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How alike the layers of a network see the samples: to one another, to themselves earlier in the run,
 * to the layers of another network; and which samples a layer tells apart. R rows, C columns. */
#pragma once

#include "cj-similarity.h"
#include "cjl-responses.h"
#include "cjv-frame.h"

G_BEGIN_DECLS

#define CJL_SIMILARITY_MOMENTS 16 /* of a run */

/* With what the layers are compared. */
typedef enum
{
  CJL_COMPARE_LAYERS, /* one another */
  CJL_COMPARE_RUN,    /* themselves, at moments of the run */
  CJL_COMPARE_OTHER,  /* those of another network on the same samples */
  CJL_COMPARE_N_WAYS
} CjlCompare;

typedef struct
{
  CjlCompare with;
  CjSimilarity kind;
  CjdSplit split;
  guint n_samples;   /* at most */
  const char *other; /* name of the other network */
} CjlSimilarityOptions;

void cjl_similarity_options_init (CjlSimilarityOptions *options); /* 500 of validation, CKA, layers */

/* "cka", "cka-unbiased", "rsa": the kind of that id. FALSE if there is none. */
gboolean cjl_similarity_find_kind (const char *id, CjSimilarity *kind);
const char *cjl_similarity_get_title (CjSimilarity kind); /* "Linear CKA"; to be translated */

/* Immutable. */
typedef struct
{
  CjlCompare with;
  CjSimilarity kind;
  GStrv rows, columns;
  CjTensor *matrix; /* [R, C]; NAN where a layer says nothing */
  char *other, *origin;
  CjdDataset *dataset;
} CjlSimilarity;

/* A job whose result is a CjlSimilarity. Takes `networks` (CjlNetwork): the one that is looked at, then
 * the other one, or moments of the run, the earliest first (cjl_network_list_run). You free. */
CjlJob *cjl_similarity_start (GPtrArray *networks, const CjlSimilarityOptions *options);
/* The same at once; slow. Borrows `networks`. NULL with the reason. You free. */
CjlSimilarity *cjl_similarity_measure (GPtrArray *networks, const CjlSimilarityOptions *options,
                                       GError **error);
void cjl_similarity_free (CjlSimilarity *self);

/* Sealed frame of the figure "similarity". You unref. */
CjvFrame *cjl_similarity_frame (const CjlSimilarity *self);

/* Sealed frame of the figure "dissimilarity": the samples of a layer against one another, in the order of
 * their classes. NULL if there is no such layer. You unref. */
CjvFrame *cjl_dissimilarity_frame (const CjlResponses *responses, const char *node,
                                   CjDissimilarity kind);
gboolean cjl_dissimilarity_find_kind (const char *id, CjDissimilarity *kind);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlSimilarity, cjl_similarity_free)

G_END_DECLS
