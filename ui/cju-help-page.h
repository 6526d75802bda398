/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cju-help-pages.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A page as a widget. `on_link` (GtkLabel *label, const char *id, data) is called for its links. */
GtkWidget *cju_help_page_new (const CjuHelpPage *page, GCallback on_link, gpointer data);

G_END_DECLS
