/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjd-reader.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <stddef.h>

static const char *const channel_choices[] = { "as-is", "grey", "colour", NULL };

static const char *const polarity_choices[] = { "both", "one", NULL };

static const char *const normalise_choices[] = { "measured", "as-is", "centred", "custom", NULL };

static const char *const task_choices[] = { "none", "permuted", "split", NULL };

const CjParam cjd_read_params[] = {
  { .name = "size",
    .title = "Picture size",
    .blurb = "Height and width that every picture is scaled to; 0 takes that of the files",
    .unit = "px",
    .kind = CJ_PARAM_PAIR,
    .offset = offsetof (CjdReadOptions, size),
    .preset = 0,
    .min = 0,
    .max = 1024,
    .flags = CJ_PARAM_RESHAPES },
  { .name = "channels",
    .title = "Channels",
    .blurb = "Whether pictures are taken as they are, or made grey or coloured",
    .kind = CJ_PARAM_CHOICE,
    .offset = offsetof (CjdReadOptions, channels),
    .choices = channel_choices,
    .flags = CJ_PARAM_RESHAPES },
  { .name = "label",
    .title = "Label column",
    .blurb = "Name or number of the column of a table to predict; empty takes one called class, "
             "label or target, else the last",
    .kind = CJ_PARAM_TEXT,
    .offset = offsetof (CjdReadOptions, label) },
  { .name = "length",
    .title = "Length",
    .blurb = "How many characters of a text the network sees at once",
    .unit = "characters",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (CjdReadOptions, length),
    .preset = 64,
    .min = 1,
    .max = 4096,
    .flags = CJ_PARAM_RESHAPES | CJ_PARAM_LOG },
  { .name = "words",
    .title = "Words",
    .blurb
    = "Whether whole numbers stand for words, as a network with an Embedding reads them, and "
      "not for amounts",
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (CjdReadOptions, words),
    .max = 1,
    .flags = CJ_PARAM_RESHAPES },
  { .name = "memory",
    .title = "Memory",
    .blurb = "Decoded pictures kept in memory; what does not fit is read again in every epoch",
    .unit = "MiB",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (CjdReadOptions, memory),
    .preset = 1024,
    .min = 0,
    .max = 1 << 20,
    .flags = CJ_PARAM_LOG | CJ_PARAM_ADVANCED },
  { .name = "normalise",
    .title = "Normalise",
    .blurb
    = "How numbers are scaled: to mean 0 and deviation 1 as measured, not at all, pixels from "
      "-1 to 1, or by numbers of one's own",
    .kind = CJ_PARAM_CHOICE,
    .offset = offsetof (CjdReadOptions, normalise),
    .choices = normalise_choices },
  { .name = "moment",
    .title = "Time step",
    .blurb = "How long a time step is into which the events of a camera are put together",
    .unit = "ms",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (CjdReadOptions, moment),
    .preset = 10,
    .min = 0.01,
    .max = 10000,
    .soft_min = 1,
    .soft_max = 50,
    .digits = 2,
    .flags = CJ_PARAM_RESHAPES | CJ_PARAM_LOG },
  { .name = "polarity",
    .title = "Polarity",
    .blurb = "Whether events of brighter and of darker places are told apart",
    .kind = CJ_PARAM_CHOICE,
    .offset = offsetof (CjdReadOptions, polarity),
    .choices = polarity_choices,
    .max = CJD_POLARITY_ONE,
    .flags = CJ_PARAM_RESHAPES },
  { .name = "mean",
    .title = "Mean",
    .blurb = "What is taken from every channel, pixels from 0 to 1: one number, or one a channel",
    .kind = CJ_PARAM_TEXT,
    .offset = offsetof (CjdReadOptions, mean),
    .text = "0.5",
    .when = "normalise=custom" },
  { .name = "deviation",
    .title = "Deviation",
    .blurb = "What every channel is then divided by: one number, or one a channel",
    .kind = CJ_PARAM_TEXT,
    .offset = offsetof (CjdReadOptions, deviation),
    .text = "0.5",
    .when = "normalise=custom" },
  { .name = "tasks",
    .title = "Tasks",
    .blurb = "Learned one after another: the same with the features in another order, or the "
             "classes a few at a time",
    .kind = CJ_PARAM_CHOICE,
    .offset = offsetof (CjdReadOptions, tasks),
    .max = CJD_TASKS_SPLIT,
    .choices = task_choices },
  { .name = "task-count",
    .title = "Number of tasks",
    .blurb = "Each has all the epochs of the training",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (CjdReadOptions, task_count),
    .preset = 5,
    .min = 2,
    .max = CJ_TASKS_MAX,
    .soft_max = 10,
    .when = "tasks!=none" },
  { .name = "task-seed",
    .title = "Seed of the orders",
    .blurb = "Chooses the order of the features in every task but the first, which is as it is",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (CjdReadOptions, task_seed),
    .preset = 1,
    .max = G_MAXINT32,
    .when = "tasks=permuted",
    .flags = CJ_PARAM_ADVANCED },
  { .name = "heads",
    .title = "A head for every task",
    .blurb = "Tells the network which task a sample is of, so that it chooses among the classes of "
             "that; without, it must find the task as well",
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (CjdReadOptions, heads),
    .preset = TRUE,
    .max = 1,
    .when = "tasks=split" },
  { NULL },
};

void
cjd_read_options_init (CjdReadOptions *options)
{
  *options = (CjdReadOptions){ .val_share = 0.1, .test_share = 0.1, .seed = 1 };
  cj_params_reset (cjd_read_params, options);
}

CjdDataset *
cjd_load (const char *path, const CjdReadOptions *options, GError **error)
{
  const CjdReaderInfo *reader = NULL;
  g_autofree char *place = cjd_find (path, &reader, error);
  CjdDataset *dataset = place != NULL ? reader->load (place, options, error) : NULL;

  if (dataset != NULL)
    dataset->reader = reader->id;
  if (dataset != NULL && !g_str_equal (place, path))
    cjd_dataset_take_note (dataset, g_strdup_printf (_ ("Found in %s."), place));
  if (dataset != NULL && dataset->x != NULL)
    dataset = cjd_dataset_fit (dataset, options->size, (CjdChannels) options->channels, error);
  if (dataset == NULL)
    return NULL;
  if (cjd_dataset_count (dataset, CJD_SPLIT_TEST) == 0 && !dataset->has_splits)
    cjd_dataset_split (dataset, CJD_SPLIT_TEST, options->test_share, options->seed);
  cjd_dataset_split (dataset, CJD_SPLIT_VAL,
                     cjd_dataset_count (dataset, CJD_SPLIT_VAL) > 0 || dataset->has_splits
                         ? 0
                         : options->val_share,
                     options->seed);
  return dataset;
}
