/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Archives (.tar, .tar.gz) read into memory; nothing is unpacked to the disk. */
#pragma once

#include "zip.h"

G_BEGIN_DECLS

/* The plain files of an archive of at most `max_bytes` unpacked in all, as CjdPiece. The error names the file.
 * You unref. */
GPtrArray *cjd_tar_load (const char *path, gsize max_bytes, GError **error);

G_END_DECLS
