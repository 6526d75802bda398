/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that are never half there: whoever opens one, also after a crash or a power cut at any moment,
 * finds what it was before or what was written, whole. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Asked when the new bytes are on the disk, right before they take the place of the old ones. */
typedef gboolean (*CjFileMay) (gpointer data, GError **error);

/* Replaces a file, or makes it: the bytes go to a hidden file beside it, are synced and read back, then get
 * the name, and the folder is synced. A link is followed; mode and owner of a file that is there are kept.
 * FALSE leaves the old file as it was, with one exception that the sentence tells: the folder could not be
 * synced. A process that is killed meanwhile leaves at most one hidden file for each name, which the next
 * writing of that name uses again. Two at once: the second is refused. `may` may be NULL. The error is a
 * sentence that names the file. Any thread. */
gboolean cj_file_write (const char *path, gconstpointer bytes, gsize size, CjFileMay may,
                        gpointer data, GError **error);

/* Deletes the hidden files that killed processes left in a folder. */
void cj_file_sweep (const char *folder);

G_END_DECLS
