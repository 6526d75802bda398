/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Programs that only answer, for networks of which most synapses are pruned. */
#pragma once

#include "cj-program.h"

G_BEGIN_DECLS

/* From this share of zeros on compressed sparse rows pay, of many samples by far, of one about (docs/performance.md). */
#define CJ_SPARSE_SHARE 0.95
#define CJ_SPARSE_WEIGHTS 8192 /* of fewer it does not matter */

/* As cj_program_new with CJ_PURPOSE_INFER, where dense layers whose weights are among `sparse` (names, ended by
 * NULL) are done by the rows of what is left of them; cj_program_get_plan says so. They may be other weights later:
 * what is too dense is multiplied as it lies. You free. */
CjProgram *cj_program_new_sparse (const CjGraph *graph, const CjDataSpec *spec, guint n_threads,
                                  const char *const *sparse, GError **error);
/* Whether n weights have so many zeros that their name belongs there. */
gboolean cj_sparse_pays (const float *weights, gint64 n);

G_END_DECLS
