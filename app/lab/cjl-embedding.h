/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a layer makes of many samples, brought down to the plane: the map on which alike samples lie
 * near one another. N samples. */
#pragma once

#include "cj-param.h"
#include "cj-umap.h"
#include "cjl-job.h"
#include "cjl-network.h"
#include "cjv-frame.h"

G_BEGIN_DECLS

#define CJL_EMBED_MAX 2000 /* samples; every pair is looked at */

typedef enum
{
  CJL_EMBED_PCA,
  CJL_EMBED_TSNE,
  CJL_EMBED_UMAP,
  CJL_EMBED_N_METHODS
} CjlEmbedMethod;

/* What is asked for. */
typedef struct
{
  const char *node; /* id of the layer */
  CjdSplit split;
  guint n_samples; /* at most; CJL_EMBED_MAX is the most */
  guint64 seed;
  /* what cjl_embed_params tells of */
  int method;          /* CjlEmbedMethod */
  double perplexity;   /* of t-SNE */
  int n_neighbours;    /* of UMAP */
  double min_distance; /* of UMAP */
  int start;           /* of UMAP, CjUmapStart */
  int n_iterations;
} CjlEmbedOptions;

extern const CjParam cjl_embed_params[]; /* of CjlEmbedOptions */

void cjl_embed_options_init (CjlEmbedOptions *options); /* 1000 samples of validation, t-SNE */

/* "PCA" and its like, the same in every language. */
const char *cjl_embed_method_get_name (CjlEmbedMethod method);

/* Method and settings as a person writes them: "umap", "t-SNE perplexity=50", "umap start=random
 * neighbours=30", in whatever case, "tsne" too. What is not named stays. FALSE with the reason; then
 * `options` may have changed. */
gboolean cjl_embed_parse (const char *text, CjlEmbedOptions *options, GError **error);

/* Immutable. */
typedef struct
{
  guint64 step; /* of the weights */
  char *node;
  CjlEmbedMethod method;
  guint iteration, n_iterations; /* of t-SNE and UMAP */
  char *settings;                /* in words: "perplexity 30" */
  double shares[2];              /* of the variance, for PCA */
  CjdDataset *dataset;
  CjdSplit split;
  gsize n;
  guint32 *index;  /* N: number of each sample in the data set */
  guint32 *place;  /* N: number within the split */
  gint32 *targets; /* N class numbers, -1: unknown; NULL for values */
  CjTensor *map;   /* [N, 2] */
} CjlEmbedding;

/* A job whose results are CjlEmbedding: a map after every few iterations, and the final one. Takes the
 * network. The error says what cannot be embedded. You free. */
CjlJob *cjl_embedding_start (CjlNetwork *network, const CjlEmbedOptions *options);
/* The same at once, with the weights of a project. Slow. Main thread. You free. */
CjlEmbedding *cjl_embed_project (CjlProject *project, CjdDataset *dataset,
                                 const CjlEmbedOptions *options, GError **error);

void cjl_embedding_free (CjlEmbedding *embedding);

/* Sealed frame of the figure "embedding". The sample with this number within the split is marked, if it
 * is on the map; G_MAXSIZE: none. You unref. */
CjvFrame *cjl_embedding_frame (const CjlEmbedding *embedding, gsize chosen);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlEmbedding, cjl_embedding_free)

G_END_DECLS
