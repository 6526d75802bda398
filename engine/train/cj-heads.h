/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the heads of attention lie in what a network learns: a head is rows of the projections of queries, keys
 * and values, with their biases, and columns of the projection out. H heads of D numbers, E features that
 * come out. */
#pragma once

#include "cj-program.h"

G_BEGIN_DECLS

typedef struct
{
  guint32 node;          /* place in the graph */
  gint64 n_heads, width; /* H, D */
  int said;              /* value of what the heads say, [N, T, H D] */
  const char *in;        /* name of the weight in, [3 H D, ...]: queries, keys, values */
  const char *in_bias;   /* NULL: none */
  const char *out;       /* name of the weight out, [E, H D] */
} CjHeads;

/* Of every attention in a list of ops, in order; names are borrowed from it. You unref. */
GArray *cj_heads_list (const CjLowered *lowered);

/* A run of numbers of a tensor that belong to one head. */
typedef struct
{
  gint64 first, n;
} CjHeadRun;

/* The runs of a head in the weight in, the bias in (`row` is 1) or any tensor of rows [3 H D, row]: three of
 * them. */
CjHeadRun cj_heads_get_row_run (const CjHeads *heads, gint64 head, int part, gint64 row);
/* The run of a head in row `e` of the weight out. */
CjHeadRun cj_heads_get_column_run (const CjHeads *heads, gint64 head, gint64 e);

G_END_DECLS
