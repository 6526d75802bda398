/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pill over the canvas that says how the run stands; each part of it explains itself. */
#pragma once

#include "cju-document.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Not seen before the first step. */
GtkWidget *cju_pill_new (CjuDocument *document);

G_END_DECLS
