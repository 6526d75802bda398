/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights of other programs, dropped on a window or chosen in a dialog, for the network that is open: what fits is
 * taken, as one edit, and what does not is listed. Main thread. */
#pragma once

#include "cju-window.h"

G_BEGIN_DECLS

/* Action "win.load-weights". */
void cju_weights_install (GtkWidgetClass *window_class);

/* Reads files (cjl-weights.h) in a thread and takes what fits. Arrays of NumPy of which nothing fits by name are
 * learned from instead. The window must have a document. */
void cju_weights_take (CjuWindow *window, const char *const *paths);

G_END_DECLS
