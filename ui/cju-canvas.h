/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The drawing: cards joined by wires on a plane that pans and zooms. */
#pragma once

#include "cjl-scene.h"
#include "cju-document.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CJU_TYPE_CANVAS (cju_canvas_get_type ())
G_DECLARE_FINAL_TYPE (CjuCanvas, cju_canvas, CJU, CANVAS, GtkWidget)

/* What a drag from the palette carries: this and the layer's id, or the file of a block of one's own. */
#define CJU_CANVAS_DRAG_PREFIX "cajal-layer:"
#define CJU_CANVAS_BLOCK_PREFIX "cajal-block:"

/* Signals: "message" (text): why something could not be done; "moved": the view or a card moved,
 * or another level is shown; "hint" (text or NULL): what keys do now; "inside" (id): a person wants to see
 * the synapses of a layer.
 * Actions "canvas.*" on the selection and the view, each with a key: cju-commands.c lists them. */
GtkWidget *cju_canvas_new (CjuDocument *document);

void cju_canvas_fit (CjuCanvas *self); /* everything in view, at most 100 % */
/* At the pointer if it is over the canvas, else about the middle; 0: to 100 %. */
void cju_canvas_zoom (CjuCanvas *self, double factor);

double cju_canvas_get_zoom (CjuCanvas *self);
/* The part of the world that is seen, pixels at 100 %. */
void cju_canvas_get_view (CjuCanvas *self, graphene_rect_t *view);
void cju_canvas_center (CjuCanvas *self, double x, double y); /* a place of the world */
void cju_canvas_reveal (CjuCanvas *self, const char *id);     /* scrolls as little as it must */

/* What is seen, until it moves to another level or the network is edited. */
const CjlScene *cju_canvas_get_scene (CjuCanvas *self);
/* The block one looks into; NULL: none. Borrowed. */
const char *cju_canvas_get_level (CjuCanvas *self);
void cju_canvas_enter (CjuCanvas *self, const char *block); /* NULL: out of all */

/* Opens the entry that adds layers by typing. */
void cju_canvas_quick_add (CjuCanvas *self);

/* Adds layers and blocks of one's own as typed, wired behind the selected card; FALSE after telling why not. */
gboolean cju_canvas_add (CjuCanvas *self, const char *chain);

G_END_DECLS
