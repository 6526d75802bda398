/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All samples of a project's data in a window: how many of each class, a grid to look through, relabel
 * and leave out. What is changed is an edit of the project. Main thread. */
#pragma once

#include "cju-document.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CJU_TYPE_BROWSER (cju_browser_get_type ())
G_DECLARE_FINAL_TYPE (CjuBrowser, cju_browser, CJU, BROWSER, AdwWindow)

/* Shown by the caller; goes with its parent. */
GtkWidget *cju_browser_new (GtkWindow *parent, CjuDocument *document);

G_END_DECLS
