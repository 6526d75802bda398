/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a network that learned something is made ready with to learn something else (cjl-transfer.h), as actions. Main
 * thread. */
#pragma once

#include "cju-window.h"

G_BEGIN_DECLS

/* Actions "win.freeze-body", "win.unfreeze", "win.new-head", "win.rates-by-depth". */
void cju_transfer_install (GtkWidgetClass *window_class);
GMenuModel *cju_transfer_make_menu (void); /* you unref */

/* Freezes a node and all before it, and no other; if that is so already, nothing any more. Tells the document. */
void cju_transfer_freeze_up_to (CjuDocument *document, const char *node);

G_END_DECLS
