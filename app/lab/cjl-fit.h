/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an output could be wired to: each layer is tried alone, on the shapes that there are. It borrows
 * graph and lowered, and holds until the graph is edited. */
#pragma once

#include "cj-lower.h"

G_BEGIN_DECLS

typedef struct _CjlFit CjlFit;

/* `lowered` is of the graph under `spec`, or both are NULL without data: then only loops are refused.
 * You free. */
CjlFit *cjl_fit_new (const CjGraph *graph, const CjLowered *lowered, const CjDataSpec *spec,
                     CjWire from);
void cjl_fit_free (CjlFit *fit);

/* Whether the node could be built with that input wired to the output. */
gboolean cjl_fit_input (CjlFit *fit, const CjNode *to, guint port);
/* Whether a layer as presets or parameters say could, on its first input; `params` NULL: presets. */
gboolean cjl_fit_layer (CjlFit *fit, const CjLayerInfo *layer, gconstpointer params);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlFit, cjl_fit_free)

G_END_DECLS
