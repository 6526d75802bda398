/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a window says of its project unasked: a run that stopped on a number that is none, a journal that
 * cannot be written, undo that no longer reaches back as far. */
#pragma once

#include "cju-document.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Bars above the project: one while a run has stopped, with the way back; one while the journal cannot be
 * written. A sentence that was closed does not come back. The rest is said in toasts. */
GtkWidget *cju_trouble_new (CjuDocument *document, AdwToastOverlay *toasts);

/* A toast of as many lines as the text takes. */
AdwToast *cju_trouble_new_toast (const char *text);

G_END_DECLS
