/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The closest level of the canvas: a layer as neurons and synapses, live while it is trained, with tools to
 * change them by hand. */
#pragma once

#include "cju-document.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CJU_TYPE_SYNAPSES (cju_synapses_get_type ())
G_DECLARE_FINAL_TYPE (CjuSynapses, cju_synapses, CJU, SYNAPSES, GtkWidget)

/* Signals: "leave": a person wants to go back to the layers; "message" (text): why something could not be
 * done. Actions "synapses.*": cju-commands.c lists them. */
GtkWidget *cju_synapses_new (CjuDocument *document);

/* The layer that is shown; NULL: none, and nothing is computed. FALSE: it has no synapses. */
gboolean cju_synapses_show (CjuSynapses *self, const char *node);
const char *cju_synapses_get_node (CjuSynapses *self); /* borrowed, or NULL */

G_END_DECLS
