/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A window: the start page, or one project with palette, canvas, inspector and dock. */
#pragma once

#include "cju-document.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CJU_TYPE_WINDOW (cju_window_get_type ())
G_DECLARE_FINAL_TYPE (CjuWindow, cju_window, CJU, WINDOW, AdwApplicationWindow)

/* Shows the start page. */
GtkWidget *cju_window_new (GtkApplication *application);

/* Opens a project and ties it to the journal: here if the window has none, else in a window of its own;
 * takes no reference. A path: raises the window that shows it already, and gives FALSE; else a thread reads
 * it, which can be called off, and the project opens when it is read; asks first if something of it was
 * left unsaved. */
void cju_window_open (CjuWindow *self, CjlProject *project);
gboolean cju_window_open_path (CjuWindow *self, const char *path);
/* The same of a template, or the window of a result card. FALSE: there is neither. */
gboolean cju_window_open_template (CjuWindow *self, const char *id);
gboolean cju_window_has_project (CjuWindow *self);
CjuDocument *cju_window_get_document (CjuWindow *self); /* NULL on the start page */

/* On the start page: what is in a file or folder, and experiments that can learn from it. */
void cju_window_offer (CjuWindow *self, const char *path);

/* Shows a sentence for some seconds. */
void cju_window_tell (CjuWindow *self, const char *text);

/* Starts training as soon as the data is there. */
void cju_window_train (CjuWindow *self);

G_END_DECLS
