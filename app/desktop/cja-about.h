/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Version, credits, licence, and what somebody who looks into a fault wants to know. */
void cja_about_present (GtkWindow *parent);

G_END_DECLS
