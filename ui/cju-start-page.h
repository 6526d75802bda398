/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ready experiments, each with a picture of its data. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CJU_TYPE_START_PAGE (cju_start_page_get_type ())
G_DECLARE_FINAL_TYPE (CjuStartPage, cju_start_page, CJU, START_PAGE, GtkWidget)

/* Signal "chosen" (template id). */
GtkWidget *cju_start_page_new (void);

/* Reads a file or folder by a worker and offers experiments that can learn from it. */
void cju_start_page_offer (CjuStartPage *self, const char *path);

G_END_DECLS
