/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the machine has, so that what cannot fit is refused before it is tried. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Bytes of main memory that this process may have: the machine's, or less where a control group or
 * limit of the process says so. Any thread. */
gint64 cj_memory_get_total (void);

/* Whether `bytes` fit with a tenth to spare; else the error names both. `what` begins the sentence: "The
 * network". */
gboolean cj_memory_check (gint64 bytes, const char *what, gint64 batch, GError **error);

G_END_DECLS
