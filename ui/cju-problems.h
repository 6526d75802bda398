/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Everything that keeps the network from training, and what stopped it, a row each, with a button for
 * the mend. */
#pragma once

#include "cju-document.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CJU_TYPE_PROBLEMS (cju_problems_get_type ())
G_DECLARE_FINAL_TYPE (CjuProblems, cju_problems, CJU, PROBLEMS, GtkWidget)

GtkWidget *cju_problems_new (CjuDocument *document);

/* After an edit. */
void cju_problems_update (CjuProblems *self);

G_END_DECLS
