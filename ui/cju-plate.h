/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window in which a page is made of figures: their order, captions, widths and style, seen as it will
 * be, and written to a file. Main thread. */
#pragma once

#include "cju-figure-out.h"

G_BEGIN_DECLS

/* Shows the plate of the document, which is kept with the project. */
void cju_plate_present (CjuDocument *document, GtkWindow *parent);

/* Shows what a view draws, to be exported alone; or says that it is empty. */
void cju_plate_present_view (CjuView *view, GtkWindow *parent);

/* Puts what a view draws at the end of the document's plate, and says so. */
void cju_plate_add_view (CjuView *view);

/* The same window for a plate out of a picture, `source` as cjl_figure_load gives it, with a widget above
 * its settings that says where it comes from. Takes plate and source. */
void cju_plate_present_loaded (GtkWindow *parent, CjvPlate *plate, GVariant *source,
                               GtkWidget *notice);

G_END_DECLS
