/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is left of the synapses of a network, layer by layer: frame of the figure "pruning". */
#pragma once

#include "cjl-archive.h"
#include "cjv-frame.h"

G_BEGIN_DECLS

/* Of a checkpoint, or of the weights of a project. `epochs` (CjRunEpoch) are those of the run under way, `past`
 * (CjlPastRun) those before it; either may be NULL. Beside the layers stands what the network got right at what
 * share of its synapses, of every run that pruned. Sealed; you free. */
CjvFrame *cjl_pruning_frame (const CjCheckpoint *weights, const GArray *epochs,
                             const GPtrArray *past);
CjvFrame *cjl_pruning_frame_of_project (CjlProject *project);

G_END_DECLS
