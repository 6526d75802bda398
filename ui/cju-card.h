/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A node or block on the canvas: name, what it is set to, and what it makes of the chosen sample. The
 * nearer it is seen the more it shows. */
#pragma once

#include "cjl-scene.h"
#include "cju-document.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CJU_CARD_WIDTH 150
#define CJU_CARD_MAX_HEIGHT 155
#define CJU_CARD_PORT_Y 24 /* height of the first port */
#define CJU_CARD_PORT_STEP 16

#define CJU_TYPE_CARD (cju_card_get_type ())
G_DECLARE_FINAL_TYPE (CjuCard, cju_card, CJU, CARD, GtkWidget)

GtkWidget *cju_card_new (CjuDocument *document, const CjlCard *seen);
const char *cju_card_get_id (CjuCard *self);

/* After an edit: words, shape, problem. After a tick: the picture. */
void cju_card_update (CjuCard *self, const CjlCard *seen);
void cju_card_update_picture (CjuCard *self);
void cju_card_set_zoom (CjuCard *self, double zoom); /* the scale it is seen at */
void cju_card_set_selected (CjuCard *self, gboolean selected);

/* Height in pixels at 100 %; depends on the layer. */
int cju_card_get_height (CjuCard *self);

/* A click at x, y of the card: if a map or unit is there it is chosen, with the place on it. */
void cju_card_pick (CjuCard *card, double x, double y);

G_END_DECLS
