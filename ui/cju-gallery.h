/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ready experiments as cards: a picture from a real run, what it is and teaches, how far it gets
 * and how long that takes on this machine; and the result cards, with the numbers that were published. Emits
 * "chosen" (id of a template or card). Main thread. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CJU_TYPE_GALLERY (cju_gallery_get_type ())
G_DECLARE_FINAL_TYPE (CjuGallery, cju_gallery, CJU, GALLERY, GtkWidget)

GtkWidget *cju_gallery_new (void);

G_END_DECLS
