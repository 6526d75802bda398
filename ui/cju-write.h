/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file that is written for other programs: it asks where, writes, and tells what came of it. Main
 * thread. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* FALSE without an error: it writes on and tells by itself. */
typedef gboolean (*CjuWriter) (gpointer object, const char *path, GError **error);
typedef void (*CjuTeller) (gpointer object, const char *text);

/* "x.svg was written". You free. */
char *cju_write_print (const char *name);

/* A dialog that offers the file name `name`; show it. It belongs to itself and is gone once it was
 * answered. `object` is a GObject, and nothing is written or told after its end. */
GtkFileChooserNative *cju_write_new (const char *title, const char *name, GtkWindow *parent,
                                     gpointer object, CjuWriter write, CjuTeller tell);

G_END_DECLS
