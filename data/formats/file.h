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

G_END_DECLS
