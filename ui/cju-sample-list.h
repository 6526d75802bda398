/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The samples of a data set as a list model, filtered; items are made as they are looked at, so that
 * sixty thousand of them cost nothing. Main thread. */
#pragma once

#include "cjd-dataset.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* One sample; what the grid binds. */
#define CJU_TYPE_SAMPLE (cju_sample_get_type ())
G_DECLARE_FINAL_TYPE (CjuSample, cju_sample, CJU, SAMPLE, GObject)
gsize cju_sample_get_index (CjuSample *self); /* in the data set */

#define CJU_TYPE_SAMPLE_LIST (cju_sample_list_get_type ())
G_DECLARE_FINAL_TYPE (CjuSampleList, cju_sample_list, CJU, SAMPLE_LIST, GObject)

/* Which samples are in the list. */
typedef struct
{
  int split;        /* CjdSplit, CJD_SPLIT_OUT: left out; -1: all */
  int class;        /* -1: all */
  const char *text; /* words that the class name begins with, or "#" and a number; NULL, "": all */
} CjuSampleFilter;

CjuSampleList *cju_sample_list_new (void);

/* References the data set (NULL: empty) and fills the list anew; what comes out the same is no change. */
void cju_sample_list_fill (CjuSampleList *self, CjdDataset *dataset, const CjuSampleFilter *filter);
gsize cju_sample_list_get_sample (CjuSampleList *self, guint position);

G_END_DECLS
