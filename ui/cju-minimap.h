/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The whole network in a corner: cards as coloured blocks, a frame around what the canvas shows. */
#pragma once

#include "cju-canvas.h"

G_BEGIN_DECLS

#define CJU_TYPE_MINIMAP (cju_minimap_get_type ())
G_DECLARE_FINAL_TYPE (CjuMinimap, cju_minimap, CJU, MINIMAP, GtkWidget)

GtkWidget *cju_minimap_new (CjuCanvas *canvas, CjuDocument *document);

G_END_DECLS
