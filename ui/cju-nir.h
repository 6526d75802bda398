/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NIR graphs that come into a window; cju-format.h is how they leave it. */
#pragma once

#include "cju-window.h"

G_BEGIN_DECLS

/* Asks how long a moment is and how equations become steps, then opens the graph at `path` as a project,
 * in the window if it shows none, and says what could not be taken. Main thread. */
void cju_nir_open (CjuWindow *window, const char *path);

G_END_DECLS
