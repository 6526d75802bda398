/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the heads of attention of a network make of one sample, as frames of figures. H heads, T tokens
 * that look, S that are looked at. */
#pragma once

#include "cj-attention-flow.h"
#include "cj-attention-map.h"
#include "cjd-dataset.h"
#include "cjl-job.h"
#include "cjv-frame.h"

G_BEGIN_DECLS

/* One attention. Immutable. */
typedef struct
{
  char *name;     /* id of its node, with a number where a node has several */
  char *node;     /* id */
  gboolean self;  /* tokens look at each other: T = S */
  CjTensor *maps; /* [1, H, T, S] */
} CjlAttentionLayer;

/* What `program` (for probing, batch 1, after a forward) has: an array that owns its CjlAttentionLayer, in
 * order of execution; empty if the network has none. You unref. */
GPtrArray *cjl_attention_read (const CjGraph *graph, const CjProgram *program);
/* The same of the first `n` tokens alone, of layers in which tokens look at those before them: for texts
 * that do not fill the network's room. You unref. */
GPtrArray *cjl_attention_crop (const GPtrArray *layers, gint64 n);

typedef enum
{
  CJL_ATTENTION_HEADS,
  CJL_ATTENTION_MEAN,    /* over the heads */
  CJL_ATTENTION_ROLLOUT, /* from the layer down to the input */
  CJL_ATTENTION_FLOW,    /* the same as the greatest flow, from one token; slow */
  CJL_ATTENTION_N_KINDS
} CjlAttentionKind;

/* "heads", "mean", "rollout", "flow", NULL: for command lines. */
extern const char *const cjl_attention_kinds[];

/* What is to be drawn. Borrows everything. */
typedef struct
{
  const GPtrArray *layers;
  guint layer; /* in layers */
  CjlAttentionKind kind;
  gint64 query;              /* token that looks; -1: none is chosen */
  const char *const *tokens; /* what they are, or NULL: numbers */
  const CjTensor *picture;   /* that was cut into patches, [1, C, H, W], or NULL */
  const char *provenance;    /* or NULL */
  const CjTensor *flow;      /* [T] from the query, if it is known already; NULL: it is computed */
} CjlAttentionScene;

/* A job whose result is the flow (CjTensor [T]) from the scene's query, or the last token without one, at
 * its layer. NULL where that cannot be followed down to the input. You free. */
CjlJob *cjl_attention_start_flow (const CjlAttentionScene *scene);

/* The letters of a sample of text, as they are shown, a space as ␣; NULL if it is none. You free. */
GStrv cjl_attention_name_tokens (const CjdDataset *dataset, const CjTensor *x);
/* One letter as it is shown. You free. */
char *cjl_attention_print_letter (const char *letter);

/* Where the last tokens of T are the patches of the picture, row by row. FALSE if they cannot be. */
gboolean cjl_attention_find_place (const CjTensor *picture, gint64 t, CjAttentionPlace *place);

/* Sealed frame of the figures "attention" and "attention-arcs". NULL and a sentence where the kind is
 * not to be had of this layer. You free. */
CjvFrame *cjl_attention_frame (const CjlAttentionScene *scene, GError **error);

/* Sealed frame of "attention-patches": what the query looks at; without one the class token, or all of
 * them on the mean. NULL and a sentence where there is no picture. You free. */
CjvFrame *cjl_attention_patches_frame (const CjlAttentionScene *scene, GError **error);

/* Sealed frame of "attention-heads", of all layers. `losses` [L, H] and `whole` (see cjl-heads.h) may be
 * NULL and NAN. You free. */
CjvFrame *cjl_attention_heads_frame (const CjlAttentionScene *scene, CjTensor *losses,
                                     double whole);

G_END_DECLS
