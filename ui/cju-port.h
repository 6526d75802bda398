/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ports of a card for who cannot see them: each is a child of the card with a name and actions. The canvas
 * draws them, and the mouse goes to the canvas. Main thread. */
#pragma once

#include "cjl-scene.h"
#include "cju-document.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CJU_TYPE_PORT (cju_port_get_type ())
G_DECLARE_FINAL_TYPE (CjuPort, cju_port, CJU, PORT, GtkWidget)

/* Gives a card the ports that it has as it is seen now, named for their wires. */
void cju_ports_update (GtkWidget *card, CjuDocument *document, const CjlCard *seen);
/* Puts them where the canvas draws them; the card calls it when it is allocated. */
void cju_ports_allocate (GtkWidget *card);
/* The card calls it when it is disposed of. */
void cju_ports_remove (GtkWidget *card);

G_END_DECLS
