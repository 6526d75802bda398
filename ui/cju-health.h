/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lower part of the inspector: what the selected layer has learned and how its units fare, live. */
#pragma once

#include "cju-document.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CJU_TYPE_HEALTH (cju_health_get_type ())
G_DECLARE_FINAL_TYPE (CjuHealth, cju_health, CJU, HEALTH, GtkWidget)

/* For the node with this id, for as long as the widget lives. */
GtkWidget *cju_health_new (CjuDocument *document, const char *node);

G_END_DECLS
