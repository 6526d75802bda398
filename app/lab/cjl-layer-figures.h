/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames of figures about one layer: what it answers, what it has learned. U units, C channels. */
#pragma once

#include "cjl-checkup.h"
#include "cjl-session.h"
#include "cjv-frame.h"

G_BEGIN_DECLS

/* What a node made of the sample that the probe saw. */
typedef struct
{
  const CjLowered *lowered; /* for receptive fields; may be NULL */
  const CjGraph *graph;
  const CjlProbeFrame *probe;
  const CjNode *node;
  gint64 unit, row, column; /* to be marked, with the pixels it saw; unit -1: none */
} CjlActivations;

/* "maps" or "units": the figure that suits the node's answer. */
const char *cjl_activations_get_figure (const CjlActivations *what);
/* Sealed frame of that figure; NULL if the node made nothing. You unref. */
CjvFrame *cjl_activations_frame (const CjlActivations *what);

/* Full names of what a node learns that has `least` dimensions or more. You free. */
GStrv cjl_layer_list_params (CjlSession *session, const char *node, guint least);

/* "filters" where a row of the weights is a picture or a kernel, else "heatmap". `node` is where the
 * weights belong, `lowered` (may be NULL) tells what comes into it. */
const char *cjl_weights_get_figure (const CjTensor *weights, const CjGraph *graph,
                                    const CjNode *node, const CjLowered *lowered);
/* Sealed frame of that figure; `unit` is marked, -1: none. You unref. */
CjvFrame *cjl_weights_frame (const CjTensor *weights, const char *name, gint64 unit,
                             const CjGraph *graph, const CjNode *node, const CjLowered *lowered);

/* Sealed frame of "histogram": a tensor, and its gradients if the checkup has them. You unref. */
CjvFrame *cjl_spread_frame (CjTensor *weights, const char *name, const CjlCheckup *checkup);
/* The same of the layer's activations; NULL if the checkup has none. You unref. */
CjvFrame *cjl_answers_frame (const CjlCheckup *checkup, const char *node);

G_END_DECLS
