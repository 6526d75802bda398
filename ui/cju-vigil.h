/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the desktop is told of a run: not to sleep while it trains, and that a long one has ended while
 * its window was not in use. */
#pragma once

#include "cju-document.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Watches until the document goes. The window outlives it or is told apart by its id. Main thread. */
void cju_vigil_keep (GtkWindow *window, CjuDocument *document);

G_END_DECLS
