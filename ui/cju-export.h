/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What leaves the window for other programs: the network, and the figure that the dock shows. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The button of the header with everything that can be exported. */
GtkWidget *cju_export_button_new (void);

/* The actions win.export (the id of a format of cjl-format.h) and win.export-view ("svg", "pdf", "png" or
 * "csv") of a CjuWindow, and those of its figures. */
void cju_export_install (GtkWidgetClass *window);

G_END_DECLS
