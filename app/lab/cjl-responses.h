/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every layer of a network answers to many samples, collected once for all that is asked of it. N
 * samples, U units (features of rows and tokens, channels of maps), P places of each. */
#pragma once

#include "cjl-job.h"
#include "cjl-network.h"

G_BEGIN_DECLS

#define CJL_RESPONSES_FLOATS ((gint64) 32 << 20) /* of all layers together */
#define CJL_RESPONSES_BATCH 32

/* Of one layer. */
typedef struct
{
  char *id;
  gint64 n_units;  /* U */
  gint64 n_places; /* P that are kept, 1 for rows of features */
  gint64
      of_places; /* that the layer has: if more, each that is kept is the mean of its neighbourhood */
  CjTensor *x;   /* [N, U P], unit by unit */
  float *low, *high; /* U each: the ends of what the unit answers, at any place of the layer */
} CjlLayerResponses;

/* Immutable. */
typedef struct
{
  guint64 step; /* of the weights */
  CjdDataset *dataset;
  CjdSplit split;
  gsize n;
  guint32 *index, *place; /* N: number of each sample in the data set, and in its split */
  gint32 *classes;        /* N, -1: unknown; NULL for values */
  gint32 *predicted; /* N: the network's own choice; NULL if it does not choose among classes */
  GPtrArray *layers; /* CjlLayerResponses, from the input on */
} CjlResponses;

/* Samples of a split, evenly spaced, at most `want`: their numbers in the data set and in the split, each
 * to be freed by you; how many. */
gsize cjl_samples_spread (const CjdDataset *dataset, CjdSplit split, gsize want, guint32 **index,
                          guint32 **place);

/* Runs a program of CJ_PURPOSE_PROBE and a batch of CJL_RESPONSES_BATCH on at most `n` samples. Layers
 * that only rearrange their input, or do nothing but in training, are passed over. If all answers would
 * be more than CJL_RESPONSES_FLOATS, the widest maps are averaged to fewer places. `job` may be NULL; its
 * progress goes from `from` to `to`. NULL if it was stopped, or with the reason. You free. */
CjlResponses *cjl_responses_collect (CjProgram *program, const CjGraph *graph, CjdDataset *dataset,
                                     CjdSplit split, gsize n, CjlJob *job, double from, double to,
                                     GError **error);
void cjl_responses_free (CjlResponses *self);
const CjlLayerResponses *cjl_responses_get (const CjlResponses *self, guint layer);
/* Borrowed, or NULL. */
const CjlLayerResponses *cjl_responses_find (const CjlResponses *self, const char *id);

/* "glyphs, validation split, 500 samples, step 120; maps averaged: conv1 to 196 of 784 places". You
 * free. */
char *cjl_responses_print_origin (const CjlResponses *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlResponses, cjl_responses_free)

G_END_DECLS
