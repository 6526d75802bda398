/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the frozen layers of a network make of the samples of a data set, remembered from epoch to epoch, and on the disk
 * from run to run: in the user's cache folder, cajal/features, one file for the samples of a split and all that decides
 * about the numbers. A file that is damaged, or of anything else, is made again. N samples, F floats of each. */
#pragma once

#include "cjl-project.h"

G_BEGIN_DECLS

#define CJL_FEATURES_MAX ((gsize) 512 << 20)    /* bytes that are remembered of a split at most */
#define CJL_FEATURES_BUDGET ((guint64) 1 << 30) /* bytes of all files; the least used go first */
#define CJL_FEATURES_DAYS 60                    /* files that nobody asked for so long go as well */

typedef struct _CjlFeatures CjlFeatures;

typedef struct
{
  gboolean asked;   /* a step was made, so that the rest is known */
  gboolean used;    /* something is remembered */
  guint n_samples;  /* N */
  guint n_found;    /* of these were on the disk when they were first asked for */
  guint n_known;    /* and are known now */
  gsize bytes;      /* 4 N F; also where that is too much */
  gboolean too_big; /* why nothing is remembered */
} CjlFeaturesState; /* of training samples */

/* Of the samples of a data set, which is referenced. Atomic reference count. */
CjlFeatures *cjl_features_new (CjdDataset *dataset);
CjlFeatures *cjl_features_ref (CjlFeatures *features);
void cjl_features_unref (CjlFeatures *features);

/* The feed of a run (cjd_dataset_new_run_feed) of a split, which remembers what it is asked to where samples are the same in
 * every epoch: not augmented, and no tasks. When it is freed, or other layers are frozen, what is new goes to the disk.
 * You free. */
CjFeed *cjl_features_new_feed (CjlFeatures *features, CjdSplit split);

CjlFeaturesState cjl_features_get_state (CjlFeatures *features); /* any thread */

/* What a person should know, a sentence: how many samples are known, or why the frozen layers of the project are computed
 * in every epoch; NULL: nothing is frozen, or it is not known yet. Main thread. You free. */
char *cjl_features_print (CjlFeatures *features, const CjlProject *project);

/* Makes room for `bytes` in a folder of such files; those that are none stay. For tests. */
void cjl_features_trim (const char *folder, guint64 bytes);
char *cjl_features_dup_folder (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlFeatures, cjl_features_unref)

G_END_DECLS
