/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the machine has, so that what cannot fit is refused before it is tried. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether so many bytes more fit into what nobody uses now, with a tenth to spare. */
gboolean cj_memory_fits (gint64 bytes);
/* The same; else the error names both. `what` begins the sentence: "The
 * network". */
gboolean cj_memory_check (gint64 bytes, const char *what, gint64 batch, GError **error);

G_END_DECLS
