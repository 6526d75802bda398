/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files and folders as data sets: a catalogue of readers behind one door. */
#pragma once

#include "cj-param.h"
#include "cjd-dataset.h"

G_BEGIN_DECLS

#define CJD_READ_MAX_BYTES ((gsize) 1 << 31) /* of one file, unpacked, and of samples in memory */

typedef enum
{
  CJD_CHANNELS_FILE,
  CJD_CHANNELS_GREY,
  CJD_CHANNELS_COLOUR
} CjdChannels;

typedef enum
{
  CJD_NORMALISE_MEASURED, /* mean 0 and deviation 1 over the training samples */
  CJD_NORMALISE_AS_IS,    /* pixels 0..1, features as they are */
  CJD_NORMALISE_CENTRED,  /* 0..1 becomes -1..1 */
  CJD_NORMALISE_CUSTOM
} CjdNormalise;

typedef enum
{
  CJD_TASKS_NONE,
  CJD_TASKS_PERMUTED, /* the features in another order each time */
  CJD_TASKS_SPLIT     /* the classes a few at a time */
} CjdTasksKind;

typedef enum
{
  CJD_POLARITY_BOTH, /* brighter and darker are features of their own */
  CJD_POLARITY_ONE
} CjdPolarity;

/* How files are read; one table for all readers, each takes what concerns it. */
typedef struct
{
  int size[2];  /* height and width of pictures, 0: as in the files */
  int channels; /* CjdChannels */
  char label[CJ_PARAM_TEXT_SIZE];
  int length;                                                   /* of pieces of text, characters */
  gboolean words;                                               /* whole numbers stand for words */
  int memory;                                                   /* MiB of decoded pictures kept */
  int normalise;                                                /* CjdNormalise */
  double moment;                                                /* of events, ms */
  int polarity;                                                 /* CjdPolarity */
  char mean[CJ_PARAM_TEXT_SIZE], deviation[CJ_PARAM_TEXT_SIZE]; /* of CJD_NORMALISE_CUSTOM */
  int tasks;                                                    /* CjdTasksKind */
  int task_count, task_seed;
  gboolean heads;
  double val_share, test_share; /* where the files do not say; not in the table */
  guint64 seed;                 /* of the splits; not in the table */
} CjdReadOptions;

extern const CjParam cjd_read_params[];
void cjd_read_options_init (CjdReadOptions *options);

/* What a file in sources/ fills in. */
typedef struct
{
  const char *id; /* kebab-case, never changes */
  const char *title;
  const char *blurb; /* one sentence */

  /* Whether a file or folder is of this kind, by names and first bytes. */
  gboolean (*recognise) (const char *path);
  /* Reads it; samples not split where the files do not say. Errors name file, place and reason. */
  CjdDataset *(*load) (const char *path, const CjdReadOptions *options, GError **error);
} CjdReaderInfo;

/* All readers, NULL-terminated, in the order they are asked; one by id or NULL. */
const CjdReaderInfo *const *cjd_readers (void);
const CjdReaderInfo *cjd_reader_find (const char *id);

/* The path of the data set that is meant by `path`, and its reader (may be NULL): the path itself, or, of
 * a folder that is none, the only data set in it. An error names what there is to choose from, or what
 * can be read. Any thread. You free. */
char *cjd_find (const char *path, const CjdReaderInfo **reader, GError **error);

/* Reads the data set that cjd_find finds, brings pictures to the size and channels asked for,
 * and splits by the shares and the seed what the files do not split. Slow. */
CjdDataset *cjd_load (const char *path, const CjdReadOptions *options, GError **error);

/* Pictures of a data set at another size or number of channels, as a new data set in memory; the same
 * data set if nothing changes or it holds no pictures. Takes the data set. */
CjdDataset *cjd_dataset_fit (CjdDataset *dataset, const int size[2], CjdChannels channels,
                             GError **error);

/* Sets mean and deviation of a data set that nobody else has yet: x becomes (x - mean) / deviation.
 * Refuses numbers that are not one for all channels or one each. */
gboolean cjd_dataset_normalise (CjdDataset *dataset, const CjdReadOptions *options, GError **error);

G_END_DECLS
