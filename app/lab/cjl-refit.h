/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A project on other data: pictures are brought to the size that its network takes. */
#pragma once

#include "cjl-project.h"

G_BEGIN_DECLS

/* Points the project at another source or path, as one edit, and loads it. Pictures are resized, and made
 * grey or coloured, to what the network took until now; a length of texts is kept. Each thing done is
 * added to `said` as a sentence (strings that the array owns). On failure the project is as it was.
 * Slow; main thread. cjl_project_refit then fits the last layer. You unref. */
CjdDataset *cjl_refit_data (CjlProject *project, const char *source, GPtrArray *said,
                            GError **error);

G_END_DECLS
