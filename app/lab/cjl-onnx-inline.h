/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A model without its own functions: each call becomes what the function is made of, and an If whose condition is
 * known becomes one of its graphs. */
#pragma once

#include "cjl-onnx-run.h"

G_BEGIN_DECLS

/* Nodes and names that functions may become in all; calls beyond it stay calls. */
#define CJL_ONNX_MAX_WORDS ((gsize) 1 << 16)

typedef struct
{
  CjdOnnx model; /* its graph is `graph`; all else is the first one's */
  CjdOnnxGraph graph;
  GPtrArray *made;   /* CjdOnnxNode made here; owned */
  GPtrArray *names;  /* char *; owned */
  GPtrArray *graphs; /* CjdOnnxGraph within nodes that were made here; owned */
} CjlOnnxFlat;

/* The model, which must live longer, with the bodies of functions in place of their calls, and convolutions and
 * products of whole numbers (QLinearConv, QLinearMatMul) as those of what they stand for, between roundings; operators of
 * onnxruntime and sequences of known length as what they are made of, where that can be said; what joins
 * more values than a card has inputs does so in steps. Calls within calls
 * deeper than 64 stay as they are, and so do calls in graphs within nodes. */
void cjl_onnx_flat_init (CjlOnnxFlat *flat, const CjdOnnx *model);
void cjl_onnx_flat_clear (CjlOnnxFlat *flat);
/* A node of borrowed words at the end of a list, and a name made of another and a word; the flat model owns both. Takes
 * the op. */
CjdOnnxNode *cjl_onnx_flat_node (CjlOnnxFlat *flat, GPtrArray *to, const char *name,
                                 const char *domain, CjExtraNode *op);
const char *cjl_onnx_flat_name (CjlOnnxFlat *flat, const char *of, const char *word);
/* Operators of onnxruntime, and those of sequences, in the standard's words (cjl-onnx-spell.c). */
void cjl_onnx_spell (CjlOnnxFlat *flat);
/* Puts the nodes of the graph that an If runs in its place. FALSE: their names are taken. */
gboolean cjl_onnx_flat_choose (CjlOnnxFlat *flat, const CjdOnnxNode *node, gboolean condition);

G_END_DECLS
