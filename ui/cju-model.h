/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Networks of other programs that come into a window: ONNX models and NIR graphs; cju-format.h is how they leave
 * it. */
#pragma once

#include "cju-window.h"

G_BEGIN_DECLS

/* Whether a path ends as one of these files. */
gboolean cju_model_is_file (const char *path);

/* Opens the model at `path` as a project, in the window if it shows none, and says what could not be taken; of a
 * NIR graph it asks before how long a moment is and how equations become steps. Main thread. */
void cju_model_open (CjuWindow *window, const char *path);

G_END_DECLS
