/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A picture of one's own as the chosen sample, from a file, the clipboard or a drop. What cannot be
 * taken is said as a notice of the document. Main thread. */
#pragma once

#include "cju-document.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Whether the data are pictures, so that one's own can stand in for one of them. */
gboolean cju_own_is_possible (CjuDocument *document);

/* Scaled so that it covers a sample, grey or coloured as the data are. FALSE: it was not taken. */
gboolean cju_own_take_file (CjuDocument *document, const char *path);
gboolean cju_own_take_texture (CjuDocument *document, GdkTexture *texture, const char *name);
/* Planes of grey [H, W], 0 black to 1 white, of the size of a sample; brought to what the data have as
 * background: light strokes on black, or dark ones on white. */
void cju_own_take_ink (CjuDocument *document, const float *grey, const char *name);

/* Dark becomes light, for a picture on paper where the network knows light on black. */
void cju_own_invert (CjuDocument *document);

G_END_DECLS
