/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cards for what an imported network has and no layer here stands for. */
#pragma once

#include "cj-graph.h"

G_BEGIN_DECLS

/* Nodes become placeholders of layers that are not here; `unknown` has their ids and those layers, in turn. They
 * keep their wires. */
gboolean cjl_placeholders_put (CjGraph *graph, const GPtrArray *unknown, GError **error);

/* The sentence that names them; NULL: there are none. You free. */
char *cjl_placeholders_print (const GPtrArray *unknown);

G_END_DECLS
