/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every layer there is, by category, with a search; Enter or a click adds one. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CJU_TYPE_PALETTE (cju_palette_get_type ())
G_DECLARE_FINAL_TYPE (CjuPalette, cju_palette, CJU, PALETTE, GtkWidget)

/* Signal "add" (layer id). */
GtkWidget *cju_palette_new (void);

G_END_DECLS
