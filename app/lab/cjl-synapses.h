/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A layer as neurons and synapses: the frames of the figure "synapses". F units send to U units. */
#pragma once

#include "cj-program.h"
#include "cjl-attention.h"
#include "cjd-dataset.h"
#include "cjl-figures-private.h"

G_BEGIN_DECLS

/* What is shown. Borrows everything. */
typedef struct
{
  const char *node, *sender; /* ids, for people */
  const CjTensor *weights;   /* [U, F], or of a convolution [U, F, H, W] or [U, F, W] */
  const CjTensor *kept; /* like the weights, uint8: 0 where a synapse was pruned; NULL: none was */
  const CjTensor *from, *to; /* what sender and layer made of a sample, [1, ...]; or NULL */
  const CjdDataset
      *dataset;     /* for the names of classes, if the layer's units are these; else NULL */
  gboolean answers; /* `to` are logits of the classes */
} CjlSynapses;

/* Names of the learned tensors of a node that join two populations, NULL-terminated, in the order of the
 * layer. You free. */
GStrv cjl_synapses_list (const CjLowered *lowered, const char *node);

/* A sealed frame. The strength of a kernel is its Euclidean norm, with the sign of its sum, and one of
 * which no weight is kept was pruned. Activations of maps are means over the picture, those of sequences the
 * last moment's. Any thread. You free. */
CjvFrame *cjl_synapses_frame (const CjlSynapses *what);

/* The same of a head of attention, whose weights are made anew for every sample: tokens that look on the right,
 * those looked at on the left. `tokens` may be NULL: numbers. */
CjvFrame *cjl_synapses_of_head (const CjlAttentionLayer *layer, gint64 head,
                                const char *const *tokens);

/* Where one synapse lies in a tensor of `shape`: its first number, and how many there are. */
gint64 cjl_synapses_locate (const CjShape *shape, gint64 from, gint64 to, gint64 *n);

/* Of a project at rest and one of its samples. You free. */
CjvFrame *cjl_figure_of_synapses (const CjlFigureRequest *request, GError **error);

G_END_DECLS
