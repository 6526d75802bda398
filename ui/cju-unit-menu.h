/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The context menu of one unit in a figure. */
#pragma once

#include "cju-document.h"
#include "cju-figure-view.h"

G_BEGIN_DECLS

/* A click with the other button picks what is under it, as a click does, and offers what can be done to
 * the unit that is then chosen; nothing where its layer has no units of its own. */
void cju_unit_menu_attach (CjuFigureView *view, CjuDocument *document);

G_END_DECLS
