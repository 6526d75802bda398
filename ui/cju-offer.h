/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was found in a file or folder that was dropped on the start page, and the experiments that can
 * learn from it, one click each. Emits "made" (CjlProject *). Main thread. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CJU_TYPE_OFFER (cju_offer_get_type ())
G_DECLARE_FINAL_TYPE (CjuOffer, cju_offer, CJU, OFFER, GtkWidget)

GtkWidget *cju_offer_new (void); /* hidden until something is read */

/* Reads a file or folder by a worker, then says what it is and offers experiments. */
void cju_offer_read (CjuOffer *self, const char *path);

G_END_DECLS
