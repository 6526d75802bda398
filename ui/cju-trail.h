/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where on the canvas one is: the network and the blocks around what is seen, each a button that goes
 * there; and what keys do now. Hidden where there is nothing to say. */
#pragma once

#include "cju-canvas.h"

G_BEGIN_DECLS

#define CJU_TYPE_TRAIL (cju_trail_get_type ())
G_DECLARE_FINAL_TYPE (CjuTrail, cju_trail, CJU, TRAIL, GtkWidget)

GtkWidget *cju_trail_new (CjuCanvas *canvas, CjuDocument *document);

G_END_DECLS
