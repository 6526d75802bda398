/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window of preferences; every change is in force at once. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void cju_preferences_present (GtkWindow *parent);

G_END_DECLS
