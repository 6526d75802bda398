/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Numbers for the n characters of a text: the place of each among the characters that occur, sorted as
 * in Unicode; their names come out too. You free both. */
gint32 *cjd_text_encode (const gunichar *text, gsize n, GStrv *names, guint *n_names);

G_END_DECLS
