/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Several folders as one path, each of them a class: “/home/ana/photos/{cat,dog}”, or with further folders on the way,
 * “/home/ana/{photos/cat,more/dog}”. A backslash goes before a comma, brace or backslash of a name. Only what stands
 * at the end of the path is read so, and only if there is no file or folder of that very name. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The paths of the folders, of two or more; NULL: it is the path of one thing. Looks at the disk. You free. */
GStrv cjd_folders_parse (const char *path);
/* One path for folders with paths from the root, each once, in any order; of one, its own. You free. */
char *cjd_folders_print (const char *const *folders);
/* The name of a path for people: of several folders, that of the folder they are in. You free. */
char *cjd_folders_dup_name (const char *path);

G_END_DECLS
