/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is drawn on every frame and seldom changes, as a picture: lines of text, rounded borders and curves
 * are then worked out once, and a frame copies pixels. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What `node` draws at `zoom`, in coordinates of the result (those of the node times `zoom`), on the whole
 * pixels of a display with `scale` pixels a unit. Pieces of up to `most` pixels become pictures each; of a
 * larger one its children do, and what has none stays as it is. Returns a new reference; main thread. */
GskRenderNode *cju_bake (GskRenderNode *node, double zoom, int scale, double most);

G_END_DECLS
