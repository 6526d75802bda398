/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Samples with targets, cut into training, validation and test; in memory, or decoded when needed.
 * N samples, C channels, H W picture, T time, I features. Immutable once split; then any thread may
 * read it. */
#pragma once

#include "cj-feed.h"
#include "cjd-store.h"

G_BEGIN_DECLS

typedef enum
{
  CJD_SPLIT_TRAIN,
  CJD_SPLIT_VAL,
  CJD_SPLIT_TEST
} CjdSplit;

#define CJD_N_SPLITS 3
#define CJD_SPLIT_OUT 3 /* of a sample that was taken out by a person */

typedef struct _CjdDataset CjdDataset;
typedef struct _CjdTasks CjdTasks;

struct _CjdDataset
{
  gint ref_count;
  char *name;
  CjShape x_shape; /* [N, C, H, W] pictures, [N, I] tables, [N, T] text */
  CjDtype x_dtype; /* uint8, float32 or int32 */
  CjTensor *x;     /* the samples, or NULL if they are streamed: cjd_dataset_read works for both */
  CjdCache *cache; /* of streamed samples, or NULL */
  CjTensor *y;     /* int32 [N] or [N, T]: class numbers; float32 [N, ...]: values */
  guint n_classes; /* 0 if the targets are values */
  guint n_words;   /* all samples of int32 are smaller than this; 0: x is not words */
  GStrv class_names;   /* n_classes strings, or NULL */
  GStrv feature_names; /* of tables: I strings, or NULL; taken once the data set is made */
  guint8 *split;       /* N values of CjdSplit, or CJD_SPLIT_OUT */
  guint n_channels;    /* C of pictures, I of tables; 0: x is passed on as it is (int32) */
  float *mean, *std;   /* n_channels each: of the training samples; pixels scaled to 0..1 */
  struct _CjdAugmenter *augmenter; /* for training samples, or NULL */
  CjdTasks *tasks;                 /* that are learned one after another, or NULL; cjd-tasks.h */
  guint
      n_loaders; /* threads that prepare batches; 0: half the processors where files are decoded */
  gboolean sparse;     /* 0 means nothing happened, as of events: not centred unless asked for */
  gboolean has_splits; /* the files themselves say which samples are for validation and test */
  const char *reader;  /* id of what read it from files; NULL: it was made */
  char *note;          /* what a person should know of how it was read, or NULL */
  CjdDataset *base;    /* of a view: the data set whose samples it shows, else NULL */
};

/* Takes the tensors; all samples start in training. `class_names` is copied and may be NULL. */
CjdDataset *cjd_dataset_new (const char *name, CjTensor *x, CjTensor *y, guint n_classes,
                             const char *const *class_names);
/* The same for samples of `dtype` and shape [N, ...] that stay in their files; takes the store. */
CjdDataset *cjd_dataset_new_streamed (const char *name, CjdStore *store, CjDtype dtype,
                                      const CjShape *x_shape, CjTensor *y, guint n_classes,
                                      const char *const *class_names, gsize budget);
/* The samples of another data set with targets, splits and normalisation of its own, to be changed
 * before anyone else sees it. Shares the samples; no augmentation. References `base`. */
CjdDataset *cjd_dataset_new_view (CjdDataset *base);
CjdDataset *cjd_dataset_ref (CjdDataset *dataset);
void cjd_dataset_unref (CjdDataset *dataset);

gsize cjd_dataset_get_n_samples (const CjdDataset *dataset);
CjShape cjd_dataset_get_x_shape (const CjdDataset *dataset); /* of one sample */
gsize cjd_dataset_sample_bytes (const CjdDataset *dataset);  /* of x, as it is stored */

/* Copies sample `index` as it is stored, of dtype x_dtype. Any thread. Fails only for streamed samples;
 * the error names the file. */
gboolean cjd_dataset_read (const CjdDataset *dataset, gsize index, void *out, GError **error);

/* The class of a sample, -1 if it has none. */
gint32 cjd_dataset_get_class (const CjdDataset *dataset, gsize index);

/* Adds a sentence to `note`; takes it. */
void cjd_dataset_take_note (CjdDataset *dataset, char *sentence);
gsize cjd_dataset_count (const CjdDataset *dataset, CjdSplit split);

/* Puts the samples from `first` on into `split`; for data with official test samples. */
void cjd_dataset_mark (CjdDataset *dataset, gsize first, CjdSplit split);

/* Moves `share` of the training samples of every class to `split`, chosen by `seed`, and measures mean
 * and deviation of what is left. A share of 0 only measures. */
void cjd_dataset_split (CjdDataset *dataset, CjdSplit split, double share, guint64 seed);

/* For data in which 0 means that nothing happened: their numbers are not centred by what is measured.
 * Before anyone else sees it. */
void cjd_dataset_keep_zeros (CjdDataset *dataset);

/* Whether its scores are apart by task, as CjDataSpec has it; NULL: no. Borrowed. */
const guint8 *cjd_dataset_get_heads (const CjdDataset *dataset);

/* A feed of one split: x float32 with mean 0 and deviation 1 a channel over the training samples, or
 * int32 as it is. Holds a reference. You free. */
CjFeed *cjd_dataset_new_feed (CjdDataset *dataset, CjdSplit split);

/* The training samples, augmented as dataset->augmenter says; batches of streamed or augmented samples
 * are prepared on dataset->n_loaders threads of the feed's own. You free. */
CjFeed *cjd_dataset_new_training_feed (CjdDataset *dataset);

/* What the augmenter makes of a picture or row in `n` epochs; without one the same n times. x as floats,
 * pixels 0..1, of a sample's shape; `out` n times as many. */
void cjd_dataset_preview (CjdDataset *dataset, const float *x, guint n, float *out);

#define CJD_MAX_LOADERS 8

/* A feed that fills the batch it is told to expect on threads of its own, one for each of the n alike
 * feeds, which it takes. You free. */
CjFeed *cjd_loader_new (CjFeed *const *feeds, guint n);

/* "mnist: 10 classes, 1×28×28, 54000 training, 6000 validation, 10000 test samples". You free. */
char *cjd_dataset_describe (const CjdDataset *dataset);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjdDataset, cjd_dataset_unref)

G_END_DECLS
