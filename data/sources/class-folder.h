/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files in one folder a class: PATH/CLASS/NAME, or PATH/train/CLASS/… with val and test beside it; or files
 * alone, PATH/NAME, which are then all of one class; or several folders (cjd-folders.h), each a class. For readers. */
#pragma once

#include "cjd-dataset.h"

G_BEGIN_DECLS

#define CJD_FOLDER_MAX_FILES 10000000
#define CJD_FOLDER_MAX_CLASSES 100000

/* Whether a file of this name is a sample. */
typedef gboolean (*CjdIsSample) (const char *name);

typedef struct
{
  GPtrArray *paths, *classes; /* one each a sample; class names are owned by `names` */
  GArray *splits;             /* guint8, CjdSplit */
  GHashTable *names;
  gboolean alone; /* the samples stand in no folders of classes */
} CjdFolder;

/* How many folders of classes there are, in the folder or in the part of it for training; and whether the
 * folder itself holds samples. */
guint cjd_folder_count_classes (const char *path, CjdIsSample is_sample);
gboolean cjd_folder_has_files (const char *path, CjdIsSample is_sample);

/* All samples, sorted by class and name. You free. */
CjdFolder *cjd_folder_find (const char *path, CjdIsSample is_sample);
void cjd_folder_free (CjdFolder *folder);

/* Class numbers [N] in the order of the names, which go to *names. You free both. */
CjTensor *cjd_folder_number_classes (const CjdFolder *folder, GStrv *names, guint *n_classes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjdFolder, cjd_folder_free)

G_END_DECLS
