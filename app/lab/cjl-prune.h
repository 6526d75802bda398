/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cjd-dataset.h"
#include "cj-graph.h"

G_BEGIN_DECLS

/* Takes everything away that a layer does not need, so that a network is only run up to it. Its place in
 * the graph, or -1 with an error: there is no such layer, or the data are no pictures. */
int cjl_graph_prune (CjGraph *graph, const CjdDataset *dataset, const char *node, GError **error);

G_END_DECLS
