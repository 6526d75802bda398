/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* No press on anything in the window is lost. After a layout GDK makes up a movement of the pointer, with the
 * buttons as the display server has them at that moment. Where a button was let go already and the release
 * still waits to be read, gestures take that for a press that ended without one, and drop it: a short click,
 * in a window that is laid out all the time as ours is while it trains, does nothing now and then (GTK 4.8).
 * Such movements are stopped. Once for each window; main thread. */
void cju_press_keep (GtkWindow *window);

G_END_DECLS
