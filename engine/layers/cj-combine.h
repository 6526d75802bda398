/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Layers that make one of many inputs, number by number. */
#pragma once

#include "cj-layer.h"

G_BEGIN_DECLS

/* One port for as many wires as there are. */
extern const CjPort cj_combine_inputs[];

/* For build functions: all inputs from the first to the last through one operation. Equal shapes go
 * element by element; a smaller one is stretched over the other. */
gboolean cj_combine_build (CjLayerBuild *build, CjBinaryKind kind, GError **error);

G_END_DECLS
