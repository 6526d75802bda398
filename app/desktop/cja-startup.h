/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long the program takes from its start to its first frame. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Before the window is presented: after its first frame prints the time and quits. */
void cja_startup_measure (GtkWidget *window);

G_END_DECLS
