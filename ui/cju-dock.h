/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The views under the canvas, in two slots side by side: tabs that can be moved from one to the other
 * and out into a window of their own. A view is there only while the network has something to show in
 * it. */
#pragma once

#include "cju-view.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CJU_TYPE_DOCK (cju_dock_get_type ())
G_DECLARE_FINAL_TYPE (CjuDock, cju_dock, CJU, DOCK, GtkWidget)

/* Signal "message" (string): something to tell the person. Actions, on the view that was looked at
 * last: "dock.export" with the ending of the file, "dock.publish" (with a preview), "dock.add-to-plate",
 * "dock.copy", "dock.zoom" with in, out or all,
 * "dock.beside", "dock.detach"; "dock.show" with the id of a view. */
GtkWidget *cju_dock_new (CjuDocument *document);

/* What there is to say about a view, to be translated. */
typedef struct
{
  const char *id, *title, *blurb;
  const char *formula, *source; /* not to be translated; or NULL */
} CjuDockView;

/* Describes view `i`; FALSE: there are no more. */
gboolean cju_dock_describe (guint i, CjuDockView *view);

/* The view with this id, once the pages are made; NULL: there is none. */
CjuView *cju_dock_find_view (CjuDock *self, const char *id);

/* Shows the view with this id, if it is there. */
void cju_dock_show (CjuDock *self, const char *id);

/* Adds a page that is no figure; `id` and `title` must live on. */
void cju_dock_add_page (CjuDock *self, GtkWidget *page, const char *id, const char *title,
                        const char *blurb);

G_END_DECLS
