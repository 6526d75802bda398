/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that tests of readers write themselves, and those of CAJAL_DATA_DIR. */
#pragma once

#include "cjd-reader.h"

G_BEGIN_DECLS

/* A new folder; files and folders in it; and it away with all that it holds. */
char *files_new_folder (void);
char *files_new_state_folder (void); /* CAJAL_STATE_DIR names it from now on */
char *files_write (const char *folder, const char *name, gconstpointer data, gsize size);
char *files_write_text (const char *folder, const char *name, const char *text);
void files_remove (char *folder);

/* A PNG of `channels` 1 (grey), 3 (colour) or 4 (with alpha), 8 bits each, without compression. You
 * unref. */
GBytes *files_print_png (guint width, guint height, guint channels, const guint8 *pixels);

/* A plain grey value as a picture of width × height. */
void files_write_grey (const char *folder, const char *name, guint width, guint height,
                       guint8 value);

/* A path below CAJAL_DATA_DIR; NULL, and the test skipped, without it. You free. */
char *files_find (const char *path);

/* Whether pictures in JPEG files can be read; else the test is skipped. */
gboolean files_have_jpeg (void);

/* Loads with no split; the reader must be the one named. */
CjdDataset *files_load (const char *path, const char *reader, GError **error);

/* Loading must fail, with one sentence or two that name `place` and hold `reason`. */
void files_refuse (const char *path, const char *place, const char *reason);

G_END_DECLS
