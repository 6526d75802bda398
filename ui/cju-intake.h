/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What comes into a window from outside: files and pictures dropped, pasted or chosen in a dialog.
 * Projects are opened, data are learned from, weights are loaded, a picture becomes the chosen sample. */
#pragma once

#include "cju-window.h"

G_BEGIN_DECLS

/* Actions "win.data-file", "win.data-folder", "win.browse",
 * "win.predict-folder", "win.load-weights", "win.picture",
 * "win.paste-picture", "win.invert-picture", "win.forget-picture". */
void cju_intake_install (GtkWidgetClass *window_class);
/* Lets things be dropped on a window. */
void cju_intake_watch (CjuWindow *window);

/* Whether a path is no project by its name, and a folder, several (cjd-folders.h) or a file that does not begin as one. */
gboolean cju_intake_is_data (const char *path);

/* A file or folder that is no project: data, offered on the start page or learned from by the network that
 * is open; or a picture for that network to look at. FALSE, and said, if it cannot be taken. */
gboolean cju_intake_take (CjuWindow *window, const char *path);

/* Closes what belongs to the window's present document. */
void cju_intake_close (CjuWindow *window);

/* Whether "win.paste-picture" would find a picture. */
gboolean cju_intake_has_picture (GdkClipboard *clipboard);

G_END_DECLS
