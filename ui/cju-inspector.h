/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the selected card is set to; with nothing selected, how the network is trained. Rows are made
 * from parameter tables. */
#pragma once

#include "cju-document.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CJU_TYPE_INSPECTOR (cju_inspector_get_type ())
G_DECLARE_FINAL_TYPE (CjuInspector, cju_inspector, CJU, INSPECTOR, GtkWidget)

GtkWidget *cju_inspector_new (CjuDocument *document);
void cju_inspector_search (CjuInspector *self); /* the focus goes where parameters are searched */

G_END_DECLS
