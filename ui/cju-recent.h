/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Projects of earlier days on the start page: what was left unsaved, and the recent files with their
 * pictures. Acts through win.open-path, win.restore and win.discard. */
#pragma once

#include "cjl-recovery.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Empty, and not seen, without any. */
GtkWidget *cju_recent_new (void);

/* Tells the desktop that the project was used. */
void cju_recent_add (const char *path);
/* The same of a picture with a figure. */
void cju_recent_add_figure (const char *path);
/* Paths of the projects used lately, newest first; you unref. */
GPtrArray *cju_recent_list_projects (void);
/* Keeps a picture of the canvas for the project. */
void cju_recent_draw (const char *path, GtkWidget *canvas);

/* "3 edits and 120 steps of training". You free. */
char *cju_recent_print_remains (const CjlRemains *remains);

/* Files opened lately as a menu of win.open-path, kept new by itself. You unref. */
GMenuModel *cju_recent_new_menu (void);

G_END_DECLS
