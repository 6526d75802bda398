/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is left of the synapses of a network, layer by layer: frame of the figure "pruning". */
#pragma once

#include "cjl-project.h"
#include "cjv-frame.h"

G_BEGIN_DECLS

/* Of a checkpoint, or of the weights of a project. Sealed; you free. */
CjvFrame *cjl_pruning_frame (const CjCheckpoint *weights);
CjvFrame *cjl_pruning_frame_of_project (CjlProject *project);

G_END_DECLS
