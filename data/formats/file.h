/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bytes of files from outside. They are copied, never mapped: a mapped file that becomes shorter
 * kills the process that reads it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* All bytes of a plain file; refused beyond `max`, or if the file becomes shorter or longer meanwhile.
 * The error is a sentence that names the file. Any thread. You unref. */
GBytes *cjd_file_read (const char *path, gsize max, GError **error);

/* The first `n` bytes, or all if there are fewer. */
GBytes *cjd_file_read_start (const char *path, gsize n, GError **error);

/* Whether a file can be written there: its folder exists, it or the file lets us, and what has the name
 * already is a plain file. The error names the file and the reason. */
gboolean cjd_file_can_write (const char *path, GError **error);

/* Writes a file whole, or leaves what was there. Refuses as cjd_file_can_write does. */
gboolean cjd_file_write (const char *path, const char *bytes, gsize size, GError **error);

G_END_DECLS
