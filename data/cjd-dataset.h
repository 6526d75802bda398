/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures with class numbers in memory, cut into training, validation and test samples.
 * N samples, C channels, H W picture. Immutable once split; then any thread may read it. */
#pragma once

#include "cj-feed.h"

G_BEGIN_DECLS

typedef enum
{
  CJD_SPLIT_TRAIN,
  CJD_SPLIT_VAL,
  CJD_SPLIT_TEST
} CjdSplit;

typedef struct
{
  gint ref_count;
  char *name;
  CjTensor *pixels; /* uint8 [N, C, H, W] */
  CjTensor *labels; /* int32 [N] */
  guint n_classes;
  guint8 *split;   /* N values of CjdSplit */
  float mean, std; /* of the training pixels, scaled to 0..1 */
} CjdDataset;

/* Takes the tensors; samples from `n_train` on are the official test samples. */
CjdDataset *cjd_dataset_new (const char *name, CjTensor *pixels, CjTensor *labels, guint n_classes,
                             gsize n_train);
CjdDataset *cjd_dataset_ref (CjdDataset *dataset);
void cjd_dataset_unref (CjdDataset *dataset);

/* Moves `share` of the training samples of every class to validation, chosen by `seed`, and measures
 * mean and deviation of what is left. */
void cjd_dataset_split (CjdDataset *dataset, double share, guint64 seed);

/* A feed of one split: x float [C, H, W] with mean 0 and deviation 1 over the training pixels. Holds a
 * reference. You free. */
CjFeed *cjd_dataset_new_feed (CjdDataset *dataset, CjdSplit split);

/* "mnist: 10 classes, 1×28×28, 54000 training, 6000 validation, 10000 test samples". You free. */
char *cjd_dataset_describe (const CjdDataset *dataset);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjdDataset, cjd_dataset_unref)

G_END_DECLS
