/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a person set in the column of a view: it goes into the files of its figures, of some
 * views into the project, and brings the view back as it was. Main thread. */
#pragma once

#include "cju-view.h"

G_BEGIN_DECLS

/* Keeps what a control of the view says under `key`, which is kebab-case and never changes. A list says what
 * is chosen: `ids`, which end with NULL and live on, name its first items, and the others, as layers and
 * classes, have the names that they show; NULL: all of them. Spin buttons give a number, check buttons a truth, entries a text. */
void cju_view_keep (CjuView *view, const char *key, GtkWidget *control, const char *const *ids);

/* Everything kept, and what the view adds itself: a{sv}. You unref. */
GVariant *cju_view_save_controls (CjuView *view);

/* Sets the controls as such a dictionary says as soon as the view is seen and its lists have what is named;
 * then what was shown is computed again. Keys that the view does not know are passed over. */
void cju_view_load_controls (CjuView *view, GVariant *controls);

/* For views that stay (CjuViewInfo): sets the controls at once as the project has them, if it
 * has; and gives the project what was set since. */
void cju_view_take_from_project (CjuView *view);
void cju_view_keep_with_project (CjuView *view);

G_END_DECLS
