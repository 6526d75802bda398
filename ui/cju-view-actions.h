/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a person can do with the figure of a view, in the dock and in a window of its own. Main thread. */
#pragma once

#include "cju-view.h"

G_BEGIN_DECLS

/* Asks for a file and writes the figure there; `ending` is "svg", "pdf", "png" or "csv". What came of it
 * is told by the view's "message". */
void cju_view_export (CjuView *view, const char *ending);
void cju_view_copy (CjuView *view);                  /* to the clipboard */
void cju_view_zoom (CjuView *view, const char *way); /* "in", "out" or "all" */

/* "Export as SVG…" and the others, whose actions are dock.export, dock.copy and dock.zoom. You unref. */
GMenu *cju_view_new_menu (void);

/* A popover with what can be set about how the view is drawn; it says so where that is nothing. `view` may
 * be NULL and must outlive it. */
GtkWidget *cju_view_new_options (CjuView *view);

/* The page of a dock, which nobody holds, in a window of its own; with the options, exports and zoom of
 * the dock if it is a view. */
GtkWidget *cju_view_window_new (GtkWidget *page, const char *title, GtkWindow *parent);

G_END_DECLS
