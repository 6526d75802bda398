/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the network says of a folder of pictures of one's own, as a CSV file. Main thread. */
#pragma once

#include "cju-document.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Writes what the network says of the pictures in a folder: a job answers, with its progress in a
 * window that cancels it, and a notice says how it went. Or asks for both first. */
void cju_predict_folder (CjuDocument *document, GtkWindow *parent, const char *folder,
                         const char *output);
void cju_predict_ask (CjuDocument *document, GtkWindow *parent);

G_END_DECLS
