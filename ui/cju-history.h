/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The runs of a project: the one under way and the earlier ones, with what came of them; two of them
 * side by side; and ways back to an earlier one. */
#pragma once

#include "cju-document.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CJU_TYPE_HISTORY (cju_history_get_type ())
G_DECLARE_FINAL_TYPE (CjuHistory, cju_history, CJU, HISTORY, GtkWidget)

/* Signal "message" (string): something to tell the person. */
GtkWidget *cju_history_new (CjuDocument *document);

G_END_DECLS
