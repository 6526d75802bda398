/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Samples with targets in memory, cut into training, validation and test.
 * N samples, C channels, H W picture, T time, I features. Immutable once split; then any thread may
 * read it. */
#pragma once

#include "cj-feed.h"

G_BEGIN_DECLS

typedef enum
{
  CJD_SPLIT_TRAIN,
  CJD_SPLIT_VAL,
  CJD_SPLIT_TEST
} CjdSplit;

#define CJD_N_SPLITS 3

typedef struct
{
  gint ref_count;
  char *name;
  CjTensor *x;     /* [N, C, H, W] pictures, [N, I] tables, [N, T] text; uint8, float32 or int32 */
  CjTensor *y;     /* int32 [N] or [N, T]: class numbers; float32 [N, ...]: values */
  guint n_classes; /* 0 if the targets are values */
  GStrv class_names; /* n_classes strings, or NULL */
  guint8 *split;     /* N values of CjdSplit */
  guint n_channels;  /* C of pictures, I of tables; 0: x is passed on as it is (int32) */
  float *mean, *std; /* n_channels each: of the training samples; pixels scaled to 0..1 */
} CjdDataset;

/* Takes the tensors; all samples start in training. `class_names` is copied and may be NULL. */
CjdDataset *cjd_dataset_new (const char *name, CjTensor *x, CjTensor *y, guint n_classes,
                             const char *const *class_names);
CjdDataset *cjd_dataset_ref (CjdDataset *dataset);
void cjd_dataset_unref (CjdDataset *dataset);

gsize cjd_dataset_get_n_samples (const CjdDataset *dataset);
CjShape cjd_dataset_get_x_shape (const CjdDataset *dataset); /* of one sample */
gsize cjd_dataset_count (const CjdDataset *dataset, CjdSplit split);

/* Puts the samples from `first` on into `split`; for data with official test samples. */
void cjd_dataset_mark (CjdDataset *dataset, gsize first, CjdSplit split);

/* Moves `share` of the training samples of every class to `split`, chosen by `seed`, and measures mean
 * and deviation of what is left. A share of 0 only measures. */
void cjd_dataset_split (CjdDataset *dataset, CjdSplit split, double share, guint64 seed);

/* A feed of one split: x float32 with mean 0 and deviation 1 a channel over the training samples, or
 * int32 as it is. Holds a reference. You free. */
CjFeed *cjd_dataset_new_feed (CjdDataset *dataset, CjdSplit split);

/* "mnist: 10 classes, 1×28×28, 54000 training, 6000 validation, 10000 test samples". You free. */
char *cjd_dataset_describe (const CjdDataset *dataset);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjdDataset, cjd_dataset_unref)

G_END_DECLS
