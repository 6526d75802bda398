/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sheet to draw a sign on: what is drawn is the chosen sample at once, so every card and the
 * prediction follow the pen. By mouse, pen or keys: arrows move, Space puts the pen down or lifts it.
 * Main thread. */
#pragma once

#include "cju-document.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CJU_TYPE_PAD (cju_pad_get_type ())
G_DECLARE_FINAL_TYPE (CjuPad, cju_pad, CJU, PAD, GtkWidget)

GtkWidget *cju_pad_new (CjuDocument *document);

G_END_DECLS
