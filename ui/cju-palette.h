/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every layer there is, by category, and blocks of one's own, with a search; Enter or a click adds one. */
#pragma once

#include "cj-layer.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CJU_TYPE_PALETTE (cju_palette_get_type ())
G_DECLARE_FINAL_TYPE (CjuPalette, cju_palette, CJU, PALETTE, GtkWidget)

/* Signal "add" (layer id, or a block as cju_canvas_add takes it). */
GtkWidget *cju_palette_new (void);

/* The order in which layers are listed: by category, then by title. */
int cju_palette_compare (const CjLayerInfo *a, const CjLayerInfo *b);
/* The layer's category as shown. You free. */
char *cju_palette_dup_category (const CjLayerInfo *layer);

G_END_DECLS
